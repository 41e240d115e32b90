-- The demo company: a subscription business with all its billing tables, in schema company.
--
--   psql -f examples/demo_company.sql
--   psql -v customers=50000 -v months=60 -v seed=7 -f examples/demo_company.sql
--
--   customers   how many ever signed up, paying or on trial      (5000)
--   months      length of the history                            (36)
--   ends_on     first day after the history, the 1st of a month  (2026-07-01)
--   seed        another seed, another company                    (1)
--
-- The same parameters give the same rows in the same order on every server.
-- Schema company is dropped first, with everything in it.

\set ON_ERROR_STOP on
\if :{?customers} \else \set customers 5000 \endif
\if :{?months}    \else \set months 36 \endif
\if :{?ends_on}   \else \set ends_on 2026-07-01 \endif
\if :{?seed}      \else \set seed 1 \endif

\set quiet_before :QUIET
\set QUIET on
\echo Generating :customers customers over :months months until :ends_on (seed :seed)

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO';
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;                          -- compiling takes longer than these queries

DROP SCHEMA IF EXISTS company CASCADE;
CREATE SCHEMA company;
COMMENT ON SCHEMA company IS 'Demo company: generated billing tables of a subscription business';
SET LOCAL search_path = company, pg_catalog;

\ir company/schema.sql
\ir company/market.sql
\ir company/customers.sql
\ir company/lifecycles.sql
\ir company/billing.sql
\ir company/usage.sql

COMMIT;

ANALYZE company.customers, company.plans, company.coupons, company.subscription_periods, company.fx_rates,
        company.invoices, company.invoice_lines, company.payments, company.leads, company.spend,
        company.users, company.activity;
\set QUIET :quiet_before
\unset quiet_before
