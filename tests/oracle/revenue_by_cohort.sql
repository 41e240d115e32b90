-- revenue_by_cohort: each period's revenue by the period of the customers' first payment above 0.

\ir lib/oracle.sql
\ir lib/events.sql
\ir lib/ways.sql

CREATE FUNCTION oracle.revenue_cells(grain text, until date DEFAULT NULL)
RETURNS TABLE (
    segment text, place bigint, period_start date, cohort_start date, customers bigint, revenue numeric, share numeric)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    paid AS MATERIALIZED (
        SELECT * FROM oracle.payment p WHERE p.amount <> 0
    ),
    period AS MATERIALIZED (
        SELECT f.segment, c.period_start, c.period_end
          FROM (SELECT p.segment, min(p.paid_on) AS day FROM paid p GROUP BY p.segment) AS f,
               oracle.calendar(grain, f.day, coalesce(until, current_date + 1)) AS c
    ),
    joined AS MATERIALIZED (
        SELECT f.segment, f.customer, p.period_start AS cohort_start
          FROM (SELECT p.segment, p.customer, min(p.paid_on) AS day FROM paid p WHERE p.amount > 0 GROUP BY p.segment, p.customer) AS f
          JOIN period p ON p.segment = f.segment AND p.period_start <= f.day AND f.day < p.period_end
    ),
    -- Before the cohort, and without one, the cohort is NULL.
    amount AS MATERIALIZED (
        SELECT a.segment, p.period_start, j.cohort_start, a.customer, a.amount
          FROM paid a
          JOIN period p ON p.segment = a.segment AND p.period_start <= a.paid_on AND a.paid_on < p.period_end
          LEFT JOIN joined j ON j.segment = a.segment AND j.customer = a.customer AND j.cohort_start <= p.period_start
    ),
    opened AS (
        SELECT j.segment, min(j.cohort_start) AS cohort_start FROM joined j GROUP BY j.segment
    ),
    cell AS (
        SELECT p.segment, p.period_start, c.period_start AS cohort_start
          FROM period p
          JOIN period c ON c.segment = p.segment AND c.period_start <= p.period_start
          JOIN opened o ON o.segment = c.segment AND o.cohort_start <= c.period_start
        UNION ALL
        SELECT DISTINCT a.segment, a.period_start, a.cohort_start FROM amount a WHERE a.cohort_start IS NULL
    ),
    total AS (
        SELECT a.segment, a.period_start, sum(a.amount) AS revenue FROM amount a GROUP BY a.segment, a.period_start
    ),
    taken AS (
        SELECT a.segment, a.period_start, a.cohort_start, count(DISTINCT a.customer) AS customers, sum(a.amount) AS revenue
          FROM amount a GROUP BY a.segment, a.period_start, a.cohort_start
    )
    SELECT c.segment, row_number() OVER (PARTITION BY c.segment ORDER BY c.period_start, c.cohort_start NULLS LAST),
           c.period_start, c.cohort_start, coalesce(t.customers, 0), coalesce(t.revenue, 0), oracle.rate(coalesce(t.revenue, 0), s.revenue)
      FROM cell c
      LEFT JOIN taken t ON t.segment = c.segment AND t.period_start = c.period_start AND coalesce(t.cohort_start, 'infinity') = coalesce(c.cohort_start, 'infinity')
      LEFT JOIN total s ON s.segment = c.segment AND s.period_start = c.period_start
$$;

-- What the extension gives. A share that is not the revenue's in its period's stays as it is.
CREATE FUNCTION cells() RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT g.segment, c.ordinality, period_start, cohort_start, customers, revenue,
                   oracle.near(share, oracle.rate(revenue, sum(revenue) OVER (PARTITION BY g.segment, period_start))) AS share
              FROM (%s) AS g, unnest(g.result) WITH ORDINALITY AS c'
$$;
CREATE FUNCTION revenue(grain text, until date) RETURNS text LANGUAGE sql AS $$
    SELECT format(cells(), oracle.grouped(format('revenue_by_cohort(customer, paid_on, amount%s%s)',
        ', ' || quote_literal(grain), ', ' || quote_literal(until) || '::date'), 'oracle.payment'))
$$;
CREATE FUNCTION by_oracle(grain text, until date) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM oracle.revenue_cells(%L, %L)', grain, until)
$$;
CREATE FUNCTION oracle_and_extension(what text, grain text, until date, answer text, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.same(what || ', oracle', by_oracle(grain, until), answer, at_least);
    RETURN NEXT oracle.same(what, revenue(grain, until), answer, at_least);
END
$$;

-- By hand, until 1 May. Anna pays in January, twice, and in March; Ben gets 30 back in January, pays
-- in February and gets it back in March; Carl only ever gets 5 back, in February; Dora has a free
-- January and pays in May.
SELECT oracle.fill('oracle.payment', $$ VALUES
    ('s', 'anna', '2024-03-31'::date, 60), ('s', 'anna', '2024-01-01', 100.5), ('s', 'anna', '2024-01-31', 49.5),
    ('s', 'ben', '2024-02-10', 80), ('s', 'ben', '2024-01-20', -30), ('s', 'ben', '2024-03-01', -80),
    ('s', 'carl', '2024-02-29', -5),
    ('s', 'dora', '2024-01-02', 0), ('s', 'dora', '2024-05-01', 1000) $$) \gset
CREATE TABLE worked AS SELECT * FROM oracle.revenue_cells('month') WHERE false;
INSERT INTO worked VALUES
    -- January: 150 of Anna's, and Ben's 30 before he is anybody's customer: 150 and -30 of 120.
    ('s', 1,  '2024-01-01', '2024-01-01', 1, 150, 1.25),
    ('s', 2,  '2024-01-01', NULL,         1, -30, -0.25),
    ('s', 3,  '2024-02-01', '2024-01-01', 0, 0,   0),
    ('s', 4,  '2024-02-01', '2024-02-01', 1, 80,  1.066666666666667),
    ('s', 5,  '2024-02-01', NULL,         1, -5,  -0.066666666666667),
    -- March: 60 and -80 of -20.
    ('s', 6,  '2024-03-01', '2024-01-01', 1, 60,  -3),
    ('s', 7,  '2024-03-01', '2024-02-01', 1, -80, 4),
    ('s', 8,  '2024-03-01', '2024-03-01', 0, 0,   0),
    -- April: nobody paid, and nothing is no base for a share.
    ('s', 9,  '2024-04-01', '2024-01-01', 0, 0,   NULL),
    ('s', 10, '2024-04-01', '2024-02-01', 0, 0,   NULL),
    ('s', 11, '2024-04-01', '2024-03-01', 0, 0,   NULL),
    ('s', 12, '2024-04-01', '2024-04-01', 0, 0,   NULL);
SELECT oracle_and_extension('by hand', 'month', '2024-05-01', 'TABLE worked', 12);
SELECT oracle_and_extension('by hand, first period', 'month', '2024-01-02', 'SELECT * FROM worked WHERE place <= 2', 2);
-- With May: 1000 of Dora's, whose free January made her no customer.
INSERT INTO worked
    SELECT 's', 12 + n, '2024-05-01', '2023-12-01'::date + n * interval '1 month', n / 5, n / 5 * 1000, n / 5 FROM generate_series(1, 5) AS n;
SELECT oracle_and_extension('by hand, May', 'month', '2024-05-02', 'TABLE worked', 17);

-- Refunds come before the first payment by a period with nothing: no cohort has begun, nothing to show in it.
-- A payment and a refund that cancel out: a customer with 0, no share. Refunds in the period of the
-- first payment, before it, are the cohort's.
SELECT oracle.fill('oracle.payment', $$ VALUES
    ('s', 'a', '2023-12-31'::date, -1), ('s', 'a', '2024-02-20', 1), ('s', 'b', '2024-02-03', -0.10), ('s', 'b', '2024-02-04', 0.10), ('s', 'a', '2024-02-01', -1) $$) \gset
SELECT oracle_and_extension('by hand, refunds first', 'month', '2024-03-01', $$ VALUES
    ('s', 1, '2023-12-01'::date, NULL::date,   1, -1, 1),
    ('s', 2, '2024-02-01',       '2024-02-01', 2, 0,  NULL) $$, 2);
-- The same by years and by ISO weeks: 31 December 2023 is the Sunday of the week from the 25th.
SELECT oracle_and_extension('by hand, years', 'year', '2024-01-02', $$ VALUES
    ('s', 1, '2023-01-01'::date, NULL::date,   1, -1, 1),
    ('s', 2, '2024-01-01',       '2024-01-01', 2, 0,  NULL) $$, 2);
SELECT oracle_and_extension('by hand, weeks', 'week', '2024-02-20', $$ VALUES
    ('s', 1, '2023-12-25'::date, NULL::date,   1, -1,   1),
    ('s', 2, '2024-01-29',       '2024-01-29', 1, 0,    0),
    ('s', 3, '2024-01-29',       NULL,         1, -1,   1),
    ('s', 4, '2024-02-05',       '2024-01-29', 0, 0,    NULL),
    ('s', 5, '2024-02-05',       '2024-02-05', 0, 0,    NULL),
    ('s', 6, '2024-02-12',       '2024-01-29', 0, 0,    NULL),
    ('s', 7, '2024-02-12',       '2024-02-05', 0, 0,    NULL),
    ('s', 8, '2024-02-12',       '2024-02-12', 0, 0,    NULL),
    ('s', 9, '2024-02-19',       '2024-01-29', 0, 0,    0),
    ('s', 10, '2024-02-19',      '2024-02-05', 0, 0,    0),
    ('s', 11, '2024-02-19',      '2024-02-12', 0, 0,    0),
    ('s', 12, '2024-02-19',      '2024-02-19', 1, 1,    1) $$, 12);
-- What floats get wrong, and an amount of 30 digits beside one of a cent.
SELECT oracle.fill('oracle.payment', $$ VALUES ('s', 'a', '2024-01-01'::date, 0.1), ('s', 'a', '2024-01-01', 0.2), ('s', 'a', '2024-01-01', -0.3),
                                               ('t', 'a', '2024-01-01', 123456789012345678901234567890), ('t', 'b', '2024-01-02', 0.01), ('t', 'c', '2024-01-03', -123456789012345678901234567890) $$) \gset
SELECT oracle_and_extension('by hand, exact', 'quarter', '2024-01-02', $$ VALUES ('s', 1, '2024-01-01'::date, '2024-01-01'::date, 1, 0, NULL),
    ('t', 1, '2024-01-01', '2024-01-01', 2, 123456789012345678901234567890.01, 12345678901234567890123456789001),
    ('t', 2, '2024-01-01', NULL, 1, -123456789012345678901234567890, -12345678901234567890123456789000) $$, 3);

-- Every shape by every grain, as far as the grain bears; until a day of the first period, one in the
-- middle, a border, one past the end. And each period's revenue is its rows', to the last digit.
CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    grain text;
    days int;
    until date;
    label text;
    rows bigint := 0;
BEGIN
    FOR grain, days IN VALUES ('day', 45), ('week', 200), ('month', 700), ('quarter', 1460), ('year', 1460) LOOP
        label := format('%s, seed %s, %s rows', shape, seed,
                        oracle.fill('oracle.payment', format('SELECT * FROM oracle.payments(%L, %s, %s, %s, %s, %s)', shape, seed, segments, customers, items, days)));
        FOREACH until IN ARRAY (SELECT ARRAY[min(paid_on) + 1, min(paid_on) + days / 2, date_trunc(grain, min(paid_on) + days * 2.0 / 3 * interval '1 day')::date, max(paid_on) + 20] FROM oracle.payment WHERE amount <> 0) LOOP
            CONTINUE WHEN NOT oracle.takes();
            rows := rows + oracle.compare(concat_ws(', ', label, grain, 'until ' || until), revenue(grain, until), by_oracle(grain, until));
        END LOOP;
        rows := rows + oracle.compare(label || ' add up to all of them by ' || grain,
            format('SELECT segment, period_start, sum(revenue) FROM (%s) AS c GROUP BY 1, 2 HAVING sum(customers) > 0', revenue(grain, until)),
            format('SELECT segment, date_trunc(%L, paid_on::timestamp)::date, sum(amount) FROM oracle.payment WHERE amount <> 0 AND paid_on < %L GROUP BY 1, 2', grain, until));
        IF grain IN ('month', 'year') THEN
            rows := rows + oracle.compare(concat_ws(', ', label, grain), revenue(grain, NULL), by_oracle(grain, NULL));
        END IF;
        IF grain = 'month' THEN
            rows := rows + oracle.compare(label || ', as it comes', revenue(NULL, NULL), by_oracle(grain, NULL));
        END IF;
    END LOOP;
    RETURN format('%s: %s rows', label, rows);
END
$$;
SELECT check_shape('scatter', 1, 2, 15, 8);
SELECT check_shape('scatter', 2, 1, 80, 3);
SELECT check_shape('scatter', 3, 6, 1, 4);
SELECT check_shape('regular', 4, 2, 20, 24);
SELECT check_shape('regular', 5, 1, 60, 6);
SELECT check_shape('thin', 6, 2, 20, 6);
SELECT check_shape('thin', 7, 5, 4, 6);
SELECT check_shape('netting', 8, 2, 10, 20);
SELECT check_shape('netting', 9, 4, 3, 5);
SELECT check_shape('large', 10, 2, 12, 8);
-- By days and weeks through today.
SELECT oracle.fill('oracle.payment', $$ SELECT * FROM oracle.payments('scatter', 11, 2, 30, 6, 60, current_date - 50) $$) AS rows \gset
SELECT oracle.same('through today by ' || grain, revenue(grain, NULL), by_oracle(grain, NULL)) FROM unnest('{day,week,month,quarter,year}'::text[]) AS grain;

-- Nothing to show is an empty array, never NULL.
SELECT oracle.fill('oracle.payment', $$ SELECT * FROM oracle.payments('scatter', 12, 3, 40, 10, 500) $$) AS rows \gset
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.revenue_by_cohort(customer, paid_on, amount) FROM oracle.payment WHERE false
    UNION ALL SELECT 'filtered', saas_metrics.revenue_by_cohort(customer, paid_on, amount, 'week') FILTER (WHERE customer = '') FROM oracle.payment
    UNION ALL SELECT 'zeros', saas_metrics.revenue_by_cohort(customer, paid_on, 0.00, 'week') FROM oracle.payment
    UNION ALL SELECT 'until before', saas_metrics.revenue_by_cohort(customer, paid_on, amount, 'year', '2022-01-01') FROM oracle.payment
    UNION ALL SELECT 'later', saas_metrics.revenue_by_cohort(customer, current_date + 1, amount, 'day') FROM oracle.payment $$,
    $$ SELECT what, '{}'::saas_metrics.revenue_cell[] FROM unnest('{no rows,filtered,zeros,until before,later}'::text[]) AS what $$, 5);
SELECT oracle.same('one row', $$ SELECT saas_metrics.revenue_by_cohort(7, date '2024-02-29', 9.99, 'month', '2024-03-01') $$,
                   $$ SELECT ARRAY[('2024-02-01', '2024-02-01', 1, 9.99, 1)::saas_metrics.revenue_cell] $$);
SELECT oracle.same('one refund', $$ SELECT saas_metrics.revenue_by_cohort(7, date '2024-02-29', -9.99, 'month', '2024-05-01') $$,
                   $$ SELECT ARRAY[('2024-02-01', NULL, 1, -9.99, 1)::saas_metrics.revenue_cell] $$);
SELECT oracle.check_ways('oracle.payment', $$revenue_by_cohort(%s, paid_on, amount, 'month', '2024-03-01')$$, cells(), by_oracle('month', '2024-03-01'), 300);

-- Segments add up to the total: cohort by cohort where each has its own customers.
SELECT oracle.same('segments add up', $$
    SELECT period_start, cohort_start, sum(customers) AS customers, sum(revenue) AS revenue
      FROM (SELECT saas_metrics.revenue_by_cohort(segment || '/' || customer, paid_on, amount, 'week', '2024-03-01') FROM oracle.payment GROUP BY segment) AS s (cells), unnest(s.cells)
     GROUP BY 1, 2 HAVING sum(customers) > 0 $$, $$
    SELECT period_start, cohort_start, customers, revenue
      FROM (SELECT saas_metrics.revenue_by_cohort(segment || '/' || customer, paid_on, amount, 'week', '2024-03-01') FROM oracle.payment) AS s (cells), unnest(s.cells)
     WHERE customers > 0 $$, 300);

-- A triangle has at most 2,000 periods.
SELECT oracle.same('most periods', $$ SELECT cardinality(saas_metrics.revenue_by_cohort(1, '2000-01-01', 1, 'day', '2000-01-01'::date + 2000)) $$, 'SELECT 2001000');
SELECT oracle.fails('one period more', $$ SELECT saas_metrics.revenue_by_cohort(1, '2000-01-01', 1, 'day', '2000-01-01'::date + 2001) $$, '54000');

-- What is refused. Rows of 0 are read with the same care.
SELECT oracle.fails(what, format('SELECT saas_metrics.revenue_by_cohort(%s) FROM (VALUES (1), (2)) AS v (n)', arguments), state)
  FROM (VALUES
      ('no customer',      $$ nullif(n, 2), '2024-01-01', 0 $$,                              '22004'),
      ('no day',           $$ n, CASE n WHEN 1 THEN date '2024-01-01' END, 0 $$,             '22004'),
      ('no amount',        $$ n, '2024-01-01', nullif(n, 2) $$,                              '22004'),
      ('infinity',         $$ n, 'infinity', 0 $$,                                           '22008'),
      ('minus infinity',   $$ n, '-infinity', 1, 'month', '2024-01-01' $$,                   '22008'),
      ('not a number',     $$ n, '2024-01-01', 'NaN' $$,                                     '22023'),
      ('without end',      $$ n, '2024-01-01', 'Infinity' $$,                                '22023'),
      ('minus without end', $$ n, '2024-01-01', '-Infinity' $$,                              '22023'),
      ('21 decimals',      $$ n, '2024-01-01', 1e-21 $$,                                     '22003'),
      ('38 digits together', $$ n, '2024-01-01', 9e36 $$,                                    '22003'),
      ('no grain',         $$ n, '2024-01-01', 1, NULL $$,                                   '22004'),
      ('unknown grain',    $$ n, '2024-01-01', 0, 'decade' $$,                               '22023'),
      ('two grains',       $$ n, '2024-01-01', 0, (ARRAY['day', 'week'])[n] $$,              '22023'),
      ('two untils',       $$ n, '2024-01-01', 1, 'day', '2024-02-01'::date + n $$,          '22023'),
      ('until and none',   $$ n, '2024-01-01', 1, 'day', CASE n WHEN 1 THEN '2024-02-01'::date END $$, '22023'),
      ('until infinity',   $$ n, '2024-01-01', 1, 'day', 'infinity' $$,                      '22008'),
      ('a numeric customer', $$ n * 1.5, '2024-01-01', 1 $$,                                 '0A000')) AS v (what, arguments, state);

SELECT oracle.fails_to_meet(what, format('revenue_by_cohort(n, ''2024-01-01'', %s)', arguments), state)
  FROM (VALUES ('grains', $$ 1, CASE part WHEN 2 THEN 'day' ELSE 'week' END, '2024-02-01' $$, '22023'), ('grains without money', $$ 0, CASE part WHEN 2 THEN 'day' ELSE 'week' END, '2024-02-01' $$, '22023'),
               ('untils', $$ 1, 'day', '2024-02-01'::date + part $$, '22023'), ('an until and none', $$ 1, 'year', CASE WHEN part < 3 THEN '2024-02-01'::date END $$, '22023'),
               ('sums of 38 digits', '5e34', '22003'), ('coarse and fine', 'CASE part WHEN 1 THEN 1e-20 ELSE 1e17 END', '22003')) AS v (what, arguments, state);

-- Groups of all sizes, in parallel, and many.
SELECT oracle.check_sizes('oracle.payment', $$ SELECT n::text, (1 + oracle.pick(n / 4 + 1, key))::text, '2024-01-01'::date + oracle.pick(400, key || ':d'), oracle.pick(10000, key || ':a') * 0.01 - 20 $$,
                          $$revenue_by_cohort(%s, paid_on, amount, 'month', '2025-01-01')$$, cells(), by_oracle('month', '2025-01-01'), 1500);
\ir lib/parallel.sql
SELECT oracle.check_workers('oracle.payment', $$revenue_by_cohort(%s, paid_on, amount, 'month', '2024-03-01')$$, cells(), by_oracle('month', '2024-03-01'), 300);
SET max_parallel_workers_per_gather = 0;
SELECT oracle.fill('oracle.payment', $$ SELECT g::text, (n % 2)::text, '2024-01-01'::date + oracle.pick(100, g || ':' || n), oracle.pick(5, g || '-' || n) * 2.50 - 2.50 FROM generate_series(0, 2) AS n, generate_series(1, 100000) AS g $$) AS rows \gset
SELECT oracle.check_many_groups('oracle.payment', $$revenue_by_cohort(%s, paid_on, amount, 'month', '2024-04-01')$$, cells(), by_oracle('month', '2024-04-01'));
