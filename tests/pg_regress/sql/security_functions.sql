-- What everybody may call of the extension, what nobody may, and what the first of these do when a role
-- without any right calls them with arguments of its choice.
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT current_database() AS db \gset
CREATE ROLE regress_stranger;
CREATE ROLE regress_victim;
GRANT CREATE ON DATABASE :"db" TO regress_stranger, regress_victim;
CREATE VIEW pg_temp.functions AS
  SELECT p.*, l.lanname, p.oid::regprocedure::text AS signature, has_function_privilege('public', p.oid, 'EXECUTE') AS is_public
  FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
  WHERE p.pronamespace = 'saas_metrics'::regnamespace;

-- No function runs with other rights than its caller's, but by as_owner_wrapper. A verb that changes a ledger is a function of
-- two: of the same arguments and result, by type and by name, and only the first for all.
SELECT signature FROM pg_temp.functions WHERE prosecdef;
SELECT f.signature, f.is_public, f.proisstrict OR f.proretset OR f.proargtypes[0] <> 'name'::regtype AS odd, b.proname, b.is_public
FROM pg_temp.functions AS f
LEFT JOIN pg_temp.functions AS b
  ON b.proname = f.proname || '_as_owner' AND b.prorettype = f.prorettype AND b.proretset = f.proretset AND b.prokind = f.prokind
     AND (b.proargtypes, b.proallargtypes, b.proargmodes, b.proargnames) IS NOT DISTINCT FROM (f.proargtypes, f.proallargtypes, f.proargmodes, f.proargnames)
WHERE f.prosrc = 'as_owner_wrapper'
ORDER BY f.signature COLLATE "C";
SELECT signature FROM pg_temp.functions AS b
WHERE proname LIKE '%\_as\_owner'
  AND NOT EXISTS (SELECT FROM pg_temp.functions AS f WHERE f.prosrc = 'as_owner_wrapper' AND f.proname || '_as_owner' = b.proname);
-- Each of these fixes its search path: the owner's schema is put into it only by _enter_ledger.
SELECT signature FROM pg_temp.functions
WHERE proname LIKE '%\_as\_owner' AND NOT coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false);

-- A value of a composite type can be of another shape than the library was compiled or written for: no C function takes one, nor an
-- array or range of such, and none of a type of the caller's choice reads it.
SELECT f.signature, t.typname
FROM pg_temp.functions AS f, unnest(f.proargtypes) AS a
JOIN pg_type AS t ON t.oid = a
LEFT JOIN pg_type AS e ON e.oid = t.typelem
WHERE f.lanname = 'c' AND (t.typtype = 'c' OR e.typtype = 'c' OR t.oid IN ('record'::regtype, 'record[]'::regtype));
SELECT DISTINCT t.typname
FROM pg_temp.functions AS f, unnest(f.proargtypes) AS a
JOIN pg_type AS t ON t.oid = a
WHERE f.lanname = 'c' AND t.typtype = 'p' ORDER BY 1;
SELECT saas_metrics.active_users(p, date '2024-01-01') FROM saas_metrics.policies AS p;
SELECT saas_metrics.mrr_movements(ROW(1, 'a'), date '2024-01-01', NULL, 1);
SELECT 'x'::saas_metrics.packed_movements;

-- For nobody: what the server calls within aggregates, and what runs as a ledger's owner.
SELECT count(*) AS of_nobody, count(*) FILTER (WHERE is_public) AS for_all
FROM pg_temp.functions
WHERE proname LIKE '%\_as\_owner' OR prorettype = 'internal'::regtype OR 'internal'::regtype::oid = ANY (proargtypes::oid[]);
SELECT signature AS of_nobody FROM pg_temp.functions
WHERE NOT is_public AND NOT (prorettype = 'internal'::regtype OR 'internal'::regtype::oid = ANY (proargtypes::oid[]))
ORDER BY signature COLLATE "C";

-- For all, and documented: formulas, and verbs. All else is internal.
CREATE TEMP TABLE documented AS
SELECT unnest('{version, churn_rate, retention_rate, annual_churn_rate, monthly_churn_rate, customer_lifetime, gross_revenue_churn_rate,
  net_revenue_churn_rate, nrr, grr, monthly_amount, arr, arpa, asp, aov, cltv, cltv_from_churn, cac, cltv_cac_ratio, cac_payback_months,
  magic_number, burn_multiple, growth_rate, cmgr, quick_ratio, rule_of_40, growth_ceiling, projected_customers, conversion_rate,
  activation_rate, reactivation_rate, recovery_rate, payment_failure_rate, attach_rate, stickiness, rate_interval, bar, sparkline,
  create_ledger, drop_ledger, bind, unbind, rebind, watch, unwatch, refresh, set_policy, close_period, upgrade_ledger, record_snapshot,
  connect_invoice_lines, connect_stripe, mrr_monthly_at, restatements, explain, explain_customer, metrics_in_dialect, reconcile,
  reconcile_customers, check_ledger, export_commands, subscription_differences, stripe_line, stripe_item, stripe_price_to_find}'::name[]) AS name;
CREATE VIEW pg_temp.internal AS
  SELECT f.* FROM pg_temp.functions AS f
  WHERE f.is_public AND f.prokind = 'f' AND NOT EXISTS (SELECT FROM documented AS d WHERE d.name = f.proname);
SELECT name FROM documented AS d WHERE NOT EXISTS (SELECT FROM pg_temp.functions AS f WHERE f.proname = d.name AND f.is_public);
SELECT signature AS internal_for_all FROM pg_temp.internal ORDER BY signature COLLATE "C";

-- A ledger of another role's, with what is to be kept from the stranger, who has a schema of look-alikes in the search path.
SET ROLE regress_victim;
CREATE SCHEMA victim_app;
CREATE TABLE victim_app.subs (customer_id text, price numeric, began date);
INSERT INTO victim_app.subs VALUES ('topsecret', 10, '2024-01-01');
SELECT saas_metrics.create_ledger('victim');
SELECT saas_metrics.bind('victim', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM victim_app.subs');
SELECT saas_metrics.watch('victim', 'victim_app.subs', 'customer_id');
SELECT movements_added FROM saas_metrics.refresh('victim');
SET ROLE regress_stranger;
CREATE SCHEMA strange;
CREATE TABLE strange.ledger_settings (currency text, time_zone int, settled_on text, row_security text);
CREATE TABLE strange.watched_tables (source_table text, marked_by int);
CREATE TABLE strange.changed_customers (x int);
CREATE VIEW strange.current_lines AS SELECT 1 AS customer_id;
CREATE TABLE strange.bindings (input int, query text);
CREATE TABLE strange.mine (customer_id text);
RESET ROLE;

-- Arguments by their type.
CREATE TEMP TABLE hostile AS
SELECT of_type, value, (row_number() OVER (PARTITION BY of_type))::int - 1 AS place, (count(*) OVER (PARTITION BY of_type))::int AS count
FROM (VALUES
  ('name', 'NULL'), ('name', ''''''), ('name', '''victim'''), ('name', '''strange'''), ('name', '''pg_catalog'''), ('name', 'repeat(''x'', 63)'), ('name', '''customer_id'''),
  ('name', '''ours"; DROP TABLE victim_app.subs; --'''),
  ('text', 'NULL'), ('text', ''''''), ('text', '''subscription_periods'''), ('text', '''SELECT customer_id FROM victim_app.subs'''), ('text', '''victim, strange'''),
  ('text', 'repeat(''x'', 1000000)'), ('text', '''); DROP TABLE victim_app.subs; --'''), ('text', '''%s %I %L %1$s :grain \1'''), ('text', '''text'''), ('text', '''default'''),
  ('oid', 'NULL'), ('oid', '0'), ('oid', '4294967295'), ('oid', '''victim.current_lines''::regclass'), ('oid', '''pg_class''::regclass'), ('oid', '''pg_class_oid_index''::regclass'),
  ('oid', '''victim''::regnamespace'), ('oid', '''strange.changed_customers''::regclass'),
  ('regclass', 'NULL'), ('regclass', '0'), ('regclass', '4294967295'), ('regclass', '''victim_app.subs'''), ('regclass', '''victim.changed_customers'''), ('regclass', '''pg_class'''),
  ('regclass', '''pg_class_oid_index'''), ('regclass', '''strange.mine'''), ('regclass', '''strange.current_lines'''),
  ('regclass[]', 'NULL'), ('regclass[]', '''{}'''), ('regclass[]', '''{victim_app.subs,NULL,0}'''), ('regclass[]', '''{{strange.mine},{strange.mine}}'''),
  ('oid[]', 'NULL'), ('oid[]', '''{}'''), ('oid[]', '''{0,NULL,4294967295,1259}'''),
  ('name[]', 'NULL'), ('name[]', '''{}'''), ('name[]', '''{customer_id,NULL,""}'''), ('name[]', '''{{a},{b}}'''),
  ('text[]', 'NULL'), ('text[]', '''{}'''), ('text[]', '''{NULL,x}'''), ('text[]', '''{{1},{2}}'''), ('text[]', '''[-5:-4]={"1","-1"}'''),
  ('jsonb', 'NULL'), ('jsonb', '''null'''), ('jsonb', '''{}'''), ('jsonb', '''[1e99999]'''), ('jsonb', '''1e99999'''), ('jsonb', '''-1'''), ('jsonb', '''"x"'''),
  ('jsonb[]', 'NULL'), ('jsonb[]', '''{}'''), ('jsonb[]', 'ARRAY[''null''::jsonb, ''{}'', ''[]'']'),
  ('numeric', 'NULL'), ('numeric', '0'), ('numeric', '''NaN'''), ('numeric', '''-Infinity'''), ('numeric', '1e100000'), ('numeric', '-1e-1000'),
  ('bigint', 'NULL'), ('bigint', '-9223372036854775808'), ('bigint', '9223372036854775807'), ('bigint', '0'),
  ('integer', 'NULL'), ('integer', '-2147483648'), ('integer', '2147483647'), ('integer', '0'), ('integer', '1'),
  ('smallint', 'NULL'), ('smallint', '''-32768'''), ('smallint', '''32767'''),
  ('boolean', 'NULL'), ('boolean', 'true'), ('boolean', 'false'),
  ('date', 'NULL'), ('date', '''infinity'''), ('date', '''-infinity'''), ('date', '''5874897-12-31'''), ('date', '''4713-01-01 BC'''), ('date', '''2024-02-29'''),
  ('timestamp with time zone', 'NULL'), ('timestamp with time zone', '''infinity'''), ('timestamp with time zone', '''-infinity'''), ('timestamp with time zone', '''294276-12-31 23:59:59+00'''),
  ('interval', 'NULL'), ('interval', '''0'''), ('interval', '''-178000000 years'''), ('interval', '''178000000 years'''), ('interval', '''1 month'''),
  ('daterange', 'NULL'), ('daterange', '''empty'''), ('daterange', '''(,)'''), ('daterange', '''[2024-01-01,2024-02-01)'''),
  ('"char"', 'NULL'), ('"char"', '''x'''),
  ('uuid', 'NULL'), ('cstring', '''x''::cstring'),
  ('saas_metrics.packed_movements', 'NULL'),
  ('saas_metrics.ledger_month_sums', 'NULL'), ('saas_metrics.policies', 'NULL')) AS v (of_type, value);
-- Each type of an argument has its values.
SELECT DISTINCT a::regtype FROM pg_temp.internal AS f, unnest(f.proargtypes) AS a WHERE a::regtype::text NOT IN (SELECT of_type FROM hostile);

-- What there is of others'.
CREATE FUNCTION pg_temp.state() RETURNS text LANGUAGE sql AS $$
  SELECT md5(concat(
    (SELECT string_agg(format('%s %s %s %s %s', c.oid, c.relname, c.relkind, c.relowner, c.relacl), ',' ORDER BY c.oid)
     FROM pg_class AS c WHERE c.relowner <> 'regress_stranger'::regrole AND c.relpersistence = 'p'),
    (SELECT string_agg(format('%s %s %s', t.oid, t.tgname, t.tgenabled), ',' ORDER BY t.oid) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relowner <> 'regress_stranger'::regrole),
    (SELECT string_agg(s::text, ',') FROM victim.ledger_settings AS s), (SELECT string_agg(s::text, ',') FROM victim.bindings AS s),
    (SELECT string_agg(s::text, ',') FROM victim.watched_tables AS s), (SELECT string_agg(s::text, ',') FROM victim.changed_customers AS s),
    (SELECT string_agg(s::text, ',') FROM victim.current_lines AS s), (SELECT string_agg(s::text, ',') FROM victim_app.subs AS s)))
$$;
-- Calls by the stranger, each undone. Returned is what must not be.
CREATE FUNCTION pg_temp.calls(name name, types oidvector) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  arguments text;
  statement text;
  found text;
  before text := pg_temp.state();
BEGIN
  FOR round IN 0 .. CASE WHEN cardinality(types::oid[]) = 0 THEN 0 ELSE 10 END LOOP
    SELECT coalesce(string_agg(format('%s::%s', h.value, h.of_type), ', ' ORDER BY t.place), '') INTO arguments
    FROM unnest(types) WITH ORDINALITY AS t (of_type, place)
    JOIN hostile AS h ON h.of_type = t.of_type::regtype::text AND h.place = (round * (2 * t.place - 1) + round / h.count * (t.place - 1)) % h.count;
    statement := format('SELECT r::text FROM saas_metrics.%I(%s) AS r', name, arguments);
    BEGIN
      SET LOCAL ROLE regress_stranger;
      SET LOCAL search_path = strange;
      FOR found IN EXECUTE statement LOOP
        IF found LIKE '%topsecret%' THEN
          RAISE EXCEPTION USING ERRCODE = 'RB001', MESSAGE = 'reveals ' || found;
        END IF;
      END LOOP;
      RESET ROLE;
      IF pg_temp.state() <> before THEN
        RAISE EXCEPTION USING ERRCODE = 'RB001', MESSAGE = 'changes what is another''s';
      END IF;
      RAISE EXCEPTION USING ERRCODE = 'RB000';
    EXCEPTION WHEN OTHERS THEN
      IF SQLSTATE ~ '^(XX|RB001|57|58)' OR SQLERRM LIKE '%topsecret%' THEN
        RETURN NEXT format('%s: %s %s', left(statement, 300), SQLSTATE, left(SQLERRM, 200));
      END IF;
    END;
  END LOOP;
END $$;
SET jit = off;
SELECT c FROM pg_temp.internal AS f, pg_temp.calls(f.proname, f.proargtypes) AS c
WHERE f.prorettype <> 'trigger'::regtype ORDER BY f.signature COLLATE "C";
-- The verbs and the readers of a ledger too.
SELECT c FROM pg_temp.functions AS f, pg_temp.calls(f.proname, f.proargtypes) AS c
WHERE f.prokind = 'f' AND f.is_public AND f.proargtypes[0] = 'name'::regtype AND f.proname IN (SELECT name FROM documented) AND f.proname <> 'create_ledger'
ORDER BY f.signature COLLATE "C";
SELECT count(*) FROM victim.changed_customers;

SELECT saas_metrics.drop_ledger('victim');
REVOKE CREATE ON DATABASE :"db" FROM regress_stranger, regress_victim;
DROP OWNED BY regress_stranger, regress_victim CASCADE;
DROP ROLE regress_stranger, regress_victim;
