-- For subscriptions that come as CSV files: a spreadsheet, an export of a billing system.
--
--   cd examples/templates && psql -f csv_files.sql        in a database with the extension; safe to repeat
--
-- To change: the three files in csv_files/, and the currency and time zone here. A column that has a default
-- may be left out of a file and of its \copy, and more may be added: saas_metrics.input_columns lists them. Without
-- customers or other currencies, leave out those files. Ids are text.
--
-- What files cannot tell: what happened since they were written. Each load replaces all rows of the one before,
-- so a subscription that a file no longer has never was; to end one, keep its row and give it ends_at.

\set ON_ERROR_STOP on

SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'America/New_York');

-- Nothing to bind: the files go into the ledger's own tables, which it watches itself. Dates in the files are
-- read in the time zone of the session, so let that be the ledger's.
SET TimeZone = 'America/New_York';

BEGIN;
TRUNCATE metrics.subscription_periods_rows, metrics.customers_rows, metrics.fx_rates_rows;
\copy metrics.subscription_periods_rows (customer_id, item_id, plan, amount, discount, discount_kind, currency, billing_period, starts_at, ends_at, churn_kind, churn_reason) FROM 'csv_files/subscription_periods.csv' (FORMAT csv, HEADER match)
\copy metrics.customers_rows (customer_id, name, signed_up_at, attributes, is_test) FROM 'csv_files/customers.csv' (FORMAT csv, HEADER match)
\copy metrics.fx_rates_rows (currency, valid_from, rate) FROM 'csv_files/fx_rates.csv' (FORMAT csv, HEADER match)
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');
COMMIT;

-- Which rows could not be read, and why?
SELECT input, customer_id, item_id, reason FROM metrics.rejected_rows ORDER BY customer_id, item_id, reason;

SELECT period_start AS month, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS more, contraction_mrr AS less,
       churn_mrr AS churn, closing_mrr AS closing
FROM metrics.mrr_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost,
       round(churn_rate, 3) AS churn_rate, voluntary_lost_customers AS voluntary
FROM metrics.churn_monthly WHERE complete ORDER BY month;

-- Each currency in its own amounts.
SELECT period_start AS month, currency, closing_mrr AS closing
FROM metrics.mrr_by_currency_monthly WHERE complete ORDER BY month DESC, currency LIMIT 2;
