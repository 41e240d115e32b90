-- activity_retention: cohorts of subjects by the period of their first activity.

\ir lib/oracle.sql
\ir lib/events.sql
\ir lib/ways.sql

CREATE FUNCTION oracle.activity_cells(grain text, until date DEFAULT NULL)
RETURNS TABLE (
    segment text, place bigint, cohort_start date, age bigint, period_start date,
    customers bigint, retained bigint, retention_rate numeric, complete boolean, on_or_after bigint)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    joined AS (
        SELECT v.segment, v.subject, min(v.active_on) AS day FROM oracle.visit v GROUP BY v.segment, v.subject
    ),
    period AS MATERIALIZED (
        SELECT f.segment, c.period_start, c.period_end,
               row_number() OVER (PARTITION BY f.segment ORDER BY c.period_start) AS n
          FROM (SELECT j.segment, min(j.day) AS day FROM joined j GROUP BY j.segment) AS f,
               oracle.calendar(grain, f.day, coalesce(until, current_date + 1)) AS c
    ),
    member AS (
        SELECT j.segment, j.subject, p.n AS cohort
          FROM joined j
          JOIN period p ON p.segment = j.segment AND p.period_start <= j.day AND j.day < p.period_end
    ),
    size AS (
        SELECT m.segment, m.cohort, count(*) AS customers FROM member m GROUP BY m.segment, m.cohort
    ),
    active AS (
        SELECT DISTINCT p.segment, v.subject, p.n
          FROM period p
          JOIN oracle.visit v ON v.segment = p.segment AND p.period_start <= v.active_on AND v.active_on < p.period_end
    ),
    -- Each member in each period: active in it, or in any from it to the last.
    seen AS (
        SELECT m.segment, m.cohort, p.n, count(*) FILTER (WHERE a.n = p.n) AS retained, count(DISTINCT a.subject) AS on_or_after
          FROM member m
          JOIN period p ON p.segment = m.segment AND p.n >= m.cohort
          JOIN active a ON a.segment = m.segment AND a.subject = m.subject AND a.n >= p.n
         GROUP BY m.segment, m.cohort, p.n
    ),
    cell AS (
        SELECT p.segment, c.n AS cohort, c.period_start AS cohort_start, p.n, p.period_start, p.period_end
          FROM period c JOIN period p ON p.segment = c.segment AND p.n >= c.n
    )
    SELECT c.segment, row_number() OVER (PARTITION BY c.segment ORDER BY c.cohort, c.n),
           c.cohort_start, c.n - c.cohort, c.period_start,
           coalesce(z.customers, 0), coalesce(s.retained, 0), oracle.rate(coalesce(s.retained, 0), z.customers),
           c.period_end <= coalesce(until, current_date),
           coalesce(s.on_or_after, 0)
      FROM cell c
      LEFT JOIN size z ON z.segment = c.segment AND z.cohort = c.cohort
      LEFT JOIN seen s ON s.segment = c.segment AND s.cohort = c.cohort AND s.n = c.n
$$;

-- What the extension gives. Rates that differ from the quotient of their columns stay as they are.
CREATE FUNCTION cells() RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT g.segment, c.ordinality, cohort_start, age, period_start, customers, retained,
                   oracle.near(retention_rate, oracle.rate(retained, customers)) AS retention_rate, complete, on_or_after
              FROM (%s) AS g, unnest(g.result) WITH ORDINALITY AS c'
$$;
-- Without a grain by the form without grain, without until by the form without until.
CREATE FUNCTION activity(grain text, until date) RETURNS text LANGUAGE sql AS $$
    SELECT format(cells(), oracle.grouped(format('activity_retention(subject, active_on%s%s)',
        ', ' || quote_literal(grain), ', ' || quote_literal(until) || '::date'), 'oracle.visit'))
$$;
CREATE FUNCTION check_activity(what text, grain text DEFAULT NULL, until date DEFAULT NULL, at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE sql AS $$
    SELECT oracle.compare(concat_ws(', ', what, grain, 'until ' || until), activity(grain, until),
                          format('SELECT * FROM oracle.activity_cells(%L, %L)', coalesce(grain, 'month'), until), at_least)
$$;
CREATE FUNCTION oracle_and_extension(what text, grain text, until date, answer text, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.same(what || ', oracle', format('SELECT * FROM oracle.activity_cells(%L, %L)', grain, until), answer, at_least);
    RETURN NEXT oracle.same(what, activity(grain, until), answer, at_least);
END
$$;

-- By hand. Four people: a in January, February and April; b twice on the last day of January; c in
-- March, on the last day of April and in May; d in May only.
SELECT oracle.fill('oracle.visit', $$ VALUES
    ('s', 'a', '2024-04-03'::date), ('s', 'a', '2024-01-05'), ('s', 'a', '2024-02-10'),
    ('s', 'b', '2024-01-31'), ('s', 'b', '2024-01-31'),
    ('s', 'c', '2024-03-01'), ('s', 'c', '2024-05-02'), ('s', 'c', '2024-04-30'),
    ('s', 'd', '2024-05-01') $$) \gset
CREATE TABLE worked AS SELECT * FROM oracle.activity_cells('month') WHERE false;
INSERT INTO worked VALUES
    -- Who was away in March and came back in April is "on or after" in March.
    ('s', 1,  '2024-01-01', 0, '2024-01-01', 2, 2, 1,    true, 2),
    ('s', 2,  '2024-01-01', 1, '2024-02-01', 2, 1, 0.5,  true, 1),
    ('s', 3,  '2024-01-01', 2, '2024-03-01', 2, 0, 0,    true, 1),
    ('s', 4,  '2024-01-01', 3, '2024-04-01', 2, 1, 0.5,  true, 1),
    -- Nobody began in February: a cohort all the same.
    ('s', 5,  '2024-02-01', 0, '2024-02-01', 0, 0, NULL, true, 0),
    ('s', 6,  '2024-02-01', 1, '2024-03-01', 0, 0, NULL, true, 0),
    ('s', 7,  '2024-02-01', 2, '2024-04-01', 0, 0, NULL, true, 0),
    ('s', 8,  '2024-03-01', 0, '2024-03-01', 1, 1, 1,    true, 1),
    ('s', 9,  '2024-03-01', 1, '2024-04-01', 1, 1, 1,    true, 1),
    ('s', 10, '2024-04-01', 0, '2024-04-01', 0, 0, NULL, true, 0);
SELECT oracle_and_extension('by hand', 'month', '2024-05-01', 'TABLE worked', 10);
-- A day less: April is whole, 30 April included, but not complete.
SELECT oracle_and_extension('by hand, not cut', 'month', '2024-04-02',
    $$ SELECT segment, place, cohort_start, age, period_start, customers, retained, retention_rate, period_start < '2024-04-01', on_or_after FROM worked $$, 10);
-- April unasked for is unseen: nobody of January is there in March or after.
SELECT oracle_and_extension('by hand, on the border', 'month', '2024-04-01', $$ VALUES
    ('s', 1, '2024-01-01'::date, 0, '2024-01-01'::date, 2, 2, 1,    true, 2),
    ('s', 2, '2024-01-01',       1, '2024-02-01',       2, 1, 0.5,  true, 1),
    ('s', 3, '2024-01-01',       2, '2024-03-01',       2, 0, 0,    true, 0),
    ('s', 4, '2024-02-01',       0, '2024-02-01',       0, 0, NULL, true, 0),
    ('s', 5, '2024-02-01',       1, '2024-03-01',       0, 0, NULL, true, 0),
    ('s', 6, '2024-03-01',       0, '2024-03-01',       1, 1, 1,    true, 1) $$, 6);
-- Until a day of the first month, before any activity in it: the month starts before that day.
SELECT oracle_and_extension('by hand, first month', 'month', '2024-01-02',
    $$ VALUES ('s', 1, '2024-01-01'::date, 0, '2024-01-01'::date, 2, 2, 1, false, 2) $$, 1);

-- Sunday 3 January 2021 is in the ISO week from 28 December, the Monday after it in the next.
SELECT oracle.fill('oracle.visit', $$ VALUES ('w', 'a', '2021-01-03'::date), ('w', 'a', '2021-01-04'), ('w', 'b', '2021-01-04'), ('w', 'c', '2021-01-10') $$) \gset
SELECT oracle_and_extension('by hand, weeks', 'week', '2021-01-05', $$ VALUES
    ('w', 1, '2020-12-28'::date, 0, '2020-12-28'::date, 1, 1, 1, true,  1),
    ('w', 2, '2020-12-28',       1, '2021-01-04',       1, 1, 1, false, 1),
    ('w', 3, '2021-01-04',       0, '2021-01-04',       2, 2, 1, false, 2) $$, 3);
-- The days about a leap day.
SELECT oracle.fill('oracle.visit', $$ VALUES ('d', 'a', '2024-02-28'::date), ('d', 'a', '2024-03-01'), ('d', 'b', '2024-02-29'), ('d', 'b', '2024-03-02') $$) \gset
SELECT oracle_and_extension('by hand, days', 'day', '2024-03-02', $$ VALUES
    ('d', 1, '2024-02-28'::date, 0, '2024-02-28'::date, 1, 1, 1,    true, 1),
    ('d', 2, '2024-02-28',       1, '2024-02-29',       1, 0, 0,    true, 1),
    ('d', 3, '2024-02-28',       2, '2024-03-01',       1, 1, 1,    true, 1),
    ('d', 4, '2024-02-29',       0, '2024-02-29',       1, 1, 1,    true, 1),
    ('d', 5, '2024-02-29',       1, '2024-03-01',       1, 0, 0,    true, 0),
    ('d', 6, '2024-03-01',       0, '2024-03-01',       0, 0, NULL, true, 0) $$, 6);
-- A quarter, and the years about the birth of Christ: there is no year 0.
SELECT oracle.fill('oracle.visit', $$ VALUES ('q', 'a', '2024-03-31'::date), ('q', 'b', '2024-01-01'), ('q', 'a', '2024-04-01') $$) \gset
SELECT oracle_and_extension('by hand, quarters', 'quarter', '2024-07-01', $$ VALUES
    ('q', 1, '2024-01-01'::date, 0, '2024-01-01'::date, 2, 2, 1,    true, 2),
    ('q', 2, '2024-01-01',       1, '2024-04-01',       2, 1, 0.5,  true, 1),
    ('q', 3, '2024-04-01',       0, '2024-04-01',       0, 0, NULL, true, 0) $$, 3);
SELECT oracle.fill('oracle.visit', $$ VALUES ('y', 'a', '0001-12-31 BC'::date), ('y', 'a', '0001-01-01'), ('y', 'b', '0001-12-31') $$) \gset
SELECT oracle_and_extension('by hand, years', 'year', '0001-12-31', $$ VALUES
    ('y', 1, '0001-01-01 BC'::date, 0, '0001-01-01 BC'::date, 1, 1, 1, true,  1),
    ('y', 2, '0001-01-01 BC',       1, '0001-01-01',          1, 1, 1, false, 1),
    ('y', 3, '0001-01-01',          0, '0001-01-01',          1, 1, 1, false, 1) $$, 3);
-- Without until: through today, what is tomorrow is unseen. Today is not complete.
SELECT oracle.fill('oracle.visit', $$ SELECT 't', name, current_date + d FROM (VALUES ('a', -1), ('a', 1), ('b', 0), ('c', 1)) AS v (name, d) $$) \gset
SELECT oracle_and_extension('by hand, through today', 'day', NULL, $$ VALUES
    ('t', 1, current_date - 1, 0, current_date - 1, 1, 1, 1, true,  1),
    ('t', 2, current_date - 1, 1, current_date,     1, 0, 0, false, 0),
    ('t', 3, current_date,     0, current_date,     1, 1, 1, false, 1) $$, 3);

-- Every shape by every grain, as far as the grain bears; until a day of the first period, one in the
-- middle, a border, one past the end.
CREATE FUNCTION check_shape(shape text, seed int, segments int, subjects int, items int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    grain text;
    days int;
    until date;
    label text;
    rows bigint := 0;
BEGIN
    FOR grain, days IN VALUES ('day', 45), ('week', 200), ('month', 700), ('quarter', 1460), ('year', 1460) LOOP
        label := format('%s, seed %s, %s rows', shape, seed,
                        oracle.fill('oracle.visit', format('SELECT * FROM oracle.visits(%L, %s, %s, %s, %s, %s)', shape, seed, segments, subjects, items, days)));
        FOREACH until IN ARRAY (SELECT ARRAY[min(active_on) + 1, min(active_on) + days / 2, date_trunc(grain, min(active_on) + days * 2.0 / 3 * interval '1 day')::date, max(active_on) + 20] FROM oracle.visit) LOOP
            CONTINUE WHEN NOT oracle.takes();
            rows := rows + check_activity(label, grain, until);
        END LOOP;
        IF grain IN ('month', 'year') THEN
            rows := rows + check_activity(label, grain);
        END IF;
        IF grain = 'month' THEN
            rows := rows + check_activity(label || ', as it comes');
        END IF;
    END LOOP;
    RETURN format('%s: %s rows', label, rows);
END
$$;
SELECT check_shape('scatter', 1, 2, 15, 8);
SELECT check_shape('scatter', 2, 1, 60, 3);
SELECT check_shape('daily', 3, 2, 12, 40);
SELECT check_shape('single', 4, 1, 80, 1);
SELECT check_shape('single', 5, 2, 30, 3);
SELECT check_shape('bursts', 6, 2, 20, 8);
SELECT check_shape('edges', 7, 2, 20, 10);
SELECT check_shape('edges', 8, 1, 60, 3);
SELECT check_shape('scatter', 9, 6, 1, 5);
-- By days and weeks through today.
SELECT oracle.fill('oracle.visit', $$ SELECT * FROM oracle.visits('scatter', 10, 2, 30, 6, 60, current_date - 50) $$) AS rows \gset
SELECT 'through today, ' || :rows || ' rows: ' || sum(check_activity('through today', grain)) FROM unnest('{day,week,month,quarter,year}'::text[]) AS grain;
SET TimeZone = 'Pacific/Kiritimati';
SELECT 'far east: ' || check_activity('far east', 'day');
SET TimeZone = 'Etc/GMT+12';
SELECT 'far west: ' || check_activity('far west', 'day');
RESET TimeZone;

-- Nothing to show is an empty array, never NULL.
SELECT oracle.fill('oracle.visit', $$ SELECT * FROM oracle.visits('scatter', 11, 3, 40, 10, 500) $$) AS rows \gset
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.activity_retention(subject, active_on) FROM oracle.visit WHERE false
    UNION ALL SELECT 'filtered', saas_metrics.activity_retention(subject, active_on, 'week') FILTER (WHERE subject = '') FROM oracle.visit
    UNION ALL SELECT 'until before', saas_metrics.activity_retention(subject, active_on, 'year', '2022-01-01') FROM oracle.visit
    UNION ALL SELECT 'later', saas_metrics.activity_retention(subject, current_date + 1, 'day') FROM oracle.visit $$,
    $$ SELECT what, '{}'::saas_metrics.activity_cell[] FROM unnest('{no rows,filtered,until before,later}'::text[]) AS what $$, 4);
SELECT oracle.same('one row', $$ SELECT saas_metrics.activity_retention(7, date '2024-02-29', 'month', '2024-03-01') $$,
    $$ SELECT ARRAY[('2024-02-01', 0, '2024-02-01', 1, 1, 1, true, 1)::saas_metrics.activity_cell] $$);

-- In every way it can be called.
SELECT oracle.check_ways('oracle.visit', $$activity_retention(%s, active_on, 'month', '2024-03-01')$$, cells(),
                         $$ SELECT * FROM oracle.activity_cells('month', '2024-03-01') $$, 300);

-- "On or after" never rises with age, begins with all of the cohort and ends with who is there last;
-- and the cohorts of a segment are all its subjects.
CREATE TABLE triangle AS
    SELECT s.segment, c.* FROM (SELECT segment, saas_metrics.activity_retention(subject, active_on, 'week', '2024-03-01') FROM oracle.visit GROUP BY segment) AS s (segment, cells), unnest(s.cells) AS c;
SELECT oracle.same('on or after', 'SELECT segment, count(*) FROM triangle GROUP BY segment', $$
    SELECT segment, count(*) FILTER (WHERE on_or_after <= before AND on_or_after >= retained AND on_or_after <= customers
                                       AND (age > 0 OR on_or_after = customers AND retained = customers) AND (NOT last OR on_or_after = retained))
      FROM (SELECT *, lag(on_or_after, 1, customers) OVER (PARTITION BY segment, cohort_start ORDER BY age) AS before,
                   period_start = max(period_start) OVER (PARTITION BY segment) AS last FROM triangle) AS t
     GROUP BY segment $$, 3);
SELECT oracle.same('everyone is in a cohort', 'SELECT segment, sum(customers) FROM triangle WHERE age = 0 GROUP BY segment',
                   'SELECT segment, count(DISTINCT subject)::numeric FROM oracle.visit GROUP BY segment', 3);

-- A triangle has at most 2,000 periods.
SELECT oracle.same('most periods', $$ SELECT cardinality(saas_metrics.activity_retention(1, '2000-01-01', 'day', '2000-01-01'::date + 2000)) $$, 'SELECT 2001000');
SELECT oracle.fails('one period more', $$ SELECT saas_metrics.activity_retention(1, '2000-01-01', 'day', '2000-01-01'::date + 2001) $$, '54000');

-- What is refused.
SELECT oracle.fails(what, format('SELECT saas_metrics.activity_retention(%s) FROM (VALUES (1), (2)) AS v (n)', arguments), state)
  FROM (VALUES
      ('no subject',       $$ nullif(n, 2), '2024-01-01' $$,                              '22004'),
      ('no day',           $$ n, CASE n WHEN 1 THEN date '2024-01-01' END $$,             '22004'),
      ('infinity',         $$ n, 'infinity' $$,                                           '22008'),
      ('minus infinity',   $$ n, '-infinity', 'month', '2024-01-01' $$,                   '22008'),
      ('no grain',         $$ n, '2024-01-01', NULL $$,                                   '22004'),
      ('unknown grain',    $$ n, '2024-01-01', 'decade' $$,                               '22023'),
      ('two grains',       $$ n, '2024-01-01', (ARRAY['day', 'week'])[n] $$,              '22023'),
      ('two untils',       $$ n, '2024-01-01', 'day', '2024-02-01'::date + n $$,          '22023'),
      ('until and none',   $$ n, '2024-01-01', 'day', CASE n WHEN 1 THEN '2024-02-01'::date END $$, '22023'),
      ('until infinity',   $$ n, '2024-01-01', 'day', 'infinity' $$,                      '22008'),
      ('a numeric subject', $$ n * 1.5, '2024-01-01' $$,                                  '0A000')) AS v (what, arguments, state);

SELECT oracle.fails_to_meet(what, format('activity_retention(n, ''2024-01-01'', %s)', arguments), '22023')
  FROM (VALUES ('grains', $$ CASE part WHEN 2 THEN 'day' ELSE 'week' END, '2024-02-01' $$), ('untils', $$ 'day', '2024-02-01'::date + part $$),
               ('an until and none', $$ 'year', CASE WHEN part < 3 THEN '2024-02-01'::date END $$)) AS v (what, arguments);

-- Groups of all sizes, in parallel, and many.
SELECT oracle.check_sizes('oracle.visit', $$ SELECT n::text, (1 + oracle.pick(n / 4 + 1, key))::text, '2024-01-01'::date + oracle.pick(400, key || ':d') $$,
                          $$activity_retention(%s, active_on, 'month', '2025-01-01')$$, cells(), $$ SELECT * FROM oracle.activity_cells('month', '2025-01-01') $$, 1500);
\ir lib/parallel.sql
SELECT oracle.check_workers('oracle.visit', $$activity_retention(%s, active_on, 'month', '2024-03-01')$$, cells(),
                            $$ SELECT * FROM oracle.activity_cells('month', '2024-03-01') $$, 300);
SET max_parallel_workers_per_gather = 0;
SELECT oracle.fill('oracle.visit', $$ SELECT g::text, (n % 2)::text, '2024-01-01'::date + oracle.pick(100, g || ':' || n) FROM generate_series(0, 2) AS n, generate_series(1, 100000) AS g $$) AS rows \gset
SELECT oracle.check_many_groups('oracle.visit', $$activity_retention(%s, active_on, 'month', '2024-04-01')$$, cells(),
                                $$ SELECT * FROM oracle.activity_cells('month', '2024-04-01') $$);
