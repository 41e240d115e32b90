INSERT INTO stripe.customers
SELECT r.* FROM stripe_customer, jsonb_populate_record(NULL::stripe.customers, object || '{"updated_at": "now", "deleted": false}') AS r;
INSERT INTO stripe.prices
SELECT r.* FROM stripe_price, jsonb_populate_record(NULL::stripe.prices, object || '{"updated_at": "now"}') AS r;
INSERT INTO stripe.subscriptions
SELECT r.* FROM stripe_subscription, jsonb_populate_record(NULL::stripe.subscriptions, object || '{"updated_at": "now"}') AS r;
INSERT INTO stripe.invoices
SELECT r.* FROM stripe_invoice, jsonb_populate_record(NULL::stripe.invoices, object || '{"updated_at": "now"}') AS r;
