-- A change of every kind, and after each what is queued; then what the views say, and a refresh.
\set ON_ERROR_STOP on
SET search_path = public, "Q's ""ledger""";
\set queue 'SELECT count(*), string_agg(coalesce(customer_id::text, \'all\'), \' \' ORDER BY customer_id) FROM pending_customers;'

:queue
INSERT INTO subscriptions VALUES (101, 1, 'eu', 'basic', '2025-01-01');
:queue
INSERT INTO subscriptions_us VALUES (102, 2, 'us', 'pro', '2025-01-01');
:queue
UPDATE subscriptions SET customer_id = 5 WHERE id = 12;
:queue
UPDATE subscriptions_eu SET ends_on = starts_on + 10 WHERE id = 14;
:queue
UPDATE subscriptions SET region = 'us' WHERE id = 17;
:queue
DELETE FROM subscriptions WHERE id IN (18, 19);
:queue
COPY subscriptions FROM stdin;
103	6	eu	basic	2025-02-01	\N
\.
:queue
UPDATE accounts SET is_test = true WHERE "Account" = 20;
:queue
UPDATE plans SET price = 12 WHERE plan = 'basic';
:queue
INSERT INTO fx_rates_rows VALUES ('EUR', '2025-01-01', 1.3);
:queue
TRUNCATE subscriptions_us;
:queue
SELECT period_start, closing_mrr, closing_customers FROM mrr_monthly;
SELECT periods, customers, movements_added, movements_superseded, rows_rejected
FROM saas_metrics.refresh('Q''s "ledger"');
