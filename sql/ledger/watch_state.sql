-- Whether tables are watched as they should be -------------------------------------

-- Watched so, with a trigger that still finds its columns.
CREATE FUNCTION saas_metrics._is_watched(ledger name, source_table regclass, named text, on_replica boolean) RETURNS boolean
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM watched_tables AS w
    WHERE w.source_table = _is_watched.source_table AND w.customer_id = named AND w.on_replica = _is_watched.on_replica)
    -- After a restore triggers name another table, by the numbers of whose columns renames are followed.
    AND EXISTS (
      SELECT FROM saas_metrics._triggers(ledger) AS t
      JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.relation AND g.tgname = t.trigger_name
      WHERE t.relation = _is_watched.source_table AND NOT t.truncates
        AND pg_catalog.encode(g.tgargs, 'escape') LIKE _is_watched.source_table::oid || E'\\\\000%')
    AND NOT EXISTS (SELECT FROM saas_metrics._broken_watches(ledger) AS b WHERE b.source_table = _is_watched.source_table);
END
$$;
COMMENT ON FUNCTION saas_metrics._is_watched(name, regclass, text, boolean) IS
  'Whether the ledger that was entered watches a table just so. Part of watch.';

-- Arguments of a trigger are strings, each with a zero byte at its end.
CREATE FUNCTION saas_metrics._broken_watches(ledger name, OUT source_table regclass, OUT problem text) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET standard_conforming_strings = on
AS $$
BEGIN
  RETURN QUERY
    WITH watching AS (
      SELECT w.source_table, w.marked_by, t.trigger_name, q.oid AS queue,
             pg_catalog.string_to_array(pg_catalog.encode(g.tgargs, 'escape'), '\000') AS arguments
      FROM watched_tables AS w
      JOIN pg_catalog.pg_class AS s ON s.oid = w.source_table
      LEFT JOIN saas_metrics._triggers(ledger) AS t ON t.relation = w.source_table AND NOT t.truncates AND NOT t.disabled
      LEFT JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.relation AND g.tgname = t.trigger_name
      LEFT JOIN pg_catalog.pg_class AS q
        ON q.oid = g.tgconstrrelid AND q.relname = coalesce(w.marked_by || '_queue', 'changed_customers')
    )
    SELECT w.source_table,
           CASE WHEN bool_and(pg_catalog.to_regclass(pg_catalog.quote_ident(w.marked_by)) IS NULL AND w.marked_by IS NOT NULL)
                THEN 'a table that its SELECT reads is gone'
                WHEN bool_and(w.queue IS NULL) THEN 'it has no trigger'
                WHEN bool_and(saas_metrics._column_gone(w.source_table, w.queue, w.arguments)) THEN 'a column that the mark is made of is gone or of another type'
                WHEN bool_and(NOT saas_metrics._takes_marks(w.queue)) THEN 'its queue was altered' END
    FROM watching AS w
    GROUP BY w.source_table
    HAVING bool_and(w.queue IS NULL OR saas_metrics._column_gone(w.source_table, w.queue, w.arguments)
                    OR NOT saas_metrics._takes_marks(w.queue)
                    OR w.marked_by IS NOT NULL AND pg_catalog.to_regclass(pg_catalog.quote_ident(w.marked_by)) IS NULL);
END
$$;
COMMENT ON FUNCTION saas_metrics._broken_watches(name) IS
  'The watched tables of the entered ledger that do not mark every change, and why. Part of watch, refresh and check_ledger.';

CREATE FUNCTION saas_metrics._column_gone(source_table regclass, queue oid, arguments text[]) RETURNS boolean
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(bool_or(a.attnum IS NULL OR b.oid IS DISTINCT FROM k.atttypid), false)
  FROM generate_series(2, cardinality(arguments) - 2, 2) AS place
  LEFT JOIN pg_attribute AS a
    ON a.attrelid = source_table AND NOT a.attisdropped
       AND CASE WHEN arguments[1] = source_table::oid::text THEN a.attnum = arguments[place]::smallint
                ELSE encode(convert_to(a.attname::text, getdatabaseencoding()), 'escape') = arguments[place + 1] END
  LEFT JOIN pg_attribute AS k ON k.attrelid = queue AND k.attnum = place / 2
  LEFT JOIN LATERAL (
    WITH RECURSIVE below AS (
      SELECT a.atttypid AS oid
      UNION ALL
      SELECT t.typbasetype FROM below JOIN pg_type AS t ON t.oid = below.oid WHERE t.typtype = 'd')
    SELECT t.oid FROM below JOIN pg_type AS t ON t.oid = below.oid AND t.typtype <> 'd') AS b ON true
$$;
COMMENT ON FUNCTION saas_metrics._column_gone(regclass, oid, text[]) IS
  'Whether a column that the arguments of a trigger name is no longer what its queue keeps. Part of check_ledger.';

CREATE FUNCTION saas_metrics._takes_marks(queue oid) RETURNS boolean
  STABLE STRICT LANGUAGE c AS 'MODULE_PATHNAME', 'takes_marks_wrapper';
COMMENT ON FUNCTION saas_metrics._takes_marks(oid) IS
  'Whether triggers of watched tables can append to a table: an ordinary one without index, trigger, rule or constraint, its last column the scope. Part of check_ledger.';
