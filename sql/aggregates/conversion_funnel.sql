-- conversion_funnel -----------------------------------------------------------

CREATE TYPE saas_metrics.funnel_step AS (
  step                      text,
  position                  bigint,
  reached                   bigint,
  conversion_from_previous  numeric,
  conversion_from_first     numeric,
  median_time_from_previous interval
);
COMMENT ON TYPE saas_metrics.funnel_step IS
  'How many subjects got to a step of a funnel.';
COMMENT ON COLUMN saas_metrics.funnel_step.step IS
  'The name of the step.';
COMMENT ON COLUMN saas_metrics.funnel_step.position IS
  'Its place in steps, from 1.';
COMMENT ON COLUMN saas_metrics.funnel_step.reached IS
  'Subjects that got to this step.';
COMMENT ON COLUMN saas_metrics.funnel_step.conversion_from_previous IS
  'reached / reached of the step before; a fraction. NULL for the first step and where nobody got to the step before.';
COMMENT ON COLUMN saas_metrics.funnel_step.conversion_from_first IS
  'reached / reached of the first step; a fraction. NULL where nobody entered.';
COMMENT ON COLUMN saas_metrics.funnel_step.median_time_from_previous IS
  'Median over those who got here of the time since the step before. NULL for the first step and where nobody got here.';

-- One C function serves all arities of a step: it looks at how many arguments it got.
CREATE FUNCTION saas_metrics.conversion_funnel_step(internal, anyelement, text, timestamptz, text[]) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_funnel_step_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_funnel_step(internal, anyelement, text, timestamptz, text[]) IS
  'Part of conversion_funnel: adds a row.';
CREATE FUNCTION saas_metrics.conversion_funnel_step(internal, anyelement, text, timestamptz, text[], interval) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_funnel_step_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_funnel_step(internal, anyelement, text, timestamptz, text[], interval) IS
  'Part of conversion_funnel: adds a row.';

CREATE FUNCTION saas_metrics.conversion_funnel_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_funnel_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_funnel_combine(internal, internal) IS
  'Part of conversion_funnel: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.conversion_funnel_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_funnel_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_funnel_serialize(internal) IS
  'Part of conversion_funnel: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.conversion_funnel_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_funnel_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_funnel_deserialize(bytea, internal) IS
  'Part of conversion_funnel: reads the rows of another process.';

-- Stable, not immutable: a day or a month later depends on the session's time zone.
CREATE FUNCTION saas_metrics.conversion_funnel_final(internal) RETURNS saas_metrics.funnel_step[]
  STABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'conversion_funnel_final_wrapper';
COMMENT ON FUNCTION saas_metrics.conversion_funnel_final(internal) IS
  'Part of conversion_funnel: the steps.';

CREATE AGGREGATE saas_metrics.conversion_funnel(
    subject anyelement,
    step text,
    at timestamptz,
    steps text[]
) (
  SFUNC = saas_metrics.conversion_funnel_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.conversion_funnel_final,
  COMBINEFUNC = saas_metrics.conversion_funnel_combine,
  SERIALFUNC = saas_metrics.conversion_funnel_serialize,
  DESERIALFUNC = saas_metrics.conversion_funnel_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.conversion_funnel(anyelement, text, timestamptz, text[]) IS
  'conversion_funnel(subject, step, at, steps, within) without a limit of time.';

CREATE AGGREGATE saas_metrics.conversion_funnel(
    subject anyelement,
    step text,
    at timestamptz,
    steps text[],
    within interval
) (
  SFUNC = saas_metrics.conversion_funnel_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.conversion_funnel_final,
  COMBINEFUNC = saas_metrics.conversion_funnel_combine,
  SERIALFUNC = saas_metrics.conversion_funnel_serialize,
  DESERIALFUNC = saas_metrics.conversion_funnel_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.conversion_funnel(anyelement, text, timestamptz, text[], interval) IS
  'Conversion funnel: how many subjects get how far through steps in order, and how fast. Each row is a step that a subject took at an instant; rows of other steps are left out. From each of its events of the first step a subject takes each next step at its earliest event at or after the step before and no later than within after the entry; the entry that gets furthest counts, among equals the earliest. subject is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. steps lists the names in order, within limits the time (NULL: no limit; days and months by the session''s time zone); both are the same in all rows. Returns an array of funnel_step, one for each of steps, or an empty array without rows: SELECT f.* FROM (SELECT saas_metrics.conversion_funnel(...) FROM ...) AS s(steps), unnest(s.steps) AS f. Source: Amplitude and Mixpanel, ordered funnels of unique users. Errors: subject, step, at, steps or one of its elements is NULL (22004); at is infinite, or two steps, or an entry and its limit, are beyond the calendar of timestamps (22008); subject is of another type (0A000); steps is empty, not one list or names a step twice, within is negative, either is not the same in all rows (22023); more than 255 steps, or a parallel worker with more than 1 GB of rows (54000).';
