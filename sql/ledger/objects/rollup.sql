-- Sums up all current lines in an empty rollup; returns the number of movements and of lines.
WITH contributed AS MATERIALIZED (
  SELECT saas_metrics.ledger_contributions(
           1, (SELECT s.settled_on FROM ledger_settings AS s),
           (SELECT c.nets_months FROM ledger_clock AS c),
           l.effective_on, l.counts_from, l.kind, l.mrr_before, l.mrr_after, l.first_on, l.spell,
           l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period, l.currency,
           l.line_before, l.line_after, l.native_amount, l.plan_switch, l.product_switch,
           l.billing_period_switch, l.plan_customers, l.product_customers,
           l.billing_period_customers, l.day_opening, l.week_opening, l.month_opening,
           l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch) AS sums,
         count(*) FILTER (WHERE l.mrr_after IS NOT NULL AND l.kind <> 'switch') AS movements,
         count(*) AS lines
  FROM current_lines AS l
),
rolled AS (
  INSERT INTO rollup
  SELECT s.* FROM contributed AS c, unnest(c.sums) AS s
)
SELECT c.movements, c.lines FROM contributed AS c
