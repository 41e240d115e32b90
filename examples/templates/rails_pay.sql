-- For Rails apps with the pay gem on Stripe: what was paid is told by the invoices that pay keeps with its
-- charges, how a subscription stands by pay_subscriptions.
--
--   psql -f rails_pay.sql        in a database with the extension; safe to repeat
--
-- To change: delete the first part, put your prices into the list in the query, say which owner_type your
-- customers are, and put in your currency and time zone. Prices are taken to be without tax and in a currency
-- with cents.
--
-- What pay cannot tell: invoices of 0 and payments that failed, which it does not keep, and what is beyond the
-- tenth line of an invoice. So nobody counts before the first payment, and where a coupon makes a subscription free
-- for a while, its last price goes on. Without the column object (pay before 2025) leave current_subscriptions out:
-- a subscription then ends 7 days after what was last paid for. With a full copy of Stripe in your database use
-- saas_metrics.connect_stripe instead: it needs no price list.

\set ON_ERROR_STOP on

-- 1. Tables and rows to try it on, with those columns of pay's that are read. Delete this: you have them.

CREATE SCHEMA IF NOT EXISTS example;
SET search_path = example;

CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE IF NOT EXISTS pay_customers (
    id           bigint PRIMARY KEY,
    owner_type   varchar,
    owner_id     bigint,
    processor    varchar NOT NULL,
    processor_id varchar,
    UNIQUE (owner_type, owner_id, processor_id)
);
CREATE TABLE IF NOT EXISTS pay_subscriptions (
    id           bigint PRIMARY KEY,
    customer_id  bigint NOT NULL,
    processor_id varchar NOT NULL,
    status       varchar NOT NULL,
    ends_at      timestamp,                  -- in UTC
    object       jsonb,
    created_at   timestamp NOT NULL,
    UNIQUE (customer_id, processor_id)
);
CREATE TABLE IF NOT EXISTS pay_charges (
    id           bigint PRIMARY KEY,
    customer_id  bigint NOT NULL,
    processor_id varchar NOT NULL,
    data         jsonb,
    UNIQUE (customer_id, processor_id)
);
INSERT INTO users VALUES (1, 'Ada'), (2, 'Bo'), (3, 'Cy'), (4, 'Di') ON CONFLICT DO NOTHING;
INSERT INTO pay_customers
SELECT 10 + id, 'User', id, 'stripe', 'cus_' || id FROM users ON CONFLICT DO NOTHING;
INSERT INTO pay_subscriptions VALUES
    (1, 11, 'sub_1', 'active',   NULL,         '{"items": {"data": [{"id": "si_1"}]}}', '2026-02-01'),
    (2, 12, 'sub_2', 'active',   NULL,         '{"items": {"data": [{"id": "si_2"}]}}', '2026-03-10'),
    (3, 13, 'sub_3', 'canceled', '2026-06-05', '{"items": {"data": [{"id": "si_3"}]}, "canceled_at": 1779278400,
        "cancellation_details": {"reason": "cancellation_requested", "feedback": "unused"}}', '2026-04-05'),
    (4, 14, 'sub_4', 'trialing', NULL,         '{"items": {"data": [{"id": "si_4"}]}}', '2026-06-25')
ON CONFLICT DO NOTHING;

-- Lines of invoices as Stripe sends them: of Ada and Cy in the form they had until 2025, of Bo in that since then.
INSERT INTO pay_charges
SELECT id, customer, 'ch_' || id, jsonb_build_object('stripe_invoice', jsonb_build_object(
           'id', 'in_' || id, 'created', extract(epoch FROM issued)::bigint,
           'lines', jsonb_build_object('data', lines::jsonb)))
FROM (VALUES
    (1, 11, timestamptz '2026-02-01Z', '[
        {"amount": 3000, "currency": "usd", "subscription": "sub_1", "subscription_item": "si_1", "proration": false,
         "price": {"id": "price_basic"}, "period": {"start": 1769904000, "end": 1772323200}}]'),
    (2, 11, '2026-03-01Z', '[
        {"amount": -1929, "currency": "usd", "subscription": "sub_1", "subscription_item": "si_1", "proration": true,
         "price": {"id": "price_basic"}, "period": {"start": 1770768000, "end": 1772323200}},
        {"amount": 3857, "currency": "usd", "subscription": "sub_1", "subscription_item": "si_1", "proration": true,
         "price": {"id": "price_pro"}, "period": {"start": 1770768000, "end": 1772323200}},
        {"amount": 6000, "currency": "usd", "subscription": "sub_1", "subscription_item": "si_1", "proration": false,
         "price": {"id": "price_pro"}, "period": {"start": 1772323200, "end": 1775001600}}]'),
    (3, 12, '2026-03-10Z', '[
        {"amount": 48000, "currency": "usd", "discount_amounts": [{"amount": 4800}],
         "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details":
                    {"subscription": "sub_2", "subscription_item": "si_2", "proration": false}},
         "pricing": {"price_details": {"price": "price_year"}}, "period": {"start": 1773100800, "end": 1804636800}}]'),
    (4, 13, '2026-04-05Z', '[
        {"amount": 3000, "currency": "usd", "subscription": "sub_3", "subscription_item": "si_3", "proration": false,
         "price": {"id": "price_basic"}, "period": {"start": 1775347200, "end": 1777939200}}]'),
    (5, 13, '2026-05-05Z', '[
        {"amount": 3000, "currency": "usd", "subscription": "sub_3", "subscription_item": "si_3", "proration": false,
         "price": {"id": "price_basic"}, "period": {"start": 1777939200, "end": 1780617600}}]')
) AS charge (id, customer, issued, lines)
ON CONFLICT DO NOTHING;

-- 2. The ledger. The list in the first query says what each of Stripe's prices is called, and how long it is for.

SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');

SELECT saas_metrics.connect_invoice_lines('metrics', $$
    SELECT c.owner_id AS customer_id, invoice ->> 'id' AS invoice_id, item ->> 'subscription' AS subscription_id,
           item ->> 'subscription_item' AS item_id, p.plan, p.billing_period,
           CASE WHEN item ->> 'subscription' IS NULL THEN 'one_time'
                WHEN item ->> 'proration' = 'false' THEN p.kind
                WHEN amount < 0 THEN 'proration_credit'
                ELSE 'proration_debit' END AS kind,
           (amount - discount) * 0.01 AS amount, discount * 0.01 AS discount, line ->> 'currency' AS currency,
           to_timestamp((line #>> '{period,start}')::bigint) AS service_start,
           to_timestamp((line #>> '{period,end}')::bigint) AS service_end,
           to_timestamp((invoice ->> 'created')::bigint) AS issued_at
    FROM pay_customers AS c
    JOIN pay_charges AS charge ON charge.customer_id = c.id
    CROSS JOIN LATERAL (SELECT charge.data -> 'stripe_invoice') AS i (invoice)
    CROSS JOIN LATERAL jsonb_array_elements(invoice #> '{lines,data}') AS line
    CROSS JOIN LATERAL (
        SELECT (line ->> 'amount')::numeric,
               (SELECT coalesce(sum((d ->> 'amount')::numeric), 0)
                FROM jsonb_array_elements(nullif(line -> 'discount_amounts', 'null')) AS d),
               coalesce(nullif(line #> '{parent,subscription_item_details}', 'null'),
                        nullif(line #> '{parent,invoice_item_details}', 'null'), line)
    ) AS l (amount, discount, item)
    LEFT JOIN (VALUES
        ('price_basic', 'basic', 'recurring', interval '1 month'),
        ('price_pro',   'pro',   'recurring', interval '1 month'),
        ('price_year',  'pro',   'recurring', interval '1 year')
    ) AS p (price, plan, kind, billing_period)
        ON p.price = coalesce(line #>> '{pricing,price_details,price}', line #>> '{price,id}')
    WHERE c.processor = 'stripe' AND c.owner_type = 'User' $$);

-- What they pay is told by invoices alone, so here it is 0: who has paid none yet is on trial or free.
SELECT saas_metrics.bind('metrics', 'current_subscriptions', $$
    SELECT c.owner_id AS customer_id, s.processor_id AS subscription_id, item ->> 'id' AS item_id,
           0 AS amount, interval '1 month' AS billing_period, s.status, s.created_at AT TIME ZONE 'UTC' AS started_at,
           to_timestamp((s.object ->> 'canceled_at')::bigint) AS cancel_requested_at,
           s.ends_at AT TIME ZONE 'UTC' AS access_ends_at,
           CASE s.object #>> '{cancellation_details,reason}'
               WHEN 'cancellation_requested' THEN 'voluntary'
               WHEN 'payment_failed' THEN 'involuntary' END AS churn_kind,
           coalesce(s.object #>> '{cancellation_details,feedback}',
                    s.object #>> '{cancellation_details,reason}') AS churn_reason
    FROM pay_customers AS c
    JOIN pay_subscriptions AS s ON s.customer_id = c.id
    CROSS JOIN LATERAL jsonb_array_elements(s.object #> '{items,data}') AS item
    WHERE c.processor = 'stripe' AND c.owner_type = 'User'
      AND s.status NOT IN ('incomplete', 'incomplete_expired') $$);

SELECT saas_metrics.bind('metrics', 'customers', 'SELECT id AS customer_id, name FROM users');

-- From here on, what pay writes is in the views at once. Its tables know the customer by pay_customers.
SELECT saas_metrics.watch('metrics', 'users', 'id');
SELECT saas_metrics.watch('metrics', 'pay_customers', 'owner_id');
SELECT saas_metrics.watch('metrics', 'pay_subscriptions',
                          'SELECT c.owner_id FROM changed JOIN pay_customers AS c ON c.id = changed.customer_id');
SELECT saas_metrics.watch('metrics', 'pay_charges',
                          'SELECT c.owner_id FROM changed JOIN pay_customers AS c ON c.id = changed.customer_id');

-- Call this every few minutes: it keeps reading fast.
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('metrics');

-- 3. Read it.

-- A price that is not in the list is seen here: "billing_period is NULL".
SELECT customer_id, item_id, starts_at, reason FROM metrics.rejected_rows ORDER BY customer_id, starts_at;

SELECT period_start AS month, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS more, contraction_mrr AS less,
       churn_mrr AS churn, closing_mrr AS closing
FROM metrics.mrr_monthly WHERE complete ORDER BY month;

SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost,
       round(churn_rate, 3) AS churn_rate, voluntary_lost_customers AS voluntary,
       involuntary_lost_customers AS involuntary
FROM metrics.churn_monthly WHERE complete ORDER BY month;

SELECT name, status, since, mrr, plan FROM metrics.customer_status ORDER BY name;
