-- Refreshing ----------------------------------------------------------------------

CREATE FUNCTION saas_metrics._relations_read(ledger name, OUT relation oid) RETURNS SETOF oid
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  -- with_children: not by FROM ONLY.
  WITH RECURSIVE read AS (
    -- The other inputs count where these are bound to them.
    SELECT to_regclass(format('%I.%I', ledger, input))::oid AS relation, false AS with_children
    FROM unnest('{subscription_periods,customers,fx_rates}'::text[]) AS input
    UNION
    SELECT next.*
    FROM read
    CROSS JOIN LATERAL (
      SELECT d.refobjid, regexp_count(w.ev_action::text, format(':relid %s ', d.refobjid))
                         > regexp_count(w.ev_action::text, format(':relid %s [^{}]*:inh false ', d.refobjid))
      FROM pg_rewrite AS w
      CROSS JOIN LATERAL (
        SELECT DISTINCT d.refobjid
        FROM pg_depend AS d
        WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
      ) AS d
      WHERE w.ev_class = read.relation AND w.ev_type = '1'
      UNION ALL
      -- Partitions go with their table.
      SELECT i.inhrelid, true
      FROM pg_inherits AS i
      JOIN pg_class AS c ON c.oid = i.inhrelid AND NOT c.relispartition
      WHERE i.inhparent = read.relation AND read.with_children
    ) AS next
  )
  SELECT DISTINCT read.relation FROM read WHERE read.relation IS NOT NULL
$$;
COMMENT ON FUNCTION saas_metrics._relations_read(name) IS
  'All relations that a ledger''s inputs read, directly or through views, with the inputs themselves and with tables that inherit. Part of refresh.';

-- Of the server's own functions, few yield another result without a change of what they are given;
-- and what they are called by in a view is written in its rule alone.
CREATE FUNCTION saas_metrics._rule_varies(rule oid) RETURNS boolean
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN EXISTS (
    SELECT
    FROM pg_depend AS d
    LEFT JOIN pg_operator AS o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
    JOIN pg_proc AS p ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
    WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = rule AND p.provolatile <> 'i')
  OR EXISTS (
    SELECT
    FROM pg_rewrite AS w
    CROSS JOIN regexp_matches(w.ev_action::text, ':(funcid|relid) (\d+) |(\{SQLVALUEFUNCTION) ', 'g') AS found
    LEFT JOIN pg_proc AS p ON found[1] = 'funcid' AND p.oid = found[2]::oid AND p.oid < 16384
    WHERE w.oid = rule
      AND (found[3] IS NOT NULL
           OR p.provolatile = 'v'
           OR p.proname IN ('now', 'transaction_timestamp', 'statement_timestamp', 'current_setting')
           OR p.proname = 'age' AND p.pronargs = 1
           OR p.proname ~ '^(table|schema|database|cursor)_to_xml'
           -- The catalogs, and views such as pg_settings; 0 is none.
           OR found[1] = 'relid' AND found[2]::bigint BETWEEN 1 AND 16383));
COMMENT ON FUNCTION saas_metrics._rule_varies(oid) IS
  'Whether the query of a view can yield other rows though none of its tables changed: it calls a function that is not immutable (of the server''s own only those that read a clock, a setting or tables, and those that are volatile), or reads a catalog. Part of refresh and check_ledger.';

CREATE FUNCTION saas_metrics._unwatched_tables(ledger name) RETURNS SETOF regclass
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN QUERY
    WITH read AS MATERIALIZED (SELECT r.relation FROM saas_metrics._relations_read(ledger) AS r),
    -- Materialized, so that only these rules are examined and not those of all views.
    rules AS MATERIALIZED (
      SELECT w.oid, w.ev_class
      FROM read AS r
      JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.relation AND w.ev_type = '1'
    )
    SELECT t
    FROM (SELECT r.relation::regclass FROM read AS r) AS r (t)
    JOIN pg_catalog.pg_class AS c ON c.oid = t AND c.relkind IN ('r', 'p', 'm', 'f', 'S')
    WHERE NOT EXISTS (
      SELECT FROM watched_tables AS w
      WHERE w.source_table = t OR w.source_table IN (SELECT pg_catalog.pg_partition_ancestors(t)))
      AND NOT EXISTS (
        SELECT FROM saas_metrics.input_columns AS c
        WHERE t = pg_catalog.to_regclass(pg_catalog.format('%I.%I', ledger, c.input || '_rows')))
    UNION ALL
    SELECT w.ev_class::regclass FROM rules AS w WHERE saas_metrics._rule_varies(w.oid);
END
$$;
COMMENT ON FUNCTION saas_metrics._unwatched_tables(name) IS
  'The relations that a ledger''s inputs read and that can change without marking customers: unwatched tables, and views, such as <input>_query, that call functions or read settings, clocks or catalogs. Part of refresh and check_ledger.';

CREATE FUNCTION saas_metrics._refresh_statement(everything boolean, recompute boolean, rebuild boolean, id_type text) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN replace(replace(
    regexp_replace(
      regexp_replace(replace(saas_metrics._ledger_objects('refresh'), ':recorded',
              saas_metrics._ledger_objects('refresh_compare')
              || saas_metrics._ledger_objects(CASE WHEN rebuild THEN 'refresh_sum' ELSE 'refresh_roll' END)),
      ':is_touched\(([a-z.]+_id)\)',
      CASE WHEN recompute AND everything THEN 'true' ELSE '\1 IN (SELECT t.customer_id FROM touched AS t)' END, 'g'),
      ':is_changed\(([a-z.]+_id)\)',
      CASE WHEN everything THEN 'true' ELSE '\1 = ANY ($1::' || id_type || '[])' END, 'g'),
    ':everything', everything::text),
    ':known', CASE WHEN recompute THEN 'NULL::uuid' ELSE 'k.digest' END);
COMMENT ON FUNCTION saas_metrics._refresh_statement(boolean, boolean, boolean, text) IS
  'The statement of a refresh. everything: of all customers; recompute: also of those whose rows seem unchanged; rebuild: into an empty rollup. Part of refresh.';

CREATE FUNCTION saas_metrics.refresh(
    ledger name,
    everything boolean DEFAULT false,
    OUT periods bigint,
    OUT customers bigint,
    OUT movements_added bigint,
    OUT movements_superseded bigint,
    OUT rows_rejected bigint,
    OUT duration interval
  )
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.refresh_as_owner(
    ledger name,
    everything boolean,
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
  anew boolean;
  number bigint;
  changed text[];
  settings text;
  rebuild boolean;
  changes bigint;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  IF everything IS NULL THEN
    RAISE EXCEPTION 'everything must not be NULL' USING ERRCODE = '22004', HINT = 'Leave it out to have its default, false.';
  END IF;
  PERFORM saas_metrics._require_views(ledger);
  -- In this order: the lock, the queue, the inputs. A change that commits between the last two is
  -- still queued; one that is off the queue is seen.
  SELECT s.everything OR refresh_as_owner.everything, s.anew, s.last_refresh + 1 INTO everything, anew, number
  FROM ledger_settings AS s FOR UPDATE;
  -- An array that becomes a constant of the plan, in which rows are looked up by a hash: not a text cast to one.
  SELECT t.customers, t.everybody OR everything INTO changed, everything FROM saas_metrics._take_marks() AS t;
  everything := everything OR EXISTS (SELECT FROM saas_metrics._unwatched_tables(ledger))
                OR EXISTS (SELECT FROM saas_metrics._broken_watches(ledger));
  IF everything THEN
    PERFORM saas_metrics._settle();
    -- All customers are sorted rather than looked up one by one.
    PERFORM set_config('enable_indexscan', 'off', true);
  END IF;
  rebuild := everything AND NOT EXISTS (SELECT FROM rollup);
  -- To sort takes as much memory as is set for maintenance, but several steps do so at once.
  PERFORM set_config('work_mem', least(pg_size_bytes(current_setting('maintenance_work_mem')), 268435456) / 1024 || 'kB', true);
  BEGIN
    SELECT e.settings INTO settings FROM engine_settings AS e;
    EXECUTE saas_metrics._refresh_statement(everything, anew OR rebuild, rebuild, saas_metrics._customer_id_type(ledger))
      INTO periods, customers, movements_added, movements_superseded, changes
      USING coalesce(changed, '{}'), number, settings;
  EXCEPTION WHEN OTHERS THEN
    PERFORM saas_metrics._blame_query(SQLSTATE);
    RAISE;
  END;
  IF everything AND NOT rebuild AND changes > 0 THEN
    EXECUTE saas_metrics._ledger_objects('forget_zeros');
  END IF;
  UPDATE ledger_settings AS s
  SET everything = false, anew = false, refreshed_at = clock_timestamp(),
      last_refresh = CASE WHEN changes > 0 THEN number ELSE s.last_refresh END;
  SELECT coalesce(sum(x.rows), 0) INTO rows_rejected FROM rejected_rows AS x;
  IF changes > 0 THEN
    INSERT INTO refreshes
    SELECT number, greatest(clock_timestamp(), (SELECT max(r.recorded_at) FROM refreshes AS r) + interval '1 microsecond'),
           refresh_as_owner.periods, refresh_as_owner.customers, refresh_as_owner.movements_added, refresh_as_owner.movements_superseded, refresh_as_owner.rows_rejected;
  END IF;
  IF changes > 10000 AND changes > (SELECT c.reltuples / 10 FROM pg_class AS c WHERE c.oid = 'current_lines'::regclass) THEN
    -- What plans depend on, and no more.
    ANALYZE current_lines (customer_id, effective_on, seq), rollup (slice, period_start, counts_from), customer_digests (customer_id);
  END IF;
  DELETE FROM watched_tables AS w WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = w.source_table);
  PERFORM saas_metrics._record_life(ledger);
  duration := clock_timestamp() - started;
END
$$;
COMMENT ON FUNCTION saas_metrics.refresh_as_owner(name, boolean) IS 'The body of refresh, run as the owner of the ledger. Part of refresh.';
COMMENT ON FUNCTION saas_metrics.refresh(name, boolean) IS
  'Takes what changed in a ledger''s inputs into its movements: the customers that watched tables marked or, if an input reads something that is not watched (a table, a function that is not immutable, a setting, a clock) or something else changed, all. everything: all, whatever is marked, such as after writes with triggers disabled. Returns how many periods and customers it read, how many movements it added and superseded, and how many rows of the inputs it leaves in rejected_rows; a refresh without changes records nothing. Refreshes of one ledger wait for each other; writers of billing tables do not wait. Errors: 3F000, 42501; the error of a bound query, which the message names; 22004 if an argument is NULL; 55000 if its views are gone; 40001 under REPEATABLE READ and SERIALIZABLE if another refresh came between.';

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
