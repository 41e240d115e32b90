-- The natural mistakes, each by itself: check_ledger has its finding, and no other. What looks like one and is none has none.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'Asia/Tokyo';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2026-07-01';
SELECT saas_metrics.create_ledger('mistaken', currency => 'USD', time_zone => 'UTC');
SELECT saas_metrics.create_ledger('newcomer', currency => 'USD', time_zone => 'UTC');
CREATE TEMP VIEW findings AS SELECT severity, code, finding, rows FROM saas_metrics.check_ledger('mistaken');
CREATE FUNCTION pg_temp.codes(ledger name DEFAULT 'mistaken') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM saas_metrics.refresh(ledger);
  RETURN coalesce((SELECT string_agg(c.code || ' ' || c.rows, ', ') FROM saas_metrics.check_ledger(ledger) AS c), 'nothing');
END $$;
-- A company in good order: a trial, a late payment and a pause, each in its time; list prices and contracts, all in whole dollars; two who left.
INSERT INTO mistaken.subscription_periods_rows (customer_id, subscription_id, item_id, plan, amount, billing_period, starts_at, ends_at, status, cancel_requested_at, access_ends_at)
SELECT customer, 's', '1', plan, amount, period::interval, starts::date::timestamp AT TIME ZONE 'UTC', ends::date::timestamp AT TIME ZONE 'UTC', status,
       asked::date::timestamp AT TIME ZONE 'UTC', access::date::timestamp AT TIME ZONE 'UTC'
FROM (VALUES
  ('ann', 'basic', 29, '1 month', '2024-01-10', '2024-02-10', 'trialing', NULL, NULL),
  ('ann', 'basic', 29, '1 month', '2024-02-10', '2025-01-10', 'active', NULL, NULL),
  ('ann', 'basic', 29, '1 month', '2025-01-10', '2025-01-20', 'past_due', NULL, NULL),
  ('ann', 'team', 99, '1 month', '2025-01-20', NULL, 'active', NULL, NULL),
  ('ben', 'team', 99, '1 month', '2024-03-10', '2024-06-10', 'active', NULL, NULL),
  ('ben', 'team', 99, '1 month', '2024-06-10', NULL, 'paused', NULL, NULL),
  ('cat', 'basic', 290, '1 year', '2024-05-10', NULL, 'active', NULL, NULL),
  ('dee', 'contract', 12000, '1 year', '2024-05-01', NULL, 'active', NULL, NULL),
  ('eve', 'contract', 49900, '1 year', '2024-06-01', NULL, 'active', NULL, NULL),
  ('fay', 'contract', 250000, '1 year', '2024-07-01', NULL, 'active', NULL, NULL),
  ('gus', 'contract', 100000, '1 year', '2024-08-01', NULL, 'active', NULL, NULL),
  ('hal', 'contract', 36000, '1 year', '2024-08-01', NULL, 'active', NULL, NULL),
  ('ida', 'basic', 29, '1 month', '2024-08-01', '2025-08-01', 'active', '2025-07-20', NULL),
  ('ida', 'basic', 29, '1 month', '2025-08-01', NULL, 'canceled', '2025-07-20', NULL),
  ('jon', 'basic', 29, '1 month', '2024-08-01', NULL, 'active', '2026-06-20', '2026-08-01')
) AS v (customer, plan, amount, period, starts, ends, status, asked, access);
SELECT pg_temp.codes();

-- A load that came twice, with item_id and without, in a subscription and without; a one-time charge may be there twice.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, subscription_id, item_id, plan, kind, amount, billing_period, starts_at, ends_at)
SELECT c, s, i, 'pro', k, 10, '1 month', '2026-01-01', '2026-06-01'
FROM (VALUES ('a', NULL, NULL, NULL), ('b', 's1', NULL, NULL), ('c', 's2', 'i1', NULL), ('d', NULL, 'i2', NULL), ('e', NULL, NULL, 'one_time')) AS v (c, s, i, k), generate_series(1, 2);
SELECT pg_temp.codes();
SELECT * FROM findings;
ROLLBACK;
-- Alike but for the price they are two prices of one item, and without item_id two items.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at) VALUES
  ('a', 'i', 10, '1 month', '2026-01-01'), ('a', 'i', 11, '1 month', '2026-01-01'), ('b', NULL, 10, '1 month', '2026-01-01'), ('b', NULL, 11, '1 month', '2026-01-01');
SELECT pg_temp.codes();
ROLLBACK;

-- Today's row with the status of today: three left, one has been late for two years, a trial of ten days is one.
BEGIN;
INSERT INTO newcomer.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status)
SELECT 'c' || n, n::text, 29, interval '1 month', timestamptz '2024-01-10', CASE WHEN n <= 3 THEN timestamptz '2025-06-10' END,
       CASE WHEN n <= 3 THEN 'canceled' WHEN n = 4 THEN 'past_due' ELSE 'active' END FROM generate_series(1, 10) AS n
UNION ALL SELECT 'c11', '11', 29, interval '1 month', timestamptz '2026-06-21', NULL, 'trialing';
SELECT pg_temp.codes('newcomer');
SELECT severity, code, finding, rows FROM saas_metrics.check_ledger('newcomer');
-- Who left counted until then.
SELECT kind, count(*), sum(amount) FROM newcomer.movements GROUP BY kind ORDER BY kind;
ROLLBACK;
-- A history that got the status of today by a join: what was canceled counts nothing, from the first of three rows on.
BEGIN;
INSERT INTO newcomer.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status) VALUES
  ('a', '1', 10, '1 month', '2024-01-01', '2024-05-01', 'canceled'), ('a', '1', 20, '1 month', '2024-05-01', '2024-09-01', 'canceled'), ('a', '1', 30, '1 month', '2024-09-01', '2025-01-01', 'canceled'),
  ('b', '1', 10, '1 month', '2024-01-01', '2024-05-01', 'active'), ('b', '1', 20, '1 month', '2024-05-01', NULL, 'active');
SELECT pg_temp.codes('newcomer');
ROLLBACK;
-- Alone and without an end it cannot be read, and is in no other finding.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, status, cancel_requested_at) VALUES ('a', '1', 10, '1 month', '2024-01-01', 'canceled', '2025-01-01');
SELECT pg_temp.codes();
SELECT finding FROM findings;
ROLLBACK;
-- Where statuses change in their time, a pause of two years is a pause, and so is a first payment that never came.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, status) VALUES ('a', '1', 10, '1 month', '2024-01-01', 'paused'), ('b', '1', 10, '1 month', '2024-01-01', 'unpaid');
SELECT pg_temp.codes();
ROLLBACK;

-- Canceled rows without item_id: 'before' goes on from another and has no end, 'apart' stands by itself and is read as today's, 'other' is of another subscription;
-- 'between' may end the one before or be an item of its own, and 'later' has nothing before it.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, subscription_id, amount, billing_period, starts_at, ends_at, status) VALUES
  ('before', NULL, 10, '1 month', '2024-01-01', '2024-05-01', 'active'), ('before', NULL, 10, '1 month', '2024-05-01', NULL, 'canceled'),
  ('between', NULL, 10, '1 month', '2024-01-01', '2024-05-01', 'active'), ('between', NULL, 10, '1 month', '2024-05-01', '2024-09-01', 'canceled'),
  ('later', 's', 10, '1 month', '2024-01-01', '2024-05-01', 'active'), ('later', 's', 10, '1 month', '2024-06-01', NULL, 'canceled');
SELECT pg_temp.codes();
SELECT * FROM findings;
INSERT INTO mistaken.subscription_periods_rows (customer_id, subscription_id, amount, billing_period, starts_at, ends_at, status) VALUES
  ('apart', NULL, 10, '1 month', '2024-01-01', '2024-05-01', 'canceled'), ('apart', NULL, 10, '1 month', '2024-06-01', NULL, 'active'),
  ('other', '1', 10, '1 month', '2024-01-01', '2024-05-01', 'canceled'), ('other', '2', 10, '1 month', '2024-05-01', NULL, 'active');
SELECT pg_temp.codes();
ROLLBACK;

-- A price list in cents; the same in yen, which have none, and in rupees, of which such prices are usual.
BEGIN;
INSERT INTO newcomer.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at)
SELECT 'c' || n, '1', (ARRAY[2900, 2900, 9900, 4999, 29000])[1 + n % 5], CASE n % 5 WHEN 4 THEN interval '1 year' ELSE '1 month' END, '2024-01-10' FROM generate_series(1, 10) AS n;
SELECT pg_temp.codes('newcomer');
SELECT severity, code, finding, rows FROM saas_metrics.check_ledger('newcomer');
INSERT INTO newcomer.fx_rates_rows VALUES ('JPY', '2020-01-01', 0.0067), ('INR', '2020-01-01', 0.012), ('EUR', '2020-01-01', 1.1);
UPDATE newcomer.subscription_periods_rows SET currency = 'JPY';
SELECT pg_temp.codes('newcomer');
UPDATE newcomer.subscription_periods_rows SET currency = 'INR';
SELECT pg_temp.codes('newcomer');
-- Some with cents are no cents.
UPDATE newcomer.subscription_periods_rows SET currency = 'EUR', amount = amount + CASE customer_id WHEN 'c1' THEN 0.5 ELSE 0 END;
SELECT pg_temp.codes('newcomer');
ROLLBACK;

-- Rates, and no row in any currency. Rows that say USD beside rows in EUR and rows that say nothing. A customer in two currencies, by a row that says nothing.
BEGIN;
INSERT INTO mistaken.fx_rates_rows VALUES ('EUR', '2020-01-01', 1.1);
SELECT pg_temp.codes();
UPDATE mistaken.subscription_periods_rows SET currency = 'EUR' WHERE customer_id = 'cat';
SELECT pg_temp.codes();
UPDATE mistaken.subscription_periods_rows SET currency = 'usd' WHERE customer_id = 'dee';
SELECT pg_temp.codes();
UPDATE mistaken.subscription_periods_rows SET currency = NULL WHERE customer_id = 'dee';
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at) VALUES ('cat', '2', 10, '1 month', '2025-01-01');
SELECT pg_temp.codes();
ROLLBACK;

-- Who asked to cancel and never ends, unless that is when they leave, by the policy.
BEGIN;
UPDATE mistaken.subscription_periods_rows SET access_ends_at = NULL WHERE customer_id = 'jon';
SELECT pg_temp.codes();
SELECT * FROM findings;
INSERT INTO mistaken.policies (policy, churn_date) VALUES ('at once', 'cancel_request');
SELECT rows_rejected FROM saas_metrics.set_policy('mistaken', 'at once');
SELECT pg_temp.codes();
ROLLBACK;

-- A moment before midnight: one end of a hundred and more is chance, two are not.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at)
SELECT 'c' || n, '1', 20, '1 month', '2024-01-10', '2025-01-10 10:00Z' FROM generate_series(1, 110) AS n;
UPDATE mistaken.subscription_periods_rows SET ends_at = '2025-01-09 23:59:59Z' WHERE customer_id = 'c1';
SELECT pg_temp.codes();
UPDATE mistaken.subscription_periods_rows SET ends_at = '2025-01-09 23:59:59Z' WHERE customer_id = 'c2';
SELECT pg_temp.codes();
ROLLBACK;

-- Customers who are there twice, and without an id. An end and a start that nobody can have meant.
BEGIN;
INSERT INTO mistaken.customers_rows (customer_id) VALUES ('ann'), ('ann'), (NULL), ('ben');
SELECT pg_temp.codes();
ROLLBACK;
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at) VALUES ('a', '1', 10, '1 month', '1910-01-01', '2025-01-01'), ('b', '1', 10, '1 month', '2025-01-01', '2990-01-01');
SELECT pg_temp.codes();
ROLLBACK;

-- Rows that cannot be read are in their own finding only, whether they overlap, never end, are doubled, end before midnight or are of another currency.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, subscription_id, item_id, amount, currency, billing_period, starts_at, ends_at, problem) VALUES
  ('a', 's', '1', 10, NULL, '1 month', '2024-01-01', NULL, 'no price'), ('a', 's', '1', 10, NULL, '1 month', '2024-01-01', NULL, 'no price'), ('a', 's', '1', 10, NULL, '1 month', '2024-02-01', NULL, 'no price'),
  ('b', 's', '1', -5, NULL, '1 month', '2024-01-01', '2024-04-30 23:59:59Z', NULL), ('b', 's', '1', -5, NULL, '31 days', '2024-03-01', NULL, NULL),
  ('c', 's', '1', 5, 'CHF', '1 month', '2024-01-01', NULL, NULL), ('c', 's', '1', 5, 'CHF', '1 month', '2024-02-01', NULL, NULL);
SELECT pg_temp.codes();
ROLLBACK;
-- Extremes make no finding fail.
BEGIN;
INSERT INTO mistaken.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status, cancel_requested_at) VALUES
  ('a', '1', 1, '1 month', '2024-01-01', '294276-12-31 23:59:59.999999Z', NULL, NULL), ('b', '1', 1, '170000000 years', '2024-01-01', NULL, NULL, 'infinity'),
  ('c', '1', 1, '1 month', '4713-01-01 BC', NULL, NULL, NULL), ('d', '1', 'NaN', '1 month', '2024-01-01', NULL, NULL, NULL), ('e', '1', 1e17, '1 day', '2024-01-01', NULL, NULL, NULL),
  ('f', '1', 1, '1 month', 'infinity', 'infinity', 'canceled', NULL), ('g', '1', 'Infinity', '1 month', '2024-01-01', NULL, NULL, NULL);
SELECT count(*) > 0 AS findings FROM saas_metrics.check_ledger('mistaken');
SELECT pg_temp.codes() <> 'nothing' AS findings;
ROLLBACK;

-- Rows that are deleted: their customers were never there. Not where a test account went, nor where the customer has other rows.
BEGIN;
DELETE FROM mistaken.subscription_periods_rows WHERE customer_id IN ('eve', 'fay') OR customer_id = 'ann' AND plan = 'team';
INSERT INTO mistaken.customers_rows (customer_id, is_test) VALUES ('gus', true);
SELECT pg_temp.codes();
SELECT * FROM findings;
ROLLBACK;
SELECT pg_temp.codes();

-- What only a binding shows: cents by name, times that the app writes in UTC, a currency that is left out.
CREATE SCHEMA mistaken_app;
CREATE TABLE mistaken_app.subscriptions (id bigint PRIMARY KEY, account bigint, price_cents integer, currency text, created_at timestamp, ended_at timestamp);
CREATE INDEX ON mistaken_app.subscriptions (account);
INSERT INTO mistaken_app.subscriptions
SELECT n, n, 1250 + 10 * n, (ARRAY['usd', 'eur'])[1 + n % 2], timestamp '2025-03-01' + n * interval '1 day 5 hours 7 minutes', CASE WHEN n % 4 = 0 THEN timestamp '2026-03-01 12:34' + n * interval '1 hour' END
FROM generate_series(1, 60) AS n;
SELECT saas_metrics.create_ledger('mistaken_bound', currency => 'USD', time_zone => 'America/New_York');
CREATE FUNCTION pg_temp.bound(query text) RETURNS SETOF text LANGUAGE plpgsql SET client_min_messages = warning AS $$
BEGIN
  PERFORM saas_metrics.bind('mistaken_bound', 'subscription_periods', query);
  PERFORM saas_metrics.refresh('mistaken_bound');
  RETURN QUERY SELECT concat_ws(' ', c.code, c.rows, c.finding) FROM saas_metrics.check_ledger('mistaken_bound') AS c;
END $$;
SELECT pg_temp.bound($$ SELECT account AS customer_id, id::text AS item_id, price_cents AS amount, interval '1 month' AS billing_period, created_at AT TIME ZONE 'UTC' AS starts_at, ended_at AT TIME ZONE 'UTC' AS ends_at FROM mistaken_app.subscriptions $$);
SELECT pg_temp.bound($$ SELECT account AS customer_id, id::text AS item_id, price_cents / 100.0 AS amount, interval '1 month' AS billing_period, created_at AS starts_at, ended_at AS ends_at FROM mistaken_app.subscriptions $$);
-- By day there is nothing to see.
SELECT pg_temp.bound($$ SELECT account AS customer_id, id::text AS item_id, price_cents / 100.0 AS amount, interval '1 month' AS billing_period, date_trunc('day', created_at) AS starts_at FROM mistaken_app.subscriptions $$);
-- The server's statistics know of two currencies.
ANALYZE mistaken_app.subscriptions;
SELECT pg_temp.bound($$ SELECT account AS customer_id, id::text AS item_id, price_cents / 100.0 AS amount, interval '1 month' AS billing_period, created_at AT TIME ZONE 'UTC' AS starts_at, ended_at AT TIME ZONE 'UTC' AS ends_at FROM mistaken_app.subscriptions $$);
INSERT INTO mistaken_bound.fx_rates_rows VALUES ('EUR', '2020-01-01', 1.1);
SELECT pg_temp.bound($$ SELECT account AS customer_id, id::text AS item_id, price_cents / 100.0 AS amount, currency, interval '1 month' AS billing_period, created_at AT TIME ZONE 'UTC' AS starts_at, ended_at AT TIME ZONE 'UTC' AS ends_at FROM mistaken_app.subscriptions $$);

-- Invoices: two subscriptions in order, one by the month and one by the year; one whose last invoice is of March, one without any, one that ended.
CREATE TABLE mistaken_app.lines (account text, invoice text, subscription text, amount numeric, period interval, service_start date, service_end date);
CREATE TABLE mistaken_app.current (account text, subscription text, amount numeric, period interval, status text, began date);
INSERT INTO mistaken_app.lines
SELECT a, a || m, a, 10, interval '1 month', date '2026-01-01' + m * interval '1 month', date '2026-01-01' + (m + 1) * interval '1 month'
FROM (VALUES ('monthly', 6), ('stale', 2), ('ended', 2)) AS v (a, last), generate_series(0, last) AS m
UNION ALL SELECT 'yearly', 'y', 'yearly', 100, '1 year', '2025-07-20', '2026-07-20';
INSERT INTO mistaken_app.current VALUES ('monthly', 'monthly', 10, '1 month', 'active', '2026-01-01'), ('stale', 'stale', 10, '1 month', 'active', '2026-01-01'),
  ('ended', 'ended', 10, '1 month', 'canceled', '2026-01-01'), ('yearly', 'yearly', 100, '1 year', 'active', '2025-07-20'), ('never', 'never', 10, '1 month', 'active', '2026-02-01'),
  ('free', 'free', 0, '1 month', 'active', '2026-02-01'), ('new', 'new', 10, '1 month', 'active', '2026-06-20');
SELECT saas_metrics.create_ledger('mistaken_lines', currency => 'USD', time_zone => 'UTC');
SELECT saas_metrics.bind('mistaken_lines', 'current_subscriptions', 'SELECT account AS customer_id, subscription AS subscription_id, subscription AS item_id, amount, period AS billing_period, status, began AS started_on FROM mistaken_app.current');
CREATE FUNCTION pg_temp.lines(ends text) RETURNS SETOF text LANGUAGE plpgsql SET client_min_messages = error AS $$
BEGIN
  PERFORM saas_metrics.connect_invoice_lines('mistaken_lines', 'SELECT account AS customer_id, invoice AS invoice_id, subscription AS subscription_id, subscription AS item_id, amount, period AS billing_period, service_start AS service_start, ' || ends || ' AS service_end, service_start AS issued_at FROM mistaken_app.lines');
  PERFORM saas_metrics.refresh('mistaken_lines');
  RETURN QUERY SELECT concat_ws(' ', c.code, c.rows, c.finding) FROM saas_metrics.check_ledger('mistaken_lines') AS c;
END $$;
SELECT pg_temp.lines('service_end');
UPDATE mistaken_app.current SET status = 'canceled' WHERE account = 'stale';
INSERT INTO mistaken_app.lines VALUES ('never', 'n', 'never', 10, '1 month', '2026-06-20', '2026-07-20');
SELECT pg_temp.lines('service_end');
-- Last days instead of ends are of all fifteen lines, and leave a day between stretches. Years bound as months. One short line is a part.
SELECT pg_temp.lines('service_end - 1');
BEGIN;
UPDATE mistaken_app.lines SET period = '1 month' WHERE account = 'yearly';
SELECT pg_temp.lines('service_end');
ROLLBACK;
BEGIN;
UPDATE mistaken_app.lines SET service_end = service_start + 9 WHERE account = 'monthly' AND service_start = '2026-01-01';
SELECT pg_temp.lines('service_end');
ROLLBACK;

-- A line that a load doubled, an invoice that was void and is not said to be. Two lines of one invoice that differ in the amount are tiers.
BEGIN;
INSERT INTO mistaken_app.lines VALUES ('monthly', 'monthly1', 'monthly', 10, '1 month', '2026-02-01', '2026-03-01'), ('monthly', 'void', 'monthly', 99, '1 month', '2026-03-01', '2026-04-01');
SELECT pg_temp.lines('service_end');
ROLLBACK;
BEGIN;
INSERT INTO mistaken_app.lines VALUES ('monthly', 'monthly1', 'monthly', 5, '1 month', '2026-02-01', '2026-03-01');
SELECT pg_temp.lines('service_end');
ROLLBACK;

-- A log whose conversions of trials have no status: ten of them run on, one was canceled. One that was converted, or nine that run on, are nothing.
BEGIN;
INSERT INTO newcomer.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status)
SELECT 'c' || n, '1', 10, interval '1 month', s.starts_at, s.ends_at, s.status
FROM generate_series(1, 11) AS n, LATERAL (VALUES (timestamptz '2026-01-01Z', timestamptz '2026-06-01Z', 'trialing'), ('2026-06-01Z', NULL, CASE WHEN n = 11 THEN 'canceled' ELSE 'trialing' END)) AS s (starts_at, ends_at, status);
SELECT pg_temp.codes('newcomer');
UPDATE newcomer.subscription_periods_rows SET status = 'active' WHERE customer_id = 'c11' AND ends_at IS NULL;
SELECT pg_temp.codes('newcomer');
UPDATE newcomer.subscription_periods_rows SET status = 'canceled' WHERE customer_id IN ('c10', 'c11') AND ends_at IS NULL;
SELECT pg_temp.codes('newcomer');
ROLLBACK;

-- A current row bound as history: 120 customers of two prices in a year, of whom twelve left.
DELETE FROM mistaken_bound.fx_rates_rows;
CREATE TABLE mistaken_app.rows (id bigint PRIMARY KEY, account bigint, price integer, cycle text, status text, began date, left_on date);
INSERT INTO mistaken_app.rows
SELECT n, n, 20 + 30 * (n % 2), 'monthly', CASE WHEN n % 10 = 0 THEN 'canceled' ELSE 'active' END, '2025-06-10', CASE WHEN n % 10 = 0 THEN date '2026-01-10' END
FROM generate_series(1, 120) AS n;
CREATE INDEX ON mistaken_app.rows (account);
-- Without those who left, six of whom the ledger had before; with them; with one who came to pay more; all at one price.
SELECT pg_temp.bound($$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, began AS starts_on FROM mistaken_app.rows WHERE status = 'active' $$);
SELECT pg_temp.bound($$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, began AS starts_on, left_on AS ends_on FROM mistaken_app.rows $$);
SELECT pg_temp.bound($$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, began AS starts_on, CASE WHEN id = 1 THEN '2026-02-01' ELSE left_on END AS ends_on FROM mistaken_app.rows
                        UNION ALL SELECT 1, 1, 70, '1 month', '2026-02-01', NULL $$);
SELECT pg_temp.bound($$ SELECT account AS customer_id, id AS item_id, 20 AS amount, interval '1 month' AS billing_period, began AS starts_on, left_on AS ends_on FROM mistaken_app.rows $$);

-- The same by snapshots: bound, but never recorded; recorded without the ends; with them. One of those who left comes back.
SELECT saas_metrics.create_ledger('mistaken_now', currency => 'USD', time_zone => 'UTC');
SELECT saas_metrics.bind('mistaken_now', 'current_subscriptions', $$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, status, began AS starts_on, left_on AS ends_on FROM mistaken_app.rows $$);
SELECT saas_metrics.bind('mistaken_now', 'current_subscriptions', $$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, status, began AS started_on FROM mistaken_app.rows $$);
SELECT pg_temp.codes('mistaken_now');
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('mistaken_now');
SELECT pg_temp.codes('mistaken_now');
SELECT finding, what_to_do FROM saas_metrics.check_ledger('mistaken_now');
DELETE FROM mistaken_now.subscription_periods_rows;
SELECT saas_metrics.bind('mistaken_now', 'current_subscriptions', $$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, status, began AS started_on, left_on AS access_ends_on FROM mistaken_app.rows $$);
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('mistaken_now');
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('mistaken_now');
SELECT starts_at, ends_at, status FROM mistaken_now.subscription_periods WHERE customer_id = 10 ORDER BY starts_at;
SELECT pg_temp.codes('mistaken_now');
SELECT effective_on, kind, count(*), sum(amount) FROM mistaken_now.movements GROUP BY 1, 2 ORDER BY 1, 2;
UPDATE mistaken_app.rows SET status = 'active', left_on = NULL WHERE id = 10;
-- An end to come and one before the start are no past: as before, nothing is known of when these were there.
INSERT INTO mistaken_app.rows VALUES (121, 121, 20, 'monthly', 'canceled', '2025-06-10', '2026-07-02'), (122, 122, 20, 'monthly', 'canceled', '2025-06-10', '2025-06-01');
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('mistaken_now');
SELECT pg_temp.codes('mistaken_now');
SELECT effective_on, kind, amount FROM mistaken_now.movements WHERE customer_id = 10 ORDER BY effective_on;
-- Beside a history nothing reads them.
DELETE FROM mistaken_now.subscription_periods_rows;
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', $$ SELECT account AS customer_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, began AS starts_on FROM mistaken_app.rows WHERE id < 5 $$);
SELECT pg_temp.codes('mistaken_now');

-- What bind and refresh say of types and texts.
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', $$ SELECT account AS customer_id, price AS amount, CAST('1 quarter' AS interval) AS billing_period, began AS starts_on FROM mistaken_app.rows $$);
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', $$ SELECT account AS customer_id, price / 100.0::float AS amount, cycle AS billing_period, began AS starts_on FROM mistaken_app.rows $$);
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', $$ SELECT account AS customer_id, price AS amount, cycle::interval AS billing_period, began AS starts_on FROM mistaken_app.rows $$);
SELECT saas_metrics.refresh('mistaken_now');
SELECT saas_metrics.bind('mistaken_now', 'invoice_lines', $$ SELECT account AS customer_id, id AS invoice_id, id AS item_id, price AS amount, interval '1 month' AS billing_period, began AS starts_on, left_on AS ends_on, began AS issued_on FROM mistaken_app.rows $$);
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', $$ SELECT account AS customer_id, price / 100 AS amount, interval '1 month' AS billing_period, began AS starts_on FROM mistaken_app.rows $$);
-- No cents are lost by these.
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', format('SELECT account AS customer_id, %s AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM mistaken_app.rows', amount))
FROM unnest('{price / 100.0,price / 100::numeric,price / 1000,price}'::text[]) AS amount;

-- An index serves each step of this join, though its tables are so small that reading a whole index would be as quick.
CREATE TABLE mistaken_app.invoices (id bigint PRIMARY KEY, account bigint, issued date);
CREATE TABLE mistaken_app.items (invoice bigint, cents integer);
INSERT INTO mistaken_app.invoices SELECT n, n % 200, '2026-01-01' FROM generate_series(1, 2200) AS n;
INSERT INTO mistaken_app.items SELECT n, 1250 FROM generate_series(1, 2200) AS n;
CREATE INDEX ON mistaken_app.invoices (account);
CREATE INDEX by_invoice ON mistaken_app.items (invoice);
ANALYZE mistaken_app.invoices, mistaken_app.items;
SELECT saas_metrics.bind('mistaken_now', 'subscription_periods', $$ SELECT i.account AS customer_id, l.cents / 100.0 AS amount, interval '1 month' AS billing_period, i.issued AS starts_on FROM mistaken_app.invoices AS i JOIN mistaken_app.items AS l ON l.invoice = i.id $$);
DROP INDEX mistaken_app.by_invoice;
SELECT saas_metrics.rebind('mistaken_now');

SELECT saas_metrics.drop_ledger(l) FROM unnest('{mistaken,newcomer,mistaken_bound,mistaken_lines,mistaken_now}'::name[]) AS l;
SET client_min_messages = warning;
DROP SCHEMA mistaken_app CASCADE;
