-- A customer's spans in a sorted array; its first spell ends where the next one starts after all
-- earlier ones have ended.
--
-- Written for speed: a span is packed into one number (start, end); s + k months <= d, if k is the
-- difference of months and d's day is not before that of s, or the last of its month.
WITH customer AS (
    SELECT arraySort(groupArray(toUInt32(toUInt16(starts_on)) * 65536
                                + toUInt16(least(ends_on, '2026-01-01'::Date)))) AS spans
      FROM spans
     WHERE mrr > 0 AND starts_on < '2026-01-01' AND ends_on > starts_on
     GROUP BY customer_id
), spell AS (
    SELECT toDate(toUInt16(bitShiftRight(spans[1], 16))) AS starts_on,
           toDate(toUInt16(arrayFold(
               (ends, span) -> if(bitShiftRight(span, 16) > ends, ends, greatest(ends, bitAnd(span, 65535))),
               spans, bitAnd(spans[1], 65535)))) AS ends_on
      FROM customer
), last AS (
    SELECT least(ends_on, '2025-12-31'::Date) AS last_day,
           toRelativeMonthNum(last_day) - toRelativeMonthNum(starts_on)
           - (toDayOfMonth(last_day) < toDayOfMonth(starts_on) AND last_day <> toLastDayOfMonth(last_day)) AS age,
           ends_on < '2026-01-01' AS churned
      FROM spell
), ages AS (
    SELECT age, count() AS customers, countIf(churned) AS churned
      FROM last
     GROUP BY age
     ORDER BY age WITH FILL FROM 0
)
SELECT age, sum(customers) OVER (ORDER BY age DESC) AS at_risk, churned
  FROM ages
 ORDER BY age
