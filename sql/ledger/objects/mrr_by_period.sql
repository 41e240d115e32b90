-- MRR by :grain. Made once for each grain.

CREATE VIEW mrr_:adverb AS
  WITH clock AS (SELECT currency, today FROM ledger_clock),
  sums AS (
    SELECT period_start,
           sum(new_mrr) AS new_mrr, sum(reactivation_mrr) AS reactivation_mrr,
           sum(expansion_mrr) AS expansion_mrr, sum(contraction_mrr) AS contraction_mrr,
           sum(churn_mrr) AS churn_mrr, sum(fx_mrr) AS fx_mrr, sum(mrr) AS mrr,
           sum(unretained_mrr) AS unretained_mrr, sum(survivors_gain) AS survivors_gain,
           sum(new_customers)::bigint AS new_customers,
           sum(reactivated_customers)::bigint AS reactivated_customers,
           sum(expanded_customers)::bigint AS expanded_customers,
           sum(contracted_customers)::bigint AS contracted_customers,
           sum(churned_customers)::bigint AS churned_customers,
           sum(lost_customers)::bigint AS lost_customers,
           sum(customers)::bigint AS customers
    FROM fresh_rollup
    WHERE slice = ':grain'
    GROUP BY period_start
  ),
  periods AS (
    SELECT period_start::date, (period_start + interval ':step')::date AS period_end
    FROM (SELECT min(period_start) AS first FROM sums WHERE new_customers <> 0) AS data,
         generate_series(data.first::timestamp, (SELECT today FROM clock)::timestamp,
                         interval ':step') AS period_start
  ),
  rolled AS (
    SELECT p.period_start, p.period_end,
           coalesce(sum(s.mrr) OVER through, 0) - coalesce(s.mrr, 0) AS opening_mrr,
           coalesce(s.new_mrr, 0) AS new_mrr,
           coalesce(s.reactivation_mrr, 0) AS reactivation_mrr,
           coalesce(s.expansion_mrr, 0) AS expansion_mrr,
           coalesce(s.contraction_mrr, 0) AS contraction_mrr,
           coalesce(s.churn_mrr, 0) AS churn_mrr,
           coalesce(s.fx_mrr, 0) AS fx_mrr,
           coalesce(sum(s.mrr) OVER through, 0) AS closing_mrr,
           coalesce(s.unretained_mrr, 0) AS unretained_mrr,
           coalesce(s.survivors_gain, 0) AS survivors_gain,
           (coalesce(sum(s.customers) OVER through, 0) - coalesce(s.customers, 0))::bigint
             AS opening_customers,
           coalesce(s.new_customers, 0) AS new_customers,
           coalesce(s.reactivated_customers, 0) AS reactivated_customers,
           coalesce(s.expanded_customers, 0) AS expanded_customers,
           coalesce(s.contracted_customers, 0) AS contracted_customers,
           coalesce(s.churned_customers, 0) AS churned_customers,
           coalesce(s.lost_customers, 0) AS lost_customers,
           coalesce(sum(s.customers) OVER through, 0)::bigint AS closing_customers
    FROM periods AS p
    LEFT JOIN sums AS s USING (period_start)
    WINDOW through AS (ORDER BY p.period_start)
  )
  SELECT r.period_start, r.period_end, r.period_end <= clock.today AS complete, clock.currency,
         r.opening_mrr, r.new_mrr, r.reactivation_mrr, r.expansion_mrr, r.contraction_mrr,
         r.churn_mrr, r.fx_mrr, r.closing_mrr,
         r.opening_mrr - r.unretained_mrr AS retained_mrr,
         r.opening_mrr + r.survivors_gain AS surviving_mrr,
         r.opening_customers, r.new_customers, r.reactivated_customers, r.expanded_customers,
         r.contracted_customers, r.churned_customers, r.lost_customers, r.closing_customers,
         12 * r.closing_mrr AS arr,
         r.closing_mrr / nullif(r.closing_customers, 0) AS arpa,
         r.new_mrr / nullif(r.new_customers, 0) AS asp,
         (r.new_mrr + r.reactivation_mrr + r.expansion_mrr)
           / nullif(-(r.contraction_mrr + r.churn_mrr), 0) AS quick_ratio,
         (r.opening_mrr + r.survivors_gain) / nullif(r.opening_mrr, 0) AS nrr,
         (r.opening_mrr - r.unretained_mrr) / nullif(r.opening_mrr, 0) AS grr,
         r.lost_customers::numeric / nullif(r.opening_customers, 0) AS churn_rate,
         bounds.low AS churn_rate_low, bounds.high AS churn_rate_high,
         r.unretained_mrr / nullif(r.opening_mrr, 0) AS gross_revenue_churn_rate,
         -r.survivors_gain / nullif(r.opening_mrr, 0) AS net_revenue_churn_rate
  FROM rolled AS r
  CROSS JOIN clock
  CROSS JOIN LATERAL saas_metrics.rate_interval(r.lost_customers, r.opening_customers) AS bounds
  ORDER BY r.period_start;

COMMENT ON VIEW mrr_:adverb IS
  'How MRR and its customers moved by :grain, from the first movement through the :grain that holds today. Exact to the transaction for watched tables. opening + new + reactivation + expansion + contraction + churn + fx = closing.';
COMMENT ON COLUMN mrr_:adverb.period_start IS 'First day of the period.';
COMMENT ON COLUMN mrr_:adverb.period_end IS 'First day after the period.';
COMMENT ON COLUMN mrr_:adverb.complete IS 'Whether the period is over.';
COMMENT ON COLUMN mrr_:adverb.currency IS 'The currency of all amounts: the ledger''s.';
COMMENT ON COLUMN mrr_:adverb.opening_mrr IS 'MRR at the end of the day before the period.';
COMMENT ON COLUMN mrr_:adverb.new_mrr IS 'MRR of customers who never had any before.';
COMMENT ON COLUMN mrr_:adverb.reactivation_mrr IS 'MRR of customers who came back.';
COMMENT ON COLUMN mrr_:adverb.expansion_mrr IS 'What active customers came to pay more.';
COMMENT ON COLUMN mrr_:adverb.contraction_mrr IS 'What customers who stayed came to pay less; negative.';
COMMENT ON COLUMN mrr_:adverb.churn_mrr IS 'What customers paid who left; negative.';
COMMENT ON COLUMN mrr_:adverb.fx_mrr IS 'What other rates of currencies made of MRR; 0 unless the policy''s fx is daily.';
COMMENT ON COLUMN mrr_:adverb.closing_mrr IS 'MRR at the end of the period; of the last one, today''s.';
COMMENT ON COLUMN mrr_:adverb.retained_mrr IS 'sum of min(opening, closing) over the customers active at opening: the numerator of GRR.';
COMMENT ON COLUMN mrr_:adverb.surviving_mrr IS 'sum of closing over the customers active at opening: the numerator of NRR.';
COMMENT ON COLUMN mrr_:adverb.opening_customers IS 'Active customers at opening.';
COMMENT ON COLUMN mrr_:adverb.new_customers IS 'Events: customers who came for the first time.';
COMMENT ON COLUMN mrr_:adverb.reactivated_customers IS 'Events: returns.';
COMMENT ON COLUMN mrr_:adverb.expanded_customers IS 'Events: expansions.';
COMMENT ON COLUMN mrr_:adverb.contracted_customers IS 'Events: contractions.';
COMMENT ON COLUMN mrr_:adverb.churned_customers IS 'Events: churns, also of customers who came within the period.';
COMMENT ON COLUMN mrr_:adverb.lost_customers IS 'Customers active at opening and not at closing: the numerator of the churn rate.';
COMMENT ON COLUMN mrr_:adverb.closing_customers IS 'Active customers at the end of the period.';
COMMENT ON COLUMN mrr_:adverb.arr IS 'Annual recurring revenue = 12 * closing MRR.';
COMMENT ON COLUMN mrr_:adverb.arpa IS 'Average MRR per account = closing MRR / closing customers. NULL without customers.';
COMMENT ON COLUMN mrr_:adverb.asp IS 'Average sale price = new MRR / new customers. NULL without new customers.';
COMMENT ON COLUMN mrr_:adverb.quick_ratio IS '(new + reactivation + expansion) / |contraction + churn|. NULL without losses.';
COMMENT ON COLUMN mrr_:adverb.nrr IS 'Net revenue retention = surviving / opening MRR, a fraction. NULL without MRR at opening.';
COMMENT ON COLUMN mrr_:adverb.grr IS 'Gross revenue retention = retained / opening MRR, a fraction. NULL without MRR at opening.';
COMMENT ON COLUMN mrr_:adverb.churn_rate IS 'Customer churn rate = lost / opening customers, a fraction. NULL without customers at opening.';
COMMENT ON COLUMN mrr_:adverb.churn_rate_low IS 'Lower bound of the churn rate with 95 % confidence (Wilson).';
COMMENT ON COLUMN mrr_:adverb.churn_rate_high IS 'Upper bound of the churn rate.';
COMMENT ON COLUMN mrr_:adverb.gross_revenue_churn_rate IS '1 - GRR, a fraction.';
COMMENT ON COLUMN mrr_:adverb.net_revenue_churn_rate IS '1 - NRR, a fraction, negative when the customers active at opening grew.';
