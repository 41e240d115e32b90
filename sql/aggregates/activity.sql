-- Rows of active days ---------------------------------------------------------
-- What the aggregates over activity share.
-- One C function serves all arities of a step: it looks at how many arguments it got.

CREATE FUNCTION saas_metrics.activity_step(internal, anyelement, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_step_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_step(internal, anyelement, date) IS
  'Part of activity_retention: adds a row.';
CREATE FUNCTION saas_metrics.activity_step(internal, anyelement, date, text) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_step_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_step(internal, anyelement, date, text) IS
  'Part of activity_retention: adds a row.';
CREATE FUNCTION saas_metrics.activity_step(internal, anyelement, date, text, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_step_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_step(internal, anyelement, date, text, date) IS
  'Part of activity_retention: adds a row.';

CREATE FUNCTION saas_metrics.activity_until_step(internal, anyelement, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_until_step_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_until_step(internal, anyelement, date) IS
  'Part of active_users: adds a row.';
CREATE FUNCTION saas_metrics.activity_until_step(internal, anyelement, date, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_until_step_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_until_step(internal, anyelement, date, date) IS
  'Part of active_users: adds a row.';

CREATE FUNCTION saas_metrics.activity_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_combine(internal, internal) IS
  'Part of activity_retention and active_users: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.activity_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_serialize(internal) IS
  'Part of activity_retention and active_users: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.activity_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'activity_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.activity_deserialize(bytea, internal) IS
  'Part of activity_retention and active_users: reads the rows of another process.';
