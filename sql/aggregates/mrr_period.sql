-- A period of MRR --------------------------------------------------------------
-- What mrr_movements returns an array of, and the rates that follow from it.

CREATE TYPE saas_metrics.mrr_period AS (
  period_start          date,
  period_end            date,
  complete              boolean,
  opening_mrr           numeric,
  new_mrr               numeric,
  reactivation_mrr      numeric,
  expansion_mrr         numeric,
  contraction_mrr       numeric,
  churn_mrr             numeric,
  closing_mrr           numeric,
  retained_mrr          numeric,
  surviving_mrr         numeric,
  opening_customers     bigint,
  new_customers         bigint,
  reactivated_customers bigint,
  expanded_customers    bigint,
  contracted_customers  bigint,
  churned_customers     bigint,
  lost_customers        bigint,
  closing_customers     bigint
);

COMMENT ON TYPE saas_metrics.mrr_period IS
  'How MRR and its customers moved in one period. Amounts are in the unit of the mrr that was aggregated; contraction and churn are negative, so that opening + new + reactivation + expansion + contraction + churn = closing, to the last digit.';
COMMENT ON COLUMN saas_metrics.mrr_period.period_start IS 'First day of the period.';
COMMENT ON COLUMN saas_metrics.mrr_period.period_end IS 'First day after the period.';
COMMENT ON COLUMN saas_metrics.mrr_period.complete IS
  'Whether the period ends by until or, without it, by the current date. What is known of an incomplete period may still change.';
COMMENT ON COLUMN saas_metrics.mrr_period.opening_mrr IS
  'MRR at the end of the day before the period: the closing of the period before.';
COMMENT ON COLUMN saas_metrics.mrr_period.new_mrr IS
  'MRR of customers who never had any before, on the days they first had.';
COMMENT ON COLUMN saas_metrics.mrr_period.reactivation_mrr IS
  'MRR of customers who had some before and none the day before, on the days they returned.';
COMMENT ON COLUMN saas_metrics.mrr_period.expansion_mrr IS
  'What active customers had more than the day before, summed over days.';
COMMENT ON COLUMN saas_metrics.mrr_period.contraction_mrr IS
  'What customers who stayed active had less than the day before, summed over days; negative.';
COMMENT ON COLUMN saas_metrics.mrr_period.churn_mrr IS
  'What customers whose MRR fell to 0 had the day before, summed over days; negative.';
COMMENT ON COLUMN saas_metrics.mrr_period.closing_mrr IS 'MRR at the end of the last day of the period.';
COMMENT ON COLUMN saas_metrics.mrr_period.retained_mrr IS
  'sum of min(opening, closing) over the customers active at opening: the numerator of GRR.';
COMMENT ON COLUMN saas_metrics.mrr_period.surviving_mrr IS
  'sum of closing over the customers active at opening: the numerator of NRR.';
COMMENT ON COLUMN saas_metrics.mrr_period.opening_customers IS 'Customers with MRR at opening.';
COMMENT ON COLUMN saas_metrics.mrr_period.new_customers IS 'Events: customers who first had MRR.';
COMMENT ON COLUMN saas_metrics.mrr_period.reactivated_customers IS
  'Events: returns; a customer can return more than once in a period.';
COMMENT ON COLUMN saas_metrics.mrr_period.expanded_customers IS
  'Events: days on which a customer had more than the day before.';
COMMENT ON COLUMN saas_metrics.mrr_period.contracted_customers IS
  'Events: days on which a customer had less than the day before, but some.';
COMMENT ON COLUMN saas_metrics.mrr_period.churned_customers IS
  'Events: falls to 0, also of customers who joined or returned within the period.';
COMMENT ON COLUMN saas_metrics.mrr_period.lost_customers IS
  'Customers active at opening and not at closing: the numerator of the churn rate.';
COMMENT ON COLUMN saas_metrics.mrr_period.closing_customers IS 'Customers with MRR at closing.';

-- Rates of a period. Not STRICT, so that the planner can put their bodies in place of the calls;
-- a NULL period gives NULL all the same.

CREATE FUNCTION saas_metrics.nrr(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (period).surviving_mrr / nullif((period).opening_mrr, 0);
COMMENT ON FUNCTION saas_metrics.nrr(saas_metrics.mrr_period) IS
  'Net revenue retention of a period = sum of closing / sum of opening MRR of the customers active at opening; a fraction, above 1 when they grew. NULL without MRR at opening or if the period is NULL. Source: ChartMogul NRR. Differs from nrr(opening_mrr, expansion, contraction, churn), which takes movement sums and so also counts movements of customers won within the period.';

CREATE FUNCTION saas_metrics.grr(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (period).retained_mrr / nullif((period).opening_mrr, 0);
COMMENT ON FUNCTION saas_metrics.grr(saas_metrics.mrr_period) IS
  'Gross revenue retention of a period = sum of min(opening, closing) / sum of opening MRR of the customers active at opening; a fraction from 0 to 1. NULL without MRR at opening or if the period is NULL. Source: SaaS Metrics Standards Board, per customer. Differs from grr(opening_mrr, contraction, churn), which takes movement sums.';

CREATE FUNCTION saas_metrics.churn_rate(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (period).lost_customers::numeric / nullif((period).opening_customers, 0);
COMMENT ON FUNCTION saas_metrics.churn_rate(saas_metrics.mrr_period) IS
  'Customer churn rate of a period = customers active at opening and not at closing / customers active at opening; a fraction. Who joined and left, or left and returned, within the period is in neither. NULL without customers at opening or if the period is NULL. Source: ChartMogul customer churn rate. For an interval: rate_interval(lost_customers, opening_customers).';

CREATE FUNCTION saas_metrics.gross_revenue_churn_rate(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN 1 - (period).retained_mrr / nullif((period).opening_mrr, 0);
COMMENT ON FUNCTION saas_metrics.gross_revenue_churn_rate(saas_metrics.mrr_period) IS
  'Gross revenue churn rate of a period = 1 - GRR; a fraction. NULL without MRR at opening or if the period is NULL. Differs from gross_revenue_churn_rate(opening_mrr, contraction, churn), which takes movement sums.';

CREATE FUNCTION saas_metrics.net_revenue_churn_rate(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN 1 - (period).surviving_mrr / nullif((period).opening_mrr, 0);
COMMENT ON FUNCTION saas_metrics.net_revenue_churn_rate(saas_metrics.mrr_period) IS
  'Net revenue churn rate of a period = 1 - NRR; a fraction, negative when the customers active at opening grew. NULL without MRR at opening or if the period is NULL. Differs from net_revenue_churn_rate(opening_mrr, expansion, contraction, churn), which takes movement sums.';

CREATE FUNCTION saas_metrics.quick_ratio(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN ((period).new_mrr + (period).reactivation_mrr + (period).expansion_mrr)
         / nullif(-((period).contraction_mrr + (period).churn_mrr), 0);
COMMENT ON FUNCTION saas_metrics.quick_ratio(saas_metrics.mrr_period) IS
  'Quick ratio of a period = (new + reactivation + expansion) / |contraction + churn|: MRR gained for each unit lost. NULL without losses or if the period is NULL. Source: Mamoon Hamid''s quick ratio, with reactivation among the gains.';

CREATE FUNCTION saas_metrics.arpa(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (period).closing_mrr / nullif((period).closing_customers, 0);
COMMENT ON FUNCTION saas_metrics.arpa(saas_metrics.mrr_period) IS
  'Average MRR per account at the end of a period = closing MRR / closing customers, in the unit of the MRR. NULL without customers at closing or if the period is NULL. Source: ChartMogul, Stripe, Baremetrics.';

CREATE FUNCTION saas_metrics.arr(period saas_metrics.mrr_period) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN 12 * (period).closing_mrr;
COMMENT ON FUNCTION saas_metrics.arr(saas_metrics.mrr_period) IS
  'Annual recurring revenue at the end of a period = 12 * closing MRR, in the unit of the MRR. NULL if the period is NULL. Source: the standard form.';
