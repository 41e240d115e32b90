-- Names that need quotes, columns that a queue has a name of, user's tables named like a queue, collations, and sessions
-- that read backslashes otherwise.
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
SET client_min_messages = warning;
CREATE SCHEMA odd;
CREATE TABLE odd."Subscription" ("customerId" text COLLATE "default", "planId" int, began date, note varchar(20) COLLATE "C", scope text, q text, r text);
CREATE TABLE odd."Pl""an' é%s" (id int PRIMARY KEY, price numeric, scope text, q text, r text);
CREATE INDEX ON odd."Subscription" ("customerId");
INSERT INTO odd."Subscription" VALUES ('ann', 1, '2024-01-01', 'b', 's', 'q', 'r'), ('ben', 2, '2024-02-01', 'a', 't', 'u', 'v');
INSERT INTO odd."Pl""an' é%s" VALUES (1, 10, 's', 'q', 'r'), (2, 20, 't', 'u', 'v');
SELECT saas_metrics.create_ledger('L "x"');
-- A text of another collation is an input's text of the default one; a customer of another is refused, for its index.
SELECT saas_metrics.bind('L "x"', 'subscription_periods', $$
  SELECT s."customerId" AS customer_id, p.price AS amount, interval '1 month' AS billing_period, s.began AS starts_on, s.note AS plan
  FROM odd."Subscription" AS s JOIN odd."Pl""an' é%s" AS p ON p.id = s."planId" $$);
SELECT saas_metrics.bind('L "x"', 'customers', 'SELECT s.note AS customer_id FROM odd."Subscription" AS s');
SELECT saas_metrics.watch('L "x"', 'odd."Subscription"', '"customerId"');
-- By columns that are named as the queue's own and as the names in its query are.
SELECT saas_metrics.watch('L "x"', $$odd."Pl""an' é%s"$$, $$
  SELECT s."customerId" FROM odd."Subscription" AS s JOIN changed ON changed.id = s."planId"
  WHERE (changed.scope, changed.q, changed.r) = (s.scope, s.q, s.r) $$);
SELECT movements_added FROM saas_metrics.refresh('L "x"');
UPDATE odd."Pl""an' é%s" SET price = price + 1 WHERE id = 2;
SELECT customer_id FROM "L ""x""".pending_customers;
SELECT closing_mrr FROM "L ""x""".mrr_monthly WHERE period_start = '2024-03-01';
SELECT movements_added FROM saas_metrics.refresh('L "x"');
SELECT code FROM saas_metrics.check_ledger('L "x"');
-- Not the queue of a ledger, of another neither.
SELECT saas_metrics.create_ledger('odd_other');
SELECT saas_metrics.watch('odd_other', '"L ""x""".changed_customers', 'customer_id');
-- What the user named like a queue stays, and keeps the ledger from being dropped.
CREATE TABLE "L ""x""".mark_up_2024_queue AS SELECT 1 AS precious;
CREATE VIEW "L ""x""".mark_up_2024 AS SELECT 1 AS precious;
SELECT saas_metrics.unwatch('L "x"', $$odd."Pl""an' é%s"$$);
SELECT precious FROM "L ""x""".mark_up_2024_queue;
SELECT saas_metrics.drop_ledger('L "x"');
DROP TABLE "L ""x""".mark_up_2024_queue;
DROP VIEW "L ""x""".mark_up_2024;
-- Where backslashes are escapes.
SET escape_string_warning = off;
SET standard_conforming_strings = off;
GRANT SELECT ON "L ""x""".mrr_monthly TO PUBLIC;
SELECT saas_metrics.watch('L "x"', $$odd."Pl""an' é%s"$$, $$SELECT s."customerId" FROM odd."Subscription" AS s JOIN changed ON changed.id = s."planId"$$);
SELECT movements_added FROM saas_metrics.refresh('L "x"');
SELECT code FROM saas_metrics.check_ledger('L "x"');
SELECT saas_metrics.rebind('L "x"');
SELECT saas_metrics.upgrade_ledger('L "x"');
SELECT c FROM saas_metrics.export_commands('L "x"') AS c WHERE c LIKE 'GRANT%';
SELECT contribution FROM saas_metrics.explain('L "x"', '[2024-03-01,2024-04-01)', 'closing_customers');
RESET standard_conforming_strings;
-- Functions and types of the session are gone with it.
CREATE FUNCTION pg_temp.twice(numeric) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 2 * $1; END';
CREATE DOMAIN pg_temp.money AS numeric;
SELECT saas_metrics.bind('odd_other', 'fx_rates', 'SELECT ''EUR'' AS currency, date ''2024-01-01'' AS valid_from, pg_temp.twice(1.1) AS rate');
SELECT saas_metrics.bind('odd_other', 'fx_rates', 'SELECT ''EUR'' AS currency, date ''2024-01-01'' AS valid_from, 1.1::pg_temp.money AS rate');
-- A watched table that was dropped is watched no longer.
DROP TABLE odd."Subscription" CASCADE;
SELECT movements_superseded FROM saas_metrics.refresh('odd_other');
SELECT saas_metrics.bind('L "x"', 'subscription_periods', 'SELECT ''ann'' AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period, date ''2024-01-01'' AS starts_on');
SELECT movements_superseded FROM saas_metrics.refresh('L "x"');
SELECT source_table FROM "L ""x""".watched_tables;
-- Nothing is sealed that is not over, whatever the session takes for today; a change that was taken back is no day.
SET saas_metrics.today = '2124-06-15';
SELECT saas_metrics.close_period('L "x"', '2124-03-31');
SET saas_metrics.today = '2024-06-15';
SELECT saas_metrics.ledger_periods('-infinity', '-infinity', '1 month', 5);
SELECT saas_metrics.ledger_periods('2024-01-01', '2024-02-01', '0', 5);
CREATE TABLE odd.subs (customer text, began date, ended date);
INSERT INTO odd.subs VALUES ('a', '2024-01-01', '2024-09-01');
SELECT saas_metrics.bind('odd_other', 'subscription_periods', 'SELECT customer AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period, began AS starts_on, ended AS ends_on FROM odd.subs');
SELECT movements_added FROM saas_metrics.refresh('odd_other');
SELECT effective_on, churn_mrr, mrr FROM odd_other.committed_mrr;
UPDATE odd.subs SET ended = NULL;
SELECT movements_added FROM saas_metrics.refresh('odd_other');
SELECT effective_on, churn_mrr, mrr FROM odd_other.committed_mrr;
SELECT count(saas_metrics.drop_ledger(l)) FROM unnest('{"L \"x\"", odd_other}'::name[]) AS l;
DROP SCHEMA odd CASCADE;
-- A partition that was detached can be attached after unwatch, and the table be watched again.
CREATE SCHEMA odd;
CREATE TABLE odd.parts (region text, customer text) PARTITION BY LIST (region);
CREATE TABLE odd.part PARTITION OF odd.parts FOR VALUES IN ('eu');
SELECT saas_metrics.create_ledger('odd_parts');
SELECT saas_metrics.watch('odd_parts', 'odd.parts', 'customer');
ALTER TABLE odd.parts DETACH PARTITION odd.part;
SELECT saas_metrics.unwatch('odd_parts', 'odd.parts');
ALTER TABLE odd.parts ATTACH PARTITION odd.part FOR VALUES IN ('eu');
SELECT saas_metrics.watch('odd_parts', 'odd.parts', 'customer');
INSERT INTO odd.parts VALUES ('eu', 'a');
TRUNCATE odd.part;
SELECT customer_id, scope FROM odd_parts.changed_customers;
-- Without the list of watched tables, too.
DROP TABLE odd_parts.watched_tables CASCADE;
SELECT saas_metrics.drop_ledger('odd_parts');
DROP SCHEMA odd CASCADE;
