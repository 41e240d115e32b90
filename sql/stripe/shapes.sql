-- How Stripe's objects lie in tables --------------------------------------------------
-- Each shape is a row of queries over its tables: %1$I stands for their schema, %2$L for livemode, and in
-- price %3$s for a line or an item that names it.

CREATE VIEW saas_metrics.stripe_shapes AS
  SELECT shape, place, description, of_table, of_column, customers, price, subscriptions, invoices, watched
  FROM (VALUES
    ('sync_engine', 2, 'The Sync Engine for Stripe before version 1: a column for each field.',
     'invoices', 'lines',
     $q$SELECT c.id, c.name, c.email, c.created, c.metadata
        FROM %1$I.customers AS c
        WHERE c.livemode = %2$L$q$,
     $q$coalesce((SELECT to_jsonb(p) FROM %1$I.prices AS p WHERE p.id = saas_metrics.stripe_price_to_find(%3$s)),
                 (SELECT to_jsonb(p) FROM %1$I.plans AS p WHERE p.id = saas_metrics.stripe_price_to_find(%3$s)))$q$,
     $q$SELECT s.id, s.customer, s.status::text AS status, s.ended_at IS NOT NULL AS has_ended, to_jsonb(s) AS subscription
        FROM %1$I.subscriptions AS s
        WHERE s.livemode = %2$L$q$,
     $q$SELECT i.id, i.customer, i.status::text AS status, i.currency, i.created, i.attempt_count, i.status_transitions, i.lines
        FROM %1$I.invoices AS i
        WHERE i.livemode = %2$L AND i.status <> 'deleted'$q$,
     -- A price never changes; one that comes after a line that names it makes that line readable.
     '{"customers": "id", "invoices": "customer", "subscriptions": "customer",
       "prices": "SELECT r.customer_id FROM %2$I.rejected_rows AS r WHERE EXISTS (SELECT FROM changed)",
       "plans": "SELECT r.customer_id FROM %2$I.rejected_rows AS r WHERE EXISTS (SELECT FROM changed)"}'::jsonb)
  ) AS known (shape, place, description, of_table, of_column, customers, price, subscriptions, invoices, watched);
GRANT SELECT ON saas_metrics.stripe_shapes TO PUBLIC;

COMMENT ON VIEW saas_metrics.stripe_shapes IS
  'The ways in which copies of Stripe lie in Postgres that connect_stripe recognises, and the queries that read them; the first that fits is taken. %1$I stands for the schema, %2$L for livemode, %3$s for a line or an item.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.shape IS 'Its name.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.place IS 'When it is looked for.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.description IS 'What makes such tables.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.of_table IS 'The table that it is recognised by.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.of_column IS 'The column of that table.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.customers IS 'The query of customers: id, name, email, created, metadata.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.price IS 'The expression that finds the price or plan of a line or an item.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.subscriptions IS 'The query of subscriptions: id, customer, status, has_ended, and the object.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.invoices IS
  'The query of invoices: id, customer, status, currency, created, attempt_count, status_transitions, and the list of lines.';
COMMENT ON COLUMN saas_metrics.stripe_shapes.watched IS 'The tables that are watched, and by what: a column, or a SELECT.';
