-- What a binding reads is renamed: it follows, and so do rebind and what is exported.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
SET client_min_messages = error;
CREATE SCHEMA named_app;
CREATE TABLE named_app.contract (customer text, price numeric, began date, a date, b date);
CREATE INDEX ON named_app.contract (customer);
INSERT INTO named_app.contract VALUES ('a', 10, '2024-04-01', '2024-02-01', '2024-03-01');
SELECT saas_metrics.create_ledger('named');
SET search_path = named_app, public;
SELECT saas_metrics.bind('named', 'subscription_periods',
  'SELECT customer AS customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM contract -- of ours');
RESET search_path;
SELECT movements_added FROM saas_metrics.refresh('named');
CREATE FUNCTION named_app.exported() RETURNS SETOF text LANGUAGE sql AS $$
  -- Versions of the server differ in where they name the table.
  SELECT regexp_replace(c, '\magreement\.', '', 'g') FROM saas_metrics.export_commands('named') WITH ORDINALITY AS e (c, n) WHERE c ~ '^SET|\.bind' ORDER BY n
$$;
-- As it was given; as it is by now, before any verb and after.
SELECT named_app.exported();
ALTER TABLE named_app.contract RENAME price TO monthly_price;
ALTER TABLE named_app.contract RENAME TO agreement;
SELECT named_app.exported();
SELECT movements_added FROM saas_metrics.refresh('named');
SELECT query LIKE '%named_app.agreement%' FROM named.bindings;
SELECT saas_metrics.rebind('named');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
SELECT named_app.exported();
ALTER SCHEMA named_app RENAME TO named_app_since;
SELECT saas_metrics.unbind('named', 'subscription_periods');
SELECT count(*) FROM named.subscription_periods;
SELECT saas_metrics.rebind('named');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
ALTER SCHEMA named_app_since RENAME TO named_app;

-- Another session writes dates in another way: the query is the same.
SELECT saas_metrics.bind('named', 'subscription_periods',
  'SELECT customer AS customer_id, monthly_price AS amount, interval ''1 month'' AS billing_period, date ''2024-02-03'' AS starts_on, timestamptz ''2024-05-06 00:00+00'' AS ends_at FROM named_app.agreement');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
SET timezone = 'Asia/Tokyo';
SELECT query LIKE '%date ''2024-02-03''%' FROM named.bindings, saas_metrics.refresh('named');
ALTER TABLE named_app.agreement RENAME monthly_price TO price;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
SET datestyle = 'SQL, MDY';
SELECT saas_metrics.rebind('named');
SET datestyle = 'ISO, YMD';
RESET intervalstyle;
RESET timezone;
ALTER TABLE named_app.agreement RENAME price TO monthly_price;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
SELECT effective_on, kind FROM named.movements ORDER BY 1;

-- Two columns that swap their names: each goes by its new one.
SELECT saas_metrics.bind('named', 'subscription_periods',
  'SELECT customer AS customer_id, monthly_price AS amount, interval ''1 month'' AS billing_period, a AS starts_on, b AS ends_on FROM named_app.agreement');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
ALTER TABLE named_app.agreement RENAME a TO t;
ALTER TABLE named_app.agreement RENAME b TO a;
ALTER TABLE named_app.agreement RENAME t TO b;
SELECT saas_metrics.rebind('named');
SELECT movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh('named');
SELECT effective_on, kind FROM named.movements ORDER BY 1;

-- The ledger itself, where a query of it reads another of its inputs.
INSERT INTO named.customers_rows (customer_id) VALUES ('a');
SELECT saas_metrics.bind('named', 'subscription_periods',
  'SELECT k.customer AS customer_id, k.monthly_price AS amount, interval ''1 month'' AS billing_period, k.began AS starts_on FROM named_app.agreement AS k JOIN named.customers AS c ON c.customer_id = k.customer');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named');
ALTER SCHEMA named RENAME TO named_since;
SELECT saas_metrics.rebind('named_since');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('named_since');

-- Without a rename, rebind takes the query as it was written, with what a * has gained.
CREATE TABLE named_app.wide (customer_id text, amount numeric, billing_period interval, starts_on date);
INSERT INTO named_app.wide VALUES ('w', 5, '1 month', '2024-01-01');
SELECT saas_metrics.bind('named_since', 'subscription_periods', 'SELECT * FROM named_app.wide');
SELECT movements_added FROM saas_metrics.refresh('named_since');
ALTER TABLE named_app.wide ADD plan text DEFAULT 'gold';
SELECT movements_added FROM saas_metrics.refresh('named_since');
SELECT saas_metrics.rebind('named_since');
SELECT movements_added FROM saas_metrics.refresh('named_since');
SELECT plan, amount FROM named_since.movement_lines WHERE customer_id = 'w';
SELECT saas_metrics.drop_ledger('named_since');
DROP SCHEMA named_app CASCADE;
