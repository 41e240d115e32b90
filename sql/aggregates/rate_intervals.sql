-- How sure the rates of cells are ---------------------------------------------

CREATE FUNCTION saas_metrics.rate_interval(period saas_metrics.mrr_period) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((period).lost_customers, (period).opening_customers);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.mrr_period) IS
  'Interval of the customer churn rate of a period = rate_interval(lost_customers, opening_customers): bounds of the rate behind it with 95 % confidence; for another confidence give it the numbers. NULL where opening_customers is 0 or if the argument is NULL.';

CREATE FUNCTION saas_metrics.rate_interval(cell saas_metrics.retention_cell) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((cell).retained, (cell).customers);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.retention_cell) IS
  'Interval of the customer retention of a cohort = rate_interval(retained, customers): bounds of the rate behind it with 95 % confidence; for another confidence give it the numbers. NULL where customers is 0 or if the argument is NULL.';

CREATE FUNCTION saas_metrics.rate_interval(cell saas_metrics.activity_cell) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((cell).retained, (cell).customers);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.activity_cell) IS
  'Interval of the retention of a cohort = rate_interval(retained, customers): bounds of the rate behind it with 95 % confidence; for another confidence give it the numbers. NULL where customers is 0 or if the argument is NULL.';

CREATE FUNCTION saas_metrics.rate_interval(cell saas_metrics.churn_age) RETURNS saas_metrics.rate_bounds
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN saas_metrics.rate_interval((cell).churned, (cell).at_risk);
COMMENT ON FUNCTION saas_metrics.rate_interval(saas_metrics.churn_age) IS
  'Interval of the hazard at an age = rate_interval(churned, at_risk): bounds of the rate behind it with 95 % confidence; for another confidence give it the numbers. NULL where at_risk is 0 or if the argument is NULL.';
