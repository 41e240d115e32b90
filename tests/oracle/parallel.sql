-- Parallel equals serial: partial states of workers, serialised and put together.
-- Fewer customers with: psql -v customers=20.

\ir lib/oracle.sql
\if :{?customers}
\else
    \set customers 500
\endif

-- A fine amount here and there, so that some workers see more decimals than others.
SELECT oracle.load(format($$
    SELECT * FROM oracle.shape('chain', 51, 7, %1$s, 6) UNION ALL
    SELECT * FROM oracle.shape('scatter', 52, 7, %1$s, 3) UNION ALL
    SELECT * FROM oracle.shape('seats', 53, 7, %1$s, 3)
    ORDER BY 3, 2, 1 $$, :customers)) AS spans \gset
CREATE TABLE span AS
    SELECT segment::int, customer::int AS number, md5(customer)::uuid AS key, 'customer ' || customer AS name,
           starts_on, ends_on, daterange(starts_on, ends_on) AS during, mrr
      FROM oracle.span;
ALTER TABLE span SET (parallel_workers = 2);
ANALYZE span;

\ir lib/parallel.sql

CREATE FUNCTION total(arguments text) RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT m.* FROM (SELECT saas_metrics.mrr_movements(' || arguments || ') FROM span) AS s (periods), unnest(s.periods) AS m'
$$;
CREATE FUNCTION grouped(arguments text) RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT s.segment, m.* FROM (SELECT segment, saas_metrics.mrr_movements(' || arguments || ') FROM span GROUP BY segment) AS s (segment, periods), unnest(s.periods) AS m'
$$;
SELECT 'parallel equals serial, ' || :spans || ' spans';
SELECT oracle.check_parallel('int4', total($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' $$), 26);
SELECT oracle.check_parallel('int4, as it comes', total('number, starts_on, ends_on, mrr'), 26);
SELECT oracle.check_parallel('int4, days', total($$ number, starts_on, ends_on, mrr, 'day', '2025-01-01' $$), 700);
SELECT oracle.check_parallel('int8, ranges', total($$ number::int8, during, mrr, 'month', '2025-01-01' $$), 26);
SELECT oracle.check_parallel('int8, ranges as they come', total('number::int8, during, mrr'), 26);
SELECT oracle.check_parallel('int2, weeks', total($$ number::int2, starts_on, ends_on, mrr, 'week' $$), 110);
SELECT oracle.check_parallel('uuid', total($$ key, starts_on, ends_on, mrr, 'quarter', '2025-01-01' $$), 9);
SELECT oracle.check_parallel('text', total($$ name, starts_on, ends_on, mrr, 'year', '2025-01-01' $$), 3);
SELECT oracle.check_parallel('varchar, ranges', total($$ name::varchar, during, mrr, 'month', '2025-01-01' $$), 26);
SELECT oracle.check_parallel('int4, grouped', grouped($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' $$), 180);
SELECT oracle.check_parallel('text, grouped', grouped($$ name, during, mrr, 'month', '2025-01-01' $$), 180);
SELECT oracle.check_parallel('uuid, grouped', grouped($$ key, starts_on, ends_on, mrr, 'week', '2025-01-01' $$), 700);
SET enable_hashagg = off;
SELECT oracle.check_parallel('int4, grouped by sorting', grouped($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' $$), 180);
RESET enable_hashagg;

-- Groups with nothing to put together: in most workers, in all of them.
CREATE FUNCTION filtered(condition text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(total($q$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' $q$), ') FROM span', ') FILTER (WHERE ' || condition || ') FROM span')
$$;
SELECT oracle.check_parallel('one customer', filtered('number = 1'), 20);
SELECT oracle.check_parallel('a few rows', filtered('(segment, number) = (3, 2)'), 20);
SET max_parallel_workers_per_gather = 2;
SELECT oracle.expect_plan('nothing', 'SELECT saas_metrics.mrr_movements(number, starts_on, ends_on, mrr) FILTER (WHERE number < 0) FROM span', 'Partial Aggregate') \gset
SELECT oracle.same('nothing', 'SELECT saas_metrics.mrr_movements(number, starts_on, ends_on, mrr) FILTER (WHERE number < 0) FROM span',
                   $$ SELECT '{}'::saas_metrics.mrr_period[] $$);
SELECT oracle.same('nothing but zeros', 'SELECT saas_metrics.mrr_movements(number, starts_on, ends_on, 0) FROM span',
                   $$ SELECT '{}'::saas_metrics.mrr_period[] $$);

-- And the whole against the oracle.
SELECT oracle.load('SELECT segment, name, starts_on, ends_on, mrr FROM span') AS spans \gset
SELECT oracle.same('parallel against the oracle', grouped($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' $$),
                   $$ SELECT segment::int, period_start, period_end, complete, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr,
                             contraction_mrr, churn_mrr, closing_mrr, retained_mrr, surviving_mrr, opening_customers, new_customers,
                             reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers,
                             closing_customers
                        FROM oracle.mrr_periods('month', '2025-01-01') $$, 180);

-- A plan that has no need of a worker, pushed into one: DISTINCT and ORDER BY cannot be split.
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'on', false) AS forced \gset
SELECT oracle.expect_plan('in a worker', total($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' ORDER BY mrr $$), 'Gather') \gset
SELECT oracle.same('in a worker', total($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' ORDER BY mrr $$),
                   replace(total($$ number, starts_on, ends_on, mrr, 'month', '2025-01-01' $$), 'FROM span', 'FROM (SELECT * FROM span OFFSET 0) AS span'), 20);

-- An error in a worker is the same error.
UPDATE span SET mrr = -1 WHERE ctid = (SELECT max(ctid) FROM span);
SELECT oracle.fails('negative amount in the last row', total('number, starts_on, ends_on, mrr'), '22023');
SELECT oracle.fails('customer without a name in the last row', total('CASE WHEN mrr >= 0 THEN name END, starts_on, ends_on, abs(mrr)'), '22004');

-- What only shows when two states meet: each partition is well by itself.
CREATE TABLE parted (part int, segment int, customer int, mrr numeric, grain text, until date) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES IN (3);
INSERT INTO parted SELECT part, n % 3, n, 10, 'month', '2024-06-01' FROM generate_series(1, 3) AS part, generate_series(1, 300) AS n;
ANALYZE parted;
SET enable_partitionwise_aggregate = on;
CREATE FUNCTION meeting(grain text, until text, mrr text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, saas_metrics.mrr_movements(customer, ''2024-01-01'', NULL::date, %s, %s, %s) FROM parted GROUP BY segment', mrr, grain, until)
$$;
SELECT oracle.expect_plan('partitions', meeting('grain', 'until', 'mrr'), 'Finalize(.|\n)*Append(.|\n)*Partial') \gset
SELECT oracle.same('states meet', 'SELECT segment, cardinality(periods) FROM (' || meeting('grain', 'until', 'mrr') || ') AS s (segment, periods)',
                   'SELECT n, 5 FROM generate_series(0, 2) AS n', 3);
SELECT oracle.fails('grains meet', meeting($$ CASE part WHEN 2 THEN 'day' ELSE grain END $$, 'until', 'mrr'), '22023');
SELECT oracle.fails('untils meet', meeting('grain', $$ CASE part WHEN 3 THEN until + 1 ELSE until END $$, 'mrr'), '22023');
SELECT oracle.fails('until meets none', meeting('grain', $$ CASE part WHEN 3 THEN NULL ELSE until END $$, 'mrr'), '22023');
SELECT oracle.fails('grains meet without money', meeting($$ CASE part WHEN 2 THEN 'day' ELSE grain END $$, 'until', '0'), '22023');
SELECT oracle.fails('sums of 38 digits meet', meeting('grain', 'until', '5e34::numeric'), '22003');
SELECT oracle.fails('coarse meets fine', meeting('grain', 'until', 'CASE part WHEN 1 THEN 1e-20 ELSE 1e17 END'), '22003');
