-- cohort_retention, in both forms: by hand, generated, and by what must hold against mrr_movements.
-- Fewer groups with: psql -v groups=1000.

\ir lib/oracle.sql
\ir lib/cohort_retention.sql
\if :{?groups}
\else
    \set groups 100000
\endif

-- By hand, until 1 May 2024; a case is a segment.
SELECT oracle.load($$ VALUES
    -- On the leap day February still closes with 100.
    ('steady', 'a', '2024-02-29'::date, NULL::date, 100),
    -- a is gone before February ends, yet is one of its two; the money starts with b's 50.
    ('gone early', 'a', '2024-02-05', '2024-02-10', 100),
    ('gone early', 'b', '2024-02-20', NULL, 50),
    -- Nobody is there at the end of age 0, so revenue has no base, then or later.
    ('all gone early', 'a', '2024-03-05', '2024-03-10', 100),
    ('all gone early', 'a', '2024-04-10', NULL, 30),
    -- The last day is 31 March, and then 30 March: March's last day makes the difference.
    ('through the month', 'a', '2024-03-01', '2024-04-01', 100),
    ('not the last day', 'a', '2024-03-01', '2024-03-31', 100),
    -- Away for all of March, back on the last day of April with half as much again.
    ('away and back', 'a', '2024-02-01', '2024-03-01', 100),
    ('away and back', 'a', '2024-04-30', NULL, 150),
    -- 100 stops and 60 + 40 start on one day.
    ('swap', 'a', '2024-03-10', '2024-04-10', 100),
    ('swap', 'a', '2024-04-10', NULL, 60),
    ('swap', 'a', '2024-04-10', NULL, 40),
    -- Money without time and time without money come first; the cohort is that of the first MRR.
    ('free first', 'a', '2024-02-01', '2024-02-01', 100),
    ('free first', 'a', '2024-02-01', NULL, 0),
    ('free first', 'a', '2024-04-15', NULL, 20),
    -- March: 100 and 200; in April 150 and nothing. April: 20, and 5 on its last day.
    ('two cohorts', 'a', '2024-03-01', '2024-04-01', 100),
    ('two cohorts', 'a', '2024-04-01', NULL, 150),
    ('two cohorts', 'b', '2024-03-15', '2024-04-15', 200),
    ('two cohorts', 'c', '2024-04-02', NULL, 20),
    ('two cohorts', 'd', '2024-04-30', '2024-05-01', 5),
    -- Two of three stay: 0.666….
    ('thirds', 'a', '2024-03-01', NULL, 10),
    ('thirds', 'b', '2024-03-02', NULL, 10),
    ('thirds', 'c', '2024-03-31', '2024-04-30', 10),
    -- Nothing counts, or only after the last month.
    ('nothing', 'a', '2024-02-01', '2024-02-01', 100),
    ('nothing', 'b', '2024-02-01', NULL, 0),
    ('too late', 'a', '2024-05-01', NULL, 100)
$$) AS spans \gset
CREATE TABLE worked AS SELECT * FROM oracle.mrr_cohorts('month') WHERE false;
INSERT INTO worked (segment, place, cohort_start, age, period_start, customers, retained, retention_rate, cohort_mrr, retained_mrr, revenue_retention_rate)
VALUES
--                             cohort        age  period       customers retained rate    cohort_mrr retained_mrr rate
    ('steady',            1, '2024-02-01', 0, '2024-02-01',        1, 1,    1,           100, 100,    1),
    ('steady',            2, '2024-02-01', 1, '2024-03-01',        1, 1,    1,           100, 100,    1),
    ('steady',            3, '2024-02-01', 2, '2024-04-01',        1, 1,    1,           100, 100,    1),
    ('steady',            4, '2024-03-01', 0, '2024-03-01',        0, 0, NULL,             0,   0, NULL),
    ('steady',            5, '2024-03-01', 1, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('steady',            6, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('gone early',        1, '2024-02-01', 0, '2024-02-01',        2, 1,  0.5,            50,  50,    1),
    ('gone early',        2, '2024-02-01', 1, '2024-03-01',        2, 1,  0.5,            50,  50,    1),
    ('gone early',        3, '2024-02-01', 2, '2024-04-01',        2, 1,  0.5,            50,  50,    1),
    ('gone early',        4, '2024-03-01', 0, '2024-03-01',        0, 0, NULL,             0,   0, NULL),
    ('gone early',        5, '2024-03-01', 1, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('gone early',        6, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('all gone early',    1, '2024-03-01', 0, '2024-03-01',        1, 0,    0,             0,   0, NULL),
    ('all gone early',    2, '2024-03-01', 1, '2024-04-01',        1, 1,    1,             0,  30, NULL),
    ('all gone early',    3, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('through the month', 1, '2024-03-01', 0, '2024-03-01',        1, 1,    1,           100, 100,    1),
    ('through the month', 2, '2024-03-01', 1, '2024-04-01',        1, 0,    0,           100,   0,    0),
    ('through the month', 3, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('not the last day',  1, '2024-03-01', 0, '2024-03-01',        1, 0,    0,             0,   0, NULL),
    ('not the last day',  2, '2024-03-01', 1, '2024-04-01',        1, 0,    0,             0,   0, NULL),
    ('not the last day',  3, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('away and back',     1, '2024-02-01', 0, '2024-02-01',        1, 1,    1,           100, 100,    1),
    ('away and back',     2, '2024-02-01', 1, '2024-03-01',        1, 0,    0,           100,   0,    0),
    ('away and back',     3, '2024-02-01', 2, '2024-04-01',        1, 1,    1,           100, 150,  1.5),
    ('away and back',     4, '2024-03-01', 0, '2024-03-01',        0, 0, NULL,             0,   0, NULL),
    ('away and back',     5, '2024-03-01', 1, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('away and back',     6, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('swap',              1, '2024-03-01', 0, '2024-03-01',        1, 1,    1,           100, 100,    1),
    ('swap',              2, '2024-03-01', 1, '2024-04-01',        1, 1,    1,           100, 100,    1),
    ('swap',              3, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL),
    ('free first',        1, '2024-04-01', 0, '2024-04-01',        1, 1,    1,            20,  20,    1),
    ('two cohorts',       1, '2024-03-01', 0, '2024-03-01',        2, 2,    1,           300, 300,    1),
    ('two cohorts',       2, '2024-03-01', 1, '2024-04-01',        2, 1,  0.5,           300, 150,  0.5),
    ('two cohorts',       3, '2024-04-01', 0, '2024-04-01',        2, 2,    1,            25,  25,    1),
    ('thirds',            1, '2024-03-01', 0, '2024-03-01',        3, 3,    1,            30,  30,    1),
    ('thirds',            2, '2024-03-01', 1, '2024-04-01',        3, 2, 0.666666666666667, 30, 20, 0.666666666666667),
    ('thirds',            3, '2024-04-01', 0, '2024-04-01',        0, 0, NULL,             0,   0, NULL);
UPDATE worked SET complete = true;
SELECT oracle.same('by hand, oracle', $$ SELECT * FROM oracle.mrr_cohorts('month', '2024-05-01') $$, 'TABLE worked', 37);
SELECT oracle.same('by hand', oracle.cohorts_query('month', '2024-05-01'), 'TABLE worked', 37);
SELECT oracle.same('by hand, ranges', oracle.cohorts_query('month', '2024-05-01', 'customer', 'daterange(starts_on, ends_on)'), 'TABLE worked', 37);
-- Asked on 2 April: the same cells, April's not complete. Asked on 1 April: none of April.
UPDATE worked SET complete = false WHERE period_start = '2024-04-01';
SELECT oracle.same('by hand, not cut, oracle', $$ SELECT * FROM oracle.mrr_cohorts('month', '2024-04-02') $$, 'TABLE worked', 37);
SELECT oracle.same('by hand, not cut', oracle.cohorts_query('month', '2024-04-02'), 'TABLE worked', 37);
DELETE FROM worked WHERE period_start = '2024-04-01';
UPDATE worked w SET place = v.place
  FROM (SELECT segment, cohort_start, age, row_number() OVER (PARTITION BY segment ORDER BY cohort_start, age) AS place FROM worked) AS v
 WHERE (w.segment, w.cohort_start, w.age) = (v.segment, v.cohort_start, v.age);
SELECT oracle.same('by hand, until the border, oracle', $$ SELECT * FROM oracle.mrr_cohorts('month', '2024-04-01') $$, 'TABLE worked', 15);
SELECT oracle.same('by hand, until the border', oracle.cohorts_query('month', '2024-04-01'), 'TABLE worked', 15);

-- The other grains, a segment each.
CREATE TABLE grain_span (LIKE oracle.span);
INSERT INTO grain_span VALUES
    -- New Year's Eve and New Year's Day, and one who comes on New Year's Day to stay.
    ('day', 'a', '2023-12-31', '2024-01-02', 10),
    ('day', 'b', '2024-01-01', NULL, 20),
    -- Sunday 3 January 2021 alone, in ISO week 53 of 2020.
    ('week', 'a', '2021-01-03', '2021-01-04', 10),
    ('week', 'b', '2021-01-04', '2021-01-10', 30),
    -- The leap day alone, gone when the quarter ends; and the quarter's last day alone.
    ('quarter', 'a', '2024-02-29', '2024-03-01', 10),
    ('quarter', 'b', '2024-03-31', '2024-04-01', 20),
    -- The last day of 1 BC; the year after it is AD 1.
    ('year', 'a', '0001-12-31 BC', '0001-01-01', 10);
CREATE TABLE worked_grains AS TABLE worked WITH NO DATA;
INSERT INTO worked_grains VALUES
    ('day',      1, '2023-12-31',    0, '2023-12-31',    1, 1,    1, 10, 10,    1, true),
    ('day',      2, '2023-12-31',    1, '2024-01-01',    1, 1,    1, 10, 10,    1, true),
    ('day',      3, '2023-12-31',    2, '2024-01-02',    1, 0,    0, 10,  0,    0, true),
    ('day',      4, '2024-01-01',    0, '2024-01-01',    1, 1,    1, 20, 20,    1, true),
    ('day',      5, '2024-01-01',    1, '2024-01-02',    1, 1,    1, 20, 20,    1, true),
    ('day',      6, '2024-01-02',    0, '2024-01-02',    0, 0, NULL,  0,  0, NULL, true),
    ('week',     1, '2020-12-28',    0, '2020-12-28',    1, 1,    1, 10, 10,    1, true),
    ('week',     2, '2020-12-28',    1, '2021-01-04',    1, 0,    0, 10,  0,    0, false),
    ('week',     3, '2021-01-04',    0, '2021-01-04',    1, 0,    0,  0,  0, NULL, false),
    ('quarter',  1, '2024-01-01',    0, '2024-01-01',    2, 1,  0.5, 20, 20,    1, true),
    ('quarter',  2, '2024-01-01',    1, '2024-04-01',    2, 0,    0, 20,  0,    0, false),
    ('quarter',  3, '2024-04-01',    0, '2024-04-01',    0, 0, NULL,  0,  0, NULL, false),
    ('year',     1, '0001-01-01 BC', 0, '0001-01-01 BC', 1, 1,    1, 10, 10,    1, true),
    ('year',     2, '0001-01-01 BC', 1, '0001-01-01',    1, 0,    0, 10,  0,    0, false),
    ('year',     3, '0001-01-01',    0, '0001-01-01',    0, 0, NULL,  0,  0, NULL, false);
CREATE FUNCTION check_grain(grain text, until date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    answer text := format('SELECT * FROM worked_grains WHERE segment = %L', grain);
BEGIN
    PERFORM oracle.load(format('SELECT * FROM grain_span WHERE segment = %L', grain));
    RETURN NEXT oracle.same('by hand, ' || grain || 's, oracle',
        format('SELECT * FROM oracle.mrr_cohorts(%L, %L)', grain, until), answer, 3);
    RETURN NEXT oracle.same('by hand, ' || grain || 's', oracle.cohorts_query(grain, until), answer, 3);
END
$$;
SELECT check_grain('day', '2024-01-03');
SELECT check_grain('week', '2021-01-10');
SELECT check_grain('quarter', '2024-04-02');
SELECT check_grain('year', '0001-06-01');

-- Generated. A triangle of days is cut early: it has a cell for any two.
CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format('SELECT * FROM oracle.shape(%L, %s, %s, %s, %s)',
                                       shape, seed, segments, customers, items));
    first_day date := (SELECT min(starts_on) FROM oracle.span);
    label text := format('%s, seed %s, %s spans', shape, seed, spans);
    cells bigint := 0;
    grain text;
    until date;
BEGIN
    FOREACH grain IN ARRAY ARRAY['week', 'month', 'quarter', 'year'] LOOP
        -- In the middle of the data, so that spans start after it; on a border; past the last start.
        FOREACH until IN ARRAY ARRAY['2023-08-09', '2024-01-01', (SELECT least(max(starts_on) + 70, first_day + 900) FROM oracle.span)] LOOP
            CONTINUE WHEN grain = 'week' AND until > first_day + 500 OR NOT oracle.takes();
            cells := cells + oracle.check_cohorts(label, grain, until);
        END LOOP;
    END LOOP;
    RETURN format('%s: %s cells, each in both forms', label,
        cells + oracle.check_cohorts(label, 'day', first_day + 45) + oracle.check_cohorts(label, 'quarter') + oracle.check_cohorts(label || ', as it comes'));
END
$$;
SELECT check_shape('scatter', 101, 2, 12, 6);
SELECT check_shape('scatter', 102, 1, 60, 2);
SELECT check_shape('chain', 103, 2, 20, 8);
SELECT check_shape('seats', 104, 2, 10, 30);
SELECT check_shape('edges', 105, 2, 15, 8);
SELECT check_shape('edges', 106, 1, 50, 4);
SELECT check_shape('flicker', 107, 2, 20, 12);
SELECT check_shape('flicker', 108, 6, 2, 4);

-- Across a leap year and a year that is none, across the year 1, and where dates begin and are far.
CREATE FUNCTION check_dates(first_day date, grains text[], days int, seed int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load(format($q$ SELECT * FROM oracle.shape('edges', %s, 1, 15, 4, %L) $q$, seed, first_day));
    RETURN format('from %s: %s cells', first_day,
        (SELECT sum(oracle.check_cohorts('dates', grain, first_day + days)) FROM unnest(grains) AS grain));
END
$$;
SELECT check_dates('1999-11-05', '{week,month,quarter}', 500, 121);
SELECT check_dates('1899-11-05', '{week,month,quarter}', 500, 122);
SELECT check_dates('0002-11-05 BC', '{week,month,quarter,year}', 500, 123);
SELECT check_dates('4713-02-03 BC', '{day,month,year}', 100, 124);
SELECT check_dates('200000-02-01', '{day,month,year}', 100, 125);

-- Without until the last period holds the current date, which depends on the time zone.
SELECT oracle.load($$
    SELECT 'all', '1', current_date - 20, NULL::date, 10
    UNION ALL SELECT 'all', '2', current_date - 3 + n, current_date - 2 + n, 1 FROM generate_series(0, 9) AS n
$$) AS spans \gset
SET TimeZone = 'Etc/GMT+12';
SELECT 'today, furthest west: ' || sum(oracle.check_cohorts('west', grain)) || ' cells' FROM unnest('{day,week,month,quarter,year}'::text[]) AS grain;
SET TimeZone = 'Etc/GMT-14';
SELECT 'today, furthest east: ' || sum(oracle.check_cohorts('east', grain)) || ' cells' FROM unnest('{day,week,month,quarter,year}'::text[]) AS grain;
RESET TimeZone;

-- Customers of every type; texts by their bytes.
SELECT oracle.load($$ SELECT * FROM oracle.shape('chain', 131, 2, 40, 6) UNION ALL SELECT * FROM oracle.shape('flicker', 132, 2, 40, 3) $$) AS spans \gset
SELECT format('customers as %s: %s cells', what, oracle.check_cohorts(what, 'month', '2024-01-01', id, 100)) FROM (VALUES
    ('int2', '(20 - customer::int)::int2'),
    ('int4', '(20 - customer::int) * 50000000'),
    ('int8', '(20 - customer::int8) * 400000000000000000'),
    ('uuid', 'md5(customer)::uuid'),
    ('text', 'customer'),
    ('varchar', '(''no. '' || customer)::varchar(12)'),
    ('text, one a prefix of the next', 'repeat(''a'', customer::int - 1)'),
    ('text, upper and lower', 'CASE WHEN customer::int > 20 THEN upper(chr(96 + customer::int - 20)) ELSE chr(96 + customer::int) END'),
    ('text of 3 kB', 'repeat(''long name '', 300) || customer')
) AS v (what, id);

-- What the triangle has in common with mrr_movements: who is retained of all cohorts is who is
-- there at closing, with their money; who is in a cohort is new in its period.
CREATE TABLE span AS SELECT * FROM oracle.shape('chain', 141, 3, 300, 6) UNION ALL SELECT * FROM oracle.shape('scatter', 142, 3, 300, 3)
                     UNION ALL SELECT * FROM oracle.shape('flicker', 143, 3, 300, 2);
SELECT oracle.same('closing of all cohorts, by ' || grain, format($$
    SELECT segment, period_start, sum(retained) AS retained, sum(retained_mrr) AS retained_mrr, sum(customers) FILTER (WHERE age = 0) AS customers, bool_and(complete)
      FROM (%s) AS c GROUP BY 1, 2 $$, oracle.per_segment(format('cohort_retention(customer, starts_on, ends_on, mrr, %L, %L)', grain, until), 'span')), format($$
    SELECT segment, period_start, closing_customers::numeric, closing_mrr, new_customers::numeric AS new_customers, complete
      FROM (%s) AS m $$, oracle.per_segment(format('mrr_movements(customer, starts_on, ends_on, mrr, %L, %L)', grain, until), 'span')), at_least)
  FROM (VALUES ('day', '2023-06-30'::date, 600), ('week', '2026-07-01', 500), ('month', '2026-06-30', 100), ('quarter', '2027-01-01', 40), ('year', '2030-02-02', 24))
      AS v (grain, until, at_least);

-- The functions of a cell, from its columns.
SELECT oracle.same('functions of a cell', format(query,
    'saas_metrics.retention_rate(c) AS retention_rate, oracle.near(saas_metrics.churn_rate(c), 1 - oracle.rate((c).retained, (c).customers)) AS churn_rate,
     saas_metrics.nrr(c) AS nrr, oracle.near(saas_metrics.arpa(c), oracle.rate((c).retained_mrr, (c).retained)) AS arpa,
     saas_metrics.rate_interval(c)::text AS bounds'), format(query,
    '(c).retention_rate, 1 - oracle.rate((c).retained, (c).customers) AS churn_rate, (c).revenue_retention_rate, oracle.rate((c).retained_mrr, (c).retained) AS arpa,
     saas_metrics.rate_interval((c).retained, (c).customers)::text AS bounds'), 150)
  FROM (VALUES ('SELECT n, %s FROM (SELECT saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr, ''quarter'') FROM span) AS s (cells),
                        generate_subscripts(cells, 1) AS n, LATERAL (SELECT cells[n] AS c) AS cell')) AS q (query);

-- Filtered, grouped by sets, hashed and sorted, in another order, as a window.
\set triangle 'cohort_retention(customer::int, starts_on, ends_on, mrr, \'month\', \'2024-03-01\')'
CREATE TABLE filtered AS
    SELECT segment, saas_metrics.:triangle FILTER (WHERE mrr > 50 AND segment <> '2') AS cells FROM span GROUP BY segment;
SELECT oracle.load('SELECT * FROM span WHERE mrr > 50 AND segment <> ''2''') AS spans \gset
SELECT oracle.same('filtered', oracle.cohort_cells('SELECT * FROM filtered AS f, unnest(f.cells) WITH ORDINALITY AS e'),
                   $$ SELECT * FROM oracle.mrr_cohorts('month', '2024-03-01') $$, 200);
SELECT oracle.same('filtered to nothing', $$ SELECT segment FROM filtered WHERE cells = '{}' $$, $$ VALUES ('2') $$);
CREATE TABLE sets AS
    SELECT CASE grouping(segment, parity) WHEN 0 THEN segment || '/' || parity WHEN 1 THEN segment WHEN 2 THEN 'parity ' || parity ELSE 'total' END AS segment,
           saas_metrics.:triangle AS cells
      FROM (SELECT *, customer::int % 2 AS parity FROM span) AS w
     GROUP BY GROUPING SETS (ROLLUP (segment, parity), (parity));
SELECT oracle.load($$
    SELECT s.name, customer, starts_on, ends_on, mrr
      FROM span, LATERAL (SELECT (customer::int % 2)::text) AS p (parity),
           LATERAL (VALUES (segment || '/' || parity), (segment), ('parity ' || parity), ('total')) AS s (name) $$) AS spans \gset
SELECT oracle.same('grouping sets', oracle.cohort_cells('SELECT * FROM sets AS f, unnest(f.cells) WITH ORDINALITY AS e'),
                   $$ SELECT * FROM oracle.mrr_cohorts('month', '2024-03-01') $$, 1500);
SELECT oracle.load('TABLE span') AS spans \gset
CREATE TABLE by_oracle AS SELECT * FROM oracle.mrr_cohorts('month', '2024-03-01');
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', oracle.per_segment(:'triangle'), 'HashAggregate') \gset
SELECT oracle.same('hashed groups', oracle.cohort_cells(oracle.per_segment(:'triangle')), 'TABLE by_oracle', 400);
RESET enable_sort;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', oracle.per_segment(:'triangle'), 'GroupAggregate') \gset
SELECT oracle.same('sorted groups', oracle.cohort_cells(oracle.per_segment(:'triangle')), 'TABLE by_oracle', 400);
RESET enable_hashagg;
SELECT oracle.same('in order of ' || ordering, oracle.cohort_cells(oracle.per_segment(replace(:'triangle', '''2024-03-01''', '''2024-03-01'' ORDER BY ' || ordering))),
    'TABLE by_oracle', 400)
  FROM unnest('{"customer, starts_on","starts_on DESC","mrr"}'::text[]) AS ordering;

-- Segments with customers of their own add up to the total, to the last digit.
SELECT oracle.load('SELECT segment, segment || ''/'' || customer, starts_on, ends_on, mrr FROM span') AS spans \gset
SELECT oracle.same('segments add up to the total by ' || grain,
           format('SELECT cohort_start, age, period_start, sum(customers) AS customers, sum(retained) AS retained,
               sum(cohort_mrr) AS cohort_mrr, sum(retained_mrr) AS retained_mrr, bool_and(complete) FROM (%s) AS c GROUP BY 1, 2, 3',
                  oracle.per_segment(format('cohort_retention(customer, starts_on, ends_on, mrr, %L, ''2024-03-03'')', grain))),
           format('SELECT cohort_start, age, period_start, customers::numeric, retained::numeric AS retained, cohort_mrr, retained_mrr, complete FROM (%s) AS c',
                  oracle.overall(format('cohort_retention(customer, starts_on, ends_on, mrr, %L, ''2024-03-03'')', grain))), cells)
  FROM (VALUES ('week', 2000), ('month', 100), ('quarter', 20), ('year', 6)) AS v (grain, cells);

-- Until NULL is until left out.
SELECT oracle.same('until NULL', oracle.per_segment($$ cohort_retention(customer, starts_on, ends_on, mrr, 'quarter', NULL) $$),
                   oracle.per_segment($$ cohort_retention(customer, starts_on, ends_on, mrr, 'quarter') $$), 200);

-- Frames that grow and move: the state is read and goes on.
CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY md5(s::text))::int AS n, s.* FROM oracle.shape('flicker', 151, 1, 6, 7) AS s;
CREATE FUNCTION check_frame(what text, frame text, rows_in_frame text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load('SELECT row.n, s.customer, s.starts_on, s.ends_on, s.mrr FROM numbered AS row, numbered AS s WHERE ' || rows_in_frame);
    RETURN oracle.same(what, oracle.cohort_cells(format($q$
        SELECT f.n::text AS segment, c.* FROM (SELECT n, saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr, 'month', '2023-08-01') OVER (%s) FROM numbered) AS f (n, cells),
               unnest(f.cells) WITH ORDINALITY AS c $q$, frame)), $q$ SELECT * FROM oracle.mrr_cohorts('month', '2023-08-01') $q$, 500);
END
$$;
SELECT check_frame('growing frames', 'ORDER BY n', 's.n <= row.n');
SELECT check_frame('moving frames', 'ORDER BY n ROWS 4 PRECEDING', 's.n BETWEEN row.n - 4 AND row.n');

-- No rows, rows of nothing, one row.
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr) FROM span WHERE false
    UNION ALL SELECT 'no rows, ranges', saas_metrics.cohort_retention(customer, daterange(starts_on, ends_on), mrr) FROM span WHERE false
    UNION ALL SELECT 'no money', saas_metrics.cohort_retention(customer, starts_on, ends_on, 0) FROM span
    UNION ALL SELECT 'no time', saas_metrics.cohort_retention(customer, starts_on, starts_on, mrr) FROM span
    UNION ALL SELECT 'empty ranges', saas_metrics.cohort_retention(customer, 'empty'::daterange, mrr) FROM span
    UNION ALL SELECT 'later', saas_metrics.cohort_retention(customer, starts_on + 10000, NULL::date, mrr) FROM span
    UNION ALL SELECT 'until before', saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr, 'month', '2001-01-01') FROM span
$$, $$ SELECT what, '{}'::saas_metrics.retention_cell[] FROM unnest('{no rows,"no rows, ranges",no money,no time,empty ranges,later,until before}'::text[]) AS what $$, 7);
SELECT oracle.same('one row', oracle.overall($$ cohort_retention(1, '2024-01-31', '2024-03-31', 0.1, 'month', '2024-04-01') $$, '(SELECT) AS one'), $$ VALUES
    ('2024-01-01'::date, 0::bigint, '2024-01-01'::date, 1::bigint, 1::bigint, 1::numeric, 0.1, 0.1, 1::numeric, true, 1::bigint),
    ('2024-01-01', 1, '2024-02-01', 1, 1, 1, 0.1, 0.1, 1, true, 2),
    ('2024-01-01', 2, '2024-03-01', 1, 0, 0, 0.1, 0, 0, true, 3),
    ('2024-02-01', 0, '2024-02-01', 0, 0, NULL, 0, 0, NULL, true, 4),
    ('2024-02-01', 1, '2024-03-01', 0, 0, NULL, 0, 0, NULL, true, 5),
    ('2024-03-01', 0, '2024-03-01', 0, 0, NULL, 0, 0, NULL, true, 6) $$, 6);

-- 2,000 periods, and one more.
SELECT oracle.same('most periods', $$
    SELECT cardinality(cells), (cells[2000]).age, (cells[2000]).period_start, (cells[cardinality(cells)]).cohort_start
      FROM (SELECT saas_metrics.cohort_retention(1, '2020-01-01', NULL, 1, 'day', '2020-01-01'::date + 2000)) AS s (cells) $$,
    $$ VALUES (2000 * 2001 / 2, 1999::bigint, '2020-01-01'::date + 1999, '2020-01-01'::date + 1999) $$);
SELECT oracle.fails('one period more', $$ SELECT saas_metrics.cohort_retention(1, '2020-01-01', NULL, 1, 'day', '2020-01-01'::date + 2001) $$, '54000');

-- 100,000 groups: hashed in little memory, sorted, and a twentieth of them by the oracle.
SELECT oracle.load(format($$
    SELECT g::text, (n * (g %% 2))::text, '2024-01-01'::date + oracle.pick(80, g || ':' || n),
           '2024-01-01'::date + oracle.pick(80, g || ':' || n) + oracle.pick(60, g || '-' || n),
           CASE WHEN g %% 10 = 0 THEN 0 ELSE oracle.pick(100000, g || '/' || n) * 0.01 END
      FROM generate_series(1, %s) AS g, generate_series(0, 1) AS n ORDER BY n, md5(g::text) $$, :groups)) AS spans \gset
\set many 'SELECT segment::int, saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr, \'month\', \'2024-03-01\') AS cells FROM oracle.span GROUP BY segment::int'
SET work_mem = '64kB';
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', :'many', 'HashAggregate') \gset
CREATE TABLE hashed AS :many;
RESET enable_sort;
RESET work_mem;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', :'many', 'GroupAggregate') \gset
SELECT oracle.same('many groups, hashed against sorted', 'TABLE hashed', :'many', :groups);
RESET enable_hashagg;
CREATE TABLE whole AS TABLE oracle.span;
SELECT oracle.load('SELECT * FROM whole WHERE segment::int % 20 IN (1, 2)') AS spans \gset
SELECT oracle.same('many groups, a tenth of them',
                   oracle.cohort_cells('SELECT h.segment::text, c.* FROM hashed AS h, unnest(h.cells) WITH ORDINALITY AS c WHERE h.segment % 20 IN (1, 2)'),
                   $$ SELECT * FROM oracle.mrr_cohorts('month', '2024-03-01') $$, :groups / 15);

-- Parallel equals serial.
\ir lib/parallel.sql
SELECT oracle.load('TABLE span') AS spans \gset
ALTER TABLE oracle.span SET (parallel_workers = 2);
SELECT oracle.check_parallel('parallel, int4', oracle.overall($$ cohort_retention(customer::int, starts_on, ends_on, mrr, 'month', '2024-03-01') $$), 120);
SELECT oracle.check_parallel('parallel, as it comes', oracle.overall('cohort_retention(customer::int, starts_on, ends_on, mrr)'), 400);
SELECT oracle.check_parallel('parallel, int2, ranges', oracle.overall('cohort_retention(customer::int2, daterange(starts_on, ends_on), mrr)'), 400);
SELECT oracle.check_parallel('parallel, int8, weeks', oracle.overall($$ cohort_retention(customer::int8, daterange(starts_on, ends_on), mrr, 'week', '2024-03-01') $$), 2000);
SELECT oracle.check_parallel('parallel, uuid', oracle.overall($$ cohort_retention(md5(customer)::uuid, starts_on, ends_on, mrr, 'quarter') $$), 100);
SELECT oracle.check_parallel('parallel, text, grouped', oracle.per_segment($$ cohort_retention('no. ' || customer, daterange(starts_on, ends_on), mrr, 'month') $$), 1000);
SELECT oracle.check_parallel('parallel, a few rows', oracle.overall($$ cohort_retention(customer, starts_on, ends_on, mrr, 'month', '2025-01-01') FILTER (WHERE (segment, customer) = ('3', '2')) $$), 10);
SELECT oracle.check_parallel('parallel, nothing', $$ SELECT saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr) FILTER (WHERE segment = '') FROM oracle.span $$, 1);
SET max_parallel_workers_per_gather = 2;
SELECT oracle.same('parallel, by the oracle', oracle.cohort_cells(oracle.per_segment(:'triangle')), 'TABLE by_oracle', 400);

-- What only shows when states meet.
CREATE TABLE parted (part int, segment int, customer int, mrr numeric) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
INSERT INTO parted SELECT part, n % 3, n, 10 FROM generate_series(1, 2) AS part, generate_series(1, 300) AS n;
ANALYZE parted;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
CREATE FUNCTION meeting(grain text, until text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, saas_metrics.cohort_retention(customer, ''2024-01-01'', NULL::date, mrr, %s, %s) AS cells FROM parted GROUP BY segment', grain, until)
$$;
SELECT oracle.expect_plan('partitions', meeting('''month''', '''2024-03-01'''), 'Finalize(.|\n)*Append(.|\n)*Partial') \gset
SELECT oracle.same('states meet', 'SELECT segment, (cells[1]).customers, (cells[2]).retained_mrr, cardinality(cells) FROM (' || meeting('''month''', '''2024-03-01''') || ') AS s',
                   'SELECT n, 100::bigint AS customers, 2000 AS mrr, 3 AS cells FROM generate_series(0, 2) AS n', 3);
SELECT oracle.fails('grains meet', meeting('CASE part WHEN 2 THEN ''day'' ELSE ''month'' END', '''2024-03-01'''), '22023');
SELECT oracle.fails('untils meet', meeting('''month''', '''2024-03-01''::date + part'), '22023');
