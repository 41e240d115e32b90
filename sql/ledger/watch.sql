-- Watching billing tables ---------------------------------------------------------

CREATE FUNCTION saas_metrics.mark_changed() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'mark_changed_wrapper';
COMMENT ON FUNCTION saas_metrics.mark_changed() IS
  'The trigger of watched tables: appends the customers of the old and the new row to the ledger''s changed_customers, whatever the writer''s own rights are. Arguments: the ledger and the column of the customer. Made by saas_metrics.watch; a trigger that the ledger does not know of does nothing but warn.';

-- Triggers belong to the ledger by what they depend on: names can change, and be taken. Those for each
-- row refer to its queue as a constraint would, which costs a write nothing; those for a statement have
-- a condition that always holds and names a type of it.
CREATE FUNCTION saas_metrics._triggers(
    ledger name, OUT relation regclass, OUT trigger_name name, OUT truncates boolean, OUT disabled boolean
  ) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.tgrelid::regclass, t.tgname, t.tgtype & 32 <> 0, t.tgenabled = 'D'
  FROM pg_depend AS d
  JOIN pg_trigger AS t ON t.oid = d.objid
  WHERE d.classid = 'pg_trigger'::regclass AND t.tgparentid = 0
    AND (d.refclassid = 'pg_type'::regclass AND d.refobjid = to_regtype(format('%I.changed_customers', ledger))
         OR d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(format('%I.changed_customers', ledger)))
    AND t.tgrelid <> d.refobjid
$$;
COMMENT ON FUNCTION saas_metrics._triggers(name) IS
  'The triggers that mark changes for a ledger, but for the copies that partitions have. Part of watch, unwatch and check_ledger.';

CREATE FUNCTION saas_metrics._free_trigger_name(ledger name, relation regclass, suffix text) RETURNS name
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT n.name::name
  FROM (VALUES (1, 'saas_metrics_' || ledger),
               (2, 'saas_metrics_' || md5(ledger || format('%I.changed_customers', ledger)::regtype::oid))) AS n (place, name)
  WHERE octet_length(n.name || suffix) < 64
    AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = relation AND t.tgname = n.name || suffix)
    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = relation AND c.conname = n.name || suffix)
  ORDER BY n.place
  LIMIT 1
$$;
COMMENT ON FUNCTION saas_metrics._free_trigger_name(name, regclass, text) IS
  'A name for a ledger''s trigger that the table has no trigger or constraint of, yet without the suffix. Part of watch.';

CREATE FUNCTION saas_metrics._ledger_of_trigger(relation oid, trigger_name name) RETURNS name
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN (
    SELECT n.nspname
    FROM pg_trigger AS t
    JOIN pg_proc AS p ON p.oid = t.tgfoid
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE t.tgrelid = relation AND t.tgname = trigger_name);
COMMENT ON FUNCTION saas_metrics._ledger_of_trigger(oid, name) IS
  'The schema of a trigger''s function. Part of the triggers of watched tables.';

-- The ledger's own tables of rows.
CREATE FUNCTION saas_metrics._watch_rows(ledger name, input text) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  IF input = 'fx_rates' THEN
    PERFORM saas_metrics._create_triggers(ledger, (input || '_rows')::regclass, 'mark_all()', true, false);
  ELSE
    PERFORM saas_metrics._create_triggers(ledger, (input || '_rows')::regclass,
      pg_catalog.format('saas_metrics.mark_changed(%L, %L)', ledger, 'customer_id'), false, false);
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._watch_rows(name, text) IS 'Part of create_ledger.';

CREATE FUNCTION saas_metrics._create_triggers(
    ledger name, source_table regclass, call text, by_statement boolean, on_replica boolean
  ) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  marks name := saas_metrics._free_trigger_name(ledger, source_table, '');
  truncates name;
  part regclass;
BEGIN
  EXECUTE pg_catalog.format(
    CASE WHEN by_statement
      THEN 'CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT WHEN (NULL::%I.changed_customers IS NULL) EXECUTE FUNCTION %s'
      ELSE 'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FROM %I.changed_customers FOR EACH ROW EXECUTE FUNCTION %s'
    END, marks, source_table, ledger, call);
  IF on_replica THEN
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', source_table, marks);
  END IF;
  FOR part IN
    SELECT source_table
    UNION
    SELECT t.relid FROM pg_catalog.pg_partition_tree(source_table) AS t
  LOOP
    truncates := saas_metrics._free_trigger_name(ledger, part, '_truncate') || '_truncate';
    EXECUTE pg_catalog.format(
      'CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT WHEN (NULL::%I.changed_customers IS NULL) EXECUTE FUNCTION %I.mark_all()',
      truncates, part, ledger, ledger);
    IF on_replica THEN
      EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', part, truncates);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._create_triggers(name, regclass, text, boolean, boolean) IS 'Part of watch.';

CREATE FUNCTION saas_metrics._watch_in(
    ledger name, source_table regclass, customer_id text, on_replica boolean, callers_path text
  ) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind "char";
  id_type text;
  known text;
  marked_by name;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  known := saas_metrics._customer_id_type(ledger);
  IF source_table IS NULL OR customer_id IS NULL OR on_replica IS NULL THEN
    RAISE EXCEPTION 'an argument of watch is NULL'
      USING ERRCODE = '22004', HINT = 'Give a table and the column of the customer, or a SELECT over changed.';
  END IF;
  SELECT c.relkind INTO kind FROM pg_class AS c WHERE c.oid = source_table AND c.relpersistence <> 't';
  IF kind IS NULL OR kind NOT IN ('r', 'p') THEN
    RAISE EXCEPTION '% is not a table that can be watched', source_table
      USING ERRCODE = '42809', HINT = 'Watch the permanent tables that it reads. What only views and foreign tables tell is taken in by each refresh.';
  END IF;
  IF EXISTS (SELECT FROM pg_class AS c
             WHERE c.oid = source_table AND c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = ledger)) THEN
    RAISE EXCEPTION '% is the ledger''s own', source_table
      USING ERRCODE = '42809', HINT = 'A ledger watches its own tables of rows already.';
  END IF;
  PERFORM FROM watched_tables AS w
  WHERE w.source_table = _watch_in.source_table AND w.customer_id = _watch_in.customer_id
    AND w.on_replica = _watch_in.on_replica;
  IF FOUND THEN
    RAISE NOTICE '% is watched already, skipping', source_table;
    RETURN;
  END IF;
  id_type := saas_metrics._id_type(source_table, customer_id);
  PERFORM saas_metrics._unwatch_table(ledger, source_table);
  IF id_type IS NULL THEN
    IF customer_id !~* '^\s*(select\M|with\M|values\M|table\M|\(|--|/\*)' THEN
      RAISE EXCEPTION 'column "%" of % does not exist', customer_id, source_table
        USING ERRCODE = '42703', HINT = 'Give a column, or a SELECT that reads the changed rows as changed and yields ids of customers.';
    END IF;
    marked_by := saas_metrics._create_mark_by_query(ledger, source_table, customer_id, callers_path);
  ELSIF id_type <> known THEN
    RAISE EXCEPTION 'column "%" of % is %, but the customers of ledger "%" are %', customer_id, source_table, id_type, ledger, known
      USING ERRCODE = '42804', HINT = format('Bind first. Then, if need be, give a SELECT: ''SELECT %I::%s FROM changed''.', customer_id, known);
  END IF;
  PERFORM saas_metrics._create_triggers(
    ledger, source_table,
    coalesce(CASE WHEN marked_by IS NOT NULL THEN format('%I.%I()', ledger, marked_by) END, format('saas_metrics.mark_changed(%L, %L)', ledger, customer_id)),
    false, on_replica);
  INSERT INTO watched_tables VALUES (source_table, customer_id, on_replica, marked_by);
  IF marked_by IS NOT NULL THEN
    PERFORM saas_metrics._gather_by_query();
  END IF;
  -- What changed before is nowhere marked.
  UPDATE ledger_settings SET everything = true;
  PERFORM saas_metrics._give_to_owner(ledger);
  PERFORM saas_metrics._warn_of_scans(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._watch_in(name, regclass, text, boolean, text) IS 'Part of watch.';

CREATE FUNCTION saas_metrics.watch(
    ledger name, source_table regclass, customer_id text, on_replica boolean DEFAULT false
  ) RETURNS void
  LANGUAGE sql
AS $$
  SELECT saas_metrics._watch_in(ledger, source_table, customer_id, on_replica,
                               pg_catalog.current_setting('search_path'))
$$;
COMMENT ON FUNCTION saas_metrics.watch(name, regclass, text, boolean) IS
  'Marks the customers of each change of a table from now on, so that views are exact within the transaction that makes it, and refreshes take in only what changed. customer_id: the column of the customer, or a SELECT that reads the changed rows as changed and yields ids, such as ''SELECT s.customer_id FROM subscriptions AS s JOIN changed USING (plan_id)''. on_replica: also changes that logical replication applies. Covers INSERT, UPDATE, DELETE, TRUNCATE, COPY and direct writes to partitions. Where a SELECT tells, it does so at each reading, and the columns of the table cannot be dropped or change their type until unwatch. Takes a SHARE ROW EXCLUSIVE lock on the table for a moment. Errors: 42809 for what is no permanent table, 42703 for an unknown column, 42804 for one of another type than the ledger''s customers. Warns if reading a changed customer would scan a whole table.';

CREATE FUNCTION saas_metrics._unwatch_table(ledger name, source_table regclass) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
DECLARE
  made record;
  gone name;
BEGIN
  FOR made IN
    SELECT t.relation, t.trigger_name
    FROM saas_metrics._triggers(ledger) AS t
    WHERE t.relation IN (SELECT source_table UNION ALL
                         SELECT p.relid FROM pg_catalog.pg_partition_tree(source_table) AS p)
  LOOP
    EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', made.trigger_name, made.relation);
  END LOOP;
  DELETE FROM watched_tables AS w
  WHERE w.source_table = _unwatch_table.source_table
  RETURNING w.marked_by INTO gone;
  IF gone IS NOT NULL THEN
    PERFORM saas_metrics._gather_by_query();
    EXECUTE pg_catalog.format('DROP VIEW IF EXISTS %I', gone);
    EXECUTE pg_catalog.format('DROP FUNCTION IF EXISTS %I()', gone);
    -- Whose the rows were that changed before can no longer be told.
    UPDATE ledger_settings SET everything = true WHERE EXISTS (SELECT FROM changed_rows AS c WHERE c.marked_by = gone);
    DELETE FROM changed_rows AS c WHERE c.marked_by = gone;
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._unwatch_table(name, regclass) IS 'Part of unwatch.';

CREATE FUNCTION saas_metrics.unwatch(ledger name, source_table regclass) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  IF source_table IS NULL THEN
    RAISE EXCEPTION 'source_table must not be NULL' USING ERRCODE = '22004', HINT = 'Give a table.';
  END IF;
  IF EXISTS (SELECT FROM watched_tables AS w WHERE w.source_table = unwatch.source_table) THEN
    PERFORM saas_metrics._unwatch_table(ledger, source_table);
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics.unwatch(name, regclass) IS
  'Ends the watching of a table: views go back to what the last refresh found, and refreshes look at all customers again. Safe to repeat.';

-- Before the ledger's own tables are locked: writers lock theirs first and then the queue.
CREATE FUNCTION saas_metrics._lock_watched(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  watched regclass;
BEGIN
  FOR watched IN
    SELECT w.source_table
    FROM watched_tables AS w
    JOIN pg_catalog.pg_class AS c ON c.oid = w.source_table
    WHERE pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
    ORDER BY c.oid
  LOOP
    EXECUTE pg_catalog.format('LOCK TABLE %s', watched);
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._lock_watched(name) IS 'Part of drop_ledger.';

-- The plan of a pending read, with sequential scans made so dear that one is left only where no index
-- serves.
CREATE FUNCTION saas_metrics._warn_of_scans(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  before text := pg_catalog.current_setting('enable_seqscan');
  plan json;
  scanned text;
BEGIN
  PERFORM pg_catalog.set_config('enable_seqscan', 'off', true);
  EXECUTE 'EXPLAIN (FORMAT JSON, VERBOSE) SELECT p.customer_id FROM subscription_periods AS p
           WHERE p.customer_id = ANY (ARRAY(SELECT c.customer_id FROM pending_customers AS c))' INTO plan;
  PERFORM pg_catalog.set_config('enable_seqscan', before, true);
  SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', node ->> 'Schema', node ->> 'Relation Name'), ', ') INTO scanned
  FROM pg_catalog.jsonb_path_query(plan::jsonb, '$.** ? (@."Node Type" == "Seq Scan" || (@."Node Type" starts with "Index" && !exists(@."Index Cond")))') AS node
  WHERE node ->> 'Schema' <> ledger;
  IF scanned IS NOT NULL THEN
    RAISE WARNING 'reading a changed customer of ledger "%" would scan the whole of %', ledger, scanned
      USING HINT = 'Index the column of the customer, and what a SELECT given to watch joins by, and let the query pass a condition on customer_id down to it: no LIMIT, no WITH query that is read twice, window functions only BY customer.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._warn_of_scans(name) IS 'Part of bind and watch.';
