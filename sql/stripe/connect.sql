-- Connecting a ledger to a copy of Stripe ------------------------------------------------

CREATE FUNCTION saas_metrics._stripe_shape(stripe name) RETURNS text
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = stripe) THEN
    RAISE EXCEPTION 'schema "%" does not exist', stripe
      USING ERRCODE = '3F000', HINT = 'Give the schema of the tables that Stripe''s objects are copied to.';
  END IF;
  SELECT s.shape INTO found
  FROM saas_metrics.stripe_shapes AS s
  JOIN pg_attribute AS a ON a.attrelid = to_regclass(format('%I.%I', stripe, s.of_table))
                        AND a.attname = s.of_column AND format_type(a.atttypid, NULL) = coalesce(s.of_type, format_type(a.atttypid, NULL))
  ORDER BY s.place
  LIMIT 1;
  IF found IS NULL THEN
    RAISE EXCEPTION 'schema "%" has no tables that a copy of Stripe is known by', stripe
      USING ERRCODE = '42P01', HINT = (
        SELECT format('Known are %s. For other tables, bind your own query with saas_metrics.connect_invoice_lines and saas_metrics.stripe_line.',
                      string_agg(format('%s (%s.%s%s)', s.shape, s.of_table, s.of_column, ' ' || s.of_type), ', ' ORDER BY s.place))
        FROM saas_metrics.stripe_shapes AS s);
  END IF;
  RETURN found;
END
$$;
COMMENT ON FUNCTION saas_metrics._stripe_shape(name) IS
  'How the copy of Stripe in a schema lies in its tables. Errors: 3F000 without the schema, 42P01 if it has none. Part of connect_stripe.';

CREATE FUNCTION saas_metrics._stripe_query(stripe name, livemode boolean, shape text, input text) RETURNS text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE input
    WHEN 'customers' THEN format($q$
      SELECT c.id AS customer_id, coalesce(c.name, c.email) AS name, saas_metrics._stripe_instant(to_jsonb(c.created)) AS signed_up_at,
             c.metadata AS attributes
      FROM (%s) AS c
      WHERE c.id IS NOT NULL$q$, t.customers)
    -- What is large is detoasted once for each invoice; a list that is not whole says so as another line. What nobody has
    -- paid for yet is no subscription, and of one that has ended nothing more is collected.
    WHEN 'invoice_lines' THEN format($q$
      SELECT i.customer AS customer_id, i.id AS invoice_id, l.*, upper(i.currency) AS currency,
             CASE WHEN l.discount > 0 OR l.whole_discount > 0 THEN
               CASE coalesce(i.discount #>> '{coupon,duration}', i.discount #>> '{source,coupon,duration}')
                 WHEN 'once' THEN 'once' WHEN 'forever' THEN 'permanent' ELSE 'repeating' END
             END AS discount_kind,
             coalesce(saas_metrics._stripe_instant(i.status_transitions -> 'finalized_at'), saas_metrics._stripe_instant(to_jsonb(i.created))) AS issued_at,
             saas_metrics._stripe_instant(i.status_transitions -> 'voided_at') AS voided_at,
             CASE WHEN i.status <> 'open' THEN i.status ELSE coalesce((
               SELECT CASE WHEN s.status LIKE 'incomplete%%' THEN 'draft'
                           WHEN i.attempt_count > 0 AND s.has_ended THEN 'uncollectible' END
               FROM (%3$s) AS s WHERE s.id = l.subscription_id), 'open') END AS status
      FROM (
        SELECT i.id, i.customer, i.status, i.currency, i.created, i.attempt_count, i.status_transitions, once.discount,
               saas_metrics._few_elements(
                 CASE WHEN jsonb_typeof(list -> 'data') = 'array' THEN
                   CASE WHEN list -> 'has_more' = 'true' THEN list -> 'data' || '{"has_more": true}' ELSE list -> 'data' END
                 END) AS line
        FROM (%1$s) AS i
        CROSS JOIN LATERAL (SELECT i.lines || '{}' AS list, i.discount AS discount OFFSET 0) AS once
        WHERE i.customer IS NOT NULL) AS i
      CROSS JOIN LATERAL (SELECT saas_metrics.stripe_price_to_find(i.line) AS id OFFSET 0) AS price
      CROSS JOIN LATERAL saas_metrics.stripe_line(i.line, CASE WHEN price.id IS NOT NULL THEN %2$s END, i.currency) AS l$q$, t.invoices, t.price, t.subscriptions)
    WHEN 'current_subscriptions' THEN format($q$
      SELECT s.customer AS customer_id, i.*
      FROM (
        SELECT s.customer, s.subscription,
               saas_metrics._few_elements(
                 CASE WHEN jsonb_typeof(s.subscription #> '{items,data}') = 'array' THEN s.subscription #> '{items,data}' END) AS item
        FROM (%s) AS s
        WHERE s.customer IS NOT NULL) AS s
      CROSS JOIN LATERAL (SELECT saas_metrics.stripe_price_to_find(s.item) AS id OFFSET 0) AS price
      CROSS JOIN LATERAL saas_metrics.stripe_item(s.item, s.subscription, CASE WHEN price.id IS NOT NULL THEN %s END) AS i
      WHERE i.item_id IS NOT NULL$q$, t.subscriptions, t.price)
  END
  FROM (
    SELECT format(s.customers, stripe, livemode) AS customers, format(s.invoices, stripe, livemode) AS invoices,
           format(s.subscriptions, stripe, livemode) AS subscriptions, format(s.price, stripe, livemode, 'price.id') AS price
    FROM saas_metrics.stripe_shapes AS s
    WHERE s.shape = _stripe_query.shape
  ) AS t
$$;
COMMENT ON FUNCTION saas_metrics._stripe_query(name, boolean, text, text) IS
  'The query of an input over a copy of Stripe. Part of connect_stripe.';

CREATE FUNCTION saas_metrics.connect_stripe(ledger name, stripe name, livemode boolean DEFAULT true) RETURNS text
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  messages text := current_setting('client_min_messages');
  recognised text;
  missing text;
  unwatched text;
  input text;
  watched record;
BEGIN
  PERFORM saas_metrics._hold_ledger(ledger);
  IF stripe IS NULL OR livemode IS NULL THEN
    RAISE EXCEPTION 'an argument of connect_stripe is NULL'
      USING ERRCODE = '22004', HINT = 'Give the schema of the tables that Stripe''s objects are copied to, and true or false.';
  END IF;
  recognised := saas_metrics._stripe_shape(stripe);
  SELECT string_agg(format('%I.%I', stripe, t), ', ' ORDER BY t) INTO missing
  FROM saas_metrics.stripe_shapes AS s, jsonb_object_keys(s.watched) AS t
  WHERE s.shape = recognised AND to_regclass(format('%I.%I', stripe, t)) IS NULL;
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'a copy of Stripe of the shape % needs tables that are not there: %', recognised, missing
      USING ERRCODE = '42P01', HINT = 'Have these objects copied too.';
  END IF;
  -- What is to be told of plans is told once, of the last.
  PERFORM set_config('client_min_messages', 'error', true);
  FOREACH input IN ARRAY '{customers,current_subscriptions,invoice_lines}'::text[] LOOP
    PERFORM saas_metrics._bind_in(ledger, input, saas_metrics._stripe_query(stripe, livemode, recognised, input), 'pg_catalog');
  END LOOP;
  PERFORM saas_metrics._bind_in(ledger, 'subscription_periods', saas_metrics._periods_query(ledger), 'pg_catalog');
  FOR watched IN
    SELECT format('%I.%I', stripe, w.key) AS source_table, format(w.value, stripe, ledger) AS customer
    FROM saas_metrics.stripe_shapes AS s, jsonb_each_text(s.watched) AS w
    WHERE s.shape = recognised
    ORDER BY w.key
  LOOP
    IF (SELECT c.relkind IN ('r', 'p') FROM pg_class AS c WHERE c.oid = watched.source_table::regclass) THEN
      PERFORM saas_metrics._watch_in(ledger, watched.source_table::regclass, watched.customer, false, 'pg_catalog');
    ELSE
      unwatched := concat_ws(', ', unwatched, watched.source_table);
    END IF;
  END LOOP;
  PERFORM set_config('client_min_messages', messages, true);
  PERFORM saas_metrics._warn_of_scans(ledger);
  IF unwatched IS NOT NULL THEN
    RAISE WARNING 'not watched, as they are no tables: %', unwatched
      USING HINT = 'Views show the last refresh, which looks at everything. Watch the tables behind them, if they are in this database.';
  END IF;
  RETURN recognised;
END
$$;
COMMENT ON FUNCTION saas_metrics.connect_stripe(name, name, boolean) IS
  'Makes a ledger''s inputs from a copy of Stripe in a schema of this database, and watches those that are tables: customers, invoice_lines and subscription_periods from invoices and their lines, current_subscriptions from subscriptions. Returns the shape of the copy (saas_metrics.stripe_shapes). livemode: false takes test data instead of live. Errors: 3F000 without the schema, 42P01 for tables of no known shape or without one that it needs, otherwise as bind and watch. Safe to repeat. Then: saas_metrics.refresh, and saas_metrics.check_ledger, which says how far invoices and subscriptions agree.';
