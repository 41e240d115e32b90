-- Parallel equals serial: the plan has workers, they run, and the rows are the same. The table
-- that is read sets parallel_workers.

-- Two workers whatever the size.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers = 4;

CREATE FUNCTION oracle.check_parallel(what text, query text, at_least bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    leader text;
    plan json;
BEGIN
    SET LOCAL max_parallel_workers_per_gather = 0;
    DROP TABLE IF EXISTS pg_temp.serial;
    EXECUTE 'CREATE TEMP TABLE serial AS ' || query;
    SET LOCAL max_parallel_workers_per_gather = 2;
    PERFORM oracle.expect_plan(what, query, 'Gather(.|\n)*Partial [a-zA-Z]*Aggregate');
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
    IF NOT jsonb_path_exists(plan::jsonb, '$.**."Workers Launched" ? (@ >= 1)') THEN
        RAISE EXCEPTION '%: no worker was launched', what USING DETAIL = plan;
    END IF;
    FOREACH leader IN ARRAY ARRAY['on', 'off'] LOOP
        PERFORM set_config('parallel_leader_participation', leader, true);
        PERFORM oracle.compare(what || ', leader ' || leader, query, 'TABLE pg_temp.serial', at_least);
    END LOOP;
    RETURN format('%s: %s rows', what, (SELECT count(*) FROM pg_temp.serial));
END
$$;
