-- MRR movements from events: +mrr where a span starts, -mrr where it ends, netted by customer and
-- day; a running sum gives a customer's MRR after each change.
--
-- Written for speed: sums are cast back to 64 bits, which hold them.
WITH event AS (
    SELECT customer_id, starts_on AS day, mrr AS amount FROM spans
    UNION ALL
    SELECT customer_id, ends_on, -mrr FROM spans WHERE ends_on < date '2026-01-01'
), change AS (
    SELECT customer_id, day, sum(amount)::decimal(18,2) AS amount
      FROM event
     GROUP BY customer_id, day
    HAVING sum(amount) <> 0
), step AS (
    SELECT day, amount,
           sum(amount) OVER customer AS after,
           row_number() OVER customer AS nth
      FROM change
    WINDOW customer AS (PARTITION BY customer_id ORDER BY day ROWS UNBOUNDED PRECEDING)
), movement AS (
    SELECT date_trunc('month', day)::date AS period_start,
           coalesce(sum(amount) FILTER (WHERE nth = 1), 0) AS new_mrr,
           coalesce(sum(amount) FILTER (WHERE nth > 1 AND after = amount), 0) AS reactivation_mrr,
           coalesce(sum(amount) FILTER (WHERE amount > 0 AND after > amount), 0) AS expansion_mrr,
           coalesce(sum(amount) FILTER (WHERE amount < 0 AND after > 0), 0) AS contraction_mrr,
           coalesce(sum(amount) FILTER (WHERE after = 0), 0) AS churn_mrr
      FROM step
     GROUP BY 1
), closing AS (
    SELECT *, sum(new_mrr + reactivation_mrr + expansion_mrr + contraction_mrr + churn_mrr)
                  OVER (ORDER BY period_start) AS closing_mrr
      FROM movement
)
SELECT period_start,
       lag(closing_mrr, 1, 0) OVER (ORDER BY period_start) AS opening_mrr,
       new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr
  FROM closing
 ORDER BY period_start
