-- The demo company's ledger, schema metrics: its billing tables bound and watched once, for good.
--
--   psql -f examples/ledger.sql        after demo_company.sql, in a database with the extension
--
-- A ledger of that name is dropped first.

\set ON_ERROR_STOP on
\set quiet_before_ledger :QUIET
\set QUIET on

BEGIN;
SET LOCAL client_min_messages = warning;
\o /dev/null
SELECT saas_metrics.drop_ledger('metrics');
SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');

-- The names of the columns are those of the inputs already; in other tables, say which is which.
SELECT saas_metrics.bind('metrics', 'subscription_periods', 'SELECT * FROM company.subscription_periods');
SELECT saas_metrics.bind('metrics', 'fx_rates', 'SELECT * FROM company.fx_rates');
SELECT saas_metrics.bind('metrics', 'customers', $$
    SELECT customer_id, name, signed_up_at, is_test,
           jsonb_build_object('country', country, 'industry', industry, 'size', size, 'source', source) AS attributes
    FROM company.customers $$);

-- From here on, who writes to these tables changes what the views say, in the same transaction.
SELECT saas_metrics.watch('metrics', 'company.subscription_periods', 'customer_id');
SELECT saas_metrics.watch('metrics', 'company.customers', 'customer_id');
SELECT saas_metrics.watch('metrics', 'company.fx_rates',
                          'SELECT customer_id FROM company.subscription_periods JOIN changed USING (currency)');
\o
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');
COMMIT;

\set QUIET :quiet_before_ledger
\unset quiet_before_ledger
