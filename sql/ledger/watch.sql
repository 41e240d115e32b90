-- Watching billing tables ---------------------------------------------------------
-- In three steps: what is the ledger's is done as its owner, and only the triggers of the billing table
-- with the rights of the caller, with nothing of the owner's evaluated meanwhile.

CREATE FUNCTION saas_metrics._require_watchable(ledger name, source_table regclass) RETURNS void
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind "char";
  home oid;
BEGIN
  SELECT c.relkind, c.relnamespace INTO kind, home FROM pg_class AS c WHERE c.oid = source_table AND c.relpersistence <> 't';
  IF kind IS NULL OR kind NOT IN ('r', 'p') THEN
    RAISE EXCEPTION '% is not a table that can be watched', source_table
      USING ERRCODE = '42809', HINT = 'Watch the permanent tables that it reads. Changes of views and foreign tables are taken in by each refresh.';
  END IF;
  IF home = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = ledger) THEN
    RAISE EXCEPTION '% is the ledger''s own', source_table
      USING ERRCODE = '42809', HINT = 'A ledger watches its own tables of rows already.';
  END IF;
  -- A queue with a trigger takes no marks.
  IF EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgconstrrelid = source_table AND t.tgfoid = 'saas_metrics.mark_changed()'::regprocedure) THEN
    RAISE EXCEPTION '% is the queue of a ledger', source_table
      USING ERRCODE = '42809', HINT = 'Watch the tables whose changes it takes.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_watchable(name, regclass) IS
  'Refuses (42809) what is no permanent table, or is the ledger''s own. Part of watch.';

-- The column that a text names, quoted or not; NULL if there is none.
CREATE FUNCTION saas_metrics._column_named(source_table regclass, given text) RETURNS name
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN (
    SELECT a.attname
    FROM pg_attribute AS a
    WHERE a.attrelid = source_table AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attname = given OR given = '"' || replace(a.attname, '"', '""') || '"' OR a.attname = lower(given))
    ORDER BY a.attname <> given
    LIMIT 1);
COMMENT ON FUNCTION saas_metrics._column_named(regclass, text) IS
  'The column of a table that a text names, as it is or as SQL writes it. Part of watch.';

CREATE FUNCTION saas_metrics._require_customer_column(ledger name, source_table regclass, given text) RETURNS name
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known text := saas_metrics._customer_id_type(ledger);
  found name := saas_metrics._column_named(source_table, given);
  id_type text := saas_metrics._id_type(source_table, found);
BEGIN
  IF found IS NULL THEN
    RAISE EXCEPTION 'column "%" of % does not exist', left(given, 100), source_table
      USING ERRCODE = '42703', HINT = 'Give a column, or a SELECT that reads the changed rows as changed and yields ids of customers.';
  END IF;
  IF id_type <> known THEN
    RAISE EXCEPTION 'column "%" of % is %, but the customers of ledger "%" are %', found, source_table, id_type, ledger, known
      USING ERRCODE = '42804', HINT = format('Bind first. Then, if need be, give a SELECT: ''SELECT %I::%s FROM changed''.', found, known);
  END IF;
  PERFORM saas_metrics._queue_columns(source_table, ARRAY[found]);
  RETURN found;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_customer_column(name, regclass, text) IS
  'The column of the customer. Errors: 42703 for an unknown one, 42804 for one of another type than the ledger''s customers, 0A000 for a virtual one. Part of watch.';

CREATE FUNCTION saas_metrics._begin_watch(
    ledger name, source_table regclass, customer_id text, on_replica boolean, callers_path text,
    OUT queue regclass, OUT columns name[], OUT marked_by name, OUT named text
  )
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics._begin_watch_as_owner(
    ledger name, source_table regclass, customer_id text, on_replica boolean, callers_path text,
    OUT queue regclass, OUT columns name[], OUT marked_by name, OUT named text
  )
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $$
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  IF source_table IS NULL OR customer_id IS NULL OR on_replica IS NULL THEN
    RAISE EXCEPTION 'an argument of watch is NULL'
      USING ERRCODE = '22004', HINT = 'Give a table and the column of the customer, or a SELECT over changed.';
  END IF;
  PERFORM saas_metrics._require_watchable(ledger, source_table);
  IF customer_id ~* '^\s*(select\M|with\M|values\M|table\M|\(|--|/\*)'
     AND saas_metrics._column_named(source_table, customer_id) IS NULL THEN
    named := customer_id;
  ELSE
    named := saas_metrics._require_customer_column(ledger, source_table, customer_id);
    columns := ARRAY[named]::name[];
  END IF;
  IF saas_metrics._is_watched(ledger, source_table, named, on_replica) THEN
    RAISE NOTICE '% is watched already, skipping', source_table;
    RETURN;
  END IF;
  IF columns IS NULL THEN
    SELECT q.marked_by, q.columns INTO marked_by, columns
    FROM saas_metrics._create_queue(ledger, source_table, named, callers_path) AS q;
  END IF;
  queue := quote_ident(coalesce(marked_by || '_queue', 'changed_customers'))::regclass;
END
$$;
COMMENT ON FUNCTION saas_metrics._begin_watch(name, regclass, text, boolean, text) IS
  'Calls _begin_watch_as_owner as the ledger''s owner. Part of watch.';
COMMENT ON FUNCTION saas_metrics._begin_watch_as_owner(name, regclass, text, boolean, text) IS
  'Makes what a table needs to be watched, but for its triggers: the queue, the columns that it keeps, the view that yields customers, and the column or SELECT. No queue: it is watched so already. Part of watch.';

CREATE FUNCTION saas_metrics._end_watch(
    ledger name, source_table regclass, named text, on_replica boolean, marked_by name
  ) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics._end_watch_as_owner(
    ledger name, source_table regclass, named text, on_replica boolean, marked_by name
  ) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  before name;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  DELETE FROM watched_tables AS w WHERE w.source_table = _end_watch_as_owner.source_table RETURNING w.marked_by INTO before;
  IF NOT FOUND AND named IS NULL THEN
    PERFORM saas_metrics._drop_unused_queues(ledger);
    RETURN;
  END IF;
  IF named IS NOT NULL THEN
    INSERT INTO watched_tables VALUES (source_table, named, on_replica, marked_by);
  END IF;
  IF before IS NOT NULL OR marked_by IS NOT NULL THEN
    PERFORM saas_metrics._gather_marks(ledger);
    PERFORM saas_metrics._drop_unused_queues(ledger);
  END IF;
  -- Earlier changes have no marks, and a dropped queue took its marks with it.
  UPDATE ledger_settings SET everything = true;
  IF named IS NOT NULL THEN
    PERFORM saas_metrics._warn_of_scans(ledger);
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._end_watch(name, regclass, text, boolean, name) IS
  'Calls _end_watch_as_owner as the ledger''s owner. Part of watch and unwatch.';
COMMENT ON FUNCTION saas_metrics._end_watch_as_owner(name, regclass, text, boolean, name) IS
  'Records that a table is watched, by a column or a SELECT, or no longer is. Part of watch and unwatch.';

-- A table that is in use is hardly waited for: its old triggers are disabled then, which takes a lesser
-- lock, for whoever reads the table may be waiting for the ledger.
CREATE FUNCTION saas_metrics._retire_triggers(tables regclass[], names name[]) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET client_min_messages = warning
  SET lock_timeout = '100ms'
AS $$
BEGIN
  FOR place IN 1 .. cardinality(tables) LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = tables[place] AND t.tgname = names[place]);
    BEGIN
      EXECUTE format('DROP TRIGGER %I ON %s', names[place], tables[place]);
    EXCEPTION WHEN lock_not_available THEN
      PERFORM set_config('lock_timeout', '0', true);
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', tables[place], names[place]);
      PERFORM set_config('lock_timeout', '100ms', true);
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._retire_triggers(regclass[], name[]) IS
  'Drops triggers, or disables those of tables that are in use. Part of watch and unwatch.';

-- The triggers of a ledger on a table, and those for TRUNCATE on its partitions, which have the same name.
CREATE FUNCTION saas_metrics._triggers_of(ledger name, source_table regclass, OUT tables regclass[], OUT names name[])
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH known AS (
    SELECT t.*
    FROM saas_metrics._triggers(ledger) AS t
    JOIN pg_class AS c ON c.oid = t.relation
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname <> ledger
  ),
  own AS (SELECT k.* FROM known AS k WHERE k.relation = source_table AND NOT k.truncates)
  SELECT coalesce(array_agg(f.relation ORDER BY f.relation::oid), '{}'),
         coalesce(array_agg(f.trigger_name ORDER BY f.relation::oid), '{}')
  FROM (
    SELECT o.relation, o.trigger_name FROM own AS o
    UNION
    SELECT k.relation, k.trigger_name
    FROM known AS k
    -- Also on partitions that were detached.
    WHERE k.truncates AND k.trigger_name IN (SELECT o.trigger_name || '_truncate' FROM own AS o)
  ) AS f
$$;
COMMENT ON FUNCTION saas_metrics._triggers_of(name, regclass) IS
  'The triggers by which a ledger watches a table that is not its own. Part of watch and unwatch.';

-- The owner's code chose the queue and its columns, and the triggers are created with the rights of the
-- caller, who may be a superuser: the owner must be allowed to read those columns itself.
CREATE FUNCTION saas_metrics._require_owners_rights(
    ledger name, source_table regclass, queue regclass, columns name[]
  ) RETURNS void
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner oid := (SELECT n.nspowner FROM pg_namespace AS n WHERE n.nspname = ledger);
  hidden name;
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = queue AND n.nspname = ledger AND c.relowner = owner AND n.nspowner = owner)
  THEN
    RAISE EXCEPTION '% is no queue of ledger "%"', queue, ledger
      USING ERRCODE = '55000', HINT = 'An object of the owner''s takes part in watch: look for operators and functions in the schema of the ledger.';
  END IF;
  SELECT c.name INTO hidden
  FROM unnest(columns) AS c (name)
  WHERE NOT has_column_privilege(owner, source_table, c.name::text, 'SELECT');
  IF hidden IS NOT NULL THEN
    RAISE EXCEPTION 'permission denied for column "%" of %', hidden, source_table
      USING ERRCODE = '42501', HINT = format('It is kept of changed rows, where the owner of the ledger reads it: grant SELECT on it to %I first.', pg_get_userbyid(owner));
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_owners_rights(name, regclass, regclass, name[]) IS
  'Refuses a queue that is not the ledger''s (55000) and columns that its owner may not read (42501). Part of watch.';

CREATE FUNCTION saas_metrics._watch_in(
    ledger name, source_table regclass, customer_id text, on_replica boolean, callers_path text
  ) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  begun record;
  old record;
BEGIN
  SELECT b.* INTO begun
  FROM saas_metrics._begin_watch(ledger, source_table, customer_id, on_replica, callers_path) AS b;
  IF begun.queue IS NULL THEN
    RETURN;
  END IF;
  SELECT t.* INTO old FROM saas_metrics._triggers_of(ledger, source_table) AS t;
  PERFORM saas_metrics._require_owners_rights(ledger, source_table, begun.queue, begun.columns);
  PERFORM saas_metrics._create_triggers(
    ledger, source_table, begun.queue, saas_metrics._mark_arguments(source_table, begun.columns), on_replica);
  PERFORM saas_metrics._retire_triggers(old.tables, old.names);
  PERFORM saas_metrics._end_watch(ledger, source_table, begun.named, on_replica, begun.marked_by);
END
$$;
COMMENT ON FUNCTION saas_metrics._watch_in(name, regclass, text, boolean, text) IS 'Part of watch and connect_stripe.';

CREATE FUNCTION saas_metrics.watch(
    ledger name, source_table regclass, customer_id text, on_replica boolean DEFAULT false
  ) RETURNS void
  LANGUAGE sql
AS $$
  SELECT saas_metrics._watch_in(ledger, source_table, customer_id, on_replica, saas_metrics._callers_path())
$$;
COMMENT ON FUNCTION saas_metrics.watch(name, regclass, text, boolean) IS
  'Marks the customers of each change of a table from now on, so that views are exact within the transaction that makes it, and refreshes take in only what changed. customer_id: the column of the customer, or a SELECT that reads the changed rows as changed and yields ids, such as ''SELECT s.customer_id FROM subscriptions AS s JOIN changed USING (plan_id)''. Of a row that changes, only the columns that the SELECT names are kept, until the next refresh; it is run at each reading, and never in the transaction that writes. on_replica: also changes that logical replication applies. Covers INSERT, UPDATE, DELETE, TRUNCATE, COPY and direct writes to partitions. A column that is renamed is followed; after one was dropped or changed its type, each refresh looks at everybody until watch is called again. Takes a SHARE ROW EXCLUSIVE lock on the table, which writers wait for and readers do not; where it was watched otherwise before, the old triggers are dropped if nobody uses the table, for which readers wait as well until the transaction ends, or else disabled. Needs TRIGGER on the table, and SELECT on the columns that are kept for the owner of the ledger; to watch it otherwise than before, one must own it. Errors: 42501 where a right is missing, 42809 for anything but a permanent table, 42703 for an unknown column, 42804 for one of another type than the ledger''s customers, 42601 for a SELECT that reads whole rows of changed, 0A000 for a virtual or composite column. Warns if reading a changed customer would scan the whole of a table of more than 1,000 rows.';

CREATE FUNCTION saas_metrics.unwatch(ledger name, source_table regclass) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  old record;
BEGIN
  IF source_table IS NULL THEN
    RAISE EXCEPTION 'source_table must not be NULL' USING ERRCODE = '22004', HINT = 'Give a table.';
  END IF;
  PERFORM saas_metrics._hold_ledger(ledger);
  SELECT t.* INTO old FROM saas_metrics._triggers_of(ledger, source_table) AS t;
  PERFORM saas_metrics._retire_triggers(old.tables, old.names);
  PERFORM saas_metrics._end_watch(ledger, source_table, NULL::text, NULL::boolean, NULL::name);
END
$$;
COMMENT ON FUNCTION saas_metrics.unwatch(name, regclass) IS
  'Ends the watching of a table: views go back to what the last refresh found, and refreshes look at all customers again. Needs to own the table. Its triggers are dropped, under an ACCESS EXCLUSIVE lock until the transaction ends, or, while somebody uses the table, disabled: call it again to drop them. Safe to repeat.';

-- Before the ledger's own tables are locked: writers lock theirs first and then the queue.
CREATE FUNCTION saas_metrics._lock_watched(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  watched regclass;
BEGIN
  IF pg_catalog.to_regclass('watched_tables') IS NULL THEN
    RETURN;
  END IF;
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
COMMENT ON FUNCTION saas_metrics._lock_watched(name) IS 'Locks the tables that a ledger watches, as far as its owner may. Part of drop_ledger.';
