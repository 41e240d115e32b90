-- Inputs ------------------------------------------------------------------------
-- The inputs of a ledger: the contract of each input's columns, as data.

CREATE VIEW saas_metrics.input_columns AS
  SELECT input, place, column_name, column_type, required, default_value, description
  FROM (VALUES
    ('subscription_periods', 1, 'customer_id', NULL, true, NULL, 'The customer: smallint, integer, bigint, uuid, text or varchar, never cast. A text has at most 1,000 bytes.'),
    ('subscription_periods', 2, 'subscription_id', 'text', false, NULL, 'The subscription; at most 1,000 bytes.'),
    ('subscription_periods', 3, 'item_id', 'text', false, NULL, 'The item of the subscription whose stretches follow each other; a row without one is an item of its own; at most 1,000 bytes.'),
    ('subscription_periods', 4, 'product', 'text', false, NULL, 'The product; at most 1,000 bytes.'),
    ('subscription_periods', 5, 'plan', 'text', false, NULL, 'The plan; at most 1,000 bytes.'),
    ('subscription_periods', 6, 'kind', 'text', false, 'recurring', 'recurring, add_on, usage or one_time.'),
    ('subscription_periods', 7, 'quantity', 'numeric', false, NULL, 'The quantity, for information: amount is for the whole of it.'),
    ('subscription_periods', 8, 'amount', 'numeric', true, NULL, 'The price per billing period in major units, for the whole quantity, before discount, without tax.'),
    ('subscription_periods', 9, 'discount', 'numeric', false, '0', 'The discount per billing period.'),
    ('subscription_periods', 10, 'discount_kind', 'text', false, 'permanent', 'permanent, repeating or once.'),
    ('subscription_periods', 11, 'currency', 'text', false, NULL, 'The currency of amount and discount: three letters, or a code that fx_rates has; without one, the ledger''s.'),
    ('subscription_periods', 12, 'billing_period', 'interval', true, NULL, 'The billing period in whole months or years, or in whole days or weeks.'),
    ('subscription_periods', 13, 'starts_at', 'timestamptz', true, NULL, 'When the stretch starts, from 1900 to 2999; also starts_on.'),
    ('subscription_periods', 14, 'ends_at', 'timestamptz', false, NULL, 'When it ends, exclusive; NULL, or from the year 3000 on: it still runs. Also ends_on.'),
    ('subscription_periods', 15, 'status', 'text', false, 'active', 'active, trialing, past_due, unpaid, paused or canceled.'),
    ('subscription_periods', 16, 'cancel_requested_at', 'timestamptz', false, NULL, 'When the customer asked to cancel, from 1900 on; NULL, or from the year 3000 on: never.'),
    ('subscription_periods', 17, 'access_ends_at', 'timestamptz', false, NULL, 'When a cancelled item stops serving the customer, from 1900 on; NULL, or from the year 3000 on: not known.'),
    ('subscription_periods', 18, 'churn_kind', 'text', false, NULL, 'Whose doing a churn at the end is: voluntary, involuntary or unknown.'),
    ('subscription_periods', 19, 'churn_reason', 'text', false, NULL, 'Why; at most 1,000 bytes.'),
    ('subscription_periods', 20, 'renews', 'boolean', false, 'false', 'Whether ends_at is only the end of what is invoiced so far: it counts as an end when renewal_grace has passed.'),
    ('subscription_periods', 21, 'problem', 'text', false, NULL, 'Why the row cannot be read, where the query knows: it goes to rejected_rows.'),
    ('invoice_lines', 1, 'customer_id', NULL, true, NULL, 'The customer.'),
    ('invoice_lines', 2, 'invoice_id', 'text', true, NULL, 'The invoice; at most 1,000 bytes.'),
    ('invoice_lines', 3, 'line_id', 'text', false, NULL, 'The line, for information.'),
    ('invoice_lines', 4, 'subscription_id', 'text', false, NULL, 'The subscription; at most 1,000 bytes.'),
    ('invoice_lines', 5, 'item_id', 'text', false, NULL, 'The item of the subscription, whose lines follow each other; without one, the subscription is one item; at most 1,000 bytes.'),
    ('invoice_lines', 6, 'product', 'text', false, NULL, 'The product; at most 1,000 bytes.'),
    ('invoice_lines', 7, 'plan', 'text', false, NULL, 'The plan; at most 1,000 bytes.'),
    ('invoice_lines', 8, 'kind', 'text', false, 'recurring', 'recurring, usage, one_time, setup, proration_debit, proration_credit, credit or adjustment.'),
    ('invoice_lines', 9, 'amount', 'numeric', true, NULL, 'The amount in major units for the whole quantity, net of discount, without tax.'),
    ('invoice_lines', 10, 'discount', 'numeric', false, '0', 'What was taken off.'),
    ('invoice_lines', 11, 'discount_kind', 'text', false, 'repeating', 'permanent, repeating or once.'),
    ('invoice_lines', 12, 'tax', 'numeric', false, NULL, 'The tax, for information.'),
    ('invoice_lines', 13, 'whole_amount', 'numeric', false, NULL, 'Of a line for a part of a billing period: what the whole costs, net; without it, it is found by the calendar.'),
    ('invoice_lines', 14, 'whole_discount', 'numeric', false, NULL, 'What is taken off the whole; without it, likewise.'),
    ('invoice_lines', 15, 'quantity', 'numeric', false, NULL, 'The quantity, for information.'),
    ('invoice_lines', 16, 'currency', 'text', false, NULL, 'The currency; without one, the ledger''s.'),
    ('invoice_lines', 17, 'billing_period', 'interval', false, NULL, 'The billing period; recurring, usage and proration_debit need it.'),
    ('invoice_lines', 18, 'service_start', 'timestamptz', false, NULL, 'When what is paid for begins, from 1900 to 2999; these and proration_credit need it.'),
    ('invoice_lines', 19, 'service_end', 'timestamptz', false, NULL, 'When it ends, exclusive, by 2999; likewise.'),
    ('invoice_lines', 20, 'issued_at', 'timestamptz', false, NULL, 'When the invoice was issued: of two for the same time the later counts.'),
    ('invoice_lines', 21, 'status', 'text', false, 'paid', 'draft, open, paid, uncollectible or void; draft and void count for nothing.'),
    ('invoice_lines', 22, 'voided_at', 'timestamptz', false, NULL, 'When the invoice was voided, for information.'),
    ('invoice_lines', 23, 'problem', 'text', false, NULL, 'Why the line cannot be read, where the query knows: it goes to rejected_rows.'),
    ('customers', 1, 'customer_id', NULL, true, NULL, 'The customer.'),
    ('customers', 2, 'name', 'text', false, NULL, 'The name.'),
    ('customers', 3, 'signed_up_at', 'timestamptz', false, NULL, 'When the customer signed up; also signed_up_on.'),
    ('customers', 4, 'attributes', 'jsonb', false, '{}', 'Properties to group customers by, as an object: country, channel, segment.'),
    ('customers', 5, 'is_test', 'boolean', false, 'false', 'Whether the customer counts nowhere.'),
    ('fx_rates', 1, 'currency', 'text', true, NULL, 'The currency.'),
    ('fx_rates', 2, 'valid_from', 'date', true, NULL, 'The first day on which the rate is valid, until the next; from 1900 to 2999.'),
    ('fx_rates', 3, 'rate', 'numeric', true, NULL, 'What one unit of the currency is worth in the ledger''s currency.'),
    ('current_subscriptions', 1, 'customer_id', NULL, true, NULL, 'The customer.'),
    ('current_subscriptions', 2, 'subscription_id', 'text', false, NULL, 'The subscription; at most 1,000 bytes.'),
    ('current_subscriptions', 3, 'item_id', 'text', true, NULL, 'The item of the subscription: one row each; at most 1,000 bytes.'),
    ('current_subscriptions', 4, 'product', 'text', false, NULL, 'The product; at most 1,000 bytes.'),
    ('current_subscriptions', 5, 'plan', 'text', false, NULL, 'The plan; at most 1,000 bytes.'),
    ('current_subscriptions', 6, 'kind', 'text', false, 'recurring', 'recurring, add_on, usage or one_time.'),
    ('current_subscriptions', 7, 'quantity', 'numeric', false, NULL, 'The quantity, for information.'),
    ('current_subscriptions', 8, 'amount', 'numeric', true, NULL, 'The price per billing period, as in subscription_periods.'),
    ('current_subscriptions', 9, 'discount', 'numeric', false, '0', 'The discount per billing period.'),
    ('current_subscriptions', 10, 'discount_kind', 'text', false, 'permanent', 'permanent, repeating or once.'),
    ('current_subscriptions', 11, 'currency', 'text', false, NULL, 'The currency; without one, the ledger''s.'),
    ('current_subscriptions', 12, 'billing_period', 'interval', true, NULL, 'The billing period.'),
    ('current_subscriptions', 13, 'status', 'text', false, 'active', 'active, trialing, past_due, unpaid, paused or canceled.'),
    ('current_subscriptions', 14, 'cancel_requested_at', 'timestamptz', false, NULL, 'When the customer asked to cancel, from 1900 on; NULL, or from the year 3000 on: never.'),
    ('current_subscriptions', 15, 'access_ends_at', 'timestamptz', false, NULL, 'When a cancelled item stops serving the customer, from 1900 on; NULL, or from the year 3000 on: not known.'),
    ('current_subscriptions', 16, 'churn_kind', 'text', false, NULL, 'Whose doing a churn is: voluntary, involuntary or unknown.'),
    ('current_subscriptions', 17, 'churn_reason', 'text', false, NULL, 'Why; at most 1,000 bytes.'),
    ('current_subscriptions', 18, 'started_at', 'timestamptz', false, NULL, 'When the item started, from 1900 to 2999, for items that are seen for the first time; also started_on.')
  ) AS contract (input, place, column_name, column_type, required, default_value, description);
GRANT SELECT ON saas_metrics.input_columns TO PUBLIC;

COMMENT ON VIEW saas_metrics.input_columns IS
  'The columns of each input of a ledger: what a query given to bind must and may have.';
COMMENT ON COLUMN saas_metrics.input_columns.input IS 'The input: a view in the ledger''s schema.';
COMMENT ON COLUMN saas_metrics.input_columns.place IS 'The place of the column.';
COMMENT ON COLUMN saas_metrics.input_columns.column_name IS 'The name of the column.';
COMMENT ON COLUMN saas_metrics.input_columns.column_type IS 'Its type; NULL: that of the first customer_id bound.';
COMMENT ON COLUMN saas_metrics.input_columns.required IS 'Whether a query must have it.';
COMMENT ON COLUMN saas_metrics.input_columns.default_value IS 'The value where a query lacks the column or it is NULL.';
COMMENT ON COLUMN saas_metrics.input_columns.description IS 'The meaning.';
