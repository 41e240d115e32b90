-- revenue_by_cohort -----------------------------------------------------------

CREATE TYPE saas_metrics.revenue_cell AS (
  period_start date,
  cohort_start date,
  customers    bigint,
  revenue      numeric,
  share        numeric
);
COMMENT ON TYPE saas_metrics.revenue_cell IS
  'What a cohort brings in a period. Amounts are in the unit of the amount that was aggregated.';
COMMENT ON COLUMN saas_metrics.revenue_cell.period_start IS
  'First day of the period.';
COMMENT ON COLUMN saas_metrics.revenue_cell.cohort_start IS
  'First day of the period in which the cohort''s customers first paid an amount above 0. NULL for what customers paid or got back before that period, or without ever paying.';
COMMENT ON COLUMN saas_metrics.revenue_cell.customers IS
  'Customers of the cohort with a payment or a refund in the period.';
COMMENT ON COLUMN saas_metrics.revenue_cell.revenue IS
  'Their payments less their refunds in the period.';
COMMENT ON COLUMN saas_metrics.revenue_cell.share IS
  'revenue / revenue of all cohorts in the period; a fraction. NULL where that is 0.';

-- Stable, not immutable: without until, the last period depends on the current date.
CREATE FUNCTION saas_metrics.revenue_by_cohort_final(internal) RETURNS saas_metrics.revenue_cell[]
  STABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'revenue_by_cohort_final_wrapper';
COMMENT ON FUNCTION saas_metrics.revenue_by_cohort_final(internal) IS
  'Part of revenue_by_cohort: the layers of all rows.';

CREATE AGGREGATE saas_metrics.revenue_by_cohort(
    customer anyelement,
    paid_on date,
    amount numeric
) (
  SFUNC = saas_metrics.payments_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.revenue_by_cohort_final,
  COMBINEFUNC = saas_metrics.payments_combine,
  SERIALFUNC = saas_metrics.payments_serialize,
  DESERIALFUNC = saas_metrics.payments_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.revenue_by_cohort(anyelement, date, numeric) IS
  'revenue_by_cohort(customer, paid_on, amount, grain, until) with months as periods, through the one that holds the current date.';

CREATE AGGREGATE saas_metrics.revenue_by_cohort(
    customer anyelement,
    paid_on date,
    amount numeric,
    grain text
) (
  SFUNC = saas_metrics.payments_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.revenue_by_cohort_final,
  COMBINEFUNC = saas_metrics.payments_combine,
  SERIALFUNC = saas_metrics.payments_serialize,
  DESERIALFUNC = saas_metrics.payments_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.revenue_by_cohort(anyelement, date, numeric, text) IS
  'revenue_by_cohort(customer, paid_on, amount, grain, until) through the period that holds the current date.';

CREATE AGGREGATE saas_metrics.revenue_by_cohort(
    customer anyelement,
    paid_on date,
    amount numeric,
    grain text,
    until date
) (
  SFUNC = saas_metrics.payments_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.revenue_by_cohort_final,
  COMBINEFUNC = saas_metrics.payments_combine,
  SERIALFUNC = saas_metrics.payments_serialize,
  DESERIALFUNC = saas_metrics.payments_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.revenue_by_cohort(anyelement, date, numeric, text, date) IS
  'Revenue by cohort, the layer cake: which part of a period''s revenue comes from customers won in which earlier period. Each row is an amount that a customer paid or, when negative, got back on a day; 0 counts for nothing. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. Periods start before until, which is the same in all rows; NULL: through the period that holds the current date. Later payments are not seen. Returns an array of revenue_cell: for every period from that of the first cohort on each cohort up to the period, without holes, and a cell without a cohort where there is something in it, so that the cells of a period add up to its revenue: SELECT c.* FROM (SELECT saas_metrics.revenue_by_cohort(...) FROM ...) AS s(cells), unnest(s.cells) AS c. Empty without payments. Errors name the customer of the row: paid_on or amount is NULL (22004), paid_on is infinite (22008), amount is NaN or infinite (22023) or has more than 20 decimals (22003). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 2000 periods, or a parallel worker with more than 1 GB of rows (54000).';
