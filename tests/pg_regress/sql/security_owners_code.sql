-- A superuser calls the verbs of another's ledger, with code of that owner's in every place that they
-- touch: it runs as the owner, and changes nothing of the session.
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-30';
SELECT current_database() AS db \gset
SELECT current_user AS me \gset
CREATE ROLE regress_mallory;
GRANT CREATE, TEMP ON DATABASE :"db" TO regress_mallory;
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

SET ROLE regress_mallory;
CREATE SCHEMA mallory;
-- Written also by the one who is attacked, if the attack succeeds. A sequence counts also what is rolled back.
CREATE TABLE mallory.loot (who name, place text, gained text);
CREATE SEQUENCE mallory.runs;
-- Only what the superuser calls is attacked: what the owner does here is done in the superuser's session.
CREATE TABLE mallory.armed ();
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
GRANT ALL ON mallory.loot TO PUBLIC;
GRANT ALL ON mallory.runs TO PUBLIC;
GRANT SELECT ON mallory.armed TO PUBLIC;
CREATE FUNCTION mallory.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN statement || '; ';
EXCEPTION WHEN OTHERS THEN
  RETURN '';
END $$;
CREATE FUNCTION mallory.grab(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM mallory.armed) THEN
    RETURN true;
  END IF;
  PERFORM nextval('mallory.runs');
  INSERT INTO mallory.loot
  SELECT current_user, place,
         mallory.try('ALTER ROLE regress_mallory SUPERUSER')
         || mallory.try(format('SET ROLE %I', session_user)) || mallory.try('RESET ROLE')
         || mallory.try(format('SET SESSION AUTHORIZATION %I', session_user)) || mallory.try('RESET SESSION AUTHORIZATION')
         || mallory.try('SET session_replication_role = replica')
         || mallory.try('CREATE TEMP TABLE left_behind ()') || mallory.try('CREATE TEMP VIEW left_behind AS SELECT 1')
         || mallory.try('PREPARE left_behind AS SELECT 1') || mallory.try('DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1')
         || mallory.try('LISTEN left_behind') || mallory.try('DISCARD TEMP')
  WHERE NOT EXISTS (SELECT FROM mallory.loot AS l WHERE (l.who, l.place) = (current_user, grab.place));
  -- These can be set; they must be as they were afterwards.
  PERFORM set_config('search_path', regexp_replace(current_setting('search_path'), ', mallory|$', ', mallory'), false),
          set_config('saas_metrics.left_behind', 'x', false),
          set_config('statement_timeout', '77s', false), set_config('default_transaction_read_only', 'on', false);
  RETURN true;
END $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mallory TO PUBLIC;
CREATE FUNCTION mallory.grab_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mallory.grab(format('%s trigger %s', tg_table_name, tg_when));
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TABLE mallory.subs (id int, customer_id text, price numeric, began date);
INSERT INTO mallory.subs VALUES (1, 'a', 10, '2024-01-01'), (2, 'b', 20, '2024-02-01');
CREATE INDEX ON mallory.subs (customer_id);
CREATE TABLE mallory.plans (plan_id int, customer_id text);

-- What a ledger is without any of this.
CREATE FUNCTION mallory.make(ledger name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM saas_metrics.create_ledger(ledger);
  PERFORM saas_metrics.bind(ledger, 'subscription_periods',
    'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM mallory.subs WHERE mallory.grab(''bound query'')');
  PERFORM saas_metrics.watch(ledger, 'mallory.subs', 'customer_id');
  PERFORM saas_metrics.watch(ledger, 'mallory.plans', 'SELECT c.customer_id FROM changed AS c WHERE mallory.grab(''watch'') AND c.plan_id > 0');
  PERFORM saas_metrics.refresh(ledger);
END $$;
SELECT mallory.make('l17');
CREATE DOMAIN mallory.word AS text CHECK (mallory.grab('domain'));
CREATE FUNCTION mallory.shown(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.grab('index'); RETURN $1; END $$;
-- Triggers on all of the ledger's tables, each event; on queues too, whose rows these then do not get.
DO $$
DECLARE
  own regclass;
BEGIN
  FOR own IN SELECT oid FROM pg_class WHERE relnamespace = 'l17'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION mallory.grab_row()', own);
    EXECUTE format('CREATE TRIGGER t2 AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION mallory.grab_row()', own);
    EXECUTE format('CREATE TRIGGER t3 BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION mallory.grab_row()', own);
    EXECUTE format('CREATE TRIGGER t4 AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION mallory.grab_row()', own);
    EXECUTE format('CREATE TRIGGER t5 BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (mallory.grab(''WHEN'')) EXECUTE FUNCTION mallory.grab_row()', own);
    EXECUTE format('ALTER TABLE %s ADD CHECK (mallory.grab(''check''))', own);
  END LOOP;
END $$;
CREATE INDEX ON l17.current_lines (mallory.shown(kind));
CREATE INDEX ON l17.bindings (mallory.shown(input));
ALTER TABLE l17.closes ALTER closed_by SET DEFAULT mallory.grab('default')::text;
ALTER TABLE l17.rejected_rows ALTER reason TYPE mallory.word;
CREATE POLICY p ON l17.bindings USING (mallory.grab('policy'));
CREATE TABLE mallory.ruled AS SELECT 1 AS x;
CREATE RULE r AS ON UPDATE TO l17.ledger_settings DO ALSO UPDATE mallory.ruled SET x = 2 WHERE mallory.grab('rule');
-- Views with code of the owner's.
DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY '{engine_settings,ledger_clock,pending_customers,marks}'::text[] LOOP
    EXECUTE format('CREATE OR REPLACE VIEW l17.%I AS SELECT v.* FROM (%s) AS v WHERE mallory.grab(''view'')', own,
                   rtrim(pg_get_viewdef(format('l17.%I', own)::regclass), ';'));
  END LOOP;
END $$;
-- Operators that fit better than the server's own, in the schema that verbs have in their path.
CREATE FUNCTION mallory.same(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.grab('operator'); RETURN $1 OPERATOR(pg_catalog.=) $2::oid; END $$;
CREATE OPERATOR l17.= (leftarg = oid, rightarg = regclass, function = mallory.same);
CREATE FUNCTION mallory.same(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.grab('operator'); RETURN $1::text OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR l17.= (leftarg = name, rightarg = text, function = mallory.same);
CREATE FUNCTION mallory.joined(name, name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.grab('operator'); RETURN $1::text OPERATOR(pg_catalog.||) $2::text; END $$;
CREATE OPERATOR l17.|| (leftarg = name, rightarg = name, function = mallory.joined);
RESET ROLE;
INSERT INTO mallory.armed DEFAULT VALUES;
SET search_path = pg_temp, public;
CREATE TEMP TABLE verbs (place serial, verb text);
INSERT INTO verbs (verb) VALUES
  ('SELECT saas_metrics.create_ledger(''l17'')'),
  ('SELECT saas_metrics.create_ledger(''l17'', ''EUR'')'),
  ('INSERT INTO mallory.subs VALUES (3, ''c'', 5, ''2024-03-01'')'),
  ('INSERT INTO mallory.plans VALUES (1, ''c'')'),
  ('TRUNCATE mallory.plans'),
  ('SELECT saas_metrics.refresh(''l17'')'),
  ('SELECT saas_metrics.bind(''l17'', ''customers'', ''SELECT DISTINCT customer_id FROM mallory.subs WHERE mallory.grab(''''bound query'''')'')'),
  ('SELECT saas_metrics.unbind(''l17'', ''customers'')'),
  ('ALTER TABLE l17.bindings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'),
  ('SELECT saas_metrics.rebind(''l17'')'),
  ('SELECT saas_metrics.refresh(''l17'')'),
  ('ALTER TABLE l17.bindings DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY'),
  ('SELECT saas_metrics.watch(''l17'', ''mallory.subs'', ''customer_id'', true)'),
  ('SELECT saas_metrics.watch(''l17'', ''mallory.plans'', ''SELECT c.customer_id FROM changed AS c WHERE mallory.grab(''''watch'''')'')'),
  ('SELECT saas_metrics.unwatch(''l17'', ''mallory.plans'')'),
  ('SELECT saas_metrics.set_policy(''l17'', ''stripe'')'),
  ('SELECT saas_metrics.close_period(''l17'', ''2024-05-31'')'),
  ('SELECT saas_metrics.upgrade_ledger(''l17'')'),
  ('SELECT saas_metrics.connect_invoice_lines(''l17'', ''SELECT s.customer_id, s.id::text AS invoice_id, s.price AS amount, s.began AS service_start, s.began + 30 AS service_end, s.began AS issued_at FROM mallory.subs AS s WHERE mallory.grab(''''bound query'''')'')'),
  ('SELECT saas_metrics.refresh(''l17'')'),
  ('SELECT saas_metrics.connect_stripe(''l17'', ''nowhere'')'),
  ('SELECT saas_metrics.unbind(''l17'', ''subscription_periods'')'),
  ('SELECT saas_metrics.record_snapshot(''l17'')'),
  ('SELECT saas_metrics.drop_ledger(''l17'')');
CREATE FUNCTION pg_temp.session() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s %s %s %s %s %s %s %s', current_user = session_user, current_setting('role'), current_setting('search_path'),
                coalesce(current_setting('saas_metrics.left_behind', true), ''), current_setting('statement_timeout'), current_setting('default_transaction_read_only'),
                current_setting('session_replication_role'), to_regclass('pg_temp.left_behind'))
$$;
SELECT pg_temp.session() AS before \gset
SELECT place, left(verb, 60) AS verb, pg_temp.outcome(verb) AS outcome, nullif(pg_temp.session(), :'before') AS session FROM verbs ORDER BY place;
SELECT count(*) FROM pg_prepared_statements WHERE name = 'left_behind';
SELECT count(*) FROM pg_cursors WHERE name = 'left_behind';
SELECT count(*) FROM pg_listening_channels();
SELECT rolsuper FROM pg_roles WHERE rolname = 'regress_mallory';
-- It ran: nothing above was for want of trying.
SELECT who, array_agg(DISTINCT gained) AS gained, array_agg(DISTINCT replace(place, 'l17.', '') ORDER BY replace(place, 'l17.', '')) FILTER (WHERE place !~ 'trigger') AS places,
       count(*) FILTER (WHERE place ~ 'trigger') > 10 AS triggers
FROM mallory.loot GROUP BY who;
SELECT last_value > 100 AS ran FROM mallory.runs;
RESET search_path;
TRUNCATE mallory.armed, mallory.loot;

-- What waits for the end of the transaction would run with the caller's rights: the server refuses it.
SET ROLE regress_mallory;
SELECT mallory.make('late');
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON late.ledger_settings INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mallory.grab_row();
RESET ROLE;
INSERT INTO mallory.armed DEFAULT VALUES;
SELECT pg_temp.outcome($$ SELECT saas_metrics.refresh('late') $$);
SELECT DISTINCT who, gained FROM mallory.loot;
SELECT saas_metrics.drop_ledger('late');
TRUNCATE mallory.armed;
DROP SCHEMA l17 CASCADE;

-- The triggers of a table are made with the caller's rights: of which columns, and for which queue, is
-- not the owner's to say.
CREATE SCHEMA app;
CREATE TABLE app.users (id int, customer_id text, password_hash text);
GRANT USAGE ON SCHEMA app TO regress_mallory;
GRANT SELECT (id, customer_id) ON app.users TO regress_mallory;
SET ROLE regress_mallory;
SELECT saas_metrics.create_ledger('l18');
SELECT saas_metrics.bind('l18', 'customers', 'SELECT customer_id FROM app.users');
-- While watch looks at what the SELECT reads, another one takes its place.
CREATE FUNCTION mallory.swap(oid, regclass) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
BEGIN
  IF to_regclass('l18.changed_probe') IS NOT NULL THEN
    CREATE OR REPLACE VIEW l18.changed_probe AS SELECT c.customer_id FROM l18.changed AS c WHERE c.password_hash IS NOT NULL;
  END IF;
  RETURN $1 OPERATOR(pg_catalog.=) $2::oid;
END $$;
CREATE OPERATOR l18.= (leftarg = oid, rightarg = regclass, function = mallory.swap);
RESET ROLE;
SELECT pg_temp.outcome($$ SELECT saas_metrics.watch('l18', 'app.users', 'SELECT c.customer_id FROM changed AS c') $$);
SET ROLE regress_mallory;
DROP OPERATOR l18.= (oid, regclass);
-- Another queue than the ledger's.
CREATE TABLE mallory.queue (customer_id text, scope "char");
CREATE FUNCTION mallory.queue(name, name) RETURNS text LANGUAGE sql AS $$ SELECT 'mallory.queue' $$;
CREATE OPERATOR l18.|| (leftarg = name, rightarg = name, function = mallory.queue);
RESET ROLE;
SELECT pg_temp.outcome($$ SELECT saas_metrics.watch('l18', 'app.users', 'customer_id') $$);
SET ROLE regress_mallory;
DROP OPERATOR l18.|| (name, name);
RESET ROLE;
-- And a superuser does not give away by mistake what the owner may not read.
SELECT pg_temp.outcome($$ SELECT saas_metrics.watch('l18', 'app.users', 'SELECT c.customer_id FROM changed AS c WHERE c.password_hash IS NOT NULL') $$);
SELECT pg_temp.outcome($$ SELECT saas_metrics.watch('l18', 'app.users', 'password_hash') $$);
SELECT pg_temp.outcome($$ SELECT saas_metrics.watch('l18', 'app.users', 'SELECT c.customer_id FROM changed AS c') $$);
INSERT INTO app.users VALUES (1, 'a', 'hash');
SET ROLE regress_mallory;
SELECT customer_id FROM l18.pending_customers;
RESET ROLE;

-- The script that export_commands writes is made of literals: the owner's tables add no statement to it.
SET ROLE regress_mallory;
SELECT saas_metrics.create_ledger('l26');
SELECT saas_metrics.bind('l26', 'customers', 'SELECT ''a''::text AS customer_id');
UPDATE l26.bindings SET search_path = 'pg_catalog; ALTER ROLE regress_mallory SUPERUSER; --',
  query = 'SELECT 1); ALTER ROLE regress_mallory SUPERUSER; --';
ALTER TABLE l26.policies DROP CONSTRAINT policies_netting_check;
INSERT INTO l26.policies (policy, netting) VALUES ('ours''); ALTER ROLE regress_mallory SUPERUSER; --', '''); ALTER ROLE regress_mallory SUPERUSER; --');
UPDATE l26.ledger_settings SET currency = '''); ALTER ROLE regress_mallory SUPERUSER; --', time_zone = '''); ALTER ROLE regress_mallory SUPERUSER; --',
  policy = '''); ALTER ROLE regress_mallory SUPERUSER; --';
INSERT INTO l26.watched_tables VALUES ('mallory.subs', '''); ALTER ROLE regress_mallory SUPERUSER; --', false);
CREATE TABLE mallory."subs'); ALTER ROLE regress_mallory SUPERUSER; --" ();
INSERT INTO l26.watched_tables VALUES ('mallory."subs''); ALTER ROLE regress_mallory SUPERUSER; --"', 'x', false);
CREATE VIEW l26."v; ALTER ROLE regress_mallory SUPERUSER; --" AS SELECT 1;
GRANT SELECT ON l26."v; ALTER ROLE regress_mallory SUPERUSER; --" TO PUBLIC;
RESET ROLE;
CREATE FUNCTION pg_temp.export_commands() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT * FROM saas_metrics.export_commands('l26');
EXCEPTION WHEN OTHERS THEN
  RETURN NEXT SQLSTATE || ' ' || SQLERRM;
END $$;
-- Without literals and quoted names nothing of that is left.
SELECT regexp_replace(regexp_replace(c, E'E?''(''''|[^''])*''', '...', 'g'), '"[^"]*"', '"..."', 'g') AS command FROM pg_temp.export_commands() AS c;

SET client_min_messages = error;
DROP SCHEMA l26 CASCADE;
SELECT saas_metrics.drop_ledger('l18');
DROP SCHEMA app CASCADE;
REVOKE CREATE, TEMP ON DATABASE :"db" FROM regress_mallory;
DROP OWNED BY regress_mallory CASCADE;
DROP ROLE regress_mallory;
