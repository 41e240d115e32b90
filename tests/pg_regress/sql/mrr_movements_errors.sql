-- What mrr_movements refuses, by SQLSTATE, and what its message has to name. The wording is free.
SET datestyle = 'ISO, YMD';
CREATE SCHEMA movements_errors;
SET search_path = movements_errors;
CREATE DOMAIN padded AS char(5);
CREATE DOMAIN ratio AS float8;
CREATE TYPE tier AS ENUM ('free', 'paid');
CREATE TYPE pair AS (a int, b int);
-- The SQLSTATE of mrr_movements(arguments) over no table, and which of the words its report lacks.
CREATE FUNCTION complaint(arguments text, VARIADIC words text[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    report text := '';
    part text;
BEGIN
    EXECUTE 'SELECT saas_metrics.mrr_movements(' || arguments || ')';
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS report = MESSAGE_TEXT, part = PG_EXCEPTION_DETAIL;
    report := report || ' ' || part;
    GET STACKED DIAGNOSTICS part = PG_EXCEPTION_HINT;
    report := report || ' ' || part;
    RETURN SQLSTATE || coalesce(' without ' || (SELECT string_agg(w, ', ') FROM unnest(words) AS w WHERE position(w IN report) = 0), '');
END
$$;

-- NULL where a value is needed: 22004, naming the argument. A NULL end is open, a NULL until is
-- left out.
SELECT argument, complaint(arguments, argument)
  FROM (VALUES
    ('customer',  $$ NULL::int, '2024-01-01', '2024-02-01', 10 $$),
    ('customer',  $$ NULL::text, '2024-01-01', '2024-02-01', 10 $$),
    ('customer',  $$ NULL::uuid, '[2024-01-01,2024-02-01)'::daterange, 10, 'month' $$),
    ('starts_on', $$ 1, NULL::date, '2024-02-01', 10 $$),
    ('during',    $$ 1, NULL::daterange, 10 $$),
    ('mrr',       $$ 1, '2024-01-01', '2024-02-01', NULL::numeric $$),
    ('mrr',       $$ 1, '[2024-01-01,2024-02-01)'::daterange, NULL::numeric $$),
    ('grain',     $$ 1, '2024-01-01', '2024-02-01', 10, NULL $$),
    ('grain',     $$ 1, '[2024-01-01,2024-02-01)'::daterange, 10, NULL $$)
  ) AS v (argument, arguments);
SELECT complaint($$ 1, '2024-01-01', NULL::date, 10 $$) AS null_end, complaint($$ 1, '2024-01-01', '2024-02-01', 10, 'month', NULL $$) AS null_until;

-- Amounts that are none: 22023, naming the argument.
SELECT amount, complaint(format('1, %L::date, %L::date, %L::numeric', '2024-01-01', '2024-02-01', amount), 'mrr') AS dates,
       complaint(format('1, %L::daterange, %L::numeric', '[2024-01-01,2024-02-01)', amount), 'mrr') AS range
  FROM unnest(ARRAY['-1', '-0.00000000000000000001', '-1e36', 'NaN', 'Infinity', '-Infinity']) AS amount;

-- Amounts that do not fit 37 digits with their decimals: 22003.
SELECT what, complaint(format('n, %L::date, %L::date, amount) FROM unnest(%L::numeric[]) WITH ORDINALITY AS v (amount, n', '2024-01-01', '2024-02-01', amounts)) AS dates,
       complaint(format('n, %L::daterange, amount) FROM unnest(%L::numeric[]) WITH ORDINALITY AS v (amount, n', '[2024-01-01,2024-02-01)', amounts)) AS range
  FROM (VALUES
    ('37 digits',             '{9999999999999999999999999999999999999}'),
    ('17 and 20 digits',      '{99999999999999999,0.99999999999999999999}'),
    ('38 digits',             '{10000000000000000000000000000000000000}'),
    ('38 digits together',    '{9999999999999999999999999999999999999,1}'),
    ('18 and 20 digits',      '{100000000000000000,0.00000000000000000001}'),
    ('21 decimals',           '{0.000000000000000000001}'),
    ('far too large',         '{1e131071}'),
    ('far too fine',          '{1e-16383}')
  ) AS v (what, amounts);

-- Dates: no beginning is 22008; an end before its start is 22023 and names customer and dates.
SELECT complaint($$ 1, '-infinity', '2024-02-01', 10 $$) AS dates, complaint($$ 1, '(,2024-02-01)'::daterange, 10 $$) AS unbounded,
       complaint($$ 1, '(,)'::daterange, 10 $$) AS both, complaint($$ 1, '[-infinity,2024-02-01)'::daterange, 10 $$) AS range;
SELECT type, complaint(format('%L::%s, %L, %L, 10', customer, type, '2024-03-02', '2024-02-01'), customer, '2024-03-02', '2024-02-01')
  FROM (VALUES ('int2', '-32768'), ('int4', '4711'), ('int8', '9223372036854775807'), ('uuid', '00000000-0000-0000-0000-00000000002a'),
               ('text', 'Müller & Søn'), ('varchar(4)', 'acme')) AS v (type, customer);
SELECT complaint($$ 4711, '0044-03-15 BC', '0045-03-15 BC', 10 $$, '4711', '0044-03-15 BC', '0045-03-15 BC') AS before_christ,
       complaint($$ 4711, '2024-01-01', '-infinity', 10 $$, '4711', '2024-01-01', '-infinity') AS end_before_all;
-- A range refuses it by itself.
SELECT complaint($$ 1, daterange('2024-03-01', '2024-02-01'), 10 $$);

-- Rows that contribute nothing are read with the same care.
SELECT row, complaint(arguments)
  FROM (VALUES
    ('free, no customer',       $$ NULL::int, '2024-01-01', '2024-02-01', 0 $$),
    ('free, no start',          $$ 1, NULL::date, '2024-02-01', 0 $$),
    ('free, no beginning',      $$ 1, '-infinity', '2024-02-01', 0 $$),
    ('free, end before start',  $$ 1, '2024-03-01', '2024-02-01', 0 $$),
    ('free, unknown grain',     $$ 1, '2024-01-01', '2024-02-01', 0, 'hour' $$),
    ('no time, no customer',    $$ NULL::int, '2024-01-01', '2024-01-01', 10 $$),
    ('no time, negative',       $$ 1, '2024-01-01', '2024-01-01', -10 $$),
    ('no time, no amount',      $$ 1, '2024-01-01', '2024-01-01', NULL::numeric $$),
    ('no time, unknown grain',  $$ 1, '2024-01-01', '2024-01-01', 10, 'hour' $$),
    ('empty range, no customer', $$ NULL::int, 'empty'::daterange, 10 $$),
    ('empty range, negative',   $$ 1, 'empty'::daterange, -10 $$)
  ) AS v (row, arguments);

-- grain: one of five words, until: a day; the same in all rows of a group: 22023.
SELECT grain, complaint(format('1, %L::date, %L::date, 10, %L', '2024-01-01', '2024-02-01', grain), 'grain', 'day', 'week', 'month', 'quarter', 'year') AS dates,
       complaint(format('1, %L::daterange, 10, %L', '[2024-01-01,2024-02-01)', grain), 'grain', 'day', 'week', 'month', 'quarter', 'year') AS range
  FROM unnest(ARRAY['', 'hour', 'decade', 'months', 'month ', 'monthly']) AS grain;
SELECT complaint(format('1, %L::date, %L::date, 10, %L', '2024-01-01', '2024-02-01', repeat('month', 100000)), 'grain') AS long_grain;
SELECT argument, complaint(arguments || ') FROM (VALUES (1), (2)) AS v (n', argument)
  FROM (VALUES
    ('grain', $$ n, '2024-01-01', '2024-02-01', 10, CASE n WHEN 1 THEN 'month' ELSE 'day' END $$),
    ('grain', $$ n, '[2024-01-01,2024-02-01)'::daterange, 10, CASE n WHEN 1 THEN 'month' ELSE 'day' END $$),
    ('grain', $$ n, '2024-01-01', '2024-02-01', n - 1, CASE n WHEN 1 THEN 'month' ELSE 'day' END $$),
    ('until', $$ n, '2024-01-01', '2024-02-01', 10, 'month', '2024-03-01'::date + n $$),
    ('until', $$ n, '[2024-01-01,2024-02-01)'::daterange, 10, 'month', '2024-03-01'::date + n $$),
    ('until', $$ n, '2024-01-01', '2024-02-01', 10, 'month', CASE n WHEN 1 THEN '2024-03-01'::date END $$),
    ('until', $$ n, '2024-01-01', '2024-02-01', 10, 'month', CASE n WHEN 2 THEN '2024-03-01'::date END $$)
  ) AS v (argument, arguments);

-- 100,000 periods at most: 54000.
SELECT complaint($$ 1, '1900-01-01', NULL::date, 10, 'day', '1900-01-01'::date + 100000 $$) AS most,
       complaint($$ 1, '1900-01-01', NULL::date, 10, 'day', '1900-01-01'::date + 100001 $$) AS one_more,
       complaint($$ 1, '4000-01-01 BC', NULL::date, 10, 'week' $$) AS weeks_to_today;

-- Customers of any other type: 0A000, with the hint to cast to text.
SELECT customer, complaint(customer || $$, '2024-01-01', '2024-02-01', 10 $$, 'text') AS dates, complaint(customer || $$, 'empty'::daterange, 10 $$, 'text') AS range
  FROM unnest(ARRAY['''a''::char(3)', '''a''::padded', '''a''::name', '''a''::"char"', '1::numeric', '1.5::float8', '1.5::float4', '1::ratio', 'true', 'current_date', 'now()',
                    '''{}''::json', '''{}''::jsonb', '''a''::bytea', '''free''::tier', '(1, 2)::pair', 'ROW(1, 2)', 'ARRAY[1]', '1::oid', '''int''::regtype', '''1 day''::interval', '''10.0.0.1''::inet']) AS customer;
-- What does not resolve, and needs a cast of the caller: a customer without a type, float8, money,
-- timestamps; with the casts it works.
SELECT what, complaint(arguments) AS plain, complaint(with_casts) AS with_casts
  FROM (VALUES
    ('untyped customer', $$ 'a', '2024-01-01'::date, '2024-02-01'::date, 10 $$,             $$ 'a'::text, '2024-01-01'::date, '2024-02-01'::date, 10 $$),
    ('float8',           $$ 1, '2024-01-01'::date, '2024-02-01'::date, 9.99::float8 $$,     $$ 1, '2024-01-01'::date, '2024-02-01'::date, 9.99::float8::numeric $$),
    ('money',            $$ 1, '2024-01-01'::date, '2024-02-01'::date, 9.99::money $$,      $$ 1, '2024-01-01'::date, '2024-02-01'::date, 9.99::money::numeric $$),
    ('timestamptz',      $$ 1, now(), now(), 10 $$,                                         $$ 1, now()::date, (now() AT TIME ZONE 'Asia/Tokyo')::date + 1, 10 $$),
    ('timestamp',        $$ 1, '2024-01-01'::timestamp, NULL::timestamp, 10 $$,             $$ 1, '2024-01-01'::timestamp::date, NULL::timestamp::date, 10 $$),
    ('tsrange',          $$ 1, tsrange('2024-01-01', NULL), 10 $$,                          $$ 1, daterange(lower(tsrange('2024-01-01', NULL))::date, NULL), 10 $$),
    ('text dates',       $$ 1, '2024-01-01'::text, '2024-02-01'::text, 10 $$,               $$ 1, '2024-01-01'::text::date, '2024-02-01'::text::date, 10 $$),
    ('until before grain', $$ 1, '2024-01-01'::date, '2024-02-01'::date, 10, '2024-03-01'::date $$, $$ 1, '2024-01-01'::date, '2024-02-01'::date, 10, 'month', '2024-03-01'::date $$)
  ) AS v (what, arguments, with_casts);

-- Not one of these is an internal error, and the connection has survived them all.
SELECT complaint($$ 1, '2024-01-01', '2024-02-01', 10 $$) AS after_all;
SET client_min_messages = warning;
DROP SCHEMA movements_errors CASCADE;
