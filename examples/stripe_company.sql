-- The demo company as a copy of Stripe, in schema stripe.
--
--   psql -f examples/stripe_company.sql        after demo_company.sql
--
-- Schema stripe is dropped first, with everything in it.

\set ON_ERROR_STOP on
\set quiet_before_stripe :QUIET
\set QUIET on

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
\ir stripe/objects.sql
\ir stripe/raw_data.sql
COMMIT;
ANALYZE stripe.customers, stripe.prices, stripe.subscriptions, stripe.invoices;

\set QUIET :quiet_before_stripe
\unset quiet_before_stripe
