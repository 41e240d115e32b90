-- A customer's payments in an array, and the months in which it paid as the bits of one number.
--
-- Written for speed: a payment is packed into one number (cents, month), the customer's months
-- are numbers below all of them, so that one array holds both and one aggregation takes both.
WITH customer AS (
    SELECT if(max(amount) > 0, minIf(month, amount > 0), 255) AS first_month,
           groupArray(toInt64(amount * 100) * 64 + month) AS payments,
           groupBitOr(bitShiftLeft(1::UInt64, month)) AS months
      FROM (SELECT customer_id, toUInt8(toRelativeMonthNum(paid_on) - 24265) AS month, amount
              FROM payments
             WHERE amount <> 0 AND paid_on < '2026-01-01')
     GROUP BY customer_id
), cell AS (
    SELECT toUInt8(bitAnd(packed, 63)) AS month, if(first_month <= month, first_month, 255) AS cohort,
           countIf(packed < -bitShiftLeft(1::Int64, 61)) AS customers,
           sumIf(bitShiftRight(packed, 6), packed > -bitShiftLeft(1::Int64, 61)) AS cents
      FROM customer
     ARRAY JOIN arrayConcat(payments, arrayMap(m -> m - bitShiftLeft(1::Int64, 62),
                                               bitPositionsToArray(months))) AS packed
     GROUP BY month, cohort
), triangle AS (
    SELECT month, cohort, customers, cents,
           min(if(customers > 0, month, 255)) OVER () AS first_month,
           min(if(customers > 0, cohort, 255)) OVER () AS first_cohort
      FROM (SELECT toUInt8(number) AS month, toUInt8(arrayJoin(arrayPushBack(range(number + 1), 255))) AS cohort
              FROM numbers(48)) AS every
      LEFT JOIN cell USING (month, cohort)
)
SELECT '2022-01-01'::Date + toIntervalMonth(month) AS period_start,
       if(cohort = 255, NULL, '2022-01-01'::Date + toIntervalMonth(cohort)) AS cohort_start,
       customers, toDecimal64(cents, 2) / 100 AS revenue
  FROM triangle
 WHERE month >= first_month AND if(cohort = 255, customers > 0, cohort >= first_cohort)
 ORDER BY month, cohort
