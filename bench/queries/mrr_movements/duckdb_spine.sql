-- MRR movements from a spine of months: each customer's MRR at the end of each month beside that of
-- the month before. See postgres_spine.sql.
WITH month AS (
    SELECT n::integer AS n, (date '2022-01-01' + (n + 1) * interval '1 month')::date AS ends_on
      FROM generate_series(0, 47) AS t (n)
), customer_month AS (
    SELECT s.customer_id, m.n, sum(s.mrr)::decimal(18, 2) AS mrr
      FROM spans s
      JOIN month m ON m.ends_on > s.starts_on AND m.ends_on <= coalesce(s.ends_on, date 'infinity')
     GROUP BY s.customer_id, m.n
), compared AS (
    SELECT n, mrr,
           lag(mrr) OVER customer AS previous_mrr,
           lag(n) OVER customer = n - 1 AS stayed,
           lead(n) OVER customer = n + 1 AS stays
      FROM customer_month
    WINDOW customer AS (PARTITION BY customer_id ORDER BY n)
), movement AS (
    SELECT n,
           sum(mrr) FILTER (WHERE stayed IS NULL) AS new_mrr,
           sum(mrr) FILTER (WHERE NOT stayed) AS reactivation_mrr,
           sum(mrr - previous_mrr) FILTER (WHERE stayed AND mrr > previous_mrr) AS expansion_mrr,
           sum(mrr - previous_mrr) FILTER (WHERE stayed AND mrr < previous_mrr) AS contraction_mrr,
           sum(mrr) AS closing_mrr,
           count(*) AS closing_customers,
           coalesce(sum(mrr) FILTER (WHERE stays IS NOT TRUE), 0) AS leaving_mrr,
           count(*) FILTER (WHERE stays IS NOT TRUE) AS leaving_customers
      FROM compared
     GROUP BY n
)
SELECT (date '2022-01-01' + n * interval '1 month')::date AS period_start,
       lag(closing_mrr, 1, 0) OVER months AS opening_mrr,
       coalesce(new_mrr, 0) AS new_mrr,
       coalesce(reactivation_mrr, 0) AS reactivation_mrr,
       coalesce(expansion_mrr, 0) AS expansion_mrr,
       coalesce(contraction_mrr, 0) AS contraction_mrr,
       -lag(leaving_mrr, 1, 0) OVER months AS churn_mrr,
       closing_mrr,
       lag(leaving_customers, 1, 0) OVER months AS lost_customers,
       closing_customers
  FROM movement
WINDOW months AS (ORDER BY n)
 ORDER BY n
