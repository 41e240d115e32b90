-- The month of each customer's first payment; payments by that and their own month. The months in
-- which a customer pays are the bits of one number, of which there are not many.
WITH month AS (
    SELECT n, (date '2022-01-01' + n::integer * interval '1 month')::date AS period_start
      FROM range(48) AS t (n)
), payment AS (
    SELECT customer_id, year(paid_on) * 12 + month(paid_on) - 24265 AS month, amount
      FROM payments
     WHERE amount <> 0 AND paid_on < date '2026-01-01'
), customer AS MATERIALIZED (
    SELECT customer_id, min(month) FILTER (WHERE amount > 0) AS cohort, bit_or(1::bigint << month) AS months
      FROM payment
     GROUP BY customer_id
), revenue AS (
    SELECT month, CASE WHEN cohort <= month THEN cohort END AS cohort, sum(amount) AS revenue
      FROM payment JOIN customer USING (customer_id)
     GROUP BY 1, 2
), pattern AS (
    SELECT cohort, months, count(*) AS customers FROM customer GROUP BY cohort, months
), customers AS (
    SELECT n AS month, CASE WHEN cohort <= n THEN cohort END AS cohort, sum(customers) AS customers
      FROM pattern
      JOIN month ON (months >> n) & 1 = 1
     GROUP BY 1, 2
), triangle AS (
    SELECT m.n AS month, c.n AS cohort
      FROM month m
      JOIN month c ON c.n <= m.n
     WHERE m.n >= (SELECT min(month) FROM revenue) AND c.n >= (SELECT min(cohort) FROM revenue)
     UNION ALL
    SELECT month, NULL FROM revenue WHERE cohort IS NULL
)
SELECT m.period_start, c.period_start AS cohort_start,
       coalesce(customers, 0) AS customers, coalesce(revenue, 0) AS revenue
  FROM triangle t
  JOIN month m ON m.n = t.month
  LEFT JOIN month c ON c.n = t.cohort
  LEFT JOIN revenue r ON r.month = t.month AND coalesce(r.cohort, -1) = coalesce(t.cohort, -1)
  LEFT JOIN customers s ON s.month = t.month AND coalesce(s.cohort, -1) = coalesce(t.cohort, -1)
 ORDER BY 1, 2
