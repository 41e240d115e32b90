-- Binding inputs to billing tables ----------------------------------------------

CREATE FUNCTION saas_metrics._customer_id_type(ledger name) RETURNS text
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN (
    SELECT format_type(a.atttypid, NULL)
    FROM pg_attribute AS a
    WHERE a.attrelid = format('%I.current_lines', ledger)::regclass AND a.attname = 'customer_id');
COMMENT ON FUNCTION saas_metrics._customer_id_type(name) IS 'The type of a ledger''s customers. Part of bind.';

CREATE FUNCTION saas_metrics._input_expression(
    column_name text, column_type text, given name, given_type oid, time_zone text
  ) RETURNS text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    -- The customer is passed on as it is, but for what is no conversion, a domain or a length: any other
    -- cast would keep an index from being used.
    WHEN column_type IS NULL AND base IN ('int2', 'int4', 'int8', 'text', 'varchar', 'uuid') THEN col || '::' || base
    WHEN column_type = 'text' AND (base IN ('text', 'varchar', 'bpchar', 'char', 'name', 'uuid', 'int2', 'int4', 'int8')
                                   OR kind = 'e') THEN col || '::text COLLATE "default"'
    WHEN column_type = 'numeric' AND base IN ('numeric', 'int2', 'int4', 'int8') THEN col || '::numeric'
    WHEN column_type = 'timestamptz' AND base = 'timestamptz' THEN col || '::timestamptz'
    WHEN column_type = 'timestamptz' AND base IN ('timestamp', 'date') THEN
      -- Dates reach further than instants do.
      format('(CASE WHEN %1$s >= date ''294276-01-01'' THEN timestamptz ''infinity''
                    WHEN %1$s < date ''4712-01-01 BC'' THEN timestamptz ''-infinity''
                    ELSE %1$s::timestamp AT TIME ZONE %2$L END)', col, time_zone)
    WHEN column_type = 'date' AND base = 'date' THEN col || '::date'
    WHEN column_type = 'interval' AND base = 'interval' THEN col || '::interval'
    WHEN column_type = 'boolean' AND base = 'bool' THEN col || '::boolean'
    WHEN column_type = 'jsonb' AND base IN ('jsonb', 'json') THEN col || '::jsonb'
  END
  FROM (
    SELECT format('q.%I', given) AS col, t.typname AS base, t.typtype AS kind
    FROM (WITH RECURSIVE below AS (
            SELECT given_type AS oid
            UNION ALL
            SELECT t.typbasetype FROM below JOIN pg_type AS t ON t.oid = below.oid
            WHERE t.typtype = 'd')
          SELECT oid FROM below) AS types
    JOIN pg_type AS t ON t.oid = types.oid AND t.typtype <> 'd'
    JOIN pg_namespace AS n ON n.oid = t.typnamespace AND (n.nspname = 'pg_catalog' OR t.typtype = 'e')
  ) AS of_type
$$;
COMMENT ON FUNCTION saas_metrics._input_expression(text, text, name, oid, text) IS
  'How a column of a query becomes one of an input; NULL if its type cannot. Part of bind.';

CREATE FUNCTION saas_metrics._bind_problems(ledger name, input text, query regclass) RETURNS text[]
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  problems text[];
BEGIN
  SELECT pg_catalog.array_agg(problem ORDER BY place, problem) INTO problems
  FROM (
    SELECT c.place,
           CASE
             WHEN pg_catalog.count(g.attname) = 0 AND c.required THEN
               pg_catalog.format('column %s (%s) is missing', c.column_name,
                                 coalesce(c.column_type, 'smallint, integer, bigint, uuid, text or varchar'))
             WHEN pg_catalog.count(g.attname) > 1 THEN
               pg_catalog.format('column %s is given twice', c.column_name)
             WHEN pg_catalog.bool_or(g.attname IS NOT NULL AND saas_metrics._input_expression(
                    c.column_name, c.column_type, g.attname, g.atttypid, 'UTC') IS NULL) THEN
               pg_catalog.format('column %s must be of type %s, not %s', pg_catalog.min(g.attname),
                                 coalesce(c.column_type, 'smallint, integer, bigint, uuid, text or varchar'),
                                 pg_catalog.min(pg_catalog.format_type(g.atttypid, g.atttypmod)))
             WHEN c.column_type IS NULL AND pg_catalog.bool_or(g.attcollation NOT IN (0, 'pg_catalog.default'::regcollation)) THEN
               pg_catalog.format('column %s must be of the default collation, not %s', pg_catalog.min(g.attname),
                                 pg_catalog.min(g.attcollation::regcollation::text))
           END AS problem
    FROM saas_metrics.input_columns AS c
    LEFT JOIN pg_catalog.pg_attribute AS g
      ON g.attrelid = query AND g.attnum > 0
         AND g.attname IN (c.column_name,
                           CASE WHEN c.column_type = 'timestamptz'
                                THEN pg_catalog.regexp_replace(c.column_name, '_at$', '_on') END)
    WHERE c.input = _bind_problems.input
    GROUP BY c.place, c.column_name, c.column_type, c.required
    UNION ALL
    SELECT 1000, pg_catalog.format('column %s is not one of the input', g.attname)
    FROM pg_catalog.pg_attribute AS g
    WHERE g.attrelid = query AND g.attnum > 0
      AND NOT EXISTS (
        SELECT FROM saas_metrics.input_columns AS c
        WHERE c.input = _bind_problems.input
          AND g.attname IN (c.column_name,
                            CASE WHEN c.column_type = 'timestamptz'
                                 THEN pg_catalog.regexp_replace(c.column_name, '_at$', '_on') END))
  ) AS found
  WHERE problem IS NOT NULL;
  RETURN problems;
END
$$;
COMMENT ON FUNCTION saas_metrics._bind_problems(name, text, regclass) IS
  'The columns of a query that do not match the input, each with the problem. Part of bind.';

CREATE FUNCTION saas_metrics._bound_view(ledger name, input text, query regclass) RETURNS text
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  zone text;
  body text;
BEGIN
  SELECT s.time_zone INTO zone FROM ledger_settings AS s;
  SELECT pg_catalog.string_agg(
           coalesce(saas_metrics._input_expression(c.column_name, c.column_type, g.attname, g.atttypid, zone),
                    pg_catalog.format('%L::%s', c.default_value, c.column_type))
           || pg_catalog.format(' AS %I', c.column_name), ', ' ORDER BY c.place)
         || pg_catalog.format(' FROM %s AS q', query)
    INTO body
  FROM saas_metrics.input_columns AS c
  LEFT JOIN pg_catalog.pg_attribute AS g
    ON g.attrelid = query AND g.attnum > 0
       AND g.attname IN (c.column_name,
                         CASE WHEN c.column_type = 'timestamptz'
                              THEN pg_catalog.regexp_replace(c.column_name, '_at$', '_on') END)
  WHERE c.input = _bound_view.input;
  RETURN 'SELECT ' || body;
END
$$;
COMMENT ON FUNCTION saas_metrics._bound_view(name, text, regclass) IS
  'The query of an input that is bound. Part of bind.';

CREATE FUNCTION saas_metrics._require_input(input text) RETURNS void
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  IF input IS NULL THEN
    RAISE EXCEPTION 'input must not be NULL' USING ERRCODE = '22004', HINT = 'Give the name of an input.';
  END IF;
  IF NOT EXISTS (SELECT FROM saas_metrics.input_columns AS c WHERE c.input = _require_input.input) THEN
    RAISE EXCEPTION 'input "%" is not known', pg_catalog.left(input, 100)
      USING ERRCODE = '22023', HINT = pg_catalog.format('Use one of: %s.', (
        SELECT pg_catalog.string_agg(DISTINCT c.input, ', ') FROM saas_metrics.input_columns AS c));
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_input(text) IS 'Refuses (22023, 22004) an input that ledgers do not have. Part of bind.';

-- Puts the rows' own table behind an input again.
CREATE FUNCTION saas_metrics._detach_input(ledger name, input text) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
BEGIN
  PERFORM saas_metrics._build_input_view(input);
  PERFORM saas_metrics._refuse_losses(
    pg_catalog.format('cannot take input "%s" off its query because %%s reads it', input), 'Drop that, and make it again afterwards.',
    (SELECT pg_catalog.array_agg(l)
     FROM saas_metrics._losses_of_views(ledger, ARRAY[pg_catalog.to_regclass(pg_catalog.format('%I.%I', ledger, input || '_query'))::oid]) AS l));
  EXECUTE pg_catalog.format('DROP VIEW IF EXISTS %I', input || '_query');
END
$$;
COMMENT ON FUNCTION saas_metrics._detach_input(name, text) IS 'Part of unbind and bind.';

-- Constants are written so that every session reads the same in them.
CREATE FUNCTION saas_metrics._query_definition(ledger name, input text) RETURNS text
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  SET datestyle = 'ISO, YMD'
  SET intervalstyle = 'postgres'
  SET timezone = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET quote_all_identifiers = off
  RETURN pg_get_viewdef(to_regclass(format('%I.%I', ledger, input || '_query')));
COMMENT ON FUNCTION saas_metrics._query_definition(name, text) IS
  'The query that an input is bound to as the server prints it, with present names and all schemas named; NULL if it is bound to none. Part of bind and export_commands.';

-- Where the server says something else of a query than when it was bound, that is the query now.
CREATE FUNCTION saas_metrics._follow_renames(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE bindings AS b
  SET query = now.definition, search_path = '', definition = now.definition
  FROM (SELECT k.input, saas_metrics._query_definition(ledger, k.input) AS definition FROM bindings AS k WHERE k.bound) AS now
  WHERE b.input = now.input AND b.definition <> now.definition;
END
$$;
COMMENT ON FUNCTION saas_metrics._follow_renames(name) IS
  'Brings the queries of bindings up to date where columns or tables that they read were renamed. Part of _record_life.';

CREATE FUNCTION saas_metrics._record_life(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM saas_metrics._record_grants(ledger);
  PERFORM saas_metrics._follow_renames(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._record_life(name) IS
  'Records what is lost with a view: who may read it and, of a query, what it is by now. Part of refresh, bind, unbind, rebind and upgrade_ledger.';

CREATE FUNCTION saas_metrics._bindings_now(ledger name, OUT input text, OUT query text, OUT search_path text) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN QUERY
    SELECT b.input,
           CASE WHEN b.definition <> d.definition THEN d.definition ELSE b.query END,
           CASE WHEN b.definition <> d.definition THEN '' ELSE b.search_path END
    FROM bindings AS b
    CROSS JOIN LATERAL (SELECT saas_metrics._query_definition(ledger, b.input) AS definition) AS d
    WHERE b.bound
    ORDER BY b.input;
END
$$;
COMMENT ON FUNCTION saas_metrics._bindings_now(name) IS
  'The queries that the inputs of the ledger that was entered are bound to, with what was renamed since by its name of now. Part of export_commands.';

CREATE FUNCTION saas_metrics._id_type(query regclass, id_column name) RETURNS text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE below AS (
    SELECT a.atttypid AS oid FROM pg_attribute AS a WHERE a.attrelid = query AND a.attname = id_column AND a.attnum > 0
    UNION ALL
    SELECT t.typbasetype FROM below JOIN pg_type AS t ON t.oid = below.oid WHERE t.typtype = 'd'
  )
  SELECT format_type(t.oid, NULL) FROM below JOIN pg_type AS t ON t.oid = below.oid WHERE t.typtype <> 'd'
$$;
COMMENT ON FUNCTION saas_metrics._id_type(regclass, name) IS
  'The type of a column, below all domains; NULL if there is no such column. Part of bind and watch.';

-- An input must not read objects that are derived from it.
CREATE FUNCTION saas_metrics._reads_of_itself(ledger name, input text, query regclass) RETURNS SETOF regclass
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE read AS (
    SELECT query::oid AS relation
    UNION
    SELECT d.refobjid
    FROM read
    JOIN pg_rewrite AS w ON w.ev_class = read.relation
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                       AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
  )
  SELECT c.oid::regclass
  FROM read
  JOIN pg_class AS c ON c.oid = read.relation AND c.oid <> query
  WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = ledger)
    AND (c.relname IN (input, input || '_query')
         OR c.relname NOT IN (SELECT i.input || suffix
                              FROM saas_metrics.input_columns AS i, unnest('{"",_query,_rows}'::text[]) AS suffix))
$$;
COMMENT ON FUNCTION saas_metrics._reads_of_itself(name, text, regclass) IS
  'The relations of a ledger that a query reads and that come from the input it is for. Part of bind.';

CREATE FUNCTION saas_metrics._check_query(ledger name, input text, query text, callers_path text) RETURNS text
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problems text[];
  itself regclass;
  id_type text;
  made regclass;
BEGIN
  made := saas_metrics._create_query_view(ledger, 'bind_check'::name, query, callers_path);
  problems := saas_metrics._bind_problems(ledger, input, made);
  IF problems IS NOT NULL THEN
    RAISE EXCEPTION 'the query does not fit the input "%": %', input, array_to_string(problems, '; ')
      USING ERRCODE = '42804', HINT = saas_metrics._bind_hint(input, problems);
  END IF;
  SELECT r INTO itself FROM saas_metrics._reads_of_itself(ledger, input, made) AS r LIMIT 1;
  IF itself IS NOT NULL THEN
    RAISE EXCEPTION 'the query reads %, which the ledger makes of the input "%" itself', itself, input
      USING ERRCODE = '42P19', HINT = 'Bind your own tables.';
  END IF;
  id_type := saas_metrics._id_type(made, 'customer_id'::name);
  EXECUTE format('DROP VIEW %s', made);
  RETURN id_type;
END
$$;
COMMENT ON FUNCTION saas_metrics._check_query(name, text, text, text) IS
  'Refuses a query that does not fit an input; returns the type of its customer_id, NULL without one. Part of bind.';

CREATE FUNCTION saas_metrics._is_bound(ledger name, input text, query text, callers_path text) RETURNS boolean
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM bindings AS b
                 WHERE b.input = _is_bound.input AND b.query = _is_bound.query AND b.search_path = callers_path AND b.bound)
    AND saas_metrics._query_definition(ledger, input) IS NOT NULL;
END
$$;
COMMENT ON FUNCTION saas_metrics._is_bound(name, text, text, text) IS
  'Whether an input is bound to a query, and that is still there. Part of bind.';

CREATE FUNCTION saas_metrics._bind_in(
    ledger name, input text, query text, callers_path text, again boolean DEFAULT false
  ) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics._bind_in_as_owner(
    ledger name, input text, query text, callers_path text, again boolean
  ) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  statement text;
  id_type text;
  empty boolean;
  made regclass;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  IF input IS NULL OR query IS NULL THEN
    RAISE EXCEPTION 'an argument of bind is NULL' USING ERRCODE = '22004', HINT = 'Give the name of an input and a SELECT.';
  END IF;
  PERFORM saas_metrics._require_input(input);
  statement := saas_metrics._select_to_bind(query);
  EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', input || '_rows') INTO empty;
  IF NOT empty THEN
    RAISE EXCEPTION 'input "%" has rows of its own in %_rows', input, input
      USING ERRCODE = '55000', HINT = 'An input is either a table of its own or bound to a query. Delete its rows first.';
  END IF;
  IF NOT again AND saas_metrics._is_bound(ledger, input, query, callers_path) THEN
    RAISE NOTICE 'input "%" is bound to this query already, skipping', input;
    RETURN;
  END IF;
  PERFORM saas_metrics._record_life(ledger);
  id_type := saas_metrics._check_query(ledger, input, statement, callers_path);
  IF id_type <> saas_metrics._customer_id_type(ledger) THEN
    PERFORM saas_metrics._retype_ledger(ledger, input, id_type);
  END IF;

  PERFORM saas_metrics._detach_input(ledger, input);
  made := saas_metrics._create_query_view(ledger, (input || '_query')::name, statement, callers_path);
  PERFORM saas_metrics._warn_of_lost_cents(statement, made);
  EXECUTE format('COMMENT ON VIEW %I IS %L', input || '_query',
    'The query that the input ' || input || ' is bound to.');
  EXECUTE format('CREATE OR REPLACE VIEW %I AS %s', input, saas_metrics._bound_view(ledger, input, made));
  INSERT INTO bindings AS b VALUES (input, query, callers_path, true, saas_metrics._query_definition(ledger, input))
    ON CONFLICT ON CONSTRAINT bindings_pkey
    DO UPDATE SET query = excluded.query, search_path = excluded.search_path, bound = true, definition = excluded.definition;
  PERFORM saas_metrics._heal(ledger);
  UPDATE ledger_settings SET everything = true;
  IF saas_metrics._has_views() THEN
    PERFORM saas_metrics._warn_of_scans(ledger);
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._bind_in_as_owner(name, text, text, text, boolean) IS 'The body of _bind_in, run as the owner of the ledger. Part of _bind_in.';
COMMENT ON FUNCTION saas_metrics._bind_in(name, text, text, text, boolean) IS
  'Part of bind and rebind. again: also if the input is bound to the query already.';

-- No search path of its own: the names in the query are the caller's.
CREATE FUNCTION saas_metrics.bind(ledger name, input text, query text) RETURNS void
  LANGUAGE sql
AS $$
  SELECT saas_metrics._bind_in(ledger, input, query, saas_metrics._callers_path())
$$;
COMMENT ON FUNCTION saas_metrics.bind(name, text, text) IS
  'Binds an input of a ledger (subscription_periods, customers, fx_rates) to one SELECT over your own tables, whose names resolve in your search path; a column or table that is renamed later is followed. saas_metrics.input_columns lists the columns: those required must be there, others have defaults, dates and timestamps without time zone are local to the ledger''s, customer_id is passed on uncast. Customers of another type are taken as long as the ledger holds none. Makes views again that went with a table that was dropped with CASCADE, unless another input has lost its query. Errors: one (42804) that lists all missing, extra and ill-typed columns; 42601 for anything but one SELECT that only reads; 42P19 if it reads what the ledger makes of the input; 55000 while <input>_rows holds rows; 2BP01, with the definitions in its DETAIL, if views, policies or constraints of yours stand on what has to be made again; 22023 for an unknown input. Warns if reading a changed customer would scan the whole of a table of more than 1,000 rows, and of an amount that is an integer divided by 100. Then: saas_metrics.refresh.';

CREATE FUNCTION saas_metrics.unbind(ledger name, input text) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.unbind_as_owner(ledger name, input text) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  PERFORM saas_metrics._require_input(input);
  PERFORM saas_metrics._record_life(ledger);
  PERFORM saas_metrics._detach_input(ledger, input);
  EXECUTE 'UPDATE bindings SET bound = false WHERE input = $1' USING input;
  PERFORM saas_metrics._heal(ledger);
  UPDATE ledger_settings SET everything = true;
END
$$;
COMMENT ON FUNCTION saas_metrics.unbind_as_owner(name, text) IS 'The body of unbind, run as the owner of the ledger. Part of unbind.';
COMMENT ON FUNCTION saas_metrics.unbind(name, text) IS
  'Takes an input off its query, so that migrations can change the tables it reads; the query is kept for rebind. Views show the state of the last refresh; a refresh while nothing is bound would supersede it all. Makes views again that went with a table that was dropped with CASCADE, unless another input has lost its query. Errors: 3F000, 42501; 2BP01 if a view of yours reads <input>_query.';

CREATE FUNCTION saas_metrics.rebind(ledger name) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.rebind_as_owner(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kept record;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  PERFORM saas_metrics._record_life(ledger);
  FOR kept IN SELECT b.input, b.query, b.search_path FROM bindings AS b ORDER BY b.input LOOP
    PERFORM saas_metrics._bind_in(ledger, kept.input, kept.query, kept.search_path, again => true);
  END LOOP;
  PERFORM saas_metrics._heal(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics.rebind_as_owner(name) IS 'The body of rebind, run as the owner of the ledger. Part of rebind.';
COMMENT ON FUNCTION saas_metrics.rebind(name) IS
  'Binds all inputs again to the queries they were bound to, in the search paths of then and with what was renamed since by its name of now: after a migration, or for columns that a SELECT * has gained. Makes views again that went with a table that was dropped with CASCADE, with what others may do with them as the last refresh, bind, unbind or rebind found it. Errors as of bind.';
