-- Retention by cohort and by age.

CREATE VIEW cohort_retention_monthly AS
  WITH clock AS (SELECT currency, today FROM ledger_clock),
  sums AS (
    SELECT cohort, period_start, sum(customers)::bigint AS customers, sum(mrr) AS mrr,
           sum(new_customers)::bigint AS new_customers
    FROM fresh_rollup
    WHERE slice = 'cohort'
    GROUP BY cohort, period_start
  ),
  sizes AS (
    SELECT cohort, sum(new_customers)::bigint AS customers
    FROM sums GROUP BY cohort
  ),
  rolled AS (
    SELECT z.cohort, p.period_start, z.customers,
           coalesce(sum(s.customers) OVER through, 0)::bigint AS retained_customers,
           coalesce(sum(s.mrr) OVER through, 0) AS mrr
    FROM sizes AS z
    CROSS JOIN LATERAL saas_metrics.ledger_periods(z.cohort, (SELECT today FROM clock), interval '1 month', 2000)
      AS p (period_start)
    LEFT JOIN sums AS s ON s.cohort = z.cohort AND s.period_start = p.period_start
    WINDOW through AS (PARTITION BY z.cohort ORDER BY p.period_start)
  ),
  measured AS (
    SELECT r.*, first_value(r.mrr) OVER (PARTITION BY r.cohort ORDER BY r.period_start) AS cohort_mrr
    FROM rolled AS r
  ),
  -- Those of empty cohorts too, of which one early start makes many.
  cells AS (
    SELECT cohort, p.period_start, p.place - 1 AS age
    FROM (SELECT min(cohort) AS first FROM sizes WHERE customers <> 0) AS data,
         saas_metrics.ledger_periods(data.first, (SELECT today FROM clock), interval '1 month', 2000) AS cohort,
         saas_metrics.ledger_periods(cohort, (SELECT today FROM clock), interval '1 month', 2000)
           WITH ORDINALITY AS p (period_start, place)
  )
  SELECT c.cohort, c.age::integer AS age, c.period_start,
         (c.period_start + interval '1 month')::date <= clock.today AS complete,
         coalesce(m.customers, 0) AS customers, coalesce(m.retained_customers, 0) AS retained_customers,
         m.retained_customers::numeric / nullif(m.customers, 0) AS customer_retention,
         clock.currency,
         coalesce(m.cohort_mrr, 0) AS cohort_mrr, coalesce(m.mrr, 0) AS mrr,
         m.mrr / nullif(m.cohort_mrr, 0) AS revenue_retention
  FROM cells AS c
  CROSS JOIN clock
  LEFT JOIN measured AS m ON m.cohort = c.cohort AND m.period_start = c.period_start
  ORDER BY c.cohort, c.period_start;

COMMENT ON VIEW cohort_retention_monthly IS
  'What became of the customers and the MRR of each month''s new customers, month by month through the current one; months without new customers are empty cohorts.';
COMMENT ON COLUMN cohort_retention_monthly.cohort IS 'The first day of the month in which the customers first had MRR.';
COMMENT ON COLUMN cohort_retention_monthly.age IS 'Months since that month; 0 is the month itself.';
COMMENT ON COLUMN cohort_retention_monthly.period_start IS 'First day of the month that the row looks at.';
COMMENT ON COLUMN cohort_retention_monthly.complete IS 'Whether that month is over.';
COMMENT ON COLUMN cohort_retention_monthly.customers IS 'Customers of the cohort, also those gone before the end of age 0.';
COMMENT ON COLUMN cohort_retention_monthly.retained_customers IS 'Of them, those active at the end of the month.';
COMMENT ON COLUMN cohort_retention_monthly.customer_retention IS 'retained / all customers, a fraction. NULL for an empty cohort.';
COMMENT ON COLUMN cohort_retention_monthly.currency IS 'The currency of the amounts: the ledger''s.';
COMMENT ON COLUMN cohort_retention_monthly.cohort_mrr IS 'Their MRR at the end of age 0.';
COMMENT ON COLUMN cohort_retention_monthly.mrr IS 'Their MRR at the end of the month.';
COMMENT ON COLUMN cohort_retention_monthly.revenue_retention IS 'mrr / cohort_mrr, a fraction. NULL if cohort_mrr is 0.';

CREATE VIEW churn_by_age AS
  WITH clock AS (SELECT today FROM ledger_clock),
  running AS (
    SELECT saas_metrics.age_in_months(r.cohort, clock.today) AS age,
           sum(r.customers)::bigint AS spells
    FROM fresh_rollup AS r
    CROSS JOIN clock
    WHERE r.slice = 'first_spell'
    GROUP BY 1
  ),
  ended AS (
    SELECT r.age, sum(r.customers)::bigint AS spells
    FROM fresh_rollup AS r
    WHERE r.slice = 'ended_spell'
    GROUP BY r.age
  ),
  ages AS (
    SELECT age
    FROM generate_series(0, (SELECT max(age) FROM (
      SELECT age FROM running WHERE spells <> 0
      UNION ALL
      SELECT age FROM ended WHERE spells <> 0) AS seen)) AS age
  ),
  counts AS (
    SELECT a.age, coalesce(r.spells, 0) + coalesce(e.spells, 0) AS last_seen,
           coalesce(e.spells, 0) AS churned
    FROM ages AS a
    LEFT JOIN running AS r USING (age)
    LEFT JOIN ended AS e USING (age)
  ),
  at_risk AS (
    SELECT age, churned, (sum(last_seen) OVER (ORDER BY age DESC))::bigint AS at_risk
    FROM counts
  ),
  survivors AS (
    SELECT age, at_risk, churned, saas_metrics._survival(churned, at_risk) OVER (ORDER BY age) AS survival
    FROM at_risk
  )
  SELECT s.age, s.at_risk, s.churned, s.churned::numeric / s.at_risk AS hazard, s.survival,
         bounds.low AS hazard_low, bounds.high AS hazard_high
  FROM survivors AS s
  CROSS JOIN LATERAL saas_metrics.rate_interval(s.churned, s.at_risk) AS bounds
  ORDER BY s.age;

COMMENT ON VIEW churn_by_age IS
  'Churn by the age of customers in whole months since they first had MRR: their first spells only, those that still run as far as they are known today.';
COMMENT ON COLUMN churn_by_age.age IS 'Whole months since the start.';
COMMENT ON COLUMN churn_by_age.at_risk IS 'Spells that reached this age.';
COMMENT ON COLUMN churn_by_age.churned IS 'Of them, those that ended during it.';
COMMENT ON COLUMN churn_by_age.hazard IS 'churned / at_risk, a fraction.';
COMMENT ON COLUMN churn_by_age.survival IS 'Product of 1 - hazard up to this age, a fraction.';
COMMENT ON COLUMN churn_by_age.hazard_low IS 'Lower bound of the hazard with 95 % confidence (Wilson).';
COMMENT ON COLUMN churn_by_age.hazard_high IS 'Upper bound of the hazard.';
