-- A day of activity counts for 7 and 28 days, or until the user's next one: +1 on the day, -1 where
-- that ends, and running sums over the days. A user's days in a sorted array.
WITH app_user AS (
    SELECT arraySort(groupArray(active_on)) AS days,
           arrayShiftLeft(days, 1, '2149-06-06'::Date) AS nexts
      FROM activity
     WHERE active_on < '2026-01-01'
     GROUP BY user_id
), event AS (
    SELECT day, toUInt8(least(next - day, 28)) AS length, count() AS visits
      FROM app_user
     ARRAY JOIN days AS day, nexts AS next
     WHERE next > day
     GROUP BY day, length
), change AS (
    SELECT c.1 AS day, sum(c.2) AS dau, sum(c.3) AS week, sum(c.4) AS month
      FROM (SELECT arrayJoin([(day, toInt64(visits), toInt64(visits), toInt64(visits)),
                              (day + least(length, 7), 0, -visits, 0),
                              (day + length, 0, 0, -visits)]) AS c FROM event)
     GROUP BY day
     ORDER BY day WITH FILL TO '2026-01-01'::Date
)
SELECT day, dau, sum(week) OVER days AS wau, sum(month) OVER days AS mau
  FROM change
 WHERE day < '2026-01-01'
WINDOW days AS (ORDER BY day)
 ORDER BY day
