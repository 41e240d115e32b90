-- How Stripe's objects lie in tables --------------------------------------------------
-- Each shape is a row of queries over its tables: %1$I stands for their schema, %2$L for livemode, and in
-- price %3$s for its id. Plans are prices too.

CREATE VIEW saas_metrics.stripe_shapes AS
  SELECT shape, place, description, of_table, of_column, of_type, customers, price, subscriptions, invoices,
         -- A price never changes; one that comes after a line that names it makes that line readable.
         watched || jsonb_build_object(prices, 'SELECT r.customer_id FROM %2$I.rejected_rows AS r WHERE EXISTS (SELECT FROM changed)') AS watched
  FROM (
    -- Of one version the subscription's customer is a jsonb.
    SELECT k.shape, k.place, 'Stripe''s Sync Engine from version 1 on, and its own sync to Postgres: each object whole in _raw_data' || k.note || '.',
           k.of_table, k.of_column, 'jsonb',
           $q$SELECT c.id, c.name, c.email, c.created, c.metadata::jsonb AS metadata
              FROM %1$I.customers AS c
              WHERE c.livemode = %2$L$q$,
           $q$(SELECT p._raw_data FROM %1$I.prices AS p WHERE p.id = %3$s LIMIT 1)$q$,
           $q$SELECT s.id, s.customer$q$ || k.as_text || $q$ AS customer, s.status::text AS status, s.ended_at IS NOT NULL AS has_ended,
                     s._raw_data AS subscription
              FROM %1$I.subscriptions AS s
              WHERE s.livemode = %2$L$q$,
           $q$SELECT i.id, i.customer, i.status::text AS status, i.currency, i.created, i.attempt_count,
                     i.status_transitions::jsonb AS status_transitions, coalesce(nullif(i._raw_data -> 'discount', 'null'), i.discounts::jsonb -> 0) AS discount, i.lines::jsonb AS lines
              FROM %1$I.invoices AS i
              WHERE i.livemode = %2$L$q$,
           jsonb_build_object('customers', 'id', 'invoices', 'customer', 'subscriptions', k.customer), 'prices'
    FROM (VALUES ('raw_data_references', 1, 'subscriptions', 'customer', ', the customer of a subscription as jsonb', ' #>> ''{}''', 'SELECT c.customer #>> ''{}'' FROM changed AS c'),
                 ('raw_data', 2, 'invoices', '_raw_data', '', '', 'customer')) AS k (shape, place, of_table, of_column, note, as_text, customer)
    UNION ALL
    SELECT 'sync_engine', 3, 'The Sync Engine before version 1: a column for each field.',
           'invoices', 'lines', 'jsonb',
           $q$SELECT c.id, c.name, c.email, c.created, c.metadata
              FROM %1$I.customers AS c
              WHERE c.livemode = %2$L$q$,
           $q$(SELECT to_jsonb(p) FROM %1$I.prices AS p WHERE p.id = %3$s)$q$,
           $q$SELECT s.id, s.customer, s.status::text AS status, s.ended_at IS NOT NULL AS has_ended, to_jsonb(s) AS subscription
              FROM %1$I.subscriptions AS s
              WHERE s.livemode = %2$L$q$,
           $q$SELECT i.id, i.customer, i.status::text AS status, i.currency, i.created, i.attempt_count, i.status_transitions,
                     coalesce(nullif(i.discount, 'null'), i.discounts -> 0) AS discount, i.lines
              FROM %1$I.invoices AS i
              WHERE i.livemode = %2$L AND i.status <> 'deleted'$q$,
           '{"customers": "id", "invoices": "customer", "subscriptions": "customer"}'::jsonb, 'prices'
    UNION ALL
    -- Its foreign keys are numbers or Stripe's ids, as was set when it was installed; customers are what they are.
    SELECT k.shape, k.place, 'dj-stripe from version 2.10 on, whose foreign keys are ' || k.keys || ': each object whole in stripe_data.',
           'djstripe_invoice', 'customer_id', k.of_type,
           $q$SELECT c.$q$ || k.key || $q$ AS id, c.stripe_data ->> 'name' AS name, c.email, extract(epoch FROM c.created)::bigint AS created, c.metadata
              FROM %1$I.djstripe_customer AS c
              WHERE c.livemode = %2$L$q$,
           $q$(SELECT p.stripe_data FROM %1$I.djstripe_price AS p WHERE p.id = %3$s)$q$,
           $q$SELECT s.id, s.customer_id AS customer, s.stripe_data ->> 'status' AS status, s.stripe_data ->> 'ended_at' IS NOT NULL AS has_ended,
                     s.stripe_data AS subscription
              FROM %1$I.djstripe_subscription AS s
              WHERE s.livemode = %2$L$q$,
           $q$SELECT i.id, i.customer_id AS customer, o.object ->> 'status' AS status, o.object ->> 'currency' AS currency,
                     (o.object ->> 'created')::bigint AS created, (o.object ->> 'attempt_count')::bigint AS attempt_count,
                     o.object -> 'status_transitions' AS status_transitions,
                     coalesce(nullif(o.object -> 'discount', 'null'), o.object -> 'discounts' -> 0) AS discount, o.object -> 'lines' AS lines
              FROM %1$I.djstripe_invoice AS i
              CROSS JOIN LATERAL (SELECT i.stripe_data || '{}' AS object OFFSET 0) AS o
              WHERE i.livemode = %2$L$q$,
           jsonb_build_object('djstripe_customer', k.key, 'djstripe_invoice', 'customer_id', 'djstripe_subscription', 'customer_id'),
           'djstripe_price'
    FROM (VALUES ('dj_stripe', 4, 'Stripe''s ids', 'character varying', 'id'),
                 ('dj_stripe_numbers', 5, 'numbers', 'bigint', 'djstripe_id')) AS k (shape, place, keys, of_type, key)
    UNION ALL
    -- Lines do not tell discounts: what the invoice takes off is spread over its charges by their amounts.
    SELECT 'fivetran', 6, 'Fivetran''s connector: a table for each kind of object, lines of invoices among them.',
           'invoice_line_item', 'subscription_item_id', NULL,
           $q$SELECT c.id, c.name, c.email, extract(epoch FROM c.created)::bigint AS created, c.metadata::jsonb AS metadata
              FROM %1$I.customer AS c
              WHERE c.livemode = %2$L$q$,
           $q$(SELECT to_jsonb(p) || jsonb_build_object(
                        'product', p.product_id,
                        'type', CASE WHEN p.recurring_interval IS NULL THEN 'one_time' ELSE 'recurring' END,
                        'recurring', CASE WHEN p.recurring_interval IS NOT NULL THEN jsonb_build_object(
                          'interval', p.recurring_interval, 'interval_count', p.recurring_interval_count,
                          'usage_type', p.recurring_usage_type) END,
                        'transform_quantity', CASE WHEN to_jsonb(p) ->> 'transform_quantity_divide_by' IS NOT NULL THEN jsonb_build_object(
                          'divide_by', to_jsonb(p) -> 'transform_quantity_divide_by', 'round', to_jsonb(p) -> 'transform_quantity_round') END)
               FROM %1$I.price AS p WHERE p.id = %3$s)$q$,
           $q$SELECT s.id, s.customer_id AS customer, s.status, s.ended_at IS NOT NULL AS has_ended,
                     jsonb_build_object(
                       'id', s.id, 'status', s.status, 'created', extract(epoch FROM s.created)::bigint,
                       'start_date', extract(epoch FROM s.start_date)::bigint, 'canceled_at', extract(epoch FROM s.canceled_at)::bigint,
                       'cancel_at', extract(epoch FROM s.cancel_at)::bigint, 'cancel_at_period_end', s.cancel_at_period_end,
                       'current_period_end', extract(epoch FROM s.current_period_end)::bigint,
                       'ended_at', extract(epoch FROM s.ended_at)::bigint,
                       'pause_collection', CASE WHEN to_jsonb(s) ->> 'pause_collection_behavior' IS NOT NULL THEN '{}'::jsonb END,
                       'items', jsonb_build_object('data', (
                         SELECT jsonb_agg(jsonb_build_object('id', x.id, 'quantity', x.quantity, 'price', x.plan_id,
                                                             'created', extract(epoch FROM x.created)::bigint) ORDER BY x.id)
                         FROM %1$I.subscription_item AS x
                         WHERE x.subscription_id = s.id))) AS subscription
              FROM %1$I.subscription_history AS s
              WHERE s._fivetran_active IS NOT FALSE AND s.livemode = %2$L$q$,
           $q$SELECT i.id, i.customer_id AS customer, i.status, i.currency, extract(epoch FROM i.created)::bigint AS created, i.attempt_count,
                     jsonb_build_object('finalized_at', extract(epoch FROM i.status_transitions_finalized_at)::bigint,
                                        'voided_at', extract(epoch FROM i.status_transitions_voided_at)::bigint) AS status_transitions,
                     NULL::jsonb AS discount,
                     (SELECT jsonb_build_object('data', jsonb_agg(jsonb_build_object(
                               'id', l.id, 'amount', l.amount, 'quantity', l.quantity, 'proration', l.proration,
                               'subscription', l.subscription_id, 'subscription_item', l.subscription_item_id,
                               'price', coalesce(to_jsonb(l) ->> 'price_id', l.plan_id),
                               'period', jsonb_build_object('start', extract(epoch FROM l.period_start)::bigint,
                                                            'end', extract(epoch FROM l.period_end)::bigint),
                               'discount_amounts', CASE WHEN l.amount > 0 THEN jsonb_build_array(jsonb_build_object('amount',
                                 round(i.off * l.upto / l.charged) - round(i.off * (l.upto - l.amount) / l.charged))) END)))
                      FROM (SELECT l.*, sum(l.amount) FILTER (WHERE l.amount > 0) OVER () AS charged,
                                   sum(l.amount) FILTER (WHERE l.amount > 0) OVER (ORDER BY l.id) AS upto
                            FROM %1$I.invoice_line_item AS l
                            WHERE l.invoice_id = i.id AND l.id NOT LIKE 'sub%%') AS l) AS lines
              FROM (SELECT i.*, greatest(i.subtotal + coalesce(i.tax, 0) - i.total, 0)::numeric AS off FROM %1$I.invoice AS i) AS i
              WHERE i.livemode = %2$L AND i.is_deleted IS NOT TRUE$q$,
           '{"customer": "id", "invoice": "customer_id", "subscription_history": "customer_id",
             "invoice_line_item": "SELECT i.customer_id FROM %1$I.invoice AS i JOIN changed AS c ON c.invoice_id = i.id",
             "subscription_item": "SELECT s.customer_id FROM %1$I.subscription_history AS s JOIN changed AS c ON c.subscription_id = s.id"}'::jsonb,
           'price'
  ) AS known (shape, place, description, of_table, of_column, of_type, customers, price, subscriptions, invoices, watched, prices);
GRANT SELECT ON saas_metrics.stripe_shapes TO PUBLIC;

COMMENT ON VIEW saas_metrics.stripe_shapes IS
  'The ways in which copies of Stripe lie in Postgres that connect_stripe recognises, and the queries that read them; the first that fits is taken. %1$I stands for the schema, %2$L for livemode, %3$s for the id of a price.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.shape IS 'Its name.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.place IS 'When it is looked for.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.description IS 'What makes such tables.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.of_table IS 'The table that it is recognised by.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.of_column IS 'The column of that table.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.of_type IS 'The type of that column; NULL: any.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.customers IS 'The query of customers: id, name, email, created, metadata.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.price IS 'The expression that gives the price of an id.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.subscriptions IS 'The query of subscriptions: id, customer, status, has_ended, and the object.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.invoices IS
  'The query of invoices: id, customer, status, currency, created, attempt_count, status_transitions, the discount, and the list of lines.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.watched IS 'The tables that are watched, and by what: a column, or a SELECT.';
