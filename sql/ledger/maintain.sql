-- Moving and upgrading ledgers --------------------------------------------------------

-- A ledger's owner can write any text into its bindings; in a script it must stay a list of names.
CREATE FUNCTION saas_metrics._set_search_path(path text) RETURNS text
  IMMUTABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN CASE
    WHEN path = '' THEN 'SET search_path = '''';'
    WHEN path ~ '^("([^"]|"")+"|[a-z_][a-z0-9_]*)(, *("([^"]|"")+"|[a-z_][a-z0-9_]*))*$' THEN format('SET search_path = %s;', path)
    ELSE format('SELECT pg_catalog.set_config(''search_path'', %L, false);', path) END;
COMMENT ON FUNCTION saas_metrics._set_search_path(text) IS
  'The statement that sets a search path to the names in a text. Part of export_commands.';

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
  FOR part IN SELECT b.input, b.query, b.search_path FROM saas_metrics._bindings_now(ledger) AS b LOOP
    RETURN NEXT saas_metrics._set_search_path(part.search_path);
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
  'The statements that make the same ledger again: create_ledger, its bindings, policies, watched tables, grants and the first refresh, one a row, for a script under version control. Not its history and the rows of its own tables: those go with pg_dump. Errors: 3F000, 42501.';

CREATE FUNCTION saas_metrics.upgrade_ledger(ledger name) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.upgrade_ledger_as_owner(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  PERFORM saas_metrics._record_life(ledger);
  PERFORM saas_metrics._rebuild_views(ledger);
  UPDATE ledger_settings SET saas_metrics_version = saas_metrics.version(), everything = true, anew = true;
  DELETE FROM rollup;
  PERFORM FROM saas_metrics.refresh(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics.upgrade_ledger_as_owner(name) IS 'The body of upgrade_ledger, run as the owner of the ledger. Part of upgrade_ledger.';
COMMENT ON FUNCTION saas_metrics.upgrade_ledger(name) IS
  'Makes the views of a ledger again, as this version of saas_metrics makes them, after ALTER EXTENSION saas_metrics UPDATE; what it stores, who may read it and your own views that read it stay. Ends with a refresh of all customers. Errors: 2BP01, with the definitions in its DETAIL, if a view has to change more than gain columns and something of yours depends on the ledger''s views.';

CREATE FUNCTION saas_metrics._rebuild_views(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  by_row boolean := (SELECT s.row_security FROM ledger_settings AS s);
  views regclass[];
BEGIN
  BEGIN
    PERFORM saas_metrics._build_views(by_row);
  -- A view cannot lose columns, nor change their names, order and types, without being dropped.
  EXCEPTION WHEN invalid_table_definition THEN
    SELECT pg_catalog.array_agg(o.relation) INTO views
    FROM saas_metrics._own_relations(ledger) AS o
    WHERE o.kind = 'VIEW' AND o.input IS NULL
      AND o.relation NOT IN (SELECT pg_catalog.quote_ident(w.name)::regclass FROM saas_metrics._objects_of_watches(ledger) AS w WHERE w.kind = 'VIEW');
    PERFORM saas_metrics._refuse_losses(
      pg_catalog.format('cannot upgrade ledger "%s" because %%s depends on its views', pg_catalog.replace(ledger, '%', '%%')),
      'Drop that, upgrade, and make it again.',
      (SELECT pg_catalog.array_agg(l) FROM saas_metrics._losses_of_views(ledger, views) AS l));
    PERFORM saas_metrics._drop_views(views);
    PERFORM saas_metrics._build_views(by_row);
  END;
  PERFORM saas_metrics._gather_marks(ledger);
  PERFORM saas_metrics._grant_again(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._rebuild_views(name) IS
  'Makes the views that a ledger is read by again, with what others may do with them. Part of upgrade_ledger and rebind.';

-- In one statement, because they read each other, and without CASCADE.
CREATE FUNCTION saas_metrics._drop_views(views regclass[]) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
BEGIN
  EXECUTE 'DROP VIEW ' || pg_catalog.array_to_string(views, ', ');
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_views(regclass[]) IS
  'Drops views of a ledger; an error (2BP01) if others depend on them. Part of upgrade_ledger and bind.';

-- Where an input that is bound has no query, its rows would be taken for none: it is bound again first.
CREATE FUNCTION saas_metrics._heal(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  gone text;
BEGIN
  IF NOT saas_metrics._has_views()
     AND NOT EXISTS (SELECT FROM bindings AS b WHERE b.bound AND saas_metrics._query_definition(ledger, b.input) IS NULL) THEN
    FOR gone IN
      SELECT DISTINCT c.input FROM saas_metrics.input_columns AS c WHERE pg_catalog.to_regclass(c.input) IS NULL
    LOOP
      PERFORM saas_metrics._build_input_view(gone);
    END LOOP;
    PERFORM saas_metrics._rebuild_views(ledger);
    RAISE WARNING 'the views of ledger "%" were missing and have been recreated', ledger
      USING HINT = 'Watch again what is to be watched, and make views of your own that read them again.';
  END IF;
  PERFORM saas_metrics._grant_again(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._heal(name) IS
  'Makes the views of a ledger again that went with a table that was dropped with CASCADE, once all bound inputs have their queries; grants on what is new what was recorded. Part of bind, unbind and rebind.';
