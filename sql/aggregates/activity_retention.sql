-- activity_retention ----------------------------------------------------------

CREATE TYPE saas_metrics.activity_cell AS (
  cohort_start   date,
  age            bigint,
  period_start   date,
  customers      bigint,
  retained       bigint,
  retention_rate numeric,
  complete       boolean,
  on_or_after    bigint
);
COMMENT ON TYPE saas_metrics.activity_cell IS
  'What is seen of a cohort in a period.';
COMMENT ON COLUMN saas_metrics.activity_cell.cohort_start IS
  'First day of the period in which the cohort was first active.';
COMMENT ON COLUMN saas_metrics.activity_cell.age IS
  'Periods since that of the cohort, from 0.';
COMMENT ON COLUMN saas_metrics.activity_cell.period_start IS
  'First day of the period that the cell is about: that of the cohort, age periods later.';
COMMENT ON COLUMN saas_metrics.activity_cell.customers IS
  'Size of the cohort.';
COMMENT ON COLUMN saas_metrics.activity_cell.retained IS
  'Subjects of the cohort that were active at any time in the period.';
COMMENT ON COLUMN saas_metrics.activity_cell.retention_rate IS
  'retained / customers; a fraction. NULL for an empty cohort.';
COMMENT ON COLUMN saas_metrics.activity_cell.complete IS
  'Whether the period ends by until or, without it, by the current date. What is known of an incomplete period may still change.';
COMMENT ON COLUMN saas_metrics.activity_cell.on_or_after IS
  'Subjects of the cohort that were active in the period or in a later one of the result; never rises with age.';

-- Stable, not immutable: without until, the last period depends on the current date.
CREATE FUNCTION saas_metrics.activity_retention_final(internal) RETURNS saas_metrics.activity_cell[]
  STABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_retention_final_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_retention_final(internal) IS
  'Part of activity_retention: the triangle of all rows.';

CREATE AGGREGATE saas_metrics.activity_retention(
    subject anyelement,
    active_on date
) (
  SFUNC = saas_metrics.activity_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.activity_retention_final,
  COMBINEFUNC = saas_metrics.activity_combine,
  SERIALFUNC = saas_metrics.activity_serialize,
  DESERIALFUNC = saas_metrics.activity_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.activity_retention(anyelement, date) IS
  'activity_retention(subject, active_on, grain, until) with months as periods, through the one that holds the current date.';

CREATE AGGREGATE saas_metrics.activity_retention(
    subject anyelement,
    active_on date,
    grain text
) (
  SFUNC = saas_metrics.activity_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.activity_retention_final,
  COMBINEFUNC = saas_metrics.activity_combine,
  SERIALFUNC = saas_metrics.activity_serialize,
  DESERIALFUNC = saas_metrics.activity_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.activity_retention(anyelement, date, text) IS
  'activity_retention(subject, active_on, grain, until) through the period that holds the current date.';

CREATE AGGREGATE saas_metrics.activity_retention(
    subject anyelement,
    active_on date,
    grain text,
    until date
) (
  SFUNC = saas_metrics.activity_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.activity_retention_final,
  COMBINEFUNC = saas_metrics.activity_combine,
  SERIALFUNC = saas_metrics.activity_serialize,
  DESERIALFUNC = saas_metrics.activity_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.activity_retention(anyelement, date, text, date) IS
  'Retention of activity by cohort: of the subjects first active in a period, how many are active in it (age 0, all) and in each later one. Each row is a day on which a subject was active, ordered or paid; several rows of a day count once. subject is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. Periods start before until, which is the same in all rows; NULL: through the period that holds the current date. Later activity is not seen. Returns an array of activity_cell, a triangle without holes: every period from that of the first activity on is a cohort, every cohort has every age up to the last period: SELECT c.* FROM (SELECT saas_metrics.activity_retention(...) FROM ...) AS s(cells), unnest(s.cells) AS c. Empty without activity. Source: Mixpanel and Amplitude, retention on and on-or-after. Errors: subject or active_on is NULL (22004), active_on is infinite (22008), subject is of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); more than 2000 cohorts, or a parallel worker with more than 1 GB of rows (54000).';

-- Rates of a cell, as of retention_cell.

CREATE FUNCTION saas_metrics.retention_rate(cell saas_metrics.activity_cell) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (cell).retention_rate;
COMMENT ON FUNCTION saas_metrics.retention_rate(saas_metrics.activity_cell) IS
  'Retention of a cohort = retained / customers; a fraction from 0 to 1. NULL for an empty cohort or if the cell is NULL.';

CREATE FUNCTION saas_metrics.churn_rate(cell saas_metrics.activity_cell) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN 1 - (cell).retention_rate;
COMMENT ON FUNCTION saas_metrics.churn_rate(saas_metrics.activity_cell) IS
  'Subjects of a cohort that are not active in a period = 1 - retention rate; a fraction of the whole cohort. NULL for an empty cohort or if the cell is NULL.';
