-- Unit economics -------------------------------------------------------------
-- What a customer costs and brings.

CREATE FUNCTION saas_metrics.cltv(
    average_sale numeric,
    repeat_transactions numeric,
    retention_years numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'cltv_wrapper';
COMMENT ON FUNCTION saas_metrics.cltv(numeric, numeric, numeric) IS
  'Customer lifetime value, transactional = average sale * repeat transactions per year * retention in years, in the currency of average_sale. NULL if an argument is NULL. Untyped parameters need a cast, for an aggregate has this name, too: cltv($1::numeric, $2::numeric, $3::numeric). Source: the transactional form of retail and services.';

CREATE FUNCTION saas_metrics.cltv_from_churn(
    arpa numeric,
    gross_margin numeric,
    churn_rate numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'cltv_from_churn_wrapper';
COMMENT ON FUNCTION saas_metrics.cltv_from_churn(numeric, numeric, numeric) IS
  'Customer lifetime value from churn = ARPA * gross margin / churn rate; ARPA and churn rate of periods of one length, gross margin a fraction up to 1, negative when serving costs more than it earns. NULL if churn_rate is 0 (the value has no bound) or an argument is NULL. Source: ChartMogul, Stripe, Baremetrics, with the margin made explicit (1 for revenue instead of profit).';

CREATE FUNCTION saas_metrics.cac(
    sales_cost numeric,
    marketing_cost numeric,
    new_customers numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'cac_wrapper';
COMMENT ON FUNCTION saas_metrics.cac(numeric, numeric, numeric) IS
  'Customer acquisition cost = (sales cost + marketing cost) / new customers, all of one period. NULL if new_customers is 0 or an argument is NULL. Source: the fully loaded form of the field.';

CREATE FUNCTION saas_metrics.cltv_cac_ratio(cltv numeric, cac numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'cltv_cac_ratio_wrapper';
COMMENT ON FUNCTION saas_metrics.cltv_cac_ratio(numeric, numeric) IS
  'Lifetime value over acquisition cost = CLTV / CAC; 3 and more is held to be healthy. NULL if cac is 0 or an argument is NULL. Source: the standard form.';

CREATE FUNCTION saas_metrics.cac_payback_months(
    cac numeric,
    arpa numeric,
    gross_margin numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'cac_payback_months_wrapper';
COMMENT ON FUNCTION saas_metrics.cac_payback_months(numeric, numeric, numeric) IS
  'Months until a customer has earned back its acquisition cost = CAC / (monthly ARPA * gross margin); gross margin a fraction up to 1. NULL if ARPA * margin is not above 0 (it is never earned back) or an argument is NULL. Source: SaaS Metrics Standards Board, per customer.';

CREATE FUNCTION saas_metrics.magic_number(
    quarter_revenue numeric,
    previous_quarter_revenue numeric,
    previous_quarter_sales_and_marketing numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'magic_number_wrapper';
COMMENT ON FUNCTION saas_metrics.magic_number(numeric, numeric, numeric) IS
  'Sales efficiency = 4 * (revenue of the quarter - revenue of the quarter before) / sales and marketing cost of the quarter before; above 0.75 is held to be efficient. NULL if the cost is 0 or an argument is NULL. Source: Scale Venture Partners'' magic number.';

CREATE FUNCTION saas_metrics.burn_multiple(net_burn numeric, net_new_arr numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'burn_multiple_wrapper';
COMMENT ON FUNCTION saas_metrics.burn_multiple(numeric, numeric) IS
  'Cash burned for each unit of new ARR = net burn / net new ARR of the same period; lower is better, negative when the company earns cash. NULL if net_new_arr is not above 0 or an argument is NULL. Source: David Sacks'' burn multiple.';
