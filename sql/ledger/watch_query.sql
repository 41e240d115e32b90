-- Tables watched by a query -----------------------------------------------------------
-- Whose a changed row is, such as a price, is asked when it is read and not when it is written: a
-- customer can come to a plan while its price changes, and neither transaction sees the other.

CREATE FUNCTION saas_metrics._execute_as_of_now(statement text) RETURNS void
  STRICT LANGUAGE c AS 'MODULE_PATHNAME', 'execute_as_of_now_wrapper';
COMMENT ON FUNCTION saas_metrics._execute_as_of_now(text) IS
  'Runs a statement that sees what is committed by now, also in a transaction that sees less. Part of the triggers of watched tables.';

CREATE FUNCTION saas_metrics._create_mark_by_query(
    ledger name, source_table regclass, query text, callers_path text
  ) RETURNS name
  LANGUAGE plpgsql
AS $$
DECLARE
  statement text := saas_metrics._one_select(query);
  key name;
BEGIN
  IF statement IS NULL THEN
    PERFORM saas_metrics._refuse_query('must be one SELECT');
  END IF;
  SELECT 'mark_' || pg_catalog.left(c.relname, 40) || '_' || pg_catalog.left(pg_catalog.md5(n.nspname || '.' || c.relname), 8) INTO key
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = source_table;

  -- An array of unknown length is taken for a short one, so that plans stay cheap.
  PERFORM saas_metrics._create_query_view(ledger, key, pg_catalog.format($view$
    WITH changed AS (
      SELECT t.*
      FROM pg_catalog.unnest(ARRAY(SELECT c.row FROM %1$I.changed_rows AS c WHERE c.marked_by = %2$L)) AS r (row),
           LATERAL pg_catalog.jsonb_populate_record(NULL::%3$s, r.row) AS t
    )
    SELECT ids.* FROM (
%4$s
    ) AS ids$view$, ledger, key, source_table, statement), callers_path);
  IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = pg_catalog.quote_ident(key)::regclass AND a.attnum > 0) <> 1 THEN
    PERFORM saas_metrics._refuse_query('must yield one column');
  END IF;
  EXECUTE pg_catalog.format('INSERT INTO changed_customers SELECT * FROM %I WHERE false', key);
  EXECUTE pg_catalog.format('COMMENT ON VIEW %I IS %L', key,
    pg_catalog.format('The customers of the changed rows of %s.', source_table));

  -- The query is tried on each row, so that what fails, fails there and then, and no reader.
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION %I.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = %s AS %L',
    ledger, key, pg_catalog.concat_ws(', ', nullif(nullif(callers_path, ''), '""'), 'pg_temp'), pg_catalog.format($body$
#variable_conflict use_column
DECLARE
  ledger name := saas_metrics._ledger_of_trigger(TG_RELID, TG_NAME);
BEGIN
  BEGIN
    IF TG_OP <> 'INSERT' THEN
      PERFORM pg_catalog.array_agg(ids.customer) FROM (WITH changed AS (SELECT OLD.*) SELECT ids.* FROM (
%1$s
      ) AS ids) AS ids (customer);
    END IF;
    IF TG_OP <> 'DELETE' THEN
      PERFORM pg_catalog.array_agg(ids.customer) FROM (WITH changed AS (SELECT NEW.*) SELECT ids.* FROM (
%1$s
      ) AS ids) AS ids (customer);
    END IF;
  EXCEPTION
    -- No write fails by it, but for what ends the whole transaction.
    WHEN OTHERS THEN
      IF SQLSTATE LIKE '40%%' THEN
        RAISE;
      END IF;
      RAISE WARNING 'whose a change of %% is cannot be told: %%', TG_RELID::pg_catalog.regclass, SQLERRM
        USING HINT = 'The next refresh looks at everything. Call saas_metrics.watch for the table with another SELECT.';
      EXECUTE pg_catalog.format('INSERT INTO %%I.changed_customers VALUES (NULL)', ledger);
      RETURN NULL;
  END;
  EXECUTE pg_catalog.format(
      'INSERT INTO %%I.changed_rows SELECT $1, changed FROM pg_catalog.unnest($2) AS changed WHERE changed IS NOT NULL', ledger)
    USING %2$L::pg_catalog.name, ARRAY[pg_catalog.to_jsonb(OLD), pg_catalog.to_jsonb(NEW)];
  RETURN NULL;
END
$body$, statement, key));
  EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %I.%I() FROM PUBLIC', ledger, key);
  EXECUTE pg_catalog.format('COMMENT ON FUNCTION %I.%I() IS %L', ledger, key,
    'Part of the triggers of watched tables. Runs with the ledger owner''s rights.');
  RETURN key;
END
$$;
COMMENT ON FUNCTION saas_metrics._create_mark_by_query(name, regclass, text, text) IS
  'Makes what a table needs to be watched by a query: a trigger function that keeps its changed rows, and a view, of the same name, that tells their customers. Part of watch.';

CREATE FUNCTION saas_metrics._gather_by_query() RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE (
    SELECT 'CREATE OR REPLACE VIEW changed_by_query AS SELECT c.customer_id FROM changed_customers AS c WHERE false'
           || coalesce(pg_catalog.string_agg(
                pg_catalog.format(' UNION ALL SELECT q.customer_id::%s FROM %I AS q (customer_id)',
                                  saas_metrics._customer_id_type(pg_catalog.current_schema()), w.marked_by), ''
                ORDER BY w.marked_by), '')
    FROM watched_tables AS w
    WHERE w.marked_by IS NOT NULL);
END
$$;
COMMENT ON FUNCTION saas_metrics._gather_by_query() IS
  'Makes the view changed_by_query of a ledger anew. Part of watch, unwatch and upgrade_ledger.';

