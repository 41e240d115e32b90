-- How sure the rates of cells are ---------------------------------------------

CREATE FUNCTION saas_metrics.rate_interval(period saas_metrics.mrr_period, confidence numeric DEFAULT 0.95) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((period).lost_customers, (period).opening_customers, confidence);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.mrr_period, numeric) IS
  'Interval of the customer churn rate of a period = rate_interval(lost_customers, opening_customers, confidence): bounds of the rate behind it. NULL where opening_customers is 0 or if an argument is NULL.';

CREATE FUNCTION saas_metrics.rate_interval(cell saas_metrics.retention_cell, confidence numeric DEFAULT 0.95) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((cell).retained, (cell).customers, confidence);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.retention_cell, numeric) IS
  'Interval of the customer retention of a cohort = rate_interval(retained, customers, confidence): bounds of the rate behind it. NULL where customers is 0 or if an argument is NULL.';

CREATE FUNCTION saas_metrics.rate_interval(cell saas_metrics.activity_cell, confidence numeric DEFAULT 0.95) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((cell).retained, (cell).customers, confidence);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.activity_cell, numeric) IS
  'Interval of the retention of a cohort = rate_interval(retained, customers, confidence): bounds of the rate behind it. NULL where customers is 0 or if an argument is NULL.';

CREATE FUNCTION saas_metrics.rate_interval(cell saas_metrics.churn_age, confidence numeric DEFAULT 0.95) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((cell).churned, (cell).at_risk, confidence);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.churn_age, numeric) IS
  'Interval of the hazard at an age = rate_interval(churned, at_risk, confidence): bounds of the rate behind it. NULL where at_risk is 0 or if an argument is NULL.';
