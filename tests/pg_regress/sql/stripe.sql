-- Stripe's objects, and a ledger over tables of them.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
\pset null '-'
-- 16 of 31 days of five seats at 10.00: 25.81 of 50.00. With a tenth off told, and with it taken off already.
CREATE FUNCTION pg_temp.line(amount numeric, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('id', 'il_1', 'amount', amount, 'quantity', 5, 'proration', true, 'subscription', 'sub_1', 'subscription_item', 'si_1',
    'period', '{"start": 1768521600, "end": 1769904000}'::jsonb, 'price', '{"id": "price_1", "product": "prod_1", "unit_amount": 1000, "recurring": {"interval": "month", "interval_count": 1}}'::jsonb) || more
$$;
SELECT l.kind, l.amount, l.discount, l.whole_amount, l.whole_discount, l.billing_period, l.service_start::date, l.service_end::date
FROM (VALUES (pg_temp.line(2581)), (pg_temp.line(2581, '{"discount_amounts": [{"amount": 258}]}')), (pg_temp.line(2323)), (pg_temp.line(-2581)),
             (pg_temp.line(2581, '{"proration": false}')), (pg_temp.line(5000, '{"proration": false, "period": {"start": 1767225600, "end": 1769904000}}'))) AS v (line),
     saas_metrics.stripe_line(v.line, NULL, 'usd') AS l;
-- In yen there are no hundredths, in dinars there are thousandths.
SELECT c, l.amount FROM unnest('{usd,JPY,kwd,isk}'::text[]) AS c, saas_metrics.stripe_line(pg_temp.line(12345), NULL, c) AS l;
-- What is of no use is NULL, whatever it is.
SELECT n, l.kind, l.amount, l.subscription_id, l.item_id, l.service_start, l.problem
FROM unnest(ARRAY['null', '5', '"text"', '[]', '{}', '[{"amount": 5}]', '{"amount": "5"}', '{"amount": 1e300}', '{"amount": {"a": 1}, "period": [1]}',
                  '{"amount": 7, "subscription": {"id": "sub_2"}, "subscription_item": 5}', '{"period": {"start": 1e18}}', '{"has_more": true}']::jsonb[])
       WITH ORDINALITY AS v (j, n),
     saas_metrics.stripe_line(j, '"price"', 'usd') AS l
ORDER BY n;
SELECT saas_metrics.stripe_line(NULL, NULL, NULL) IS NULL AS no_line, saas_metrics.stripe_item('{}', NULL, NULL) IS NULL AS no_item,
       saas_metrics.stripe_item('[]', '{"status": "incomplete"}', NULL) IS NULL AS never_began;
SELECT j, saas_metrics.stripe_price_to_find(j)
FROM unnest(ARRAY['{"price": "price_1"}', '{"price": {"id": "price_1"}}', '{"price": {"id": "price_1", "type": "one_time"}}', '{"plan": {"id": "gold", "interval": "month"}}',
                  '{"pricing": {"price_details": {"price": "price_2"}}}', '{}']::jsonb[]) AS j;

-- What cannot be connected.
CREATE SCHEMA stripe_app;
SELECT saas_metrics.create_ledger('stripe_metrics');
SELECT saas_metrics.connect_stripe('stripe_metrics', 'nowhere');
SELECT saas_metrics.connect_stripe('stripe_metrics', 'stripe_app');
SELECT saas_metrics.connect_stripe('stripe_metrics', NULL);
SELECT saas_metrics.connect_stripe('stripe_app', 'stripe_app');
CREATE TABLE stripe_app.invoices (_raw_data jsonb);
SELECT saas_metrics.connect_stripe('stripe_metrics', 'stripe_app');
SELECT count(*) AS bound FROM stripe_metrics.bindings;
DROP TABLE stripe_app.invoices;

-- A copy in a schema of whatever name, of which test data can be asked for.
ALTER SCHEMA stripe_app RENAME TO "stripe % ""app""";
SET search_path = "stripe % ""app""", public;
CREATE TABLE customers (_raw_data jsonb, id text PRIMARY KEY, name text, email text, created bigint, metadata jsonb, livemode boolean);
CREATE TABLE prices (_raw_data jsonb, id text PRIMARY KEY);
CREATE TABLE subscriptions (_raw_data jsonb, id text PRIMARY KEY, customer text, status text, ended_at bigint, livemode boolean);
CREATE TABLE invoices (_raw_data jsonb, id text PRIMARY KEY, customer text, status text, currency text, created bigint, attempt_count bigint,
  status_transitions jsonb, discounts jsonb, lines jsonb, livemode boolean);
CREATE INDEX ON subscriptions (customer);
CREATE INDEX ON invoices (customer);
INSERT INTO customers VALUES (NULL, 'cus_1', NULL, 'a@b.example', 1767225600, '{"country": "FR"}', true), (NULL, 'cus_2', 'Test', NULL, 1767225600, NULL, false);
INSERT INTO subscriptions (id, customer, status, livemode, _raw_data)
SELECT 'sub_' || n, 'cus_' || n, 'active', n = 1, format('{"id": "sub_%1$s", "status": "active", "currency": "eur", "created": 1767225600, "items": {"data": [
  {"id": "si_%1$s", "quantity": 3, "price": {"id": "price_late", "unit_amount": 1000, "recurring": {"interval": "month"}}}]}}', n)::jsonb
FROM generate_series(1, 2) AS n;
INSERT INTO invoices (id, customer, status, currency, created, attempt_count, livemode, lines)
SELECT 'in_' || n, 'cus_' || n, 'paid', 'eur', 1767225600, 1, n = 1, format('{"has_more": false, "data": [
  {"id": "il_%1$s", "amount": 2000, "quantity": 2, "period": {"start": 1767225600, "end": 1769904000}, "parent": {"subscription_item_details": {"subscription": "sub_%1$s", "subscription_item": "si_%1$s"}},
   "pricing": {"price_details": {"price": "price_late", "product": "prod_1"}}}]}', n)::jsonb
FROM generate_series(1, 2) AS n;
SET saas_metrics.today = '2026-01-20';
SELECT saas_metrics.drop_ledger('stripe_metrics'), saas_metrics.create_ledger('stripe_metrics', currency => 'EUR');
SELECT saas_metrics.connect_stripe('stripe_metrics', current_schema());
SELECT customers, rows_rejected FROM saas_metrics.refresh('stripe_metrics');
SELECT customer_id, subscription_id, item_id, reason FROM stripe_metrics.rejected_rows;
SELECT customer_id, name, signed_up_at, attributes FROM stripe_metrics.customers;
-- A price that comes later makes the line readable at once; the subscription is at three seats, the invoice at two.
INSERT INTO prices VALUES ('{"id": "price_late", "type": "recurring", "unit_amount": 1000, "recurring": {"interval": "month", "interval_count": 1}}', 'price_late');
SELECT customers_pending, everything_pending FROM stripe_metrics.freshness;
SELECT period_start, closing_mrr FROM stripe_metrics.mrr_monthly;
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('stripe_metrics');
SELECT * FROM saas_metrics.subscription_differences('stripe_metrics');
SELECT severity, finding, rows FROM saas_metrics.check_ledger('stripe_metrics');
UPDATE subscriptions SET _raw_data = jsonb_set(_raw_data, '{items,data,0,quantity}', '2') WHERE id = 'sub_1';
SELECT count(*) AS differences FROM saas_metrics.subscription_differences('stripe_metrics');
-- An invoice of which only the first lines are here, and one of a subscription that is not paid for yet.
UPDATE invoices SET lines = lines || '{"has_more": true}';
INSERT INTO subscriptions (id, customer, status, livemode, _raw_data) VALUES ('sub_3', 'cus_1', 'incomplete', true, '{"id": "sub_3", "status": "incomplete", "items": {"data": [{"id": "si_3"}]}}');
INSERT INTO invoices (id, customer, status, currency, created, attempt_count, livemode, lines)
SELECT 'in_3', 'cus_1', 'open', 'eur', 1767225600, 1, true, replace(lines::text, '_1', '_3')::jsonb FROM invoices WHERE id = 'in_1';
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('stripe_metrics');
SELECT reason, rows FROM stripe_metrics.rejected_rows;
SELECT customer_id, item_id, amount, status FROM stripe_metrics.subscription_periods WHERE problem IS NULL;
SELECT saas_metrics.connect_stripe('stripe_metrics', current_schema(), livemode => false);
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('stripe_metrics');
SELECT customer_id, mrr FROM stripe_metrics.customer_status;
SELECT saas_metrics.drop_ledger('stripe_metrics');
DROP SCHEMA "stripe % ""app""" CASCADE;
