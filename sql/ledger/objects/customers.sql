-- Customers one by one, and what is known to come.

CREATE VIEW customer_status AS
  WITH clock AS (SELECT currency, today, refreshed FROM ledger_clock),
  latest AS NOT MATERIALIZED (
    SELECT DISTINCT ON (m.customer_id)
           m.customer_id, m.kind, m.mrr_after, m.effective_on, m.first_on, m.churn_reason
    FROM movements AS m
    WHERE m.counts_from <= (SELECT today FROM clock)
    ORDER BY m.customer_id, m.effective_on DESC, m.seq DESC
  ),
  spells AS (
    SELECT m.customer_id,
           max(m.effective_on) FILTER (WHERE m.kind IN ('new', 'reactivation', 'churn')) AS since
    FROM movements AS m
    WHERE m.counts_from <= (SELECT today FROM clock)
    GROUP BY m.customer_id
  ),
  scheduled AS NOT MATERIALIZED (
    SELECT m.customer_id,
           min(m.effective_on) FILTER (WHERE m.kind = 'churn') AS cancels_on,
           min(m.effective_on) FILTER (WHERE m.kind = 'new') AS starts_on
    FROM movements AS m
    WHERE m.counts_from > (SELECT today FROM clock)
    GROUP BY m.customer_id
  ),
  lines AS (
    -- As texts, for 30 days and a month are equal as intervals.
    SELECT DISTINCT ON (l.customer_id, l.product, l.plan, l.billing_period::text, l.currency)
           l.customer_id, l.product, l.plan, l.billing_period, l.mrr_after
    FROM movement_lines AS l
    WHERE l.counts_from <= (SELECT today FROM clock)
    ORDER BY l.customer_id, l.product, l.plan, l.billing_period::text, l.currency,
             l.effective_on DESC, l.seq DESC
  ),
  plans AS (
    SELECT DISTINCT ON (l.customer_id) l.customer_id, l.product, l.plan, l.billing_period
    FROM lines AS l
    WHERE l.mrr_after > 0
    ORDER BY l.customer_id, l.mrr_after DESC, l.plan
  ),
  revenue AS (
    SELECT m.customer_id,
           round(sum(m.mrr * (least(m.ends_on, (SELECT today FROM clock)) - m.starts_on))
                 * 12 / 365, 10) AS accrued
    FROM customer_mrr AS m
    GROUP BY m.customer_id
  ),
  known AS (
    SELECT m.customer_id FROM movements AS m
    UNION
    SELECT customer_id FROM customers WHERE (SELECT refreshed FROM clock)
  )
  SELECT k.customer_id, c.name,
         CASE WHEN l.kind <> 'churn' THEN 'active'
              WHEN l.churn_reason = 'paused' THEN 'paused'
              WHEN l.kind = 'churn' THEN 'churned'
              WHEN s.starts_on IS NOT NULL THEN 'scheduled'
              ELSE 'without_mrr' END AS status,
         sp.since, coalesce(l.mrr_after, 0) AS mrr, clock.currency, p.product, p.plan,
         p.billing_period, l.first_on AS first_movement_on, l.effective_on AS last_movement_on,
         saas_metrics.age_in_months(
           l.first_on, CASE WHEN l.kind = 'churn' THEN sp.since ELSE clock.today END) AS tenure_months,
         trim_scale(coalesce(r.accrued, 0)) AS lifetime_revenue, s.cancels_on,
         coalesce(c.is_test, false) AS is_test, c.attributes
  FROM known AS k
  CROSS JOIN clock
  LEFT JOIN latest AS l USING (customer_id)
  LEFT JOIN spells AS sp USING (customer_id)
  LEFT JOIN scheduled AS s USING (customer_id)
  LEFT JOIN plans AS p USING (customer_id)
  LEFT JOIN revenue AS r USING (customer_id)
  LEFT JOIN customers AS c USING (customer_id)
  WHERE k.customer_id IS NOT NULL;

COMMENT ON VIEW customer_status IS
  'How each customer stands today: those who have or had MRR or will have it, and those of the input customers.';
COMMENT ON COLUMN customer_status.customer_id IS 'The customer.';
COMMENT ON COLUMN customer_status.name IS 'The name in the input customers.';
COMMENT ON COLUMN customer_status.status IS
  'active; paused; churned; scheduled: the first MRR is yet to come; without_mrr: none ever.';
COMMENT ON COLUMN customer_status.since IS 'The day on which the customer last came or left.';
COMMENT ON COLUMN customer_status.mrr IS 'The MRR today.';
COMMENT ON COLUMN customer_status.currency IS 'The currency of the amounts: the ledger''s.';
COMMENT ON COLUMN customer_status.product IS 'The product that the customer pays most for today; NULL without MRR.';
COMMENT ON COLUMN customer_status.plan IS 'Its plan.';
COMMENT ON COLUMN customer_status.billing_period IS 'Its billing period.';
COMMENT ON COLUMN customer_status.first_movement_on IS 'The day of the first MRR.';
COMMENT ON COLUMN customer_status.last_movement_on IS 'The day of the last change of the MRR.';
COMMENT ON COLUMN customer_status.tenure_months IS
  'Whole months from the first MRR to today or, for who left, to the day of leaving; times away count.';
COMMENT ON COLUMN customer_status.lifetime_revenue IS
  'MRR accrued by day until today: each day counts MRR * 12 / 365. An amount earned, not paid.';
COMMENT ON COLUMN customer_status.cancels_on IS 'The day of a scheduled churn; NULL: none is known.';
COMMENT ON COLUMN customer_status.is_test IS 'Whether the customer counts nowhere, by the input customers.';
COMMENT ON COLUMN customer_status.attributes IS 'The attributes in the input customers.';

CREATE VIEW committed_mrr AS
  WITH clock AS (SELECT currency, today, refreshed FROM ledger_clock),
  changes AS (
    SELECT r.counts_from AS effective_on,
           sum(r.new_mrr) AS new_mrr, sum(r.reactivation_mrr) AS reactivation_mrr,
           sum(r.expansion_mrr) AS expansion_mrr, sum(r.contraction_mrr) AS contraction_mrr,
           sum(r.churn_mrr) AS churn_mrr, sum(r.fx_mrr) AS fx_mrr, sum(r.mrr) AS mrr,
           sum(r.customers)::bigint AS customers
    FROM whole_rollup AS r
    WHERE r.slice = 'day' AND r.counts_from > (SELECT today FROM clock)
    GROUP BY r.counts_from
    HAVING (sum(r.new_mrr), sum(r.reactivation_mrr), sum(r.expansion_mrr), sum(r.contraction_mrr),
            sum(r.churn_mrr), sum(r.fx_mrr), sum(r.mrr), sum(r.customers)) <> (0, 0, 0, 0, 0, 0, 0, 0)
    UNION ALL
    SELECT (SELECT today FROM clock), 0, 0, 0, 0, 0, 0,
           coalesce(sum(r.mrr), 0), coalesce(sum(r.customers), 0)::bigint
    FROM fresh_rollup AS r
    WHERE r.slice = 'year'
    HAVING (SELECT refreshed FROM clock)
  )
  SELECT c.effective_on, clock.currency, c.new_mrr, c.reactivation_mrr, c.expansion_mrr,
         c.contraction_mrr, c.churn_mrr, c.fx_mrr,
         sum(c.mrr) OVER (ORDER BY c.effective_on) AS mrr,
         (sum(c.customers) OVER (ORDER BY c.effective_on))::bigint AS customers
  FROM changes AS c
  CROSS JOIN clock
  ORDER BY c.effective_on;

COMMENT ON VIEW committed_mrr IS
  'MRR today and after each change that is already known to come: scheduled starts, price changes and cancellations. The last row is the committed MRR.';
COMMENT ON COLUMN committed_mrr.effective_on IS 'Today; then each day from which a known change counts.';
COMMENT ON COLUMN committed_mrr.currency IS 'The currency of all amounts: the ledger''s.';
COMMENT ON COLUMN committed_mrr.new_mrr IS 'MRR of customers who will come for the first time.';
COMMENT ON COLUMN committed_mrr.reactivation_mrr IS 'MRR of customers who will come back.';
COMMENT ON COLUMN committed_mrr.expansion_mrr IS 'What customers will pay more.';
COMMENT ON COLUMN committed_mrr.contraction_mrr IS 'What customers will pay less; negative.';
COMMENT ON COLUMN committed_mrr.churn_mrr IS 'What customers pay who will leave; negative.';
COMMENT ON COLUMN committed_mrr.fx_mrr IS 'What rates that are already known for coming days will make of MRR.';
COMMENT ON COLUMN committed_mrr.mrr IS 'MRR at the end of the day, after all changes to it.';
COMMENT ON COLUMN committed_mrr.customers IS 'Active customers at the end of the day.';
