-- A billing database with a ledger, and what plain SQL says its ledger must say.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS saas_metrics;

\ir ../lib/from_scratch.sql

CREATE SEQUENCE ids;
CREATE TABLE subscriptions (
  id          bigint NOT NULL DEFAULT nextval('ids'),
  customer_id bigint NOT NULL,
  plan        text NOT NULL,
  amount      numeric NOT NULL,
  starts_on   date NOT NULL,
  ends_on     date
);
CREATE INDEX ON subscriptions (customer_id);
CREATE TABLE seats (LIKE subscriptions INCLUDING DEFAULTS, region text NOT NULL) PARTITION BY LIST (region);
CREATE TABLE seats_eu PARTITION OF seats FOR VALUES IN ('eu');
CREATE TABLE seats_us PARTITION OF seats FOR VALUES IN ('us');
CREATE TABLE seats_trial PARTITION OF seats FOR VALUES IN ('trial');
CREATE INDEX ON seats (customer_id);
CREATE TABLE accounts (customer_id bigint PRIMARY KEY, is_test boolean NOT NULL);

INSERT INTO accounts SELECT c, c % 10 = 0 FROM generate_series(1, 40) AS c;
INSERT INTO subscriptions (customer_id, plan, amount, starts_on)
SELECT 1 + i % 40, 'basic', 10, date '2025-01-01' + i FROM generate_series(1, 100) AS i;

SELECT saas_metrics.create_ledger('metrics');
SELECT saas_metrics.bind('metrics', 'subscription_periods', $$
  SELECT customer_id, plan, amount, interval '1 month' AS billing_period, starts_on, ends_on FROM subscriptions
  UNION ALL
  SELECT customer_id, plan, amount, interval '1 month', starts_on, ends_on FROM seats
$$);
SELECT saas_metrics.bind('metrics', 'customers', 'SELECT customer_id, is_test FROM accounts');
SELECT saas_metrics.watch('metrics', t, 'customer_id')
FROM unnest('{subscriptions, seats, accounts}'::regclass[]) AS t;
SELECT saas_metrics.refresh('metrics');

-- Empty as long as the ledger is exact; both sides are read in one snapshot.
CREATE VIEW differences AS
WITH paid AS (
  SELECT customer_id, amount, starts_on, ends_on FROM subscriptions
  UNION ALL
  SELECT customer_id, amount, starts_on, ends_on FROM seats
),
changes AS (
  SELECT customer_id, day, sum(amount) AS amount
  FROM (
    SELECT customer_id, starts_on AS day, amount FROM paid
    UNION ALL
    SELECT customer_id, ends_on, -amount FROM paid WHERE ends_on IS NOT NULL
  ) AS ends
  WHERE customer_id NOT IN (SELECT a.customer_id FROM accounts AS a WHERE a.is_test)
  GROUP BY customer_id, day
  HAVING sum(amount) <> 0
),
right_answer AS (
  SELECT 'movement' AS of, customer_id, day, amount,
         sum(amount) OVER (PARTITION BY customer_id ORDER BY day) AS mrr
  FROM changes
  UNION ALL
  SELECT 'month', NULL, m.period_start, NULL,
         coalesce((SELECT sum(c.amount) FROM changes AS c
                   WHERE c.day < m.period_end AND c.day <= (now() AT TIME ZONE 'UTC')::date), 0)
  FROM metrics.mrr_monthly AS m
),
answer AS (
  SELECT 'movement' AS of, customer_id, effective_on AS day, amount, mrr_after AS mrr FROM metrics.movements
  UNION ALL
  SELECT 'month', NULL, period_start, NULL, closing_mrr FROM metrics.mrr_monthly
)
(SELECT 'missing' AS problem, * FROM (TABLE right_answer EXCEPT ALL TABLE answer) AS missing)
UNION ALL
(SELECT 'wrong', * FROM (TABLE answer EXCEPT ALL TABLE right_answer) AS wrong);

-- A refresh that reads the inputs before it empties the queue: what is committed in between is lost.
CREATE SCHEMA wrong;
DO $$
DECLARE
  source text := pg_get_functiondef('saas_metrics.refresh_as_owner'::regproc);
  taken text := 'SELECT t.customers, t.everybody OR everything INTO changed, everything FROM saas_metrics._take_marks() AS t;';
  done text := 'UPDATE ledger_settings AS s';
BEGIN
  ASSERT length(source) - length(replace(source, taken, '')) = length(taken)
     AND length(source) - length(replace(source, done, '')) = length(done)
     AND strpos(source, taken) < strpos(source, done), 'refresh is written otherwise: adapt this';
  source := replace(source, 'FUNCTION saas_metrics.refresh_as_owner', 'FUNCTION wrong.refresh_as_owner');
  source := replace(source, taken, 'SELECT array_agg(DISTINCT c.customer_id)::text[], coalesce(bool_or(c.customer_id IS NULL), false) OR everything
    INTO changed, everything FROM pending_customers AS c;');
  EXECUTE replace(source, done, 'PERFORM FROM saas_metrics._take_marks(); ' || done);
END
$$;
CREATE FUNCTION wrong.refresh(ledger name, OUT movements_added bigint, OUT movements_superseded bigint) LANGUAGE sql AS $$
  SELECT r.movements_added, r.movements_superseded FROM wrong.refresh_as_owner(ledger, false) AS r $$;
