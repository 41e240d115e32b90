-- Growth ---------------------------------------------------------------------
-- How fast a company grows, and where growth ends.

CREATE FUNCTION saas_metrics.growth_rate(previous numeric, current numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'growth_rate_wrapper';
COMMENT ON FUNCTION saas_metrics.growth_rate(numeric, numeric) IS
  'Growth from one period to the next = (current - previous) / previous; a fraction, negative when shrinking. NULL if previous is 0 or an argument is NULL. Source: the standard form.';

CREATE FUNCTION saas_metrics.cmgr(first numeric, last numeric, periods numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'cmgr_wrapper';
COMMENT ON FUNCTION saas_metrics.cmgr(numeric, numeric, numeric) IS
  'Compound growth rate per period = (last / first)^(1 / periods) - 1, to 20 decimals; monthly (CMGR) for months. periods counts the steps from first to last: 11 from January to December. NULL if first or periods is 0 or an argument is NULL. Source: compounding.';

CREATE FUNCTION saas_metrics.quick_ratio(
    new numeric,
    expansion numeric,
    contraction numeric,
    churn numeric,
    reactivation numeric DEFAULT 0
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'quick_ratio_wrapper';
COMMENT ON FUNCTION saas_metrics.quick_ratio(numeric, numeric, numeric, numeric, numeric) IS
  'SaaS quick ratio = (new + reactivation + expansion) / (|contraction| + |churn|): MRR gained for each unit lost; 4 is held to be good. Losses count by magnitude, signed or not. NULL without losses or if an argument is NULL. Source: Mamoon Hamid''s quick ratio; vendors leave reactivation out, so it defaults to 0.';

CREATE FUNCTION saas_metrics.rule_of_40(growth_rate numeric, profit_margin numeric) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'rule_of_40_wrapper';
COMMENT ON FUNCTION saas_metrics.rule_of_40(numeric, numeric) IS
  'Rule of 40 score = growth rate + profit margin, both fractions, over one year: 0.4 and more meets the rule of 40. Either may be negative. NULL if an argument is NULL. Source: Brad Feld''s rule of 40.';

CREATE FUNCTION saas_metrics.growth_ceiling(
    new_customers numeric,
    churn_rate numeric
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'growth_ceiling_wrapper';
COMMENT ON FUNCTION saas_metrics.growth_ceiling(numeric, numeric) IS
  'The number of customers at which losses equal gains = new customers per period / churn rate of that period; growth stops there. NULL if churn_rate is 0 (there is no ceiling) or an argument is NULL. Source: fixed point of projected_customers.';

CREATE FUNCTION saas_metrics.projected_customers(
    customers numeric,
    new_customers numeric,
    churn_rate numeric,
    periods integer
  ) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'projected_customers_wrapper';
COMMENT ON FUNCTION saas_metrics.projected_customers(numeric, numeric, numeric, integer) IS
  'Customers after so many periods when each loses churn_rate of its opening customers and wins new_customers: customers(t+1) = customers(t) * (1 - churn_rate) + new_customers. churn_rate is a fraction from 0 to 1. To 20 decimals, not rounded to whole customers. NULL if an argument is NULL. Source: the recurrence, in closed form.';
