-- For apps whose table of subscriptions keeps its history: a row for each stretch of time with one price.
--
--   psql -f subscription_history.sql        in a database with the extension; safe to repeat
--
-- To change: delete the first part, put your tables and columns into the two queries and the two watches, and
-- your currency and time zone into create_ledger. Prices may change only from row to row: where one row has a
-- price "from May on", or a discount with an end, let the query make two rows of it.
--
-- What such tables cannot tell: why somebody left, unless you keep it; whether an invoice was paid.

\set ON_ERROR_STOP on

-- 1. Tables and rows to try it on. Delete this: you have them.

CREATE SCHEMA IF NOT EXISTS example;
SET search_path = example;
SET TimeZone = 'UTC';

CREATE TABLE IF NOT EXISTS customers (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    country    text
);
CREATE TABLE IF NOT EXISTS subscriptions (
    id               bigint PRIMARY KEY,
    customer_id      bigint NOT NULL REFERENCES customers,
    contract         text NOT NULL,
    plan             text NOT NULL,
    price_cents      integer NOT NULL,       -- per interval
    discount_percent numeric NOT NULL,
    "interval"       text NOT NULL,          -- month, year
    is_trial         boolean NOT NULL,
    started_at       timestamptz NOT NULL,
    ended_at         timestamptz,            -- exclusive; NULL: it still runs
    end_reason       text,
    UNIQUE (customer_id, contract, started_at)
);
INSERT INTO customers VALUES (1, 'Anna', 'DE'), (2, 'Ben', 'US'), (3, 'Cleo', 'US') ON CONFLICT DO NOTHING;
INSERT INTO subscriptions VALUES
    (1, 1, 'c1', 'basic',  2000,  0, 'month', false, '2026-01-10', '2026-03-15', NULL),
    (2, 1, 'c1', 'pro',    5000,  0, 'month', false, '2026-03-15', NULL, NULL),
    (3, 2, 'c2', 'pro',   60000, 10, 'year',  false, '2026-02-01', NULL, NULL),
    (4, 3, 'c3', 'basic',  2000,  0, 'month', true,  '2026-01-31', '2026-02-14', NULL),
    (5, 3, 'c3', 'basic',  2000, 25, 'month', false, '2026-02-14', '2026-05-14', NULL),
    (6, 3, 'c3', 'basic',  2000,  0, 'month', false, '2026-05-14', '2026-06-20', 'too expensive')
ON CONFLICT DO NOTHING;

-- 2. The ledger. The customer's column needs an index in each table.

SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');

SELECT saas_metrics.bind('metrics', 'subscription_periods', $$
    SELECT customer_id, contract AS item_id, plan, price_cents / 100.0 AS amount,
           price_cents * discount_percent / 10000 AS discount, ('1 ' || "interval")::interval AS billing_period,
           started_at AS starts_at, ended_at AS ends_at, CASE WHEN is_trial THEN 'trialing' ELSE 'active' END AS status,
           CASE WHEN end_reason IS NOT NULL THEN 'voluntary' END AS churn_kind, end_reason AS churn_reason
    FROM subscriptions $$);
SELECT saas_metrics.bind('metrics', 'customers', $$
    SELECT id AS customer_id, name, jsonb_build_object('country', country) AS attributes FROM customers $$);

-- From here on, who writes to these tables changes what the views say, in the same transaction.
SELECT saas_metrics.watch('metrics', 'subscriptions', 'customer_id');
SELECT saas_metrics.watch('metrics', 'customers', 'id');

-- Call this every few minutes: it keeps reading fast.
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');

-- 3. Read it.

SELECT period_start AS month, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS more, contraction_mrr AS less,
       churn_mrr AS churn, closing_mrr AS closing
FROM metrics.mrr_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost,
       round(churn_rate, 3) AS churn_rate, voluntary_lost_customers AS voluntary
FROM metrics.churn_monthly WHERE complete ORDER BY month;

SELECT name, status, since, mrr, plan, round(lifetime_revenue, 2) AS revenue FROM metrics.customer_status ORDER BY name;
