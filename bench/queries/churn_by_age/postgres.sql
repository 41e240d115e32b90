-- A customer's first spell ends where the next span starts after all earlier ones have ended (a
-- running maximum of the ends tells), or with the last of them.
--
-- Written for speed: the month of a day is looked up; s + k months <= d, if k is the difference of
-- months and d's day is not before that of s, or the last of its month.
WITH day AS (
    SELECT array_agg((12 * extract(year FROM day) + extract(month FROM day))::int ORDER BY day) AS month,
           array_agg(extract(day FROM day)::int ORDER BY day) AS day_of_month,
           array_agg(CASE extract(day FROM day + interval '1 day') WHEN 1 THEN 31
                                                                   ELSE extract(day FROM day) END::int
                     ORDER BY day) AS reached
      FROM generate_series(timestamp '2022-01-01', '2025-12-31', interval '1 day') AS day
), span AS (
    SELECT customer_id, starts_on, least(ends_on, '2026-01-01') AS ends_on
      FROM spans
     WHERE mrr > 0 AND starts_on < '2026-01-01' AND (ends_on > starts_on OR ends_on IS NULL)
), covered AS (
    SELECT customer_id, starts_on, ends_on,
           max(ends_on) OVER (PARTITION BY customer_id ORDER BY starts_on
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
      FROM span
), spell AS (
    SELECT min(starts_on) - date '2021-12-31' AS starts,
           coalesce(min(covered) FILTER (WHERE starts_on > covered), max(ends_on)) AS ends_on
      FROM covered
     GROUP BY customer_id
), dated AS (
    SELECT starts, ends_on < '2026-01-01' AS churned,
           least(ends_on, date '2025-12-31') - date '2021-12-31' AS ends
      FROM spell
), aged AS (
    SELECT (SELECT month FROM day)[ends] - (SELECT month FROM day)[starts]
           - ((SELECT reached FROM day)[ends] < (SELECT day_of_month FROM day)[starts])::int AS age, churned
      FROM dated
), last AS (
    SELECT age, count(*) AS customers, count(*) FILTER (WHERE churned) AS churned
      FROM aged
     GROUP BY age
)
SELECT age, sum(coalesce(customers, 0)) OVER (ORDER BY age DESC) AS at_risk, coalesce(churned, 0) AS churned
  FROM generate_series(0, (SELECT max(age) FROM last)) AS age
  LEFT JOIN last USING (age)
 ORDER BY age
