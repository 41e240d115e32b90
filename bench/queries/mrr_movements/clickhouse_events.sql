-- MRR movements from events: +mrr where a span starts, -mrr where it ends, netted by customer and
-- day; a running sum gives a customer's MRR after each change.
--
-- Written for speed: no Nullable (an open end is the last date there is), sums cast back to 64 bits.
WITH event AS (
    SELECT customer_id, starts_on AS day, mrr AS amount FROM spans
    UNION ALL
    SELECT customer_id, ends_on, -mrr FROM spans WHERE ends_on < '2026-01-01'
), change AS (
    SELECT customer_id, day, toDecimal64(sum(amount), 2) AS amount
      FROM event
     GROUP BY customer_id, day
    HAVING amount <> 0
), step AS (
    SELECT day, amount,
           toDecimal64(sum(amount) OVER customer, 2) AS after,
           row_number() OVER customer AS nth
      FROM change
    WINDOW customer AS (PARTITION BY customer_id ORDER BY day ROWS UNBOUNDED PRECEDING)
), movement AS (
    SELECT toStartOfMonth(day) AS period_start,
           sumIf(amount, nth = 1) AS new_mrr,
           sumIf(amount, nth > 1 AND after = amount) AS reactivation_mrr,
           sumIf(amount, amount > 0 AND after > amount) AS expansion_mrr,
           sumIf(amount, amount < 0 AND after > 0) AS contraction_mrr,
           sumIf(amount, after = 0) AS churn_mrr,
           sum(amount) AS net
      FROM step
     GROUP BY period_start
)
SELECT period_start,
       sum(net) OVER months - net AS opening_mrr,
       new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr,
       sum(net) OVER months AS closing_mrr
  FROM movement
WINDOW months AS (ORDER BY period_start ROWS UNBOUNDED PRECEDING)
 ORDER BY period_start
