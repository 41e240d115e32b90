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

CREATE FUNCTION oracle.same(what text, actual text, expected text, at_least bigint DEFAULT 1)
RETURNS text LANGUAGE plpgsql AS $$
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
    RETURN format('%s: %s rows', what, wanted);
END
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
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    label text := concat_ws(', ', what, grain, 'until ' || until);
    wanted text := format('SELECT * FROM oracle.mrr_periods(%L, %L)', coalesce(grain, 'month'), until);
BEGIN
    PERFORM oracle.same(
        label || ', as ranges',
        oracle.movements_query(grain, until, customer, 'daterange(starts_on, ends_on)'), wanted, at_least);
    RETURN oracle.same(label, oracle.movements_query(grain, until, customer), wanted, at_least);
END
$$;
