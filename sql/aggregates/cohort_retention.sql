-- cohort_retention ------------------------------------------------------------

CREATE TYPE saas_metrics.retention_cell AS (
  cohort_start           date,
  age                    bigint,
  period_start           date,
  customers              bigint,
  retained               bigint,
  retention_rate         numeric,
  cohort_mrr             numeric,
  retained_mrr           numeric,
  revenue_retention_rate numeric,
  complete               boolean
);
COMMENT ON TYPE saas_metrics.retention_cell IS
  'What is left of a cohort at the end of a period. Amounts are in the unit of the mrr that was aggregated.';
COMMENT ON COLUMN saas_metrics.retention_cell.cohort_start IS
  'First day of the period in which the cohort''s customers first had MRR.';
COMMENT ON COLUMN saas_metrics.retention_cell.age IS
  'Periods since that of the cohort, from 0.';
COMMENT ON COLUMN saas_metrics.retention_cell.period_start IS
  'First day of the period that the cell is about: that of the cohort, age periods later.';
COMMENT ON COLUMN saas_metrics.retention_cell.customers IS
  'Size of the cohort, with those who were gone before the end of age 0.';
COMMENT ON COLUMN saas_metrics.retention_cell.retained IS
  'Customers of the cohort with MRR at the end of the period.';
COMMENT ON COLUMN saas_metrics.retention_cell.retention_rate IS
  'retained / customers; a fraction. NULL for a cohort without customers.';
COMMENT ON COLUMN saas_metrics.retention_cell.cohort_mrr IS
  'MRR of the cohort at the end of age 0.';
COMMENT ON COLUMN saas_metrics.retention_cell.retained_mrr IS
  'MRR of the cohort at the end of the period.';
COMMENT ON COLUMN saas_metrics.retention_cell.revenue_retention_rate IS
  'retained_mrr / cohort_mrr; a fraction, above 1 when who stayed grew more than was lost. NULL without MRR at the end of age 0.';
COMMENT ON COLUMN saas_metrics.retention_cell.complete IS
  'Whether the period ends by until or, without it, by the current date. What is known of an incomplete period may still change.';

-- Stable, not immutable: without until, the last period depends on the current date.
CREATE FUNCTION saas_metrics.cohort_retention_final(internal) RETURNS saas_metrics.retention_cell[]
  STABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'cohort_retention_final_wrapper';
COMMENT ON FUNCTION saas_metrics.cohort_retention_final(internal) IS
  'Part of cohort_retention: the triangle of all rows.';

CREATE AGGREGATE saas_metrics.cohort_retention(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric
) (
  SFUNC = saas_metrics.spans_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cohort_retention_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cohort_retention(anyelement, date, date, numeric) IS
  'cohort_retention(customer, starts_on, ends_on, mrr, grain, until) with months as periods, through the one that holds the current date.';

CREATE AGGREGATE saas_metrics.cohort_retention(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    grain text
) (
  SFUNC = saas_metrics.spans_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cohort_retention_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cohort_retention(anyelement, date, date, numeric, text) IS
  'cohort_retention(customer, starts_on, ends_on, mrr, grain, until) through the period that holds the current date.';

CREATE AGGREGATE saas_metrics.cohort_retention(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    grain text,
    until date
) (
  SFUNC = saas_metrics.spans_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cohort_retention_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cohort_retention(anyelement, date, date, numeric, text, date) IS
  'Retention by cohort: of the customers who first had MRR in a period, how many have some, and how much, at the end of that period (age 0) and of each later one. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. Periods start before until, which is the same in all rows; NULL: through the period that holds the current date. Returns an array of retention_cell, a triangle without holes: every period from that of the first MRR on is a cohort, every cohort has every age up to the last period: SELECT c.* FROM (SELECT saas_metrics.cohort_retention(...) FROM ...) AS s(cells), unnest(s.cells) AS c. Empty without MRR. An mrr of 0 and a span without days count for nothing. Source: ChartMogul cohorts, with the cohort by the first MRR above 0. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 2000 cohorts, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.cohort_retention(
    customer anyelement,
    during daterange,
    mrr numeric
) (
  SFUNC = saas_metrics.spans_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cohort_retention_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cohort_retention(anyelement, daterange, numeric) IS
  'cohort_retention(customer, starts_on, ends_on, mrr, grain, until) over ranges of dates: without an upper bound a span is still running, an empty range has no days, NULL is an error (22004), and so is no lower bound (22008); with months as periods, through the one that holds the current date.';

CREATE AGGREGATE saas_metrics.cohort_retention(
    customer anyelement,
    during daterange,
    mrr numeric,
    grain text
) (
  SFUNC = saas_metrics.spans_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cohort_retention_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cohort_retention(anyelement, daterange, numeric, text) IS
  'cohort_retention(customer, starts_on, ends_on, mrr, grain, until) over ranges of dates: without an upper bound a span is still running, an empty range has no days, NULL is an error (22004), and so is no lower bound (22008); through the period that holds the current date.';

CREATE AGGREGATE saas_metrics.cohort_retention(
    customer anyelement,
    during daterange,
    mrr numeric,
    grain text,
    until date
) (
  SFUNC = saas_metrics.spans_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cohort_retention_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cohort_retention(anyelement, daterange, numeric, text, date) IS
  'cohort_retention(customer, starts_on, ends_on, mrr, grain, until) over ranges of dates: without an upper bound a span is still running, an empty range has no days, NULL is an error (22004), and so is no lower bound (22008).';

-- Rates of a cell. Not STRICT, so that the planner can put their bodies in place of the calls; a
-- NULL cell gives NULL all the same.

CREATE FUNCTION saas_metrics.retention_rate(cell saas_metrics.retention_cell) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (cell).retention_rate;
COMMENT ON FUNCTION saas_metrics.retention_rate(saas_metrics.retention_cell) IS
  'Customer retention of a cohort = retained / customers; a fraction from 0 to 1. NULL for a cohort without customers or if the cell is NULL.';

CREATE FUNCTION saas_metrics.churn_rate(cell saas_metrics.retention_cell) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN 1 - (cell).retention_rate;
COMMENT ON FUNCTION saas_metrics.churn_rate(saas_metrics.retention_cell) IS
  'Customers of a cohort that are gone by the end of a period = 1 - retention rate; a fraction of the whole cohort, not of those active a period before. NULL for a cohort without customers or if the cell is NULL.';

CREATE FUNCTION saas_metrics.nrr(cell saas_metrics.retention_cell) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (cell).revenue_retention_rate;
COMMENT ON FUNCTION saas_metrics.nrr(saas_metrics.retention_cell) IS
  'Net revenue retention of a cohort = retained MRR / MRR at the end of age 0; a fraction, above 1 when who stayed grew more than was lost. NULL without MRR at the end of age 0 or if the cell is NULL.';

CREATE FUNCTION saas_metrics.arpa(cell saas_metrics.retention_cell) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (cell).retained_mrr / nullif((cell).retained, 0);
COMMENT ON FUNCTION saas_metrics.arpa(saas_metrics.retention_cell) IS
  'Average MRR per retained account of a cohort = retained MRR / retained, in the unit of the MRR. NULL without retained customers or if the cell is NULL.';
