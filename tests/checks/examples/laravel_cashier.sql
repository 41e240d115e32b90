-- On July 8 Dee's trial ends, Ann takes two more seats, and Bob cancels to the end of his year. Ann goes to a price
-- that is not listed, and Cal comes back at another.
SET saas_metrics.today = '2026-07-09';
UPDATE example.subscriptions SET stripe_status = 'active' WHERE id = 4;
UPDATE example.subscription_items SET quantity = 5 WHERE id = 2;
UPDATE example.subscriptions SET ends_at = '2027-03-01' WHERE id = 2;
UPDATE example.subscription_items SET stripe_price = 'price_max' WHERE id = 1;
INSERT INTO example.subscriptions VALUES (5, 3, 'default', 'sub_5', 'active', NULL, NULL, '2026-07-08');
INSERT INTO example.subscription_items VALUES (6, 5, 'prod_gold', 'price_gold', 1);
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('metrics');
SELECT rows_rejected FROM saas_metrics.refresh('metrics');
SELECT customer_id, item_id, reason FROM metrics.rejected_rows ORDER BY customer_id;
-- The next day both are listed.
SET saas_metrics.today = '2026-07-10';
INSERT INTO example.billing_prices VALUES
    ('price_gold', 'gold', 'recurring', 30, 'USD', '1 month'),
    ('price_max',  'max',  'recurring', 80, 'USD', '1 month');
SET client_min_messages = warning;
\o /dev/null
\i laravel_cashier.sql
\o
SELECT item_id, plan, starts_at AT TIME ZONE 'UTC' AS starts_at FROM metrics.subscription_periods
WHERE starts_at >= '2026-07-01' ORDER BY item_id;
SELECT customer_id, effective_on, kind, amount FROM metrics.movements WHERE effective_on >= '2026-07-01' ORDER BY 2, 1;
SELECT opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, closing_mrr
FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
SELECT count(*) AS rejected FROM metrics.rejected_rows;
SELECT severity, finding FROM saas_metrics.check_ledger('metrics');
