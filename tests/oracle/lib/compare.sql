-- Comparisons that cannot pass by accident: the two sides hold the same bag of rows, there are
-- at least so many of them, and taking one row away is noticed.

CREATE FUNCTION oracle.differences() RETURNS TABLE (side text, line text) LANGUAGE plpgsql AS $$
BEGIN
    -- Built anew each time: the two tables change their columns between comparisons.
    RETURN QUERY EXECUTE $query$
        SELECT 'actual  ', a::text FROM (TABLE pg_temp.actual EXCEPT ALL TABLE pg_temp.expected) AS a
        UNION ALL
        SELECT 'expected', e::text FROM (TABLE pg_temp.expected EXCEPT ALL TABLE pg_temp.actual) AS e
    $query$;
END
$$;

CREATE FUNCTION oracle.compare(what text, actual text, expected text, at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
    wanted bigint;
    report text;
BEGIN
    DROP TABLE IF EXISTS pg_temp.actual, pg_temp.expected;
    EXECUTE 'CREATE TEMP TABLE actual AS ' || actual;
    GET DIAGNOSTICS found = ROW_COUNT;
    EXECUTE 'CREATE TEMP TABLE expected AS ' || expected;
    GET DIAGNOSTICS wanted = ROW_COUNT;

    SELECT string_agg(d.side || ' ' || d.line, E'\n')
      INTO report
      FROM (SELECT * FROM oracle.differences() ORDER BY line LIMIT 8) AS d;
    IF found <> wanted OR report IS NOT NULL THEN
        RAISE EXCEPTION '%: % rows, expected %', what, found, wanted USING DETAIL = report;
    END IF;
    IF wanted < at_least THEN
        RAISE EXCEPTION '%: % rows compared, too few to mean anything', what, wanted;
    END IF;

    EXECUTE 'DELETE FROM pg_temp.expected WHERE ctid = (SELECT min(ctid) FROM pg_temp.expected)';
    IF (SELECT count(*) FROM oracle.differences()) <> 1 THEN
        RAISE EXCEPTION '%: a missing row goes unnoticed', what;
    END IF;
    RETURN wanted;
END
$$;

CREATE FUNCTION oracle.same(what text, actual text, expected text, at_least bigint DEFAULT 1)
RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: %s rows', what, oracle.compare(what, actual, expected, at_least))
$$;

-- A part of a base, NULL without one. The same for equal numbers, however many zeros they end in.
CREATE FUNCTION oracle.rate(part numeric, base numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(trim_scale(part) / nullif(trim_scale(base), 0), 15)
$$;

-- The expected number if the given one is that but for rounding: in the 15th decimal or digit.
CREATE FUNCTION oracle.near(given numeric, expected numeric, tolerance numeric DEFAULT 1e-15)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN abs(given - expected) <= tolerance * greatest(1, abs(expected)) THEN expected ELSE given END
$$;

-- A call that gives an array, over the rows of each segment or all of a table, as a query of its elements.
CREATE FUNCTION oracle.per_segment(call text, source text DEFAULT 'oracle.span') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT s.segment, e.* FROM (SELECT segment, saas_metrics.%s AS elements FROM %s GROUP BY segment) AS s, unnest(s.elements) WITH ORDINALITY AS e',
                  call, source)
$$;
CREATE FUNCTION oracle.overall(call text, source text DEFAULT 'oracle.span') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT e.* FROM (SELECT saas_metrics.%s AS elements FROM %s) AS s, unnest(s.elements) WITH ORDINALITY AS e',
                  call, source)
$$;

-- mrr_movements over oracle.span, a result per segment, as a query. Without a grain the form
-- without grain is called, without until the form without until.
CREATE FUNCTION oracle.movements_query(
    grain text, until date, customer text DEFAULT 'customer', span text DEFAULT 'starts_on, ends_on')
RETURNS text LANGUAGE sql AS $$
    SELECT format(
        'SELECT s.segment, m.*
           FROM (SELECT segment, saas_metrics.mrr_movements(%s, %s, mrr%s%s) AS periods
                   FROM oracle.span GROUP BY segment) AS s,
                unnest(s.periods) AS m',
        customer, span, ', ' || quote_literal(grain), ', ' || quote_literal(until) || '::date')
$$;

-- Both forms of the aggregate over oracle.span against the oracle.
CREATE FUNCTION oracle.check_movements(
    what text, grain text DEFAULT NULL, until date DEFAULT NULL, customer text DEFAULT 'customer',
    at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    label text := concat_ws(', ', what, grain, 'until ' || until);
BEGIN
    DROP TABLE IF EXISTS pg_temp.answer;
    CREATE TEMP TABLE answer AS SELECT * FROM oracle.mrr_periods(coalesce(check_movements.grain, 'month'), check_movements.until);
    PERFORM oracle.compare(label || ', as ranges',
        oracle.movements_query(grain, until, customer, 'daterange(starts_on, ends_on)'), 'TABLE pg_temp.answer', at_least);
    RETURN oracle.compare(label, oracle.movements_query(grain, until, customer), 'TABLE pg_temp.answer', at_least);
END
$$;

-- The same, of the spans a query gives.
CREATE FUNCTION oracle.check_spans(
    what text, query text, grain text DEFAULT 'month', until date DEFAULT NULL, customer text DEFAULT 'customer',
    at_least bigint DEFAULT 1)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(query);
BEGIN
    RETURN format('%s: %s spans, %s rows', what, spans, oracle.check_movements(what, grain, until, customer, at_least));
END
$$;

-- A statement that must fail, and how.
CREATE FUNCTION oracle.fails(what text, statement text, state text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text := 'no error';
BEGIN
    BEGIN
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
        found := SQLSTATE;
    END;
    IF found <> state THEN
        RAISE EXCEPTION '%: %, expected %', what, found, state;
    END IF;
    RETURN what || ': ' || state;
END
$$;

-- A query whose plan must look so.
CREATE FUNCTION oracle.expect_plan(what text, query text, pattern text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    IF plan !~ pattern THEN
        RAISE EXCEPTION '%: no % in the plan', what, pattern USING DETAIL = plan;
    END IF;
END
$$;
