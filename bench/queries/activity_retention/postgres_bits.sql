-- A user's months are the bits of one number, which one hashed aggregation collects; of them there
-- are few different ones.
--
-- Written for speed: the month of a day is looked up, without date arithmetic.
WITH month AS MATERIALIZED (
    SELECT n, (date '2022-01-01' + n * interval '1 month')::date AS period_start
      FROM generate_series(0, 47) AS n
), day AS (
    SELECT array_agg(1::bigint << (12 * (extract(year FROM day) - 2022) + extract(month FROM day) - 1)::int
                     ORDER BY day) AS bits
      FROM generate_series(timestamp '2022-01-01', '2025-12-31', interval '1 day') AS day
), app_user AS (
    SELECT bit_or((SELECT bits FROM day)[active_on - date '2021-12-31']) AS months
      FROM activity
     WHERE active_on < '2026-01-01'
     GROUP BY user_id
), pattern AS (
    SELECT months, count(*) AS users FROM app_user GROUP BY months
), cohort_month AS (
    SELECT min(n) OVER pattern AS cohort, n AS month, n = max(n) OVER pattern AS is_last, users
      FROM pattern
      JOIN month ON months >> n & 1 = 1
    WINDOW pattern AS (PARTITION BY months)
), cell AS (
    SELECT cohort, month, sum(users) AS retained, sum(users) FILTER (WHERE is_last) AS leaving
      FROM cohort_month
     GROUP BY cohort, month
)
SELECT c.period_start AS cohort_start, m.n - c.n AS age, m.period_start,
       coalesce(first_value(retained) OVER cohort, 0) AS customers,
       coalesce(retained, 0) AS retained,
       coalesce(sum(leaving) OVER (PARTITION BY c.n ORDER BY m.n DESC), 0) AS on_or_after
  FROM month c
  JOIN month m ON m.n >= c.n
  LEFT JOIN cell ON cell.cohort = c.n AND cell.month = m.n
 WHERE c.n >= (SELECT min(cohort) FROM cell)
WINDOW cohort AS (PARTITION BY c.n ORDER BY m.n)
 ORDER BY c.n, m.n
