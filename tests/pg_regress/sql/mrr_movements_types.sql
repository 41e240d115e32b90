-- The result type and the signatures, and every type a customer may have.
SET datestyle = 'ISO, YMD';
CREATE SCHEMA movements_types;
SET search_path = movements_types;

-- The columns of a period, in their order.
SELECT attnum AS n, attname AS column, format_type(atttypid, atttypmod) AS type
  FROM pg_attribute
 WHERE attrelid = 'saas_metrics.mrr_period'::regclass AND attnum > 0 AND NOT attisdropped
 ORDER BY attnum;
-- The six forms, and what reads a period.
SELECT oidvectortypes(proargtypes) AS arguments, prorettype::regtype AS result
  FROM pg_proc WHERE pronamespace = 'saas_metrics'::regnamespace AND proname = 'mrr_movements' AND prokind = 'a'
 ORDER BY pronargs, oidvectortypes(proargtypes) COLLATE "C";
SELECT proname AS accessor, prorettype::regtype AS result, provolatile = 'i' AS immutable, proparallel = 's' AS parallel_safe
  FROM pg_proc WHERE pronamespace = 'saas_metrics'::regnamespace AND proargtypes = ARRAY['saas_metrics.mrr_period'::regtype]::oidvector
   AND proname <> 'rate_interval'
 ORDER BY proname COLLATE "C";

-- One company under many names. Three customers of 10, 20 and 30: the first leaves, the second
-- grows by 5 in a second item, the third stays. Whatever the customers are called, January
-- closes at 60 with 3 of them; February loses 10 and one, gains 5, and closes at 55 with 2.
CREATE DOMAIN small_no AS int2;
CREATE DOMAIN account_no AS bigint CHECK (VALUE <> 0);
CREATE DOMAIN account_key AS uuid;
CREATE DOMAIN code AS varchar(40);
CREATE DOMAIN checked_code AS code CHECK (VALUE <> '');
CREATE FUNCTION company(id text) RETURNS TABLE (january text, february text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT string_agg(line, '') FILTER (WHERE period_start = '2024-01-01'), string_agg(line, '') FILTER (WHERE period_start = '2024-02-01')
          FROM (SELECT m.period_start, format('%%s new %%s, %%s lost %%s, %%s grew %%s, %%s close %%s', m.new_customers, trim_scale(m.new_mrr),
                       m.lost_customers, trim_scale(m.churn_mrr), m.expanded_customers, trim_scale(m.expansion_mrr), m.closing_customers, trim_scale(m.closing_mrr))
                  FROM (SELECT saas_metrics.mrr_movements(%s, starts_on, ends_on, mrr, 'month', '2024-03-01')
                          FROM (VALUES (1, '2024-01-05'::date, '2024-02-05'::date, 10), (2, '2024-01-06', NULL, 20),
                                       (2, '2024-02-06', NULL, 5), (3, '2024-01-07', NULL, 30)) AS v (n, starts_on, ends_on, mrr)) AS s (periods),
                       unnest(s.periods) AS m) AS lines (period_start, line) $query$, id);
END
$$;
SELECT count(*), c.*
  FROM (VALUES
    ('n::int2'), ('(n - 32769)::int2'), ('(32764 + n)::int2'),
    ('n'), ('n - 2'), ('-2147483649 + n::bigint'), ('(2147483644 + n)::int'),
    ('n::int8'), ('(-9223372036854775809 + n)::int8'), ('(9223372036854775804 + n)::int8'), ('n * 4294967296'), ('n - 2::int8'),
    ('lpad(to_hex(n), 32, ''0'')::uuid'), ('rpad(to_hex(n), 32, ''0'')::uuid'), ('md5(n::text)::uuid'),
    ('n::text'), ('repeat(''x'', n - 1)'), ('rpad(''x'', n)'), ('rpad(''x'', n, chr(9))'), ('(ARRAY[''a'', ''A'', ''á''])[n]'),
    ('(ARRAY[''café'', ''cafe'', U&''cafe\0301''])[n]'), ('(ARRAY[''日本'', ''日'', ''本日''])[n]'), ('(ARRAY[''🙂'', ''🙃'', ''🙂🙃''])[n]'),
    ('repeat(''name '', 10) || n'), ('repeat(''name '', 1000) || n'), ('n || repeat(''name '', 1000)'), ('repeat(''name '', 100000) || n'),
    ('n::varchar'), ('(n || ''ab'')::varchar(2)'),
    ('n::small_no'), ('n::account_no'), ('md5(n::text)::uuid::account_key'), ('n::text::code'), ('n::text::checked_code')
  ) AS v (id), LATERAL company(v.id) AS c
 GROUP BY c.january, c.february;
-- varchar(1) of 'x1', 'x2', 'x3' is 'x' three times: one customer of 60 who falls to 50 and grows to 55.
SELECT * FROM company('(''x'' || n)::varchar(1)');

-- As stored: in the page, compressed, out of line, out of line and compressed; and each beside the
-- same value computed, which has another form. The first is 7 customers, the others are joined to them.
CREATE TABLE stored (form text, name text);
INSERT INTO stored SELECT 'in the page', 'customer ' || n FROM generate_series(1, 7) AS n;
INSERT INTO stored SELECT 'compressed', repeat('customer ', 1000) || n FROM generate_series(1, 7) AS n;
INSERT INTO stored SELECT 'out of line, compressed', (SELECT string_agg(md5(m::text), repeat(' ', 40)) FROM generate_series(1, 500) AS m) || n FROM generate_series(1, 7) AS n;
ALTER TABLE stored ALTER name SET STORAGE EXTERNAL;
INSERT INTO stored SELECT 'out of line', repeat('customer ', 1000) || n FROM generate_series(1, 7) AS n;
SELECT s.form, m.new_customers, m.new_mrr, m.expanded_customers, m.closing_customers
  FROM (SELECT form, saas_metrics.mrr_movements(v.name, '2024-01-01'::date + v.day, NULL::date, 1, 'month', '2024-02-01')
          FROM stored, LATERAL (VALUES (name, 0), (name || '', 1), (substr(name || 'x', 1, length(name)), 2)) AS v (name, day)
         GROUP BY form) AS s (form, periods),
       unnest(s.periods) AS m
 ORDER BY s.form COLLATE "C";
-- Compressed and out of line hold the same names: together still 7 customers.
SELECT m.new_customers, m.expanded_customers, m.closing_customers
  FROM (SELECT saas_metrics.mrr_movements(name, CASE form WHEN 'compressed' THEN '2024-01-01'::date ELSE '2024-01-02' END, NULL::date, 1, 'month', '2024-02-01')
          FROM stored WHERE form IN ('compressed', 'out of line')) AS s (periods), unnest(s.periods) AS m;

-- Amounts of any type that becomes numeric by itself, with any modifier.
SELECT trim_scale(m.closing_mrr) AS closing, trim_scale(n.closing_mrr) AS as_numeric, trim_scale(o.closing_mrr) AS with_modifier
  FROM (SELECT saas_metrics.mrr_movements(n, '2024-01-01', NULL::date, n::int2, 'month', '2024-02-01'),
               saas_metrics.mrr_movements(n, '2024-01-01', NULL::date, n::bigint, 'month', '2024-02-01'),
               saas_metrics.mrr_movements(n, '2024-01-01', NULL::date, (n / 3.0)::numeric(12,2), 'month', '2024-02-01')
          FROM generate_series(1, 3) AS n) AS s (a, b, c),
       unnest(s.a) AS m, unnest(s.b) AS n, unnest(s.c) AS o;
-- Tenths of tenths: the sum is exact, also of 0.1 ten times.
SELECT m.closing_mrr = 1 AS exact, m.closing_mrr = m.new_mrr + m.expansion_mrr AS closes
  FROM (SELECT saas_metrics.mrr_movements(1, '2024-01-01'::date + n, NULL::date, 0.1, 'month', '2024-02-01') FROM generate_series(1, 10) AS n) AS s (periods),
       unnest(s.periods) AS m;

-- NULL: an open end, no until; rows that a filter takes away are not looked at.
SELECT trim_scale(m.closing_mrr) AS closing, m.closing_customers
  FROM (SELECT saas_metrics.mrr_movements(n, starts_on, NULL, mrr, 'month', '2024-02-01') FILTER (WHERE n IS NOT NULL AND starts_on IS NOT NULL AND mrr IS NOT NULL)
          FROM (VALUES (1, '2024-01-01'::date, 10), (NULL, '2024-01-01', 10), (2, NULL, 10), (3, '2024-01-01', NULL), (4, '2024-01-31', 5)) AS v (n, starts_on, mrr)) AS s (periods),
       unnest(s.periods) AS m;

SET client_min_messages = warning;
DROP SCHEMA movements_types CASCADE;
