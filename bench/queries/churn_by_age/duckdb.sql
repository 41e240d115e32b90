-- A customer's first spell ends where the next span starts after all earlier ones have ended (a
-- running maximum of the ends tells), or with the last of them.
--
-- Written for speed: s + k months <= d, if k is the difference of months and d's day is not before
-- that of s, or the last of its month.
WITH span AS (
    SELECT customer_id, starts_on, least(ends_on, date '2026-01-01') AS ends_on
      FROM spans
     WHERE mrr > 0 AND starts_on < date '2026-01-01' AND ends_on > starts_on
), covered AS (
    SELECT customer_id, starts_on, ends_on,
           max(ends_on) OVER (PARTITION BY customer_id ORDER BY starts_on
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
      FROM span
), spell AS (
    SELECT min(starts_on) AS starts_on,
           coalesce(min(covered) FILTER (WHERE starts_on > covered), max(ends_on)) AS ends_on
      FROM covered
     GROUP BY customer_id
), dated AS (
    SELECT starts_on, ends_on < date '2026-01-01' AS churned, least(ends_on, date '2025-12-31') AS ends_on
      FROM spell
), aged AS (
    SELECT 12 * (year(ends_on) - year(starts_on)) + month(ends_on) - month(starts_on)
           - (day(ends_on) < day(starts_on) AND day(ends_on + 1) <> 1)::integer AS age, churned
      FROM dated
), last AS (
    SELECT age, count(*) AS customers, count(*) FILTER (WHERE churned) AS churned
      FROM aged
     GROUP BY age
)
SELECT age, sum(coalesce(customers, 0)) OVER (ORDER BY age DESC) AS at_risk, coalesce(churned, 0) AS churned
  FROM (SELECT unnest(range(max(age) + 1)) AS age FROM last)
  LEFT JOIN last USING (age)
 ORDER BY age
