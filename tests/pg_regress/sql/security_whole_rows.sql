-- A table watched by a SELECT: the columns of changed that it names are kept, and nothing else. Whatever
-- means a whole row of it is refused.
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA app;
CREATE TABLE app.subs (customer_id text, plan_id int, note text);
CREATE TABLE app.plan (plan_id int, name text, price numeric, secret text);
CREATE FUNCTION app.label(app.plan) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
SELECT saas_metrics.create_ledger('whole');
-- The columns that are kept, or the error with its hint.
CREATE FUNCTION pg_temp.kept(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  PERFORM saas_metrics.watch('whole', 'app.plan', query);
  RETURN (SELECT coalesce(string_agg(a.attname, ', ' ORDER BY a.attnum), 'nothing')
          FROM whole.watched_tables AS w JOIN pg_attribute AS a ON a.attrelid = format('whole.%I', w.marked_by || '_queue')::regclass
          WHERE a.attnum > 0 AND a.attname <> 'saas_metrics scope');
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || ' ' || SQLERRM || ': ' || left(hint, 28);
END $$;
\pset format unaligned
\pset tuples_only
\pset fieldsep '\n    '

-- Columns by name, in whatever part of the query.
SELECT q, pg_temp.kept(q) FROM unnest(ARRAY[
  'SELECT s.customer_id FROM app.subs AS s JOIN changed USING (plan_id)',
  'SELECT s.customer_id FROM app.subs AS s NATURAL JOIN changed',
  'SELECT customer_id FROM (changed JOIN app.subs USING (plan_id)) AS j',
  'SELECT u.plan_id::text FROM changed JOIN app.subs USING (plan_id) AS u',
  'SELECT u::text FROM changed JOIN app.subs USING (plan_id) AS u',
  'SELECT c.name FROM changed AS c',
  'SELECT (c).name FROM changed AS c',
  'SELECT name(changed) FROM changed',
  'SELECT s.* FROM (SELECT customer_id FROM app.subs) AS s, changed AS c WHERE c.price > 0',
  'SELECT x.customer_id FROM (SELECT * FROM app.subs) AS x JOIN changed USING (plan_id)',
  'SELECT s.customer_id FROM app.subs AS s WHERE EXISTS (SELECT FROM changed AS c WHERE c.plan_id = s.plan_id)',
  'SELECT s.customer_id FROM app.subs AS s WHERE s.plan_id IN (SELECT c.plan_id FROM changed AS c)',
  'SELECT s.customer_id FROM app.subs AS s WHERE (SELECT count(*) FROM changed) > 0',
  'SELECT count(*)::text FROM changed',
  'WITH c AS (SELECT plan_id FROM changed) SELECT s.customer_id FROM app.subs AS s JOIN c USING (plan_id)',
  'WITH c AS (SELECT plan_id, name FROM changed) SELECT to_jsonb(c) ->> ''name'' FROM c',
  'SELECT json_agg(c)::text FROM (SELECT plan_id, name FROM changed) AS c',
  'WITH RECURSIVE r AS (SELECT c.plan_id, c.name FROM changed AS c UNION ALL SELECT r.plan_id, r.name FROM r WHERE false) SELECT name FROM r',
  'SELECT s.customer_id FROM app.subs AS s JOIN changed USING (plan_id) UNION SELECT c.name FROM changed AS c',
  'SELECT app.label(ROW(c.plan_id, c.name, c.price, c.secret)::app.plan) FROM changed AS c',
  'SELECT s::text FROM app.subs AS s JOIN changed USING (plan_id)']) AS q;

-- Whole rows.
SELECT q, pg_temp.kept(q) FROM unnest(ARRAY[
  'SELECT * FROM changed',
  'TABLE changed',
  'SELECT changed.* FROM changed',
  'SELECT c.* FROM changed AS c',
  'SELECT (c).* FROM changed AS c',
  'SELECT to_jsonb(changed) ->> ''plan_id'' FROM changed',
  'SELECT to_jsonb(c) ->> ''plan_id'' FROM changed AS c',
  'SELECT json_agg(c)::text FROM changed AS c',
  'SELECT c::text FROM changed AS c',
  'SELECT app.label(c::text::app.plan) FROM changed AS c',
  'SELECT s.customer_id FROM app.subs AS s, changed AS c WHERE c IS NOT NULL',
  'SELECT s.customer_id FROM app.subs AS s, changed AS c WHERE row(c.*) IS NOT NULL',
  'SELECT s.customer_id FROM app.subs AS s, changed ORDER BY changed',
  'SELECT max(s.customer_id) OVER (PARTITION BY changed) FROM app.subs AS s, changed',
  'SELECT s.customer_id FROM app.subs AS s, changed AS c GROUP BY s.customer_id HAVING count(c) > 0',
  'SELECT s.customer_id FROM app.subs AS s WHERE (SELECT count(c.*) FROM changed AS c) > 0',
  'SELECT s.customer_id FROM app.subs AS s WHERE EXISTS (SELECT * FROM changed AS c WHERE c.plan_id = s.plan_id)',
  'SELECT s.customer_id FROM app.subs AS s WHERE EXISTS (SELECT FROM changed AS c WHERE to_jsonb(c) ? s.customer_id)',
  'SELECT s.customer_id FROM app.subs AS s, (TABLE changed) AS c WHERE c.plan_id = s.plan_id',
  'WITH c AS (SELECT * FROM changed) SELECT s.customer_id FROM app.subs AS s JOIN c USING (plan_id)',
  'WITH c AS (SELECT changed AS r FROM changed) SELECT (c.r).name FROM c',
  'SELECT s.customer_id FROM app.subs AS s, LATERAL (SELECT changed.*, s.customer_id FROM changed) AS c',
  'SELECT s.customer_id FROM changed, LATERAL (SELECT changed) AS z, app.subs AS s',
  'SELECT s.customer_id FROM app.subs AS s, unnest(ARRAY(SELECT changed FROM changed)) AS u WHERE u.plan_id = s.plan_id',
  'SELECT s.customer_id FROM app.subs AS s, (VALUES ((SELECT changed FROM changed LIMIT 1))) AS v (x)',
  'SELECT to_jsonb(j) ->> ''secret'' FROM (changed JOIN app.subs USING (plan_id)) AS j',
  'SELECT "j}"::text FROM (changed AS c CROSS JOIN (SELECT 1 AS "a}b") AS o) AS "j}"',
  'SELECT s.customer_id FROM app.subs AS s WHERE EXISTS (SELECT FROM (changed AS c CROSS JOIN app.subs AS t) AS j WHERE j IS NOT NULL)',
  'SELECT a.name FROM changed AS a NATURAL JOIN changed AS b',
  'SELECT c."all columns of changed"::text FROM changed AS c']) AS q;

-- What is no query over changed at all.
SELECT q, pg_temp.kept(q) FROM unnest(ARRAY[
  'SELECT customer_id FROM app.subs',
  'SELECT s.customer_id FROM app.subs AS s JOIN app.plan AS changed USING (plan_id)',
  'SELECT c.name, c.price FROM changed AS c',
  'SELECT c.name FROM changed AS c FOR UPDATE',
  'SELECT c.ctid::text FROM changed AS c',
  'SELECT c.nothing FROM changed AS c',
  'SELECT name FROM changed; SELECT 1',
  'WITH w AS (DELETE FROM app.subs RETURNING customer_id) SELECT customer_id FROM w, changed']) AS q;
\pset format aligned
\pset tuples_only off

-- A NATURAL JOIN reads the columns that both have, by which it finds the same customers as over the table.
SELECT saas_metrics.watch('whole', 'app.plan', 'SELECT s.customer_id FROM app.subs AS s NATURAL JOIN changed');
INSERT INTO app.subs VALUES ('a', 1), ('b', 2);
INSERT INTO app.plan VALUES (2, 'pro', 5, 'x');
SELECT * FROM whole.pending_customers;

SELECT saas_metrics.drop_ledger('whole');
DROP SCHEMA app CASCADE;
