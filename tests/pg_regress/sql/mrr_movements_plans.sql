-- How the planner sees mrr_movements: what the catalogs say, and parallel plans.
CREATE SCHEMA movements_plans;
SET search_path = movements_plans;

-- Combines, serialises, may run in workers, can be read and go on (modify r: for window frames),
-- says how large a state is, has no sort order of its own. Its parts are parallel safe and in the
-- extension's schema.
SELECT oidvectortypes(p.proargtypes) AS arguments,
       a.aggkind AS kind, a.aggtranstype::regtype AS state,
       a.aggcombinefn <> 0 AS combines, a.aggserialfn <> 0 AS serialises, a.aggdeserialfn <> 0 AS deserialises,
       p.proparallel AS parallel, a.aggfinalmodify AS modify, a.aggtransspace > 0 AS sized, a.aggsortop = 0 AS unsorted
  FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
 WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.proname = 'mrr_movements'
 ORDER BY p.pronargs, oidvectortypes(p.proargtypes) COLLATE "C";
CREATE VIEW plumbing AS
    SELECT DISTINCT f.role, p.*
      FROM pg_aggregate AS a,
           LATERAL (VALUES ('transition', a.aggtransfn::oid), ('combine', a.aggcombinefn), ('serialise', a.aggserialfn),
                           ('deserialise', a.aggdeserialfn), ('final', a.aggfinalfn)) AS f (role, oid),
           pg_proc AS p
     WHERE p.oid = f.oid AND a.aggfnoid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'saas_metrics'::regnamespace AND proname = 'mrr_movements');
SELECT role, bool_and(proparallel = 's') AS parallel_safe, bool_and(pronamespace = 'saas_metrics'::regnamespace) AS at_home,
       CASE WHEN role LIKE '%serialise' THEN bool_and(proisstrict) END AS strict
  FROM plumbing GROUP BY role ORDER BY role;
-- Parallel plans. Two workers whatever the size.
CREATE TABLE span AS
    SELECT n % 500 AS customer, n % 3 AS segment, '2024-01-01'::date + n % 300 AS starts_on, '2024-01-01'::date + n % 300 + n % 90 AS ends_on, n % 100 AS mrr
      FROM generate_series(1, 20000) AS n;
ALTER TABLE span SET (parallel_workers = 2);
ANALYZE span;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FROM span;
EXPLAIN (COSTS OFF) SELECT saas_metrics.mrr_movements(customer, daterange(starts_on, ends_on), mrr, 'week', '2024-06-01') FROM span;
EXPLAIN (COSTS OFF) SELECT saas_metrics.mrr_movements(customer::text, starts_on, ends_on, mrr, 'day') FILTER (WHERE mrr > 10) FROM span;
-- Groups: partial in the workers, whether hashed or sorted.
CREATE FUNCTION nodes(query text) RETURNS TABLE (node text) LANGUAGE plpgsql AS $$
BEGIN
    FOR node IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF node ~ 'Aggregate' THEN
            node := regexp_replace(node, '^.*(Finalize|Partial).*$', '\1');
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
SELECT * FROM nodes('SELECT segment, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FROM span GROUP BY segment');
SET enable_hashagg = off;
SELECT * FROM nodes('SELECT segment, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FROM span GROUP BY segment');
RESET enable_hashagg;
-- Many small groups in little memory are still hashed: a state is not taken for kilobytes.
RESET ALL;
SET search_path = movements_plans;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '4MB';
EXPLAIN (COSTS OFF) SELECT customer, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FROM span GROUP BY customer;
-- Two workers and one process: the same, to the last digit, and not nothing.
CREATE TABLE serial AS SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr / 7.0, 'week', '2025-02-01') AS periods FROM span;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE TABLE parallel AS SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr / 7.0, 'week', '2025-02-01') AS periods FROM span;
SELECT cardinality(s.periods) AS weeks, s.periods = p.periods AS same FROM serial AS s, parallel AS p;

SET client_min_messages = warning;
DROP SCHEMA movements_plans CASCADE;
