-- Lines and rollup with what changed since the last refresh.

-- The customers changed since the last refresh: as they were and as they are. Each is found by an
-- index, and the planner takes an array of unknown length for a short one.
CREATE VIEW pending_lines AS
  SELECT -1 AS sign, k.*
  FROM kept_lines AS k
  WHERE k.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM changed_customers AS c))
  UNION ALL
  SELECT 1, found.customer_id, l.*, NULL::bigint
  FROM (
    SELECT p.customer_id,
           saas_metrics.ledger_lines(
             (SELECT s.settings FROM engine_settings AS s),
             p.subscription_id, p.item_id, p.product, p.plan, p.kind, p.amount, p.discount,
             p.discount_kind, p.currency, p.billing_period, p.starts_at, p.ends_at, p.status,
             p.cancel_requested_at, p.access_ends_at, p.churn_kind, p.churn_reason) AS lines
    FROM subscription_periods AS p
    WHERE p.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM changed_customers AS c))
      AND NOT EXISTS (
        SELECT FROM customers AS t
        WHERE t.is_test AND t.customer_id = p.customer_id
          AND t.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM changed_customers AS c)))
    GROUP BY p.customer_id
  ) AS found, unnest(found.lines) AS l;
COMMENT ON VIEW pending_lines IS
  'The lines of the customers changed since the last refresh: sign -1, as they were then; sign 1, as they are now.';

CREATE VIEW fresh_lines AS
  SELECT k.*
  FROM kept_lines AS k
  WHERE NOT EXISTS (SELECT FROM changed_customers AS c WHERE c.customer_id = k.customer_id)
  UNION ALL
  SELECT p.customer_id, p.effective_on, p.seq, p.effective_at, p.counts_from, p.kind, p.mrr_before,
         p.mrr_after, p.first_on, p.spell, p.churn_kind, p.churn_reason, p.product, p.plan,
         p.billing_period, p.currency, p.line_before, p.line_after, p.native_amount, p.plan_switch,
         p.product_switch, p.billing_period_switch, p.plan_customers, p.product_customers,
         p.billing_period_customers, p.day_opening, p.week_opening, p.month_opening,
         p.quarter_opening, p.year_opening, p.active_at_opening, p.currency_switch, p.recorded_by
  FROM pending_lines AS p
  WHERE p.sign = 1;
COMMENT ON VIEW fresh_lines IS
  'The lines of all movements; those of customers changed since the last refresh as they are now.';

CREATE VIEW whole_rollup AS
  SELECT r.*
  FROM rollup AS r
  UNION ALL
  SELECT sums.*
  FROM (
    SELECT saas_metrics.ledger_contributions(
             l.sign, (SELECT c.settled_on FROM ledger_clock AS c),
             (SELECT c.nets_months FROM ledger_clock AS c),
             l.effective_on, l.counts_from, l.kind, l.mrr_before, l.mrr_after, l.first_on,
             l.spell, l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period,
             l.currency, l.line_before, l.line_after, l.native_amount, l.plan_switch,
             l.product_switch, l.billing_period_switch, l.plan_customers, l.product_customers,
             l.billing_period_customers, l.day_opening, l.week_opening, l.month_opening,
             l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch) AS found
    FROM pending_lines AS l
  ) AS pending, unnest(pending.found) AS sums;
COMMENT ON VIEW whole_rollup IS 'The rollup with what changed since the last refresh.';
