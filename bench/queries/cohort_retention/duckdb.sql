-- At the ends of months a span counts from the month in which it starts up to, not with, the one in
-- which it ends. The months in which a customer is active are the bits of one number, which a
-- hashed aggregation collects, along with the cohort; the spans of all customers of a cohort
-- that start and end in the same months are one amount.
WITH month AS (
    SELECT n, (date '2022-01-01' + n::integer * interval '1 month')::date AS period_start
      FROM range(48) AS t (n)
), span AS (
    SELECT customer_id, year(starts_on) * 12 + month(starts_on) - 24265 AS starts,
           least(year(ends_on) * 12 + month(ends_on) - 24265, 48) AS ends, mrr
      FROM spans
     WHERE mrr > 0 AND starts_on < date '2026-01-01' AND ends_on > starts_on
), customer AS MATERIALIZED (
    SELECT customer_id, min(starts)::tinyint AS cohort,
           bit_or((1::bigint << ends) - (1::bigint << starts)) AS months
      FROM span
     GROUP BY customer_id
), pattern AS (
    SELECT cohort, months, count(*) AS customers FROM customer GROUP BY cohort, months
), active AS (
    SELECT cohort, n AS month, sum(customers) AS retained
      FROM pattern JOIN month ON (months >> n) & 1 = 1
     GROUP BY cohort, n
), cohort AS (
    SELECT cohort, sum(customers) AS customers FROM pattern GROUP BY cohort
), amount AS (
    SELECT cohort, starts, ends, sum(mrr) AS mrr
      FROM span JOIN customer USING (customer_id)
     GROUP BY cohort, starts, ends
), mrr AS (
    SELECT cohort, month, sum(mrr) AS mrr
      FROM (SELECT cohort, starts AS month, mrr FROM amount
             UNION ALL
            SELECT cohort, ends, -mrr FROM amount) AS change
     GROUP BY cohort, month
), cell AS (
    SELECT c.period_start AS cohort_start, m.n - c.n AS age, m.period_start,
           coalesce(customers, 0) AS customers,
           coalesce(retained, 0) AS retained,
           coalesce(sum(mrr) OVER (PARTITION BY c.n ORDER BY m.n), 0) AS retained_mrr
      FROM month c
      JOIN month m ON m.n >= c.n
      LEFT JOIN cohort ON cohort.cohort = c.n
      LEFT JOIN active a ON a.cohort = c.n AND a.month = m.n
      LEFT JOIN mrr ON mrr.cohort = c.n AND mrr.month = m.n
     WHERE c.n >= (SELECT min(cohort) FROM cohort)
)
SELECT *, first_value(retained_mrr) OVER (PARTITION BY cohort_start ORDER BY age) AS cohort_mrr
  FROM cell
 ORDER BY cohort_start, age
