-- Checking a ledger -----------------------------------------------------------------

CREATE FUNCTION saas_metrics._tables_behind(relation regclass) RETURNS SETOF regclass
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE read AS (
    SELECT relation::oid AS relation
    UNION
    SELECT d.refobjid
    FROM read
    JOIN pg_rewrite AS w ON w.ev_class = read.relation
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                       AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
  )
  SELECT c.oid::regclass
  FROM read
  JOIN pg_class AS c ON c.oid = read.relation
  WHERE c.relkind IN ('r', 'p', 'm', 'f')
$$;
COMMENT ON FUNCTION saas_metrics._tables_behind(regclass) IS
  'The tables, materialized views and foreign tables that a view reads, directly or through other views; none if it is NULL. Part of check_ledger.';

CREATE FUNCTION saas_metrics.check_ledger(
    ledger name,
    OUT severity text,
    OUT code text,
    OUT finding text,
    OUT rows bigint,
    OUT what_to_do text
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET jit = off
  SET row_security = off
  SET standard_conforming_strings = on
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
  'Looks for what is wrong, or looks wrong, in a ledger and its inputs: a row for each finding, with how serious it is (error, warning), its code, which stays the same from version to version, how many rows or periods it is about and what to do. No rows: all is well. Rows that cannot be read are in no finding but rows_unreadable, currency_without_rate and rows_without_customer. Reads everything once or twice; for the night, or a test. Errors: 3F000, 42501.';
