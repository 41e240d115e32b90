-- A row that comes in between two loads counts at once; one in a currency without a rate is listed.
SET saas_metrics.today = '2026-07-05';
INSERT INTO metrics.subscription_periods_rows (customer_id, item_id, amount, currency, billing_period, starts_at) VALUES
    ('elm', 's6', 25, 'USD', '1 month', '2026-07-04 12:00Z'),
    ('fir', 's7', 25, 'CHF', '1 month', '2026-07-04 12:00Z');
SELECT opening_mrr, new_mrr, closing_mrr FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
SELECT rows_rejected FROM saas_metrics.refresh('metrics');
SELECT customer_id, item_id, reason FROM metrics.rejected_rows;
-- The files have neither: after the next load they never were.
SET client_min_messages = warning;
\o /dev/null
\i csv_files.sql
\o
SELECT opening_mrr, new_mrr, closing_mrr FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
SELECT count(*) AS rejected FROM metrics.rejected_rows;
SELECT severity, finding FROM saas_metrics.check_ledger('metrics');
