-- mrr_movements ---------------------------------------------------------------

-- Stable, not immutable: without until, the last period depends on the current date.
CREATE FUNCTION saas_metrics.mrr_movements_final(internal) RETURNS saas_metrics.mrr_period[]
  STABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_final_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_final(internal) IS
  'Part of mrr_movements: the periods of all rows.';

-- SSPACE: a state of a few rows. The planner's guess for internal is 8 kB, which would make it
-- sort where hashing fits into memory.

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric
) (
  SFUNC = saas_metrics.spans_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, date, date, numeric) IS
  'mrr_movements(customer, starts_on, ends_on, mrr, grain, until) with months as periods, through the one that holds the current date.';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    grain text
) (
  SFUNC = saas_metrics.spans_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, date, date, numeric, text) IS
  'mrr_movements(customer, starts_on, ends_on, mrr, grain, until) through the period that holds the current date.';

CREATE AGGREGATE saas_metrics.mrr_movements(
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
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, date, date, numeric, text, date) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. Changes are netted by day. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. Periods start before until, which is the same in all rows; NULL: through the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    during daterange,
    mrr numeric
) (
  SFUNC = saas_metrics.spans_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, daterange, numeric) IS
  'mrr_movements(customer, starts_on, ends_on, mrr, grain, until) over ranges of dates: without an upper bound a span is still running, an empty range has no days, NULL is an error (22004), and so is no lower bound (22008); with months as periods, through the one that holds the current date.';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    during daterange,
    mrr numeric,
    grain text
) (
  SFUNC = saas_metrics.spans_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, daterange, numeric, text) IS
  'mrr_movements(customer, starts_on, ends_on, mrr, grain, until) over ranges of dates: without an upper bound a span is still running, an empty range has no days, NULL is an error (22004), and so is no lower bound (22008); through the period that holds the current date.';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    during daterange,
    mrr numeric,
    grain text,
    until date
) (
  SFUNC = saas_metrics.spans_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.spans_combine,
  SERIALFUNC = saas_metrics.spans_serialize,
  DESERIALFUNC = saas_metrics.spans_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, daterange, numeric, text, date) IS
  'mrr_movements(customer, starts_on, ends_on, mrr, grain, until) over ranges of dates: without an upper bound a span is still running, an empty range has no days, NULL is an error (22004), and so is no lower bound (22008).';
