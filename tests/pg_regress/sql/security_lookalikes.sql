-- Objects of a ledger's names that are not a ledger's: any role that may create a schema can make them.
-- They are not read, run no code and disturb nobody.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT current_database() AS db \gset
CREATE ROLE regress_mallory;
CREATE ROLE regress_victim;
GRANT CREATE ON DATABASE :"db" TO regress_mallory, regress_victim;
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- What wrote into tables by the descriptions of others is gone.
SELECT count(*) AS functions FROM pg_proc WHERE proname = 'ledger_store';
SELECT pg_temp.outcome($$ SELECT saas_metrics.ledger_store('pg_class'::regclass, 1, 'a'::text, NULL) $$);

-- A ledger of the victim's, for comparison.
SET ROLE regress_victim;
SELECT saas_metrics.create_ledger('victim');
CREATE SCHEMA victim_app;
CREATE TABLE victim_app.subs (customer_id text, price numeric, began date);
SELECT saas_metrics.bind('victim', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM victim_app.subs');

-- ledger_settings, with code of mallory's in every place that reading a table can run.
SET ROLE regress_mallory;
CREATE SCHEMA mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
CREATE TABLE mallory.loot (who name, place text);
GRANT ALL ON mallory.loot TO PUBLIC;
CREATE FUNCTION mallory.grab(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mallory.loot VALUES (current_user, place);
  RETURN true;
END $$;
CREATE TYPE mallory.code AS (x int);
CREATE FUNCTION mallory.show(mallory.code) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mallory.grab('cast');
  RETURN 'USD';
END $$;
CREATE CAST (mallory.code AS text) WITH FUNCTION mallory.show(mallory.code) AS IMPLICIT;
CREATE DOMAIN mallory.word AS text CHECK (mallory.grab('domain'));
SELECT $$saas_metrics_version text, currency text, time_zone text, policy text, row_security boolean, last_refresh bigint,
  refreshed_at timestamptz, settled_on date, everything boolean, anew boolean$$ AS columns \gset
SELECT $$'1'::text AS saas_metrics_version, 'USD'::text AS currency, 'UTC'::text AS time_zone, 'default'::text AS policy,
  false AS row_security, 0::bigint AS last_refresh, NULL::timestamptz AS refreshed_at, '-infinity'::date AS settled_on, true AS everything, false AS anew$$ AS row \gset
CREATE SCHEMA m_view; CREATE VIEW m_view.ledger_settings AS SELECT :row WHERE mallory.grab('view');
CREATE SCHEMA m_matview; CREATE MATERIALIZED VIEW m_matview.ledger_settings AS SELECT :row;
CREATE SCHEMA m_parted; CREATE TABLE m_parted.ledger_settings (:columns) PARTITION BY LIST (currency);
CREATE SCHEMA m_part; CREATE TABLE m_part.p (:columns) PARTITION BY LIST (currency);
CREATE TABLE m_part.ledger_settings PARTITION OF m_part.p DEFAULT;
CREATE SCHEMA m_unlogged; CREATE UNLOGGED TABLE m_unlogged.ledger_settings (:columns);
CREATE SCHEMA m_more; CREATE TABLE m_more.ledger_settings (:columns, more int);
CREATE SCHEMA m_less; CREATE TABLE m_less.ledger_settings (saas_metrics_version text);
CREATE SCHEMA m_order; CREATE TABLE m_order.ledger_settings (dropped int, :columns); ALTER TABLE m_order.ledger_settings DROP dropped;
CREATE SCHEMA m_cast; CREATE TABLE m_cast.ledger_settings (:columns);
ALTER TABLE m_cast.ledger_settings DROP currency, ADD currency mallory.code;
CREATE SCHEMA m_type; CREATE TABLE m_type.ledger_settings (:columns); ALTER TABLE m_type.ledger_settings ALTER policy TYPE varchar;
CREATE SCHEMA m_domain; CREATE TABLE m_domain.ledger_settings (:columns); ALTER TABLE m_domain.ledger_settings ALTER policy TYPE mallory.word;
CREATE SCHEMA m_policy; CREATE TABLE m_policy.ledger_settings (:columns); ALTER TABLE m_policy.ledger_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON m_policy.ledger_settings USING (mallory.grab('policy'));
CREATE SCHEMA m_child; CREATE TABLE m_child.parent (:columns); CREATE TABLE m_child.ledger_settings () INHERITS (m_child.parent);
CREATE SCHEMA m_index; CREATE TABLE m_index.t (a int); CREATE INDEX ledger_settings ON m_index.t (a);
CREATE SCHEMA m_composite; CREATE TYPE m_composite.ledger_settings AS (:columns);
CREATE SCHEMA m_sequence; CREATE SEQUENCE m_sequence.ledger_settings;
CREATE SCHEMA m_virtual; CREATE TABLE m_virtual.ledger_settings (:columns); ALTER TABLE m_virtual.ledger_settings RENAME TO other;
CREATE VIEW m_virtual.ledger_settings WITH (security_invoker = true) AS SELECT * FROM m_virtual.other WHERE mallory.grab('invoker');
-- Just the table, in a schema of mallory's: who made it all by hand may list it.
CREATE SCHEMA m_alike; CREATE TABLE m_alike.ledger_settings (:columns);
INSERT INTO m_alike.ledger_settings SELECT :row;
-- A NULL where there is none, and a text that no list can show.
CREATE SCHEMA m_null; CREATE TABLE m_null.ledger_settings (:columns); INSERT INTO m_null.ledger_settings DEFAULT VALUES;
CREATE SCHEMA m_huge; CREATE TABLE m_huge.ledger_settings (:columns);
INSERT INTO m_huge.ledger_settings SELECT :row; UPDATE m_huge.ledger_settings SET currency = repeat('x', 100000000), time_zone = repeat(md5('x'), 40);
DO $$
DECLARE
  home text;
BEGIN
  FOR home IN SELECT nspname FROM pg_namespace WHERE nspname LIKE 'm\_%' LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO PUBLIC', home);
    IF EXISTS (SELECT FROM pg_class WHERE relnamespace = home::regnamespace AND relname = 'ledger_settings' AND relkind = 'r' AND home NOT IN ('m_alike', 'm_null', 'm_huge', 'm_less')) THEN
      EXECUTE format('INSERT INTO %I.ledger_settings (saas_metrics_version) VALUES (''1'')', home);
    END IF;
  END LOOP;
END $$;
-- A foreign table: a superuser makes the wrapper, mallory the table.
RESET ROLE;
CREATE FOREIGN DATA WRAPPER regress_nowhere;
CREATE SERVER regress_nowhere FOREIGN DATA WRAPPER regress_nowhere;
GRANT USAGE ON FOREIGN SERVER regress_nowhere TO regress_mallory;
SET ROLE regress_mallory;
CREATE SCHEMA m_foreign; CREATE FOREIGN TABLE m_foreign.ledger_settings (:columns) SERVER regress_nowhere;
GRANT USAGE ON SCHEMA m_foreign TO PUBLIC; GRANT SELECT ON m_foreign.ledger_settings TO PUBLIC;
-- A schema of mallory's with the victim's table in it, and the other way round.
RESET ROLE;
CREATE SCHEMA m_owners AUTHORIZATION regress_mallory; CREATE TABLE m_owners.ledger_settings (:columns);
INSERT INTO m_owners.ledger_settings SELECT :row;
GRANT USAGE ON SCHEMA m_owners TO PUBLIC; GRANT SELECT ON m_owners.ledger_settings TO PUBLIC;
TRUNCATE mallory.loot;

-- The list shows the victim's ledger and what nobody can tell from one, to whoever looks.
SELECT ledger, owner, left(currency, 10) AS currency, time_zone FROM saas_metrics.ledgers WHERE ledger ~ '^(m_|victim)' ORDER BY ledger COLLATE "C";
SET ROLE regress_victim;
SELECT ledger, owner, left(currency, 10) AS currency, time_zone FROM saas_metrics.ledgers WHERE ledger ~ '^(m_|victim)' ORDER BY ledger COLLATE "C";
RESET ROLE;

-- Verbs take none of them for a ledger.
SELECT nspname, pg_temp.outcome(format('SELECT saas_metrics.refresh(%L)', nspname)) AS refresh
FROM pg_namespace WHERE nspname LIKE 'm\_%' AND nspname NOT IN ('m_alike', 'm_null', 'm_huge', 'm_child') ORDER BY nspname COLLATE "C";
SELECT nspname, pg_temp.outcome(format('SELECT saas_metrics.create_ledger(%L)', nspname)) AS create_ledger,
       pg_temp.outcome(format('SELECT saas_metrics.drop_ledger(%L)', nspname)) AS drop_ledger
FROM pg_namespace WHERE nspname IN ('m_view', 'm_index', 'm_composite', 'm_policy') ORDER BY nspname COLLATE "C";
-- Those that look like one fail as their owner, on the first object that they lack.
SELECT pg_temp.outcome('SELECT saas_metrics.refresh(''m_alike'')') ~ '^(55|42)' AS refused;
TABLE mallory.loot;

-- watched_tables and the queue: a table of mallory's with the trigger of watched tables, in front of a look-alike of each kind.
SET ROLE regress_mallory;
CREATE SCHEMA m_queue; GRANT USAGE ON SCHEMA m_queue TO PUBLIC;
CREATE TABLE m_queue.changed_customers (customer_id text, scope "char");
CREATE TABLE m_queue.mine (customer_id text);
GRANT INSERT ON m_queue.mine TO PUBLIC;
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON m_queue.mine FROM m_queue.changed_customers
  FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed('1', '1', 'customer_id');
CREATE TRIGGER t2 AFTER TRUNCATE ON m_queue.mine FOR EACH STATEMENT EXECUTE FUNCTION saas_metrics.mark_truncated();
SELECT 'source_table regclass, customer_id text, on_replica boolean, marked_by name' AS registry \gset
-- A table of the queue's own schema needs no registry; this one does.
ALTER TABLE m_queue.mine SET SCHEMA mallory;
CREATE FUNCTION pg_temp.written(registry text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  marks bigint;
BEGIN
  BEGIN
    EXECUTE registry;
    INSERT INTO mallory.mine VALUES ('a');
    TRUNCATE mallory.mine;
    IF to_regclass('m_queue.changed_customers') IS NOT NULL THEN
      SELECT count(*) INTO marks FROM m_queue.changed_customers;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'RB000', MESSAGE = format('written, %s marks', coalesce(marks::text, 'no'));
  EXCEPTION WHEN SQLSTATE 'RB000' THEN
    RETURN SQLERRM;
  END;
END $$;
SELECT registry, pg_temp.written(replace(replace(registry, '@', 'm_queue.watched_tables'), '%', :'registry'))
FROM unnest(ARRAY[
  'SELECT 1',
  'CREATE VIEW @ AS SELECT ''mallory.mine''::regclass AS source_table, ''x''::text AS customer_id, false AS on_replica, NULL::name AS marked_by',
  'CREATE MATERIALIZED VIEW @ AS SELECT ''mallory.mine''::regclass AS source_table, ''x''::text AS customer_id, false AS on_replica, NULL::name AS marked_by',
  'CREATE TABLE @ (%) PARTITION BY LIST (customer_id)',
  'CREATE UNLOGGED TABLE @ (%); INSERT INTO @ VALUES (''mallory.mine'', ''x'', false)',
  'CREATE FOREIGN TABLE @ (%) SERVER regress_nowhere',
  'CREATE TABLE @ (%, more int); INSERT INTO @ VALUES (''mallory.mine'', ''x'', false)',
  'CREATE TABLE @ (source_table oid, customer_id text, on_replica boolean, marked_by name); INSERT INTO @ VALUES (''mallory.mine''::regclass, ''x'', false)',
  'CREATE TABLE @ (source_table text, customer_id text, on_replica boolean, marked_by name); INSERT INTO @ VALUES (''mallory.mine'', ''x'', false)',
  'CREATE TABLE @ (%); ALTER TABLE @ ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON @ USING (mallory.grab(''registry''))',
  'CREATE SEQUENCE @',
  'CREATE TYPE @ AS (x int)',
  'CREATE INDEX watched_tables ON m_queue.changed_customers (customer_id)',
  'CREATE TABLE @ (%)',
  'CREATE TABLE @ (%); INSERT INTO @ VALUES (''pg_class'', ''x'', false)']) AS registry;
-- What a ledger has, made by hand for a table of one's own: marks of the row and of TRUNCATE.
SELECT pg_temp.written($$ CREATE TABLE m_queue.watched_tables (source_table regclass, customer_id text, on_replica boolean, marked_by name);
  INSERT INTO m_queue.watched_tables VALUES ('mallory.mine', 'x', false) $$);
-- And the queue is changed under a trigger that marks: the write goes on.
CREATE TABLE m_queue.watched_tables (source_table regclass, customer_id text, on_replica boolean, marked_by name);
INSERT INTO m_queue.watched_tables VALUES ('mallory.mine', 'x', false);
SELECT change, pg_temp.written(change)
FROM unnest(ARRAY[
  'ALTER TABLE m_queue.changed_customers ADD more int NOT NULL DEFAULT 1',
  'ALTER TABLE m_queue.changed_customers ALTER customer_id SET NOT NULL',
  'ALTER TABLE m_queue.changed_customers ADD CHECK (mallory.grab(''check''))',
  'ALTER TABLE m_queue.changed_customers ALTER customer_id TYPE mallory.word',
  'ALTER TABLE m_queue.changed_customers ALTER customer_id TYPE bytea USING NULL',
  'ALTER TABLE m_queue.changed_customers DROP customer_id',
  'ALTER TABLE m_queue.changed_customers DROP customer_id, DROP scope',
  'ALTER TABLE m_queue.changed_customers DROP customer_id, ADD customer_id text',
  'CREATE UNIQUE INDEX ON m_queue.changed_customers ((1))',
  'CREATE INDEX ON m_queue.changed_customers ((length(customer_id)))',
  'CREATE RULE r AS ON INSERT TO m_queue.changed_customers DO ALSO SELECT mallory.grab(''rule'')',
  'ALTER TABLE m_queue.changed_customers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
  'ALTER TABLE m_queue.changed_customers SET UNLOGGED',
  'ALTER TABLE m_queue.changed_customers RENAME TO other',
  'CREATE TABLE m_queue.child () INHERITS (m_queue.changed_customers)']) AS change;
-- A column that stores large values in the row only: a large one would fail the write.
CREATE FUNCTION pg_temp.large(change text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE change;
  INSERT INTO mallory.mine SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) AS i;
  RETURN (SELECT count(*) || ' marks' FROM m_queue.changed_customers);
END $$;
SELECT pg_temp.large('ALTER TABLE m_queue.changed_customers ALTER customer_id SET STORAGE MAIN');
SELECT pg_temp.large('ALTER TABLE m_queue.changed_customers ALTER customer_id SET STORAGE PLAIN');
SELECT count(*) AS written FROM mallory.mine;
-- The queue goes, and its trigger with it.
DROP TABLE m_queue.changed_customers;
INSERT INTO mallory.mine VALUES ('b');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'mallory.mine'::regclass;
TRUNCATE mallory.mine;
-- Not for rows before they are written, and not with arguments that say nothing.
CREATE TABLE m_queue.changed_customers (customer_id text, scope "char");
CREATE TRIGGER before BEFORE INSERT ON mallory.mine FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed('1', '1', 'customer_id');
SELECT pg_temp.outcome($$ INSERT INTO mallory.mine VALUES ('c') $$);
DROP TRIGGER before ON mallory.mine;
DO $$
DECLARE
  arguments text;
BEGIN
  FOREACH arguments IN ARRAY ARRAY['', '''''', '''x''', '''1'', ''1''', '''1'', ''99999'', ''y''', '''1'', ''-1'', ''ctid''', '''1'', ''-6'', ''tableoid''',
                                   '''1'', ''0'', ''customer_id''', '''1'', ''1'', ''customer_id'', ''2'', ''z''', '''99999999999999999999'', ''1'', ''customer_id''']
  LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON mallory.mine FROM m_queue.changed_customers
                    FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed(%s)', arguments);
    INSERT INTO mallory.mine VALUES ('d');
    UPDATE mallory.mine SET customer_id = 'e';
    DELETE FROM mallory.mine;
    DROP TRIGGER t ON mallory.mine;
  END LOOP;
END $$;
SELECT DISTINCT scope FROM m_queue.changed_customers ORDER BY 1;
-- The trigger refers to what is no table.
CREATE VIEW m_queue.a_view AS SELECT ''::text AS customer_id, ''::"char" AS scope;
CREATE INDEX an_index ON m_queue.changed_customers (customer_id);
DO $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY '{m_queue.a_view,m_queue.an_index,m_composite.ledger_settings,m_foreign.ledger_settings,m_parted.ledger_settings,mallory.mine}'::text[] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER t AFTER INSERT ON mallory.mine FROM %s FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed()', target);
    INSERT INTO mallory.mine VALUES ('f');
    DROP TRIGGER t ON mallory.mine;
  END LOOP;
END $$;
RESET ROLE;
TABLE mallory.loot;

DROP SERVER regress_nowhere CASCADE;
DROP FOREIGN DATA WRAPPER regress_nowhere;
SELECT saas_metrics.drop_ledger('victim');
REVOKE CREATE ON DATABASE :"db" FROM regress_mallory, regress_victim;
DROP TABLE m_owners.ledger_settings;
DROP OWNED BY regress_mallory, regress_victim CASCADE;
DROP ROLE regress_mallory, regress_victim;
