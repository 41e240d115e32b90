-- record_snapshot: tables that keep only how things are now.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'America/New_York';
SET intervalstyle = 'postgres';
CREATE SCHEMA snapshot_app;
CREATE TABLE snapshot_app.subscription (
  account text, subscription text, item text, plan text, kind text DEFAULT 'recurring', price numeric, cycle interval DEFAULT '1 month',
  status text DEFAULT 'active', since date, why text, reason text);
SELECT saas_metrics.create_ledger('snapshots', time_zone => 'America/New_York');
SELECT saas_metrics.bind('snapshots', 'current_subscriptions', $$
  SELECT account AS customer_id, subscription AS subscription_id, item AS item_id, plan, kind, price AS amount, cycle AS billing_period, status,
         since AS started_on, why AS churn_kind, reason AS churn_reason
  FROM snapshot_app.subscription $$);
SET saas_metrics.today = '2024-01-10';
SELECT * FROM saas_metrics.record_snapshot('snapshots');

-- January 10: a since November, b since nobody knows when, c on trial.
INSERT INTO snapshot_app.subscription (account, subscription, item, plan, price, status, since) VALUES
  ('a', 's1', '1', 'basic', 10, 'active', '2023-11-01'), ('b', 's2', '1', 'gold', 20, 'active', NULL), ('c', NULL, '1', 'gold', 30, 'trialing', '2024-01-05');
SELECT * FROM saas_metrics.record_snapshot('snapshots');
-- Again: nothing is written.
SELECT * FROM saas_metrics.record_snapshot(ledger => 'snapshots');
SELECT customer_id, subscription_id, item_id, plan, amount, starts_at, ends_at, status FROM snapshots.subscription_periods ORDER BY 1, 2, 3, starts_at;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('snapshots');
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
SELECT customers_pending FROM snapshots.freshness;

-- February 1: a pays 12, c's trial is over, d has been there since January 20.
SET saas_metrics.today = '2024-02-01';
UPDATE snapshot_app.subscription SET price = 12 WHERE account = 'a';
UPDATE snapshot_app.subscription SET status = 'active' WHERE account = 'c';
INSERT INTO snapshot_app.subscription (account, subscription, item, plan, price, since) VALUES ('d', 's4', '1', 'basic', 40, '2024-01-20');
SELECT * FROM saas_metrics.record_snapshot('snapshots');
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
-- March 1: b is gone, a adds an item and a subscription whose item has the same name, d has cancelled.
SET saas_metrics.today = '2024-03-01';
DELETE FROM snapshot_app.subscription WHERE account = 'b';
INSERT INTO snapshot_app.subscription (account, subscription, item, plan, kind, price) VALUES ('a', 's1', '2', 'seats', 'add_on', 5), ('a', 's5', '1', 'basic', 'recurring', 3);
UPDATE snapshot_app.subscription SET status = 'canceled', why = 'voluntary', reason = 'competitor' WHERE account = 'd';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
-- April 1: b is back, his item as old as it ever was; of d nothing is left.
SET saas_metrics.today = '2024-04-01';
INSERT INTO snapshot_app.subscription (account, subscription, item, plan, price, since) VALUES ('b', 's2', '1', 'gold', 20, '2022-01-01');
DELETE FROM snapshot_app.subscription WHERE account = 'd';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
-- Twice on that day c gets another price: of the first nothing remains but a stretch without length.
UPDATE snapshot_app.subscription SET price = 33 WHERE account = 'c';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
UPDATE snapshot_app.subscription SET price = 35 WHERE account = 'c';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
SELECT customer_id, subscription_id, item_id, plan, kind, amount, starts_at, ends_at, status, churn_kind FROM snapshots.subscription_periods ORDER BY 1, 2, 3, starts_at, ends_at;
-- a 10, 12, 12 + 5 + 3; b 20 from January 10, gone on March 1, back on April 1; c 30 from February 1, 35 from April 1; d 40 from January 20 to March 1.
SELECT customer_id, effective_on, kind, mrr_after, churn_kind, churn_reason FROM snapshots.movements ORDER BY 1, 2;
SELECT rows_rejected, movements_superseded FROM saas_metrics.refresh('snapshots');
SELECT customer_id, effective_on, kind, mrr_after, churn_kind, churn_reason FROM snapshots.movements ORDER BY 1, 2;
SELECT period_start, closing_mrr, closing_customers FROM snapshots.mrr_monthly ORDER BY 1;
SELECT * FROM saas_metrics.check_ledger('snapshots') WHERE finding NOT LIKE 'churns of unknown%';

-- An item that is to start begins when it starts.
INSERT INTO snapshot_app.subscription (account, subscription, item, plan, price, since) VALUES ('e', 's6', '1', 'basic', 50, '2024-05-01');
SELECT opened, closed FROM saas_metrics.record_snapshot('snapshots');
SELECT starts_at FROM snapshots.subscription_periods WHERE customer_id = 'e';
SET saas_metrics.today = '2024-05-02';
SELECT opened, closed FROM saas_metrics.record_snapshot('snapshots');
SELECT effective_on, kind, mrr_after FROM snapshots.movements WHERE customer_id = 'e';

-- Stretches without an item, from elsewhere, are left alone; and rows can be given by hand.
INSERT INTO snapshots.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('f', 60, '1 month', '2024-01-01');
SELECT saas_metrics.unbind('snapshots', 'current_subscriptions');
INSERT INTO snapshots.current_subscriptions_rows (customer_id, item_id, amount, billing_period) VALUES ('f', '1', 6, '1 month');
-- All that the query gave is gone: a's three items, b, c and e.
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
SELECT customer_id, mrr FROM snapshots.customer_status WHERE mrr > 0;
-- What a snapshot did can be undone, as long as it is not committed.
BEGIN;
DELETE FROM snapshots.current_subscriptions_rows;
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('snapshots');
SELECT customer_id, mrr FROM snapshots.customer_status WHERE mrr > 0;
ROLLBACK;
SELECT customer_id, mrr FROM snapshots.customer_status WHERE mrr > 0;
SELECT saas_metrics.drop_ledger('snapshots');
DROP TABLE snapshot_app.subscription;
DROP SCHEMA snapshot_app;
