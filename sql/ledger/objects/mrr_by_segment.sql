-- MRR by :segment and month. Made once for each kind of segment.

CREATE VIEW mrr_by_:segment_monthly AS
  WITH clock AS (SELECT currency, today FROM ledger_clock),
  sums AS (
    SELECT segment, period_start,
           sum(new_mrr) AS new_mrr, sum(reactivation_mrr) AS reactivation_mrr,
           sum(expansion_mrr) AS expansion_mrr, sum(contraction_mrr) AS contraction_mrr,
           sum(churn_mrr) AS churn_mrr, sum(switch_mrr) AS switch_mrr, sum(fx_mrr) AS fx_mrr,
           sum(mrr) AS mrr, sum(customers)::bigint AS customers
    FROM fresh_rollup
    WHERE slice = ':segment'
    GROUP BY segment, period_start
    HAVING (sum(new_mrr), sum(reactivation_mrr), sum(expansion_mrr), sum(contraction_mrr),
            sum(churn_mrr), sum(switch_mrr), sum(fx_mrr), sum(customers))
           <> (0, 0, 0, 0, 0, 0, 0, 0)
  ),
  periods AS (
    SELECT data.segment, period_start, (period_start + interval '1 month')::date AS period_end
    FROM (SELECT segment, min(period_start) AS first FROM sums GROUP BY segment) AS data,
         saas_metrics.ledger_periods(data.first, (SELECT today FROM clock), interval '1 month', 100000) AS period_start
  ),
  rolled AS (
    SELECT p.segment, p.period_start, p.period_end,
           coalesce(sum(s.mrr) OVER through, 0) - coalesce(s.mrr, 0) AS opening_mrr,
           coalesce(s.new_mrr, 0) AS new_mrr,
           coalesce(s.reactivation_mrr, 0) AS reactivation_mrr,
           coalesce(s.expansion_mrr, 0) AS expansion_mrr,
           coalesce(s.contraction_mrr, 0) AS contraction_mrr,
           coalesce(s.churn_mrr, 0) AS churn_mrr,
           coalesce(s.switch_mrr, 0) AS switch_mrr,
           coalesce(s.fx_mrr, 0) AS fx_mrr,
           coalesce(sum(s.mrr) OVER through, 0) AS closing_mrr,
           (coalesce(sum(s.customers) OVER through, 0) - coalesce(s.customers, 0))::bigint
             AS opening_customers,
           coalesce(sum(s.customers) OVER through, 0)::bigint AS closing_customers
    FROM periods AS p
    LEFT JOIN sums AS s
      ON s.period_start = p.period_start AND s.segment IS NOT DISTINCT FROM p.segment
    WINDOW through AS (PARTITION BY p.segment ORDER BY p.period_start)
  )
  SELECT r.period_start, r.period_end, r.period_end <= clock.today AS complete,
         r.:value AS :segment, clock.currency,
         r.opening_mrr, r.new_mrr, r.reactivation_mrr, r.expansion_mrr, r.contraction_mrr,
         r.churn_mrr, r.switch_mrr, r.fx_mrr, r.closing_mrr, r.opening_customers,
         r.closing_customers
  FROM rolled AS r
  CROSS JOIN clock
  ORDER BY r.segment, r.period_start;

COMMENT ON VIEW mrr_by_:segment_monthly IS
  'How MRR moved by :title and month, each from its first movement through the current month. opening + new + reactivation + expansion + contraction + churn + switch + fx = closing; over all segments every column adds up to mrr_monthly, and switch to 0.';
COMMENT ON COLUMN mrr_by_:segment_monthly.period_start IS 'First day of the month.';
COMMENT ON COLUMN mrr_by_:segment_monthly.period_end IS 'First day after the month.';
COMMENT ON COLUMN mrr_by_:segment_monthly.complete IS 'Whether the month is over.';
COMMENT ON COLUMN mrr_by_:segment_monthly.:segment IS 'The :title; NULL where the rows have none.';
COMMENT ON COLUMN mrr_by_:segment_monthly.currency IS 'The currency of all amounts: the ledger''s.';
COMMENT ON COLUMN mrr_by_:segment_monthly.opening_mrr IS 'MRR of the :title at the end of the day before the month.';
COMMENT ON COLUMN mrr_by_:segment_monthly.new_mrr IS 'MRR of customers who never had any before.';
COMMENT ON COLUMN mrr_by_:segment_monthly.reactivation_mrr IS 'MRR of customers who came back.';
COMMENT ON COLUMN mrr_by_:segment_monthly.expansion_mrr IS 'What active customers came to pay more, but for what they moved here.';
COMMENT ON COLUMN mrr_by_:segment_monthly.contraction_mrr IS 'What customers who stayed came to pay less, but for what they moved away; negative.';
COMMENT ON COLUMN mrr_by_:segment_monthly.churn_mrr IS 'What customers paid who left the company; negative.';
COMMENT ON COLUMN mrr_by_:segment_monthly.switch_mrr IS 'What customers moved here from others less what they moved away; 0 over all.';
COMMENT ON COLUMN mrr_by_:segment_monthly.fx_mrr IS 'What other rates of currencies made of MRR.';
COMMENT ON COLUMN mrr_by_:segment_monthly.closing_mrr IS 'MRR of the :title at the end of the month.';
COMMENT ON COLUMN mrr_by_:segment_monthly.opening_customers IS 'Customers with an item of the :title at opening; one of several counts in each.';
COMMENT ON COLUMN mrr_by_:segment_monthly.closing_customers IS 'The same at the end of the month.';
