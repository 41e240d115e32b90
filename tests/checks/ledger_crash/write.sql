\set customer random(1, 2000)
\set other random(1, 2000)
BEGIN;
INSERT INTO subscriptions (customer_id, plan, amount, starts_on)
SELECT :customer + i, 'basic', 15, date '2025-01-01' + i FROM generate_series(1, 3) AS i;
SAVEPOINT before;
DELETE FROM subscriptions WHERE customer_id = :other;
ROLLBACK TO SAVEPOINT before;
UPDATE subscriptions SET customer_id = :customer, amount = amount + 1
WHERE id = (SELECT id FROM subscriptions WHERE customer_id = :other LIMIT 1 FOR UPDATE SKIP LOCKED);
INSERT INTO written DEFAULT VALUES;
COMMIT;
