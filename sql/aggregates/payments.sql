-- Rows of payments ------------------------------------------------------------
-- What the aggregates over payments share.
-- One C function serves all arities of a step: it looks at how many arguments it got.

CREATE FUNCTION saas_metrics.payments_step(internal, anyelement, date, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'payments_step_wrapper';
COMMENT ON FUNCTION saas_metrics.payments_step(internal, anyelement, date, numeric) IS
  'Part of revenue_by_cohort, cltv and cltv_factors: adds a row.';
CREATE FUNCTION saas_metrics.payments_step(internal, anyelement, date, numeric, text) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'payments_step_wrapper';
COMMENT ON FUNCTION saas_metrics.payments_step(internal, anyelement, date, numeric, text) IS
  'Part of revenue_by_cohort: adds a row.';
CREATE FUNCTION saas_metrics.payments_step(internal, anyelement, date, numeric, text, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'payments_step_wrapper';
COMMENT ON FUNCTION saas_metrics.payments_step(internal, anyelement, date, numeric, text, date) IS
  'Part of revenue_by_cohort: adds a row.';

CREATE FUNCTION saas_metrics.payments_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'payments_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.payments_combine(internal, internal) IS
  'Part of revenue_by_cohort, cltv and cltv_factors: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.payments_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'payments_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.payments_serialize(internal) IS
  'Part of revenue_by_cohort, cltv and cltv_factors: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.payments_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'payments_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.payments_deserialize(bytea, internal) IS
  'Part of revenue_by_cohort, cltv and cltv_factors: reads the rows of another process.';
