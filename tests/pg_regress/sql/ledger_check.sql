-- check_ledger: each finding provoked by itself, in a transaction that is rolled back.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'America/New_York';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-06-15';
SELECT saas_metrics.create_ledger('checked', time_zone => 'America/New_York');
-- A company in good order: a price change, a churn with its reason, a currency with a rate, weeks, a year ahead, a return after two days.
COPY checked.fx_rates_rows FROM stdin;
EUR	2024-01-01	1.10
\.
COPY checked.subscription_periods_rows (customer_id, subscription_id, item_id, product, plan, amount, currency, billing_period, starts_at, ends_at, churn_kind, churn_reason) FROM stdin;
a	s	1	app	basic	10	\N	1 month	2024-01-10	2024-03-10	\N	\N
a	s	1	app	gold	20	\N	1 month	2024-03-10	\N	\N	\N
b	s	1	app	gold	20	\N	1 month	2024-02-10	2024-05-10	voluntary	moved
b	s	1	app	gold	20	\N	1 month	2024-05-12	\N	\N	\N
c	s	1	app	gold	30	EUR	1 year	2024-02-10	\N	\N	\N
d	\N	\N	\N	\N	40	\N	2 weeks	2024-02-10	\N	\N	\N
d	\N	\N	\N	\N	50	\N	1 month	2024-02-10	\N	\N	\N
e	s	1	app	gold	60	\N	30 days	2025-06-10	\N	\N	\N
\.
UPDATE checked.subscription_periods_rows SET billing_period = '10 days' WHERE customer_id = 'e';
-- Before the first refresh it says only that, after it nothing; nor with a customer pending.
SELECT * FROM saas_metrics.check_ledger('checked');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
UPDATE checked.subscription_periods_rows SET amount = 21 WHERE customer_id = 'a' AND plan = 'gold';
SELECT * FROM saas_metrics.check_ledger(ledger => 'checked');
SELECT rows_rejected FROM saas_metrics.refresh('checked');

-- A rollup that is not what its lines come to: in no view that adds up,
BEGIN;
UPDATE checked.rollup SET mrr = mrr + 1 WHERE slice = 'cohort' AND cohort = '2024-01-01' AND period_start = '2024-01-01';
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- by a row too few: the cohort of January is 1 customer,
BEGIN;
DELETE FROM checked.rollup WHERE slice = 'cohort' AND cohort = '2024-01-01' AND period_start = '2024-01-01';
SELECT severity, finding, rows FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- by a row too many,
BEGIN;
INSERT INTO checked.rollup SELECT slice, 'nowhere', detail, cohort, age, period_start, counts_from, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr,
  switch_mrr, mrr, unretained_mrr, survivors_gain, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers, customers
FROM checked.rollup WHERE slice = 'churn';
SELECT severity, finding, rows FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- in one month's movements,
BEGIN;
UPDATE checked.rollup SET expansion_mrr = expansion_mrr + 1 WHERE slice = 'month' AND period_start = '2024-03-01';
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- and in a product, whose MRR then is wrong from May on: two months.
BEGIN;
UPDATE checked.rollup SET mrr = mrr + 1, churn_mrr = churn_mrr + 1 WHERE slice = 'product' AND segment = 'app' AND period_start = '2024-05-01';
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- A switch to a plan that comes from none: May alone.
BEGIN;
UPDATE checked.rollup SET switch_mrr = switch_mrr + 1, churn_mrr = churn_mrr - 1 WHERE slice = 'plan' AND segment = 'gold' AND period_start = '2024-05-01';
SELECT severity, finding, rows FROM saas_metrics.check_ledger('checked');
ROLLBACK;

-- Rows without customer: two, whether refreshed or not.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES (NULL, 1, '1 month', '2024-01-01'), (NULL, -1, '1 month', '2024-01-01');
SELECT severity, finding, rows FROM saas_metrics.check_ledger('checked');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- Rows that cannot be read, by reason.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES
  ('x', -1, '1 month', '2024-01-01', NULL), ('y', -2, '1 month', '2024-01-01', NULL), ('y', 1, '1 month', '2024-01-02', '2024-01-01'), ('z', 1, NULL, '2024-01-01', NULL);
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- A currency without a rate at all, and one without a rate so early.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, amount, currency, billing_period, starts_at) VALUES
  ('x', 1, 'CHF', '1 month', '2024-01-01'), ('y', 1, 'EUR', '1 month', '2023-12-31');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- Rates that are none: seven of them.
BEGIN;
INSERT INTO checked.fx_rates_rows VALUES ('CHF', '2024-01-01', 0), ('CHF', '2024-01-02', -1), ('CHF', '2024-01-03', NULL), ('CHF', '2024-01-04', 'NaN'),
  (NULL, '2024-01-01', 1), ('CHF', NULL, 1), ('SWISS FRANCS', '2024-01-01', 1);
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;

-- One item at two prices at once; the same with another item is none.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, subscription_id, item_id, amount, billing_period, starts_at, ends_at) VALUES
  ('a', 's', '2', 1, '1 month', '2024-01-10', '2024-03-10'), ('b', 's', '1', 1, '1 month', '2024-04-10', '2024-05-12');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- A stretch that never ends, though another follows.
BEGIN;
UPDATE checked.subscription_periods_rows SET ends_at = NULL WHERE customer_id = 'a';
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- Ends that mean to be inclusive: a second before midnight, in New York, of which UTC knows nothing,
BEGIN;
UPDATE checked.subscription_periods_rows SET ends_at = '2024-05-10 23:59:59' WHERE customer_id = 'b' AND ends_at IS NOT NULL;
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SET LOCAL timezone = 'UTC';
SELECT * FROM saas_metrics.check_ledger('checked');
UPDATE checked.subscription_periods_rows SET ends_at = '2024-05-10 23:59:59' WHERE customer_id = 'b' AND ends_at IS NOT NULL;
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- and the day before the next begins.
BEGIN;
UPDATE checked.subscription_periods_rows SET ends_at = '2024-03-09', churn_kind = 'voluntary' WHERE customer_id = 'a' AND plan = 'basic';
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- ends_on - starts_on is no billing period: 31 and 365 days are not a month and a year.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES
  ('x', 1, '31 days', '2024-01-01'), ('x', 1, '365 days', '2024-01-01'), ('x', 1, '1 month', '2024-01-01'), ('x', 1, '1 year', '2024-01-01'), ('x', 1, '7 days', '2024-01-01');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- A start next year in August; e's in June is not yet more than a year away.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('x', 1, '1 month', '2025-08-01'), ('x', 1, '1 month', '2924-01-01');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;
-- A churn of which nobody told why, while one is known; a pause needs no reason.
BEGIN;
INSERT INTO checked.subscription_periods_rows (customer_id, subscription_id, item_id, amount, billing_period, starts_at, ends_at, status) VALUES
  ('x', 's', '1', 1, '1 month', '2024-01-01', '2024-02-01', 'active'), ('y', 's', '1', 1, '1 month', '2024-01-01', '2024-02-01', 'active'), ('y', 's', '1', 1, '1 month', '2024-02-01', NULL, 'paused');
SELECT rows_rejected FROM saas_metrics.refresh('checked');
SELECT * FROM saas_metrics.check_ledger('checked');
ROLLBACK;

-- Watching. Nothing is watched: no word of it; one table is and the other not.
CREATE SCHEMA checked_app;
CREATE TABLE checked_app.client (customer_id text PRIMARY KEY, name text);
CREATE TABLE checked_app.subscription (customer_id text, price numeric, began date) PARTITION BY RANGE (began);
CREATE TABLE checked_app.old PARTITION OF checked_app.subscription FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE checked_app.young PARTITION OF checked_app.subscription FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX ON checked_app.subscription (customer_id);
INSERT INTO checked_app.subscription VALUES ('a', 10, '2023-01-01'), ('b', 20, '2024-02-01');
SELECT saas_metrics.create_ledger('checked_bound');
SELECT saas_metrics.bind('checked_bound', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM checked_app.subscription');
SELECT saas_metrics.bind('checked_bound', 'customers', 'SELECT customer_id, name FROM checked_app.client');
SELECT rows_rejected FROM saas_metrics.refresh('checked_bound');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
SELECT saas_metrics.watch('checked_bound', 'checked_app.subscription', 'customer_id');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
SELECT rows_rejected FROM saas_metrics.refresh('checked_bound');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
-- Three days without a refresh, with a table that is not watched.
BEGIN;
UPDATE checked_bound.ledger_settings SET refreshed_at = now() - interval '3 days 1 hour';
SELECT severity, code, finding, rows, what_to_do FROM saas_metrics.check_ledger('checked_bound') WHERE finding NOT LIKE 'tables that%';
ROLLBACK;
SELECT saas_metrics.watch('checked_bound', 'checked_app.client', 'customer_id');
SELECT rows_rejected FROM saas_metrics.refresh('checked_bound');
BEGIN;
UPDATE checked_bound.ledger_settings SET refreshed_at = now() - interval '3 days 1 hour';
SELECT * FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
-- A partition of later: direct writes to it mark, a TRUNCATE would not.
BEGIN;
CREATE TABLE checked_app.younger PARTITION OF checked_app.subscription FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO checked_app.younger VALUES ('c', 30, '2025-01-01');
SELECT customers_pending FROM checked_bound.freshness;
SELECT * FROM saas_metrics.check_ledger('checked_bound');
SELECT saas_metrics.unwatch('checked_bound', 'checked_app.subscription');
SELECT saas_metrics.watch('checked_bound', 'checked_app.subscription', 'customer_id');
SELECT rows_rejected FROM saas_metrics.refresh('checked_bound');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
-- Triggers that are switched off, or gone.
BEGIN;
ALTER TABLE checked_app.client DISABLE TRIGGER ALL;
SELECT * FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
BEGIN;
SELECT format('DROP TRIGGER %I ON checked_app.client', tgname) AS drop_trigger FROM pg_trigger
WHERE tgrelid = 'checked_app.client'::regclass AND tgfoid = 'saas_metrics.mark_changed()'::regprocedure AND tgparentid = 0 \gset
:drop_trigger;
SELECT severity, finding, rows FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
-- A thousand pending are no finding, one more is.
BEGIN;
INSERT INTO checked_app.subscription SELECT 'c' || n, 1, '2024-06-01' FROM generate_series(1, 1000) AS n;
SELECT * FROM saas_metrics.check_ledger('checked_bound');
INSERT INTO checked_app.subscription VALUES ('d', 1, '2024-06-01');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
-- Writes while triggers are off leave no mark: a's new price, and b who is gone. Taken in, all is well again.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE checked_app.subscription SET price = 11 WHERE customer_id = 'a';
DELETE FROM checked_app.subscription WHERE customer_id = 'b';
RESET session_replication_role;
SELECT severity, code, finding, rows FROM saas_metrics.check_ledger('checked_bound');
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('checked_bound', 'default');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
-- What only a refresh can take in.
BEGIN;
TRUNCATE checked_app.young;
SELECT * FROM saas_metrics.check_ledger('checked_bound');
SELECT rows_rejected FROM saas_metrics.refresh('checked_bound');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
ROLLBACK;
SELECT * FROM saas_metrics.check_ledger('checked');
SELECT * FROM saas_metrics.check_ledger('checked_bound');
SELECT saas_metrics.drop_ledger(l) FROM unnest('{checked,checked_bound}'::name[]) AS l;
SET client_min_messages = warning;
DROP SCHEMA checked_app CASCADE;
