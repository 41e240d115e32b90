-- On July 10 Anna goes back to basic. Nothing is refreshed.
SET saas_metrics.today = '2026-07-15';
UPDATE example.subscriptions SET ended_at = '2026-07-10Z' WHERE id = 2;
INSERT INTO example.subscriptions VALUES (7, 1, 'c1', 'basic', 2000, 0, 'month', false, '2026-07-10Z', NULL, NULL);
SELECT opening_mrr, contraction_mrr, closing_mrr FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
SELECT severity, finding FROM saas_metrics.check_ledger('metrics');
