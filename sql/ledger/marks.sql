-- Marking changes --------------------------------------------------------------------
-- A write of a watched table is appended to a queue of its ledger, and nothing else happens in the
-- writer's transaction: readers look up the customers.

CREATE FUNCTION saas_metrics.mark_changed() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'mark_changed_wrapper';
COMMENT ON FUNCTION saas_metrics.mark_changed() IS
  'The trigger of watched tables, for each row: appends columns of the old and of the new row to the queue that the trigger refers to, as FROM of CREATE CONSTRAINT TRIGGER does. The writer needs no right on the queue. Arguments: the oid of the table, then the number and the name of each column; without columns, everybody is marked. It never fails a write: check_ledger finds a table that it cannot mark. Made by saas_metrics.watch; does nothing for a table that the ledger does not watch.';

CREATE FUNCTION saas_metrics.mark_truncated() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'mark_truncated_wrapper';
COMMENT ON FUNCTION saas_metrics.mark_truncated() IS
  'The trigger of watched tables, for TRUNCATE: marks everybody in the queues that the table''s other triggers of watch refer to. Made by saas_metrics.watch.';

CREATE FUNCTION saas_metrics._tie_trigger(relation oid, trigger oid, queue oid) RETURNS void
  STRICT LANGUAGE c AS 'MODULE_PATHNAME', 'tie_trigger_wrapper';
COMMENT ON FUNCTION saas_metrics._tie_trigger(oid, oid, oid) IS
  'Makes a trigger that calls mark_truncated go with the queue that another trigger of the same table refers to. Needs TRIGGER on both (42501). Part of watch.';

CREATE FUNCTION saas_metrics._triggers(
    ledger name, OUT relation regclass, OUT trigger_name name, OUT truncates boolean, OUT disabled boolean
  ) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH queues AS (
    SELECT c.oid FROM pg_class AS c
    WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = ledger) AND c.relkind = 'r'
  ),
  marking AS (
    SELECT t.* FROM pg_trigger AS t JOIN queues AS q ON q.oid = t.tgconstrrelid
    WHERE t.tgfoid = 'saas_metrics.mark_changed()'::regprocedure
  )
  SELECT m.tgrelid::regclass, m.tgname, false, m.tgenabled = 'D'
  FROM marking AS m
  WHERE m.tgparentid = 0
  UNION ALL
  SELECT t.tgrelid::regclass, t.tgname, true, t.tgenabled = 'D'
  FROM pg_trigger AS t
  WHERE t.tgfoid = 'saas_metrics.mark_truncated()'::regprocedure
    AND (EXISTS (SELECT FROM pg_depend AS d JOIN queues AS q ON q.oid = d.refobjid
                 WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_class'::regclass)
         -- After a restore there is only the name.
         OR EXISTS (SELECT FROM marking AS m WHERE m.tgrelid = t.tgrelid AND m.tgname || '_truncate' = t.tgname))
$$;
COMMENT ON FUNCTION saas_metrics._triggers(name) IS
  'The triggers that mark changes for a ledger, but for the copies that partitions have. Part of watch, unwatch and check_ledger.';

-- With the table's oid in it, no name is taken on a partition that was watched before it was attached.
CREATE FUNCTION saas_metrics._free_trigger_name(ledger name, relation regclass) RETURNS name
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT (n.name || suffix)::name
  FROM (SELECT CASE WHEN octet_length(ledger) <= 24 THEN 'saas_metrics_' || ledger
                    ELSE 'saas_metrics_' || left(md5(ledger), 24) END || '_' || relation::oid) AS n (name)
  CROSS JOIN LATERAL (SELECT '' UNION ALL SELECT '_' || i FROM generate_series(2, 99) AS i) AS s (suffix)
  WHERE NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = relation AND t.tgname = n.name || suffix)
    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = relation AND c.conname = n.name || suffix)
  ORDER BY length(suffix), suffix
  LIMIT 1
$$;
COMMENT ON FUNCTION saas_metrics._free_trigger_name(name, regclass) IS
  'A name for a ledger''s trigger that the table has no trigger or constraint of. Part of watch.';

CREATE FUNCTION saas_metrics._create_triggers(
    ledger name, source_table regclass, queue regclass, arguments text, on_replica boolean
  ) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  marks name := saas_metrics._free_trigger_name(ledger, source_table);
  part regclass;
BEGIN
  EXECUTE format(
    'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FROM %s FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed(%s)',
    marks, source_table, queue, arguments);
  IF on_replica THEN
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', source_table, marks);
  END IF;
  FOR part IN
    SELECT source_table
    UNION
    SELECT t.relid FROM pg_partition_tree(source_table) AS t
    WHERE EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.relid AND c.relkind IN ('r', 'p'))
  LOOP
    EXECUTE format(
      'CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION saas_metrics.mark_truncated()',
      marks || '_truncate', part);
    PERFORM saas_metrics._tie_trigger(part::oid, t.oid, queue::oid)
    FROM pg_trigger AS t WHERE t.tgrelid = part AND t.tgname = marks || '_truncate';
    IF on_replica THEN
      EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', part, marks || '_truncate');
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._create_triggers(name, regclass, regclass, text, boolean) IS
  'Makes the triggers that append a table''s changes to a queue, with the arguments of mark_changed. Part of watch and create_ledger.';

CREATE FUNCTION saas_metrics._mark_arguments(source_table regclass, columns name[]) RETURNS text
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT quote_literal(source_table::oid)
         || coalesce(string_agg(format(', %L, %L', a.attnum, a.attname), '' ORDER BY given.place), '')
  FROM unnest(columns) WITH ORDINALITY AS given (name, place)
  JOIN pg_attribute AS a ON a.attrelid = source_table AND a.attname = given.name AND a.attnum > 0
$$;
COMMENT ON FUNCTION saas_metrics._mark_arguments(regclass, name[]) IS
  'The arguments of the trigger mark_changed for columns of a table. Part of watch and create_ledger.';

-- The ledger's own tables of rows. A rate is everybody's.
CREATE FUNCTION saas_metrics._watch_rows(ledger name, input text) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  own regclass := format('%I.%I', ledger, input || '_rows')::regclass;
BEGIN
  PERFORM saas_metrics._create_triggers(
    ledger, own, format('%I.changed_customers', ledger)::regclass,
    saas_metrics._mark_arguments(own, CASE input WHEN 'fx_rates' THEN '{}'::name[] ELSE '{customer_id}'::name[] END), false);
END
$$;
COMMENT ON FUNCTION saas_metrics._watch_rows(name, text) IS 'Watches a ledger''s own table of rows. Part of create_ledger.';

CREATE FUNCTION saas_metrics._gather_marks(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE (
    SELECT 'CREATE OR REPLACE VIEW marks AS SELECT c.customer_id, c.scope FROM changed_customers AS c'
           || coalesce(pg_catalog.string_agg(pg_catalog.format(
                ' UNION ALL SELECT q.customer_id::%1$s, ''r''::"char" FROM %2$I AS q (customer_id)'
                ' UNION ALL SELECT NULL, u."saas_metrics scope" FROM %3$I AS u WHERE u."saas_metrics scope" <> ''r''',
                saas_metrics._customer_id_type(ledger), w.marked_by, w.marked_by || '_queue'), ''
                ORDER BY w.marked_by), '')
    FROM watched_tables AS w
    -- A view that reads a table goes with it.
    WHERE pg_catalog.to_regclass(pg_catalog.quote_ident(w.marked_by)) IS NOT NULL);
END
$$;
COMMENT ON FUNCTION saas_metrics._gather_marks(name) IS
  'Replaces the view marks of the ledger that was entered by one of all its queues. Part of watch, unwatch and upgrade_ledger.';

-- One statement, so one snapshot: what is taken is what is read.
CREATE FUNCTION saas_metrics._take_marks(OUT customers text[], OUT everybody boolean)
  LANGUAGE plpgsql
AS $$
DECLARE
  taking text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.format('t%s AS (DELETE FROM %I)', q.place, q.queue), ', ' ORDER BY q.place) INTO taking
  FROM (SELECT 0 AS place, 'changed_customers' AS queue
        UNION ALL
        SELECT pg_catalog.row_number() OVER (ORDER BY w.marked_by), w.marked_by || '_queue'
        FROM watched_tables AS w
        WHERE pg_catalog.to_regclass(pg_catalog.quote_ident(w.marked_by || '_queue')) IS NOT NULL) AS q;
  BEGIN
    EXECUTE pg_catalog.format('WITH %s, seen AS MATERIALIZED (SELECT m.* FROM marks AS m) %s', taking,
                              saas_metrics._ledger_objects('take_marks')) INTO customers, everybody;
  EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE ~ '^(40|42501|53|55|57|58|XX)' THEN
      RAISE;
    END IF;
    RAISE WARNING 'a SELECT by which a table is watched fails: %', pg_catalog.left(SQLERRM, 200)
      USING HINT = 'This refresh looks at everybody. Call saas_metrics.watch with another SELECT; saas_metrics.check_ledger names the table.';
    EXECUTE 'WITH ' || taking || ' SELECT true' INTO everybody;
  END;
END
$$;
COMMENT ON FUNCTION saas_metrics._take_marks() IS
  'Takes all marks off the queues of the ledger that was entered: the customers, and whether everybody has to be looked at. Part of refresh.';
