-- churn_by_age: by hand, generated, and by what must hold of first spells.
-- Fewer groups with: psql -v groups=1000.

\ir lib/oracle.sql
\ir lib/churn_by_age.sql
\if :{?groups}
\else
    \set groups 100000
\endif

-- By hand, until 1 June 2024; a case is a segment.
SELECT oracle.load($$ VALUES
    -- A month from 31 January ends on 29 February: age 1. On the 28th it has not.
    ('a month to the leap day', 'a', '2024-01-31'::date, '2024-02-29'::date, 100),
    ('a day short of a month', 'a', '2024-01-31', '2024-02-28', 100),
    ('a month to the 28th', 'a', '2023-01-31', '2023-02-28', 100),
    -- 31 December and three months is 31 March.
    ('a day short of three', 'a', '2023-12-31', '2024-03-30', 100),
    -- The leap day and twelve months is 28 February.
    ('a leap year', 'a', '2020-02-29', '2021-02-28', 100),
    ('a leap day', 'a', '2024-02-29', '2024-03-01', 100),
    -- 15 March, April and May are before 1 June, 15 June is not.
    ('running', 'a', '2024-03-15', NULL, 100),
    -- 1 May and a month is 1 June, which is not before it.
    ('running for a month', 'a', '2024-05-01', 'infinity', 100),
    -- Gone on 1 June itself is not seen to be gone, on 31 May it is.
    ('gone at until', 'a', '2024-04-01', '2024-06-01', 100),
    ('gone before until', 'a', '2024-04-01', '2024-05-31', 100),
    ('gone later', 'a', '2024-05-20', '2024-12-01', 100),
    ('starts the day before', 'a', '2024-05-31', NULL, 100),
    -- Not seen at all.
    ('starts at until', 'a', '2024-06-01', NULL, 100),
    ('nothing', 'a', '2024-01-01', NULL, 0),
    ('nothing', 'b', '2024-01-01', '2024-01-01', 100),
    -- Who returns is not at risk again.
    ('returns', 'a', '2024-01-10', '2024-01-20', 100),
    ('returns', 'a', '2024-02-01', NULL, 100),
    ('leaves twice', 'a', '2024-01-10', '2024-01-20', 100),
    ('leaves twice', 'a', '2024-02-01', '2024-04-20', 100),
    -- 100 becomes 60 without a day between, then nothing: one spell to 9 March, a day short of two months.
    ('swap', 'a', '2024-01-10', '2024-02-10', 100),
    ('swap', 'a', '2024-02-10', '2024-03-09', 60),
    -- Neither no days nor no money carries a spell on, nor begins one.
    ('not carried on', 'a', '2024-01-05', '2024-01-05', 100),
    ('not carried on', 'a', '2024-01-01', NULL, 0),
    ('not carried on', 'a', '2024-01-10', '2024-02-10', 100),
    ('not carried on', 'a', '2024-02-10', '2024-02-10', 100),
    -- Two items, gone when both are.
    ('items', 'a', '2024-01-15', '2024-02-20', 100),
    ('items', 'a', '2024-02-15', '2024-03-20', 100),
    -- a is gone at age 0, b at 1; c is known for ages 0 and 1, d for 0 to 3.
    ('four', 'a', '2024-01-01', '2024-01-15', 10),
    ('four', 'b', '2024-01-01', '2024-02-20', 10),
    ('four', 'c', '2024-04-20', NULL, 10),
    ('four', 'd', '2024-02-01', NULL, 10),
    -- Nobody of three goes in between, one in the end: 0, 0, 1/3.
    ('late', 'a', '2024-01-01', '2024-03-02', 10),
    ('late', 'b', '2024-01-02', NULL, 10),
    ('late', 'c', '2024-01-03', NULL, 10)
$$) AS spans \gset
CREATE TABLE worked AS SELECT * FROM oracle.churn_ages() WHERE false;
INSERT INTO worked (segment, age, at_risk, churned, hazard, survival) VALUES
    ('a month to the leap day', 0, 1, 0,    0,    1),
    ('a month to the leap day', 1, 1, 1,    1,    0),
    ('a day short of a month',  0, 1, 1,    1,    0),
    ('a month to the 28th',     0, 1, 0,    0,    1),
    ('a month to the 28th',     1, 1, 1,    1,    0),
    ('a day short of three',    0, 1, 0,    0,    1),
    ('a day short of three',    1, 1, 0,    0,    1),
    ('a day short of three',    2, 1, 1,    1,    0),
    ('a leap year',            12, 1, 1,    1,    0),
    ('a leap day',              0, 1, 1,    1,    0),
    ('running',                 0, 1, 0,    0,    1),
    ('running',                 1, 1, 0,    0,    1),
    ('running',                 2, 1, 0,    0,    1),
    ('running for a month',     0, 1, 0,    0,    1),
    ('gone at until',           0, 1, 0,    0,    1),
    ('gone at until',           1, 1, 0,    0,    1),
    ('gone before until',       0, 1, 0,    0,    1),
    ('gone before until',       1, 1, 1,    1,    0),
    ('gone later',              0, 1, 0,    0,    1),
    ('starts the day before',   0, 1, 0,    0,    1),
    ('returns',                 0, 1, 1,    1,    0),
    ('leaves twice',            0, 1, 1,    1,    0),
    ('swap',                    0, 1, 0,    0,    1),
    ('swap',                    1, 1, 1,    1,    0),
    ('not carried on',          0, 1, 0,    0,    1),
    ('not carried on',          1, 1, 1,    1,    0),
    ('items',                   0, 1, 0,    0,    1),
    ('items',                   1, 1, 0,    0,    1),
    ('items',                   2, 1, 1,    1,    0),
    ('four',                    0, 4, 1, 0.25, 0.75),
    ('four',                    1, 3, 1, 0.333333333333333, 0.5),
    ('four',                    2, 1, 0,    0,  0.5),
    ('four',                    3, 1, 0,    0,  0.5),
    ('late',                    0, 3, 0,    0,    1),
    ('late',                    1, 3, 0,    0,    1),
    ('late',                    2, 3, 1, 0.333333333333333, 0.666666666666667),
    ('late',                    3, 2, 0,    0, 0.666666666666667),
    ('late',                    4, 2, 0,    0, 0.666666666666667);
INSERT INTO worked SELECT 'a leap year', NULL, age, 1, 0, 0, 1 FROM generate_series(0, 11) AS age;
UPDATE worked SET place = age + 1;
SELECT oracle.same('by hand, oracle', $$ SELECT * FROM oracle.churn_ages('2024-06-01') $$, 'TABLE worked', 50);
SELECT oracle.same('by hand', oracle.ages_beside(oracle.ages_query('2024-06-01'), 'worked'), 'TABLE worked', 50);
-- A day later the ones of 1 May and 1 June are seen, and who is gone at 1 June is gone, at age 2.
DELETE FROM worked WHERE segment NOT IN ('running for a month', 'gone at until');
INSERT INTO worked VALUES ('running for a month', 2, 1, 1, 0, 0, 1), ('gone at until', 3, 2, 1, 1, 1, 0), ('starts at until', 1, 0, 1, 0, 0, 1);
CREATE TABLE near_until AS SELECT * FROM oracle.span WHERE segment IN ('running for a month', 'gone at until', 'starts at until');
SELECT oracle.load('TABLE near_until') AS spans \gset
SELECT oracle.same('by hand, a day later, oracle', $$ SELECT * FROM oracle.churn_ages('2024-06-02') $$, 'TABLE worked', 6);
SELECT oracle.same('by hand, a day later', oracle.ages_beside(oracle.ages_query('2024-06-02'), 'worked'), 'TABLE worked', 6);

-- From the 29th, 30th and 31st of every month, gone, and seen, on the days around the ends of later months.
SELECT oracle.load($$
    SELECT format('gone %s days after', days), start::text, start, start + days, 10
      FROM (SELECT (month + interval '1 month')::date - back AS start FROM generate_series(timestamp '2023-01-01', '2024-12-01', '1 month') AS month, generate_series(1, 3) AS back) AS s,
           unnest('{27,28,29,30,31,32,58,59,60,61,62,88,89,90,91,92,364,365,366,367}'::int[]) AS days
$$) AS spans \gset
SELECT 'ends of months, until ' || until || ': ' || oracle.check_ages('ends of months', until) || ' rows'
  FROM unnest('{2023-03-01,2024-02-28,2024-02-29,2024-03-01,2024-03-31,2024-04-30,2027-01-01}'::date[]) AS until;
SELECT oracle.load($$
    SELECT start::text, 'a', start, NULL::date, 10
      FROM (SELECT (month + interval '1 month')::date - back AS start FROM generate_series(timestamp '2023-01-01', '2024-02-01', '1 month') AS month, generate_series(0, 3) AS back) AS s $$) AS spans \gset
SELECT 'running at ends of months: ' || sum(oracle.check_ages('running at ends of months', until::date)) || ' rows'
  FROM generate_series(timestamp '2024-02-20', '2024-03-05', '1 day') AS until;

-- Generated.
CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int, first_day date DEFAULT '2022-11-20')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format('SELECT * FROM oracle.shape(%L, %s, %s, %s, %s, %L)', shape, seed, segments, customers, items, first_day));
    label text := format('%s, seed %s, %s spans', shape, seed, spans);
    rows bigint := 0;
    until date;
BEGIN
    -- Soon, in the middle, on a border, and past all starts.
    FOREACH until IN ARRAY ARRAY[(SELECT min(starts_on) + 20 FROM oracle.span WHERE mrr > 0), first_day + 262, first_day + 407, (SELECT max(starts_on) + 70 FROM oracle.span)] LOOP
        CONTINUE WHEN NOT oracle.takes();
        rows := rows + oracle.check_ages(label, until);
    END LOOP;
    IF first_day < current_date THEN
        rows := rows + oracle.check_ages(label);
    END IF;
    RETURN format('%s: %s rows', label, rows);
END
$$;
SELECT check_shape('scatter', 401, 2, 40, 4);
SELECT check_shape('scatter', 402, 1, 400, 2);
SELECT check_shape('chain', 403, 3, 40, 12);
SELECT check_shape('chain', 404, 2, 200, 4);
SELECT check_shape('seats', 405, 2, 30, 30);
SELECT check_shape('edges', 406, 2, 60, 4);
SELECT check_shape('edges', 407, 1, 300, 2);
SELECT check_shape('flicker', 408, 2, 60, 12);
SELECT check_shape('flicker', 409, 25, 4, 2);
SELECT check_shape('edges', 410, 1, 30, 4, '1899-11-05');
SELECT check_shape('edges', 411, 1, 30, 4, '1999-11-05');
SELECT check_shape('edges', 412, 1, 30, 2, '0002-11-05 BC');
SELECT check_shape('edges', 413, 1, 30, 2, '200000-02-01');

-- Without until what is known today counts, which depends on the time zone; until NULL is none.
SELECT oracle.load($$
    SELECT 'all', '1', current_date - 40 * n, CASE WHEN n > 4 THEN current_date + n - 7 END, 10 FROM generate_series(0, 9) AS n
    UNION ALL SELECT 'today ' || n, '1', current_date + n, NULL, 10 FROM generate_series(-2, 2) AS n
    UNION ALL SELECT 'gone today ' || n, '1', current_date - 10, current_date + n, 10 FROM generate_series(-2, 2) AS n $$) AS spans \gset
SET TimeZone = 'Etc/GMT+12';
SELECT 'today, furthest west: ' || oracle.check_ages('west', at_least => 10) || ' rows';
SET TimeZone = 'Etc/GMT-14';
SELECT 'today, furthest east: ' || oracle.check_ages('east', at_least => 10) || ' rows';
RESET TimeZone;
SELECT oracle.same('until NULL', oracle.per_segment('churn_by_age(customer, starts_on, ends_on, mrr, NULL)'), oracle.per_segment('churn_by_age(customer, starts_on, ends_on, mrr)'), 10);

-- Customers of every type; texts by their bytes.
SELECT oracle.load($$ SELECT * FROM oracle.shape('chain', 431, 2, 40, 6) UNION ALL SELECT * FROM oracle.shape('flicker', 432, 2, 40, 3) $$) AS spans \gset
SELECT format('customers as %s: %s rows', what, oracle.check_ages(what, '2024-01-01', id, 15)) FROM (VALUES
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

-- All first spells that are over have churned at one age; with none censored, survival is who is left.
CREATE TABLE span AS SELECT * FROM oracle.shape('chain', 441, 3, 200, 3) UNION ALL SELECT * FROM oracle.shape('scatter', 442, 3, 200, 2)
                     UNION ALL SELECT * FROM oracle.shape('flicker', 443, 3, 200, 1);
CREATE TABLE over AS
    SELECT segment, customer, min(starts_on) AS starts_on, '2022-11-20'::date + 30 * (2 + customer::int % 17) AS ends_on
      FROM span WHERE mrr > 0 AND ends_on IS DISTINCT FROM starts_on GROUP BY segment, customer HAVING min(starts_on) < '2022-11-20'::date + 30 * (2 + customer::int % 17);
SELECT oracle.same('with none censored', $$
    SELECT a.segment, age, at_risk, churned, oracle.near(survival, oracle.rate(at_risk - churned, max(at_risk) OVER (PARTITION BY a.segment)), 1e-12) AS survival,
           sum(churned) OVER (PARTITION BY a.segment) AS all
      FROM ($$ || oracle.per_segment($$ churn_by_age(customer, starts_on, ends_on, 10, '2030-01-01') $$, 'over') || ') AS a', $$
    SELECT o.segment, age, count(*) FILTER (WHERE starts_on + age * interval '1 month' <= ends_on),
           count(*) FILTER (WHERE starts_on + age * interval '1 month' <= ends_on) - count(*) FILTER (WHERE starts_on + (age + 1) * interval '1 month' <= ends_on),
           oracle.rate(count(*) FILTER (WHERE starts_on + (age + 1) * interval '1 month' <= ends_on), count(*)) AS survival, count(*)::numeric AS all
      FROM over AS o, generate_series(0::bigint, 30) AS age GROUP BY o.segment, age HAVING count(*) FILTER (WHERE starts_on + age * interval '1 month' <= ends_on) > 0 $$, 20);

-- The interval of a hazard, from its columns.
SELECT oracle.same('intervals of the hazard',
    'SELECT (ages[n]).age, saas_metrics.rate_interval(ages[n])::text AS bounds FROM ' || cells,
    'SELECT (ages[n]).age, saas_metrics.rate_interval((ages[n]).churned, (ages[n]).at_risk)::text AS bounds FROM ' || cells, 20)
  FROM (VALUES ('(SELECT saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr) FROM span) AS s (ages), generate_subscripts(ages, 1) AS n')) AS q (cells);

-- Filtered, grouped by sets, hashed and sorted, in another order.
\set ages 'churn_by_age(customer::int, starts_on, ends_on, mrr, \'2024-03-01\')'
CREATE TABLE filtered AS
    SELECT segment, saas_metrics.:ages FILTER (WHERE mrr > 50 AND segment <> '2') AS ages FROM span GROUP BY segment;
SELECT oracle.load('SELECT * FROM span WHERE mrr > 50 AND segment <> ''2''') AS spans \gset
CREATE TABLE answer AS SELECT * FROM oracle.churn_ages('2024-03-01');
SELECT oracle.same('filtered', oracle.ages_beside('SELECT f.segment, a.* FROM filtered AS f, unnest(f.ages) WITH ORDINALITY AS a', 'answer'), 'TABLE answer', 20);
SELECT oracle.same('filtered to nothing', $$ SELECT segment FROM filtered WHERE ages = '{}' $$, $$ VALUES ('2') $$);
CREATE TABLE sets AS
    SELECT CASE grouping(segment, parity) WHEN 0 THEN segment || '/' || parity WHEN 1 THEN segment WHEN 2 THEN 'parity ' || parity ELSE 'total' END AS segment,
           saas_metrics.:ages AS ages
      FROM (SELECT *, customer::int % 2 AS parity FROM span) AS w
     GROUP BY GROUPING SETS (ROLLUP (segment, parity), (parity));
SELECT oracle.load($$
    SELECT s.name, customer, starts_on, ends_on, mrr
      FROM span, LATERAL (SELECT (customer::int % 2)::text) AS p (parity),
           LATERAL (VALUES (segment || '/' || parity), (segment), ('parity ' || parity), ('total')) AS s (name) $$) AS spans \gset
TRUNCATE answer;
INSERT INTO answer SELECT * FROM oracle.churn_ages('2024-03-01');
SELECT oracle.same('grouping sets', oracle.ages_beside('SELECT s.segment, a.* FROM sets AS s, unnest(s.ages) WITH ORDINALITY AS a', 'answer'), 'TABLE answer', 150);
SELECT oracle.load('TABLE span') AS spans \gset
TRUNCATE answer;
INSERT INTO answer SELECT * FROM oracle.churn_ages('2024-03-01');
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', oracle.per_segment(:'ages'), 'HashAggregate') \gset
SELECT oracle.same('hashed groups', oracle.ages_beside(oracle.per_segment(:'ages'), 'answer'), 'TABLE answer', 40);
RESET enable_sort;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', oracle.per_segment(:'ages'), 'GroupAggregate') \gset
SELECT oracle.same('sorted groups', oracle.ages_beside(oracle.per_segment(:'ages'), 'answer'), 'TABLE answer', 40);
RESET enable_hashagg;
SELECT oracle.same('in order of ' || ordering, oracle.ages_beside(oracle.per_segment(replace(:'ages', '''2024-03-01''', '''2024-03-01'' ORDER BY ' || ordering)), 'answer'),
    'TABLE answer', 40)
  FROM unnest('{"customer, starts_on","starts_on DESC","mrr"}'::text[]) AS ordering;

-- Segments with customers of their own add up to the total.
SELECT oracle.load('SELECT segment, segment || ''/'' || customer, starts_on, ends_on, mrr FROM span') AS spans \gset
SELECT oracle.same('segments add up to the total, until ' || until,
           format('SELECT age, sum(at_risk) AS at_risk, sum(churned) AS churned FROM (%s) AS a GROUP BY age', oracle.ages_query(until)),
           format('SELECT age, at_risk::numeric, churned::numeric AS churned FROM (%s) AS a',
               oracle.overall(format('churn_by_age(customer, starts_on, ends_on, mrr, %L)', until))), 5)
  FROM unnest('{2023-04-30,2024-03-03,2027-01-01}'::date[]) AS until;

-- Frames that grow and move: the state is read and goes on.
CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY md5(s::text))::int AS n, s.* FROM oracle.shape('edges', 451, 1, 12, 6) AS s;
CREATE FUNCTION check_frame(what text, frame text, rows_in_frame text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load('SELECT row.n, s.customer, s.starts_on, s.ends_on, s.mrr FROM numbered AS row, numbered AS s WHERE ' || rows_in_frame);
    TRUNCATE answer;
    INSERT INTO answer SELECT * FROM oracle.churn_ages('2025-01-01');
    RETURN oracle.same(what, oracle.ages_beside(format($q$
        SELECT f.n::text AS segment, a.* FROM (SELECT n, saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr, '2025-01-01') OVER (%s) FROM numbered) AS f (n, ages),
            unnest(f.ages) WITH ORDINALITY AS a $q$, frame),
        'answer'), 'TABLE answer', 300);
END
$$;
SELECT check_frame('growing frames', 'ORDER BY n', 's.n <= row.n');
SELECT check_frame('moving frames', 'ORDER BY n ROWS 9 PRECEDING', 's.n BETWEEN row.n - 9 AND row.n');

-- No rows, rows of nothing, one row.
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr) FROM span WHERE false
    UNION ALL SELECT 'no money', saas_metrics.churn_by_age(customer, starts_on, ends_on, 0) FROM span
    UNION ALL SELECT 'no time', saas_metrics.churn_by_age(customer, starts_on, starts_on, mrr) FROM span
    UNION ALL SELECT 'later', saas_metrics.churn_by_age(customer, starts_on + 10000, NULL, mrr) FROM span
    UNION ALL SELECT 'until before', saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr, '2001-01-01') FROM span
$$, $$ SELECT what, '{}'::saas_metrics.churn_age[] FROM unnest('{no rows,no money,no time,later,until before}'::text[]) AS what $$, 5);
SELECT oracle.same('one row', oracle.overall($$ churn_by_age(1, '2024-01-31', '2024-03-01', 0.1, '2024-03-02') $$, '(SELECT) AS one'),
                   'VALUES (0::bigint, 1::bigint, 0::bigint, 0::numeric, 1::numeric, 1::bigint), (1, 1, 1, 1, 0, 2)', 2);
SELECT oracle.fails('until ' || until, format('SELECT saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr, %L) FROM span', until), '22008')
  FROM unnest('{infinity,-infinity}'::text[]) AS until;
SELECT oracle.fails('untils differ', 'SELECT saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr, starts_on) FROM span', '22023');

-- 100,000 groups: hashed in little memory, sorted, and a tenth of them by the oracle.
SELECT oracle.load(format($$
    SELECT g::text, (n * (g %% 2))::text, '2024-01-01'::date + oracle.pick(80, g || ':' || n), '2024-01-01'::date + oracle.pick(80, g || ':' || n) + oracle.pick(60, g || '-' || n),
           CASE WHEN g %% 10 = 0 THEN 0 ELSE oracle.pick(100000, g || '/' || n) * 0.01 END
      FROM generate_series(1, %s) AS g, generate_series(0, 1) AS n ORDER BY n, md5(g::text) $$, :groups)) AS spans \gset
\set many 'SELECT segment::int, saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr, \'2024-04-15\') AS ages FROM oracle.span GROUP BY segment::int'
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
TRUNCATE answer;
INSERT INTO answer SELECT * FROM oracle.churn_ages('2024-04-15');
SELECT oracle.same('many groups, a tenth of them', oracle.ages_beside(
    'SELECT h.segment::text, a.* FROM hashed AS h, unnest(h.ages) WITH ORDINALITY AS a WHERE h.segment % 20 IN (1, 2)', 'answer'), 'TABLE answer', :groups / 10);

-- Parallel equals serial.
\ir lib/parallel.sql
SELECT oracle.load('TABLE span') AS spans \gset
ALTER TABLE oracle.span SET (parallel_workers = 2);
SELECT oracle.check_parallel('parallel, ' || what, oracle.overall(format('churn_by_age(%s, starts_on, ends_on, mrr, ''2024-03-01'')', id)), 15)
  FROM (VALUES ('int2', 'customer::int2'), ('int4', 'customer::int'), ('int8', 'customer::int8'), ('uuid', 'md5(customer)::uuid'), ('text', 'customer'), ('varchar', 'customer::varchar')) AS v (what, id);
SELECT oracle.check_parallel('parallel, as it comes', oracle.overall('churn_by_age(customer, starts_on, ends_on, mrr)'), 20);
SELECT oracle.check_parallel('parallel, grouped', oracle.per_segment('churn_by_age(customer, starts_on, ends_on, mrr, ''2024-03-01'')'), 40);
SELECT oracle.check_parallel('parallel, a few rows', oracle.overall('churn_by_age(customer, starts_on, ends_on, mrr, ''2024-03-01'') FILTER (WHERE (segment, customer) = (''3'', ''2''))'), 1);
SELECT oracle.check_parallel('parallel, nothing', $$ SELECT saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr) FILTER (WHERE segment = '') FROM oracle.span $$, 1);
SET max_parallel_workers_per_gather = 2;
TRUNCATE answer;
INSERT INTO answer SELECT * FROM oracle.churn_ages('2024-03-01');
SELECT oracle.same('parallel, by the oracle', oracle.ages_beside(oracle.per_segment(:'ages'), 'answer'), 'TABLE answer', 40);

-- What only shows when states meet.
CREATE TABLE parted (part int, segment int, customer int, mrr numeric) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
INSERT INTO parted SELECT part, n % 3, n, 10 FROM generate_series(1, 2) AS part, generate_series(1, 300) AS n;
ANALYZE parted;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
-- The first partition has January, the second February: one spell of two months.
\set meeting 'SELECT segment, a.age, a.at_risk, a.churned FROM (SELECT segment, saas_metrics.churn_by_age(customer, make_date(2024, part, 1), make_date(2024, part + 1, 1), mrr, \'2024-06-01\') AS ages FROM parted GROUP BY segment) AS s, unnest(ages) AS a'
SELECT oracle.expect_plan('partitions', :'meeting', 'Finalize(.|\n)*Append(.|\n)*Partial') \gset
SELECT oracle.same('states meet', :'meeting', 'SELECT n, age, 100::bigint AS at_risk, CASE age WHEN 2 THEN 100 ELSE 0 END::bigint AS churned
    FROM generate_series(0, 2) AS n, generate_series(0::bigint, 2) AS age', 9);
SELECT oracle.fails('untils meet', 'SELECT saas_metrics.churn_by_age(customer, ''2024-01-01'', NULL, mrr, ''2024-03-01''::date + part) FROM parted', '22023');
