-- Recurring revenue ----------------------------------------------------------
-- Amounts are in one currency, in major units, without tax.

CREATE FUNCTION saas_metrics.monthly_amount(amount numeric, billing_period interval) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'monthly_amount_wrapper';
COMMENT ON FUNCTION saas_metrics.monthly_amount(numeric, interval) IS
  'MRR of a price = amount / months of its billing period: 12 for a year, k for k months; for k weeks (days divisible by 7) the amount * 52 / (12 * k), for k other days * 365 / (12 * k). To 10 decimals, half away from zero. NULL if an argument is NULL. A negative amount, or a billing period that is not positive, mixes months with days or has hours, is an error (22023). Source: the calendar; the factors are those of Polar.';

CREATE FUNCTION saas_metrics.arr(mrr numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'arr_wrapper';
COMMENT ON FUNCTION saas_metrics.arr(numeric) IS
  'Annual recurring revenue = 12 * MRR, in the currency of mrr. NULL if mrr is NULL. There is also arr(mrr_period), so an argument without a type needs a cast: arr(100::numeric). Source: the standard form.';

CREATE FUNCTION saas_metrics.arpa(mrr numeric, customers numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'arpa_wrapper';
COMMENT ON FUNCTION saas_metrics.arpa(numeric, numeric) IS
  'Average revenue per account and month = MRR / active customers, in the currency of mrr. NULL if customers is 0 or an argument is NULL. Source: ChartMogul, Stripe, Baremetrics.';

CREATE FUNCTION saas_metrics.asp(new_mrr numeric, new_customers numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'asp_wrapper';
COMMENT ON FUNCTION saas_metrics.asp(numeric, numeric) IS
  'Average sale price = MRR of new customers / new customers: the average first sale. NULL if new_customers is 0 or an argument is NULL. Source: ChartMogul.';

CREATE FUNCTION saas_metrics.aov(revenue numeric, orders numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'aov_wrapper';
COMMENT ON FUNCTION saas_metrics.aov(numeric, numeric) IS
  'Average order value = revenue / orders; revenue may be negative when refunds outweigh sales. NULL if orders is 0 or an argument is NULL. Source: the standard form of commerce.';
