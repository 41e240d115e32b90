-- Writes of watched tables, by a role without any right on the ledger, whatever was done to the table and
-- to the ledger: none fails, and each marks just the customers that it is about.
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-30';
SELECT current_database() AS db \gset
CREATE ROLE regress_owner;
CREATE ROLE regress_writer;
CREATE ROLE regress_auditor;
GRANT CREATE ON DATABASE :"db" TO regress_owner;
SET ROLE regress_owner;
CREATE SCHEMA b;
CREATE TABLE b.subs (id serial PRIMARY KEY, customer_id text, price numeric, began date, note text);
CREATE INDEX ON b.subs (customer_id);
CREATE TABLE b.parts (id int, customer_id text, price numeric, began date) PARTITION BY RANGE (id);
CREATE TABLE b.part_1 PARTITION OF b.parts FOR VALUES FROM (0) TO (100);
CREATE INDEX ON b.parts (customer_id);
CREATE TABLE b.plan (plan_id int PRIMARY KEY, name text, payload json, doc text);
GRANT USAGE ON SCHEMA b TO PUBLIC;
SELECT saas_metrics.create_ledger('l');
SELECT saas_metrics.bind('l', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM b.subs
   UNION ALL SELECT customer_id, price, interval ''1 month'', began FROM b.parts');
SELECT saas_metrics.watch('l', 'b.subs', 'customer_id');
SELECT saas_metrics.watch('l', 'b.parts', 'customer_id');
SELECT saas_metrics.watch('l', 'b.plan', 'SELECT s.customer_id FROM b.subs AS s JOIN changed AS c ON c.plan_id = s.id');
SELECT customers FROM saas_metrics.refresh('l');
GRANT ALL ON ALL TABLES IN SCHEMA b TO regress_writer;
GRANT ALL ON ALL SEQUENCES IN SCHEMA b TO regress_writer;

-- Each write in a transaction that is undone, after a change by the owner: what was marked, or the error.
RESET ROLE;
CREATE FUNCTION pg_temp.marks(change text, VARIADIC writes text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  write text;
  queue text;
  found text;
BEGIN
  BEGIN
    SET LOCAL ROLE regress_owner;
    EXECUTE change;
    SET LOCAL ROLE regress_writer;
    FOREACH write IN ARRAY writes LOOP
      EXECUTE write;
    END LOOP;
    RESET ROLE;
    SELECT c.oid::regclass INTO queue FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'l' AND c.relkind = 'r' AND c.relname = 'changed_customers';
    IF queue IS NOT NULL THEN
      EXECUTE 'SELECT string_agg(coalesce(left(q::text, 20), ''NULL''), '' '' ORDER BY q.ctid) FROM l.changed_customers AS q' INTO found;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'RB000', MESSAGE = coalesce(found, 'none');
  EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'RB000' THEN SQLERRM ELSE SQLSTATE || ' ' || SQLERRM END;
  END;
END $$;
SELECT $$ INSERT INTO b.subs (customer_id, price, began) VALUES ('a', 1, '2024-01-01') $$ AS write \gset

-- All sorts of writes.
SELECT pg_temp.marks('', :'write', $$ INSERT INTO b.subs (customer_id) VALUES (NULL) $$);
SELECT pg_temp.marks('', :'write', $$ INSERT INTO b.subs (id, customer_id) SELECT max(id), 'b' FROM b.subs ON CONFLICT (id) DO UPDATE SET price = 2 $$);
SELECT pg_temp.marks('', :'write', $$ MERGE INTO b.subs AS s USING (VALUES ('a'), ('m')) AS v (c) ON s.customer_id = v.c WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (customer_id) VALUES (v.c) $$);
SELECT pg_temp.marks('', :'write', $$ UPDATE b.subs SET customer_id = 'z' $$, $$ DELETE FROM b.subs $$, $$ TRUNCATE b.subs $$);
SELECT pg_temp.marks('', $$ INSERT INTO b.parts VALUES (1, 'p', 1, '2024-01-01') $$, $$ INSERT INTO b.part_1 VALUES (2, 'q', 1, '2024-01-01') $$, $$ TRUNCATE b.part_1 $$);
SELECT pg_temp.marks('ALTER TABLE b.subs ADD UNIQUE (customer_id) DEFERRABLE INITIALLY DEFERRED', 'SET CONSTRAINTS ALL DEFERRED', :'write', :'write', $$ DELETE FROM b.subs $$);
-- A customer that stays as it was is marked once, whatever its type.
CREATE FUNCTION pg_temp.once(id_type text, example text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  BEGIN
    SET LOCAL ROLE regress_owner;
    EXECUTE format('CREATE TABLE b.typed (x int, customer %s)', id_type);
    EXECUTE format('INSERT INTO b.typed VALUES (1, %s)', example);
    PERFORM saas_metrics.watch('l', 'b.typed', 'SELECT ''c''::text FROM changed AS c WHERE c.customer IS NOT NULL');
    UPDATE b.typed SET x = 2;
    UPDATE b.typed SET customer = customer;
    SELECT string_agg(m.scope, ' ') || ' ' || count(DISTINCT m.customer_id) INTO found FROM l.marks AS m WHERE m.customer_id = 'c';
    RAISE EXCEPTION USING ERRCODE = 'RB000', MESSAGE = found;
  EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'RB000' THEN SQLERRM ELSE SQLSTATE || ' ' || SQLERRM END;
  END;
END $$;
CREATE TYPE b.mood AS ENUM ('good', 'bad');
CREATE DOMAIN b.id AS text CHECK (VALUE <> '');
CREATE DOMAIN b.id_of_id AS b.id;
CREATE TYPE b.pair AS (x int, y text);
SELECT id_type, pg_temp.once(id_type, example)
FROM (VALUES ('smallint', '7'), ('bigint', '7'), ('numeric', '7.50'), ('text', '''a'''), ('varchar(20)', '''a'''), ('char(5)', '''a'''),
             ('bpchar', '''a '''), ('name', '''a'''), ('"char"', '''a'''), ('uuid', '''00000000-0000-0000-0000-000000000007'''), ('boolean', 'true'),
             ('text', '(SELECT string_agg(md5(i::text), '''') FROM generate_series(1, 1000) AS i)'), ('text', 'repeat(''x'', 100000)'),
             ('bytea', '(SELECT decode(string_agg(md5(i::text), ''''), ''hex'') FROM generate_series(1, 65536) AS i)'),
             ('json', '''{"note": "\u0000", "n": 1e999999}'''), ('jsonb', '''{}'''),
             ('int[]', '''{1,NULL}'''), ('text[]', '''{a}'''), ('varchar(3)[]', '''{a}'''), ('int4range', '''[1,2)'''), ('datemultirange', '''{}'''),
             ('b.mood', '''good'''), ('b.mood[]', '''{bad}'''), ('b.id', '''a'''), ('b.id_of_id', '''a'''), ('b.id[]', '''{a}'''), ('b.pair[]', '''{"(1,a)"}'''),
             ('timestamptz(3)', 'now()'), ('interval month', '''1 month'''), ('bit(3)', 'B''101'''), ('inet', '''::1'''), ('tsvector', '''a b'''),
             ('tsquery', '''a & b'''), ('point', '''(1,2)'''), ('path', '''(1,2)'''), ('money', '1'), ('oidvector', '''1 2'''), ('regclass', '''pg_class'''),
             ('b.pair', 'ROW(1, ''a'')'), ('pg_class', 'NULL')) AS t (id_type, example);

-- What the owner of the ledger does to it.
SELECT change, pg_temp.marks(change, :'write', 'TRUNCATE b.subs', 'TRUNCATE b.plan')
FROM unnest(ARRAY[
  'ALTER TABLE l.changed_customers ADD x int',
  'ALTER TABLE l.changed_customers DROP customer_id CASCADE',
  'ALTER TABLE l.changed_customers ALTER customer_id SET NOT NULL',
  'ALTER TABLE l.changed_customers RENAME TO other',
  'ALTER TABLE l.changed_customers SET SCHEMA b',
  'ALTER TABLE l.changed_customers SET UNLOGGED',
  'ALTER TABLE l.changed_customers ENABLE ROW LEVEL SECURITY',
  'CREATE INDEX ON l.changed_customers ((1 / length(customer_id)))',
  'DROP TABLE l.changed_customers CASCADE',
  'DROP TABLE l.watched_tables CASCADE',
  'DROP TABLE l.watched_tables CASCADE; CREATE TYPE l.watched_tables AS (x int)',
  'DROP TABLE l.watched_tables CASCADE; CREATE VIEW l.watched_tables AS SELECT 1 / 0 AS x',
  'DELETE FROM l.watched_tables',
  'DROP TABLE l.current_lines CASCADE',
  'DROP VIEW l.marks CASCADE',
  'DROP SCHEMA l CASCADE',
  'ALTER SCHEMA l RENAME TO "l 6%s"',
  'SELECT saas_metrics.drop_ledger(''l'')',
  'SELECT saas_metrics.unwatch(''l'', ''b.subs'')',
  'UPDATE l.ledger_settings SET currency = '''', time_zone = ''nowhere''',
  'DELETE FROM l.ledger_settings']) AS change;
-- What a migration does to the watched table.
SELECT change, pg_temp.marks(change, writes[1], writes[2])
FROM (VALUES
  ('ALTER TABLE b.subs RENAME customer_id TO c', ARRAY['INSERT INTO b.subs (c) VALUES (''r'')', 'UPDATE b.subs SET price = 3']),
  ('ALTER TABLE b.subs RENAME customer_id TO t; ALTER TABLE b.subs RENAME note TO customer_id; ALTER TABLE b.subs RENAME t TO note',
   ARRAY['INSERT INTO b.subs (customer_id, note) VALUES (''note'', ''customer'')', 'SELECT']),
  ('SELECT saas_metrics.unbind(''l'', ''subscription_periods''), saas_metrics.unwatch(''l'', ''b.plan''); ALTER TABLE b.subs ALTER customer_id TYPE varchar(9)', ARRAY[:'write', 'SELECT']),
  ('SELECT saas_metrics.unbind(''l'', ''subscription_periods''), saas_metrics.unwatch(''l'', ''b.plan''); ALTER TABLE b.subs DROP customer_id', ARRAY['INSERT INTO b.subs (price) VALUES (1)', 'SELECT']),
  ('SELECT saas_metrics.unbind(''l'', ''subscription_periods''), saas_metrics.unwatch(''l'', ''b.plan''); ALTER TABLE b.subs DROP customer_id, ADD customer_id text', ARRAY[:'write', 'SELECT']),
  ('ALTER TABLE b.subs ADD more int DEFAULT 7', ARRAY[:'write', 'SELECT']),
  ('ALTER TABLE b.subs RENAME TO subscriptions', ARRAY['INSERT INTO b.subscriptions (customer_id) VALUES (''s'')', 'SELECT']),
  ('ALTER TABLE b.subs SET SCHEMA pg_temp', ARRAY[:'write', 'SELECT']),
  ('ALTER TABLE b.subs ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON b.subs USING (true)', ARRAY[:'write', 'SELECT']),
  ('CREATE TABLE b.child () INHERITS (b.subs); GRANT ALL ON b.child TO regress_writer', ARRAY['INSERT INTO b.child (customer_id) VALUES (''child'')', 'TRUNCATE b.subs']),
  -- A partition with columns in another order, and dropped ones.
  ('CREATE TABLE b.part_2 (gone int, began date, price numeric, customer_id text, id int); ALTER TABLE b.part_2 DROP gone;
    ALTER TABLE b.parts ATTACH PARTITION b.part_2 FOR VALUES FROM (100) TO (200); GRANT ALL ON b.part_2 TO regress_writer',
   ARRAY['INSERT INTO b.parts VALUES (150, ''at'', 1, ''2024-01-01'')', 'INSERT INTO b.part_2 (id, customer_id) VALUES (151, ''direct'')']),
  -- One that was watched before.
  ('CREATE TABLE b.part_3 (id int, customer_id text, price numeric, began date); SELECT saas_metrics.watch(''l'', ''b.part_3'', ''customer_id'');
    ALTER TABLE b.parts ATTACH PARTITION b.part_3 FOR VALUES FROM (200) TO (300)',
   ARRAY['INSERT INTO b.parts VALUES (250, ''twice'', 1, ''2024-01-01'')', 'SELECT']),
  ('ALTER TABLE b.parts DETACH PARTITION b.part_1', ARRAY['INSERT INTO b.part_1 VALUES (1, ''alone'', 1, ''2024-01-01'')', 'SELECT']),
  ('ALTER TABLE b.parts RENAME customer_id TO c', ARRAY['INSERT INTO b.part_1 (id, c) VALUES (1, ''renamed'')', 'SELECT'])
) AS m (change, writes);

-- Watched by a SELECT: a value is kept as it is, and read by nobody but the SELECT. What no jsonb can hold is written.
SET ROLE regress_owner;
SELECT saas_metrics.watch('l', 'b.plan', 'SELECT s.customer_id FROM b.subs AS s, changed AS c WHERE c.plan_id = s.id AND c.payload IS NOT NULL AND c.doc IS NOT NULL');
SET ROLE regress_writer;
INSERT INTO b.plan VALUES (1, 'basic', '{"note": "\u0000"}', 'd'), (2, 'basic', '{"n": 1e999999}', 'd'), (3, 'basic', (repeat('[', 6000) || repeat(']', 6000))::json, 'd');
UPDATE b.plan SET name = 'other';
DELETE FROM b.plan WHERE plan_id = 1;
INSERT INTO b.plan VALUES (4, 'basic', '{}', repeat('x', 10000000));
SELECT count(*), max(length(doc)) FROM b.plan;
RESET ROLE;
SELECT format('l.%I', marked_by || '_queue') AS queue FROM l.watched_tables WHERE source_table = 'b.plan'::regclass \gset
SELECT q.plan_id, left(q.payload::text, 20) AS payload, length(q.doc), q."saas_metrics scope" AS scope FROM :queue AS q;
-- The columns that the SELECT reads, and no others; also for an auditor who may read all of the ledger.
SET ROLE regress_owner;
CREATE TABLE b.users (id int PRIMARY KEY, account text, password_hash text, card text);
GRANT INSERT ON b.users TO regress_writer;
SELECT saas_metrics.watch('l', 'b.users', 'SELECT s.customer_id FROM b.subs AS s JOIN changed AS u ON u.id = s.id');
GRANT USAGE ON SCHEMA l TO regress_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA l TO regress_auditor;
SET ROLE regress_writer;
INSERT INTO b.users VALUES (1, 'anna', '$2b$12$hash', '4242 4242 4242 4242');
RESET ROLE;
CREATE FUNCTION pg_temp.seen(secret text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  seen regclass;
  found boolean;
BEGIN
  FOR seen IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'l'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, 'SELECT') LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s AS t WHERE strpos(t::text, $1) > 0)', seen) INTO found USING secret;
    IF found THEN
      RETURN NEXT seen::text;
    END IF;
  END LOOP;
END $$;
SET ROLE regress_auditor;
SELECT pg_temp.seen('2b$12') UNION ALL SELECT pg_temp.seen('4242') UNION ALL SELECT pg_temp.seen('anna');
SELECT relname FROM pg_class WHERE relnamespace = 'l'::regnamespace AND relname = 'changed_rows';
RESET ROLE;

-- A text that has a collation of its own is compared by it, in the queue too.
SET ROLE regress_owner;
CREATE TABLE b.codes (code text COLLATE "POSIX", price numeric);
SELECT saas_metrics.watch('l', 'b.codes', 'SELECT s.customer_id FROM b.subs AS s JOIN changed AS c ON c.code = s.note');
SELECT c.collname FROM l.watched_tables AS w JOIN pg_attribute AS a ON a.attrelid = format('l.%I', w.marked_by || '_rows')::regclass
JOIN pg_collation AS c ON c.oid = a.attcollation WHERE w.source_table = 'b.codes'::regclass AND a.attname = 'code';
RESET ROLE;

-- In a transaction that only reads nothing is marked.
BEGIN READ ONLY;
SELECT count(*) FROM l.movements;
INSERT INTO b.subs (customer_id) VALUES ('read only');
ROLLBACK;

SELECT saas_metrics.drop_ledger('l');
DROP SCHEMA b CASCADE;
REVOKE CREATE ON DATABASE :"db" FROM regress_owner;
DROP OWNED BY regress_owner, regress_writer, regress_auditor CASCADE;
DROP ROLE regress_owner, regress_writer, regress_auditor;
