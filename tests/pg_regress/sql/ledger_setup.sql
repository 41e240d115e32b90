-- Setting ledgers up: what each verb makes, and that it can be repeated.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-06-30';
-- The session is in another time zone than any ledger here.
SET timezone = 'Asia/Tokyo';

-- create_ledger: defaults; arguments by name; a name that needs quotes; a currency in lower case.
SELECT saas_metrics.create_ledger('setup');
SELECT saas_metrics.create_ledger(ledger => 'My "Ledger"', time_zone => 'America/New_York', currency => 'eur');
-- Again with the same settings: notices.
SELECT saas_metrics.create_ledger('setup', 'USD', 'UTC', 'default', false);
SELECT saas_metrics.create_ledger('My "Ledger"', 'EUR', 'America/New_York');
SELECT ledger, owner = current_user AS mine, currency, time_zone, policy, row_security,
       version = saas_metrics.version() AS of_this_version, last_refresh, refreshed_at
FROM saas_metrics.ledgers WHERE ledger IN ('setup', 'My "Ledger"') ORDER BY ledger COLLATE "C";
-- An empty ledger has views without rows, and one row of freshness.
SELECT (SELECT count(*) FROM setup.mrr_monthly) AS months, (SELECT count(*) FROM setup.movements) AS movements,
       (SELECT count(*) FROM setup.customer_status) AS customers;
TABLE setup.freshness;
SELECT periods, customers, movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh('setup');

-- Rows of its own: COPY, with whatever customers. What is left out has its default.
COPY setup.subscription_periods_rows (customer_id, plan, amount, billing_period, starts_at) FROM stdin;
O'Hara	basic	10	1 month	2024-01-15 00:00+00
"a","b"	basic	20	1 month	2024-01-15 00:00+00
{x,NULL}	basic	30	1 month	2024-01-15 00:00+00
NULL	basic	40	1 month	2024-01-15 00:00+00
	basic	50	1 month	2024-01-15 00:00+00
 	basic	60	1 month	2024-01-15 00:00+00
tab\there\\	basic	70	1 month	2024-01-15 00:00+00
Zoë 🎈	basic	80	1 month	2024-01-15 00:00+00
\.
SELECT DISTINCT kind, quantity, discount, discount_kind, currency, ends_at, status, churn_kind FROM setup.subscription_periods;
-- Read before a refresh, and after it: the same.
SELECT quote_literal(customer_id) AS customer, effective_on, kind, mrr_after FROM setup.movements ORDER BY mrr_after;
SELECT periods, customers, movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh('setup');
SELECT quote_literal(customer_id) AS customer, effective_on, kind, mrr_after FROM setup.movements ORDER BY mrr_after;
-- A second refresh without changes writes nothing, not even its number.
SELECT periods, customers, movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh(ledger => 'setup');
SELECT last_refresh, customers_pending, everything_pending FROM setup.freshness;
-- One price changes for all: each customer pends, then is refreshed by his id.
UPDATE setup.subscription_periods_rows SET amount = amount + 1;
SELECT last_refresh, customers_pending, everything_pending FROM setup.freshness;
SELECT new_mrr FROM setup.mrr_monthly WHERE period_start = '2024-01-01';
SELECT periods, customers, movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh('setup');
SELECT new_mrr FROM setup.mrr_monthly WHERE period_start = '2024-01-01';
SELECT count(DISTINCT customer_id), sum(mrr_after) FROM setup.movements;

-- bind: names resolve in the search path of the caller and stay so.
CREATE SCHEMA setup_app;
CREATE TABLE setup_app.subscription (
  id bigint PRIMARY KEY, account_id bigint, price numeric(10,2), cycle interval DEFAULT '1 month',
  began date, began_local timestamp, began_at timestamptz);
CREATE INDEX ON setup_app.subscription (account_id);
-- 1 begins at midnight in New York, 2 half an hour before, 3 half an hour after (05:30 UTC).
INSERT INTO setup_app.subscription VALUES
  (1, 1, 12.00, '1 month', '2024-02-01', '2024-02-01 00:00', '2024-02-01 05:00+00'),
  (2, 2, 12.00, '1 month', '2024-01-31', '2024-01-31 23:30', '2024-02-01 04:30+00'),
  (3, 3, 12.00, '1 year',  '2024-02-01', '2024-02-01 00:30', '2024-02-01 05:30+00');
SET search_path = setup_app;
SELECT saas_metrics.bind('My "Ledger"', 'subscription_periods',
  'SELECT account_id AS customer_id, price AS amount, cycle AS billing_period, began AS starts_on FROM subscription');
RESET search_path;
SELECT periods, customers, movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh('My "Ledger"');
-- Local dates and times are New York's, instants are instants: 12 a month, 12 / 12 for 3.
SELECT customer_id, effective_on, effective_at AT TIME ZONE 'UTC' AS utc, mrr_after FROM "My ""Ledger""".movements ORDER BY customer_id;
SELECT pg_typeof(customer_id) FROM "My ""Ledger""".movements LIMIT 1;
-- Bound to another query in its place; the query may end in a semicolon and a comment.
SELECT saas_metrics.bind('My "Ledger"', 'subscription_periods', $$
  SELECT account_id AS customer_id, price AS amount, cycle AS billing_period, began_local AS starts_at
  FROM setup_app.subscription; -- local times
$$);
SELECT everything_pending FROM "My ""Ledger""".freshness;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('My "Ledger"');
SELECT customer_id, effective_on, effective_at AT TIME ZONE 'UTC' AS utc FROM "My ""Ledger""".movements ORDER BY customer_id;
SELECT saas_metrics.bind('My "Ledger"', 'subscription_periods',
  'SELECT account_id AS customer_id, price AS amount, cycle AS billing_period, began_at AS starts_at FROM setup_app.subscription');
-- The same instants: nothing to add.
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('My "Ledger"');
SELECT customer_id, effective_on, effective_at AT TIME ZONE 'UTC' AS utc FROM "My ""Ledger""".movements ORDER BY customer_id;
-- The same query again: a notice.
SELECT saas_metrics.bind('My "Ledger"', 'subscription_periods',
  'SELECT account_id AS customer_id, price AS amount, cycle AS billing_period, began_at AS starts_at FROM setup_app.subscription');
-- WITH, VALUES and TABLE are SELECTs too; casts that lose nothing: an enum to text, integers to numeric, json to jsonb.
CREATE TYPE setup_app.level AS ENUM ('free', 'gold');
SELECT saas_metrics.bind('My "Ledger"', 'customers', $$
  WITH known (id, label, level) AS (VALUES (1::bigint, 'One'::varchar(9), 'gold'::setup_app.level), (4, 'Four', 'free'))
  SELECT id AS customer_id, level AS name, json_build_object('label', label) AS attributes, date '2024-01-01' AS signed_up_on
  FROM known $$);
SELECT customer_id, name, signed_up_at AT TIME ZONE 'America/New_York' AS signed_up, attributes, is_test FROM "My ""Ledger""".customers ORDER BY 1;
SELECT customer_id, name, status, since, mrr, currency FROM "My ""Ledger""".customer_status ORDER BY 1;
-- NULL where there is a default counts as the default: 10 of 12 a month, less the discount of 2.
SELECT saas_metrics.create_ledger('setup_defaults', time_zone => 'Pacific/Auckland');
SELECT saas_metrics.bind('setup_defaults', 'subscription_periods', $$
  SELECT 1 AS customer_id, 12 AS amount, 2 AS discount, interval '1 mon' AS billing_period, date '2024-04-01' AS starts_on,
         NULL::date AS ends_on, NULL::text AS kind, NULL::text AS discount_kind, NULL::text AS currency, NULL::text AS status $$);
SELECT rows_rejected FROM saas_metrics.refresh('setup_defaults');
SELECT customer_id, effective_on, kind, mrr_after FROM setup_defaults.movements;

-- The type of customers is that of the first query bound, whatever it is.
CREATE DOMAIN setup_app.number AS uuid;
CREATE TABLE setup_app.typed (small smallint, whole integer, big bigint, name text, code varchar(20), id uuid, number setup_app.number, began date);
CREATE INDEX ON setup_app.typed (small);
CREATE INDEX ON setup_app.typed (whole);
CREATE INDEX ON setup_app.typed (big);
CREATE INDEX ON setup_app.typed (name);
CREATE INDEX ON setup_app.typed (code);
CREATE INDEX ON setup_app.typed (id);
CREATE INDEX ON setup_app.typed (number);
INSERT INTO setup_app.typed VALUES (1, 2, 3, 'four', 'five', '00000000-0000-0000-0000-000000000006', '00000000-0000-0000-0000-000000000007', '2024-05-01');
CREATE FUNCTION pg_temp.by_type(col text) RETURNS TABLE (type text, before text, pending text, refreshed text) LANGUAGE plpgsql AS $$
DECLARE
  ledger name := 'setup_' || col;
BEGIN
  PERFORM saas_metrics.create_ledger(ledger);
  PERFORM saas_metrics.bind(ledger, 'subscription_periods', format(
    'SELECT %I AS customer_id, 5 AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM setup_app.typed', col));
  PERFORM saas_metrics.watch(ledger, 'setup_app.typed', col);
  PERFORM FROM saas_metrics.refresh(ledger);
  EXECUTE format('SELECT pg_typeof(customer_id), customer_id || '' '' || effective_on FROM %I.movements', ledger) INTO type, before;
  UPDATE setup_app.typed SET began = began + 1;
  EXECUTE format('SELECT customer_id || '' '' || effective_on FROM %I.movements', ledger) INTO pending;
  PERFORM FROM saas_metrics.refresh(ledger);
  EXECUTE format('SELECT customer_id || '' '' || effective_on FROM %I.movements', ledger) INTO refreshed;
  PERFORM saas_metrics.drop_ledger(ledger);
  RETURN NEXT;
END $$;
-- Each update moves the one start by a day, from May 1 on.
SELECT t.* FROM unnest('{small,whole,big,name,code,id}'::text[]) WITH ORDINALITY AS c (col, n), pg_temp.by_type(c.col) AS t ORDER BY n;
-- So may a domain over one be.
SELECT before, pending, refreshed FROM pg_temp.by_type('number');
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'setup_app.typed'::regclass;

-- watch: by column, again, by another column, by a SELECT; unwatch, again.
SELECT saas_metrics.watch('My "Ledger"', 'setup_app.subscription', 'account_id');
SELECT saas_metrics.watch('My "Ledger"', source_table => 'setup_app.subscription', customer_id => 'account_id', on_replica => false);
SELECT movements_added FROM saas_metrics.refresh('My "Ledger"');
BEGIN;
INSERT INTO setup_app.subscription VALUES (4, 4, 7, '1 month', NULL, NULL, '2024-06-01 12:00+00');
SELECT customers_pending, everything_pending FROM "My ""Ledger""".freshness;
SELECT customer_id, kind, mrr_after FROM "My ""Ledger""".movements WHERE customer_id = 4;
ROLLBACK;
SELECT customers_pending, everything_pending FROM "My ""Ledger""".freshness;
-- With an empty search path, as pg_dump sets it.
SELECT pg_catalog.set_config('search_path', '', false);
SELECT saas_metrics.watch('My "Ledger"', 'setup_app.subscription', 'SELECT account_id FROM changed;');
RESET search_path;
SELECT source_table, customer_id, on_replica FROM "My ""Ledger""".watched_tables;
SELECT movements_added FROM saas_metrics.refresh('My "Ledger"');
UPDATE setup_app.subscription SET account_id = 5 WHERE id = 3;
SELECT DISTINCT customer_id FROM "My ""Ledger""".pending_customers ORDER BY 1;
SELECT customer_id, kind, mrr_after FROM "My ""Ledger""".movements ORDER BY 1;
TRUNCATE setup_app.subscription;
SELECT customer_id FROM "My ""Ledger""".movements;
INSERT INTO setup_app.subscription VALUES (4, 4, 7, '1 month', NULL, NULL, '2024-06-01 12:00+00');
SELECT customer_id, kind, mrr_after FROM "My ""Ledger""".movements;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('My "Ledger"');
SELECT saas_metrics.unwatch('My "Ledger"', 'setup_app.subscription');
SELECT saas_metrics.unwatch('My "Ledger"', 'setup_app.subscription');
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'setup_app.subscription'::regclass;
-- Not watched: as of the last refresh, until the next, which looks at all customers.
UPDATE setup_app.subscription SET price = 8;
SELECT customer_id, kind, mrr_after FROM "My ""Ledger""".movements;
SELECT customers, movements_added, movements_superseded FROM saas_metrics.refresh('My "Ledger"');
SELECT customer_id, kind, mrr_after FROM "My ""Ledger""".movements;

-- unbind lets a migration pass, rebind takes the query up again; both can be repeated.
ALTER TABLE setup_app.subscription ALTER price TYPE numeric(12,4);
SELECT saas_metrics.unbind('My "Ledger"', 'subscription_periods');
SELECT saas_metrics.unbind('My "Ledger"', 'subscription_periods');
ALTER TABLE setup_app.subscription ALTER price TYPE numeric(12,4);
-- Views go on with the last refresh.
SELECT customer_id, kind, mrr_after FROM "My ""Ledger""".movements;
SELECT saas_metrics.rebind('My "Ledger"');
SELECT saas_metrics.rebind('My "Ledger"');
SET search_path = '';
SELECT saas_metrics.bind('My "Ledger"', 'fx_rates', 'SELECT ''USD'' AS currency, date ''2024-01-01'' AS valid_from, 0.9 AS rate');
RESET search_path;
SELECT input, bound FROM "My ""Ledger""".bindings ORDER BY 1;
SELECT customers, movements_added, movements_superseded FROM saas_metrics.refresh('My "Ledger"');

-- export_commands: a ledger made anew by them says the same.
INSERT INTO "My ""Ledger""".policies (policy, description, discount, gap_tolerance) VALUES ('ours', 'It''s ours', 'none', 5);
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('My "Ledger"', 'ours');
SELECT saas_metrics.watch('My "Ledger"', 'setup_app.subscription', 'account_id', on_replica => true);
GRANT USAGE ON SCHEMA "My ""Ledger""" TO PUBLIC;
GRANT SELECT ON "My ""Ledger""".mrr_monthly TO PUBLIC;
CREATE TEMP TABLE command AS SELECT * FROM saas_metrics.export_commands('My "Ledger"') WITH ORDINALITY AS c (text, n);
SELECT text FROM command WHERE text NOT LIKE 'SET search_path%' ORDER BY n;
CREATE TEMP TABLE before AS SELECT * FROM "My ""Ledger""".mrr_monthly;
SELECT saas_metrics.drop_ledger('My "Ledger"');
\t on
\set ECHO none
SELECT text FROM command WHERE text NOT LIKE 'SELECT * FROM %' ORDER BY n \gexec
\set ECHO all
\t off
RESET search_path;
SELECT periods, customers, movements_added, movements_superseded FROM saas_metrics.set_policy('My "Ledger"', 'ours');
SELECT count(*) AS differences FROM (
  (TABLE before EXCEPT ALL TABLE "My ""Ledger""".mrr_monthly) UNION ALL (TABLE "My ""Ledger""".mrr_monthly EXCEPT ALL TABLE before)) AS d;
SELECT count(*) AS other_commands FROM (
  SELECT text FROM command EXCEPT SELECT * FROM saas_metrics.export_commands('My "Ledger"')) AS d;

-- upgrade_ledger: views are made anew, readers keep their rights; can be repeated.
SELECT saas_metrics.upgrade_ledger('My "Ledger"');
SELECT saas_metrics.upgrade_ledger('My "Ledger"');
SELECT has_table_privilege('public', '"My ""Ledger""".mrr_monthly', 'SELECT') AS granted,
       has_table_privilege('public', '"My ""Ledger""".mrr_daily', 'SELECT') AS not_granted;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('My "Ledger"');
SELECT count(*) AS differences FROM (
  (TABLE before EXCEPT ALL TABLE "My ""Ledger""".mrr_monthly) UNION ALL (TABLE "My ""Ledger""".mrr_monthly EXCEPT ALL TABLE before)) AS d;

-- Names of ledgers of which only the ends differ, and of long letters: each marks its own customers.
SELECT saas_metrics.create_ledger('setup_with_a_name_of_more_than_fifty_bytes_for_the_first');
SELECT saas_metrics.create_ledger('setup_with_a_name_of_more_than_fifty_bytes_for_the_other');
SELECT saas_metrics.create_ledger('setup_ääääääääääääääääääääääääääää');
CREATE TABLE setup_app.shared (customer_id text);
SELECT saas_metrics.watch(l, 'setup_app.shared', 'customer_id') FROM unnest('{
  setup_with_a_name_of_more_than_fifty_bytes_for_the_first,
  setup_with_a_name_of_more_than_fifty_bytes_for_the_other,
  setup_ääääääääääääääääääääääääääää}'::name[]) AS l;
INSERT INTO setup_app.shared VALUES ('c');
SELECT (SELECT count(*) FROM setup_with_a_name_of_more_than_fifty_bytes_for_the_first.changed_customers) AS first,
       (SELECT count(*) FROM setup_with_a_name_of_more_than_fifty_bytes_for_the_other.changed_customers) AS other,
       (SELECT count(*) FROM "setup_ääääääääääääääääääääääääääää".changed_customers) AS third;

-- Tables whose pending customers would be read by scanning are warned of; a watched table may be dropped.
CREATE TABLE setup_app.scanned (customer_id text, price numeric, began date);
-- A thousand rows are as well read whole.
INSERT INTO setup_app.scanned SELECT NULL, 1, '2024-01-01' FROM generate_series(1, 1000);
SELECT saas_metrics.bind('setup_with_a_name_of_more_than_fifty_bytes_for_the_first', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM setup_app.scanned');
-- One more is not.
INSERT INTO setup_app.scanned VALUES (NULL, 1, '2024-01-01');
SELECT saas_metrics.watch('setup_with_a_name_of_more_than_fifty_bytes_for_the_first', 'setup_app.scanned', 'customer_id');
SELECT saas_metrics.unbind('setup_with_a_name_of_more_than_fifty_bytes_for_the_first', 'subscription_periods');
DROP TABLE setup_app.scanned;
SELECT movements_added FROM saas_metrics.refresh('setup_with_a_name_of_more_than_fifty_bytes_for_the_first');
SELECT c FROM saas_metrics.export_commands('setup_with_a_name_of_more_than_fifty_bytes_for_the_first') AS c;

-- drop_ledger: nothing of it is left on the tables it watched; again: a notice. So is DROP SCHEMA.
SELECT saas_metrics.drop_ledger(ledger) FROM saas_metrics.ledgers WHERE ledger LIKE 'setup%' OR ledger = 'My "Ledger"' ORDER BY ledger;
SELECT saas_metrics.drop_ledger('setup');
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid IN ('setup_app.shared'::regclass, 'setup_app.subscription'::regclass);
INSERT INTO setup_app.shared VALUES ('c');
SELECT saas_metrics.create_ledger('setup');
SELECT saas_metrics.watch('setup', 'setup_app.shared', 'customer_id');
SET client_min_messages = warning;
DROP SCHEMA setup CASCADE;
INSERT INTO setup_app.shared VALUES ('c');
SELECT count(*) AS ledgers FROM saas_metrics.ledgers WHERE ledger LIKE 'setup%';
DROP SCHEMA setup_app CASCADE;
