-- mrr_timeline and mrr_changes, of every customer of every segment.

-- A call that gives an array for each customer, as a query of its elements.
CREATE FUNCTION oracle.per_customer(call text, source text DEFAULT 'oracle.span') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT s.segment, s.customer, e.*
                     FROM (SELECT segment, customer, saas_metrics.%s AS elements FROM %s GROUP BY segment, customer) AS s,
                          unnest(s.elements) WITH ORDINALITY AS e', call, source)
$$;

-- What the oracle has, in the order the extension gives it.
CREATE FUNCTION oracle.ordered_changes()
RETURNS TABLE (
    segment text, customer text, effective_on date, kind text, amount numeric, mrr_before numeric, mrr_after numeric, place bigint)
LANGUAGE sql AS $$
    SELECT c.*, row_number() OVER (PARTITION BY c.segment, c.customer ORDER BY c.effective_on) FROM oracle.mrr_changes() c
$$;

-- Both aggregates over oracle.span against the oracle.
CREATE FUNCTION oracle.check_changes(
    what text, changes text DEFAULT oracle.per_customer('mrr_changes(starts_on, ends_on, mrr)'),
    timeline text DEFAULT oracle.per_customer('mrr_timeline(starts_on, ends_on, mrr)'), at_least bigint DEFAULT 1)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.changes;
    CREATE TEMP TABLE changes AS SELECT * FROM oracle.ordered_changes();
    PERFORM oracle.compare(what || ', timeline', timeline,
        'SELECT segment, customer, effective_on, mrr_after, place FROM pg_temp.changes', at_least);
    RETURN oracle.same(what, changes, 'TABLE pg_temp.changes', at_least);
END
$$;
