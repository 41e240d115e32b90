-- What the ledger's verbs refuse: SQLSTATE, message and hint.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-06-30';
CREATE FUNCTION pg_temp.refusals(VARIADIC statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  FOR place IN 1 .. cardinality(statements) LOOP
    BEGIN
      EXECUTE statements[place];
      RETURN NEXT place || '. no error';
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
      RETURN NEXT format('%s. %s %s', place, SQLSTATE, SQLERRM);
      RETURN NEXT '   HINT: ' || coalesce(nullif(hint, ''), 'none');
    END;
  END LOOP;
END $$;
-- Only whether and by which SQLSTATE.
CREATE FUNCTION pg_temp.states(VARIADIC statements text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT substring(r FROM '^[0-9]+\. ([0-9A-Z]{5}|no error)')
  FROM pg_temp.refusals(VARIADIC statements) WITH ORDINALITY AS f (r, n) WHERE r ~ '^[0-9]' ORDER BY n
$$;
CREATE SCHEMA errors_app;
CREATE TABLE errors_app.subscription (id int, customer_id text, plan_id int, price numeric, began date, name text);
CREATE INDEX ON errors_app.subscription (customer_id);
CREATE VIEW errors_app.live AS SELECT * FROM errors_app.subscription;
CREATE MATERIALIZED VIEW errors_app.kept AS SELECT * FROM errors_app.subscription;
CREATE SEQUENCE errors_app.numbers;
CREATE UNLOGGED TABLE errors_app.unlogged (customer_id text);
CREATE TEMP TABLE passing (customer_id text);
CREATE SCHEMA errors_other;
SELECT saas_metrics.create_ledger('errors');
\pset format unaligned
\t on

-- create_ledger
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.create_ledger(NULL) $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', NULL) $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', time_zone => NULL) $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', policy => NULL) $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', row_security => NULL) $$,
  $$ SELECT saas_metrics.create_ledger('') $$,
  $$ SELECT saas_metrics.create_ledger('pg_errors') $$,
  $$ SELECT saas_metrics.create_ledger('errors_other') $$,
  $$ SELECT saas_metrics.create_ledger('saas_metrics') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', '') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', '$') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', 'US Dollar') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', E'USD\n') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', time_zone => 'Mars/Olympus') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', time_zone => '') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', time_zone => 'UTC''; DROP TABLE errors_app.subscription; --') $$,
  $$ SELECT saas_metrics.create_ledger('errors_new', policy => 'ours') $$,
  $$ SELECT saas_metrics.create_ledger('errors', 'EUR') $$,
  $$ SELECT saas_metrics.create_ledger('errors', time_zone => 'Europe/Paris') $$,
  $$ SELECT saas_metrics.create_ledger('errors', row_security => true) $$
);

-- All verbs: no ledger, none of this name, a schema that is none.
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.drop_ledger(NULL) $$,
  $$ SELECT saas_metrics.bind(NULL, 'customers', 'SELECT 1') $$,
  $$ SELECT saas_metrics.unbind(NULL, 'customers') $$,
  $$ SELECT saas_metrics.rebind(NULL) $$,
  $$ SELECT saas_metrics.refresh(NULL) $$,
  $$ SELECT saas_metrics.watch(NULL, 'errors_app.subscription', 'customer_id') $$,
  $$ SELECT saas_metrics.unwatch(NULL, 'errors_app.subscription') $$,
  $$ SELECT saas_metrics.record_snapshot(NULL) $$,
  $$ SELECT saas_metrics.close_period(NULL, '2024-05-31') $$,
  $$ SELECT saas_metrics.restatements(NULL, '2024-05-31') $$,
  $$ SELECT saas_metrics.mrr_monthly_at(NULL, '2024-05-31') $$,
  $$ SELECT saas_metrics.explain(NULL, '[2024-05-01,2024-06-01)', 'new_mrr') $$,
  $$ SELECT saas_metrics.explain_customer(NULL, '[2024-05-01,2024-06-01)', 'a') $$,
  $$ SELECT saas_metrics.check_ledger(NULL) $$,
  $$ SELECT saas_metrics.set_policy(NULL, 'default') $$,
  $$ SELECT saas_metrics.export_commands(NULL) $$,
  $$ SELECT saas_metrics.upgrade_ledger(NULL) $$
);
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors_app', 'customers', 'SELECT 1') $$,
  $$ SELECT saas_metrics.unbind('errors_app', 'customers') $$,
  $$ SELECT saas_metrics.rebind('errors_app') $$,
  $$ SELECT saas_metrics.refresh('errors_app') $$,
  $$ SELECT saas_metrics.watch('errors_app', 'errors_app.subscription', 'customer_id') $$,
  $$ SELECT saas_metrics.unwatch('errors_app', 'errors_app.subscription') $$,
  $$ SELECT saas_metrics.record_snapshot('errors_app') $$,
  $$ SELECT saas_metrics.close_period('errors_app', '2024-05-31') $$,
  $$ SELECT saas_metrics.restatements('errors_app', '2024-05-31') $$,
  $$ SELECT saas_metrics.mrr_monthly_at('errors_app', '2024-05-31') $$,
  $$ SELECT saas_metrics.explain('errors_app', '[2024-05-01,2024-06-01)', 'new_mrr') $$,
  $$ SELECT saas_metrics.explain_customer('errors_app', '[2024-05-01,2024-06-01)', 'a') $$,
  $$ SELECT saas_metrics.check_ledger('errors_app') $$,
  $$ SELECT saas_metrics.set_policy('errors_app', 'default') $$,
  $$ SELECT saas_metrics.export_commands('errors_app') $$,
  $$ SELECT saas_metrics.upgrade_ledger('errors_app') $$,
  $$ SELECT saas_metrics.refresh('errors; DROP SCHEMA errors_app CASCADE') $$,
  $$ SELECT saas_metrics.refresh('"errors"') $$,
  $$ SELECT saas_metrics.refresh('ERRORS') $$
);

-- bind and unbind: arguments.
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors', NULL, 'SELECT 1') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', NULL) $$,
  $$ SELECT saas_metrics.bind('errors', 'invoices', 'SELECT 1') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers_rows', 'SELECT 1') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers; DROP SCHEMA errors_app CASCADE', 'SELECT ''a'' AS customer_id') $$,
  $$ SELECT saas_metrics.unbind('errors', 'invoices') $$
);
SELECT pg_temp.states(
  $$ SELECT saas_metrics.unbind('errors', NULL) $$,
  $$ SELECT saas_metrics.unwatch('errors', NULL) $$
);
-- bind: one SELECT only.
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors', 'customers', '') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', ';') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', '-- nothing') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'errors_app.subscription') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id FRM errors_app.subscription') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT ''a'' AS customer_id; SELECT ''b'' AS customer_id') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT ''a'' AS customer_id; DROP TABLE errors_app.subscription') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT ''a'' AS customer_id WITH CHECK OPTION') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'DELETE FROM errors_app.subscription RETURNING customer_id') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'CREATE TABLE errors_app.made AS SELECT ''a'' AS customer_id') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'EXPLAIN SELECT ''a'' AS customer_id') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'COPY errors_app.subscription TO PROGRAM ''cat''') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT $1::text AS customer_id') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id FROM subscription') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', E'SELECT ''a'' AS customer_id /* never closed') $$
);
-- Nor one that writes, or that locks what readers read.
SELECT pg_temp.states(
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT ''a''::text AS customer_id INTO errors_app.made') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'WITH gone AS (DELETE FROM errors_app.subscription RETURNING customer_id) SELECT customer_id FROM gone') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id FROM errors_app.subscription FOR UPDATE') $$
);
-- Nor what is only there for a session, or is what the ledger makes of the input itself.
SET client_min_messages = warning;
SELECT r <> 'no error' AS refused FROM pg_temp.states(
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id FROM passing') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id FROM errors.customers') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id FROM errors.customer_status') $$
) AS r;
RESET client_min_messages;
SELECT count(*) FROM errors.customers;
-- bind: all that is missing, extra or of another type in one error, in the order of the columns.
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT 1 AS one') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT 1.5 AS customer_id, ''10'' AS amount, 0.5::float AS discount,
       1 AS billing_period, ''2024-01-01'' AS starts_on, now()::time AS ends_at, true AS status, current_date AS "Amount", 1 AS kind') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT ''a'' AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period,
       current_date AS starts_on, now() AS starts_at') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT ''a''::char(1) AS customer_id, 1 AS is_test, ''{}'' AS attributes, 1 AS name') $$,
  $$ SELECT saas_metrics.bind('errors', 'fx_rates', 'SELECT ''EUR'' AS currency, now() AS valid_from, 1.1::real AS rate') $$,
  $$ SELECT saas_metrics.bind('errors', 'current_subscriptions', 'SELECT ''a'' AS customer_id, now() AS starts_at') $$
);
-- bind: a table's name, quarters, and texts for intervals.
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors', 'customers', 'subscriptions') $$,
  $$ SELECT saas_metrics.bind('errors', 'customers', ' "My app"."Subscriptions" ;') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT customer_id, price AS amount, interval ''1 quarter'' AS billing_period, began AS starts_on FROM errors_app.subscription') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT customer_id, price AS amount, ''quarterly'' :: interval AS billing_period, began AS starts_on FROM errors_app.subscription') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT customer_id, price AS amount, ''monthly'' AS billing_period, began AS starts_on FROM errors_app.subscription') $$
);
-- bind: the rows' own table, and the type of customers.
INSERT INTO errors.customers_rows (customer_id) VALUES ('a');
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors', 'customers', 'SELECT ''a'' AS customer_id') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT 1 AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period, current_date AS starts_on') $$
);
DELETE FROM errors.customers_rows;
SELECT saas_metrics.bind('errors', 'customers', 'SELECT customer_id, name FROM errors_app.subscription');
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT 1 AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period, current_date AS starts_on') $$,
  $$ SELECT saas_metrics.bind('errors', 'subscription_periods', 'SELECT ''a''::varchar AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period, current_date AS starts_on') $$
);
-- rebind: what no longer fits says so, and the binding stays as it was.
SELECT saas_metrics.unbind('errors', 'customers');
ALTER TABLE errors_app.subscription RENAME customer_id TO account;
SELECT pg_temp.refusals($$ SELECT saas_metrics.rebind('errors') $$);
ALTER TABLE errors_app.subscription RENAME account TO customer_id;
SELECT saas_metrics.rebind('errors');

-- watch and unwatch
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.watch('errors', NULL, 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', NULL) $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'customer_id', NULL) $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.nothing', 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.live', 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.kept', 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.numbers', 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'passing', 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'pg_catalog.pg_class', 'relname') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'account') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', '') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'ctid') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'plan_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'began') $$
);
-- Its own tables a ledger watches itself, and none of that can be undone by hand.
SELECT pg_temp.states(
  $$ SELECT saas_metrics.watch('errors', 'errors.changed_customers', 'customer_id') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors.customers_rows', 'customer_id') $$
);
DO $$ BEGIN PERFORM saas_metrics.unwatch('errors', 'errors.customers_rows'); EXCEPTION WHEN OTHERS THEN NULL; END $$;
BEGIN;
INSERT INTO errors.customers_rows (customer_id) VALUES ('b');
SELECT count(*) AS marked FROM errors.changed_customers WHERE customer_id = 'b';
ROLLBACK;
-- watch by a SELECT: one SELECT of one column of ids; refused at once, not when a row is written.
SELECT pg_temp.states(
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FROM changed; SELECT customer_id FROM changed') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FROM changed; DROP TABLE errors_app.subscription') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FROM changed) AS ids; DELETE FROM errors_app.subscription; SELECT ids.* FROM (SELECT customer_id FROM changed') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id INTO errors_app.made FROM changed') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'WITH gone AS (DELETE FROM errors_app.subscription RETURNING customer_id) SELECT customer_id FROM gone') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FRM changed') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FROM changed $body$ END $body$') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT account FROM changed') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FROM nowhere') $$
);
SELECT r <> 'no error' AS refused FROM pg_temp.states(
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id, plan_id FROM changed') $$,
  $$ SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT') $$
) AS r;
-- What looks odd and is one SELECT.
SELECT saas_metrics.watch('errors', 'errors_app.subscription', ' WITH c AS (SELECT customer_id FROM changed) SELECT customer_id || $body$$body$ FROM c; -- that''s all');
SELECT saas_metrics.watch('errors', 'errors_app.subscription', 'SELECT customer_id FROM changed /* ; */ -- )');
INSERT INTO errors_app.subscription (id, customer_id, price, began) VALUES (1, 'c', 10, '2024-01-01');
SELECT count(*) AS marked FROM errors.pending_customers WHERE customer_id = 'c';

-- refresh and reading: saas_metrics.today
SELECT saas_metrics.bind('errors', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM errors_app.subscription');
SELECT FROM saas_metrics.refresh('errors');
SELECT pg_temp.refusals(
  $$ SET LOCAL saas_metrics.today = 'yesterday'; SELECT * FROM errors.mrr_monthly $$,
  $$ SET LOCAL saas_metrics.today = '2024-6-3'; SELECT * FROM errors.mrr_monthly $$,
  $$ SET LOCAL saas_metrics.today = '2024-06-31'; SELECT * FROM errors.mrr_monthly $$,
  $$ SET LOCAL saas_metrics.today = '2024-06-29'; SELECT * FROM errors.mrr_monthly $$
);

-- policies
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.set_policy('errors', NULL) $$,
  $$ SELECT saas_metrics.set_policy('errors', 'ours') $$,
  $$ SELECT saas_metrics.set_policy('errors', '''; DROP TABLE errors_app.subscription; --') $$,
  $$ INSERT INTO errors.policies (policy, churn_date) VALUES ('ours', 'soon') $$,
  $$ INSERT INTO errors.policies (policy, past_due) VALUES ('ours', 'never') $$,
  $$ INSERT INTO errors.policies (policy, gap_tolerance) VALUES ('ours', -1) $$,
  $$ INSERT INTO errors.policies (policy, week) VALUES ('ours', '0'); SELECT saas_metrics.set_policy('errors', 'ours') $$,
  $$ INSERT INTO errors.policies (policy, week) VALUES ('ours', NULL) $$,
  $$ INSERT INTO errors.policies (policy) VALUES (NULL) $$,
  $$ UPDATE saas_metrics.policies SET week = '4' $$
);
SELECT r <> 'no error' AS refused FROM pg_temp.states(
  $$ INSERT INTO errors.policies (policy, day) VALUES ('ours', E'30\nfx=daily'); SELECT saas_metrics.set_policy('errors', 'ours') $$
) AS r;
SELECT policy FROM errors.ledger_settings;

-- history
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.close_period('errors', NULL) $$,
  $$ SELECT saas_metrics.close_period('errors', '2024-06-30') $$,
  $$ SELECT saas_metrics.close_period('errors', '2024-07-31') $$,
  $$ SELECT saas_metrics.close_period('errors', 'infinity') $$,
  $$ SELECT saas_metrics.close_period('errors', '-infinity') $$,
  $$ SELECT saas_metrics.restatements('errors', NULL) $$,
  $$ SELECT saas_metrics.restatements('errors', '2024-05-31') $$,
  $$ SELECT saas_metrics.mrr_monthly_at('errors', NULL) $$
);
SELECT closed_through FROM saas_metrics.close_period('errors', '2024-05-31');
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.close_period('errors', '2024-04-30') $$,
  $$ SELECT saas_metrics.restatements('errors', '2024-04-30') $$
);
-- Beyond all refreshes and all time there is just nothing.
SELECT count(*) FROM saas_metrics.mrr_monthly_at('errors', '-infinity');
SELECT count(*) FROM saas_metrics.mrr_monthly_at('errors', '1066-10-14');
SELECT count(*) FROM saas_metrics.mrr_monthly_at('errors', 'infinity');

-- explain
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.explain('errors', NULL, 'new_mrr') $$,
  $$ SELECT saas_metrics.explain('errors', 'empty', 'new_mrr') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', NULL) $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', 'arpa') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', 'churn_rate') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', '') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', 'new') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', 'fx_customers') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', 'churn_customers') $$,
  $$ SELECT saas_metrics.explain('errors', '[2024-05-01,2024-06-01)', 'new_mrr; DROP TABLE errors_app.subscription') $$,
  $$ SELECT saas_metrics.explain_customer('errors', NULL, 'a') $$,
  $$ SELECT saas_metrics.explain_customer('errors', 'empty', 'a') $$,
  $$ SELECT saas_metrics.explain_customer('errors', '[2024-05-01,2024-06-01)', NULL) $$
);
SELECT count(*) FROM saas_metrics.explain_customer('errors', '[2024-05-01,2024-06-01)', '''; DROP TABLE errors_app.subscription; --');
SELECT saas_metrics.create_ledger('errors_numbers');
SELECT saas_metrics.bind('errors_numbers', 'customers', 'SELECT 1 AS customer_id');
SELECT pg_temp.refusals($$ SELECT saas_metrics.explain_customer('errors_numbers', '[2024-05-01,2024-06-01)', 'a') $$);

-- snapshots
SELECT pg_temp.refusals($$ SELECT saas_metrics.record_snapshot('errors') $$);
INSERT INTO errors_numbers.current_subscriptions_rows (customer_id, item_id, amount, billing_period) VALUES (1, 'i', 1, '1 month'), (1, 'i', 2, '1 month');
SELECT pg_temp.refusals($$ SELECT saas_metrics.record_snapshot('errors_numbers') $$);
UPDATE errors_numbers.current_subscriptions_rows SET item_id = NULL WHERE amount = 2;
SELECT pg_temp.refusals($$ SELECT saas_metrics.record_snapshot('errors_numbers') $$);
UPDATE errors_numbers.current_subscriptions_rows SET item_id = 'j', customer_id = NULL WHERE amount = 2;
SELECT pg_temp.refusals($$ SELECT saas_metrics.record_snapshot('errors_numbers') $$);

-- Views of others on the ledger's stand in the way of what would drop them.
CREATE VIEW errors_app.report AS SELECT * FROM errors.mrr_monthly;
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.upgrade_ledger('errors') $$,
  $$ SELECT saas_metrics.drop_ledger('errors') $$
);
SELECT source_table FROM errors.watched_tables;
SELECT saas_metrics.create_ledger('errors_early');
CREATE VIEW errors_app.earliest AS SELECT * FROM errors_early.mrr_monthly;
SELECT pg_temp.refusals($$ SELECT saas_metrics.bind('errors_early', 'customers', 'SELECT 1 AS customer_id') $$);

-- Parts that are not for use by hand.
SELECT pg_temp.refusals(
  $$ SELECT saas_metrics.mark_changed() $$,
  $$ CREATE TRIGGER idle AFTER INSERT ON errors_app.unlogged FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed(); INSERT INTO errors_app.unlogged VALUES ('a') $$,
  $$ CREATE TRIGGER wrong BEFORE INSERT ON errors_app.unlogged FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed('errors', 'customer_id'); INSERT INTO errors_app.unlogged VALUES ('a') $$,
  $$ CREATE TRIGGER wrong AFTER INSERT ON errors_app.unlogged FOR EACH STATEMENT EXECUTE FUNCTION saas_metrics.mark_changed('errors', 'customer_id'); INSERT INTO errors_app.unlogged VALUES ('a') $$,
  $$ SELECT saas_metrics.ledger_movements(NULL, NULL, 'a', 'a', 'a', 'a', 'a', 1, 1, 'a', 'a', '1 month', now(), now(), 'a', now(), now(), 'a', 'a', true, NULL) $$,
  $$ SELECT saas_metrics.ledger_movements('fx=never', NULL, 'a', 'a', 'a', 'a', 'a', 1, 1, 'a', 'a', '1 month', now(), now(), 'a', now(), now(), 'a', 'a', true, NULL) $$,
  $$ SELECT 'a'::saas_metrics.packed_movements $$,
  $$ SELECT saas_metrics.ledger_contributions('no', current_date, NULL) $$
);
\t off
\pset format aligned
SET client_min_messages = warning;
DROP VIEW errors_app.report, errors_app.earliest;
SELECT saas_metrics.drop_ledger(l) FROM unnest('{errors,errors_numbers,errors_early}'::name[]) AS l;
DROP SCHEMA errors_app CASCADE;
DROP SCHEMA errors_other;
