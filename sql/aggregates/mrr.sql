-- mrr -------------------------------------------------------------------------

CREATE FUNCTION saas_metrics.mrr_step(internal, date, date, numeric, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_step(internal, date, date, numeric, date) IS
  'Part of mrr: adds a row.';

CREATE FUNCTION saas_metrics.mrr_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_combine(internal, internal) IS
  'Part of mrr: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.mrr_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_serialize(internal) IS
  'Part of mrr: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.mrr_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_deserialize(bytea, internal) IS
  'Part of mrr: reads the rows of another process.';

CREATE FUNCTION saas_metrics.mrr_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_final_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_final(internal) IS
  'Part of mrr: the sum.';

CREATE AGGREGATE saas_metrics.mrr(
    starts_on date,
    ends_on date,
    mrr numeric,
    at date
) (
  SFUNC = saas_metrics.mrr_step,
  STYPE = internal,
  SSPACE = 128,
  FINALFUNC = saas_metrics.mrr_final,
  COMBINEFUNC = saas_metrics.mrr_combine,
  SERIALFUNC = saas_metrics.mrr_serialize,
  DESERIALFUNC = saas_metrics.mrr_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr(date, date, numeric, date) IS
  'MRR at the end of a day = sum of mrr over the rows whose span holds the day: from starts_on up to, but not on, ends_on (NULL or infinity: still running). at is a date, the same in all rows. 0 without rows. Errors name the start of the row, if it has one: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: at is NULL (22004), not the same in all rows (22023) or infinite (22008); an amount or sum has more than 37 digits (22003).';
