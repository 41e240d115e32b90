-- What the formulas refuse, and what they answer to NULL. Most of it is asked of every numeric
-- argument of every formula that the catalog knows, so that none is forgotten.
SET search_path = saas_metrics, public;
CREATE TEMP VIEW argument AS
SELECT p.oid AS formula, p.proname AS name, a.place, a.argument, a.type,
       CASE a.type WHEN 'numeric' THEN '0.5' WHEN 'integer' THEN '1' ELSE '''1 month''' END
         || '::' || a.type AS valid
FROM pg_proc AS p,
     unnest(p.proargnames, p.proargtypes::oid[]::regtype[]::text[])
       WITH ORDINALITY AS a(argument, type, place)
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'f' AND p.proname <> 'bar' AND p.proname NOT LIKE '\_%'
  AND p.proargtypes::oid[] <@ ARRAY['numeric', 'integer', 'interval']::regtype[]::oid[];

-- The call of a formula with one argument as given and the others valid.
CREATE FUNCTION pg_temp.call(formula oid, place bigint, given text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s(%s)', a.name,
                string_agg(CASE a.place WHEN $2 THEN given ELSE valid END, ', ' ORDER BY a.place))
  FROM argument AS a
  WHERE a.formula = $1
  GROUP BY a.name
$$;
CREATE FUNCTION pg_temp.outcome(call text, argument text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  message text;
  hint text;
BEGIN
  EXECUTE 'SELECT (' || call || ')::text' INTO result;
  RETURN CASE WHEN result IS NULL THEN 'NULL' ELSE 'value' END;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
  IF SQLSTATE = '22023' AND message ~ ('\m' || argument || '\M') AND hint <> '' THEN
    RETURN 'refused';
  END IF;
  RETURN format('%s %s (%s)', SQLSTATE, message, hint);
END $$;

-- There are at least as many formulas and numeric arguments as this.
SELECT count(DISTINCT formula) >= 35 AS formulas, count(*) FILTER (WHERE type = 'numeric') >= 82 AS arguments
FROM argument;

-- All others valid, each has a value.
SELECT DISTINCT call, pg_temp.outcome(call, '')
FROM argument, LATERAL pg_temp.call(formula, 0, '') AS call
WHERE pg_temp.outcome(call, '') <> 'value';

-- Not a number, not finite: refused by name.
SELECT call, pg_temp.outcome(call, argument)
FROM argument, unnest(ARRAY['NaN', 'Infinity', '-Infinity']) AS given,
     LATERAL pg_temp.call(formula, place, format('%L::numeric', given)) AS call
WHERE type = 'numeric' AND pg_temp.outcome(call, argument) <> 'refused'
ORDER BY call;

-- NULL: NULL.
SELECT call, pg_temp.outcome(call, argument)
FROM argument, LATERAL pg_temp.call(formula, place, 'NULL::' || type) AS call
WHERE pg_temp.outcome(call, argument) <> 'NULL'
ORDER BY call;

-- Below zero: refused by name, but for losses, which count by magnitude, and what can be negative.
CREATE TEMP TABLE signed (name text, argument text);
INSERT INTO signed VALUES
  ('aov', 'revenue'),
  ('burn_multiple', 'net_burn'), ('burn_multiple', 'net_new_arr'),
  ('growth_rate', 'current'),
  ('rule_of_40', 'growth_rate'), ('rule_of_40', 'profit_margin');
SELECT call, pg_temp.outcome(call, argument)
FROM argument, unnest(ARRAY['-0.5', '-1e-30', '-1e30']) AS given,
     LATERAL pg_temp.call(formula, place, given) AS call
WHERE type = 'numeric'
  AND argument NOT IN ('contraction', 'churn', 'gross_margin')
  AND (name, argument) NOT IN (TABLE signed)
  AND pg_temp.outcome(call, argument) <> 'refused'
ORDER BY call;
SELECT call, pg_temp.outcome(call, argument)
FROM argument, LATERAL pg_temp.call(formula, place, '-0.5') AS call
WHERE (argument IN ('contraction', 'churn') OR (name, argument) IN (TABLE signed))
  AND pg_temp.outcome(call, argument) NOT IN ('value', CASE argument WHEN 'net_new_arr' THEN 'NULL' END)
ORDER BY call;

-- A rate that is compounded lies from 0 to 1, a count of hits within the trials, a confidence between 0 and 1.
SELECT call, argument, pg_temp.outcome(call, argument)
FROM (VALUES
  ('annual_churn_rate(1.0000000001)',            'monthly'),
  ('annual_churn_rate(5)',                       'monthly'),
  ('annual_churn_rate(-0.0000000001)',           'monthly'),
  ('monthly_churn_rate(1.0000000001)',           'annual'),
  ('monthly_churn_rate(7)',                      'annual'),
  ('monthly_churn_rate(-0.07)',                  'annual'),
  ('projected_customers(100, 0, 1.1, 5)',        'churn_rate'),
  ('projected_customers(100, 0, 5, 0)',          'churn_rate'),
  ('projected_customers(100, 0, -0.1, 5)',       'churn_rate'),
  ('projected_customers(100, 0, 0.1, -1)',       'periods'),
  ('projected_customers(100, 0, 0, -1)',         'periods'),
  ('projected_customers(100, 0, 0.1, -2147483648)', 'periods'),
  ('cmgr(100, 200, -1)',                         'periods'),
  ('rate_interval(11, 10)',                      'hits'),
  ('rate_interval(1, 0)',                        'hits'),
  ('rate_interval(10.0000000001, 10)',           'hits'),
  ('rate_interval(-1, 10)',                      'hits'),
  ('rate_interval(1, -10)',                      'trials'),
  ('rate_interval(1, 10, 0)',                    'confidence'),
  ('rate_interval(1, 10, 1)',                    'confidence'),
  ('rate_interval(1, 10, 95)',                   'confidence'),
  ('rate_interval(1, 10, -0.95)',                'confidence'),
  ('rate_interval(0, 0, ''NaN'')',               'confidence')
) AS bad(call, argument)
WHERE pg_temp.outcome(call, argument) <> 'refused';

-- A whole of 0 does not excuse a bad part.
SELECT call, argument, pg_temp.outcome(call, argument)
FROM (VALUES
  ('churn_rate(-1, 0)',                'lost'),
  ('nrr(0, ''NaN'', 0, 0)',            'expansion'),
  ('quick_ratio(-1, 0, 0, 0)',         'new'),
  ('cmgr(0, ''NaN'', 0)',              'last'),
  ('arpa(''Infinity'', 0)',            'mrr'),
  ('cltv_from_churn(-1, 1, 0)',        'arpa')
) AS bad(call, argument)
WHERE pg_temp.outcome(call, argument) <> 'refused';

-- The messages as they are read.
SELECT churn_rate(-5, 800);
SELECT annual_churn_rate(5);
SELECT monthly_amount(90, '1 month 15 days');
SELECT rate_interval(11, 10);
SELECT cac('NaN', 0, 10);

-- A part above its whole: the hint names the order. Without a whole there is no rate. What may exceed may exceed: conversions of
-- other leads, customers who became dormant and came back within the period.
CREATE FUNCTION pg_temp.refusal(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  hint text;
BEGIN
  EXECUTE 'SELECT (' || call || ')::text' INTO result;
  RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN format('%s %s (%s)', SQLSTATE, SQLERRM, hint);
END $$;
SELECT call, pg_temp.refusal(call)
FROM unnest('{churn_rate,retention_rate,activation_rate,recovery_rate,payment_failure_rate,attach_rate,stickiness,conversion_rate,reactivation_rate}'::text[])
       WITH ORDINALITY AS f (name, n),
     unnest('{"(800, 40)","(40, 40)","(5, 0)"}'::text[]) WITH ORDINALITY AS a (arguments, m), concat(name, arguments) AS call
ORDER BY m, n;
