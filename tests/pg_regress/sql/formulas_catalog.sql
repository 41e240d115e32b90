-- What the catalog says of the formulas.
CREATE TEMP TABLE promised (name text, arguments text, result text);
INSERT INTO promised VALUES
  ('activation_rate', 'activated numeric, signed_up numeric', 'numeric'),
  ('annual_churn_rate', 'monthly numeric', 'numeric'),
  ('aov', 'revenue numeric, orders numeric', 'numeric'),
  ('arpa', 'mrr numeric, customers numeric', 'numeric'),
  ('arr', 'mrr numeric', 'numeric'),
  ('asp', 'new_mrr numeric, new_customers numeric', 'numeric'),
  ('attach_rate', 'with_add_on numeric, customers numeric', 'numeric'),
  ('burn_multiple', 'net_burn numeric, net_new_arr numeric', 'numeric'),
  ('cac', 'sales_cost numeric, marketing_cost numeric, new_customers numeric', 'numeric'),
  ('cac_payback_months', 'cac numeric, arpa numeric, gross_margin numeric', 'numeric'),
  ('churn_rate', 'lost numeric, customers numeric', 'numeric'),
  ('cltv', 'average_sale numeric, repeat_transactions numeric, retention_years numeric', 'numeric'),
  ('cltv_cac_ratio', 'cltv numeric, cac numeric', 'numeric'),
  ('cltv_from_churn', 'arpa numeric, gross_margin numeric, churn_rate numeric', 'numeric'),
  ('cmgr', 'first numeric, last numeric, periods numeric', 'numeric'),
  ('conversion_rate', 'conversions numeric, leads numeric', 'numeric'),
  ('customer_lifetime', 'churn_rate numeric', 'numeric'),
  ('gross_revenue_churn_rate', 'opening_mrr numeric, contraction numeric, churn numeric', 'numeric'),
  ('growth_ceiling', 'new_customers numeric, churn_rate numeric', 'numeric'),
  ('growth_rate', 'previous numeric, current numeric', 'numeric'),
  ('grr', 'opening_mrr numeric, contraction numeric, churn numeric', 'numeric'),
  ('magic_number', 'quarter_revenue numeric, previous_quarter_revenue numeric, previous_quarter_sales_and_marketing numeric', 'numeric'),
  ('monthly_amount', 'amount numeric, billing_period interval', 'numeric'),
  ('monthly_churn_rate', 'annual numeric', 'numeric'),
  ('net_revenue_churn_rate', 'opening_mrr numeric, expansion numeric, contraction numeric, churn numeric', 'numeric'),
  ('nrr', 'opening_mrr numeric, expansion numeric, contraction numeric, churn numeric', 'numeric'),
  ('payment_failure_rate', 'failed numeric, attempts numeric', 'numeric'),
  ('projected_customers', 'customers numeric, new_customers numeric, churn_rate numeric, periods integer', 'numeric'),
  ('quick_ratio', 'new numeric, expansion numeric, contraction numeric, churn numeric, reactivation numeric DEFAULT 0', 'numeric'),
  ('rate_interval', 'hits numeric, trials numeric, confidence numeric DEFAULT 0.95', 'saas_metrics.rate_bounds'),
  ('reactivation_rate', 'reactivated numeric, dormant numeric', 'numeric'),
  ('recovery_rate', 'recovered numeric, failed numeric', 'numeric'),
  ('retention_rate', 'lost numeric, customers numeric', 'numeric'),
  ('rule_of_40', 'growth_rate numeric, profit_margin numeric', 'numeric'),
  ('stickiness', 'dau numeric, mau numeric', 'numeric'),
  ('version', '', 'text');

CREATE TEMP VIEW formula AS
SELECT p.oid, p.proname AS name, p.provolatile, p.proisstrict, p.proparallel,
       pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result,
       obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc AS p
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'f' AND p.proname NOT LIKE '\_%' AND p.proname !~ '^mark_'
  AND p.proargtypes::oid[] <@ ARRAY['numeric', 'integer', 'interval']::regtype[]::oid[];

-- Each formula is there, under its name and the names of its arguments.
TABLE promised EXCEPT SELECT name, arguments, result FROM formula ORDER BY 1;

-- Each can be folded, skipped over NULL and run in parallel.
SELECT name, provolatile, proisstrict, proparallel
FROM formula
WHERE provolatile <> 'i' OR NOT proisstrict OR proparallel <> 's';

-- Each says its formula, what makes it NULL, and where it comes from.
SELECT name, comment
FROM formula
WHERE name NOT IN ('version', 'bar')
  AND (comment LIKE '%=%' AND comment LIKE '%NULL%' AND comment LIKE '%Source: %') IS NOT TRUE;

-- The forms over movement sums say how they differ from those over a period.
SELECT name, comment
FROM formula
WHERE name IN ('nrr', 'grr', 'gross_revenue_churn_rate', 'net_revenue_churn_rate')
  AND (comment LIKE '%movement sums%' AND comment LIKE format('%%Differs from %s(mrr_period)%%', name)) IS NOT TRUE;

SELECT attname AS column, format_type(atttypid, atttypmod) AS type
FROM pg_attribute
WHERE attrelid = 'saas_metrics.rate_bounds'::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum;

SELECT saas_metrics.version() = extversion AS same_version
FROM pg_extension WHERE extname = 'saas_metrics';

-- Anybody may use the schema, nobody may add to it.
SELECT has_schema_privilege('public', 'saas_metrics', 'USAGE') AS usage,
       has_schema_privilege('public', 'saas_metrics', 'CREATE') AS create;
SELECT name FROM formula WHERE NOT has_function_privilege('public', oid, 'EXECUTE');

-- Everything is in the schema.
SELECT o.type, o.identity
FROM pg_depend AS d, pg_identify_object(d.classid, d.objid, d.objsubid) AS o
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'saas_metrics')
  AND o.schema <> 'saas_metrics';

-- No name is that of a built-in aggregate.
SELECT proname
FROM pg_proc
WHERE pronamespace = 'saas_metrics'::regnamespace
INTERSECT
SELECT proname
FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('a', 'w');

-- Names hold without the schema in the search path, and beside columns of the same names.
RESET search_path;
SELECT saas_metrics.churn_rate(lost, customers) AS churn_rate,
       round(low, 4) AS low, round(high, 4) AS high
FROM (VALUES (40, 800)) AS month(lost, customers), saas_metrics.rate_interval(lost, customers);

-- Drivers send parameters without a type. All formulas are found by their number alone, but for those
-- whose comment asks for a cast.
CREATE FUNCTION pg_temp.without_types(name text, arguments int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('PREPARE untyped AS SELECT saas_metrics.%s(%s)', name,
                 (SELECT string_agg('$' || n, ', ') FROM generate_series(1, arguments) AS n));
  DEALLOCATE untyped;
  RETURN 'found';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END $$;
SELECT name, pg_temp.without_types(name, p.pronargs - p.pronargdefaults) AS without_types, comment ~ 'cast' AS says_so
FROM formula JOIN pg_proc AS p USING (oid)
WHERE p.pronargs > 0 AND pg_temp.without_types(name, p.pronargs - p.pronargdefaults) <> 'found'
ORDER BY name COLLATE "C";
