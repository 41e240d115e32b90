-- Each user's months once, beside the first of them.
WITH month AS MATERIALIZED (
    SELECT n, (date '2022-01-01' + n * interval '1 month')::date AS period_start
      FROM generate_series(0, 47) AS n
), user_month AS (
    SELECT user_id, date_trunc('month', active_on::timestamp)::date AS month
      FROM activity
     WHERE active_on < '2026-01-01'
     GROUP BY 1, 2
), compared AS (
    SELECT month, min(month) OVER w AS cohort, month = max(month) OVER w AS is_last
      FROM user_month
    WINDOW w AS (PARTITION BY user_id)
), cell AS (
    SELECT cohort, month, count(*) AS retained, count(*) FILTER (WHERE is_last) AS leaving
      FROM compared
     GROUP BY cohort, month
)
SELECT c.period_start AS cohort_start, m.n - c.n AS age, m.period_start,
       coalesce(first_value(retained) OVER cohort, 0) AS customers,
       coalesce(retained, 0) AS retained,
       coalesce(sum(leaving) OVER (PARTITION BY c.n ORDER BY m.n DESC), 0) AS on_or_after
  FROM month c
  JOIN month m ON m.n >= c.n
  LEFT JOIN cell ON cell.cohort = c.period_start AND cell.month = m.period_start
 WHERE c.period_start >= (SELECT min(cohort) FROM cell)
WINDOW cohort AS (PARTITION BY c.n ORDER BY m.n)
 ORDER BY c.n, m.n
