-- Ledgers -----------------------------------------------------------------------
-- What all verbs need.

CREATE FUNCTION saas_metrics._ledger_objects(part text) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_objects_wrapper';
COMMENT ON FUNCTION saas_metrics._ledger_objects(text) IS
  'The script that makes a part of a ledger''s objects, with :customer_id_type and the like yet to be put in. Part of create_ledger.';

CREATE FUNCTION saas_metrics._one_select(query text) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'one_select_wrapper';
COMMENT ON FUNCTION saas_metrics._one_select(text) IS
  'The one SELECT that a text is, without the semicolon and what follows it; NULL if it is anything else, or NULL. What is no SQL is a syntax error (42601). Part of bind and watch.';

CREATE FUNCTION saas_metrics._refuse_query(problem text) RETURNS void
  IMMUTABLE LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'the query %', problem
    USING ERRCODE = '42601', HINT = 'Give one SELECT, WITH ... SELECT, VALUES or TABLE that only reads, and nothing after it.';
END
$$;
COMMENT ON FUNCTION saas_metrics._refuse_query(text) IS 'Raises 42601. Part of bind and watch.';

-- What the server says of a view of it is the best check of a query. Read in the caller's search path.
CREATE FUNCTION saas_metrics._create_query_view(ledger name, view_name name, query text, callers_path text) RETURNS regclass
  LANGUAGE plpgsql
AS $$
DECLARE
  ledgers_path text := pg_catalog.current_setting('search_path');
  made regclass;
BEGIN
  PERFORM pg_catalog.set_config('search_path', callers_path, true);
  BEGIN
    EXECUTE pg_catalog.format('CREATE VIEW %I.%I AS %s', ledger, view_name, query);
  EXCEPTION
    -- INTO, and what changes rows.
    WHEN feature_not_supported THEN
      PERFORM saas_metrics._refuse_query('must only read: ' || sqlerrm);
  END;
  PERFORM pg_catalog.set_config('search_path', ledgers_path, true);
  made := pg_catalog.format('%I.%I', ledger, view_name)::regclass;
  IF EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = made AND r.ev_action::text LIKE '%:rowMarks (%') THEN
    PERFORM saas_metrics._refuse_query('must not lock rows');
  END IF;
  RETURN made;
END
$$;
COMMENT ON FUNCTION saas_metrics._create_query_view(name, name, text, text) IS
  'Makes a view of a query that is one SELECT in the ledger''s schema, its names those of the caller''s search path. Part of bind and watch.';

CREATE FUNCTION saas_metrics.age_in_months(first date, day date) RETURNS integer
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'age_in_months_wrapper';
COMMENT ON FUNCTION saas_metrics.age_in_months(date, date) IS
  'Whole calendar months from a first day to a later one; a month from January 31 ends on the last of February. NULL if an argument is NULL, infinite, or day is before first.';

CREATE FUNCTION saas_metrics.ledger_today(time_zone text, settled_on date) RETURNS date
  STABLE STRICT PARALLEL SAFE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  asked text := nullif(current_setting('saas_metrics.today', true), '');
  today date;
BEGIN
  IF asked IS NULL THEN
    RETURN (now() AT TIME ZONE time_zone)::date;
  END IF;
  IF NOT asked ~ '^\d{4}-\d\d-\d\d$' THEN
    RAISE EXCEPTION 'saas_metrics.today must be a date, not "%"', left(asked, 100)
      USING ERRCODE = '22023', HINT = 'Write it as 2024-06-30, or reset the setting.';
  END IF;
  today := asked::date;
  IF today < settled_on THEN
    RAISE EXCEPTION 'saas_metrics.today is %, but the ledger was refreshed as of %', today, settled_on
      USING ERRCODE = '22023', HINT = 'Choose that day or a later one, or reset the setting.';
  END IF;
  RETURN today;
END
$$;
COMMENT ON FUNCTION saas_metrics.ledger_today(text, date) IS
  'The current date in a time zone or, where the setting saas_metrics.today gives another one, that. Earlier than settled_on is an error (22023). Part of a ledger''s views.';

CREATE FUNCTION saas_metrics._is_ledger(ledger name) RETURNS boolean
  STABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN EXISTS (
    SELECT FROM pg_class AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'saas_metrics_version'
    WHERE c.relname = 'ledger_settings' AND c.relkind = 'r'
      AND c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = ledger));
COMMENT ON FUNCTION saas_metrics._is_ledger(name) IS
  'Whether a schema is a ledger. NULL if the argument is NULL.';

CREATE FUNCTION saas_metrics._enter_ledger(ledger name, to_change boolean DEFAULT true) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  may boolean;
BEGIN
  IF ledger IS NULL THEN
    RAISE EXCEPTION 'ledger must not be NULL'
      USING ERRCODE = '22004', HINT = 'Give the name of a ledger.';
  END IF;
  IF NOT saas_metrics._is_ledger(ledger) THEN
    RAISE EXCEPTION 'ledger "%" does not exist', ledger
      USING ERRCODE = '3F000', HINT = 'SELECT saas_metrics.create_ledger makes one; saas_metrics.ledgers lists those there are.';
  END IF;
  SELECT CASE WHEN to_change THEN pg_catalog.pg_has_role(n.nspowner, 'USAGE')
              ELSE pg_catalog.has_schema_privilege(n.oid, 'USAGE') END
    INTO may
  FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname = ledger;
  IF NOT may THEN
    RAISE EXCEPTION '% ledger "%"', CASE WHEN to_change THEN 'must be owner of' ELSE 'permission denied for' END, ledger
      USING ERRCODE = '42501', HINT = CASE WHEN to_change THEN 'Ask its owner, or become a member of that role.'
                                           ELSE 'Ask its owner for USAGE on the schema and SELECT on what you need.' END;
  END IF;
  PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', ledger), true);
END
$$;
COMMENT ON FUNCTION saas_metrics._enter_ledger(name, boolean) IS
  'Makes a ledger''s schema the search path of the verb that calls this, after checking that it is one and that the caller owns it or, if nothing is to be changed, may use it. Part of the verbs.';

CREATE FUNCTION saas_metrics._lock_ledger(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger);
  -- First of all locks: who changes a ledger waits here for who does so already, and no later.
  PERFORM FROM ledger_settings AS s FOR UPDATE;
END
$$;
COMMENT ON FUNCTION saas_metrics._lock_ledger(name) IS
  'Enters a ledger and holds it to the end of the transaction: verbs that change one wait for each other. Part of the verbs.';

CREATE FUNCTION saas_metrics._has_views() RETURNS boolean
  STABLE LANGUAGE sql
  -- It reads all inputs.
  RETURN pg_catalog.to_regclass('customer_status') IS NOT NULL AND pg_catalog.to_regclass('mrr_monthly') IS NOT NULL;
COMMENT ON FUNCTION saas_metrics._has_views() IS
  'Whether the ledger that was entered has its views: they go with a billing table that is dropped with CASCADE. Part of the verbs.';

CREATE FUNCTION saas_metrics._require_views(ledger name) RETURNS void
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  IF NOT saas_metrics._has_views() THEN
    RAISE EXCEPTION 'the views of ledger "%" are gone with a table that they read', ledger
      USING ERRCODE = '55000', HINT = 'Call saas_metrics.rebind, which makes them anew; before it saas_metrics.bind, if a query has to change.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_views(name) IS 'Raises 55000 if a ledger lacks its views. Part of the verbs.';

CREATE FUNCTION saas_metrics._list_ledgers(
    OUT ledger name,
    OUT owner name,
    OUT currency text,
    OUT time_zone text,
    OUT policy text,
    OUT row_security boolean,
    OUT version text,
    OUT last_refresh bigint,
    OUT refreshed_at timestamptz
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  FOR ledger, owner IN
    SELECT n.nspname, pg_get_userbyid(n.nspowner)
    FROM pg_namespace AS n
    -- CASE, for the table has to be there before its rights are asked for.
    WHERE CASE WHEN saas_metrics._is_ledger(n.nspname) AND has_schema_privilege(n.oid, 'USAGE')
               THEN has_table_privilege(format('%I.ledger_settings', n.nspname), 'SELECT') END
    ORDER BY n.nspname
  LOOP
    EXECUTE format('SELECT currency, time_zone, policy, row_security, saas_metrics_version,
                           last_refresh, refreshed_at FROM %I.ledger_settings', ledger)
      INTO currency, time_zone, policy, row_security, version, last_refresh, refreshed_at;
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._list_ledgers() IS 'Part of the view ledgers.';

CREATE VIEW saas_metrics.ledgers AS SELECT * FROM saas_metrics._list_ledgers();
GRANT SELECT ON saas_metrics.ledgers TO PUBLIC;
COMMENT ON VIEW saas_metrics.ledgers IS 'All ledgers of the database whose settings you may read.';
COMMENT ON COLUMN saas_metrics.ledgers.ledger IS 'The ledger: a schema.';
COMMENT ON COLUMN saas_metrics.ledgers.owner IS 'Who owns it.';
COMMENT ON COLUMN saas_metrics.ledgers.currency IS 'The currency of its amounts.';
COMMENT ON COLUMN saas_metrics.ledgers.time_zone IS 'Where its days begin.';
COMMENT ON COLUMN saas_metrics.ledgers.policy IS 'How rows count.';
COMMENT ON COLUMN saas_metrics.ledgers.row_security IS 'Whether views are computed by the reader''s rights.';
COMMENT ON COLUMN saas_metrics.ledgers.version IS 'The version of saas_metrics that made its objects.';
COMMENT ON COLUMN saas_metrics.ledgers.last_refresh IS 'The number of the last refresh that changed something.';
COMMENT ON COLUMN saas_metrics.ledgers.refreshed_at IS 'When the last refresh was.';
