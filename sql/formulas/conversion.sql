-- Conversion and other shares ------------------------------------------------
-- Part over whole, as a fraction. Both must be counted over the same subjects and time.

CREATE FUNCTION saas_metrics.conversion_rate(conversions numeric, leads numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_rate(numeric, numeric) IS
  'Conversion rate = conversions / leads; a fraction. NULL if leads is 0 or an argument is NULL. Count the conversions of those leads: conversions of other leads can make it exceed 1. Source: the standard form.';

CREATE FUNCTION saas_metrics.activation_rate(activated numeric, signed_up numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'activation_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.activation_rate(numeric, numeric) IS
  'Activation rate = users who reached first value / users who signed up; a fraction. NULL if signed_up is 0 or an argument is NULL. More activated than signed_up are an error (22023). Source: the standard form.';

CREATE FUNCTION saas_metrics.reactivation_rate(reactivated numeric, dormant numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'reactivation_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.reactivation_rate(numeric, numeric) IS
  'Reactivation rate = customers who came back / dormant customers at the start; a fraction. NULL if dormant is 0 or an argument is NULL. Source: the standard form.';

CREATE FUNCTION saas_metrics.recovery_rate(recovered numeric, failed numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'recovery_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.recovery_rate(numeric, numeric) IS
  'Recovery rate = failed payments recovered / payments failed; a fraction. Attribute a recovery to the period that the payment failed in. NULL if failed is 0 or an argument is NULL. More recovered than failed are an error (22023). Source: Recurly dunning effectiveness.';

CREATE FUNCTION saas_metrics.payment_failure_rate(failed numeric, attempts numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'payment_failure_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.payment_failure_rate(numeric, numeric) IS
  'Payment failure rate = failed / attempted payments; a fraction. NULL if attempts is 0 or an argument is NULL. More failed than attempts are an error (22023). Source: the standard form.';

CREATE FUNCTION saas_metrics.attach_rate(with_add_on numeric, customers numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'attach_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.attach_rate(numeric, numeric) IS
  'Attach rate = customers with the add-on / customers; a fraction. NULL if customers is 0 or an argument is NULL. More with_add_on than customers are an error (22023). Source: the standard form.';

CREATE FUNCTION saas_metrics.stickiness(dau numeric, mau numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'stickiness_wrapper';
COMMENT ON FUNCTION saas_metrics.stickiness(numeric, numeric) IS
  'Stickiness = daily / monthly active users; a fraction. NULL if mau is 0 or an argument is NULL. More dau than mau are an error (22023). Source: Google Analytics user stickiness.';

CREATE TYPE saas_metrics.rate_bounds AS (low numeric, high numeric);
COMMENT ON TYPE saas_metrics.rate_bounds IS
  'The bounds of a confidence interval of a rate, both fractions from 0 to 1.';
COMMENT ON COLUMN saas_metrics.rate_bounds.low IS 'Lower bound.';
COMMENT ON COLUMN saas_metrics.rate_bounds.high IS 'Upper bound.';

CREATE FUNCTION saas_metrics.rate_interval(
    hits numeric,
    trials numeric,
    confidence numeric DEFAULT 0.95
  ) RETURNS saas_metrics.rate_bounds
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'rate_interval_wrapper';
COMMENT ON FUNCTION saas_metrics.rate_interval(numeric, numeric, numeric) IS
  'Confidence interval of a rate of so many hits in so many trials: the Wilson score interval = (2h + z^2 -/+ z * sqrt(z^2 + 4h(n - h) / n)) / (2 * (n + z^2)) for h hits in n trials, to 12 decimals, which stays within 0 and 1 and holds for small counts and rates near them. confidence lies above 0 and below 1. NULL if trials is 0 or an argument is NULL. More hits than trials are an error (22023). Example: SELECT * FROM saas_metrics.rate_interval(40, 800) gives 0.0369 to 0.0674. Source: E. B. Wilson, 1927.';
