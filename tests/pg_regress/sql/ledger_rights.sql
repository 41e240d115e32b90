-- Who may do what with a ledger: owner, member of the owner, reader, writer of a billing table, stranger.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-06-30';
CREATE ROLE regress_billing;
CREATE ROLE regress_owner;
CREATE ROLE regress_member IN ROLE regress_owner;
CREATE ROLE regress_reader;
CREATE ROLE regress_auditor;
CREATE ROLE regress_writer;
CREATE ROLE regress_stranger;
SELECT current_database() AS db \gset
GRANT CREATE ON DATABASE :"db" TO regress_owner, regress_stranger, regress_billing;
CREATE FUNCTION pg_temp.refusals(VARIADIC statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  FOR place IN 1 .. cardinality(statements) LOOP
    BEGIN
      EXECUTE statements[place];
      RETURN NEXT place || '. no error';
    EXCEPTION WHEN OTHERS THEN
      RETURN NEXT format('%s. %s %s', place, SQLSTATE, SQLERRM);
    END;
  END LOOP;
END $$;

-- The billing tables are another's, who lets the owner of the ledger read them.
SET ROLE regress_billing;
CREATE SCHEMA rights_app;
CREATE TABLE rights_app.subscription (id int, customer_id text, plan_id int, price numeric, began date);
CREATE TABLE rights_app.plan (plan_id int, name text);
CREATE INDEX ON rights_app.subscription (customer_id);
CREATE INDEX ON rights_app.subscription (plan_id);
CREATE INDEX ON rights_app.plan (plan_id);
INSERT INTO rights_app.subscription VALUES (1, 'a', 1, 10, '2024-01-01'), (2, 'b', 1, 20, '2024-02-01');
INSERT INTO rights_app.plan VALUES (1, 'basic'), (2, 'gold');
GRANT USAGE ON SCHEMA rights_app TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA rights_app TO regress_owner;
GRANT ALL ON ALL TABLES IN SCHEMA rights_app TO regress_writer;
SET ROLE regress_owner;
SELECT saas_metrics.create_ledger('rights');
SELECT saas_metrics.bind('rights', 'subscription_periods',
  'SELECT s.customer_id, p.name AS plan, s.price AS amount, interval ''1 month'' AS billing_period, s.began AS starts_on
   FROM rights_app.subscription AS s JOIN rights_app.plan AS p USING (plan_id)');
-- Watching takes the right to make triggers.
SELECT pg_temp.refusals($$ SELECT saas_metrics.watch('rights', 'rights_app.subscription', 'customer_id') $$);
RESET ROLE;
GRANT TRIGGER ON ALL TABLES IN SCHEMA rights_app TO regress_owner;
SET ROLE regress_owner;
SELECT saas_metrics.watch('rights', 'rights_app.subscription', 'customer_id');
SET search_path = rights_app;
SELECT saas_metrics.watch('rights', 'plan', 'SELECT s.customer_id FROM subscription AS s JOIN changed USING (plan_id)');
RESET search_path;
SELECT customers, movements_added FROM saas_metrics.refresh('rights');
RESET ROLE;
SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'rights'::regnamespace;

-- A writer without any right on the ledger writes as before, and marks.
SET ROLE regress_writer;
SELECT pg_temp.refusals($$ SELECT * FROM rights.changed_customers $$, $$ INSERT INTO rights.changed_customers VALUES ('x') $$);
RESET ROLE;
BEGIN;
SET LOCAL ROLE regress_writer;
INSERT INTO rights_app.subscription VALUES (3, 'c', 2, 30, '2024-03-01');
UPDATE rights_app.subscription SET price = 11 WHERE id = 1;
UPDATE rights_app.subscription SET customer_id = 'd' WHERE id = 2;
RESET ROLE;
TABLE rights.changed_customers ORDER BY 1;
SELECT customer_id, mrr_after FROM rights.movements ORDER BY 1;
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_writer;
DELETE FROM rights_app.subscription WHERE id = 1;
RESET ROLE;
TABLE rights.changed_customers ORDER BY 1;
ROLLBACK;
BEGIN;
-- The plan of both customers gets another name.
SET LOCAL ROLE regress_writer;
UPDATE rights_app.plan SET name = 'standard' WHERE plan_id = 1;
RESET ROLE;
SELECT DISTINCT customer_id FROM rights.pending_customers ORDER BY 1;
SELECT DISTINCT plan, closing_mrr FROM rights.mrr_by_plan_monthly WHERE period_start = '2024-06-01';
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_writer;
TRUNCATE rights_app.subscription;
RESET ROLE;
SELECT everything_pending FROM rights.freshness;
SELECT count(*) FROM rights.movements;
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_writer;
TRUNCATE rights_app.plan;
RESET ROLE;
SELECT count(*) FROM rights.movements;
ROLLBACK;
SELECT count(*) FROM rights.pending_customers;

-- The SELECT runs with the ledger owner's rights, so a writer may not choose what it reads or calls.
SET ROLE regress_writer;
CREATE FUNCTION pg_temp.spy() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'the spy is %', current_user;
  RETURN 'spied';
END $$;
CREATE TEMP VIEW subscription AS SELECT pg_temp.spy() AS customer_id, 1 AS plan_id;
GRANT SELECT ON subscription TO PUBLIC;
RESET ROLE;
BEGIN;
SET LOCAL ROLE regress_writer;
UPDATE rights_app.plan SET name = 'standard' WHERE plan_id = 1;
RESET ROLE;
SELECT DISTINCT customer_id FROM rights.pending_customers ORDER BY 1;
ROLLBACK;
DROP VIEW pg_temp.subscription;

-- Nor may anybody use the ledger's triggers for a table of his own, even if he may read the ledger.
GRANT USAGE ON SCHEMA rights TO regress_stranger;
SET ROLE regress_stranger;
CREATE SCHEMA rights_strange;
CREATE TABLE rights_strange.mine (customer_id text, plan_id int);
SELECT count(*) AS functions_of_the_ledger FROM pg_proc WHERE pronamespace = 'rights'::regnamespace;
-- The trigger function that all ledgers share marks where its trigger refers to, which takes a right.
SELECT pg_temp.refusals($$ CREATE CONSTRAINT TRIGGER t3 AFTER INSERT ON rights_strange.mine FROM rights.changed_customers FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed('rights', 'customer_id') $$);
CREATE TRIGGER t3 AFTER INSERT OR UPDATE OR DELETE ON rights_strange.mine FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed('rights', 'customer_id');
INSERT INTO rights_strange.mine VALUES ('forged', 1);
DROP TRIGGER t3 ON rights_strange.mine;
-- With the right, it knows which tables a ledger watches.
RESET ROLE;
GRANT TRIGGER ON rights.changed_customers TO regress_stranger;
SET ROLE regress_stranger;
CREATE CONSTRAINT TRIGGER t3 AFTER INSERT ON rights_strange.mine FROM rights.changed_customers FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed('rights', 'customer_id');
INSERT INTO rights_strange.mine VALUES ('forged', 1);
-- A schema of his own that looks like a ledger gets him no further.
CREATE TABLE rights_strange.changed_customers (customer_id text);
CREATE TABLE rights_strange.watched_tables (source_table regclass, customer_id text, on_replica boolean);
INSERT INTO rights_strange.watched_tables VALUES ('rights_strange.mine', 'customer_id', false);
INSERT INTO rights_strange.mine VALUES ('forged', 1);
RESET ROLE;
REVOKE TRIGGER ON rights.changed_customers FROM regress_stranger;
SELECT count(*) AS forged FROM rights.changed_customers;
SET client_min_messages = warning;
DROP SCHEMA rights_strange CASCADE;
RESET client_min_messages;
REVOKE USAGE ON SCHEMA rights FROM regress_stranger;

-- A right to make triggers is none to drop them; who owns the table may, and watch otherwise.
SET ROLE regress_owner;
SELECT pg_temp.refusals($$ SELECT saas_metrics.unwatch('rights', 'rights_app.plan') $$);
RESET ROLE;
GRANT regress_billing TO regress_owner;
-- A SELECT that fails on a row that is written fails no write: reading says so, and the next refresh looks at everything.
SET ROLE regress_owner;
SELECT saas_metrics.watch('rights', 'rights_app.plan', 'SELECT (1 / (plan_id - 7))::text FROM changed');
SELECT movements_added FROM saas_metrics.refresh('rights');
SET ROLE regress_writer;
INSERT INTO rights_app.plan VALUES (7, 'lucky');
RESET ROLE;
SELECT count(*) FROM rights_app.plan;
SELECT pg_temp.refusals($$ SELECT everything_pending FROM rights.freshness $$);
SET ROLE regress_owner;
SELECT customers FROM saas_metrics.refresh('rights');
SELECT everything_pending FROM rights.freshness;
SELECT saas_metrics.watch('rights', 'rights_app.plan', 'SELECT s.customer_id FROM rights_app.subscription AS s JOIN changed USING (plan_id)');
SELECT movements_added FROM saas_metrics.refresh('rights');
RESET ROLE;

-- Only the owner changes a ledger; who has no right on it sees nothing of it.
SELECT $$
  SELECT pg_temp.refusals(
    'SELECT saas_metrics.create_ledger(''rights'')',
    'SELECT saas_metrics.drop_ledger(''rights'')',
    'SELECT saas_metrics.bind(''rights'', ''customers'', ''SELECT 1 AS customer_id'')',
    'SELECT saas_metrics.unbind(''rights'', ''subscription_periods'')',
    'SELECT saas_metrics.rebind(''rights'')',
    'SELECT saas_metrics.refresh(''rights'')',
    'SELECT saas_metrics.watch(''rights'', ''rights_app.subscription'', ''customer_id'')',
    'SELECT saas_metrics.unwatch(''rights'', ''rights_app.subscription'')',
    'SELECT saas_metrics.record_snapshot(''rights'')',
    'SELECT saas_metrics.close_period(''rights'', ''2024-05-31'')',
    'SELECT saas_metrics.set_policy(''rights'', ''default'')',
    'SELECT saas_metrics.check_ledger(''rights'')',
    'SELECT saas_metrics.export_commands(''rights'')',
    'SELECT saas_metrics.upgrade_ledger(''rights'')')
$$ AS owners_verbs \gset
SELECT $$
  SELECT left(r, 8) AS refusals FROM pg_temp.refusals(
    'SELECT saas_metrics.mrr_monthly_at(''rights'', ''2024-05-31'')',
    'SELECT saas_metrics.restatements(''rights'', ''2024-05-31'')',
    'SELECT saas_metrics.explain(''rights'', ''[2024-01-01,2024-02-01)'', ''new_mrr'')',
    'SELECT saas_metrics.explain_customer(''rights'', ''[2024-01-01,2024-02-01)'', ''a'')') AS r
$$ AS readers_verbs \gset
SET ROLE regress_stranger;
:owners_verbs;
:readers_verbs;
SELECT pg_temp.refusals($$ SELECT * FROM rights.mrr_monthly $$);
SELECT count(*) FROM saas_metrics.ledgers WHERE ledger = 'rights';
RESET ROLE;

-- A reader: USAGE on the schema and SELECT on views is all it takes, also while customers pend.
GRANT USAGE ON SCHEMA rights TO regress_reader;
SELECT string_agg(format('rights.%I', relname), ', ' ORDER BY relname) AS views
FROM pg_class WHERE relnamespace = 'rights'::regnamespace AND relkind = 'v'
  AND relname ~ '^(mrr_|churn_|cohort_|customer_status|customer_mrr|committed_mrr|movements|movement_|freshness)' \gset
GRANT SELECT ON :views TO regress_reader;
CREATE FUNCTION pg_temp.rows_read(ledger name) RETURNS TABLE (view_name name, rows_read bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR view_name IN
    SELECT relname FROM pg_class AS c
    WHERE relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE nspname = ledger) AND relkind = 'v'
      AND has_table_privilege(c.oid, 'SELECT')
    ORDER BY relname
  LOOP
    EXECUTE format('SELECT count(*) FROM %I.%I', ledger, view_name) INTO rows_read;
    RETURN NEXT;
  END LOOP;
END $$;
BEGIN;
INSERT INTO rights_app.subscription VALUES (3, 'c', 2, 30, '2024-03-01');
SET ROLE regress_reader;
SELECT period_start, opening_mrr, new_mrr, closing_mrr FROM rights.mrr_monthly WHERE new_mrr <> 0 ORDER BY 1;
SELECT * FROM pg_temp.rows_read('rights') WHERE view_name NOT IN ('mrr_daily', 'mrr_weekly');
RESET ROLE;
ROLLBACK;
SET ROLE regress_reader;
:owners_verbs;
SELECT pg_temp.refusals(
  $$ SELECT * FROM rights.current_lines $$,
  $$ SELECT * FROM rights.rollup $$,
  $$ SELECT * FROM rights.subscription_periods $$,
  $$ SELECT * FROM rights.subscription_periods_query $$,
  $$ SELECT * FROM rights.customers_rows $$,
  $$ SELECT * FROM rights.bindings $$,
  $$ SELECT * FROM rights_app.subscription $$,
  $$ UPDATE rights.ledger_settings SET policy = 'ours' $$,
  $$ INSERT INTO rights.policies (policy) VALUES ('ours') $$,
  $$ INSERT INTO rights.closes VALUES ('2024-01-31', 1, now(), 'me', 0, 0, '') $$,
  $$ CREATE TABLE rights.mine () $$);
RESET ROLE;
-- An auditor who may read all of the ledger can have everything explained, and change nothing.
GRANT USAGE ON SCHEMA rights TO regress_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA rights TO regress_auditor;
SET ROLE regress_auditor;
SELECT ledger, owner, currency, last_refresh > 0 AS refreshed FROM saas_metrics.ledgers WHERE ledger = 'rights';
SELECT customer_id, contribution FROM saas_metrics.explain('rights', '[2024-01-01,2024-02-01)', 'new_mrr');
SELECT plan, amount, mrr, customer_mrr FROM saas_metrics.explain_customer('rights', '[2024-01-01,2024-02-01)', 'a');
SELECT period_start, closing_mrr FROM saas_metrics.mrr_monthly_at('rights', 'infinity') ORDER BY 1 LIMIT 2;
:owners_verbs;
RESET ROLE;

-- A member of the owner's role does what the owner does, and what he makes is the owner's.
SET SESSION AUTHORIZATION regress_member;
SET saas_metrics.today = '2024-06-30';
SELECT saas_metrics.create_ledger('rights');
SELECT saas_metrics.unbind('rights', 'subscription_periods');
SELECT saas_metrics.rebind('rights');
SELECT saas_metrics.bind('rights', 'customers', 'SELECT DISTINCT customer_id FROM rights_app.subscription');
SELECT saas_metrics.unwatch('rights', 'rights_app.plan');
SELECT saas_metrics.watch('rights', 'rights_app.plan', 'SELECT s.customer_id FROM rights_app.subscription AS s JOIN changed USING (plan_id)');
SELECT movements_added FROM saas_metrics.refresh('rights');
SELECT closed_through, mrr, customers FROM saas_metrics.close_period('rights', '2024-01-31');
SELECT saas_metrics.upgrade_ledger('rights');
SELECT movements_added FROM saas_metrics.set_policy('rights', 'default');
SELECT * FROM saas_metrics.check_ledger('rights');
RESET SESSION AUTHORIZATION;
SET saas_metrics.today = '2024-06-30';
SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'rights'::regnamespace;
SET ROLE regress_reader;
SELECT count(*) FROM rights.mrr_monthly;
RESET ROLE;

-- Row security on a billing table of another's: a ledger that would not see all rows says so.
REVOKE regress_billing FROM regress_owner;
ALTER TABLE rights_app.subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON rights_app.subscription TO regress_owner USING (customer_id = 'a');
CREATE POLICY app ON rights_app.subscription TO regress_writer USING (true);
SET ROLE regress_owner;
SELECT pg_temp.refusals($$ SELECT saas_metrics.refresh('rights') $$);
RESET ROLE;
ALTER ROLE regress_owner BYPASSRLS;
SET ROLE regress_writer;
INSERT INTO rights_app.subscription VALUES (3, 'c', 2, 30, '2024-03-01');
SET ROLE regress_reader;
SELECT count(*) AS movements FROM rights.movements;
SET ROLE regress_owner;
SELECT customers, movements_added, movements_superseded FROM saas_metrics.refresh('rights');
RESET ROLE;
ALTER TABLE rights_app.subscription DISABLE ROW LEVEL SECURITY;

-- A ledger with row security: a reader has exactly the metrics of the customers he may see.
SET ROLE regress_owner;
SELECT saas_metrics.create_ledger('rights_rows', row_security => true);
SELECT saas_metrics.create_ledger('rights_some');
INSERT INTO rights_rows.subscription_periods_rows (customer_id, subscription_id, item_id, product, plan, amount, billing_period, starts_at, ends_at, churn_kind)
VALUES ('a', 's', '1', 'app', 'basic', 10, '1 month', '2024-01-10', '2024-03-10', NULL),
       ('a', 's', '1', 'app', 'gold',  30, '1 month', '2024-03-10', NULL, NULL),
       ('b', 's', '1', 'app', 'gold',  30, '1 month', '2024-02-10', '2024-05-10', 'voluntary'),
       ('b', 's', '1', 'app', 'gold',  25, '1 month', '2024-06-10', '2024-08-01', NULL),
       ('x', 's', '1', 'api', 'other', 70, '1 month', '2023-11-10', '2024-04-10', 'involuntary'),
       ('y', 's', '1', 'app', 'basic', 90, '1 month', '2024-02-10', NULL, NULL),
       ('y', 's', '1', 'app', 'basic', 90, '1 month', NULL, NULL, NULL);
INSERT INTO rights_rows.customers_rows (customer_id, name) VALUES ('a', 'Ann'), ('x', 'Xaver');
INSERT INTO rights_some.subscription_periods_rows SELECT * FROM rights_rows.subscription_periods_rows WHERE customer_id IN ('a', 'b');
SELECT customers, movements_added, rows_rejected FROM saas_metrics.refresh('rights_rows');
SELECT customers, movements_added, rows_rejected FROM saas_metrics.refresh('rights_some');
-- What he needs: the views, the lines that they are computed from, and the settings.
GRANT USAGE ON SCHEMA rights_rows, rights_some TO regress_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA rights_some TO regress_reader;
RESET ROLE;
SELECT string_agg(format('rights_rows.%I', relname), ', ' ORDER BY relname) AS views
FROM pg_class WHERE relnamespace = 'rights_rows'::regnamespace AND relkind = 'v' AND relname NOT IN (SELECT input FROM saas_metrics.input_columns) \gset
GRANT SELECT ON :views, rights_rows.current_lines, rights_rows.superseded_lines, rights_rows.rejected_rows, rights_rows.ledger_settings,
  rights_rows.policies, rights_rows.changed_customers TO regress_reader;
CREATE FUNCTION pg_temp.differences(one name, other name) RETURNS TABLE (view_name name, one_has bigint, other_has bigint) LANGUAGE plpgsql AS $$
DECLARE
  columns text;
BEGIN
  FOR view_name IN
    SELECT relname FROM pg_class
    WHERE relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE nspname = one) AND relkind = 'v'
      AND relname ~ '^(mrr_|churn_|cohort_|customer_status|customer_mrr|committed_mrr|movements|movement_lines)'
    ORDER BY relname
  LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = format('%I.%I', other, view_name)::regclass AND attname NOT IN ('recorded_by', 'name', 'attributes', 'is_test');
    EXECUTE format('SELECT (SELECT count(*) FROM (SELECT %3$s FROM %1$I.%4$I EXCEPT ALL SELECT %3$s FROM %2$I.%4$I) AS d),
                           (SELECT count(*) FROM (SELECT %3$s FROM %2$I.%4$I EXCEPT ALL SELECT %3$s FROM %1$I.%4$I) AS d)',
                   one, other, columns, view_name) INTO one_has, other_has;
    IF one_has + other_has > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;
-- Without a policy he sees nothing.
SET ROLE regress_reader;
SELECT (SELECT count(*) FROM rights_rows.mrr_monthly) AS months, (SELECT count(*) FROM rights_rows.movements) AS movements;
RESET ROLE;
CREATE POLICY sales ON rights_rows.current_lines FOR SELECT TO regress_reader USING (customer_id IN ('a', 'b'));
CREATE POLICY sales ON rights_rows.superseded_lines FOR SELECT TO regress_reader USING (customer_id IN ('a', 'b'));
CREATE POLICY sales ON rights_rows.rejected_rows FOR SELECT TO regress_reader USING (customer_id IN ('a', 'b'));
SET ROLE regress_reader;
SELECT period_start, new_mrr, expansion_mrr, churn_mrr, reactivation_mrr, closing_mrr, closing_customers FROM rights_rows.mrr_monthly ORDER BY 1;
SELECT * FROM pg_temp.differences('rights_rows', 'rights_some');
SELECT customer_id, name, attributes, status FROM rights_rows.customer_status ORDER BY 1;
SELECT count(*) AS rejected FROM rights_rows.rejected_rows;
SELECT customer_id, contribution FROM saas_metrics.explain('rights_rows', '[2024-01-01,2024-07-01)', 'closing_mrr');
SELECT pg_temp.refusals(
  $$ SELECT * FROM rights_rows.rollup $$,
  $$ SELECT * FROM rights_rows.customers $$,
  $$ SELECT * FROM rights_rows.subscription_periods $$,
  $$ SELECT * FROM rights_rows.closes $$);
RESET ROLE;
-- The owner sees all, fresh as of the last refresh.
SET ROLE regress_owner;
SELECT closing_mrr, closing_customers FROM rights_rows.mrr_monthly WHERE period_start = '2024-06-01';
UPDATE rights_rows.subscription_periods_rows SET amount = 31 WHERE customer_id = 'a' AND plan = 'gold';
SELECT closing_mrr FROM rights_rows.mrr_monthly WHERE period_start = '2024-06-01';
SELECT movements_added FROM saas_metrics.refresh('rights_rows');
SELECT closing_mrr FROM rights_rows.mrr_monthly WHERE period_start = '2024-06-01';
RESET ROLE;

-- The owner drops his ledgers, whoever's the tables are that they watch.
SET ROLE regress_owner;
SELECT saas_metrics.drop_ledger(l) FROM unnest('{rights,rights_rows,rights_some}'::name[]) AS l;
RESET ROLE;
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid IN ('rights_app.subscription'::regclass, 'rights_app.plan'::regclass);
DROP TABLE rights_app.subscription, rights_app.plan;
DROP SCHEMA rights_app;
REVOKE CREATE ON DATABASE :"db" FROM regress_owner, regress_stranger, regress_billing;
DROP OWNED BY regress_writer;
DROP ROLE regress_billing, regress_owner, regress_member, regress_reader, regress_auditor, regress_writer, regress_stranger;
