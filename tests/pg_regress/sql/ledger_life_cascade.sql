-- DROP ... CASCADE of what a binding reads takes the ledger's views along. The verbs that the HINT names make them
-- again, with the grants as the last refresh or bind found them.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
SET client_min_messages = error;
CREATE ROLE regress_life_reader;
CREATE ROLE regress_life_gone;
CREATE SCHEMA cascade_app;
CREATE FUNCTION cascade_app.make_tables() RETURNS void LANGUAGE sql AS $$
  CREATE TABLE cascade_app.contract (customer text, price numeric, began date);
  CREATE INDEX ON cascade_app.contract (customer);
  CREATE TABLE cascade_app.client (customer text, tests boolean);
  CREATE INDEX ON cascade_app.client (customer);
$$;
SELECT cascade_app.make_tables();
INSERT INTO cascade_app.contract VALUES ('a', 10, '2024-04-01'), ('b', 20, '2024-04-01');
INSERT INTO cascade_app.client VALUES ('a', false), ('b', true);
SELECT saas_metrics.create_ledger('cascaded');
\set periods 'SELECT customer AS customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM cascade_app.contract'
\set clients 'SELECT customer AS customer_id, tests AS is_test FROM cascade_app.client'
SELECT saas_metrics.bind('cascaded', 'subscription_periods', :'periods');
SELECT saas_metrics.bind('cascaded', 'customers', :'clients');
GRANT USAGE ON SCHEMA cascaded TO regress_life_reader, regress_life_gone;
GRANT SELECT ON cascaded.mrr_monthly, cascaded.subscription_periods, cascaded.customers_query TO regress_life_reader;
GRANT SELECT (customer_id) ON cascaded.customer_status TO regress_life_reader WITH GRANT OPTION;
GRANT SELECT ON cascaded.churn_monthly TO PUBLIC, regress_life_gone;
SELECT movements_added FROM saas_metrics.refresh('cascaded');
CREATE FUNCTION cascade_app.grants() RETURNS SETOF text LANGUAGE sql AS 'SELECT unnest(saas_metrics._grants_of(''cascaded'')) ORDER BY 1';
CREATE TABLE cascade_app.grants_before AS SELECT cascade_app.grants() AS g;
SELECT g FROM cascade_app.grants_before ORDER BY 1;
CREATE FUNCTION cascade_app.told() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN format('MRR %s, grants lost: %s, new: %s, views: %s', (SELECT mrr FROM cascaded.committed_mrr),
    (SELECT count(*) FROM (SELECT g FROM cascade_app.grants_before EXCEPT SELECT cascade_app.grants()) AS d),
    (SELECT count(*) FROM (SELECT cascade_app.grants() EXCEPT SELECT g FROM cascade_app.grants_before) AS d),
    (SELECT count(*) > 30 FROM pg_class WHERE relnamespace = 'cascaded'::regnamespace AND relkind = 'v'));
END
$$;
SELECT cascade_app.told();

-- A column, with a query that does without it: bind alone heals.
ALTER TABLE cascade_app.contract DROP COLUMN began CASCADE;
SELECT saas_metrics.refresh('cascaded');
SELECT saas_metrics.record_snapshot('cascaded');
SELECT saas_metrics.rebind('cascaded');
SELECT saas_metrics.bind('cascaded', 'subscription_periods',
  'SELECT customer AS customer_id, price AS amount, interval ''1 month'' AS billing_period, date ''2024-04-01'' AS starts_on FROM cascade_app.contract');
SELECT cascade_app.told();
SELECT movements_added FROM saas_metrics.refresh('cascaded');

-- A grant since the last refresh is not known of; one that was revoked before it does not come back.
REVOKE SELECT ON cascaded.subscription_periods FROM regress_life_reader;
SELECT movements_added FROM saas_metrics.refresh('cascaded');
DELETE FROM cascade_app.grants_before WHERE g LIKE '%subscription_periods%';
GRANT SELECT ON cascaded.mrr_yearly TO regress_life_reader;

-- The table of another input, which comes back as it was, also in another order than it is bound: bind to the same query
-- heals, rebind too. A role that is gone is passed over.
DROP TABLE cascade_app.client, cascade_app.contract CASCADE;
SELECT count(*) FROM cascaded.mrr_monthly;
DROP OWNED BY regress_life_gone;
DROP ROLE regress_life_gone;
DELETE FROM cascade_app.grants_before WHERE g LIKE '%regress_life_gone%';
SELECT cascade_app.make_tables();
INSERT INTO cascade_app.contract VALUES ('a', 10, '2024-04-01'), ('b', 20, '2024-04-01');
INSERT INTO cascade_app.client VALUES ('a', false), ('b', true);
SELECT saas_metrics.bind('cascaded', 'subscription_periods', :'periods');
SELECT saas_metrics.refresh('cascaded');
SELECT saas_metrics.bind('cascaded', 'customers', :'clients');
SELECT cascade_app.told();
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('cascaded');
DROP TABLE cascade_app.client CASCADE;
SELECT saas_metrics.refresh('cascaded');
CREATE TABLE cascade_app.client (customer text, tests boolean);
RESET client_min_messages;
SELECT saas_metrics.rebind('cascaded');
SET client_min_messages = error;
SELECT cascade_app.told();

-- One that does not come back: unbind heals, and its rows go without it.
DROP TABLE cascade_app.client CASCADE;
SELECT saas_metrics.rebind('cascaded');
SELECT saas_metrics.unbind('cascaded', 'customers');
SELECT movements_added FROM saas_metrics.refresh('cascaded');
DELETE FROM cascade_app.grants_before WHERE g LIKE '%customers_query%';
SELECT cascade_app.told();

-- An input that no view of movements reads.
CREATE TABLE cascade_app.now (customer text);
SELECT saas_metrics.unbind('cascaded', 'subscription_periods');
SELECT saas_metrics.bind('cascaded', 'current_subscriptions', 'SELECT customer AS customer_id, ''1'' AS item_id, 30 AS amount, interval ''1 month'' AS billing_period FROM cascade_app.now');
DROP TABLE cascade_app.now CASCADE;
SELECT saas_metrics.record_snapshot('cascaded');
SELECT saas_metrics.unbind('cascaded', 'current_subscriptions');
SELECT opened, closed FROM saas_metrics.record_snapshot('cascaded');

-- Views of the ledger's, dropped by mistake.
DROP VIEW cascaded.mrr_monthly CASCADE;
SELECT movements_added FROM saas_metrics.refresh('cascaded');
SELECT saas_metrics.bind('cascaded', 'subscription_periods', :'periods');
SELECT cascade_app.told();
DROP VIEW cascaded.churn_monthly;
SELECT saas_metrics.upgrade_ledger('cascaded');
SELECT cascade_app.told();
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('cascaded');
SELECT saas_metrics.drop_ledger('cascaded');
DROP SCHEMA cascade_app CASCADE;
DROP ROLE regress_life_reader;
