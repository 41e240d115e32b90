-- For Laravel apps with Cashier (Stripe): its tables know which price somebody has, not what that costs, and
-- only as it is now. A price list of your own says the one; daily snapshots keep the other.
--
--   psql -f laravel_cashier.sql        in a database with the extension; safe to repeat
--
-- To change: delete the first part, make your price list (billing_prices), and put in your currency and time
-- zone. Then have the three statements of "each day" called by the scheduler.
--
-- What Cashier cannot tell: prices and seats before the first snapshot; those of that day count from the start of
-- the subscription to its end, also of subscriptions that had ended by then. Discounts, taxes, and why somebody
-- left are not there at all.

\set ON_ERROR_STOP on

-- 1. Tables and rows to try it on, with those columns of Cashier's that are read. Delete this: you have them.

CREATE SCHEMA IF NOT EXISTS example;
SET search_path = example;

CREATE TABLE IF NOT EXISTS users (
    id        bigint PRIMARY KEY,
    name      varchar(255) NOT NULL,
    stripe_id varchar(255)
);
CREATE TABLE IF NOT EXISTS subscriptions (
    id            bigint PRIMARY KEY,
    user_id       bigint NOT NULL,
    type          varchar(255) NOT NULL,
    stripe_id     varchar(255) NOT NULL,
    stripe_status varchar(255) NOT NULL,
    trial_ends_at timestamp(0),              -- in UTC, as all times here
    ends_at       timestamp(0),
    created_at    timestamp(0)
);
CREATE TABLE IF NOT EXISTS subscription_items (
    id              bigint PRIMARY KEY,
    subscription_id bigint NOT NULL,
    stripe_product  varchar(255) NOT NULL,
    stripe_price    varchar(255) NOT NULL,
    quantity        integer
);
INSERT INTO users VALUES (1, 'Ann', 'cus_1'), (2, 'Bob', 'cus_2'), (3, 'Cal', 'cus_3'), (4, 'Dee', 'cus_4')
ON CONFLICT DO NOTHING;
INSERT INTO subscriptions VALUES
    (1, 1, 'default', 'sub_1', 'active',   NULL,         NULL,         '2026-01-15'),
    (2, 2, 'default', 'sub_2', 'active',   NULL,         NULL,         '2026-03-01'),
    (3, 3, 'default', 'sub_3', 'canceled', NULL,         '2026-05-10', '2026-02-10'),
    (4, 4, 'default', 'sub_4', 'trialing', '2026-07-08', NULL,         '2026-06-24')
ON CONFLICT DO NOTHING;
INSERT INTO subscription_items VALUES
    (1, 1, 'prod_pro',   'price_pro_month',   1),
    (2, 1, 'prod_seat',  'price_seat',        3),
    (3, 2, 'prod_pro',   'price_pro_year',    1),
    (4, 3, 'prod_basic', 'price_basic_month', 1),
    (5, 4, 'prod_pro',   'price_pro_month',   1)
ON CONFLICT DO NOTHING;

-- 2. The price list: what each of Stripe's prices is called, costs, and for how long.

CREATE TABLE IF NOT EXISTS billing_prices (
    price          text PRIMARY KEY,
    plan           text NOT NULL,
    kind           text NOT NULL,            -- recurring, add_on
    amount         numeric NOT NULL,         -- of one
    currency       text NOT NULL,
    billing_period interval NOT NULL
);
INSERT INTO billing_prices VALUES
    ('price_basic_month', 'basic', 'recurring',  20, 'USD', '1 month'),
    ('price_pro_month',   'pro',   'recurring',  50, 'USD', '1 month'),
    ('price_pro_year',    'pro',   'recurring', 540, 'USD', '1 year'),
    ('price_seat',        'seat',  'add_on',      5, 'USD', '1 month')
ON CONFLICT DO NOTHING;

-- 3. The ledger.

SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');

-- Who has cancelled counts to ends_at, also where that was before the first snapshot.
SELECT saas_metrics.bind('metrics', 'current_subscriptions', $$
    SELECT s.user_id AS customer_id, s.id AS subscription_id, i.id AS item_id, coalesce(p.plan, i.stripe_price) AS plan,
           p.kind, i.quantity, p.amount * coalesce(i.quantity, 1) AS amount, p.currency, p.billing_period,
           CASE WHEN s.stripe_status = 'canceled' AND s.ends_at IS NOT NULL THEN 'active'
                ELSE s.stripe_status END AS status,
           s.created_at AT TIME ZONE 'UTC' AS started_at, s.ends_at AT TIME ZONE 'UTC' AS access_ends_at
    FROM subscriptions AS s
    JOIN subscription_items AS i ON i.subscription_id = s.id
    LEFT JOIN billing_prices AS p ON p.price = i.stripe_price
    WHERE s.stripe_status NOT IN ('incomplete', 'incomplete_expired') $$);

SELECT saas_metrics.bind('metrics', 'customers', 'SELECT id AS customer_id, name FROM users');

-- Each day: price what was seen before it was listed, date what has changed since the last time, and take it in.
UPDATE metrics.subscription_periods_rows AS r
SET plan = p.plan, kind = p.kind, amount = p.amount * coalesce(r.quantity, 1), currency = p.currency,
    billing_period = p.billing_period
FROM billing_prices AS p
WHERE r.amount IS NULL AND r.plan = p.price;
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('metrics');
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');

-- 4. Read it.

-- A price that is not in the list is seen here: "amount is NULL".
SELECT customer_id, item_id, reason FROM metrics.rejected_rows ORDER BY customer_id, item_id;

SELECT period_start AS month, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS more, contraction_mrr AS less,
       churn_mrr AS churn, closing_mrr AS closing
FROM metrics.mrr_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost, round(churn_rate, 3) AS churn_rate
FROM metrics.churn_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, plan, closing_mrr AS closing
FROM metrics.mrr_by_plan_monthly WHERE complete ORDER BY month DESC, closing DESC, plan LIMIT 2;
