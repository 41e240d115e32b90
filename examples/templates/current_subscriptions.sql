-- For apps whose table of subscriptions keeps only the current row: what a plan change overwrites is lost.
--
--   psql -f current_subscriptions.sql        in a database with the extension; safe to repeat
--
-- To change: delete the first part, put your table and columns into the query, and your currency and time zone
-- into create_ledger. Then have the two statements of "each day" called by cron.
--
-- What such a table cannot tell: what was before the first snapshot. Rows that are there then count from their
-- start at the price of that day and, if they are canceled by then, until their end; who left and was deleted never was. Afterwards a change is dated by the
-- snapshot that finds it, and of several between two snapshots only the last is seen. What you know better can
-- be put right in metrics.subscription_periods_rows.

\set ON_ERROR_STOP on

-- 1. A table and rows to try it on. Delete this: you have it.

CREATE SCHEMA IF NOT EXISTS example;
SET search_path = example;

CREATE TABLE IF NOT EXISTS subscriptions (
    id         bigint PRIMARY KEY,
    account    text NOT NULL UNIQUE,
    plan       text NOT NULL,
    price      numeric NOT NULL,             -- per interval, for all seats
    "interval" text NOT NULL,                -- month, year
    status     text NOT NULL,                -- trialing, active, past_due, canceled
    started_on date NOT NULL,
    ends_on    date                          -- of who has cancelled
);
INSERT INTO subscriptions VALUES
    (1, 'anna', 'pro',    50, 'month', 'active',   '2026-02-10', NULL),
    (2, 'ben',  'pro',   480, 'year',  'active',   '2026-04-01', NULL),
    (3, 'cleo', 'basic',  20, 'month', 'active',   '2026-05-20', '2026-07-20'),
    (4, 'dora', 'basic',  20, 'month', 'trialing', '2026-06-25', NULL)
ON CONFLICT DO NOTHING;

-- 2. The ledger.

SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');

SELECT saas_metrics.bind('metrics', 'current_subscriptions', $$
    SELECT account AS customer_id, id AS item_id, plan, price AS amount,
           ('1 ' || "interval")::interval AS billing_period, status, started_on, ends_on AS access_ends_on
    FROM subscriptions $$);

-- Each day: date what has changed since the last time, and take it in.
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('metrics');
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');

-- 3. Read it.

SELECT period_start AS month, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS more, contraction_mrr AS less,
       churn_mrr AS churn, closing_mrr AS closing
FROM metrics.mrr_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost, round(churn_rate, 3) AS churn_rate
FROM metrics.churn_monthly WHERE complete ORDER BY month;

-- Today, and what is known to come.
SELECT effective_on, churn_mrr AS churn, mrr, customers FROM metrics.committed_mrr ORDER BY effective_on;
