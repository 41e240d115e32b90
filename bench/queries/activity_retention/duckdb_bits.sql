-- A user's months are the bits of one number; of them there are few different ones.
WITH app_user AS (
    SELECT bit_or(1::bigint << (year(active_on) * 12 + month(active_on) - 24265)) AS months
      FROM activity
     WHERE active_on < date '2026-01-01'
     GROUP BY user_id
), pattern AS (
    SELECT months, count(*) AS users FROM app_user GROUP BY months
), month AS (
    SELECT n, (date '2022-01-01' + n::integer * interval '1 month')::date AS period_start
      FROM range(48) AS t (n)
), cohort_month AS (
    SELECT min(n) OVER pattern AS cohort, n AS month, n = max(n) OVER pattern AS is_last, users
      FROM pattern
      JOIN month ON (months >> n) & 1 = 1
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
