-- The ledger on the subscriber, and one that does not watch what replication applies.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION saas_metrics;
\ir ../lib/from_scratch.sql
CREATE FUNCTION open_ledger(ledger name, on_replica boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM saas_metrics.create_ledger(ledger);
  PERFORM saas_metrics.bind(ledger, 'subscription_periods',
    'SELECT s.customer_id, s.id::text AS item_id, s.plan, p.price AS amount, interval ''1 month'' AS billing_period, s.starts_on, s.ends_on
     FROM subscriptions AS s JOIN plans AS p USING (plan)');
  PERFORM saas_metrics.watch(ledger, 'subscriptions', 'customer_id', on_replica);
  PERFORM saas_metrics.watch(ledger, 'plans', 'SELECT s.customer_id FROM subscriptions AS s JOIN changed USING (plan)', on_replica);
  PERFORM FROM saas_metrics.refresh(ledger);
END
$$;
SELECT open_ledger('metrics', true), open_ledger('blind', false);
