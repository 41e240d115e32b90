-- Stripe's objects ----------------------------------------------------------------

CREATE TYPE saas_metrics.stripe_line AS (
  line_id         text,
  subscription_id text,
  item_id         text,
  product         text,
  plan            text,
  kind            text,
  amount          numeric,
  discount        numeric,
  tax             numeric,
  whole_amount    numeric,
  whole_discount  numeric,
  quantity        numeric,
  billing_period  interval,
  service_start   timestamptz,
  service_end     timestamptz,
  problem         text
);
COMMENT ON TYPE saas_metrics.stripe_line IS
  'What a line of a Stripe invoice says, as the input invoice_lines takes it; saas_metrics.input_columns says what its columns mean. product and plan are ids.';

CREATE FUNCTION saas_metrics.stripe_line(line jsonb, price jsonb, currency text)
  RETURNS saas_metrics.stripe_line
  IMMUTABLE PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', 'stripe_line_wrapper';
COMMENT ON FUNCTION saas_metrics.stripe_line(jsonb, jsonb, text) IS
  'Reads a line of a Stripe invoice, of any version of the API: amounts in major units of the currency, after discounts, without taxes that the price includes. price: the price or plan it names, where the line has no more than its id (stripe_price_to_find); NULL otherwise. Metered prices are usage, one-time prices and lines without a subscription say nothing of periods, a proration, which may tell its discounts or be net of them, tells the price of the whole period where quantity, price and a whole percentage off do. What is missing or of no use is NULL; NULL for NULL.';

CREATE TYPE saas_metrics.stripe_item AS (
  subscription_id     text,
  item_id             text,
  product             text,
  plan                text,
  kind                text,
  quantity            numeric,
  amount              numeric,
  discount            numeric,
  discount_kind       text,
  currency            text,
  billing_period      interval,
  started_at          timestamptz,
  status              text,
  cancel_requested_at timestamptz,
  access_ends_at      timestamptz,
  churn_kind          text,
  churn_reason        text
);
COMMENT ON TYPE saas_metrics.stripe_item IS
  'What an item of a Stripe subscription says, as the input current_subscriptions takes it; saas_metrics.input_columns says what its columns mean. product and plan are ids.';

CREATE FUNCTION saas_metrics.stripe_item(item jsonb, subscription jsonb, price jsonb)
  RETURNS saas_metrics.stripe_item
  IMMUTABLE PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', 'stripe_item_wrapper';
COMMENT ON FUNCTION saas_metrics.stripe_item(jsonb, jsonb, jsonb) IS
  'Reads an item of a Stripe subscription, of any version of the API. price: as for stripe_line. amount is NULL where only an invoice can tell it: tiers, prices that include taxes, coupons that are there by their id only or take an amount off several items. A subscription whose collection is paused is paused. status is Stripe''s own word. NULL for a subscription that never began (incomplete, incomplete_expired), and for NULL.';

CREATE FUNCTION saas_metrics.stripe_price_to_find(line jsonb) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'stripe_price_to_find_wrapper';
COMMENT ON FUNCTION saas_metrics.stripe_price_to_find(jsonb) IS
  'The id of the price or plan that a line of a Stripe invoice or an item of a subscription names without saying what it is, as versions from 2025-03-31 on do; NULL if it says so.';

CREATE FUNCTION saas_metrics._stripe_instant(seconds jsonb) RETURNS timestamptz
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'stripe_instant_wrapper';
COMMENT ON FUNCTION saas_metrics._stripe_instant(jsonb) IS
  'An instant from seconds since 1970; NULL for what is none. Part of connect_stripe.';

CREATE FUNCTION saas_metrics._few_elements(list jsonb) RETURNS SETOF jsonb
  IMMUTABLE STRICT PARALLEL SAFE ROWS 2
  LANGUAGE internal AS 'jsonb_array_elements';
COMMENT ON FUNCTION saas_metrics._few_elements(jsonb) IS
  'The elements of an array, of which plans expect few. Part of connect_stripe.';
