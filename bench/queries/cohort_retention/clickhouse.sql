-- At the ends of months a span counts from the month in which it starts up to, not with, the one in
-- which it ends. A customer's spans in an array, and beside them the months in which it is active, as
-- the bits of one number: few different ones remain by cohort.
--
-- Written for speed: a span is packed into one number (cents, end, start), a set of months is a
-- negative one, so that one array holds both and one aggregation takes both.
WITH span AS (
    SELECT customer_id, mrr, toUInt8(toRelativeMonthNum(starts_on) - 24265) AS starts,
           toUInt8(least(toRelativeMonthNum(ends_on) - 24265, 48)) AS ends
      FROM spans
     WHERE mrr > 0 AND starts_on < '2026-01-01' AND ends_on > starts_on
), customer AS (
    SELECT min(starts) AS cohort,
           groupArray(toInt64(mrr * 100) * 65536 + ends * 256 + starts) AS spans,
           groupBitOr(bitShiftLeft(1::UInt64, ends) - bitShiftLeft(1::UInt64, starts)) AS months
      FROM span
     GROUP BY customer_id
), kind AS (
    SELECT cohort, if(packed < 0, packed, packed % 65536) AS kind,
           sum(intDiv(packed, 65536)) AS cents, toInt64(count()) AS customers
      FROM customer
     ARRAY JOIN arrayPushBack(spans, bitNot(toInt64(months))) AS packed
     GROUP BY cohort, kind
), change AS (
    SELECT cohort, c.1 AS month, sum(c.2) AS joined, sum(c.3) AS retained, sum(c.4) AS cents
      FROM (SELECT cohort, toUInt64(bitNot(kind)) AS months,
                   arrayJoin(if(kind < 0,
                       arrayConcat(
                           [(cohort, customers, 0, 0)],
                           arrayMap(m -> (m, 0, customers, 0),
                                    bitPositionsToArray(bitAnd(months, bitNot(bitShiftLeft(months, 1))))),
                           arrayMap(m -> (m, 0, -customers, 0),
                                    bitPositionsToArray(bitAnd(bitShiftLeft(months, 1), bitNot(months))))),
                       [(toUInt8(kind % 256), 0, 0, cents), (toUInt8(intDiv(kind, 256)), 0, 0, -cents)])) AS c
              FROM kind)
     GROUP BY cohort, month
), triangle AS (
    SELECT cohort, month, joined, retained, cents, min(if(joined > 0, cohort, 48)) OVER () AS first_cohort
      FROM (SELECT number AS cohort, arrayJoin(range(number, 48)) AS month FROM numbers(48)) AS every
      LEFT JOIN change USING (cohort, month)
), cell AS (
    SELECT cohort, month,
           sum(joined) OVER cohort AS customers,
           sum(retained) OVER cohort AS retained,
           toDecimal64(sum(cents) OVER cohort, 2) / 100 AS retained_mrr
      FROM triangle
     WHERE cohort >= first_cohort
    WINDOW cohort AS (PARTITION BY cohort ORDER BY month)
)
SELECT '2022-01-01'::Date + toIntervalMonth(cohort) AS cohort_start, month - cohort AS age,
       '2022-01-01'::Date + toIntervalMonth(month) AS period_start,
       customers, retained,
       first_value(retained_mrr) OVER (PARTITION BY cohort ORDER BY month) AS cohort_mrr,
       retained_mrr
  FROM cell
 ORDER BY cohort, month
