-- What can change without a mark though all tables are watched: refresh looks at all. What cannot, is no reason to.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
SET client_min_messages = error;
CREATE SCHEMA seen_app;
CREATE TABLE seen_app.contract (customer text, price numeric, began date, created timestamptz DEFAULT '2024-01-01 00:00+00');
CREATE INDEX ON seen_app.contract (customer);
INSERT INTO seen_app.contract VALUES ('a', 10, '2024-04-01'), ('b', 20, '2024-04-01');
CREATE TABLE seen_app.other (customer text, price numeric);
CREATE TABLE seen_app.parent (customer text, price numeric, began date);
CREATE INDEX ON seen_app.parent (customer);
CREATE TABLE seen_app.child () INHERITS (seen_app.parent);
CREATE TABLE seen_app.grandchild () INHERITS (seen_app.child);
INSERT INTO seen_app.parent VALUES ('a', 10, '2024-04-01');
INSERT INTO seen_app.grandchild VALUES ('b', 20, '2024-04-01');
CREATE TABLE seen_app.parted (customer text, price numeric, began date) PARTITION BY LIST (customer);
CREATE TABLE seen_app.part PARTITION OF seen_app.parted DEFAULT;
CREATE INDEX ON seen_app.parted (customer);
INSERT INTO seen_app.parted VALUES ('a', 10, '2024-04-01'), ('b', 20, '2024-04-01');
CREATE FUNCTION seen_app.factor() RETURNS numeric STABLE LANGUAGE sql AS 'SELECT coalesce(max(price), 1) FROM seen_app.other';
CREATE FUNCTION seen_app.dollars(cents numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT cents / 100';
CREATE FUNCTION seen_app.rows() RETURNS TABLE (customer text, price numeric, began date) STABLE LANGUAGE sql AS 'SELECT customer, price, began FROM seen_app.contract';
CREATE FUNCTION seen_app.plus(text, text) RETURNS text STABLE LANGUAGE sql AS 'SELECT $1 || $2';
CREATE OPERATOR seen_app.|+| (LEFTARG = text, RIGHTARG = text, FUNCTION = seen_app.plus);
CREATE VIEW seen_app.through AS SELECT c.customer, c.price * seen_app.factor() AS price, c.began FROM seen_app.contract AS c;
CREATE SEQUENCE seen_app.counter;
-- How many customers a refresh looks at where nothing changed: 0, unless something may have unseen.
CREATE FUNCTION seen_app.looks(query text, VARIADIC watched regclass[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  looked bigint;
  unseen text;
  watched_table regclass;
BEGIN
  PERFORM saas_metrics.create_ledger('seen');
  PERFORM saas_metrics.bind('seen', 'subscription_periods', query);
  FOREACH watched_table IN ARRAY watched LOOP
    PERFORM saas_metrics.watch('seen', watched_table, 'customer');
  END LOOP;
  PERFORM saas_metrics.refresh('seen');
  SELECT customers INTO looked FROM saas_metrics.refresh('seen');
  PERFORM set_config('search_path', 'seen', true);
  SELECT string_agg(u::text, ', ' ORDER BY u::text) INTO unseen FROM saas_metrics._unwatched_tables('seen') AS u;
  PERFORM set_config('search_path', '"$user", public', true);
  PERFORM saas_metrics.drop_ledger('seen');
  RETURN format('%s %s', looked, unseen);
END
$$;
\set periods ', interval ''1 month'' AS billing_period, began AS starts_on FROM '
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract');
-- Tables that inherit: not by ONLY, nor when watched themselves; partitions go with their table.
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.parent', 'seen_app.parent');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'ONLY seen_app.parent', 'seen_app.parent');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.parent', 'seen_app.parent', 'seen_app.child');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.parent', 'seen_app.parent', 'seen_app.child', 'seen_app.grandchild');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.parent UNION ALL SELECT customer, price' || :'periods' || 'ONLY seen_app.parent', 'seen_app.parent');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.parted', 'seen_app.parted');
-- Functions: not those that only compute.
SELECT seen_app.looks('SELECT customer AS customer_id, price * seen_app.factor() AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.rows()');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.through', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer OPERATOR(seen_app.|+|) '''' AS customer_id, price AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, seen_app.dollars(round(greatest(price, 1), 2)) AS amount' || :'periods' || 'seen_app.contract WHERE lower(customer) LIKE ''%'' AND created::date < date ''2025-01-01''', 'seen_app.contract');
-- Settings, clocks, catalogs, sequences.
SELECT seen_app.looks('SELECT customer AS customer_id, price * coalesce(nullif(current_setting(''my.factor'', true), ''''), ''1'')::numeric AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract WHERE began < current_date', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract WHERE created < now()', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract WHERE age(created) > interval ''1 day''', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract WHERE age(now(), created) > interval ''1 day''', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract WHERE age(date ''2026-01-01'', created) > interval ''1 day''', 'seen_app.contract');
SELECT seen_app.looks('SELECT customer AS customer_id, price + random()::numeric * 0 AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');
-- Some versions of the server name the view of its catalog too.
SELECT replace(seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract WHERE EXISTS (SELECT FROM pg_settings)', 'seen_app.contract'), 'pg_settings, ', '');
SELECT seen_app.looks('SELECT customer AS customer_id, price + 0 * (SELECT last_value FROM seen_app.counter) AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');
-- A rule that writes is not read.
CREATE TABLE seen_app.log (customer text);
CREATE RULE logs AS ON UPDATE TO seen_app.contract WHERE now() IS NULL DO ALSO INSERT INTO seen_app.log VALUES (NEW.customer);
SELECT seen_app.looks('SELECT customer AS customer_id, price AS amount' || :'periods' || 'seen_app.contract', 'seen_app.contract');

-- And so the numbers are right.
SELECT saas_metrics.create_ledger('seen');
SELECT saas_metrics.bind('seen', 'subscription_periods', 'SELECT customer AS customer_id, price * seen_app.factor() AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM seen_app.parent');
SELECT saas_metrics.watch('seen', 'seen_app.parent', 'customer');
SELECT movements_added FROM saas_metrics.refresh('seen');
SELECT mrr FROM seen.committed_mrr;
INSERT INTO seen_app.other VALUES ('x', 3);
INSERT INTO seen_app.child VALUES ('c', 100, '2024-04-01');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('seen');
SELECT mrr, (SELECT 3 * sum(price) FROM seen_app.parent) AS truth FROM seen.committed_mrr;
SELECT saas_metrics.drop_ledger('seen');
DROP SCHEMA seen_app CASCADE;
