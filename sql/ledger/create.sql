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
    EXECUTE pg_catalog.format('CREATE VIEW %I AS SELECT * FROM %I', input.input, input.input || '_rows');
    EXECUTE pg_catalog.format('COMMENT ON VIEW %I IS %L', input.input,
      'An input of the ledger; see saas_metrics.input_columns. Bound to a query by saas_metrics.bind.');
  END LOOP;
  CREATE INDEX ON subscription_periods_rows (customer_id);
  CREATE INDEX ON customers_rows (customer_id);
END
$$;
COMMENT ON FUNCTION saas_metrics._build_inputs(text) IS 'Part of create_ledger.';

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
    replace(replace(regexp_replace(script, '^CREATE VIEW (\w+) AS', 'CREATE VIEW \1 WITH (security_invoker = true) AS', 'gn'),
            'SELECT customer_id FROM customers', 'SELECT customer_id FROM movements'),
            'LEFT JOIN customers AS c USING (customer_id)',
            'CROSS JOIN (SELECT NULL::text AS name, NULL::boolean AS is_test, NULL::jsonb AS attributes) AS c')
    ELSE script END;
COMMENT ON FUNCTION saas_metrics._view_script(text, boolean) IS 'Part of create_ledger.';

CREATE FUNCTION saas_metrics._build_views(row_security boolean) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT saas_metrics._ledger_objects('settings') AS script
    UNION ALL
    SELECT saas_metrics._ledger_objects('pending')
    UNION ALL
    SELECT saas_metrics._ledger_objects(CASE WHEN row_security THEN 'fresh_by_row' ELSE 'fresh' END)
    UNION ALL
    SELECT saas_metrics._ledger_objects('movements')
    UNION ALL
    SELECT pg_catalog.replace(pg_catalog.replace(
             pg_catalog.format(E'CREATE VIEW mrr_:adverb AS\n%s;\n', saas_metrics._mrr_query(g.grain))
             || saas_metrics._ledger_objects('mrr_by_period_comments'),
             ':grain', g.grain), ':adverb', g.adverb)
    FROM (VALUES ('day', 'daily'), ('week', 'weekly'), ('month', 'monthly'), ('quarter', 'quarterly'),
                 ('year', 'yearly')) AS g (grain, adverb)
    UNION ALL
    SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
             saas_metrics._ledger_objects('mrr_by_segment'),
             ':segment', s.segment), ':title', s.title), ':value', s.value)
    FROM (VALUES ('plan', 'plan', 'segment'), ('product', 'product', 'segment'),
                 ('billing_period', 'billing period', 'segment::interval')) AS s (segment, title, value)
    UNION ALL
    SELECT saas_metrics._ledger_objects(o.part)
    FROM (VALUES ('mrr_by_currency'), ('churn'), ('retention'), ('customers')) AS o (part)
  LOOP
    EXECUTE saas_metrics._view_script(part.script, row_security);
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
DECLARE
  input text;
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
  EXECUTE saas_metrics._ledger_objects('triggers');
  FOR input IN SELECT DISTINCT c.input FROM saas_metrics.input_columns AS c LOOP
    PERFORM saas_metrics._watch_rows(ledger, input);
  END LOOP;
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
    PERFORM saas_metrics._enter_ledger(ledger);
    EXECUTE 'SELECT (currency, time_zone, policy, row_security) = (upper($1), $2, $3, $4) FROM ledger_settings'
      INTO same USING currency, time_zone, policy, row_security;
    IF NOT same THEN
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

CREATE FUNCTION saas_metrics._foreign_dependents(ledger name) RETURNS SETOF regclass
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT reader.oid::regclass
  FROM pg_namespace AS n
  JOIN pg_class AS read ON read.relnamespace = n.oid
  JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = read.oid
                     AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite AS w ON w.oid = d.objid
  JOIN pg_class AS reader ON reader.oid = w.ev_class AND reader.relnamespace <> n.oid
  WHERE n.nspname = ledger
$$;
COMMENT ON FUNCTION saas_metrics._foreign_dependents(name) IS
  'Views outside a ledger that read something in it. Part of drop_ledger and bind.';

CREATE FUNCTION saas_metrics._drop_schema(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
BEGIN
  EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_schema(name) IS
  'Drops a schema without listing what was in it. Part of drop_ledger.';

CREATE FUNCTION saas_metrics.drop_ledger(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dependent text;
BEGIN
  IF NOT saas_metrics._is_ledger(ledger) THEN
    RAISE NOTICE 'ledger "%" does not exist, skipping', ledger;
    RETURN;
  END IF;
  PERFORM saas_metrics._lock_ledger(ledger);
  PERFORM saas_metrics._lock_watched(ledger);
  SELECT d::text INTO dependent FROM saas_metrics._foreign_dependents(ledger) AS d LIMIT 1;
  IF dependent IS NOT NULL THEN
    RAISE EXCEPTION 'cannot drop ledger "%" because % depends on it', ledger, dependent
      USING ERRCODE = '2BP01', HINT = 'Drop that first.';
  END IF;
  PERFORM saas_metrics._drop_schema(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics.drop_ledger(name) IS
  'Drops a ledger with all it stores; the billing tables stay, without its triggers. Errors: 2BP01 if a view or table outside the ledger depends on it. A ledger that does not exist is only a notice.';

