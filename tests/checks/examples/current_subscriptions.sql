-- Until July 15 Anna has come to pay 80 and Dora's trial has become a subscription; on July 20 Cleo is deleted.
SET saas_metrics.today = '2026-07-15';
UPDATE example.subscriptions SET price = 80 WHERE account = 'anna';
UPDATE example.subscriptions SET status = 'active' WHERE account = 'dora';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('metrics');
SET saas_metrics.today = '2026-07-21';
DELETE FROM example.subscriptions WHERE account = 'cleo';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('metrics');
SELECT customer_id, effective_on, kind, amount FROM metrics.movements WHERE effective_on >= '2026-07-01' ORDER BY 2, 1;
SELECT opening_mrr, new_mrr, expansion_mrr, churn_mrr, closing_mrr
FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
SELECT rows_rejected FROM saas_metrics.refresh('metrics');
SELECT severity, finding FROM saas_metrics.check_ledger('metrics');
