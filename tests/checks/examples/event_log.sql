-- On July 10 Anna gives up three of her five seats. The event of June 20 by which Ben took two more comes late. Nothing is refreshed.
SET saas_metrics.today = '2026-07-15';
INSERT INTO example.subscription_events (id, account, subscription, event, occurred_at, seats) VALUES
    (11, 'anna', 'a1', 'changed', '2026-07-10Z', 2), (12, 'ben', 'b1', 'changed', '2026-06-20Z', 6);
SELECT period_start AS month, opening_mrr, expansion_mrr, contraction_mrr, closing_mrr FROM metrics.mrr_monthly WHERE period_start >= '2026-06-01' ORDER BY month;
SELECT severity, code FROM saas_metrics.check_ledger('metrics');
