-- A ledger of every kind of binding and watching, with history, a seal and changes pending.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION saas_metrics;
\ir ../from_scratch.sql

CREATE TABLE plans (plan text PRIMARY KEY, price numeric NOT NULL, currency text NOT NULL);
CREATE TABLE subscriptions (
  id bigint NOT NULL, customer_id bigint NOT NULL, region text NOT NULL, plan text NOT NULL REFERENCES plans,
  starts_on date NOT NULL, ends_on date
) PARTITION BY LIST (region);
CREATE TABLE subscriptions_eu PARTITION OF subscriptions FOR VALUES IN ('eu');
CREATE TABLE subscriptions_us PARTITION OF subscriptions FOR VALUES IN ('us');
CREATE INDEX ON subscriptions (customer_id);
CREATE INDEX ON subscriptions (plan);
CREATE TABLE accounts ("Account" bigint PRIMARY KEY, is_test boolean NOT NULL);

INSERT INTO plans VALUES ('basic', 10, 'USD'), ('pro', 100, 'EUR'), ('none', 1, 'XXX');
INSERT INTO accounts SELECT c, c = 13 FROM generate_series(1, 30) AS c;
INSERT INTO subscriptions
SELECT i, 1 + i % 30, (ARRAY['eu', 'us'])[1 + i % 2], (ARRAY['basic', 'pro'])[1 + i % 3 / 2], d.day,
       CASE WHEN i % 3 > 0 THEN d.day + i * 31 % 300 END
FROM generate_series(1, 90) AS i, LATERAL (SELECT date '2024-01-01' + i * 53 % 400 AS day) AS d;
INSERT INTO subscriptions VALUES (91, 30, 'eu', 'none', '2024-01-01');

SELECT saas_metrics.create_ledger('Q''s "ledger"', 'USD', 'America/New_York');
SELECT saas_metrics.bind('Q''s "ledger"', 'subscription_periods', $$
  SELECT s.customer_id, s.plan, p.price AS amount, p.currency, interval '1 month' AS billing_period, s.starts_on, s.ends_on
  FROM subscriptions AS s JOIN plans AS p USING (plan)
$$);
SELECT saas_metrics.bind('Q''s "ledger"', 'customers', 'SELECT "Account" AS customer_id, is_test FROM accounts');
INSERT INTO "Q's ""ledger""".fx_rates_rows VALUES ('EUR', '2023-01-01', 1.1), ('EUR', '2024-06-01', 1.2);
INSERT INTO "Q's ""ledger""".policies (policy, gap_tolerance, fx) VALUES ('ours', 5, 'daily');
SELECT saas_metrics.watch('Q''s "ledger"', 'subscriptions', 'customer_id', on_replica => true);
SELECT saas_metrics.watch('Q''s "ledger"', 'accounts', 'Account');
SELECT saas_metrics.watch('Q''s "ledger"', 'plans', 'SELECT s.customer_id FROM subscriptions AS s JOIN changed USING (plan)');
SELECT saas_metrics.refresh('Q''s "ledger"');
SELECT saas_metrics.close_period('Q''s "ledger"', '2024-12-31');
SELECT saas_metrics.set_policy('Q''s "ledger"', 'ours');
UPDATE subscriptions SET ends_on = NULL WHERE id = 7;
SELECT saas_metrics.refresh('Q''s "ledger"');
UPDATE subscriptions SET customer_id = 3 WHERE id IN (8, 9);
GRANT USAGE ON SCHEMA "Q's ""ledger""" TO ledger_reader;
GRANT SELECT ON "Q's ""ledger""".mrr_monthly TO ledger_reader;
