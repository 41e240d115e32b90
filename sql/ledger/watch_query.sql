-- Tables watched by a SELECT ----------------------------------------------------------
-- The customers of a changed row, such as a price, are looked up when marks are read, not when the row is
-- written: a customer can come to a plan while its price changes, and neither transaction sees the other.

CREATE FUNCTION saas_metrics._collation(declared oid) RETURNS text
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN coalesce(
    (SELECT format(' COLLATE %I.%I', n.nspname, c.collname)
     FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
     WHERE c.oid = declared), '');
COMMENT ON FUNCTION saas_metrics._collation(oid) IS
  'The collation of a column as its declaration writes it; empty if it has none. Part of watch.';

-- A table with the columns of the watched one, and another one that a query can only mean by all columns.
CREATE FUNCTION saas_metrics._create_probe(source_table regclass) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE (
    SELECT pg_catalog.format('CREATE TABLE changed (%s, "all columns of changed" pg_catalog.bool)', pg_catalog.string_agg(
             pg_catalog.format('%I %s%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                               saas_metrics._collation(a.attcollation)), ', ' ORDER BY a.attnum))
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = source_table AND a.attnum > 0 AND NOT a.attisdropped);
END
$$;
COMMENT ON FUNCTION saas_metrics._create_probe(regclass) IS 'Makes a table changed, to try a query on. Part of watch.';

CREATE FUNCTION saas_metrics._columns_used(reader regclass, read regclass, OUT columns name[], OUT whole boolean, OUT named boolean)
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $$
  SELECT coalesce(array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attname <> 'all columns of changed'), '{}'),
         coalesce(bool_or(a.attname = 'all columns of changed'), false)
         -- A reference to a whole row depends on no column: it is a variable of the row's type.
         OR (SELECT w.ev_action::text LIKE '%:varattno 0 :vartype ' || c.reltype || ' %'
             FROM pg_rewrite AS w, pg_class AS c
             WHERE w.ev_class = reader AND c.oid = read)
         -- So is one to a row of a join, of no named type, which can be made if the join has a name.
         OR (SELECT w.ev_action::text LIKE '%:varattno 0 :vartype 2249 %'
                    AND w.ev_action::text ~ '\{RANGETBLENTRY :alias \{ALIAS ([^}\\]|\\.)*\} :eref \{ALIAS ([^}\\]|\\.)*\} :rtekind 2 '
             FROM pg_rewrite AS w WHERE w.ev_class = reader),
         count(*) > 0
  FROM pg_rewrite AS w
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                     AND d.refclassid = 'pg_class'::regclass AND d.refobjid = read
  LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
  WHERE w.ev_class = reader
$$;
COMMENT ON FUNCTION saas_metrics._columns_used(regclass, regclass) IS
  'The columns of a table that a view names, whether it reads whole rows of it, and whether it reads it at all. Part of watch.';

CREATE FUNCTION saas_metrics._columns_of_query(
    ledger name, source_table regclass, statement text, path text
  ) RETURNS name[]
  LANGUAGE plpgsql
AS $$
DECLARE
  tried regclass;
  used record;
BEGIN
  PERFORM saas_metrics._create_probe(source_table);
  tried := saas_metrics._create_query_view(ledger, 'changed_probe'::pg_catalog.name, statement, path);
  SELECT u.* INTO used
  FROM saas_metrics._columns_used(tried, 'changed'::regclass) AS u;
  EXECUTE pg_catalog.format('DROP VIEW %s', tried);
  DROP TABLE changed;
  IF used.whole THEN
    RAISE EXCEPTION 'the query reads whole rows of changed'
      USING ERRCODE = '42601', HINT = 'Name the columns that it needs, such as changed.plan_id, in place of changed.* or *: only these are kept of a row that changed.';
  END IF;
  IF NOT used.named THEN
    RAISE EXCEPTION 'the query does not read changed'
      USING ERRCODE = '42601', HINT = 'Read the changed rows as changed, such as ''SELECT s.customer_id FROM subscriptions AS s JOIN changed USING (plan_id)''. A table of that name in the search path hides them.';
  END IF;
  RETURN used.columns;
END
$$;
COMMENT ON FUNCTION saas_metrics._columns_of_query(name, regclass, text, text) IS
  'The columns of the changed rows that a query reads, which must be one SELECT. Errors: 42601 if it does not read them, or reads whole rows. Part of watch.';

CREATE FUNCTION saas_metrics._queue_columns(source_table regclass, columns name[]) RETURNS text
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  declared text;
  refused text;
BEGIN
  WITH RECURSIVE below AS (
    SELECT a.attname, a.attgenerated, a.attcollation, a.atttypid AS oid
    FROM pg_attribute AS a
    WHERE a.attrelid = source_table AND a.attname = ANY (columns) AND a.attnum > 0
    UNION ALL
    SELECT b.attname, b.attgenerated, b.attcollation, t.typbasetype
    FROM below AS b JOIN pg_type AS t ON t.oid = b.oid WHERE t.typtype = 'd'
  )
  SELECT string_agg(format('%I %s%s', b.attname, format_type(t.oid, -1), saas_metrics._collation(b.attcollation)), ', '
                    ORDER BY array_position(columns, b.attname)),
         min(b.attname) FILTER (WHERE b.attgenerated = 'v' OR t.typtype NOT IN ('b', 'e', 'r', 'm'))
    INTO declared, refused
  FROM below AS b JOIN pg_type AS t ON t.oid = b.oid AND t.typtype <> 'd';
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'column "%" of % cannot be kept of a changed row', refused, source_table
      USING ERRCODE = '0A000', HINT = 'It is a virtual generated column or one of a composite type. Read the columns that it is made of.';
  END IF;
  RETURN declared;
END
$$;
COMMENT ON FUNCTION saas_metrics._queue_columns(regclass, name[]) IS
  'The columns of a table as a queue declares them, below all domains. Errors: 0A000 for a virtual or composite one. Part of watch.';

CREATE FUNCTION saas_metrics._free_queue_name(ledger name, source_table regclass) RETURNS name
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT n.name || suffix
  FROM (SELECT 'mark_' || CASE WHEN octet_length(c.relname) <= 32 THEN c.relname ELSE left(md5(c.relname), 32) END
               || '_' || c.oid
        FROM pg_class AS c WHERE c.oid = source_table) AS n (name)
  CROSS JOIN LATERAL (SELECT '' UNION ALL SELECT '_' || i FROM generate_series(2, 99) AS i) AS s (suffix)
  WHERE NOT EXISTS (
    SELECT FROM pg_class AS c
    WHERE c.relnamespace = (SELECT o.oid FROM pg_namespace AS o WHERE o.nspname = ledger)
      AND c.relname IN (n.name || suffix, n.name || suffix || '_queue', n.name || suffix || '_rows'))
  ORDER BY length(suffix), suffix
  LIMIT 1
$$;
COMMENT ON FUNCTION saas_metrics._free_queue_name(name, regclass) IS
  'A name, free in a ledger, for what a table needs to be watched by a SELECT. Part of watch.';

CREATE FUNCTION saas_metrics._create_queue(
    ledger name, source_table regclass, query text, callers_path text, OUT marked_by name, OUT columns name[]
  )
  LANGUAGE plpgsql
AS $$
DECLARE
  statement text := saas_metrics._one_select(query);
  -- The ledger comes last: its names hide none of the caller's.
  path text := pg_catalog.concat_ws(', ', nullif(callers_path, ''), pg_catalog.quote_ident(ledger), 'pg_temp');
  made regclass;
BEGIN
  IF statement IS NULL THEN
    PERFORM saas_metrics._refuse_query('must be one SELECT'::text);
  END IF;
  marked_by := saas_metrics._free_queue_name(ledger, source_table);
  columns := saas_metrics._columns_of_query(ledger, source_table, statement, path);
  EXECUTE pg_catalog.format(
    'CREATE TABLE %I (%s "saas_metrics scope" "char") USING heap WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)',
    marked_by || '_queue', coalesce(saas_metrics._queue_columns(source_table, columns) || ',', ''));
  EXECUTE pg_catalog.format('ALTER TABLE %I REPLICA IDENTITY FULL', marked_by || '_queue');
  -- An array of unknown length is taken for a short one, so that plans stay cheap.
  EXECUTE pg_catalog.format(
    'CREATE VIEW changed AS SELECT %1$s FROM pg_catalog.unnest(ARRAY('
    'SELECT "saas_metrics row" FROM %2$I AS "saas_metrics row" WHERE "saas_metrics scope" = ''r'')) AS r',
    (SELECT pg_catalog.string_agg('r.' || pg_catalog.quote_ident(c.name), ', ' ORDER BY c.place)
     FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, place)),
    marked_by || '_queue');
  made := saas_metrics._create_query_view(ledger, marked_by, statement, path);
  EXECUTE pg_catalog.format('ALTER VIEW changed RENAME TO %I', marked_by || '_rows');
  IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = made AND a.attnum > 0) <> 1 THEN
    PERFORM saas_metrics._refuse_query('must yield one column'::text);
  END IF;
  EXECUTE pg_catalog.format('INSERT INTO changed_customers (customer_id) SELECT * FROM %I WHERE false', marked_by);
  EXECUTE pg_catalog.format('COMMENT ON TABLE %I IS %L', marked_by || '_queue', pg_catalog.format(
    'The queue of changes of %s since the last refresh: the columns that the SELECT reads by which it is watched, of old and new rows.', source_table));
  EXECUTE pg_catalog.format('COMMENT ON VIEW %I IS %L', marked_by || '_rows', pg_catalog.format('The changed rows of %s.', source_table));
  EXECUTE pg_catalog.format('COMMENT ON VIEW %I IS %L', marked_by, pg_catalog.format('The customers of the changed rows of %s.', source_table));
END
$$;
COMMENT ON FUNCTION saas_metrics._create_queue(name, regclass, text, text) IS
  'Creates the queue of a table that is watched by a SELECT, with the columns that the SELECT reads, and the view that yields the customers. Errors: 42601 for anything but one SELECT of one column over named columns of changed; 0A000 for a column that cannot be kept. Part of watch.';

-- By a column that no user's table has.
CREATE FUNCTION saas_metrics._is_queue(relation oid) RETURNS boolean
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN EXISTS (SELECT FROM pg_attribute AS a
                 WHERE a.attrelid = relation AND a.attname = 'saas_metrics scope' AND a.atttypid = '"char"'::regtype);
COMMENT ON FUNCTION saas_metrics._is_queue(oid) IS
  'Whether a table is the queue of one that is watched by a SELECT, also after a restore. Part of watch and _own_objects.';

-- Does not wait for readers of a queue, who could be waiting for this transaction: a deadlock. The next
-- watch or unwatch tries again.
CREATE FUNCTION saas_metrics._drop_unused_queues(ledger name) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
  SET lock_timeout = '100ms'
AS $$
DECLARE
  unused name;
BEGIN
  FOR unused IN
    SELECT pg_catalog.left(c.relname, -6)
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ledger)
      AND c.relkind = 'r' AND c.relname ~ '^mark_.*_[0-9]+_queue$' AND saas_metrics._is_queue(c.oid)
      AND NOT EXISTS (SELECT FROM watched_tables AS w WHERE w.marked_by || '_queue' = c.relname)
  LOOP
    BEGIN
      EXECUTE pg_catalog.format('DROP VIEW IF EXISTS %I, %I', unused, unused || '_rows');
      EXECUTE pg_catalog.format('DROP TABLE %I', unused || '_queue');
    EXCEPTION WHEN lock_not_available OR dependent_objects_still_exist THEN
      CONTINUE;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._drop_unused_queues(name) IS
  'Drops the queues of tables that are no longer watched by a SELECT, with their triggers. Part of watch and unwatch.';
