-- Rows of customers' MRR ------------------------------------------------------
-- What the aggregates over spans by period share. In one query mrr_movements and cohort_retention of
-- equal arguments share their state, too.
-- One C function serves all arities of a step: it looks at how many arguments it got.

CREATE FUNCTION saas_metrics.spans_step(internal, anyelement, date, date, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_step(internal, anyelement, date, date, numeric) IS
  'Part of mrr_movements and cohort_retention: adds a row.';
CREATE FUNCTION saas_metrics.spans_step(internal, anyelement, date, date, numeric, text) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_step(internal, anyelement, date, date, numeric, text) IS
  'Part of mrr_movements and cohort_retention: adds a row.';
CREATE FUNCTION saas_metrics.spans_step(internal, anyelement, date, date, numeric, text, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_step(internal, anyelement, date, date, numeric, text, date) IS
  'Part of mrr_movements and cohort_retention: adds a row.';

CREATE FUNCTION saas_metrics.spans_during_step(internal, anyelement, daterange, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_during_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_during_step(internal, anyelement, daterange, numeric) IS
  'Part of mrr_movements and cohort_retention: adds a row.';
CREATE FUNCTION saas_metrics.spans_during_step(internal, anyelement, daterange, numeric, text) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_during_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_during_step(internal, anyelement, daterange, numeric, text) IS
  'Part of mrr_movements and cohort_retention: adds a row.';
CREATE FUNCTION saas_metrics.spans_during_step(internal, anyelement, daterange, numeric, text, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_during_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_during_step(internal, anyelement, daterange, numeric, text, date) IS
  'Part of mrr_movements and cohort_retention: adds a row.';

CREATE FUNCTION saas_metrics.spans_until_step(internal, anyelement, date, date, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_until_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_until_step(internal, anyelement, date, date, numeric) IS
  'Part of churn_by_age: adds a row.';
CREATE FUNCTION saas_metrics.spans_until_step(internal, anyelement, date, date, numeric, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_until_step_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_until_step(internal, anyelement, date, date, numeric, date) IS
  'Part of churn_by_age: adds a row.';

CREATE FUNCTION saas_metrics.spans_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_combine(internal, internal) IS
  'Part of mrr_movements, cohort_retention and churn_by_age: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.spans_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_serialize(internal) IS
  'Part of mrr_movements, cohort_retention and churn_by_age: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.spans_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'spans_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.spans_deserialize(bytea, internal) IS
  'Part of mrr_movements, cohort_retention and churn_by_age: reads the rows of another process.';
