-- Lines and rollup of a ledger with row security: summed up anew at each reading from the lines that
-- the reader may see, as the last refresh left them.

CREATE VIEW fresh_lines AS
  SELECT k.* FROM kept_lines AS k;
COMMENT ON VIEW fresh_lines IS 'The lines of all movements that the reader may see.';

CREATE VIEW whole_rollup AS
  SELECT sums.*
  FROM (
    SELECT saas_metrics.ledger_contributions(
             1, (SELECT c.settled_on FROM ledger_clock AS c),
             (SELECT c.nets_months FROM ledger_clock AS c),
             l.effective_on, l.counts_from, l.kind, l.mrr_before, l.mrr_after, l.first_on,
             l.spell, l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period,
             l.currency, l.line_before, l.line_after, l.native_amount, l.plan_switch,
             l.product_switch, l.billing_period_switch, l.plan_customers, l.product_customers,
             l.billing_period_customers, l.day_opening, l.week_opening, l.month_opening,
             l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch) AS found
    FROM kept_lines AS l
  ) AS seen, unnest(seen.found) AS sums;
COMMENT ON VIEW whole_rollup IS 'What the lines that the reader may see add up to.';
