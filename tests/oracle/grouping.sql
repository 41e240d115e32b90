-- GROUP BY, FILTER, GROUPING SETS, partitions, prepared statements, subqueries, DISTINCT and
-- ORDER BY inside; hashed groups against sorted ones. Segments add up to the total.

\ir lib/oracle.sql

-- Segments share customer ids: a group knows only its own rows.
SELECT oracle.load($$
    SELECT * FROM oracle.shape('chain', 41, 12, 8, 6) UNION ALL SELECT * FROM oracle.shape('scatter', 42, 12, 8, 2)
$$) AS spans \gset
CREATE TABLE whole AS TABLE oracle.span;
CREATE TABLE by_oracle AS SELECT * FROM oracle.mrr_periods('month', '2024-06-01');
\set movements 'saas_metrics.mrr_movements(customer::int, starts_on, ends_on, mrr, \'month\', \'2024-06-01\')'

-- Hashed and sorted: the plan is what it claims to be, the result the same.
CREATE FUNCTION check_plan(what text, query text, pattern text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.expect_plan(what, query, pattern);
    RETURN oracle.same(what, query, 'TABLE by_oracle', 200);
END
$$;
SET enable_sort = off;
SELECT check_plan('hashed groups', oracle.movements_query('month', '2024-06-01'), 'HashAggregate');
RESET enable_sort;
SET enable_hashagg = off;
SELECT check_plan('sorted groups', oracle.movements_query('month', '2024-06-01'), 'GroupAggregate');
RESET enable_hashagg;

-- The order of the rows means nothing.
CREATE FUNCTION check_order(what text, ordering text) RETURNS text LANGUAGE sql AS $$
    SELECT oracle.same('in order of ' || what, format(
        'SELECT s.segment, m.*
           FROM (SELECT segment, saas_metrics.mrr_movements(customer::int, starts_on, ends_on, mrr, ''month'', ''2024-06-01'' ORDER BY %s)
                   FROM whole GROUP BY segment) AS s (segment, periods), unnest(s.periods) AS m', ordering),
        'TABLE by_oracle', 200)
$$;
SELECT check_order('customer', 'customer, starts_on');
SELECT check_order('start', 'starts_on');
SELECT check_order('start, backwards', 'starts_on DESC, customer DESC');
SELECT check_order('end', 'ends_on');
SELECT check_order('amount', 'mrr DESC');
SELECT check_order('chance', 'md5(customer || starts_on || mrr)');

-- A filter is the rows it lets through, and an empty array where it lets none through.
CREATE TABLE filtered AS
    SELECT segment, :movements FILTER (WHERE mrr > 50 AND segment <> '7') AS periods FROM whole GROUP BY segment;
SELECT oracle.load('SELECT * FROM whole WHERE mrr > 50 AND segment <> ''7''') AS spans \gset
SELECT oracle.same('filtered', 'SELECT f.segment, m.* FROM filtered AS f, unnest(f.periods) AS m',
                   $$ SELECT * FROM oracle.mrr_periods('month', '2024-06-01') $$, 100);
SELECT oracle.same('filtered to nothing', $$ SELECT segment FROM filtered WHERE periods = '{}' $$, $$ VALUES ('7') $$);

-- DISTINCT counts a repeated row once. The data repeats some.
CREATE TABLE distinct_rows AS
    SELECT segment, saas_metrics.mrr_movements(DISTINCT customer, starts_on, ends_on, mrr, 'month', '2024-06-01') AS periods
      FROM whole GROUP BY segment;
SELECT oracle.load('SELECT DISTINCT * FROM whole') < count(*) AS some_repeat FROM whole \gset
\if :some_repeat
\else
    DO $$ BEGIN RAISE EXCEPTION 'no row is repeated'; END $$;
\endif
SELECT oracle.same('distinct rows', 'SELECT d.segment, m.* FROM distinct_rows AS d, unnest(d.periods) AS m',
                   $$ SELECT * FROM oracle.mrr_periods('month', '2024-06-01') $$, 200);

-- Grouping sets. The oracle gets every span once for each set it is in.
CREATE TABLE sets AS
    SELECT CASE grouping(segment, parity) WHEN 1 THEN segment WHEN 2 THEN 'parity ' || parity ELSE 'total' END AS segment,
           :movements AS periods
      FROM (SELECT *, segment::int % 2 AS parity FROM whole) AS w
     GROUP BY GROUPING SETS ((segment), (parity), ());
SELECT oracle.load($$
    SELECT s.name, customer, starts_on, ends_on, mrr
      FROM whole, LATERAL (VALUES (segment), ('parity ' || segment::int % 2), ('total')) AS s (name) $$) AS spans \gset
SELECT oracle.same('grouping sets', 'SELECT s.segment, m.* FROM sets AS s, unnest(s.periods) AS m',
                   $$ SELECT * FROM oracle.mrr_periods('month', '2024-06-01') $$, 260);

-- Two grains, two filters and two customers' names side by side do not mix their states.
CREATE TABLE side_by_side AS
    SELECT segment, :movements AS months,
           saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'quarter', '2024-01-01') AS quarters,
           :movements FILTER (WHERE customer <> '3') AS others,
           saas_metrics.mrr_movements(customer::int, daterange(starts_on, ends_on), mrr, 'week', '2023-06-01') AS weeks
      FROM whole GROUP BY segment;
SELECT oracle.same('months beside', 'SELECT s.segment, m.* FROM side_by_side AS s, unnest(s.months) AS m', 'TABLE by_oracle', 200);
SELECT oracle.load('TABLE whole') AS spans \gset
SELECT oracle.same('quarters beside', 'SELECT s.segment, m.* FROM side_by_side AS s, unnest(s.quarters) AS m',
                   $$ SELECT * FROM oracle.mrr_periods('quarter', '2024-01-01') $$, 50);
SELECT oracle.same('weeks beside', 'SELECT s.segment, m.* FROM side_by_side AS s, unnest(s.weeks) AS m',
                   $$ SELECT * FROM oracle.mrr_periods('week', '2023-06-01') $$, 200);
SELECT oracle.load('SELECT * FROM whole WHERE customer <> ''3''') AS spans \gset
SELECT oracle.same('others beside', 'SELECT s.segment, m.* FROM side_by_side AS s, unnest(s.others) AS m',
                   $$ SELECT * FROM oracle.mrr_periods('month', '2024-06-01') $$, 200);

-- Once per outer row, and from a prepared statement with a plan that does not know its parameters.
SELECT oracle.same('once per outer row', $$
    SELECT s.segment, m.*
      FROM (SELECT DISTINCT segment FROM whole) AS s,
           LATERAL (SELECT saas_metrics.mrr_movements(w.customer::int, w.starts_on, w.ends_on, w.mrr, 'month', '2024-06-01')
                      FROM whole AS w WHERE w.segment = s.segment) AS a (periods),
           unnest(a.periods) AS m $$, 'TABLE by_oracle', 200);
SET plan_cache_mode = force_generic_plan;
PREPARE report(text, date) AS
    SELECT s.segment, m.* FROM (SELECT segment, saas_metrics.mrr_movements(customer::int, starts_on, ends_on, mrr, $1, $2) FROM whole GROUP BY segment) AS s (segment, periods),
           unnest(s.periods) AS m;
SELECT oracle.same('prepared', $$ EXECUTE report('month', '2024-06-01') $$, 'TABLE by_oracle', 200);
SELECT oracle.load('TABLE whole') AS spans \gset
SELECT oracle.same('prepared, by years', $$ EXECUTE report('year', '2024-06-01') $$,
                   $$ SELECT * FROM oracle.mrr_periods('year', '2024-06-01') $$, 12);
RESET plan_cache_mode;

-- Partitions aggregated apart and put together: by start, so that a customer is in several, and
-- one partition is empty.
CREATE TABLE parted (LIKE whole) PARTITION BY RANGE (starts_on);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2022-01-01');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2022-01-01') TO ('2023-02-01');
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES FROM ('2023-02-01') TO ('2023-05-01');
CREATE TABLE parted_4 PARTITION OF parted FOR VALUES FROM ('2023-05-01') TO (MAXVALUE);
INSERT INTO parted TABLE whole;
ANALYZE parted;
SET enable_partitionwise_aggregate = on;
SELECT check_plan('partitions', replace(oracle.movements_query('month', '2024-06-01'), 'oracle.span', 'parted'),
                  'Finalize (Hash|Group)Aggregate(.|\n)*Append(.|\n)*Partial (Hash|Group)Aggregate');
RESET enable_partitionwise_aggregate;

-- Segments add up to the total, every column of every period, to the last digit: customers of
-- their own to each segment, the same until for all.
SELECT oracle.load('SELECT segment, segment || ''/'' || customer, starts_on, ends_on, mrr FROM whole') AS spans \gset
SELECT string_agg(format('sum(m.%I) AS %1$I', attname), ', ' ORDER BY attnum) AS sums
  FROM pg_attribute WHERE attrelid = 'by_oracle'::regclass AND attname ~ '_(mrr|customers)$' \gset
SELECT oracle.same('segments add up to the total by ' || grain,
           format('SELECT period_start, period_end, complete, %s FROM (%s) AS m GROUP BY 1, 2, 3',
                  :'sums', oracle.movements_query(grain, '2024-03-03')),
           format('SELECT m.* FROM (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, %L, ''2024-03-03'') FROM oracle.span) AS s (periods),
                         unnest(s.periods) AS m', grain), periods)
  FROM (VALUES ('day', 460), ('week', 60), ('month', 15), ('quarter', 5), ('year', 2)) AS v (grain, periods);

-- No rows, only rows of nothing, no rows in a group: an empty array, never NULL.
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FROM whole WHERE false
    UNION ALL SELECT 'no money', saas_metrics.mrr_movements(customer, starts_on, ends_on, 0) FROM whole
    UNION ALL SELECT 'no time', saas_metrics.mrr_movements(customer, starts_on, starts_on, mrr) FROM whole
    UNION ALL SELECT 'no time, ranges', saas_metrics.mrr_movements(customer, daterange(starts_on, starts_on), mrr) FROM whole
    UNION ALL SELECT 'empty ranges', saas_metrics.mrr_movements(customer, 'empty'::daterange, mrr) FROM whole
    UNION ALL SELECT 'later', saas_metrics.mrr_movements(customer, starts_on + 10000, NULL::date, mrr) FROM whole
    UNION ALL SELECT 'until before', saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2001-01-01') FROM whole
$$, $$ SELECT what, '{}'::saas_metrics.mrr_period[] FROM unnest('{no rows,no money,no time,"no time, ranges",empty ranges,later,until before}'::text[]) AS what $$, 7);
