-- A day of activity counts for 7 and 28 days, or until the user's next one: +1 on the day, -1 where
-- that ends, and running sums over the days.
--
-- Written for speed: user and day in one number, which sorts faster than two columns.
WITH visit AS (
    SELECT user_id << 16 | (active_on - date '2000-01-01') AS key
      FROM activity
     WHERE active_on < date '2026-01-01'
), gap AS (
    SELECT key & 65535 AS day, least(lead(key, 1, key + 28) OVER (ORDER BY key) - key, 28) AS days
      FROM visit
), event AS (
    SELECT day, days, count(*) AS visits FROM gap WHERE days > 0 GROUP BY day, days
), change AS (
    SELECT day, visits AS dau, visits AS wau, visits AS mau FROM event
     UNION ALL
    SELECT day + least(days, 7), 0, -visits, 0 FROM event
     UNION ALL
    SELECT day + days, 0, 0, -visits FROM event
     UNION ALL
    SELECT unnest(range(min(day), date '2026-01-01' - date '2000-01-01')), 0, 0, 0 FROM event
), daily AS (
    SELECT date '2000-01-01' + day::integer AS day, sum(dau) AS dau,
           sum(sum(wau)) OVER (ORDER BY day) AS wau,
           sum(sum(mau)) OVER (ORDER BY day) AS mau
      FROM change
     GROUP BY day
)
SELECT * FROM daily WHERE day < date '2026-01-01' ORDER BY day
