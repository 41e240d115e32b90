-- Refreshing ----------------------------------------------------------------------

CREATE FUNCTION saas_metrics._tables_read(ledger name) RETURNS SETOF regclass
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE read AS (
    -- The other inputs count where these are bound to them.
    SELECT format('%I.%I', ledger, input)::regclass::oid AS relation
    FROM unnest('{subscription_periods,customers,fx_rates}'::text[]) AS input
    UNION
    SELECT d.refobjid
    FROM read
    JOIN pg_rewrite AS w ON w.ev_class = read.relation
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                       AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
  )
  SELECT c.oid::regclass
  FROM read
  JOIN pg_class AS c ON c.oid = read.relation
  WHERE c.relkind IN ('r', 'p', 'm', 'f')
$$;
COMMENT ON FUNCTION saas_metrics._tables_read(name) IS
  'The tables, materialized views and foreign tables that a ledger''s inputs read, through whatever views. Part of refresh and check_ledger.';

CREATE FUNCTION saas_metrics._unwatched_tables(ledger name) RETURNS SETOF regclass
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN QUERY
    SELECT t
    FROM saas_metrics._tables_read(ledger) AS t
    WHERE NOT EXISTS (
      SELECT FROM watched_tables AS w
      WHERE w.source_table = t OR w.source_table IN (SELECT pg_catalog.pg_partition_ancestors(t)))
      AND NOT EXISTS (
        SELECT FROM saas_metrics.input_columns AS c
        WHERE t = pg_catalog.to_regclass(pg_catalog.format('%I.%I', ledger, c.input || '_rows')));
END
$$;
COMMENT ON FUNCTION saas_metrics._unwatched_tables(name) IS
  'Of the tables that a ledger''s inputs read, those whose changes do not mark customers. Part of refresh and check_ledger.';

CREATE FUNCTION saas_metrics._refresh_statement(
    first boolean, everything boolean, anew boolean, rebuild boolean, id_type text
  ) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN replace(replace(
    regexp_replace(
      regexp_replace(replace(saas_metrics._ledger_objects('refresh'), ':recorded',
              CASE WHEN first THEN saas_metrics._ledger_objects('refresh_first')
                   ELSE saas_metrics._ledger_objects('refresh_compare') END
              || CASE WHEN rebuild THEN saas_metrics._ledger_objects('refresh_sum')
                   ELSE saas_metrics._ledger_objects('refresh_roll') END),
      ':is_touched\(([a-z.]+_id)\)',
      CASE WHEN anew AND everything THEN 'true' ELSE '\1 IN (SELECT t.customer_id FROM touched AS t)' END, 'g'),
      ':is_changed\(([a-z.]+_id)\)',
      CASE WHEN everything THEN 'true' ELSE '\1 = ANY ($1::' || id_type || '[])' END, 'g'),
    ':everything', everything::text),
    ':known', CASE WHEN anew THEN 'NULL::uuid' ELSE 'k.digest' END);
COMMENT ON FUNCTION saas_metrics._refresh_statement(boolean, boolean, boolean, boolean, text) IS
  'The statement of a refresh: of a ledger without lines, of all customers, whatever is known of them, of a ledger whose rollup is empty. Part of refresh.';

-- What is new to a ledger without lines is written faster without indexes, which come after it;
-- whoever reads waits meanwhile. Not where somebody is reading already, or has made more of the table.
CREATE FUNCTION saas_metrics._drop_keys() RETURNS boolean
  LANGUAGE plpgsql
AS $$
BEGIN
  LOCK TABLE current_lines, customer_digests IN ACCESS EXCLUSIVE MODE NOWAIT;
  IF EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = 'current_lines'::regclass AND NOT i.indisprimary)
     OR EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = 'current_lines'::regclass)
     OR EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = 'current_lines'::regclass AND c.contype = 'c')
     OR EXISTS (SELECT FROM pg_class AS c WHERE c.oid = 'current_lines'::regclass AND c.relforcerowsecurity) THEN
    RETURN false;
  END IF;
  ALTER TABLE current_lines DROP CONSTRAINT current_lines_pkey;
  ALTER TABLE customer_digests DROP CONSTRAINT customer_digests_pkey;
  RETURN true;
EXCEPTION WHEN lock_not_available OR object_in_use THEN
  RETURN false;
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_keys() IS
  'Drops the primary keys of current_lines and customer_digests, unless somebody uses these or they have more than that; returns whether it did. Part of refresh.';

CREATE FUNCTION saas_metrics.refresh(
    ledger name,
    OUT periods bigint,
    OUT customers bigint,
    OUT movements_added bigint,
    OUT movements_superseded bigint,
    OUT rows_rejected bigint,
    OUT duration interval
  )
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET enable_hashagg = off
  SET enable_indexscan = on
  SET work_mem = '64MB'
  SET jit = off
  SET row_security = off
AS $$
DECLARE
  started timestamptz := clock_timestamp();
  everything boolean;
  anew boolean;
  number bigint;
  changed text[];
  settings text;
  rebuild boolean;
  first boolean;
  changes bigint;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  PERFORM saas_metrics._require_views(ledger);
  -- In this order: the lock, the queue, the inputs. A change that commits between the last two is
  -- still queued; one that is off the queue is seen.
  SELECT s.everything, s.anew, s.last_refresh + 1 INTO everything, anew, number FROM ledger_settings AS s FOR UPDATE;
  -- An array that becomes a constant of the plan, in which rows are looked up by a hash: not a text cast to one.
  EXECUTE saas_metrics._ledger_objects('take_changes') INTO changed, everything USING everything;
  everything := everything OR EXISTS (SELECT FROM saas_metrics._unwatched_tables(ledger));
  IF everything THEN
    PERFORM saas_metrics._settle();
    -- All customers are sorted rather than looked up one by one.
    PERFORM set_config('enable_indexscan', 'off', true);
  END IF;
  rebuild := everything AND NOT EXISTS (SELECT FROM rollup);
  first := rebuild AND NOT EXISTS (SELECT FROM current_lines);
  first := first AND saas_metrics._drop_keys();
  -- To sort takes as much memory as is set for maintenance, but several steps do so at once.
  PERFORM set_config('work_mem', least(pg_size_bytes(current_setting('maintenance_work_mem')), 268435456) / 1024 || 'kB', true);
  BEGIN
    SELECT e.settings INTO settings FROM engine_settings AS e;
    EXECUTE saas_metrics._refresh_statement(first, everything, anew OR rebuild, rebuild, saas_metrics._customer_id_type(ledger))
      INTO periods, customers, movements_added, movements_superseded, changes
      USING coalesce(changed, '{}'), number, settings;
  EXCEPTION WHEN OTHERS THEN
    PERFORM saas_metrics._blame_query(SQLSTATE);
    RAISE;
  END;
  IF first THEN
    ALTER TABLE current_lines ADD CONSTRAINT current_lines_pkey PRIMARY KEY (customer_id, effective_on, seq);
    ALTER TABLE customer_digests ADD CONSTRAINT customer_digests_pkey PRIMARY KEY (customer_id);
  ELSIF everything AND NOT rebuild AND changes > 0 THEN
    EXECUTE saas_metrics._ledger_objects('forget_zeros');
  END IF;
  UPDATE ledger_settings AS s
  SET everything = false, anew = false, refreshed_at = clock_timestamp(),
      last_refresh = CASE WHEN changes > 0 THEN number ELSE s.last_refresh END;
  SELECT coalesce(sum(x.rows), 0) INTO rows_rejected FROM rejected_rows AS x;
  IF changes > 0 THEN
    INSERT INTO refreshes
    SELECT number, greatest(clock_timestamp(), (SELECT max(r.recorded_at) FROM refreshes AS r) + interval '1 microsecond'),
           refresh.periods, refresh.customers, refresh.movements_added, refresh.movements_superseded, refresh.rows_rejected;
  END IF;
  IF changes > 10000 AND changes > (SELECT c.reltuples / 10 FROM pg_class AS c WHERE c.oid = 'current_lines'::regclass) THEN
    -- What plans depend on, and no more.
    ANALYZE current_lines (customer_id, effective_on, seq), rollup (slice, period_start, counts_from), customer_digests (customer_id);
  END IF;
  duration := clock_timestamp() - started;
END
$$;
COMMENT ON FUNCTION saas_metrics.refresh(name) IS
  'Takes what changed in a ledger''s inputs into its movements: the customers that watched tables marked or, if an input reads a table that is not watched or something else changed, all. Returns how many periods and customers it read, how many movements it added and superseded, and how many rows of the inputs it leaves in rejected_rows; a refresh without changes records nothing. Refreshes of one ledger wait for each other; writers of billing tables do not wait. Errors: 3F000, 42501; the error of a bound query, which the message names; 40001 under REPEATABLE READ and SERIALIZABLE if another refresh came between.';

-- What counted from a day in the future when it was recorded, and now counts, goes to what counts at
-- once.
CREATE FUNCTION saas_metrics._settle() RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  today date;
BEGIN
  SELECT least(c.today, (pg_catalog.now() AT TIME ZONE c.time_zone)::date) INTO today FROM ledger_clock AS c;
  IF today > (SELECT s.settled_on FROM ledger_settings AS s) THEN
    EXECUTE saas_metrics._ledger_objects('settle') USING today;
    UPDATE ledger_settings SET settled_on = today;
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._settle() IS 'Part of refresh.';
