-- Invoices as Stripe's Sync Engine keeps them: one for each customer and month, of 1.8 lines on average, each a
-- price whose quantity goes up now and then. Half are as the API had them before 2025-03-31, half as later.
-- A line takes about as much room as a real one: what is not read is there too.
DROP SCHEMA IF EXISTS stripe CASCADE;
CREATE SCHEMA stripe;
CREATE TABLE stripe.customers (id text PRIMARY KEY, name text, email text, created integer, metadata jsonb, livemode boolean);
CREATE TABLE stripe.prices (id text PRIMARY KEY, product text, currency text, type text, unit_amount integer, unit_amount_decimal text,
                            billing_scheme text, recurring jsonb, transform_quantity jsonb);
CREATE TABLE stripe.subscriptions (id text PRIMARY KEY, customer text, status text, currency text, created integer, start_date integer,
                                   ended_at integer, items jsonb, livemode boolean);
CREATE TABLE stripe.invoices (id text PRIMARY KEY, customer text, status text, currency text, created integer, attempt_count integer,
                              status_transitions jsonb, discount jsonb, discounts jsonb, lines jsonb, livemode boolean);

INSERT INTO stripe.prices
SELECT 'price_' || n, 'prod_' || n, 'usd', 'recurring', 500 * n, (500 * n)::text, 'per_unit',
       '{"interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": null, "trial_period_days": null}', NULL
FROM generate_series(1, 40) AS n;

INSERT INTO stripe.customers
SELECT 'cus_' || n, 'Customer ' || n, 'billing@' || n || '.example', 1704067200, '{"country": "US"}', true
FROM generate_series(1, :invoices / 24) AS n;

INSERT INTO stripe.subscriptions
SELECT 'sub_' || c, 'cus_' || c, 'active', 'usd', 1704067200, 1704067200, NULL,
       jsonb_build_object('object', 'list', 'has_more', false, 'data', jsonb_agg(jsonb_build_object(
         'id', 'si_' || c || '_' || item, 'quantity', 1 + (c + 23) % 7, 'created', 1704067200,
         'price', to_jsonb(p)))), true
FROM generate_series(1, :invoices / 24) AS c
CROSS JOIN LATERAL generate_series(1, (ARRAY[1, 1, 1, 2, 4])[1 + c % 5]) AS item
JOIN stripe.prices AS p ON p.id = 'price_' || (1 + (c + item) % 40)
GROUP BY c;

INSERT INTO stripe.invoices
SELECT 'in_' || c || '_' || m, 'cus_' || c, 'paid', 'usd', extract(epoch FROM starts)::integer, 1,
       jsonb_build_object('finalized_at', extract(epoch FROM starts)::integer, 'paid_at', extract(epoch FROM starts)::integer + 60),
       NULL, '[]', jsonb_build_object('object', 'list', 'has_more', false, 'total_count', count(*), 'url', '/v1/invoices/in_' || c || '_' || m || '/lines',
         'data', jsonb_agg(jsonb_build_object(
           'id', 'il_' || c || '_' || m || '_' || item, 'object', 'line_item', 'amount', p.unit_amount * quantity, 'currency', 'usd',
           'quantity', quantity, 'description', quantity || ' × Product ' || p.product || ' (at $' || p.unit_amount / 100 || '.00 / month)',
           'discountable', true, 'discount_amounts', '[]'::jsonb, 'discounts', '[]'::jsonb, 'livemode', true,
           'invoice', 'in_' || c || '_' || m, 'metadata', jsonb_build_object('tenant', md5(c::text), 'source', 'checkout'),
           'period', jsonb_build_object('start', extract(epoch FROM starts)::integer, 'end', extract(epoch FROM ends)::integer),
           'pretax_credit_amounts', '[]'::jsonb) ||
         CASE WHEN m < 12 THEN jsonb_build_object(
           'type', 'subscription', 'proration', false, 'proration_details', '{"credited_items": null}'::jsonb, 'tax_amounts', '[]'::jsonb,
           'tax_rates', '[]'::jsonb, 'unit_amount_excluding_tax', p.unit_amount::text, 'amount_excluding_tax', p.unit_amount * quantity,
           'subscription', 'sub_' || c, 'subscription_item', 'si_' || c || '_' || item,
           'plan', jsonb_build_object('id', p.id, 'object', 'plan', 'active', true, 'amount', p.unit_amount, 'interval', 'month', 'interval_count', 1,
             'usage_type', 'licensed', 'billing_scheme', 'per_unit', 'product', p.product, 'nickname', NULL, 'currency', 'usd', 'created', 1704067200),
           'price', to_jsonb(p) || '{"object": "price", "active": true, "livemode": true, "lookup_key": null, "nickname": null, "custom_unit_amount": null, "tax_behavior": "exclusive", "tiers_mode": null, "metadata": {}}')
         ELSE jsonb_build_object(
           'parent', jsonb_build_object('type', 'subscription_item_details', 'invoice_item_details', NULL, 'subscription_item_details', jsonb_build_object(
             'subscription', 'sub_' || c, 'subscription_item', 'si_' || c || '_' || item, 'invoice_item', NULL, 'proration', false,
             'proration_details', '{"credited_items": null}'::jsonb)),
           'pricing', jsonb_build_object('type', 'price_details', 'unit_amount_decimal', p.unit_amount::text,
             'price_details', jsonb_build_object('price', p.id, 'product', p.product)),
           'taxes', jsonb_build_array(jsonb_build_object('amount', 0, 'tax_behavior', 'exclusive', 'taxability_reason', 'not_collecting', 'taxable_amount', 0,
             'type', 'tax_rate_details', 'tax_rate_details', jsonb_build_object('tax_rate', 'txr_' || md5(p.id))))) END)), true
FROM generate_series(1, :invoices / 24) AS c
CROSS JOIN generate_series(0, 23) AS m
CROSS JOIN LATERAL (SELECT timestamptz '2024-01-01 00:00+00' + m * interval '1 month' AS starts, timestamptz '2024-01-01 00:00+00' + (m + 1) * interval '1 month' AS ends,
                           1 + (c + m) % 7 AS quantity) AS t
CROSS JOIN LATERAL generate_series(1, (ARRAY[1, 1, 1, 2, 4])[1 + c % 5]) AS item
JOIN stripe.prices AS p ON p.id = 'price_' || (1 + (c + item) % 40)
GROUP BY c, m, starts;

CREATE INDEX ON stripe.subscriptions (customer);
CREATE INDEX ON stripe.invoices (customer);
