-- The ways an aggregate can be called, for any aggregate over a table of a segment, an id, and more.
-- The id numbers the subjects from 1. A call is the aggregate with %s for the id, a view shows
-- its results, %s, which are columns segment and result, and the answer is the oracle's.

CREATE FUNCTION oracle.grouped(call text, source regclass) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, saas_metrics.%s AS result FROM %s GROUP BY segment', call, source)
$$;

-- Whatever the ids are called, in whatever order the rows come, hashed or sorted, filtered, distinct,
-- in grouping sets, in windows that grow.
CREATE FUNCTION oracle.check_ways(source regclass, call text, view text, answer text, at_least bigint)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    id text := (SELECT attname FROM pg_attribute WHERE attrelid = source AND attnum = 2);
    columns text := (SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = source AND attnum > 1);
    plain text := format(call, id);
    what text;
    way text;
    rows bigint;
BEGIN
    EXECUTE format('CREATE TEMP TABLE whole AS TABLE %s', source);
    EXECUTE 'CREATE TEMP TABLE answer AS ' || answer;

    FOR what, way IN VALUES
        ('int2', '(%s::int - 20)::int2'),
        ('int4', '%s::int4'),
        ('int4, extremes', '(CASE WHEN %1$s::int < 10 THEN -2147483649 ELSE 2147480000 END + %1$s::int)::int4'),
        ('int8', '%s::int8'),
        ('int8, the same low half', '(%s::int8 - 20) * 4294967296 + 7'),
        ('uuid', 'md5(%s)::uuid'),
        ('uuid, a byte apart', '(repeat(''0'', 14) || lpad(to_hex(%s::int), 2, ''0'') || repeat(''f'', 16))::uuid'),
        ('text, one a prefix of the next', 'repeat(''a'', %s::int - 1)'),
        ('text, spaces at the end', 'rpad(''x'', %s::int)'),
        ('text, long', 'repeat(''long name '', 300) || %s'),
        ('text, multibyte', 'chr(228 + %s::int) || ''日本🙂'''),
        ('varchar', '%s::varchar(9)'),
        ('domain', '%s::oracle.account'),
        ('domain over varchar', '%s::oracle.code')
    LOOP
        CONTINUE WHEN NOT oracle.takes();
        RETURN NEXT oracle.same('ids of ' || what, format(view, oracle.grouped(format(call, format(way, id)), source)), 'TABLE answer', at_least);
    END LOOP;

    FOREACH way IN ARRAY ARRAY[columns, replace(columns, ',', ' DESC,') || ' DESC', regexp_replace(columns, '\w+, ', ''), format('md5(row(%s)::text)', columns)] LOOP
        CONTINUE WHEN NOT oracle.takes();
        RETURN NEXT oracle.same('in order of ' || way,
            format(view, oracle.grouped(left(format(call, id || '::int'), -1) || ' ORDER BY ' || way || ')', source)), 'TABLE answer', at_least);
    END LOOP;

    FOREACH way IN ARRAY ARRAY['Hash', 'Group'] LOOP
        PERFORM set_config('enable_sort', CASE way WHEN 'Group' THEN 'on' ELSE 'off' END, true),
                set_config('enable_hashagg', CASE way WHEN 'Hash' THEN 'on' ELSE 'off' END, true);
        PERFORM oracle.expect_plan(way, oracle.grouped(plain, source), way || 'Aggregate');
        RETURN NEXT oracle.same(way || 'Aggregate', format(view, oracle.grouped(plain, source)), 'TABLE answer', at_least);
    END LOOP;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_hashagg = on;

    -- The rest is of other rows: the oracle gets them in the place of the whole.
    FOR what, way, rows IN VALUES
        ('filtered', oracle.grouped(format('%s FILTER (WHERE %s::int %% 5 > 0 AND segment <> ''1'')', plain, id), source), 1),
        ('distinct', oracle.grouped(regexp_replace(plain, '\(', '(DISTINCT '), source), at_least / 2),
        ('rollup', format('SELECT coalesce(segment, ''total'') AS segment, saas_metrics.%s AS result FROM %s GROUP BY ROLLUP (segment)', plain, source), at_least),
        ('grouping sets', format('SELECT CASE grouping(segment, parity) WHEN 0 THEN segment || ''/'' || parity WHEN 1 THEN segment WHEN 2 THEN ''parity '' || parity ELSE ''total'' END AS segment, saas_metrics.%s AS result
                                    FROM (SELECT *, %s::int %% 2 AS parity FROM %s) AS s GROUP BY GROUPING SETS ((segment, parity), (segment), (parity), ())', plain, id, source), at_least),
        ('growing', format('SELECT n::text AS segment, saas_metrics.%s OVER (ORDER BY n) AS result
                              FROM (SELECT *, row_number() OVER (ORDER BY md5(row(%s)::text)) AS n FROM %s) AS s WHERE n <= 30', plain, columns, source), 1)
    LOOP
        CONTINUE WHEN NOT oracle.takes();
        PERFORM oracle.fill(source, 'TABLE whole');
        EXECUTE 'CREATE TEMP TABLE results AS ' || way;
        PERFORM oracle.fill(source, CASE what
            WHEN 'filtered' THEN format('SELECT * FROM whole WHERE %s::int %% 5 > 0 AND segment <> ''1''', id)
            WHEN 'distinct' THEN 'SELECT DISTINCT * FROM whole'
            WHEN 'rollup' THEN format('TABLE whole UNION ALL SELECT ''total'', %s FROM whole', columns)
            WHEN 'grouping sets' THEN format('SELECT s.segment, %s FROM whole, LATERAL (SELECT %s::int %% 2) AS p (parity),
                                                     LATERAL (VALUES (whole.segment || ''/'' || parity), (whole.segment), (''parity '' || parity), (''total'')) AS s (segment)', columns, id)
            WHEN 'growing' THEN format('WITH numbered AS (SELECT *, row_number() OVER (ORDER BY md5(row(%s)::text)) AS n FROM whole)
                                        SELECT row.n::text, s.* FROM numbered AS row, LATERAL (SELECT %1$s FROM numbered WHERE n <= row.n) AS s WHERE row.n <= 30', columns)
            END);
        RETURN NEXT oracle.same(what, format(view, 'TABLE results'), answer, rows);
        DROP TABLE results;
    END LOOP;
    PERFORM oracle.fill(source, 'TABLE whole');
    DROP TABLE whole, answer;
END
$$;
CREATE DOMAIN oracle.account AS int8 CHECK (VALUE <> 0);
CREATE DOMAIN oracle.code AS varchar(60);

-- Groups of one row to 4,097, around the powers of two, where buffers grow and algorithms change, and
-- one of 20,000; in no order. The query makes a row of a size n, a number i up to it, and a key.
CREATE FUNCTION oracle.check_sizes(source regclass, query text, call text, view text, answer text, at_least bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id text := (SELECT attname FROM pg_attribute WHERE attrelid = source AND attnum = 2);
    filled bigint;
    way text;
    rows bigint;
BEGIN
    EXECUTE format('CREATE TEMP TABLE whole AS TABLE %s', source);
    filled := oracle.fill(source, query || $q$
          FROM (SELECT (1 << p) + d FROM generate_series(0, 12) AS p, generate_series(-1, 1) AS d UNION VALUES (20000)) AS size (n),
               LATERAL generate_series(1, n) AS i, LATERAL (SELECT n || ':' || i) AS k (key)
         ORDER BY md5(key) $q$);
    EXECUTE 'CREATE TEMP TABLE answer AS ' || answer;
    FOREACH way IN ARRAY ARRAY['%s', '%s::int', '%s::int8 * 12345678901', 'md5(%s)::uuid'] LOOP
        CONTINUE WHEN NOT oracle.takes();
        rows := oracle.compare('sizes, ' || way, format(view, oracle.grouped(format(call, format(way, id)), source)), 'TABLE answer', at_least);
    END LOOP;
    PERFORM oracle.fill(source, 'TABLE whole');
    DROP TABLE whole, answer;
    RETURN format('sizes, %s rows: %s rows', filled, rows);
END
$$;

-- What only shows when the states of partitions meet: each is well by itself. In the call, part is
-- 1 to 3 and n the id.
CREATE TABLE oracle.parted (part int, segment int, n int) PARTITION BY LIST (part);
CREATE TABLE oracle.parted_1 PARTITION OF oracle.parted FOR VALUES IN (1);
CREATE TABLE oracle.parted_2 PARTITION OF oracle.parted FOR VALUES IN (2);
CREATE TABLE oracle.parted_3 PARTITION OF oracle.parted FOR VALUES IN (3);
INSERT INTO oracle.parted SELECT part, n % 3, n FROM generate_series(1, 3) AS part, generate_series(1, 300) AS n;
ANALYZE oracle.parted;
CREATE FUNCTION oracle.fails_to_meet(what text, call text, state text) RETURNS text LANGUAGE plpgsql SET enable_partitionwise_aggregate = on AS $$
DECLARE
    query text := format('SELECT segment, saas_metrics.%s FROM oracle.parted GROUP BY segment', call);
BEGIN
    PERFORM oracle.expect_plan(what, query, 'Finalize(.|\n)*Append(.|\n)*Partial');
    EXECUTE replace(query, 'parted', 'parted_1') || ' UNION ALL ' || replace(query, 'parted', 'parted_2') || ' UNION ALL ' || replace(query, 'parted', 'parted_3');
    RETURN oracle.fails(what, query, state);
END
$$;

-- In workers, in groups and in one. Needs parallel.sql.
CREATE FUNCTION oracle.check_workers(source regclass, call text, view text, answer text, at_least bigint)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    id text := (SELECT attname FROM pg_attribute WHERE attrelid = source AND attnum = 2);
    what text;
    way text;
    grouped text;
BEGIN
    EXECUTE format('ALTER TABLE %s SET (parallel_workers = 2)', source);
    FOR what, way IN VALUES ('int2', '%s::int2'), ('int4', '%s::int4'), ('int8', '%s::int8'), ('uuid', 'md5(%s)::uuid'), ('text', '%s'), ('text, long', 'repeat(''name '', 30) || %s') LOOP
        CONTINUE WHEN NOT oracle.takes();
        grouped := oracle.grouped(format(call, format(way, id)), source);
        RETURN NEXT 'parallel, ' || oracle.check_parallel(what, format(view, grouped), at_least);
        RETURN NEXT 'parallel, ' || oracle.check_parallel(what || ', one group', format(view, 'SELECT ''total'' AS segment' || substr(replace(grouped, ' GROUP BY segment', ''), 15)), 1);
    END LOOP;
    SET LOCAL max_parallel_workers_per_gather = 2;
    -- One row among all the workers' rows, and none.
    RETURN NEXT oracle.check_parallel('one id', format(view, oracle.grouped(format(call, id || '::int') || format(' FILTER (WHERE %s = ''1'' AND segment = ''1'')', id), source)), 1);
    PERFORM oracle.compare('parallel against the oracle', format(view, oracle.grouped(format(call, id), source)), answer, at_least);
    SET LOCAL enable_hashagg = off;
    RETURN NEXT oracle.check_parallel('sorted', format(view, oracle.grouped(format(call, id), source)), at_least);
    SET LOCAL enable_hashagg = on;
END
$$;

-- 100,000 groups in 64 kB of work_mem, hashed. Of the groups, one in twenty by the oracle.
CREATE FUNCTION oracle.check_many_groups(source regclass, call text, view text, answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id text := (SELECT attname FROM pg_attribute WHERE attrelid = source AND attnum = 2);
    query text := oracle.grouped(format(call, id), source);
    compared bigint;
BEGIN
    SET LOCAL work_mem = '64kB';
    SET LOCAL enable_sort = off;
    SET LOCAL enable_indexscan = off;
    SET LOCAL enable_indexonlyscan = off;
    PERFORM oracle.expect_plan('many groups', query, 'HashAggregate');
    EXECUTE 'CREATE TEMP TABLE results AS ' || query;
    IF (SELECT count(*) FROM results) <> 100000 THEN
        RAISE EXCEPTION '% groups', (SELECT count(*) FROM results);
    END IF;
    SET LOCAL work_mem = '4MB';
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = on;
    SET LOCAL enable_indexonlyscan = on;
    EXECUTE format('DELETE FROM %s WHERE oracle.pick(20, segment) > 0', source);
    EXECUTE format('ANALYZE %s', source);
    compared := oracle.compare('many groups', format(view, 'SELECT * FROM results WHERE oracle.pick(20, segment) = 0'), answer, 4000);
    DROP TABLE results;
    RETURN format('100000 groups, %s rows compared', compared);
END
$$;
