-- 100,000 groups in 64 kB of work_mem: hashed groups that go to disk, sorted ones, and a
-- quarter of them by the oracle. Fewer with: psql -v groups=1000.

\ir lib/oracle.sql
\if :{?groups}
\else
    \set groups 100000
\endif

-- Three spans a group, of one customer or of three; a tenth of the groups have nothing to show.
SELECT oracle.load(format($$
    SELECT g::text, (n * (g %% 2))::text,
           '2024-01-01'::date + oracle.pick(80, g || ':' || n),
           '2024-01-01'::date + oracle.pick(80, g || ':' || n) + oracle.pick(60, g || '-' || n),
           CASE WHEN g %% 10 = 0 THEN 0 ELSE oracle.pick(100000, g || '/' || n) END * (ARRAY[1, 0.01, 0.0001])[1 + n]
      FROM generate_series(1, %s) AS g, generate_series(0, 2) AS n
     ORDER BY n, md5(g::text) $$, :groups)) AS spans \gset

\set spilled 'SELECT segment::int, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, \'month\', \'2024-05-01\') AS periods FROM oracle.span GROUP BY segment::int'
SET work_mem = '64kB';
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', :'spilled', 'HashAggregate') \gset
CREATE TABLE hashed AS :spilled;

-- The hash table did not fit.
CREATE FUNCTION batches(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
    RETURN coalesce((jsonb_path_query_first(plan::jsonb, '$.**."HashAgg Batches"') #>> '{}')::int, 0);
END
$$;
SELECT batches(:'spilled') > 1 AS went_to_disk \gset
\if :went_to_disk
\else
    DO $$ BEGIN RAISE EXCEPTION 'the groups did not go to disk'; END $$;
\endif
RESET enable_sort;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', :'spilled', 'GroupAggregate') \gset
CREATE TABLE sorted AS :spilled;
RESET enable_hashagg;
RESET work_mem;

SELECT oracle.same('hashed against sorted', 'TABLE hashed', 'TABLE sorted', :groups);
CREATE TABLE whole AS TABLE oracle.span;
SELECT oracle.load('SELECT * FROM whole WHERE segment::int % 4 = 0') AS checked \gset
SELECT oracle.same('hashed against the oracle, ' || :checked || ' of ' || :spans || ' spans',
                   'SELECT h.segment::text, m.* FROM hashed AS h, unnest(h.periods) AS m WHERE h.segment % 4 = 0',
                   $$ SELECT * FROM oracle.mrr_periods('month', '2024-05-01') $$, :groups / 2);
