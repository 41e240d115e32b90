-- Ledgers -----------------------------------------------------------------------
-- Shared by all verbs.

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

-- Creating a view is the best check of a query. It is read in the caller's search path.
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
  -- They end with the session, and the view with them.
  IF EXISTS (
    SELECT FROM pg_catalog.pg_rewrite AS r
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS o
    WHERE r.ev_class = made AND o.schema LIKE 'pg_temp%')
  THEN
    PERFORM saas_metrics._refuse_query('must not use temporary functions or types');
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
  SET standard_conforming_strings = on
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

CREATE FUNCTION saas_metrics.ledger_without_settings(settings regclass) RETURNS boolean
  STABLE PARALLEL SAFE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION 'ledger "%" has no settings: its tables are empty', (
      SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = settings)
    USING ERRCODE = '55000', HINT = 'After the restore of a dump of the schema alone, call saas_metrics.drop_ledger, and set it up again from create_ledger on: saas_metrics.export_commands of the original lists how.';
END
$$;
COMMENT ON FUNCTION saas_metrics.ledger_without_settings(regclass) IS
  'Raises 55000: the table ledger_settings of a ledger has no row. Part of a ledger''s views.';

-- By its table of settings, which must be just what create_ledger makes: any role can make a schema
-- with things of these names.
CREATE FUNCTION saas_metrics._is_ledger_schema(schema oid) RETURNS boolean
  STABLE STRICT LANGUAGE c AS 'MODULE_PATHNAME', 'is_ledger_schema_wrapper';
COMMENT ON FUNCTION saas_metrics._is_ledger_schema(oid) IS
  'Whether a schema is a ledger. NULL if the argument is NULL.';

CREATE FUNCTION saas_metrics._is_ledger(ledger name) RETURNS boolean
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN coalesce((SELECT saas_metrics._is_ledger_schema(n.oid) FROM pg_namespace AS n WHERE n.nspname = ledger), false);
COMMENT ON FUNCTION saas_metrics._is_ledger(name) IS
  'Whether a schema of this name is a ledger. NULL if the argument is NULL.';

CREATE TYPE saas_metrics.ledger_header AS (
  version text, currency text, time_zone text, policy text, row_security boolean, last_refresh bigint, refreshed_at timestamptz
);
COMMENT ON TYPE saas_metrics.ledger_header IS 'A ledger in the list of all: the columns of saas_metrics.ledgers.';

CREATE FUNCTION saas_metrics._ledger_header(schema oid) RETURNS saas_metrics.ledger_header
  STABLE STRICT LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_header_wrapper';
COMMENT ON FUNCTION saas_metrics._ledger_header(oid) IS
  'The settings of the ledger that a schema is, read without evaluating anything that is its owner''s. NULL if it is none, if the caller may not read them, or while they are locked. Part of the view ledgers.';

-- The schemas in which names of a caller are looked up, each quoted; those that there are not are left out.
CREATE FUNCTION saas_metrics._callers_path() RETURNS text
  STABLE LANGUAGE sql
  RETURN pg_catalog.array_to_string(
    ARRAY(SELECT pg_catalog.quote_ident(s) FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS s), ', '::text);
COMMENT ON FUNCTION saas_metrics._callers_path() IS 'The search path as a list of schemas. Part of bind and watch.';

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
  IF NOT FOUND THEN
    PERFORM saas_metrics.ledger_without_settings('ledger_settings'::regclass);
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._lock_ledger(name) IS
  'Enters a ledger and holds it to the end of the transaction: verbs that change one wait for each other. Part of the verbs.';

CREATE FUNCTION saas_metrics._hold_ledger(ledger name) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics._hold_ledger_as_owner(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._hold_ledger(name) IS
  'Calls _hold_ledger_as_owner as the ledger''s owner. Part of create_ledger and connect_stripe.';
COMMENT ON FUNCTION saas_metrics._hold_ledger_as_owner(name) IS
  'Holds a ledger to the end of the transaction. Part of create_ledger and connect_stripe.';

CREATE FUNCTION saas_metrics._has_views() RETURNS boolean
  STABLE LANGUAGE sql
  -- It reads all inputs.
  RETURN pg_catalog.to_regclass('customer_status') IS NOT NULL AND pg_catalog.to_regclass('mrr_monthly') IS NOT NULL
    AND NOT EXISTS (SELECT FROM saas_metrics.input_columns AS c WHERE pg_catalog.to_regclass(c.input) IS NULL);
COMMENT ON FUNCTION saas_metrics._has_views() IS
  'Whether the ledger that was entered has its views: they go with a billing table that is dropped with CASCADE. Part of the verbs.';

CREATE FUNCTION saas_metrics._require_views(ledger name) RETURNS void
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  IF NOT saas_metrics._has_views() THEN
    RAISE EXCEPTION 'the views of ledger "%" are gone with a table that they read', ledger
      USING ERRCODE = '55000', HINT = 'Call saas_metrics.rebind, which makes them again; before it saas_metrics.bind, if a query has to change.';
  END IF;
  PERFORM c.currency FROM ledger_clock AS c;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_views(name) IS 'Raises 55000 if a ledger lacks its views. Part of the verbs.';

CREATE VIEW saas_metrics.ledgers AS
  SELECT n.nspname AS ledger, pg_catalog.pg_get_userbyid(n.nspowner) AS owner,
         h.currency, h.time_zone, h.policy, h.row_security, h.version, h.last_refresh, h.refreshed_at
  FROM pg_catalog.pg_namespace AS n
  CROSS JOIN LATERAL saas_metrics._ledger_header(n.oid) AS h
  WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE'::text) AND h.version IS NOT NULL
  ORDER BY n.nspname;
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
