-- Churn by kind and reason.

CREATE VIEW churn_monthly AS
  WITH kinds AS (
    SELECT period_start, segment AS kind, sum(lost_customers)::bigint AS lost_customers,
           sum(churn_mrr) AS churn_mrr
    FROM fresh_rollup
    WHERE slice = 'churn'
    GROUP BY period_start, segment
  ),
  wide AS (
    SELECT period_start,
           coalesce(sum(lost_customers) FILTER (WHERE kind = 'voluntary'), 0)::bigint AS voluntary,
           coalesce(sum(lost_customers) FILTER (WHERE kind = 'involuntary'), 0)::bigint AS involuntary,
           coalesce(sum(lost_customers) FILTER (WHERE kind = 'unknown'), 0)::bigint AS unknown,
           coalesce(sum(churn_mrr) FILTER (WHERE kind = 'voluntary'), 0) AS voluntary_mrr,
           coalesce(sum(churn_mrr) FILTER (WHERE kind = 'involuntary'), 0) AS involuntary_mrr,
           coalesce(sum(churn_mrr) FILTER (WHERE kind = 'unknown'), 0) AS unknown_mrr
    FROM kinds
    GROUP BY period_start
  )
  SELECT m.period_start, m.period_end, m.complete, m.currency, m.opening_customers,
         m.lost_customers, m.churn_rate, m.churn_rate_low, m.churn_rate_high,
         coalesce(w.voluntary, 0) AS voluntary_lost_customers,
         coalesce(w.involuntary, 0) AS involuntary_lost_customers,
         coalesce(w.unknown, 0) AS unknown_lost_customers,
         coalesce(w.voluntary, 0)::numeric / nullif(m.opening_customers, 0) AS voluntary_churn_rate,
         coalesce(w.involuntary, 0)::numeric / nullif(m.opening_customers, 0) AS involuntary_churn_rate,
         coalesce(w.unknown, 0)::numeric / nullif(m.opening_customers, 0) AS unknown_churn_rate,
         m.churn_mrr,
         coalesce(w.voluntary_mrr, 0) AS voluntary_churn_mrr,
         coalesce(w.involuntary_mrr, 0) AS involuntary_churn_mrr,
         coalesce(w.unknown_mrr, 0) AS unknown_churn_mrr
  FROM mrr_monthly AS m
  LEFT JOIN wide AS w USING (period_start)
  ORDER BY m.period_start;

COMMENT ON VIEW churn_monthly IS
  'Churn by month and by whose doing it was: a customer left (voluntary), a payment failed (involuntary), or nobody told (unknown). The three add up to the total.';
COMMENT ON COLUMN churn_monthly.period_start IS 'First day of the month.';
COMMENT ON COLUMN churn_monthly.period_end IS 'First day after the month.';
COMMENT ON COLUMN churn_monthly.complete IS 'Whether the month is over.';
COMMENT ON COLUMN churn_monthly.currency IS 'The currency of all amounts: the ledger''s.';
COMMENT ON COLUMN churn_monthly.opening_customers IS 'Active customers at opening.';
COMMENT ON COLUMN churn_monthly.lost_customers IS 'Customers active at opening and not at closing.';
COMMENT ON COLUMN churn_monthly.churn_rate IS 'lost / opening customers, a fraction. NULL without customers at opening; so are the rates by kind.';
COMMENT ON COLUMN churn_monthly.churn_rate_low IS 'Lower bound of the churn rate with 95 % confidence (Wilson).';
COMMENT ON COLUMN churn_monthly.churn_rate_high IS 'Upper bound of the churn rate.';
COMMENT ON COLUMN churn_monthly.voluntary_lost_customers IS 'Of the lost customers, those who left.';
COMMENT ON COLUMN churn_monthly.involuntary_lost_customers IS 'Of the lost customers, those whose payment failed.';
COMMENT ON COLUMN churn_monthly.unknown_lost_customers IS 'Of the lost customers, those of whom nobody told.';
COMMENT ON COLUMN churn_monthly.voluntary_churn_rate IS 'Voluntarily lost / opening customers, a fraction.';
COMMENT ON COLUMN churn_monthly.involuntary_churn_rate IS 'Involuntarily lost / opening customers, a fraction.';
COMMENT ON COLUMN churn_monthly.unknown_churn_rate IS 'The rest of the churn rate.';
COMMENT ON COLUMN churn_monthly.churn_mrr IS 'MRR of all churns of the month; negative.';
COMMENT ON COLUMN churn_monthly.voluntary_churn_mrr IS 'Of it, that of voluntary churns.';
COMMENT ON COLUMN churn_monthly.involuntary_churn_mrr IS 'Of it, that of involuntary churns.';
COMMENT ON COLUMN churn_monthly.unknown_churn_mrr IS 'Of it, that of churns of unknown kind.';

CREATE VIEW churn_by_reason_monthly AS
  SELECT r.period_start, (r.period_start + interval '1 month')::date AS period_end,
         (r.period_start + interval '1 month')::date <= c.today AS complete,
         r.segment AS churn_kind, r.detail AS churn_reason, c.currency,
         sum(r.churned_customers)::bigint AS churned_customers,
         sum(r.lost_customers)::bigint AS lost_customers,
         sum(r.churn_mrr) AS churn_mrr
  FROM fresh_rollup AS r
  CROSS JOIN ledger_clock AS c
  WHERE r.slice = 'churn'
  GROUP BY r.period_start, r.segment, r.detail, c.today, c.currency
  HAVING (sum(r.churned_customers), sum(r.lost_customers), sum(r.churn_mrr)) <> (0, 0, 0)
  ORDER BY r.period_start, r.segment, r.detail;

COMMENT ON VIEW churn_by_reason_monthly IS
  'Churn by month, kind and reason; a row for each that occurs.';
COMMENT ON COLUMN churn_by_reason_monthly.period_start IS 'First day of the month.';
COMMENT ON COLUMN churn_by_reason_monthly.period_end IS 'First day after the month.';
COMMENT ON COLUMN churn_by_reason_monthly.complete IS 'Whether the month is over.';
COMMENT ON COLUMN churn_by_reason_monthly.churn_kind IS 'voluntary, involuntary or unknown.';
COMMENT ON COLUMN churn_by_reason_monthly.churn_reason IS 'The reason; NULL where none is known.';
COMMENT ON COLUMN churn_by_reason_monthly.currency IS 'The currency of the amount: the ledger''s.';
COMMENT ON COLUMN churn_by_reason_monthly.churned_customers IS 'Events: churns.';
COMMENT ON COLUMN churn_by_reason_monthly.lost_customers IS 'Customers active at the opening of the month and not at its closing.';
COMMENT ON COLUMN churn_by_reason_monthly.churn_mrr IS 'MRR of the churns; negative.';
