-- What its user made in a ledger, of it or beside it is never dropped by a verb: it stays, or the verb refuses before
-- it touches anything, and its DETAIL has what would make it again.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
SET client_min_messages = error;
CREATE ROLE regress_life_reader;
CREATE SCHEMA own_app;
CREATE TABLE own_app.contract (customer bigint, price numeric, began date);
CREATE INDEX ON own_app.contract (customer);
INSERT INTO own_app.contract VALUES (1, 10, '2024-04-01');
\set query 'SELECT customer AS customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM own_app.contract'

-- bind with customers of another type: tables and functions in the schema, policies, indexes and constraints that do not
-- stand on the customer, policies of the ledger, and grants stay.
SELECT saas_metrics.create_ledger('own', row_security => true);
CREATE TABLE own.notes (note text);
INSERT INTO own.notes VALUES ('keep');
CREATE VIEW own.all_notes AS SELECT n.note, m.note AS other FROM own.notes AS n CROSS JOIN own.notes AS m;
CREATE FUNCTION own.twice(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT 2 * $1';
INSERT INTO own.policies (policy, description) VALUES ('ours', 'kept');
CREATE POLICY recent ON own.current_lines FOR SELECT USING (effective_on > date '2000-01-01');
CREATE INDEX by_customer ON own.current_lines (customer_id);
CREATE INDEX by_day ON own.current_lines (effective_on) WHERE kind = 'churn';
ALTER TABLE own.superseded_lines ADD CONSTRAINT known CHECK (seq > 0);
GRANT USAGE ON SCHEMA own TO regress_life_reader;
GRANT SELECT ON own.mrr_monthly TO regress_life_reader WITH GRANT OPTION;
GRANT SELECT (customer_id, mrr) ON own.customer_status TO PUBLIC;
GRANT INSERT ON own.subscription_periods_rows TO regress_life_reader;
CREATE FUNCTION own_app.grants(ledger name) RETURNS SETOF text LANGUAGE sql AS
  'SELECT unnest(saas_metrics._grants_of(ledger)) ORDER BY 1';
CREATE TABLE own_app.grants_before AS SELECT own_app.grants('own') AS g;
SELECT g FROM own_app.grants_before ORDER BY 1;
SELECT saas_metrics.bind('own', 'subscription_periods', :'query');
SELECT format_type(atttypid, NULL), count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'r'
WHERE c.relnamespace = 'own'::regnamespace AND a.attname = 'customer_id' GROUP BY 1 ORDER BY 1;
SELECT note, other FROM own.all_notes;
SELECT own.twice(4);
SELECT policy, description FROM own.policies;
SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = 'own.current_lines'::regclass;
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'own.current_lines'::regclass AND NOT indisprimary ORDER BY 1;
SELECT conname FROM pg_constraint WHERE conrelid = 'own.superseded_lines'::regclass AND contype = 'c';
SELECT count(*) AS other_grants FROM (
  (SELECT g FROM own_app.grants_before EXCEPT SELECT own_app.grants('own')) UNION ALL (SELECT own_app.grants('own') EXCEPT SELECT g FROM own_app.grants_before)) AS d;
SELECT movements_added FROM saas_metrics.refresh('own');
SELECT customer_id, mrr_after FROM own.movements;
UPDATE own_app.contract SET price = 12;
SELECT saas_metrics.watch('own', 'own_app.contract', 'customer');
SELECT movements_added FROM saas_metrics.refresh('own');
SELECT * FROM saas_metrics.check_ledger('own');

-- What stands on the type of the customer, or reads a view that has to be made again, is listed.
SELECT saas_metrics.create_ledger('own_more');
CREATE VIEW own_app.report AS SELECT m.customer_id, c.today FROM own_more.movements AS m CROSS JOIN own_more.ledger_clock AS c;
CREATE MATERIALIZED VIEW own_app.on_report AS SELECT count(*) AS n FROM own_app.report;
CREATE VIEW own_more.inside AS SELECT l.customer_id, r.refresh FROM own_more.current_lines AS l JOIN own_more.refreshes AS r ON r.refresh = l.recorded_by;
CREATE FUNCTION own_app.lines() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM own_more.mrr_monthly; END;
CREATE POLICY mine ON own_more.current_lines AS RESTRICTIVE FOR SELECT TO regress_life_reader, PUBLIC USING (customer_id = current_setting('app.customer'));
CREATE INDEX lower_customer ON own_more.customers_rows (lower(customer_id));
ALTER TABLE own_more.customers_rows ADD CONSTRAINT long CHECK (length(customer_id) > 3);
CREATE FUNCTION own_app.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER writes INSTEAD OF INSERT ON own_more.freshness FOR EACH ROW EXECUTE FUNCTION own_app.nothing();
CREATE RULE swallows AS ON DELETE TO own_more.mrr_yearly DO INSTEAD NOTHING;
SELECT saas_metrics.bind('own_more', 'subscription_periods', :'query');
DROP VIEW own_app.report CASCADE;
DROP VIEW own_more.inside;
SELECT saas_metrics.bind('own_more', 'subscription_periods', :'query');
DROP FUNCTION own_app.lines();
DROP POLICY mine ON own_more.current_lines;
DROP INDEX own_more.lower_customer;
ALTER TABLE own_more.customers_rows DROP CONSTRAINT long;
DROP TRIGGER writes ON own_more.freshness;
DROP RULE swallows ON own_more.mrr_yearly;
SELECT saas_metrics.bind('own_more', 'subscription_periods', :'query');
SELECT movements_added FROM saas_metrics.refresh('own_more');

-- The type stands once something says who the customers are; what a refresh without a movement left does not.
SELECT saas_metrics.create_ledger('own_typed');
SELECT saas_metrics.bind('own_typed', 'subscription_periods', 'SELECT customer::text AS customer_id, price AS amount, NULL::interval AS billing_period, began AS starts_on FROM own_app.contract');
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('own_typed');
SELECT saas_metrics.bind('own_typed', 'fx_rates', 'SELECT ''EUR'' AS currency, date ''2024-01-01'' AS valid_from, 1.1 AS rate');
SELECT saas_metrics.bind('own_typed', 'subscription_periods', :'query');
SELECT count(*) FROM own_typed.rejected_rows;
SELECT rate FROM own_typed.fx_rates;
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('own_typed');
SELECT saas_metrics.bind('own_typed', 'subscription_periods', 'SELECT customer::text AS customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM own_app.contract');
SELECT saas_metrics.create_ledger('own_two');
SELECT saas_metrics.bind('own_two', 'customers', 'SELECT customer AS customer_id FROM own_app.contract');
SELECT saas_metrics.bind('own_two', 'subscription_periods', 'SELECT customer::text AS customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM own_app.contract');
SELECT saas_metrics.bind('own_two', 'customers', 'SELECT customer::text AS customer_id FROM own_app.contract');
SELECT saas_metrics.bind('own_two', 'subscription_periods', 'SELECT customer::text AS customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM own_app.contract');
SELECT movements_added FROM saas_metrics.refresh('own_two');

-- upgrade_ledger and rebind: views of the user's stay, whoever's the schema is; where a view of another version has
-- another shape, upgrade_ledger refuses rather than take them along.
CREATE VIEW own_app.report AS SELECT m.period_start, m.closing_mrr, c.today FROM own.mrr_monthly AS m CROSS JOIN own.ledger_clock AS c;
CREATE VIEW own.inside AS SELECT f.refreshed_at IS NOT NULL AS refreshed, c.currency FROM own.freshness AS f CROSS JOIN own.ledger_clock AS c;
SELECT saas_metrics.upgrade_ledger('own');
SELECT saas_metrics.rebind('own');
SELECT movements_added FROM saas_metrics.refresh('own');
SELECT closing_mrr FROM own_app.report ORDER BY period_start DESC LIMIT 1;
SELECT refreshed FROM own.inside;
SELECT count(*) AS other_grants FROM (
  (SELECT g FROM own_app.grants_before EXCEPT SELECT own_app.grants('own')) UNION ALL (SELECT own_app.grants('own') EXCEPT SELECT g FROM own_app.grants_before)) AS d;
-- As if of another version: one that gains columns, and one that loses some.
DROP VIEW own.churn_by_age;
CREATE VIEW own.churn_by_age AS SELECT NULL::integer AS age;
GRANT SELECT ON own.churn_by_age TO regress_life_reader;
SELECT saas_metrics.upgrade_ledger('own');
SELECT count(*) > 0, count(*) = count(DISTINCT a.age) FROM own.churn_by_age AS a;
DROP VIEW own.churn_by_age CASCADE;
CREATE VIEW own.churn_by_age AS SELECT 1 AS of_another_version;
GRANT SELECT ON own.churn_by_age TO regress_life_reader;
CREATE VIEW own_app.ages AS SELECT a.of_another_version, c.today FROM own.churn_by_age AS a CROSS JOIN own.ledger_clock AS c;
SELECT saas_metrics.upgrade_ledger('own');
SELECT of_another_version FROM own_app.ages;
DROP VIEW own_app.ages, own_app.report, own.inside;
SELECT saas_metrics.upgrade_ledger('own');
SELECT count(*) > 0 FROM own.churn_by_age;
SELECT has_table_privilege('regress_life_reader', 'own.churn_by_age', 'SELECT');
SELECT count(*) AS grants_lost FROM (SELECT g FROM own_app.grants_before EXCEPT SELECT own_app.grants('own')) AS d;
-- unbind, and binding again, of an input whose query somebody reads.
CREATE VIEW own_app.of_query AS SELECT q.customer_id, c.today FROM own.subscription_periods_query AS q CROSS JOIN own.ledger_clock AS c;
SELECT saas_metrics.unbind('own', 'subscription_periods');
SELECT saas_metrics.rebind('own');
SELECT count(*) FROM own.subscription_periods;
DROP VIEW own_app.of_query;
CREATE VIEW own_app.of_input AS SELECT p.customer_id, c.today FROM own.subscription_periods AS p CROSS JOIN own.ledger_clock AS c;
SELECT saas_metrics.unbind('own', 'subscription_periods');
SELECT count(*) FROM own_app.of_input;
SELECT saas_metrics.rebind('own');
SELECT count(*) FROM own_app.of_input;

-- drop_ledger refuses what is not its own, in its schema or outside.
SELECT saas_metrics.drop_ledger('own');
DROP VIEW own_app.of_input;
SELECT saas_metrics.drop_ledger('own');
DROP VIEW own.all_notes;
ALTER TABLE own.notes SET SCHEMA own_app;
DROP FUNCTION own.twice(numeric);
SELECT saas_metrics.drop_ledger('own');
SELECT note FROM own_app.notes;
SELECT count(saas_metrics.drop_ledger(l)) FROM unnest('{own_more,own_typed,own_two}'::name[]) AS l;
DROP SCHEMA own_app CASCADE;
DROP ROLE regress_life_reader;
