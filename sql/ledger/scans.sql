-- Scans for each changed customer ---------------------------------------------------

-- A table of few rows is as well read whole.
CREATE FUNCTION saas_metrics._is_small(relation regclass) RETURNS boolean
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rows bigint;
BEGIN
  -- Of a table behind another role's view, what the server knows of it.
  SELECT CASE WHEN has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE') THEN NULL
              WHEN c.reltuples < 0 THEN 1001 ELSE c.reltuples END INTO rows
  FROM pg_class AS c WHERE c.oid = relation;
  IF rows IS NULL THEN
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT 1001) AS few', relation) INTO rows;
  END IF;
  RETURN rows <= 1000;
END
$$;
COMMENT ON FUNCTION saas_metrics._is_small(regclass) IS 'Whether a table has at most 1,000 rows. Part of bind and watch.';

-- The plan of a pending read, with sequential scans, and joins that read a whole index, made so dear that one
-- is left only where no index serves.
CREATE FUNCTION saas_metrics._warn_of_scans(ledger name) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics._warn_of_scans_as_owner(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  avoided text[] := '{enable_seqscan,enable_hashjoin,enable_mergejoin}';
  before text[] := (SELECT pg_catalog.array_agg(pg_catalog.current_setting(a.name) ORDER BY a.place)
                    FROM pg_catalog.unnest(avoided) WITH ORDINALITY AS a (name, place));
  plan json;
  scanned text;
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger);
  PERFORM pg_catalog.set_config(name, 'off', true) FROM pg_catalog.unnest(avoided) AS name;
  EXECUTE 'EXPLAIN (FORMAT JSON, VERBOSE) SELECT p.customer_id FROM subscription_periods AS p
           WHERE p.customer_id = ANY (ARRAY(SELECT c.customer_id FROM pending_customers AS c))' INTO plan;
  PERFORM pg_catalog.set_config(name, value, true) FROM ROWS FROM (pg_catalog.unnest(avoided), pg_catalog.unnest(before)) AS b (name, value);
  SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', node ->> 'Schema', node ->> 'Relation Name'), ', ') INTO scanned
  FROM pg_catalog.jsonb_path_query(plan::jsonb, '$.** ? (@."Node Type" == "Seq Scan" || (@."Node Type" starts with "Index" && !exists(@."Index Cond")))') AS node
  WHERE node ->> 'Schema' <> ledger
    AND NOT saas_metrics._is_small(pg_catalog.format('%I.%I', node ->> 'Schema', node ->> 'Relation Name')::regclass);
  IF scanned IS NOT NULL THEN
    RAISE WARNING 'reading a changed customer of ledger "%" would scan the whole of %', ledger, scanned
      USING HINT = 'Index the column of the customer, and what a SELECT given to watch joins by, and let the query pass a condition on customer_id down to it: no LIMIT, no WITH query that is read twice, window functions only BY customer.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._warn_of_scans_as_owner(name) IS 'The body of _warn_of_scans, run as the owner of the ledger. Part of _warn_of_scans.';
COMMENT ON FUNCTION saas_metrics._warn_of_scans(name) IS 'Warns if reading a changed customer would scan the whole of a table of more than 1,000 rows. Part of bind and watch.';
