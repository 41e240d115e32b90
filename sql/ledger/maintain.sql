-- Moving and upgrading ledgers --------------------------------------------------------

CREATE FUNCTION saas_metrics.export_commands(ledger name) RETURNS SETOF text
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part record;
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger);
  RETURN QUERY
    SELECT format('SELECT saas_metrics.create_ledger(%L, currency => %L, time_zone => %L%s);', ledger,
                  s.currency, s.time_zone, CASE WHEN s.row_security THEN ', row_security => true' ELSE '' END)
    FROM ledger_settings AS s;
  FOR part IN SELECT b.input, b.query, b.search_path FROM bindings AS b WHERE b.bound ORDER BY b.input LOOP
    -- An empty one shows as "", which nobody may write.
    RETURN NEXT format('SET search_path = %s;', coalesce(nullif(nullif(part.search_path, ''), '""'), ''''''));
    RETURN NEXT format('SELECT saas_metrics.bind(%L, %L, %L);', ledger, part.input, part.query);
  END LOOP;
  RETURN QUERY
    SELECT format('INSERT INTO %I.policies VALUES %s;', ledger,
                  (SELECT '(' || string_agg(quote_nullable(v.value), ', ' ORDER BY a.attnum) || ')'
                   FROM jsonb_each_text(to_jsonb(p)) AS v
                   JOIN pg_attribute AS a ON a.attrelid = 'policies'::regclass AND a.attname = v.key))
    FROM policies AS p
    ORDER BY p.policy;
  FOR part IN
    SELECT w.*
    FROM watched_tables AS w
    JOIN pg_class AS c ON c.oid = w.source_table
    ORDER BY w.source_table::text
  LOOP
    RETURN NEXT format('SELECT saas_metrics.watch(%L, %L, %L%s);', ledger, part.source_table, part.customer_id,
                       CASE WHEN part.on_replica THEN ', on_replica => true' ELSE '' END);
  END LOOP;
  RETURN QUERY SELECT grants || ';' FROM unnest(saas_metrics._grants_of(ledger)) AS grants;
  RETURN QUERY
    SELECT format('SELECT * FROM saas_metrics.%s;',
                  CASE s.policy WHEN 'default' THEN format('refresh(%L)', ledger)
                  ELSE format('set_policy(%L, %L)', ledger, s.policy) END)
    FROM ledger_settings AS s;
END
$$;
COMMENT ON FUNCTION saas_metrics.export_commands(name) IS
  'The statements that make a ledger anew: create_ledger, its bindings, policies, watched tables, grants and the first refresh, one a row, for a script under version control. Not its history and the rows of its own tables: those go with pg_dump. Errors: 3F000, 42501.';

CREATE FUNCTION saas_metrics.upgrade_ledger(ledger name) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.upgrade_ledger_as_owner(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dependent text;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  SELECT d::text INTO dependent FROM saas_metrics._foreign_dependents(ledger) AS d LIMIT 1;
  IF dependent IS NOT NULL THEN
    RAISE EXCEPTION 'cannot upgrade ledger "%" because % depends on its views', ledger, dependent
      USING ERRCODE = '2BP01', HINT = 'Drop that, upgrade, and make it again.';
  END IF;
  PERFORM saas_metrics._rebuild_views(ledger);
  UPDATE ledger_settings SET saas_metrics_version = saas_metrics.version(), everything = true, anew = true;
  DELETE FROM rollup;
  PERFORM FROM saas_metrics.refresh(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics.upgrade_ledger_as_owner(name) IS 'The body of upgrade_ledger, run as the owner of the ledger. Part of upgrade_ledger.';
COMMENT ON FUNCTION saas_metrics.upgrade_ledger(name) IS
  'Makes the views of a ledger anew as this version of saas_metrics makes them, after ALTER EXTENSION saas_metrics UPDATE; what it stores and who may read it stays. Ends with a refresh of all customers. Errors: 2BP01 if a view of yours reads the ledger''s.';

CREATE FUNCTION saas_metrics._rebuild_views(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  grants text[] := saas_metrics._grants_of(ledger);
  statement text;
BEGIN
  PERFORM saas_metrics._drop_views(ledger);
  PERFORM saas_metrics._build_views((SELECT s.row_security FROM ledger_settings AS s));
  PERFORM saas_metrics._gather_marks(ledger);
  PERFORM saas_metrics._give_to_owner(ledger);
  FOREACH statement IN ARRAY grants LOOP
    EXECUTE statement;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._rebuild_views(name) IS
  'Makes the views that a ledger is read by anew, with what others may do with them. Part of upgrade_ledger and rebind.';

CREATE FUNCTION saas_metrics._drop_views(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
DECLARE
  made name;
BEGIN
  FOR made IN
    SELECT c.relname
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ledger)
      AND c.relkind = 'v'
      AND c.relname NOT IN (SELECT i.input FROM saas_metrics.input_columns AS i
                            UNION ALL
                            SELECT i.input || '_query' FROM saas_metrics.input_columns AS i
                            UNION ALL
                            SELECT w.marked_by || suffix FROM watched_tables AS w, unnest('{"",_rows}'::text[]) AS suffix
                            WHERE w.marked_by IS NOT NULL)
  LOOP
    EXECUTE pg_catalog.format('DROP VIEW IF EXISTS %I CASCADE', made);
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_views(name) IS 'Drops the views that a ledger is read by. Part of upgrade_ledger.';
