-- Columns that watch uses: renamed ones are followed, two that swap their names too; dropped and retyped ones block no
-- migration and fail no write: each refresh looks at everybody until watch is called again, and check_ledger says so.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET saas_metrics.today = '2024-06-30';
CREATE SCHEMA columns_app;
CREATE TABLE columns_app.plan (plan_id integer PRIMARY KEY, code text, price numeric);
CREATE TABLE columns_app.subscription (id integer PRIMARY KEY, a text, b text, plan_id integer, began date);
CREATE INDEX ON columns_app.subscription (a);
INSERT INTO columns_app.plan VALUES (1, 'basic', 10), (2, 'gold', 30);
INSERT INTO columns_app.subscription VALUES (1, 'ann', 'x', 1, '2024-01-01'), (2, 'ben', 'y', 2, '2024-02-01');
SELECT saas_metrics.create_ledger('columns');
SELECT saas_metrics.bind('columns', 'subscription_periods',
  'SELECT s.a AS customer_id, p.price AS amount, interval ''1 month'' AS billing_period, s.began AS starts_on
   FROM columns_app.subscription AS s JOIN columns_app.plan AS p USING (plan_id)');
SELECT saas_metrics.watch('columns', 'columns_app.subscription', 'a');
SELECT saas_metrics.watch('columns', 'columns_app.plan',
  'SELECT s.a FROM columns_app.subscription AS s JOIN changed USING (plan_id)');
SELECT customers FROM saas_metrics.refresh('columns');
CREATE FUNCTION columns_app.broken() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(': ', code, finding) FROM saas_metrics.check_ledger('columns') WHERE code IN ('watches_broken', 'tables_without_trigger') $$;

-- The customer's column and another swap their names: marks stay those of the column.
ALTER TABLE columns_app.subscription RENAME a TO t;
ALTER TABLE columns_app.subscription RENAME b TO a;
ALTER TABLE columns_app.subscription RENAME t TO b;
UPDATE columns_app.subscription SET began = '2024-03-01' WHERE id = 1;
SELECT customer_id FROM columns.pending_customers;
SELECT columns_app.broken();
SELECT customers FROM saas_metrics.refresh('columns');

-- A column of a SELECT is renamed: followed as well.
ALTER TABLE columns_app.plan RENAME plan_id TO id;
UPDATE columns_app.plan SET price = 11 WHERE id = 1;
SELECT customer_id FROM columns.pending_customers;
SELECT closing_mrr FROM columns.mrr_monthly WHERE period_start = '2024-05-01';
SELECT columns_app.broken();
SELECT customers FROM saas_metrics.refresh('columns');

-- A table that the input does not read, watched by a SELECT over one of its columns.
CREATE TABLE columns_app.tax (country text, rate numeric, note text);
SELECT saas_metrics.watch('columns', 'columns_app.tax', 'SELECT s.b FROM columns_app.subscription AS s JOIN changed AS c ON c.country = s.a');
SELECT customers FROM saas_metrics.refresh('columns');
-- Retyped, then dropped: no migration is refused, no write fails, nobody is guessed.
ALTER TABLE columns_app.tax ALTER country TYPE varchar(2);
INSERT INTO columns_app.tax VALUES ('x', 1, 'is known to nobody');
SELECT customer_id IS NULL AS unknown FROM columns.pending_customers;
SELECT columns_app.broken();
SELECT customers FROM saas_metrics.refresh('columns');
SELECT customers FROM saas_metrics.refresh('columns');
ALTER TABLE columns_app.tax DROP country;
INSERT INTO columns_app.tax VALUES (2, 'goes on');
SELECT columns_app.broken();
-- Watched again by what there is.
SELECT saas_metrics.watch('columns', 'columns_app.tax', 'SELECT s.b FROM columns_app.subscription AS s JOIN changed AS c ON c.note = s.a');
SELECT customers FROM saas_metrics.refresh('columns');
INSERT INTO columns_app.tax VALUES (3, 'y');
SELECT customer_id FROM columns.pending_customers;
SELECT columns_app.broken();
SELECT customers FROM saas_metrics.refresh('columns');

-- A queue with an index of its owner's takes no marks.
CREATE INDEX mine ON columns.changed_customers (customer_id);
UPDATE columns_app.subscription SET began = '2024-01-01' WHERE id = 1;
SELECT count(*) FROM columns.changed_customers;
SELECT columns_app.broken();
SELECT customers FROM saas_metrics.refresh('columns');
DROP INDEX columns.mine;
SELECT columns_app.broken();

-- An UPDATE that leaves the customer as it was is marked once, one that changes it twice.
SELECT customers FROM saas_metrics.refresh('columns');
UPDATE columns_app.subscription SET began = '2024-01-02' WHERE id = 1;
SELECT count(*) FROM columns.changed_customers;
UPDATE columns_app.subscription SET b = 'cleo' WHERE id = 1;
SELECT customer_id FROM columns.changed_customers ORDER BY 1;

SET client_min_messages = warning;
SELECT saas_metrics.drop_ledger('columns');
DROP SCHEMA columns_app CASCADE;
