CREATE FUNCTION pg_temp.at(object jsonb, key text) RETURNS timestamptz IMMUTABLE
    RETURN to_timestamp((object ->> key)::bigint);

INSERT INTO stripe.customer (id, name, email, created, livemode, metadata)
SELECT id, object ->> 'name', object ->> 'email', pg_temp.at(object, 'created'), livemode, object -> 'metadata' FROM stripe_customer;
INSERT INTO stripe.price (id, active, billing_scheme, currency, livemode, nickname, product_id, recurring_interval, recurring_interval_count,
                          recurring_usage_type, type, unit_amount, unit_amount_decimal)
SELECT id, true, 'per_unit', object ->> 'currency', true, object ->> 'nickname', object ->> 'product', object #>> '{recurring,interval}', 1,
       'licensed', 'recurring', (object ->> 'unit_amount')::integer, object ->> 'unit_amount_decimal'
FROM stripe_price;
-- The row before the current one is history.
INSERT INTO stripe.subscription_history (id, _fivetran_start, _fivetran_active, customer_id, status, livemode, created, start_date, canceled_at,
                                         ended_at, cancel_at, cancel_at_period_end, pause_collection_behavior)
SELECT id, CASE WHEN active THEN timestamptz '2026-06-01' ELSE '2026-01-01' END, active, customer, CASE WHEN active THEN object ->> 'status' ELSE 'trialing' END,
       livemode, pg_temp.at(object, 'created'), pg_temp.at(object, 'start_date'), pg_temp.at(object, 'canceled_at'),
       pg_temp.at(object, 'ended_at'), pg_temp.at(object, 'cancel_at'), false, object #>> '{pause_collection,behavior}'
FROM stripe_subscription, unnest('{true,false}'::boolean[]) AS active;
INSERT INTO stripe.subscription_item (id, created, plan_id, quantity, subscription_id)
SELECT item ->> 'id', pg_temp.at(item, 'created'), item #>> '{price,id}', (item ->> 'quantity')::integer, s.id
FROM stripe_subscription AS s, jsonb_array_elements(object #> '{items,data}') AS item;
INSERT INTO stripe.invoice (id, customer_id, status, currency, created, attempt_count, livemode, subtotal, total, tax,
                            status_transitions_finalized_at, status_transitions_paid_at)
SELECT id, customer, object ->> 'status', object ->> 'currency', pg_temp.at(object, 'created'), (object ->> 'attempt_count')::integer, livemode,
       (object ->> 'subtotal')::bigint, (object ->> 'total')::bigint, (object ->> 'tax')::bigint,
       pg_temp.at(object -> 'status_transitions', 'finalized_at'), pg_temp.at(object -> 'status_transitions', 'paid_at')
FROM stripe_invoice;
INSERT INTO stripe.invoice_line_item (id, invoice_id, amount, currency, quantity, proration, subscription_id, subscription_item_id, type, plan_id,
                                      price_id, period_start, period_end, livemode)
SELECT object ->> 'id', 'in_' || invoice_id, (object ->> 'amount')::bigint, object ->> 'currency', quantity, proration, 'sub_' || subscription_id,
       'si_' || item_id, CASE WHEN proration THEN 'invoiceitem' ELSE 'subscription' END, 'price_' || plan, 'price_' || plan,
       service_starts_at, service_ends_at, true
FROM stripe_invoice_line;
CREATE INDEX ON stripe.invoice (customer_id);
CREATE INDEX ON stripe.invoice_line_item (invoice_id);
CREATE INDEX ON stripe.subscription_history (customer_id);
CREATE INDEX ON stripe.subscription_item (subscription_id);
