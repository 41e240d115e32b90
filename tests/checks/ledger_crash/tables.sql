-- A company large enough that a refresh of everything takes a while.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION saas_metrics;
\ir ../lib/from_scratch.sql

CREATE TABLE subscriptions (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  plan        text NOT NULL,
  amount      numeric NOT NULL,
  starts_on   date NOT NULL,
  ends_on     date
);
CREATE INDEX ON subscriptions (customer_id);
INSERT INTO subscriptions (customer_id, plan, amount, starts_on, ends_on)
SELECT 1 + i % 2000, (ARRAY['basic', 'pro', 'team'])[1 + i % 3], 10 + i % 90, d.day, d.day + 20 + i % 400
FROM generate_series(1, 5000) AS i, LATERAL (SELECT date '2023-01-01' + i * 7919 % 900 AS day) AS d;
ANALYZE subscriptions;

SELECT saas_metrics.create_ledger('metrics');
SELECT saas_metrics.bind('metrics', 'subscription_periods', $$
  SELECT customer_id, plan, amount, interval '1 month' AS billing_period, starts_on, ends_on FROM subscriptions
$$);
SELECT saas_metrics.watch('metrics', 'subscriptions', 'customer_id');
SELECT saas_metrics.refresh('metrics');

-- A row for each transaction of a writer.
CREATE TABLE written (at timestamptz DEFAULT now());
