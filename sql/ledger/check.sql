-- Checking a ledger -----------------------------------------------------------------

CREATE FUNCTION saas_metrics.check_ledger(
    ledger name,
    OUT severity text,
    OUT finding text,
    OUT rows bigint,
    OUT what_to_do text
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET jit = off
  SET row_security = off
AS $$
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger);
  PERFORM saas_metrics._require_views(ledger);
  RETURN QUERY EXECUTE replace(saas_metrics._ledger_objects('check'),
    ':recomputed', saas_metrics._rollup_query('l.superseded_by IS NULL', (SELECT s.settled_on FROM ledger_settings AS s)))
    USING ledger, (SELECT e.settings FROM engine_settings AS e);
END
$$;
COMMENT ON FUNCTION saas_metrics.check_ledger(name) IS
  'Looks for what is wrong, or looks wrong, in a ledger and its inputs: a row for each finding, with how serious it is (error, warning), how many rows or periods it is about and what to do. No rows: all is well. Reads everything once or twice; for the night, or a test. Errors: 3F000, 42501.';
