-- churn_by_age ----------------------------------------------------------------

CREATE TYPE saas_metrics.churn_age AS (
  age      bigint,
  at_risk  bigint,
  churned  bigint,
  hazard   numeric,
  survival numeric
);
COMMENT ON TYPE saas_metrics.churn_age IS
  'What becomes of customers in a month of their life.';
COMMENT ON COLUMN saas_metrics.churn_age.age IS
  'Whole months since a customer''s first day with MRR, from 0. A month from January 31 ends on the last of February.';
COMMENT ON COLUMN saas_metrics.churn_age.at_risk IS
  'Customers whose first spell reached this age, not counting those of whom no day of it is known yet.';
COMMENT ON COLUMN saas_metrics.churn_age.churned IS
  'Customers whose first spell ended at this age: the day on which their MRR fell to 0 lies in it.';
COMMENT ON COLUMN saas_metrics.churn_age.hazard IS
  'churned / at_risk; a fraction: how likely a customer who got this far leaves in this month of life.';
COMMENT ON COLUMN saas_metrics.churn_age.survival IS
  'Product of 1 - hazard up to this age; a fraction: how likely a customer stays beyond this month of life. To 20 decimals.';

-- Stable, not immutable: without until, the last period depends on the current date.
CREATE FUNCTION saas_metrics.churn_by_age_final(internal) RETURNS saas_metrics.churn_age[]
  STABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'churn_by_age_final_wrapper';
COMMENT ON FUNCTION saas_metrics.churn_by_age_final(internal) IS
  'Part of churn_by_age: the ages of all customers.';

CREATE AGGREGATE saas_metrics.churn_by_age(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric
) (
  SFUNC = saas_metrics.spans_until_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.churn_by_age_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.churn_by_age(anyelement, date, date, numeric) IS
  'churn_by_age(customer, starts_on, ends_on, mrr, until) until the current date.';

CREATE AGGREGATE saas_metrics.churn_by_age(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    until date
) (
  SFUNC = saas_metrics.spans_until_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.churn_by_age_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.churn_by_age(anyelement, date, date, numeric, date) IS
  'Churn by age: in which month of their life customers leave. Of each customer the first spell counts: from the first day with MRR to the day it falls to 0. Spells that run on are censored at until: they count as at risk at the ages of which a day before until is known. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. until is the same in all rows; NULL: the current date; who starts later is not counted. Returns an array of churn_age, one for each month of life from 0 on, without gaps, or an empty array: SELECT a.* FROM (SELECT saas_metrics.churn_by_age(...) FROM ...) AS s(ages), unnest(s.ages) AS a. An mrr of 0 and a span without days count for nothing. Source: the Kaplan-Meier estimator by months. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); until is not the same in all rows (22023), or infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 months, or a parallel worker with more than 1 GB of rows (54000).';
