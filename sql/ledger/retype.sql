-- Customers of another type -------------------------------------------------------

-- Whether the type of customers is settled: rows, history, watches or another input use it. The digests that
-- a refresh left of customers without any movement do not count.
CREATE FUNCTION saas_metrics._holds_customers(ledger name, input text) RETURNS boolean
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  own text;
  held boolean;
BEGIN
  held := EXISTS (SELECT FROM current_lines) OR EXISTS (SELECT FROM superseded_lines) OR EXISTS (SELECT FROM closes)
    OR EXISTS (SELECT FROM watched_tables)
    OR EXISTS (SELECT FROM bindings AS b JOIN saas_metrics.input_columns AS c ON c.input = b.input AND c.column_name = 'customer_id'
               WHERE b.bound AND b.input <> _holds_customers.input);
  FOR own IN SELECT c.input || '_rows' FROM saas_metrics.input_columns AS c WHERE c.column_name = 'customer_id' LOOP
    EXIT WHEN held;
    EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %I)', own) INTO held;
  END LOOP;
  RETURN held;
END
$$;
COMMENT ON FUNCTION saas_metrics._holds_customers(name, text) IS
  'Whether customers of a type are in a ledger, or another input is bound to such. Part of bind.';

CREATE FUNCTION saas_metrics._retype_tables(ledger name, tables regclass[], customer_id_type text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  marking record;
  own regclass;
BEGIN
  -- Those of the ledger's own rows, for nothing else is watched yet: some hold on to the type of the queue.
  FOR marking IN SELECT t.relation, t.trigger_name FROM saas_metrics._triggers(ledger) AS t LOOP
    EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', marking.trigger_name, marking.relation);
  END LOOP;
  -- Left by refreshes without a movement; the next one makes it again.
  DELETE FROM customer_digests;
  DELETE FROM rejected_rows;
  DELETE FROM changed_customers;
  FOREACH own IN ARRAY tables LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s ALTER customer_id TYPE %s USING NULL::%2$s', own, customer_id_type);
  END LOOP;
  PERFORM saas_metrics._watch_rows(ledger, c.input) FROM (SELECT DISTINCT i.input FROM saas_metrics.input_columns AS i) AS c;
END
$$;
COMMENT ON FUNCTION saas_metrics._retype_tables(name, regclass[], text) IS 'Part of bind.';

-- Customers of another type, as long as the ledger holds none: all views are made again, and nothing else.
CREATE FUNCTION saas_metrics._retype_ledger(ledger name, input text, customer_id_type text) RETURNS void
  LANGUAGE plpgsql
  SET client_min_messages = warning
AS $$
DECLARE
  known text := saas_metrics._customer_id_type(ledger);
  tables regclass[];
  views regclass[];
  own record;
BEGIN
  SELECT pg_catalog.array_agg(o.relation ORDER BY o.relation) INTO tables
  FROM saas_metrics._own_relations(ledger) AS o
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = o.relation AND a.attname = 'customer_id'
  WHERE o.kind = 'TABLE' AND o.relation <> 'watched_tables'::regclass;
  SELECT pg_catalog.array_agg(o.relation) INTO views
  FROM saas_metrics._own_relations(ledger) AS o
  WHERE o.kind = 'VIEW'
    AND (o.input IS NULL OR EXISTS (SELECT FROM saas_metrics.input_columns AS c WHERE c.input = o.input AND c.column_name = 'customer_id'));
  EXECUTE 'LOCK TABLE ' || pg_catalog.array_to_string(tables, ', ');
  IF saas_metrics._holds_customers(ledger, input) THEN
    RAISE EXCEPTION 'customer_id is %, but the customers of ledger "%" are %', customer_id_type, ledger, known
      USING ERRCODE = '42804', HINT = 'All inputs of a ledger need one type of customer_id, that of the first bound.';
  END IF;
  PERFORM saas_metrics._refuse_losses(
    pg_catalog.format('customer_id is %s, but %%s depends on the ledger with customers of type %s', customer_id_type, known),
    'Drop that, bind, and make it again.',
    (SELECT pg_catalog.array_agg(l ORDER BY l COLLATE "C")
     FROM (SELECT v FROM saas_metrics._losses_of_views(ledger, views) AS v
           UNION
           SELECT t FROM saas_metrics._losses_of_retype(ledger, tables) AS t) AS lost (l)));
  PERFORM saas_metrics._drop_views(views);
  PERFORM saas_metrics._retype_tables(ledger, tables, customer_id_type);
  FOR own IN
    SELECT c.input FROM saas_metrics.input_columns AS c WHERE c.column_name = 'customer_id'
  LOOP
    PERFORM saas_metrics._build_input_view(own.input);
  END LOOP;
  PERFORM saas_metrics._rebuild_views(ledger);
END
$$;
COMMENT ON FUNCTION saas_metrics._retype_ledger(name, text, text) IS 'Part of bind.';
