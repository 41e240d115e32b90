-- MRR movements from events as ClickHouse likes them best: a customer's events in a sorted array,
-- a running sum over it, of each day the last sum; no window functions.
WITH customer AS (
    SELECT arraySort(arrayConcat(
               groupArray((starts_on, toDecimal64(mrr, 2))),
               groupArrayIf((ends_on, toDecimal64(-mrr, 2)), ends_on < '2026-01-01'))) AS events
      FROM spans
     GROUP BY customer_id
), timeline AS (
    SELECT events.1 AS days,
           arrayCumSum(events.2) AS sums,
           arrayMap((day, next) -> day <> next, days, arrayShiftLeft(days, 1)) AS is_last,
           arrayFilter((day, last) -> last, days, is_last) AS day,
           arrayFilter((sum, last) -> last, sums, is_last) AS after,
           arrayShiftRight(after, 1) AS before,
           arrayFirstIndex(mrr -> mrr > 0, after) AS first
      FROM customer
), step AS (
    SELECT d AS day, b AS before, a AS after, nth = first AS is_new
      FROM timeline
     ARRAY JOIN day AS d, before AS b, after AS a, arrayEnumerate(day) AS nth
     WHERE a <> b
), movement AS (
    SELECT toStartOfMonth(day) AS period_start,
           sumIf(after, is_new) AS new_mrr,
           sumIf(after, before = 0 AND NOT is_new) AS reactivation_mrr,
           sumIf(after - before, before > 0 AND after > before) AS expansion_mrr,
           sumIf(after - before, after > 0 AND after < before) AS contraction_mrr,
           -sumIf(before, after = 0) AS churn_mrr,
           sum(after - before) AS net
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
