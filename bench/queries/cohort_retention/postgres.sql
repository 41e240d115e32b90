-- At the ends of months a span counts from the month in which it starts up to, not with, the one in
-- which it ends. A customer's MRR adds up; a customer counts once: each span adds the months
-- that no earlier one has covered (a running maximum of the ends tells). Few different
-- (cohort, start, end, covered) remain of all the spans, and running sums over them are the triangle.
--
-- Written for speed: the month of a day is looked up, one sort, and the windows follow its order.
WITH month AS MATERIALIZED (
    SELECT n, (date '2022-01-01' + n * interval '1 month')::date AS period_start
      FROM generate_series(0, 47) AS n
), day AS (
    SELECT array_agg((12 * (extract(year FROM day) - 2022) + extract(month FROM day) - 1)::int ORDER BY day) AS month
      FROM generate_series(timestamp '2022-01-01', '2025-12-31', interval '1 day') AS day
), span AS (
    SELECT customer_id, (SELECT month FROM day)[starts_on - date '2021-12-31'] AS starts,
           coalesce((SELECT month FROM day)[ends_on - date '2021-12-31'], 48) AS ends, mrr
      FROM spans
     WHERE mrr > 0 AND starts_on < '2026-01-01' AND (ends_on > starts_on OR ends_on IS NULL)
), covered AS (
    SELECT first_value(starts) OVER customer AS cohort, starts, ends, mrr,
           max(ends) OVER (customer ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
      FROM span
    WINDOW customer AS (PARTITION BY customer_id ORDER BY starts)
), kind AS (
    SELECT cohort, starts, ends, least(greatest(starts, covered), ends) AS covered, sum(mrr) AS mrr,
           count(*) AS spans, count(*) FILTER (WHERE covered IS NULL) AS customers
      FROM covered
     GROUP BY 1, 2, 3, 4
), change AS (
    SELECT cohort, starts AS month, 0 AS retained, mrr, customers FROM kind
     UNION ALL
    SELECT cohort, ends, -spans, -mrr, 0 FROM kind
     UNION ALL
    SELECT cohort, covered, spans, 0, 0 FROM kind
), changes AS (
    SELECT cohort, month, sum(retained) AS retained, sum(mrr) AS mrr, sum(customers) AS customers
      FROM change
     GROUP BY cohort, month
), cell AS (
    SELECT c.period_start AS cohort_start, m.n - c.n AS age, m.period_start,
           coalesce(sum(customers) OVER cohort, 0) AS customers,
           coalesce(sum(retained) OVER cohort, 0) AS retained,
           coalesce(sum(mrr) OVER cohort, 0) AS retained_mrr
      FROM month c
      JOIN month m ON m.n >= c.n
      LEFT JOIN changes h ON h.cohort = c.n AND h.month = m.n
     WHERE c.n >= (SELECT min(cohort) FROM changes)
    WINDOW cohort AS (PARTITION BY c.n ORDER BY m.n)
)
SELECT *, first_value(retained_mrr) OVER (PARTITION BY cohort_start ORDER BY age) AS cohort_mrr
  FROM cell
 ORDER BY cohort_start, age
