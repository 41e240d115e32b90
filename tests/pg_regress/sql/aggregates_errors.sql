-- What the aggregates refuse: SQLSTATE and message; each has a hint.
SET search_path = saas_metrics, public;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.answer(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
  hint text;
BEGIN
  EXECUTE 'SELECT (' || call || ')::text' INTO answer;
  RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN format('%s %s%s', SQLSTATE, SQLERRM, CASE WHEN hint = '' THEN ' WITHOUT HINT' END);
END $$;
-- Each call with each argument in turn replaced.
CREATE FUNCTION pg_temp.replaced(name text, arguments text[], place int, given text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s(%s)', name, string_agg(CASE n WHEN place THEN given ELSE a END, ', ' ORDER BY n))
  FROM unnest(arguments) WITH ORDINALITY AS v(a, n)
$$;
CREATE TEMP TABLE form (name text, arguments text[]);
INSERT INTO form VALUES
  ('cohort_retention',         '{7,date ''2025-01-31'',NULL::date,10,''month'',date ''2025-03-01''}'),
  ('cohort_retention',         '{7,"daterange(''2025-01-31'',NULL)",10,''month'',date ''2025-03-01''}'),
  ('churn_by_age',             '{7,date ''2025-01-31'',NULL::date,10,date ''2025-03-01''}'),
  ('active_customers',         '{7,date ''2025-01-31'',NULL::date,10,date ''2025-03-01''}'),
  ('arpa',                     '{7,date ''2025-01-31'',NULL::date,10,date ''2025-03-01''}'),
  ('churn_rate',               '{7,date ''2025-01-31'',NULL::date,10,"daterange(''2025-03-01'',''2025-04-01'')"}'),
  ('nrr',                      '{7,date ''2025-01-31'',NULL::date,10,"daterange(''2025-03-01'',''2025-04-01'')"}'),
  ('grr',                      '{7,date ''2025-01-31'',NULL::date,10,"daterange(''2025-03-01'',''2025-04-01'')"}'),
  ('gross_revenue_churn_rate', '{7,date ''2025-01-31'',NULL::date,10,"daterange(''2025-03-01'',''2025-04-01'')"}'),
  ('net_revenue_churn_rate',   '{7,date ''2025-01-31'',NULL::date,10,"daterange(''2025-03-01'',''2025-04-01'')"}'),
  ('mrr',                      '{date ''2025-01-31'',NULL::date,10,date ''2025-03-01''}'),
  ('mrr_changes',              '{date ''2025-01-31'',NULL::date,10}'),
  ('mrr_timeline',             '{date ''2025-01-31'',NULL::date,10}'),
  ('activity_retention',       '{7,date ''2025-01-31'',''month'',date ''2025-03-01''}'),
  ('active_users',             '{7,date ''2025-01-31'',date ''2025-02-01''}'),
  ('revenue_by_cohort',        '{7,date ''2025-01-31'',10,''month'',date ''2025-03-01''}'),
  ('cltv',                     '{7,date ''2025-01-31'',10}'),
  ('cltv_factors',             '{7,date ''2025-01-31'',10}'),
  ('conversion_funnel',        '{7,''a''::text,timestamptz ''2025-01-31'',"ARRAY[''a'',''b'']",interval ''1 day''}');

-- As they are, all have an answer.
SELECT name, pg_temp.answer(pg_temp.replaced(name, arguments, 0, '')) FROM form;

-- NULL, argument by argument: an open end, an until or within left out, or 22004 by name.
SELECT name, n AS argument, pg_temp.answer(pg_temp.replaced(name, arguments, n::int, 'NULL::' || pg_typeof_of)) AS answer
FROM form, unnest(arguments) WITH ORDINALITY AS v(a, n),
     LATERAL (SELECT CASE WHEN a = '7' THEN 'int' WHEN a = '10' THEN 'numeric' WHEN a LIKE '%date %' OR a LIKE '%::date' THEN 'date'
                          WHEN a LIKE 'daterange%' THEN 'daterange' WHEN a LIKE 'timestamptz%' THEN 'timestamptz'
                          WHEN a LIKE 'ARRAY%' THEN 'text[]' WHEN a LIKE 'interval%' THEN 'interval' ELSE 'text' END) AS t(pg_typeof_of)
WHERE NOT (a LIKE 'NULL%') AND NOT (n = cardinality(arguments) AND a LIKE 'date ''%' AND name NOT IN ('mrr', 'active_customers', 'arpa'));

-- No customers or subjects of other types.
SELECT name, pg_temp.answer(pg_temp.replaced(name, arguments, 1, '1.5')) FROM form WHERE arguments[1] = '7';

-- Amounts that are none, or too fine.
SELECT name, amount, pg_temp.answer(pg_temp.replaced(name, arguments, n::int, amount || '::numeric'))
FROM form, unnest(arguments) WITH ORDINALITY AS v(a, n), unnest('{''NaN'',''-Infinity'',1e-21,1e37}'::text[]) AS amount
WHERE a = '10';
-- A credit is a refund among payments, and no MRR.
SELECT name, pg_temp.answer(pg_temp.replaced(name, arguments, n::int, '-1'))
FROM form, unnest(arguments) WITH ORDINALITY AS v(a, n)
WHERE a = '10';

-- Days that are none: an infinite until, at, start or day of payment or activity.
SELECT name, n AS argument, pg_temp.answer(pg_temp.replaced(name, arguments, n::int, 'date ''-infinity'''))
FROM form, unnest(arguments) WITH ORDINALITY AS v(a, n)
WHERE a LIKE 'date ''%';
-- An end before its start.
SELECT name, pg_temp.answer(pg_temp.replaced(name, arguments, n::int, 'date ''2025-01-30'''))
FROM form, unnest(arguments) WITH ORDINALITY AS v(a, n)
WHERE a = 'NULL::date';

-- Periods that have no opening or no closing.
SELECT name, period, pg_temp.answer(pg_temp.replaced(name, arguments, 5, quote_literal(period) || '::daterange'))
FROM form, unnest('{empty,"[2025-03-01,)","(,2025-03-01)","[-infinity,2025-03-01)","[2025-03-01,infinity]"}'::text[]) AS period
WHERE arguments[5] LIKE 'daterange%' AND name IN ('churn_rate', 'grr');

-- Grains.
SELECT name, pg_temp.answer(pg_temp.replaced(name, arguments, n::int, '''fortnight'''))
FROM form, unnest(arguments) WITH ORDINALITY AS v(a, n)
WHERE a = '''month''';

-- Funnels.
SELECT call, pg_temp.answer(call)
FROM (VALUES
  ($$ conversion_funnel(7, 'a', timestamptz 'infinity', ARRAY['a']) $$),
  ($$ conversion_funnel('x'::text, 'z', timestamptz '-infinity', ARRAY['a']) $$),
  ($$ conversion_funnel(7, 'a', now(), '{}') $$),
  ($$ conversion_funnel(7, 'a', now(), '{{a,b},{c,d}}') $$),
  ($$ conversion_funnel(7, 'a', now(), ARRAY['a', NULL]) $$),
  ($$ conversion_funnel(7, 'a', now(), ARRAY['a', 'b', 'a']) $$),
  ($$ conversion_funnel(7, 'a', now(), ARRAY['a'], interval '-1 microsecond') $$),
  ($$ conversion_funnel(7, 'a', now(), ARRAY['a'], interval '1 month -31 days') $$),
  ($$ cardinality(conversion_funnel(7, 'a', now(), (SELECT array_agg(n::text) FROM generate_series(1, 255) AS n))) $$),
  ($$ conversion_funnel(7, 'a', now(), (SELECT array_agg(n::text) FROM generate_series(1, 256) AS n)) $$)
) AS v(call);

-- What must be the same in all rows.
SELECT call, pg_temp.answer('SELECT ' || call || ' FROM generate_series(1, 2) AS i')
FROM (VALUES
  ($$ cohort_retention(i, date '2025-01-01', NULL::date, 1, CASE i WHEN 1 THEN 'month' ELSE 'week' END) $$),
  ($$ churn_by_age(i, date '2025-01-01', NULL::date, 1, date '2025-01-01' + i) $$),
  ($$ active_customers(i, date '2025-01-01', NULL::date, 1, date '2025-01-01' + i) $$),
  ($$ nrr(i, date '2025-01-01', NULL::date, 1, daterange('2025-01-01', date '2025-02-01' + i)) $$),
  ($$ mrr(date '2025-01-01', NULL::date, 1, date '2025-01-01' + i) $$),
  ($$ activity_retention(i, date '2025-01-01', 'month', date '2025-02-01' + i) $$),
  ($$ active_users(i, date '2025-01-01', date '2025-02-01' + i) $$),
  ($$ revenue_by_cohort(i, date '2025-01-01', 1, 'month', nullif(date '2025-02-01', date '2025-02-02' - i)) $$),
  ($$ conversion_funnel(i, 'a', now(), ARRAY['a', i::text]) $$),
  ($$ conversion_funnel(i, 'a', now(), ARRAY['a'], i * interval '1 day') $$)
) AS v(call);

-- Sums that are too long, and one that a refund brings back, whoever comes first.
SELECT call, pg_temp.answer('SELECT ' || call)
FROM (VALUES
  ($$ mrr('2025-01-01', NULL, 6e36, '2025-01-01') FROM generate_series(1, 2) $$),
  ($$ mrr_timeline(date '2025-01-01', NULL, 6e36) FROM generate_series(1, 2) $$),
  ($$ mrr_changes(date '2025-01-01', NULL, 6e36) FROM generate_series(1, 2) $$),
  ($$ active_customers(i, '2025-01-01', NULL, 6e36, '2025-01-01') FROM generate_series(1, 2) AS i $$),
  ($$ cltv(i, date '2025-01-01', 6e36) FROM generate_series(1, 2) AS i $$),
  ($$ cltv(c, date '2025-01-01' + k, a) FROM (VALUES (1, 0, 6e36), (2, 0, 6e36), (3, 0, -6e36), (1, 1, 1)) AS v(c, k, a) $$),
  ($$ cltv(c, date '2025-01-01' + k, a) FROM (VALUES (1, 0, 6e36), (3, 0, 6e36), (2, 0, -6e36), (1, 1, 1)) AS v(c, k, a) $$)
) AS v(call);

-- What is too much.
SELECT call, pg_temp.answer(call)
FROM (VALUES
  ($$ cardinality(cohort_retention(1, date '2000-01-01', NULL::date, 1, 'day', date '2000-01-01' + 2000)) $$),
  ($$ cohort_retention(1, date '2000-01-01', NULL::date, 1, 'day', date '2000-01-01' + 2001) $$),
  ($$ activity_retention(1, date '2000-01-01', 'day', date '2000-01-01' + 2001) $$),
  ($$ revenue_by_cohort(1, date '2000-01-01', 1, 'day', date '2000-01-01' + 2001) $$),
  ($$ cohort_retention(1, date '2000-01-01', NULL::date, 1, 'day', date '2000-01-01' + 100001) $$),
  ($$ cardinality(active_users(1, date '2000-01-01', date '2000-01-01' + 100000)) $$),
  ($$ active_users(1, date '2000-01-01', date '2000-01-01' + 100001) $$),
  ($$ SELECT active_users(i, CASE i WHEN 1 THEN date '4713-01-01 BC' ELSE '5874897-12-31' END) FROM generate_series(1, 2) AS i $$),
  ($$ churn_by_age(1, date '0001-01-01', NULL::date, 1, date '8335-01-01') $$),
  ($$ churn_by_age(1, date '200000-01-01', NULL::date, 1, date '300000-01-01') $$),
  ($$ SELECT conversion_funnel(1, s, t, '{a,b}') FROM (VALUES ('a', timestamptz '4714-11-24 BC'), ('b', '294276-12-30')) AS v(s, t) $$)
) AS v(call);

-- No rows: no cells, a count of 0, no rate.
SELECT name, pg_temp.answer('SELECT ' || pg_temp.replaced(name, arguments, 0, '') || ' FROM generate_series(1, 0)') FROM form;
