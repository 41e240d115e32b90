-- MRR by :grain: a view for each grain, and the query of mrr_monthly_at.
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
    SELECT period_start, (period_start + interval ':step')::date AS period_end
    FROM (SELECT min(period_start) AS first FROM sums WHERE new_customers <> 0) AS data,
         saas_metrics.ledger_periods(data.first, (SELECT today FROM clock), interval ':step', 100000) AS period_start
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
  ORDER BY r.period_start
