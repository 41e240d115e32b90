-- Every aggregate, with two workers and without, over rows whose customers are spread over all of
-- them: partial in the workers, and the same result.
CREATE SCHEMA aggregates_parallel;
SET search_path = aggregates_parallel;
SET timezone = 'UTC';
CREATE TABLE fact WITH (parallel_workers = 2) AS
SELECT n * 7919 % 500 AS customer, date '2024-01-01' + n * 31 % 300 AS starts_on,
       date '2024-01-01' + n * 31 % 300 + n * 17 % 90 AS ends_on, (n % 100) / 7.0 AS mrr,
       timestamptz '2024-01-01' + n * 37 % 5000 * interval '1 hour' AS at, 'step ' || n % 3 AS step,
       (n % 50 - 5) * 1.10 AS amount
FROM generate_series(1, 20000) AS n;
ANALYZE fact;
CREATE TABLE call (name text, query text);
INSERT INTO call SELECT split_part(call, '(', 1), 'SELECT md5(saas_metrics.' || call || '::text) FROM fact' FROM (VALUES
  ($$cohort_retention(customer, starts_on, ends_on, mrr, 'week', '2024-12-01')$$),
  ($$churn_by_age(customer, starts_on, ends_on, mrr, '2024-12-01')$$),
  ($$active_customers(customer, starts_on, ends_on, mrr, '2024-06-01')$$),
  ($$arpa(customer, starts_on, ends_on, mrr, '2024-06-01')$$),
  ($$churn_rate(customer, starts_on, ends_on, mrr, daterange('2024-06-01', '2024-07-01'))$$),
  ($$nrr(customer, starts_on, ends_on, mrr, daterange('2024-06-01', '2024-07-01'))$$),
  ($$grr(customer, starts_on, ends_on, mrr, daterange('2024-06-01', '2024-07-01'))$$),
  ($$gross_revenue_churn_rate(customer, starts_on, ends_on, mrr, daterange('2024-06-01', '2024-07-01'))$$),
  ($$net_revenue_churn_rate(customer, starts_on, ends_on, mrr, daterange('2024-06-01', '2024-07-01'))$$),
  ($$mrr(starts_on, ends_on, mrr, '2024-06-01')$$),
  ($$mrr_changes(starts_on, ends_on, mrr)$$),
  ($$mrr_timeline(starts_on, ends_on, mrr)$$),
  ($$activity_retention(customer, starts_on, 'week', '2024-12-01')$$),
  ($$active_users(customer, starts_on)$$),
  ($$revenue_by_cohort(customer, starts_on, amount, 'week', '2024-12-01')$$),
  ($$cltv(customer, starts_on, amount)$$),
  ($$cltv_factors(customer, starts_on, amount)$$),
  ($$conversion_funnel(customer, step, at, '{step 0,step 1,step 2}', '3 days')$$)
) AS v(call);
-- None is forgotten.
SELECT p.proname FROM pg_proc AS p
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'a' AND p.proname NOT IN (SELECT name FROM call UNION VALUES ('mrr_movements')) AND p.proname !~ '^ledger_|^periods_from_lines|^_';

CREATE FUNCTION run(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE query INTO result;
  RETURN result;
END $$;
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) ' || query LOOP
    plan := plan || line || chr(10);
  END LOOP;
  RETURN plan;
END $$;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT name, run(query) AS result FROM call;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE parallel AS SELECT name, run(query) AS result, plan(query) AS plan FROM call;
SELECT name, s.result = p.result AS same, plan ~ 'Finalize Aggregate(.|\n)*Gather(.|\n)*Partial Aggregate' AS partial,
       plan ~ 'Workers Launched: [12]' AS launched
FROM serial AS s JOIN parallel AS p USING (name)
ORDER BY name COLLATE "C";
-- With the leader left out, and without workers although they were planned.
SET parallel_leader_participation = off;
SELECT count(*) AS differ FROM serial JOIN call USING (name) WHERE run(query) IS DISTINCT FROM result;
SET max_parallel_workers = 0;
SELECT count(*) AS differ FROM serial JOIN call USING (name) WHERE run(query) IS DISTINCT FROM result;

-- Aggregates of equal arguments share one state, which each reads in turn.
RESET ALL;
SET search_path = aggregates_parallel;
SET max_parallel_workers_per_gather = 0;
SELECT s.name
FROM serial AS s JOIN (
  SELECT md5(saas_metrics.churn_rate(customer, starts_on, ends_on, mrr, p)::text) AS churn_rate,
         md5(saas_metrics.nrr(customer, starts_on, ends_on, mrr, p)::text) AS nrr,
         md5(saas_metrics.grr(customer, starts_on, ends_on, mrr, p)::text) AS grr,
         md5(saas_metrics.net_revenue_churn_rate(customer, starts_on, ends_on, mrr, p)::text) AS net_revenue_churn_rate
  FROM fact, (VALUES (daterange('2024-06-01', '2024-07-01'))) AS v(p)) AS t
  ON s.result = to_jsonb(t) ->> s.name
ORDER BY s.name COLLATE "C";

SET client_min_messages = warning;
DROP SCHEMA aggregates_parallel CASCADE;
