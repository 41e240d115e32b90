-- mrr_timeline and mrr_changes: by hand, generated, and added up against mrr_movements.
-- Fewer groups with: psql -v groups=1000.

\ir lib/oracle.sql
\ir lib/mrr_changes.sql
\if :{?groups}
\else
    \set groups 100000
\endif

-- By hand; a case is a customer.
SELECT oracle.load($$ VALUES
    ('hand', 'steady', '2024-02-29'::date, NULL::date, 100),
    ('hand', 'leap day', '2024-02-29', '2024-03-01', 100),
    ('hand', 'to the end of the month', '2024-01-31', '2024-03-31', 100),
    -- 100 stops and 60 + 40 start on one day: the day ends as the one before.
    ('hand', 'swap', '2024-01-10', '2024-02-15', 100),
    ('hand', 'swap', '2024-02-15', NULL, 60),
    ('hand', 'swap', '2024-02-15', NULL, 40),
    ('hand', 'price cut', '2024-01-10', '2024-02-15', 100),
    ('hand', 'price cut', '2024-02-15', NULL, 70),
    -- Stops and starts on one day, at another price: never a churn.
    ('hand', 'price rise', '2024-01-10', '2024-02-15', 100),
    ('hand', 'price rise', '2024-02-15', '2024-02-16', 120.5),
    -- One day without is one.
    ('hand', 'a day away', '2024-01-10', '2024-02-15', 100),
    ('hand', 'a day away', '2024-02-16', NULL, 100),
    ('hand', 'twice away', '2024-01-01', '2024-01-02', 10),
    ('hand', 'twice away', '2024-01-03', '2024-01-04', 20),
    ('hand', 'twice away', '2024-01-05', '2024-01-06', 30),
    -- Two items, one inside the other; the same row twice.
    ('hand', 'items', '2024-01-01', '2024-05-01', 100),
    ('hand', 'items', '2024-02-01', '2024-03-01', 25),
    ('hand', 'items', '2024-02-01', '2024-03-01', 25),
    -- Free, then paid, then free: the first MRR is new, and free is gone.
    ('hand', 'free and paid', '2024-01-01', '2024-02-01', 0),
    ('hand', 'free and paid', '2024-02-01', '2024-03-01', 10),
    ('hand', 'free and paid', '2024-03-01', NULL, 0),
    -- Spans without days neither come nor go.
    ('hand', 'no days between', '2024-01-01', '2024-01-01', 50),
    ('hand', 'no days between', '2024-02-01', '2024-03-01', 10),
    ('hand', 'no days between', '2024-02-10', '2024-02-10', 50),
    ('hand', 'no days between', '2024-03-01', '2024-03-01', 50),
    -- What is to come is there too, before Christ as well; infinity is no end.
    ('hand', 'long', '0001-12-31 BC', '0001-01-01', 1),
    ('hand', 'long', '9999-01-01', '10000-01-01', 2),
    ('hand', 'long', '50000-01-01', 'infinity', 3),
    -- 0.1 + 0.2 = 0.3, and the twentieth decimal counts.
    ('hand', 'decimals', '2024-01-01', '2024-02-01', 0.1),
    ('hand', 'decimals', '2024-01-01', '2024-02-01', 0.2),
    ('hand', 'decimals', '2024-02-01', NULL, 0.3),
    ('hand', 'decimals', '2024-03-01', NULL, 0.00000000000000000001),
    ('hand', 'nothing', '2024-01-01', NULL, 0),
    ('hand', 'nothing', '2024-01-01', '2024-01-01', 10)
$$) AS spans \gset
CREATE TABLE worked AS SELECT * FROM oracle.ordered_changes() WHERE false;
INSERT INTO worked
SELECT 'hand', customer, effective_on, kind, amount, mrr_before, mrr_after, place FROM (VALUES
    ('steady',          1, '2024-02-29'::date, 'new',           100,     0,   100),
    ('leap day',        1, '2024-02-29',       'new',           100,     0,   100),
    ('leap day',        2, '2024-03-01',       'churn',        -100,   100,     0),
    ('to the end of the month', 1, '2024-01-31', 'new',         100,     0,   100),
    ('to the end of the month', 2, '2024-03-31', 'churn',      -100,   100,     0),
    ('swap',            1, '2024-01-10',       'new',           100,     0,   100),
    ('price cut',       1, '2024-01-10',       'new',           100,     0,   100),
    ('price cut',       2, '2024-02-15',       'contraction',   -30,   100,    70),
    ('price rise',      1, '2024-01-10',       'new',           100,     0,   100),
    ('price rise',      2, '2024-02-15',       'expansion',    20.5,   100, 120.5),
    ('price rise',      3, '2024-02-16',       'churn',      -120.5, 120.5,     0),
    ('a day away',      1, '2024-01-10',       'new',           100,     0,   100),
    ('a day away',      2, '2024-02-15',       'churn',        -100,   100,     0),
    ('a day away',      3, '2024-02-16',       'reactivation',  100,     0,   100),
    ('twice away',      1, '2024-01-01',       'new',            10,     0,    10),
    ('twice away',      2, '2024-01-02',       'churn',         -10,    10,     0),
    ('twice away',      3, '2024-01-03',       'reactivation',   20,     0,    20),
    ('twice away',      4, '2024-01-04',       'churn',         -20,    20,     0),
    ('twice away',      5, '2024-01-05',       'reactivation',   30,     0,    30),
    ('twice away',      6, '2024-01-06',       'churn',         -30,    30,     0),
    ('items',           1, '2024-01-01',       'new',           100,     0,   100),
    ('items',           2, '2024-02-01',       'expansion',      50,   100,   150),
    ('items',           3, '2024-03-01',       'contraction',   -50,   150,   100),
    ('items',           4, '2024-05-01',       'churn',        -100,   100,     0),
    ('free and paid',   1, '2024-02-01',       'new',            10,     0,    10),
    ('free and paid',   2, '2024-03-01',       'churn',         -10,    10,     0),
    ('no days between', 1, '2024-02-01',       'new',            10,     0,    10),
    ('no days between', 2, '2024-03-01',       'churn',         -10,    10,     0),
    ('long',            1, '0001-12-31 BC',    'new',             1,     0,     1),
    ('long',            2, '0001-01-01',       'churn',          -1,     1,     0),
    ('long',            3, '9999-01-01',       'reactivation',    2,     0,     2),
    ('long',            4, '10000-01-01',      'churn',          -2,     2,     0),
    ('long',            5, '50000-01-01',      'reactivation',    3,     0,     3),
    ('decimals',        1, '2024-01-01',       'new',           0.3,     0,   0.3),
    ('decimals',        2, '2024-03-01',       'expansion', 0.00000000000000000001, 0.3, 0.30000000000000000001)
) AS v (customer, place, effective_on, kind, amount, mrr_before, mrr_after);
SELECT oracle.same('by hand, oracle', 'SELECT * FROM oracle.ordered_changes()', 'TABLE worked', 35);
SELECT oracle.same('by hand', oracle.per_customer('mrr_changes(starts_on, ends_on, mrr)'), 'TABLE worked', 35);
SELECT oracle.same('by hand, timeline', oracle.per_customer('mrr_timeline(starts_on, ends_on, mrr)'),
                   'SELECT segment, customer, effective_on, mrr_after, place FROM worked', 35);

-- Generated, the calendar's ends included.
CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int, first_day date DEFAULT '2022-11-20', at_least bigint DEFAULT 100)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load(format('SELECT * FROM oracle.shape(%L, %s, %s, %s, %s, %L)', shape, seed, segments, customers, items, first_day));
    RETURN oracle.check_changes(format('%s, seed %s, from %s', shape, seed, first_day), at_least => at_least);
END
$$;
SELECT check_shape('scatter', 301, 2, 20, 6) WHERE oracle.takes();
SELECT check_shape('scatter', 302, 1, 300, 2) WHERE oracle.takes();
SELECT check_shape('chain', 303, 3, 30, 20) WHERE oracle.takes();
SELECT check_shape('chain', 304, 1, 300, 4) WHERE oracle.takes();
SELECT check_shape('seats', 305, 2, 20, 50) WHERE oracle.takes();
SELECT check_shape('seats', 306, 1, 2, 600, at_least => 5) WHERE oracle.takes();
SELECT check_shape('edges', 307, 2, 30, 8) WHERE oracle.takes();
SELECT check_shape('edges', 308, 1, 100, 4) WHERE oracle.takes();
SELECT check_shape('flicker', 309, 3, 20, 20) WHERE oracle.takes();
SELECT check_shape('flicker', 310, 1, 2, 300) WHERE oracle.takes();
SELECT check_shape('flicker', 311, 200, 1, 3) WHERE oracle.takes();
SELECT check_shape('edges', 312, 1, 30, 6, '0002-11-05 BC') WHERE oracle.takes();
SELECT check_shape('edges', 313, 1, 30, 6, '4713-01-02 BC') WHERE oracle.takes();
SELECT check_shape('edges', 314, 1, 30, 6, '1899-12-01') WHERE oracle.takes();
SELECT check_shape('edges', 315, 1, 30, 6, '200000-02-01') WHERE oracle.takes();

-- Sums of the changes of a period are the movements of mrr_movements.
CREATE TABLE span AS SELECT * FROM oracle.shape('chain', 341, 3, 100, 6) UNION ALL SELECT * FROM oracle.shape('scatter', 342, 3, 100, 3)
                     UNION ALL SELECT * FROM oracle.shape('flicker', 343, 3, 100, 2);
CREATE TABLE change AS
    SELECT s.segment, s.customer, c.* FROM (SELECT segment, customer, saas_metrics.mrr_changes(starts_on, ends_on, mrr) FROM span GROUP BY segment, customer) AS s (segment, customer, changes),
           unnest(s.changes) AS c;
SELECT oracle.same('sums of changes by ' || grain, $$
    SELECT m.segment, m.period_start,
           coalesce(sum(c.amount) FILTER (WHERE c.kind = 'new'), 0) AS new_mrr, coalesce(sum(c.amount) FILTER (WHERE c.kind = 'reactivation'), 0) AS reactivation_mrr,
           coalesce(sum(c.amount) FILTER (WHERE c.kind = 'expansion'), 0) AS expansion_mrr, coalesce(sum(c.amount) FILTER (WHERE c.kind = 'contraction'), 0) AS contraction_mrr,
           coalesce(sum(c.amount) FILTER (WHERE c.kind = 'churn'), 0) AS churn_mrr,
           count(*) FILTER (WHERE c.kind = 'new') AS new_customers, count(*) FILTER (WHERE c.kind = 'reactivation') AS reactivated_customers,
           count(*) FILTER (WHERE c.kind = 'expansion') AS expanded_customers, count(*) FILTER (WHERE c.kind = 'contraction') AS contracted_customers,
           count(*) FILTER (WHERE c.kind = 'churn') AS churned_customers
      FROM ($$ || movements || $$) AS m
      LEFT JOIN change AS c ON c.segment = m.segment AND m.period_start <= c.effective_on AND c.effective_on < m.period_end
     GROUP BY m.segment, m.period_start $$, $$
    SELECT segment, period_start, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr,
           new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers
      FROM ($$ || movements || ') AS m', at_least)
  FROM (VALUES ('day', '2023-06-30'::date, 500), ('week', '2026-07-01', 400), ('month', '2030-01-01', 200), ('quarter', '2030-01-01', 80), ('year', '2030-01-01', 20))
      AS v (grain, until, at_least),
       LATERAL oracle.per_segment(format('mrr_movements(customer, starts_on, ends_on, mrr, %L, %L)', grain, until), 'span') AS q (movements);

-- The steps of all customers on a day add up to the MRR of the day, and changes to the steps.
CREATE TABLE step AS
    SELECT s.segment, s.customer, c.* FROM (SELECT segment, customer, saas_metrics.mrr_timeline(starts_on, ends_on, mrr) FROM span GROUP BY segment, customer) AS s (segment, customer, timeline),
           unnest(s.timeline) AS c;
SELECT oracle.same('steps add up to the MRR of a day', $$
    SELECT day, sum(mrr) AS mrr
      FROM (SELECT DISTINCT ON (day, segment, customer) day, mrr FROM generate_series(timestamp '2022-12-01', '2027-12-01', '23 days') AS day JOIN step ON effective_on <= day
             ORDER BY day, segment, customer, effective_on DESC) AS s GROUP BY day $$, $$
    SELECT day, coalesce(sum(mrr), 0) FROM generate_series(timestamp '2022-12-01', '2027-12-01', '23 days') AS day
        LEFT JOIN span ON starts_on <= day AND (ends_on IS NULL OR day < ends_on) GROUP BY day $$, 79);
SELECT oracle.same('changes add up to steps', $$
    SELECT segment, customer, effective_on, sum(amount) OVER (PARTITION BY segment, customer ORDER BY effective_on) AS mrr FROM change $$, 'TABLE step', 2000);

-- A group is one customer, whatever is in it: with all rows of a segment, the segment's MRR.
SELECT oracle.load('SELECT segment, ''the segment'', starts_on, ends_on, mrr FROM span WHERE mrr > 50 AND segment <> ''2''') AS spans \gset
CREATE TABLE filtered AS
    SELECT segment, saas_metrics.mrr_changes(starts_on, ends_on, mrr) FILTER (WHERE mrr > 50 AND segment <> '2') AS changes,
           saas_metrics.mrr_timeline(starts_on, ends_on, mrr) FILTER (WHERE mrr > 50 AND segment <> '2') AS timeline
      FROM span GROUP BY segment;
SELECT oracle.check_changes('filtered', 'SELECT f.segment, ''the segment'', c.* FROM filtered AS f, unnest(f.changes) WITH ORDINALITY AS c',
                            'SELECT f.segment, ''the segment'', c.* FROM filtered AS f, unnest(f.timeline) WITH ORDINALITY AS c', 600);
SELECT oracle.same('filtered to nothing', $$ SELECT segment FROM filtered WHERE changes = '{}' AND timeline = '{}' $$, $$ VALUES ('2') $$);
CREATE TABLE sets AS
    SELECT coalesce(segment, 'all') AS segment, coalesce(customer, 'all') AS customer,
           saas_metrics.mrr_changes(starts_on, ends_on, mrr) AS changes, saas_metrics.mrr_timeline(starts_on, ends_on, mrr) AS timeline
      FROM span WHERE customer::int <= 30 GROUP BY ROLLUP (segment, customer);
SELECT oracle.load($$
    SELECT s.segment, s.customer, starts_on, ends_on, mrr
      FROM span, LATERAL (VALUES (span.segment, span.customer), (span.segment, 'all'), ('all', 'all')) AS s (segment, customer) WHERE span.customer::int <= 30 $$) AS spans \gset
SELECT oracle.check_changes('rollup', 'SELECT f.segment, f.customer, c.* FROM sets AS f, unnest(f.changes) WITH ORDINALITY AS c',
                            'SELECT f.segment, f.customer, c.* FROM sets AS f, unnest(f.timeline) WITH ORDINALITY AS c', 2500);

-- Hashed and sorted, keys of other types, in another order.
SELECT oracle.load('TABLE span') AS spans \gset
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', oracle.per_customer('mrr_changes(starts_on, ends_on, mrr)'), 'HashAggregate') \gset
SELECT oracle.check_changes('hashed groups', at_least => 2000);
RESET enable_sort;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', oracle.per_customer('mrr_changes(starts_on, ends_on, mrr)'), 'GroupAggregate') \gset
SELECT oracle.check_changes('sorted groups', at_least => 2000);
RESET enable_hashagg;
SELECT oracle.check_changes('in order of ' || ordering, oracle.per_customer(format('mrr_changes(starts_on, ends_on, mrr ORDER BY %s)', ordering)),
                            oracle.per_customer(format('mrr_timeline(starts_on, ends_on, mrr ORDER BY %s)', ordering)), 2000)
  FROM unnest('{starts_on,ends_on DESC,mrr}'::text[]) AS ordering;
SELECT oracle.check_changes('ranges read with lower and upper', oracle.per_customer('mrr_changes(lower(during), upper(during), mrr)',
    '(SELECT *, daterange(starts_on, ends_on) AS during FROM oracle.span WHERE starts_on IS DISTINCT FROM ends_on) AS ranges'), at_least => 2000);

-- Frames that grow and move: the state is read and goes on.
CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY md5(s::text))::int AS n, s.* FROM oracle.shape('flicker', 351, 1, 1, 60) AS s;
CREATE FUNCTION check_frame(what text, frame text, rows_in_frame text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load('SELECT row.n, ''one'', s.starts_on, s.ends_on, s.mrr FROM numbered AS row, numbered AS s WHERE ' || rows_in_frame);
    RETURN oracle.check_changes(what, format($q$
        SELECT f.n::text, 'one', c.* FROM (SELECT n, saas_metrics.mrr_changes(starts_on, ends_on, mrr) OVER (%s) FROM numbered) AS f (n, changes),
            unnest(f.changes) WITH ORDINALITY AS c $q$, frame), format($q$
        SELECT f.n::text, 'one', c.* FROM (SELECT n, saas_metrics.mrr_timeline(starts_on, ends_on, mrr) OVER (%s) FROM numbered) AS f (n, timeline),
            unnest(f.timeline) WITH ORDINALITY AS c $q$, frame), 400);
END
$$;
SELECT check_frame('growing frames', 'ORDER BY n', 's.n <= row.n');
SELECT check_frame('moving frames', 'ORDER BY n ROWS 7 PRECEDING', 's.n BETWEEN row.n - 7 AND row.n');

-- No rows, rows of nothing, one row.
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.mrr_changes(starts_on, ends_on, mrr), saas_metrics.mrr_timeline(starts_on, ends_on, mrr) FROM span WHERE false
    UNION ALL SELECT 'no money', saas_metrics.mrr_changes(starts_on, ends_on, 0), saas_metrics.mrr_timeline(starts_on, ends_on, 0) FROM span
    UNION ALL SELECT 'no time', saas_metrics.mrr_changes(starts_on, starts_on, mrr), saas_metrics.mrr_timeline(starts_on, starts_on, mrr) FROM span
$$, $$ SELECT what, '{}'::saas_metrics.mrr_movement[] AS changes, '{}'::saas_metrics.mrr_step[] FROM unnest('{no rows,no money,no time}'::text[]) AS what $$, 3);
SELECT oracle.same('one row', oracle.overall($$ mrr_changes('2024-02-29', '2024-03-01', 0.10) $$, '(SELECT) AS one'),
                   $$ VALUES ('2024-02-29'::date, 'new', 0.1, 0::numeric, 0.1, 1::bigint), ('2024-03-01', 'churn', -0.1, 0.1, 0, 2) $$, 2);
SELECT oracle.same('one row, timeline', oracle.overall($$ mrr_timeline('2024-02-29', '2024-03-01', 0.10) $$, '(SELECT) AS one'),
                   $$ VALUES ('2024-02-29'::date, 0.1, 1::bigint), ('2024-03-01', 0, 2) $$, 2);

-- 100,000 customers: hashed in little memory, sorted, and a tenth of them by the oracle.
SELECT oracle.load(format($$
    SELECT 'all', g::text, '2024-01-01'::date + oracle.pick(80, g || ':' || n), '2024-01-01'::date + oracle.pick(80, g || ':' || n) + oracle.pick(60, g || '-' || n),
           CASE WHEN g %% 10 = 0 THEN 0 ELSE oracle.pick(100000, g || '/' || n) * 0.01 END
      FROM generate_series(1, %s) AS g, generate_series(0, 1) AS n ORDER BY n, md5(g::text) $$, :groups)) AS spans \gset
\set many 'SELECT customer::int, saas_metrics.mrr_changes(starts_on, ends_on, mrr) AS changes, saas_metrics.mrr_timeline(starts_on, ends_on, mrr) AS timeline FROM oracle.span GROUP BY customer::int'
SET work_mem = '64kB';
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', :'many', 'HashAggregate') \gset
CREATE TABLE hashed AS :many;
RESET enable_sort;
RESET work_mem;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', :'many', 'GroupAggregate') \gset
SELECT oracle.same('many customers, hashed against sorted', 'TABLE hashed', :'many', :groups);
RESET enable_hashagg;
SELECT oracle.same('many customers, changes against timeline', 'SELECT customer, c.effective_on, c.mrr_after FROM hashed, unnest(changes) AS c',
                   'SELECT customer, t.* FROM hashed, unnest(timeline) AS t', :groups);
CREATE TABLE whole AS TABLE oracle.span;
SELECT oracle.load('SELECT * FROM whole WHERE customer::int % 20 IN (1, 2)') AS spans \gset
SELECT oracle.check_changes('many customers, a tenth of them',
    'SELECT ''all'', customer::text, c.* FROM hashed, unnest(changes) WITH ORDINALITY AS c WHERE customer % 20 IN (1, 2)',
    'SELECT ''all'', customer::text, c.* FROM hashed, unnest(timeline) WITH ORDINALITY AS c WHERE customer % 20 IN (1, 2)', :groups / 10);

-- Parallel equals serial.
\ir lib/parallel.sql
SELECT oracle.load('TABLE span') AS spans \gset
ALTER TABLE oracle.span SET (parallel_workers = 2);
SELECT oracle.check_parallel('parallel, changes per customer', oracle.per_customer('mrr_changes(starts_on, ends_on, mrr)'), 2000);
SELECT oracle.check_parallel('parallel, timeline per customer', oracle.per_customer('mrr_timeline(starts_on, ends_on, mrr)'), 2000);
SELECT oracle.check_parallel('parallel, changes in all', oracle.overall('mrr_changes(starts_on, ends_on, mrr)'), 500);
SELECT oracle.check_parallel('parallel, timeline in all', oracle.overall('mrr_timeline(starts_on, ends_on, mrr)'), 500);
SELECT oracle.check_parallel('parallel, a few rows', oracle.overall('mrr_changes(starts_on, ends_on, mrr) FILTER (WHERE (segment, customer) = (''3'', ''2''))'), 3);
SELECT oracle.check_parallel('parallel, nothing', $$ SELECT saas_metrics.mrr_changes(starts_on, ends_on, mrr) FILTER (WHERE segment = ''),
    saas_metrics.mrr_timeline(starts_on, ends_on, mrr) FILTER (WHERE segment = '') FROM oracle.span $$, 1);
SET max_parallel_workers_per_gather = 2;
SELECT oracle.check_changes('parallel, by the oracle', at_least => 2000);
