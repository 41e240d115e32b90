-- mrr_movements ----------------------------------------------------------------
-- One C function serves all arities of a form: it looks at how many arguments it got.

CREATE FUNCTION saas_metrics.mrr_movements_step(internal, anyelement, date, date, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_step(internal, anyelement, date, date, numeric) IS
  'Part of mrr_movements: adds a row.';
CREATE FUNCTION saas_metrics.mrr_movements_step(internal, anyelement, date, date, numeric, text) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_step(internal, anyelement, date, date, numeric, text) IS
  'Part of mrr_movements: adds a row.';
CREATE FUNCTION saas_metrics.mrr_movements_step(internal, anyelement, date, date, numeric, text, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_step(internal, anyelement, date, date, numeric, text, date) IS
  'Part of mrr_movements: adds a row.';

CREATE FUNCTION saas_metrics.mrr_movements_during_step(internal, anyelement, daterange, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_during_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_during_step(internal, anyelement, daterange, numeric) IS
  'Part of mrr_movements: adds a row.';
CREATE FUNCTION saas_metrics.mrr_movements_during_step(internal, anyelement, daterange, numeric, text) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_during_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_during_step(internal, anyelement, daterange, numeric, text) IS
  'Part of mrr_movements: adds a row.';
CREATE FUNCTION saas_metrics.mrr_movements_during_step(internal, anyelement, daterange, numeric, text, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_during_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_during_step(internal, anyelement, daterange, numeric, text, date) IS
  'Part of mrr_movements: adds a row.';

CREATE FUNCTION saas_metrics.mrr_movements_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_combine(internal, internal) IS
  'Part of mrr_movements: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.mrr_movements_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_serialize(internal) IS
  'Part of mrr_movements: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.mrr_movements_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_movements_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_movements_deserialize(bytea, internal) IS
  'Part of mrr_movements: reads the rows of another process.';

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
  SFUNC = saas_metrics.mrr_movements_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.mrr_movements_combine,
  SERIALFUNC = saas_metrics.mrr_movements_serialize,
  DESERIALFUNC = saas_metrics.mrr_movements_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, date, date, numeric) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up, and changes are netted by day. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. Periods are months. The last is the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    grain text
) (
  SFUNC = saas_metrics.mrr_movements_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.mrr_movements_combine,
  SERIALFUNC = saas_metrics.mrr_movements_serialize,
  DESERIALFUNC = saas_metrics.mrr_movements_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, date, date, numeric, text) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up, and changes are netted by day. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. The last is the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    grain text,
    until date
) (
  SFUNC = saas_metrics.mrr_movements_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.mrr_movements_combine,
  SERIALFUNC = saas_metrics.mrr_movements_serialize,
  DESERIALFUNC = saas_metrics.mrr_movements_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, date, date, numeric, text, date) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up, and changes are netted by day. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. Periods start before until, which is the same in all rows; NULL: through the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    during daterange,
    mrr numeric
) (
  SFUNC = saas_metrics.mrr_movements_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.mrr_movements_combine,
  SERIALFUNC = saas_metrics.mrr_movements_serialize,
  DESERIALFUNC = saas_metrics.mrr_movements_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, daterange, numeric) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has during a range of dates (without an upper bound: still running); rows of one customer add up, and changes are netted by day. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. Periods are months. The last is the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: during or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the start is -infinity or unbounded (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    during daterange,
    mrr numeric,
    grain text
) (
  SFUNC = saas_metrics.mrr_movements_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.mrr_movements_combine,
  SERIALFUNC = saas_metrics.mrr_movements_serialize,
  DESERIALFUNC = saas_metrics.mrr_movements_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, daterange, numeric, text) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has during a range of dates (without an upper bound: still running); rows of one customer add up, and changes are netted by day. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. The last is the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: during or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the start is -infinity or unbounded (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_movements(
    customer anyelement,
    during daterange,
    mrr numeric,
    grain text,
    until date
) (
  SFUNC = saas_metrics.mrr_movements_during_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_movements_final,
  COMBINEFUNC = saas_metrics.mrr_movements_combine,
  SERIALFUNC = saas_metrics.mrr_movements_serialize,
  DESERIALFUNC = saas_metrics.mrr_movements_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_movements(anyelement, daterange, numeric, text, date) IS
  'MRR movements by period: how recurring revenue got from one period''s closing to the next. Each row is an amount of monthly revenue (mrr) that a customer has during a range of dates (without an upper bound: still running); rows of one customer add up, and changes are netted by day. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. grain is ''day'', ''week'' (ISO, from Monday), ''month'', ''quarter'' or ''year'', the same in all rows. Periods start before until, which is the same in all rows; NULL: through the period that holds the current date. Returns an array of mrr_period, one for each period from that of the first movement on, without gaps, or an empty array without movements: SELECT m.* FROM (SELECT saas_metrics.mrr_movements(...) FROM ...) AS s(months), unnest(s.months) AS m. An mrr of 0 and a span without days count for nothing. Errors name the customer of the row: during or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the start is -infinity or unbounded (22008). Other errors: customer is NULL (22004) or of another type (0A000); grain is NULL (22004), unknown, or like until not the same in all rows (22023); until is infinite or beyond the calendar (22008); an amount or sum has more than 37 digits (22003); more than 100000 periods, or a parallel worker with more than 1 GB of rows (54000).';
