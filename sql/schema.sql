-- Schema ---------------------------------------------------------------------
-- A member of the extension, owned by the bootstrap superuser whoever installs it: everybody may call
-- the functions, and no other role may add one that an internal call would take.

CREATE SCHEMA saas_metrics;

GRANT USAGE ON SCHEMA saas_metrics TO PUBLIC;

COMMENT ON SCHEMA saas_metrics IS
  'SaaS metrics: formulas over numbers, and aggregates over billing rows.';

CREATE FUNCTION saas_metrics.version() RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'version_wrapper';
COMMENT ON FUNCTION saas_metrics.version() IS
  'The version of the library that answers, for bug reports. It equals the extension''s version unless an update was left half-way: see ALTER EXTENSION saas_metrics UPDATE.';
