-- Churn and retention --------------------------------------------------------
-- Customers who leave, and what of revenue they take along. Rates are fractions: 0.05 is 5 percent.

CREATE FUNCTION saas_metrics.churn_rate(lost numeric, customers numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'churn_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.churn_rate(numeric, numeric) IS
  'Customer churn rate of a period = lost / customers at its start; a fraction (0.05 = 5 percent). NULL if customers is 0 or an argument is NULL. More lost than customers are an error (22023). Source: the standard form, customers lost in the period over those active at its opening (ChartMogul, Recurly). Over rows use mrr_movements and churn_rate(mrr_period).';

CREATE FUNCTION saas_metrics.retention_rate(lost numeric, customers numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'retention_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.retention_rate(numeric, numeric) IS
  'Customer retention rate of a period = 1 - lost / customers at its start; a fraction. NULL if customers is 0 or an argument is NULL. More lost than customers are an error (22023). Source: complement of churn_rate.';

CREATE FUNCTION saas_metrics.annual_churn_rate(monthly numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'annual_churn_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.annual_churn_rate(numeric) IS
  'Annual churn rate of a steady monthly one = 1 - (1 - monthly)^12; a fraction from 0 to 1, to 20 decimals. NULL if the argument is NULL. Source: compounding; the reverse of monthly_churn_rate.';

CREATE FUNCTION saas_metrics.monthly_churn_rate(annual numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'monthly_churn_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.monthly_churn_rate(numeric) IS
  'Monthly churn rate of a steady annual one = 1 - (1 - annual)^(1/12); a fraction from 0 to 1, to 20 decimals. NULL if the argument is NULL. Source: compounding; the reverse of annual_churn_rate.';

CREATE FUNCTION saas_metrics.customer_lifetime(churn_rate numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'customer_lifetime_wrapper';
COMMENT ON FUNCTION saas_metrics.customer_lifetime(numeric) IS
  'Expected customer lifetime in periods of the rate = 1 / churn_rate: months for a monthly rate. NULL if churn_rate is 0 (nobody leaves, so no lifetime can be told) or NULL. Source: mean of a geometric distribution.';

CREATE FUNCTION saas_metrics.gross_revenue_churn_rate(
    opening_mrr numeric,
    contraction numeric,
    churn numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'gross_revenue_churn_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.gross_revenue_churn_rate(numeric, numeric, numeric) IS
  'Gross revenue churn rate from movement sums = (|contraction| + |churn|) / opening MRR; a fraction. Losses count by magnitude, signed or not. NULL if opening_mrr is 0 or an argument is NULL. Source: ChartMogul gross MRR churn. Differs from gross_revenue_churn_rate(mrr_period): that one follows the customers active at opening only, while sums also hold what customers won within the period lost again, and so can exceed 1.';

CREATE FUNCTION saas_metrics.net_revenue_churn_rate(
    opening_mrr numeric,
    expansion numeric,
    contraction numeric,
    churn numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'net_revenue_churn_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.net_revenue_churn_rate(numeric, numeric, numeric, numeric) IS
  'Net revenue churn rate from movement sums = (|contraction| + |churn| - expansion) / opening MRR; a fraction, negative when expansion outweighs losses. Losses count by magnitude. NULL if opening_mrr is 0 or an argument is NULL. Source: ChartMogul net MRR churn, without reactivation. Differs from net_revenue_churn_rate(mrr_period), which follows the customers active at opening only: a customer who joins at 100 and grows to 150 within the period adds 50 to the sum and nothing there.';

CREATE FUNCTION saas_metrics.nrr(
    opening_mrr numeric,
    expansion numeric,
    contraction numeric,
    churn numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'nrr_wrapper';
COMMENT ON FUNCTION saas_metrics.nrr(numeric, numeric, numeric, numeric) IS
  'Net revenue retention from movement sums = (opening MRR + expansion - |contraction| - |churn|) / opening MRR; a fraction, above 1 when the base grows. Losses count by magnitude. NULL if opening_mrr is 0 or an argument is NULL. Source: the plain form of the field. Differs from nrr(mrr_period), which follows the customers active at opening only: movements of customers won within the period are in the sums and not there.';

CREATE FUNCTION saas_metrics.grr(
    opening_mrr numeric,
    contraction numeric,
    churn numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'grr_wrapper';
COMMENT ON FUNCTION saas_metrics.grr(numeric, numeric, numeric) IS
  'Gross revenue retention from movement sums = (opening MRR - |contraction| - |churn|) / opening MRR; a fraction. Losses count by magnitude. NULL if opening_mrr is 0 or an argument is NULL. Source: SaaS Metrics Standards Board. It can fall below 0. Differs from grr(mrr_period) = sum of min(opening, closing) / sum of opening over the customers active at opening: there a loss made good within the period is none.';
