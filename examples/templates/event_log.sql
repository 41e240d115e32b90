-- For apps that keep a log of what happened to subscriptions: a row for each event, with what it changed.
--
--   psql -f event_log.sql        in a database with the extension; safe to repeat
--
-- To change: delete the first part, put your table, columns and kinds of event into the query and the watch, and your
-- currency and time zone into create_ledger. A stretch goes from one event of a subscription to the next; what an event
-- does not say stays as it was.
--
-- Each kind of event that begins, ends or brings back something needs its status in the CASE, under the name it has in your
-- table: SELECT event, count(*) FROM subscription_events GROUP BY event lists them. A kind that is left out changes no status:
-- who came back stays canceled. Where occurred_at is a timestamp without time zone that holds UTC, bind
-- occurred_at AT TIME ZONE 'UTC' and ends_at AT TIME ZONE 'UTC'.
--
-- What such a log cannot tell: what happened before its first event. Where subscriptions are older, write an event for
-- each with its start and its first price.

\set ON_ERROR_STOP on

-- 1. A table and rows to try it on. Delete this: you have it.

CREATE SCHEMA IF NOT EXISTS example;
SET search_path = example;
SET TimeZone = 'UTC';

CREATE TABLE IF NOT EXISTS subscription_events (
    id           bigint PRIMARY KEY,
    account      text NOT NULL,
    subscription text NOT NULL,
    event        text NOT NULL,              -- trial_started, activated, changed, payment_failed, paused, canceled
    occurred_at  timestamptz NOT NULL,
    plan         text,                       -- these only where the event sets them
    seats        integer,
    seat_price   numeric,                    -- per interval
    "interval"   text,                       -- month, year
    reason       text
);
CREATE INDEX IF NOT EXISTS by_account ON subscription_events (account);
INSERT INTO subscription_events VALUES
    (1,  'anna', 'a1', 'trial_started', '2026-01-10', 'pro',   3,    10,   'month', NULL),
    (2,  'anna', 'a1', 'activated',     '2026-01-24', NULL,    NULL, NULL, NULL,    NULL),
    (3,  'anna', 'a1', 'changed',       '2026-03-15', NULL,    5,    NULL, NULL,    NULL),
    (4,  'ben',  'b1', 'activated',     '2026-02-01', 'pro',   4,    120,  'year',  NULL),
    (5,  'ben',  'b1', 'changed',       '2026-05-01', 'team',  NULL, 240,  NULL,    NULL),
    (6,  'cleo', 'c1', 'activated',     '2026-02-10', 'basic', 1,    20,   'month', NULL),
    (7,  'cleo', 'c1', 'canceled',      '2026-04-20', NULL,    NULL, NULL, NULL,    'too expensive'),
    (8,  'cleo', 'c1', 'activated',     '2026-06-05', NULL,    NULL, NULL, NULL,    NULL),
    (9,  'dora', 'd1', 'trial_started', '2026-03-01', 'basic', 1,    20,   'month', NULL),
    (10, 'dora', 'd1', 'canceled',      '2026-03-15', NULL,    NULL, NULL, NULL,    'not used')
ON CONFLICT DO NOTHING;

-- 2. The ledger. The customer's column needs an index, and each window a PARTITION BY that begins with it.

SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');

-- Of each column the last value that an event set: those set so far, and of these the one at the end. A canceled
-- subscription has a stretch, too, up to the event that brings it back; it counts nothing.
SELECT saas_metrics.bind('metrics', 'subscription_periods', $$
    SELECT e.account AS customer_id, e.subscription AS item_id, e.plan, e.seats::numeric AS quantity, e.seats * e.seat_price AS amount,
           ('1 ' || e."interval")::interval AS billing_period, e.occurred_at AS starts_at, e.ends_at, e.status,
           CASE WHEN e.reason IS NOT NULL THEN 'voluntary' END AS churn_kind, e.reason AS churn_reason
    FROM (
        SELECT account, subscription, occurred_at, reason,
               (array_agg(plan) FILTER (WHERE plan IS NOT NULL) OVER so_far)[count(plan) OVER so_far] AS plan,
               (array_agg(seats) FILTER (WHERE seats IS NOT NULL) OVER so_far)[count(seats) OVER so_far] AS seats,
               (array_agg(seat_price) FILTER (WHERE seat_price IS NOT NULL) OVER so_far)[count(seat_price) OVER so_far] AS seat_price,
               (array_agg("interval") FILTER (WHERE "interval" IS NOT NULL) OVER so_far)[count("interval") OVER so_far] AS "interval",
               (array_agg(status) FILTER (WHERE status IS NOT NULL) OVER so_far)[count(status) OVER so_far] AS status,
               lead(occurred_at) OVER so_far AS ends_at
        FROM (
            SELECT s.*, CASE event WHEN 'trial_started' THEN 'trialing' WHEN 'activated' THEN 'active' WHEN 'payment_failed' THEN 'past_due'
                                   WHEN 'paused' THEN 'paused' WHEN 'canceled' THEN 'canceled' END AS status
            FROM subscription_events AS s
        ) AS s
        WINDOW so_far AS (PARTITION BY account, subscription ORDER BY occurred_at, id)
    ) AS e $$);

-- From here on, who writes an event changes what the views say, in the same transaction.
SELECT saas_metrics.watch('metrics', 'subscription_events', 'account');

-- Call this every few minutes: it keeps reading fast.
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');

-- 3. Read it.

SELECT period_start AS month, opening_mrr AS opening, new_mrr AS new, reactivation_mrr AS back, expansion_mrr AS more,
       contraction_mrr AS less, churn_mrr AS churn, closing_mrr AS closing
FROM metrics.mrr_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost,
       round(churn_rate, 3) AS churn_rate, voluntary_lost_customers AS voluntary
FROM metrics.churn_monthly WHERE complete ORDER BY month;

SELECT customer_id, status, mrr, plan FROM metrics.customer_status ORDER BY customer_id;
