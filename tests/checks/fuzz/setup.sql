-- A ledger to call functions on, whose owner is no superuser.
SET statement_timeout = 0;
CREATE EXTENSION saas_metrics;
CREATE ROLE fuzz_owner;
CREATE ROLE fuzz_nobody;
GRANT CREATE, TEMPORARY ON DATABASE postgres TO fuzz_owner;

-- Only a superuser can make such a cast: values of this type are the library's, but bytes rot.
CREATE CAST (bytea AS saas_metrics.packed_movements) WITHOUT FUNCTION;

SET SESSION AUTHORIZATION fuzz_owner;
CREATE SCHEMA app;
CREATE DOMAIN app.short AS text CHECK (length(VALUE) < 5);
CREATE TABLE app.subscriptions (
  id             serial PRIMARY KEY,
  customer_id    text,
  plan           text,
  amount         numeric,
  billing_period interval,
  starts_at      timestamptz,
  ends_at        timestamptz,
  status         text
);
CREATE INDEX ON app.subscriptions (customer_id);
INSERT INTO app.subscriptions (customer_id, plan, amount, billing_period, starts_at, ends_at, status)
SELECT 'c' || i % 20, 'p' || i % 3, i % 100, '1 month', timestamptz '2024-01-01' + i * interval '1 day',
       CASE WHEN i % 3 = 0 THEN timestamptz '2024-03-01' + i * interval '1 day' END, 'active'
FROM generate_series(1, 100) AS i;

SELECT saas_metrics.create_ledger('lg');
SELECT saas_metrics.bind('lg', 'subscription_periods',
  'SELECT customer_id, id::text AS item_id, plan, amount, billing_period, starts_at, ends_at, status FROM app.subscriptions');
SELECT saas_metrics.watch('lg', 'app.subscriptions', 'customer_id');
SELECT saas_metrics.refresh('lg');
SELECT saas_metrics.create_ledger('we"ird%s ''x', row_security => true);

CREATE TABLE app.packed AS
SELECT saas_metrics.ledger_movements(
         (SELECT e.settings FROM lg.engine_settings AS e), NULL, NULL, s.id::text, NULL, s.plan, 'recurring', s.amount, 0, 'permanent', 'USD',
         s.billing_period, s.starts_at, s.ends_at, s.status, NULL, NULL, NULL, NULL, false, NULL) AS movements
FROM app.subscriptions AS s
GROUP BY s.customer_id;
GRANT USAGE ON SCHEMA app, lg TO fuzz_nobody;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO fuzz_nobody;
GRANT SELECT ON lg.engine_settings TO fuzz_nobody;
