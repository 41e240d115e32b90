-- The demo company's ledger over a copy of Stripe, schema from_stripe.
--
--   psql -f examples/stripe_ledger.sql         after demo_company.sql, in a database with the extension
--
-- A ledger of that name and schema stripe are dropped first.

\set ON_ERROR_STOP on
\ir stripe_company.sql
\set quiet_before_stripe_ledger :QUIET
\set QUIET on

BEGIN;
SET LOCAL client_min_messages = warning;
\o /dev/null
SELECT saas_metrics.drop_ledger('from_stripe');
SELECT saas_metrics.create_ledger('from_stripe', currency => 'USD', time_zone => 'UTC');
SELECT saas_metrics.bind('from_stripe', 'fx_rates', 'SELECT * FROM company.fx_rates');
SELECT saas_metrics.connect_stripe('from_stripe', 'stripe');
\o
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('from_stripe');
COMMIT;

\set QUIET :quiet_before_stripe_ledger
\unset quiet_before_stripe_ledger
