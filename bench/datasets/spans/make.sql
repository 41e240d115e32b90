-- The benchmark's data: three spans a customer on average, over the 48 months from 2022 to 2025.
-- Customers sign up in the first 36. Their other spans begin on random days after the first; a span
-- lasts until the next (a change of plan), ends before it (a gap), or goes on beside it (an add-on).
-- Stored in the order of time, as a table of facts is: a customer's spans are spread over it.
-- The same on every run and server: all choices are hashes.

DROP TABLE IF EXISTS spans;
CREATE UNLOGGED TABLE spans (
    customer_id   bigint NOT NULL,
    starts_on     date NOT NULL,
    ends_on       date,
    mrr           numeric(12,2) NOT NULL,
    customer_text text NOT NULL,
    customer_uuid uuid NOT NULL
) WITH (parallel_workers = 2);

INSERT INTO spans
WITH customer AS (
    SELECT id, bench.draw(id, 1, 1096) AS signed_up
      FROM generate_series(1, (:rows + 2) / 3) AS id
), begun AS (
    SELECT c.id, c.id * 8 + n AS key,
           c.signed_up + CASE n WHEN 0 THEN 0 ELSE bench.draw(c.id * 8 + n, 3, 1461 - c.signed_up) END AS day
      FROM customer c, generate_series(0, c.id % 5) AS n
), ended AS (
    SELECT id, key, day, lead(day) OVER (PARTITION BY id ORDER BY day, key) AS next_day,
           bench.draw(key, 3, 10) AS fate
      FROM begun
), span AS (
    SELECT id, key, day,
           CASE WHEN next_day IS NULL THEN CASE WHEN fate < 4 THEN day + 30 + bench.draw(key, 4, 500) END
                WHEN fate < 6 THEN next_day
                WHEN fate < 8 THEN day + bench.draw(key, 5, next_day - day + 1)
                WHEN fate < 9 THEN next_day + bench.draw(key, 6, 300)
           END AS end_day
      FROM ended
     ORDER BY day, bench.draw(key, 7, 2147483647)
     LIMIT :rows
)
SELECT id, date '2022-01-01' + day, date '2022-01-01' + end_day,
       (ARRAY[9.90, 19.90, 29.90, 49, 99, 199, 499])[1 + bench.draw(key, 8, 7)] * (1 + bench.draw(key, 9, 5)),
       'cus_' || substr(md5(id::text), 1, 14), md5('customer ' || id)::uuid
  FROM span;
