-- What is too much is an error that says so, never XX000.

CREATE FUNCTION failure_of(statement text) RETURNS TABLE (sqlstate text, message text, has_hint boolean)
LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  EXECUTE statement;
  RETURN QUERY SELECT 'none', 'no error', false;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT, message = MESSAGE_TEXT;
  RETURN QUERY SELECT SQLSTATE::text, message, hint <> '';
END $$;

-- 100,000 days are a result, one more is not.
SELECT cardinality(saas_metrics.mrr_movements(1, date '2000-01-01', NULL, 1, 'day', date '2000-01-01' + 100000));
SELECT * FROM failure_of($$
  SELECT saas_metrics.mrr_movements(1, date '2000-01-01', NULL, 1, 'day', date '2000-01-01' + 100001) $$);
-- 2000 years by month are not too many.
SELECT cardinality(saas_metrics.mrr_movements(1, date '0001-01-01', NULL, 1, 'month', '2001-01-01'));

-- A worker's rows beyond 1 GB cannot be passed on. Two workers are planned, and the one that
-- starts gets all rows; names of 1 MB.
CREATE TABLE long_name (number int) WITH (parallel_workers = 2);
INSERT INTO long_name SELECT generate_series(1, 1050);
SET max_parallel_workers_per_gather = 2;
SET max_parallel_workers = 1;
SET parallel_leader_participation = off;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF)
SELECT saas_metrics.mrr_movements(repeat('x', 1000000) || number, date '2025-01-01', NULL, 1) FROM long_name;
SELECT * FROM failure_of($$
  SELECT saas_metrics.mrr_movements(repeat('x', 1000000) || number, date '2025-01-01', NULL, 1) FROM long_name $$);
-- An until that is no day is refused in a worker, too.
SELECT * FROM failure_of($$
  SELECT saas_metrics.mrr_movements(number, date '2025-01-01', NULL, 1, 'month', '-infinity') FROM long_name $$);
-- The hint is right: without workers the same rows are no problem.
SET max_parallel_workers_per_gather = 0;
SELECT m.closing_customers
FROM (SELECT saas_metrics.mrr_movements(repeat('x', 1000000) || number, date '2025-01-01', NULL, 1, 'month', '2025-02-01')
      FROM long_name) AS s(months), unnest(s.months) AS m;

DROP TABLE long_name;
DROP FUNCTION failure_of;
