-- Payments, twenty a customer on average, over the 48 months from 2022 to 2025. Customers start in
-- the first 36 and pay every 30 days, or more often if they would not be done by the end of 2025.
-- One payment in 25 is a refund, a customer's first ones too; some are 0; one customer in 50 never
-- pays. Stored in the order of time.
DROP TABLE IF EXISTS payments;
CREATE UNLOGGED TABLE payments (
    customer_id bigint NOT NULL,
    paid_on     date NOT NULL,
    amount      numeric(12,2) NOT NULL
) WITH (parallel_workers = 2);

INSERT INTO payments
WITH customer AS (
    SELECT id, bench.draw(id, 1, 1096) AS first_day,
           (ARRAY[1, 2, 5, 9, 13, 19, 27, 34, 42, 48])[1 + bench.draw(id, 2, 10)] AS payments,
           (ARRAY[9.90, 19.90, 29.90, 49, 99, 199, 499])[1 + bench.draw(id, 3, 7)] AS price
      FROM generate_series(1, :rows / 20 + 1000) AS id
), payment AS (
    SELECT id, id * 64 + n AS key,
           first_day + n * least(30, (1461 - first_day) / payments) AS day,
           price * CASE WHEN bench.draw(id, 4, 50) = 0 THEN 0
                        WHEN bench.draw(id * 64 + n, 5, 25) = 0 THEN -1
                        WHEN bench.draw(id * 64 + n, 5, 100) = 1 THEN 0
                        ELSE 1 + bench.draw(id * 64 + n, 6, 4) END AS amount
      FROM customer, generate_series(0, payments - 1) AS n
     ORDER BY id
     LIMIT :rows
)
SELECT id, date '2022-01-01' + day, amount
  FROM payment
 ORDER BY day, bench.draw(key, 7, 2147483647);
