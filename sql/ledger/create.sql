-- Making and dropping ledgers ---------------------------------------------------

CREATE FUNCTION saas_metrics._build_inputs(customer_id_type text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  input record;
BEGIN
  FOR input IN
    SELECT c.input,
           pg_catalog.string_agg(
             pg_catalog.format('%I %s%s', c.column_name, coalesce(c.column_type, customer_id_type),
                               coalesce(' DEFAULT ' || pg_catalog.quote_literal(c.default_value), '')),
             ', ' ORDER BY c.place) AS columns
    FROM saas_metrics.input_columns AS c
    GROUP BY c.input
  LOOP
    EXECUTE pg_catalog.format('CREATE TABLE %I (%s)', input.input || '_rows', input.columns);
    EXECUTE pg_catalog.format('ALTER TABLE %I REPLICA IDENTITY FULL', input.input || '_rows');
    EXECUTE pg_catalog.format('COMMENT ON TABLE %I IS %L', input.input || '_rows',
      pg_catalog.format('Rows of the input %s, unless it is bound to a query. Takes COPY and INSERT.', input.input));
    PERFORM saas_metrics._build_input_view(input.input);
  END LOOP;
  CREATE INDEX ON subscription_periods_rows (customer_id);
  CREATE INDEX ON customers_rows (customer_id);
END
$$;
COMMENT ON FUNCTION saas_metrics._build_inputs(text) IS 'Part of create_ledger.';

CREATE FUNCTION saas_metrics._build_input_view(input text) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE pg_catalog.format('CREATE OR REPLACE VIEW %I AS SELECT * FROM %I', input, input || '_rows');
  EXECUTE pg_catalog.format('COMMENT ON VIEW %I IS %L', input,
    'An input of the ledger; see saas_metrics.input_columns. Bound to a query by saas_metrics.bind.');
END
$$;
COMMENT ON FUNCTION saas_metrics._build_input_view(text) IS
  'Puts the rows'' own table behind an input. Part of create_ledger, bind and unbind.';

CREATE FUNCTION saas_metrics._mrr_query(grain text) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN replace(replace(saas_metrics._ledger_objects('mrr_by_period'), ':grain', grain),
                 ':step', CASE grain WHEN 'quarter' THEN '3 months' ELSE '1 ' || grain END);
COMMENT ON FUNCTION saas_metrics._mrr_query(text) IS
  'The query of a view such as mrr_monthly. Part of create_ledger and mrr_monthly_at.';

-- A script of views; with row security they are read by the rights of the reader, and names of
-- customers, whom he may not all see, are left out.
CREATE FUNCTION saas_metrics._view_script(script text, row_security boolean) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN CASE WHEN row_security THEN
    replace(replace(regexp_replace(script, '^CREATE VIEW (\w+) AS', 'CREATE OR REPLACE VIEW \1 WITH (security_invoker = true) AS', 'gn'),
            'SELECT customer_id FROM customers', 'SELECT customer_id FROM movements'),
            'LEFT JOIN customers AS c USING (customer_id)',
            'CROSS JOIN (SELECT NULL::text AS name, NULL::boolean AS is_test, NULL::jsonb AS attributes) AS c')
    ELSE regexp_replace(script, '^CREATE VIEW ', 'CREATE OR REPLACE VIEW ', 'gn') END;
COMMENT ON FUNCTION saas_metrics._view_script(text, boolean) IS 'Part of create_ledger.';

CREATE FUNCTION saas_metrics._view_scripts(row_security boolean) RETURNS SETOF text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT saas_metrics._ledger_objects(o.part)
  FROM (VALUES ('settings'), ('pending'), (CASE WHEN row_security THEN 'fresh_by_row' ELSE 'fresh' END), ('movements')) AS o (part)
  UNION ALL
  SELECT replace(replace(
           format(E'CREATE VIEW mrr_:adverb AS\n%s;\n', saas_metrics._mrr_query(g.grain))
           || saas_metrics._ledger_objects('mrr_by_period_comments'),
           ':grain', g.grain), ':adverb', g.adverb)
  FROM (VALUES ('day', 'daily'), ('week', 'weekly'), ('month', 'monthly'), ('quarter', 'quarterly'),
               ('year', 'yearly')) AS g (grain, adverb)
  UNION ALL
  SELECT replace(replace(replace(
           saas_metrics._ledger_objects('mrr_by_segment'),
           ':segment', s.segment), ':title', s.title), ':value', s.value)
  FROM (VALUES ('plan', 'plan', 'segment'), ('product', 'product', 'segment'),
               ('billing_period', 'billing period', 'segment::interval')) AS s (segment, title, value)
  UNION ALL
  SELECT saas_metrics._ledger_objects(o.part)
  FROM (VALUES ('mrr_by_currency'), ('churn'), ('retention'), ('customers')) AS o (part)
$$;
COMMENT ON FUNCTION saas_metrics._view_scripts(boolean) IS
  'The scripts that make a ledger''s views, in the order in which they need each other. Part of create_ledger.';

CREATE FUNCTION saas_metrics._build_views(row_security boolean) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  script text;
BEGIN
  FOR script IN SELECT s FROM saas_metrics._view_scripts(row_security) AS s LOOP
    EXECUTE saas_metrics._view_script(script, row_security);
  END LOOP;
  PERFORM saas_metrics._comment_lines();
END
$$;
COMMENT ON FUNCTION saas_metrics._build_views(boolean) IS 'Part of create_ledger.';

CREATE FUNCTION saas_metrics._comment_lines() RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  line record;
BEGIN
  FOR line IN
    SELECT v.relation, a.attname, pg_catalog.col_description(a.attrelid, a.attnum) AS comment
    FROM (VALUES ('current_lines'), ('superseded_lines'), ('movement_history')) AS v (relation)
    CROSS JOIN pg_catalog.pg_attribute AS a
    WHERE a.attrelid = 'saas_metrics.ledger_line'::regclass AND a.attnum > 0
    UNION ALL
    SELECT v.relation, c.name, c.comment
    FROM (VALUES ('current_lines'), ('superseded_lines'), ('movement_history')) AS v (relation)
    CROSS JOIN (VALUES ('customer_id', 'The customer.'),
                       ('recorded_by', 'The refresh that recorded the line.'),
                       ('superseded_by', 'The refresh that replaced or removed it; NULL: it is current.')) AS c (name, comment)
    WHERE c.name <> 'superseded_by' OR v.relation <> 'current_lines'
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON COLUMN %I.%I IS %L', line.relation, line.attname, line.comment);
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._comment_lines() IS
  'Comments the columns that tables and views have of saas_metrics.ledger_line. Part of create_ledger.';

CREATE FUNCTION saas_metrics._build_ledger(ledger name, customer_id_type text, row_security boolean) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE pg_catalog.replace(
    saas_metrics._ledger_objects('tables'), ':customer_id_type', customer_id_type);
  PERFORM saas_metrics._build_inputs(customer_id_type);
  PERFORM saas_metrics._build_views(row_security);
  IF row_security THEN
    ALTER TABLE current_lines ENABLE ROW LEVEL SECURITY;
    ALTER TABLE superseded_lines ENABLE ROW LEVEL SECURITY;
    ALTER TABLE rejected_rows ENABLE ROW LEVEL SECURITY;
  END IF;
  PERFORM saas_metrics._watch_rows(ledger, c.input) FROM (SELECT DISTINCT i.input FROM saas_metrics.input_columns AS i) AS c;
END
$$;
COMMENT ON FUNCTION saas_metrics._build_ledger(name, text, boolean) IS 'Part of create_ledger.';

CREATE FUNCTION saas_metrics.create_ledger(
    ledger name,
    currency text DEFAULT 'USD',
    time_zone text DEFAULT 'UTC',
    policy text DEFAULT 'default',
    row_security boolean DEFAULT false
  ) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  same boolean;
BEGIN
  IF ledger IS NULL OR currency IS NULL OR time_zone IS NULL OR policy IS NULL OR row_security IS NULL THEN
    RAISE EXCEPTION 'an argument of create_ledger is NULL'
      USING ERRCODE = '22004', HINT = 'Leave an argument out to have its default.';
  END IF;
  IF currency !~ '^[A-Za-z]{3}$' THEN
    RAISE EXCEPTION 'currency "%" is not a code of three letters', left(currency, 100)
      USING ERRCODE = '22023', HINT = 'Give an ISO 4217 code such as USD.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = create_ledger.time_zone) THEN
    RAISE EXCEPTION 'time zone "%" is not known', left(time_zone, 100)
      USING ERRCODE = '22023', HINT = 'Give a name from pg_timezone_names such as America/New_York.';
  END IF;
  IF saas_metrics._is_ledger(ledger) THEN
    PERFORM saas_metrics._hold_ledger(ledger);
    SELECT (h.currency, h.time_zone, h.policy, h.row_security)
           = (upper(create_ledger.currency), create_ledger.time_zone, create_ledger.policy, create_ledger.row_security) INTO same
    FROM pg_namespace AS n, saas_metrics._ledger_header(n.oid) AS h
    WHERE n.nspname = ledger;
    IF same IS NOT TRUE THEN
      RAISE EXCEPTION 'ledger "%" exists with other settings', ledger
        USING ERRCODE = '55000', HINT = 'Use saas_metrics.set_policy for another policy; for other settings create another ledger.';
    END IF;
    RAISE NOTICE 'ledger "%" already exists, skipping', ledger;
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM saas_metrics.policies AS p WHERE p.policy = create_ledger.policy) THEN
    RAISE EXCEPTION 'policy "%" is not known', left(policy, 100)
      USING ERRCODE = '22023', HINT = 'Choose one of saas_metrics.policies. A policy of your own goes into the table policies of a ledger; then saas_metrics.set_policy.';
  END IF;
  IF ledger = '' THEN
    RAISE EXCEPTION 'ledger must not be empty' USING ERRCODE = '22023', HINT = 'Give the name of a schema to make.';
  END IF;
  IF EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = ledger) THEN
    RAISE EXCEPTION 'schema "%" already exists', ledger
      USING ERRCODE = '42P06', HINT = 'A ledger is a schema of its own: give the name of one that there is not.';
  END IF;
  EXECUTE format('CREATE SCHEMA %I', ledger);
  PERFORM set_config('search_path', format('%I, pg_temp', ledger), true);
  PERFORM saas_metrics._build_ledger(ledger, 'text', row_security);
  EXECUTE 'INSERT INTO ledger_settings (saas_metrics_version, currency, time_zone, policy, row_security)
           VALUES ($1, upper($2), $3, $4, $5)'
    USING saas_metrics.version(), currency, time_zone, policy, row_security;
  PERFORM saas_metrics._use_policy(policy);
END
$$;
COMMENT ON FUNCTION saas_metrics.create_ledger(name, text, text, text, boolean) IS
  'Creates a ledger: a schema of this name with inputs, movements and the views that answer. currency: the code of three letters that all amounts are in. time_zone: where days begin. policy: how rows count (saas_metrics.policies). row_security: compute views by the reader''s own rights on movements. Safe to repeat. Errors: 42P06 if a schema of the name exists that is no ledger, 55000 if the ledger has other settings, 22023 for an unknown time zone, policy or a bad currency. Then: saas_metrics.bind.';

-- Dropping takes the queue and then, for its triggers, the watched table; a writer takes them the other way
-- round. So it never waits for a lock so long that the server would look for deadlocks, and end the writer.
CREATE FUNCTION saas_metrics._drop_schema(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
DECLARE
  patience interval := nullif(pg_catalog.current_setting('lock_timeout'), '0')::interval;
  began timestamptz := pg_catalog.clock_timestamp();
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '100ms', true);
  LOOP
    BEGIN
      EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', ledger);
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      IF pg_catalog.clock_timestamp() - began > patience THEN
        RAISE;
      END IF;
      PERFORM pg_catalog.pg_sleep(0.1);
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_schema(name) IS
  'Drops a schema without listing what was in it. Part of drop_ledger.';

CREATE FUNCTION saas_metrics._drop_ledger(ledger name) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics._drop_ledger_as_owner(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A dump of the schema alone has no settings to lock.
  PERFORM saas_metrics._enter_ledger(ledger);
  PERFORM FROM ledger_settings AS s FOR UPDATE;
  PERFORM saas_metrics._lock_watched(ledger);
  PERFORM saas_metrics._refuse_losses(
    format('cannot drop ledger "%s" because %%s depends on it', replace(ledger, '%', '%%')), 'Drop that first.',
    (SELECT array_agg(l) FROM saas_metrics._losses_of_drop(ledger) AS l));
  PERFORM saas_metrics._drop_schema(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_ledger_as_owner(name) IS 'The body of _drop_ledger, run as the owner of the ledger. Part of _drop_ledger.';
COMMENT ON FUNCTION saas_metrics._drop_ledger(name) IS 'Drops a ledger that there is. Part of drop_ledger.';

CREATE FUNCTION saas_metrics.drop_ledger(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  left_over record;
BEGIN
  IF NOT saas_metrics._is_ledger(ledger) THEN
    RAISE NOTICE 'ledger "%" does not exist, skipping', ledger;
    RETURN;
  END IF;
  -- Triggers go with the ledger's queues but, after a restore, those for TRUNCATE.
  SELECT coalesce(array_agg(t.relation), '{}') AS tables, coalesce(array_agg(t.trigger_name), '{}') AS names INTO left_over
  FROM saas_metrics._triggers(ledger) AS t
  JOIN pg_class AS c ON c.oid = t.relation
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE t.truncates AND n.nspname <> ledger AND pg_has_role(c.relowner, 'USAGE');
  PERFORM saas_metrics._drop_ledger(ledger);
  PERFORM saas_metrics._retire_triggers(left_over.tables, left_over.names);
END
$$;
COMMENT ON FUNCTION saas_metrics.drop_ledger(name) IS
  'Drops a ledger with all it stores; the billing tables stay, without its triggers. Errors: 2BP01, with the definitions in its DETAIL, if something of yours depends on the ledger, or is in its schema. A ledger that does not exist is only a notice.';

