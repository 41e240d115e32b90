-- Each user's months once, in an array.
WITH app_user AS (
    SELECT arraySort(groupUniqArray(toUInt16(toRelativeMonthNum(active_on) - 24265))) AS active
      FROM activity
     WHERE active_on < '2026-01-01'
     GROUP BY user_id
), cell AS (
    SELECT active[1] AS cohort, month, count() AS retained, countIf(month = active[-1]) AS leaving
      FROM app_user
     ARRAY JOIN active AS month
     GROUP BY cohort, month
), triangle AS (
    SELECT cohort, month, retained, leaving, min(if(retained > 0, cohort, 48)) OVER () AS first_cohort
      FROM (SELECT number AS cohort, arrayJoin(range(number, 48)) AS month FROM numbers(48)) AS every
      LEFT JOIN cell USING (cohort, month)
)
SELECT '2022-01-01'::Date + toIntervalMonth(cohort) AS cohort_start, month - cohort AS age,
       '2022-01-01'::Date + toIntervalMonth(month) AS period_start,
       first_value(retained) OVER (PARTITION BY cohort ORDER BY month) AS customers,
       retained,
       sum(leaving) OVER (PARTITION BY cohort ORDER BY month DESC) AS on_or_after
  FROM triangle
 WHERE cohort >= first_cohort
 ORDER BY cohort, month
