-- Why Cy left is in Stripe's object.
SELECT customer_id, effective_on, churn_kind, churn_reason FROM metrics.movements WHERE kind = 'churn';
-- On July 9 Di's trial ends and the first payment comes in. Nothing is refreshed.
SET saas_metrics.today = '2026-07-10';
UPDATE example.pay_subscriptions SET status = 'active' WHERE id = 4;
INSERT INTO example.pay_charges VALUES
    (6, 14, 'ch_6', '{"stripe_invoice": {"id": "in_6", "created": 1783555200, "lines": {"data": [
        {"amount": 3000, "currency": "usd", "discount_amounts": null,
         "pricing": {"price_details": {"price": "price_basic"}},
         "parent": {"subscription_item_details":
                    {"subscription": "sub_4", "subscription_item": "si_4", "proration": false}},
         "period": {"start": 1783555200, "end": 1786233600}}]}}}');
SELECT opening_mrr, new_mrr, closing_mrr FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
-- Charges without an invoice and what is for no subscription say nothing; a price that is not listed is told.
INSERT INTO example.pay_charges VALUES
    (7, 14, 'ch_7', NULL),
    (8, 14, 'ch_8', '{"stripe_invoice": null}'),
    (9, 14, 'ch_9', '{"stripe_invoice": {"id": "in_9", "created": 1783555200, "lines": {"data": [
        {"amount": 500, "currency": "usd", "proration": false, "price": {"id": "price_mug"},
         "period": {"start": 1783555200, "end": 1783555200}}]}}}'),
    (10, 14, 'ch_10', '{"stripe_invoice": {"id": "in_10", "created": 1783555200, "lines": {"data": [
        {"amount": 900, "currency": "usd", "subscription": "sub_4", "subscription_item": "si_5", "proration": false,
         "price": {"id": "price_seat"}, "period": {"start": 1783555200, "end": 1786233600}}]}}}');
SELECT rows_rejected FROM saas_metrics.refresh('metrics');
SELECT customer_id, item_id, reason FROM metrics.rejected_rows;
-- It is listed, by the same query with one price more.
SET search_path = example;
SET client_min_messages = warning;
SELECT saas_metrics.connect_invoice_lines(
    'metrics', replace(query, '(VALUES', $$(VALUES ('price_seat', 'seat', 'recurring', interval '1 month'),$$))
FROM metrics.bindings WHERE input = 'invoice_lines';
SELECT rows_rejected FROM saas_metrics.refresh('metrics');
SELECT opening_mrr, new_mrr, closing_mrr FROM metrics.mrr_monthly WHERE period_start = '2026-07-01';
SELECT severity, finding FROM saas_metrics.check_ledger('metrics');
