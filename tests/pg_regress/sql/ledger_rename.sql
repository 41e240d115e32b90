-- A ledger can be renamed, and another take its name: triggers find theirs.
\set SHOW_CONTEXT never
SET saas_metrics.today = '2024-06-30';
CREATE SCHEMA renamed_app;
CREATE TABLE renamed_app.plan (plan text PRIMARY KEY, price numeric);
CREATE TABLE renamed_app.subscription (customer_id text, plan text, began date);
CREATE INDEX ON renamed_app.subscription (customer_id);
CREATE INDEX ON renamed_app.subscription (plan);
INSERT INTO renamed_app.plan VALUES ('basic', 10);
INSERT INTO renamed_app.subscription VALUES ('a', 'basic', '2024-01-01');
CREATE FUNCTION pg_temp.set_up(ledger name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM saas_metrics.create_ledger(ledger);
  PERFORM saas_metrics.bind(ledger, 'subscription_periods',
    'SELECT s.customer_id, p.price AS amount, interval ''1 month'' AS billing_period, s.began AS starts_on
     FROM renamed_app.subscription AS s JOIN renamed_app.plan AS p USING (plan)');
  PERFORM saas_metrics.watch(ledger, 'renamed_app.subscription', 'customer_id');
  PERFORM saas_metrics.watch(ledger, 'renamed_app.plan', 'SELECT s.customer_id FROM renamed_app.subscription AS s JOIN changed USING (plan)');
  PERFORM FROM saas_metrics.refresh(ledger);
END $$;
SELECT pg_temp.set_up('renamed');
ALTER SCHEMA renamed RENAME TO renamed_since;
SELECT pg_temp.set_up('renamed');
SELECT count(DISTINCT tgname) AS names FROM pg_trigger WHERE tgrelid IN ('renamed_app.plan'::regclass, 'renamed_app.subscription'::regclass) AND NOT tgisinternal;
-- Each write is marked in both: a comes to pay 12, and b comes.
UPDATE renamed_app.plan SET price = 12;
INSERT INTO renamed_app.subscription VALUES ('b', 'basic', '2024-02-01');
SELECT customer_id, kind, mrr_after FROM renamed.movements ORDER BY 1;
SELECT customer_id, kind, mrr_after FROM renamed_since.movements ORDER BY 1;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('renamed_since');
SELECT customers_pending FROM renamed.freshness;
SELECT customers_pending FROM renamed_since.freshness;
BEGIN;
TRUNCATE renamed_app.subscription;
SELECT (SELECT count(*) FROM renamed.movements) AS here, (SELECT count(*) FROM renamed_since.movements) AS there;
ROLLBACK;
-- A column that is renamed while its rows are queued: the refresh looks at everything.
UPDATE renamed_app.plan SET price = 14;
ALTER TABLE renamed_app.plan RENAME plan TO tier;
ALTER TABLE renamed_app.subscription RENAME plan TO tier;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('renamed');
SELECT customer_id, kind, mrr_after FROM renamed.movements ORDER BY 1;
ALTER TABLE renamed_app.plan RENAME tier TO plan;
ALTER TABLE renamed_app.subscription RENAME tier TO plan;
-- unwatch takes away its own ledger's triggers only, and so does drop_ledger.
SELECT saas_metrics.unwatch('renamed_since', 'renamed_app.plan');
SELECT saas_metrics.drop_ledger('renamed');
UPDATE renamed_app.subscription SET customer_id = 'c' WHERE customer_id = 'b';
SELECT customer_id, kind FROM renamed_since.movements ORDER BY 1;
SELECT tgrelid::regclass AS watched, count(*) AS triggers FROM pg_trigger WHERE tgname LIKE 'saas\_metrics%' AND tgrelid IN ('renamed_app.plan'::regclass, 'renamed_app.subscription'::regclass) GROUP BY 1;
SELECT saas_metrics.drop_ledger('renamed_since');
SET client_min_messages = warning;
DROP SCHEMA renamed_app CASCADE;
