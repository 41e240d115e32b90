-- Each user's months once, beside the first of them.
WITH month AS (
    SELECT n, (date '2022-01-01' + n::integer * interval '1 month')::date AS period_start
      FROM range(48) AS t (n)
), user_month AS (
    SELECT DISTINCT user_id, (year(active_on) * 12 + month(active_on) - 24265)::integer AS month
      FROM activity
     WHERE active_on < date '2026-01-01'
), app_user AS (
    SELECT user_id, min(month) AS cohort, max(month) AS last FROM user_month GROUP BY user_id
), cell AS (
    SELECT cohort, month, count(*) AS retained, count(*) FILTER (WHERE month = last) AS leaving
      FROM user_month JOIN app_user USING (user_id)
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
