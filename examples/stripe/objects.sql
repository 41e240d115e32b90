-- The demo company's billing as Stripe's objects: one table for each kind, with the object as the API gives it.
-- Invoices from before 2025-04-01 are as its versions of then had them, later ones as those from 2025-03-31 on.

CREATE FUNCTION pg_temp.seconds(at timestamptz) RETURNS bigint IMMUTABLE
    RETURN extract(epoch FROM at)::bigint;
CREATE FUNCTION pg_temp.minor(amount numeric) RETURNS bigint IMMUTABLE
    RETURN (amount * 100)::bigint;

-- Our own accounts are test data, which is not live.
CREATE TEMP TABLE stripe_customer ON COMMIT DROP AS
SELECT 'cus_' || customer_id AS id, NOT is_test AS livemode,
       jsonb_build_object(
           'id', 'cus_' || customer_id, 'object', 'customer', 'name', name, 'email', 'billing@' || customer_id || '.example',
           'created', pg_temp.seconds(signed_up_at), 'livemode', NOT is_test,
           'metadata', jsonb_build_object('country', country, 'industry', industry, 'size', size, 'source', source)) AS object
FROM company.customers;

CREATE TEMP TABLE stripe_price ON COMMIT DROP AS
SELECT 'price_' || plan AS id, plan,
       jsonb_build_object(
           'id', 'price_' || plan, 'object', 'price', 'active', true, 'type', 'recurring', 'livemode', true, 'created', 1672531200,
           'currency', lower(currency), 'product', 'prod_' || lower(replace(product, ' ', '_')), 'nickname', plan,
           'billing_scheme', 'per_unit', 'unit_amount', pg_temp.minor(price), 'unit_amount_decimal', pg_temp.minor(price)::text,
           'transform_quantity', NULL,
           'recurring', jsonb_build_object('interval', CASE billing_period WHEN '1 year' THEN 'year' ELSE 'month' END,
                                           'interval_count', 1, 'usage_type', 'licensed')) AS object
FROM company.plans;

-- A trial is invoiced too, at nothing.
CREATE TEMP TABLE stripe_invoice_line ON COMMIT DROP AS
WITH line AS (
    SELECT l.invoice_id::text AS invoice_id, i.customer_id, i.subscription_id, l.line_no, l.item_id, l.plan,
           l.kind <> 'term' AS proration, l.quantity, l.amount,
           CASE WHEN l.kind = 'term' THEN l.quantity * p.price - l.amount ELSE 0 END AS discount,
           i.issued_at, i.currency, l.service_starts_at, l.service_ends_at
    FROM company.invoice_lines AS l
    JOIN company.invoices AS i USING (invoice_id)
    JOIN company.plans AS p USING (plan)
    UNION ALL
    SELECT 'trial_' || s.subscription_id, s.customer_id, s.subscription_id, 1, s.item_id, s.plan, false, s.quantity, 0, 0,
           s.starts_at, s.currency, s.starts_at, s.starts_at + interval '14 days'
    FROM company.subscription_periods AS s
    WHERE s.status = 'trialing'
)
SELECT l.*,
       CASE WHEN l.issued_at < '2025-04-01' THEN
           jsonb_build_object(
               'id', 'il_' || l.invoice_id || '_' || l.line_no, 'object', 'line_item',
               'type', CASE WHEN l.proration THEN 'invoiceitem' ELSE 'subscription' END,
               'amount', pg_temp.minor(l.amount + l.discount), 'currency', lower(l.currency), 'quantity', l.quantity,
               'proration', l.proration, 'subscription', 'sub_' || l.subscription_id, 'subscription_item', 'si_' || l.item_id,
               'discount_amounts', discounts.amounts, 'tax_amounts', '[]'::jsonb, 'price', p.object, 'plan', NULL,
               'period', jsonb_build_object('start', pg_temp.seconds(l.service_starts_at), 'end', pg_temp.seconds(l.service_ends_at)))
       ELSE
           jsonb_build_object(
               'id', 'il_' || l.invoice_id || '_' || l.line_no, 'object', 'line_item',
               'amount', pg_temp.minor(l.amount + l.discount), 'currency', lower(l.currency), 'quantity', l.quantity,
               'discount_amounts', discounts.amounts, 'taxes', '[]'::jsonb,
               'parent', jsonb_build_object('type', 'subscription_item_details', 'invoice_item_details', NULL,
                   'subscription_item_details', jsonb_build_object(
                       'proration', l.proration, 'subscription', 'sub_' || l.subscription_id, 'subscription_item', 'si_' || l.item_id)),
               'pricing', jsonb_build_object('type', 'price_details', 'unit_amount_decimal', p.object ->> 'unit_amount_decimal',
                   'price_details', jsonb_build_object('price', p.id, 'product', p.object ->> 'product')),
               'period', jsonb_build_object('start', pg_temp.seconds(l.service_starts_at), 'end', pg_temp.seconds(l.service_ends_at)))
       END AS object
FROM line AS l
JOIN stripe_price AS p USING (plan)
CROSS JOIN LATERAL (
    SELECT CASE WHEN l.discount = 0 THEN '[]'::jsonb ELSE jsonb_build_array(
        jsonb_build_object('amount', pg_temp.minor(l.discount), 'discount', 'di_' || l.subscription_id)) END AS amounts) AS discounts;

CREATE TEMP TABLE stripe_discount ON COMMIT DROP AS
SELECT subscription_id, discount_kind, starts_at, ends_at FROM company.subscription_periods WHERE discount > 0;
CREATE INDEX ON stripe_discount (subscription_id);
ANALYZE stripe_discount;

-- What an invoice is discounted by is there as a whole, as if it had been asked for.
CREATE TEMP TABLE stripe_invoice ON COMMIT DROP AS
SELECT 'in_' || i.invoice_id AS id, 'cus_' || i.customer_id AS customer, c.livemode,
       jsonb_build_object(
           'id', 'in_' || i.invoice_id, 'object', 'invoice', 'customer', 'cus_' || i.customer_id, 'livemode', c.livemode,
           'created', pg_temp.seconds(i.issued_at), 'currency', lower(i.currency), 'status', i.status,
           'attempt_count', i.attempts, 'billing_reason', 'subscription_cycle',
           'subtotal', pg_temp.minor(i.subtotal), 'total', pg_temp.minor(i.total), 'tax', NULL,
           'discount', CASE WHEN i.issued_at < '2025-04-01' THEN coupon.discount END,
           'discounts', CASE WHEN i.issued_at >= '2025-04-01' AND coupon.discount IS NOT NULL THEN jsonb_build_array(coupon.discount) ELSE '[]' END,
           'status_transitions', jsonb_build_object('finalized_at', pg_temp.seconds(i.issued_at), 'paid_at', pg_temp.seconds(i.paid_at),
                                                    'voided_at', NULL, 'marked_uncollectible_at', NULL),
           'lines', jsonb_build_object('object', 'list', 'has_more', false, 'data', i.lines)) AS object
FROM (
    SELECT l.*, coalesce(i.status, 'paid') AS status, i.paid_at, coalesce(p.attempts, 0) AS attempts,
           (SELECT min(s.discount_kind) FROM stripe_discount AS s
            WHERE s.subscription_id = l.subscription_id AND s.starts_at <= l.issued_at
              AND (s.ends_at IS NULL OR s.ends_at > l.issued_at)) AS discount_kind
    FROM (
        SELECT invoice_id, customer_id, subscription_id, min(issued_at) AS issued_at, min(currency) AS currency,
               sum(amount + discount) AS subtotal, sum(amount) AS total, jsonb_agg(object ORDER BY line_no) AS lines
        FROM stripe_invoice_line
        GROUP BY invoice_id, customer_id, subscription_id
    ) AS l
    LEFT JOIN company.invoices AS i ON i.invoice_id::text = l.invoice_id
    LEFT JOIN (SELECT invoice_id::text, count(*) AS attempts FROM company.payments GROUP BY 1) AS p ON p.invoice_id = l.invoice_id
) AS i
JOIN stripe_customer AS c ON c.id = 'cus_' || i.customer_id
CROSS JOIN LATERAL (SELECT CASE WHEN i.discount_kind IS NOT NULL THEN
    jsonb_build_object('id', 'di_' || i.subscription_id, 'object', 'discount', 'coupon', jsonb_build_object(
        'duration', CASE i.discount_kind WHEN 'permanent' THEN 'forever' ELSE i.discount_kind END)) END AS discount) AS coupon;

-- A subscription as it stands at the end of the history, with the items that it has or had at its end. It ends with
-- the paid term, whenever it was cancelled.
CREATE TEMP TABLE stripe_subscription ON COMMIT DROP AS
WITH standing AS (
    SELECT s.*, max(s.starts_at) OVER subscription AS last_starts_at, min(s.starts_at) OVER subscription AS first_starts_at,
           row_number() OVER (PARTITION BY s.item_id ORDER BY s.starts_at DESC) AS back,
           min(s.starts_at) OVER (PARTITION BY s.item_id) AS item_starts_at
    FROM company.subscription_periods AS s
    WINDOW subscription AS (PARTITION BY s.subscription_id)
), ending AS (
    -- An item without an end, or with the end of all of them, is there until the last.
    SELECT s.*, p.ends_on::timestamp AT TIME ZONE 'UTC' AS now,
           CASE WHEN bool_or(s.ends_at IS NULL) OVER w THEN NULL ELSE max(coalesce(s.access_ends_at, s.ends_at)) OVER w END AS subscription_ends_at
    FROM standing AS s
    CROSS JOIN company.parameters AS p
    WHERE s.back = 1
    WINDOW w AS (PARTITION BY s.subscription_id)
)
SELECT 'sub_' || e.subscription_id AS id, 'cus_' || e.customer_id AS customer, c.livemode,
       jsonb_build_object(
           'id', 'sub_' || e.subscription_id, 'object', 'subscription', 'customer', 'cus_' || e.customer_id, 'livemode', c.livemode,
           'currency', lower(min(e.currency)), 'created', pg_temp.seconds(min(e.first_starts_at)),
           'start_date', pg_temp.seconds(min(e.first_starts_at)),
           'status', CASE WHEN e.subscription_ends_at <= e.now THEN 'canceled'
                          WHEN min(e.status) = 'paused' THEN 'active' ELSE min(e.status) END,
           'pause_collection', CASE WHEN min(e.status) = 'paused' THEN '{"behavior": "void"}'::jsonb END,
           'canceled_at', pg_temp.seconds(coalesce(min(e.cancel_requested_at), CASE WHEN e.subscription_ends_at <= e.now THEN e.subscription_ends_at END)),
           'ended_at', CASE WHEN e.subscription_ends_at <= e.now THEN pg_temp.seconds(e.subscription_ends_at) END,
           'cancel_at', CASE WHEN e.subscription_ends_at > e.now AND min(e.status) <> 'trialing' THEN pg_temp.seconds(e.subscription_ends_at) END,
           'cancel_at_period_end', false,
           'cancellation_details', jsonb_build_object(
               'reason', CASE min(e.churn_kind) WHEN 'voluntary' THEN 'cancellation_requested' WHEN 'involuntary' THEN 'payment_failed' END,
               'feedback', CASE min(e.churn_kind) WHEN 'voluntary' THEN min(e.churn_reason) END),
           'discount', NULL, 'discounts', '[]'::jsonb,
           'items', jsonb_build_object('object', 'list', 'has_more', false, 'data', jsonb_agg(jsonb_build_object(
               'id', 'si_' || e.item_id, 'object', 'subscription_item', 'quantity', e.quantity,
               'created', pg_temp.seconds(e.item_starts_at), 'price', p.object,
               'discounts', CASE WHEN e.discount > 0 THEN jsonb_build_array(jsonb_build_object('object', 'discount', 'coupon', jsonb_build_object(
                   'percent_off', round(100 * e.discount / e.amount), 'duration', CASE e.discount_kind WHEN 'permanent' THEN 'forever' ELSE e.discount_kind END)))
                   ELSE '[]' END) ORDER BY e.item_id))) AS object
FROM ending AS e
JOIN stripe_price AS p USING (plan)
JOIN stripe_customer AS c ON c.id = 'cus_' || e.customer_id
WHERE coalesce(e.access_ends_at, e.ends_at) IS NOT DISTINCT FROM e.subscription_ends_at OR e.ends_at > e.now
GROUP BY e.subscription_id, e.customer_id, c.livemode, e.subscription_ends_at, e.now;
