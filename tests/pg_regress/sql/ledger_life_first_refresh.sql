-- The first hour of a young company: the first refresh finds nothing that counts, for whatever reason. All that
-- comes after works, and the first payment appears; watched or not.
\set SHOW_CONTEXT never
\pset format unaligned
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
SET client_min_messages = error;
CREATE SCHEMA first_life_app;
CREATE TABLE first_life_app.kind (kind name, wrong text, right_again text);
-- Each has one row that does not count, and what makes it 10 a month from April on.
INSERT INTO first_life_app.kind VALUES
  ('rejected',  $$ ('a', '1', 10, NULL, '2024-04-01', NULL, 'active', 'recurring') $$, 'SET cycle = ''1 month'''),
  ('trial',     $$ ('a', '1', 10, '1 month', '2024-04-01', NULL, 'trialing', 'recurring') $$, 'SET state = ''active'''),
  ('free',      $$ ('a', '1', 0, '1 month', '2024-04-01', NULL, 'active', 'recurring') $$, 'SET price = 10'),
  ('metered',   $$ ('a', '1', 10, '1 month', '2024-04-01', NULL, 'active', 'usage') $$, 'SET what = ''recurring'''),
  ('moment',    $$ ('a', '1', 10, '1 month', '2024-04-01', '2024-04-01', 'active', 'recurring') $$, 'SET ended = NULL'),
  ('test',      $$ ('test', '1', 10, '1 month', '2024-04-01', NULL, 'active', 'recurring') $$, 'SET account = ''a'''),
  ('nobody',    $$ (NULL, '1', 10, '1 month', '2024-04-01', NULL, 'active', 'recurring') $$, 'SET account = ''a''');
CREATE FUNCTION first_life_app.make(ledger name, wrong text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE first_life_app.%I (account text, item text, price numeric, cycle interval, began date, ended date, state text, what text)', ledger);
  EXECUTE format('CREATE INDEX ON first_life_app.%I (account)', ledger);
  EXECUTE format('INSERT INTO first_life_app.%I VALUES %s', ledger, wrong);
  PERFORM saas_metrics.create_ledger(ledger);
  PERFORM saas_metrics.bind(ledger, 'subscription_periods', format(
    'SELECT account AS customer_id, item AS item_id, price AS amount, cycle AS billing_period, began AS starts_on, ended AS ends_on, state AS status, what AS kind FROM first_life_app.%I', ledger));
  PERFORM saas_metrics.bind(ledger, 'customers', 'SELECT ''test'' AS customer_id, true AS is_test');
END
$$;
CREATE FUNCTION first_life_app.told(ledger name, and_checks boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  told text;
BEGIN
  EXECUTE format($q$ SELECT format('%%s rejected, MRR %%s of %%s%%s',
    (SELECT coalesce(sum(rows), 0) FROM %1$I.rejected_rows), (SELECT mrr FROM %1$I.committed_mrr), (SELECT customers FROM %1$I.committed_mrr),
    CASE WHEN $1 THEN (SELECT format(', %%s errors', count(*)) FROM saas_metrics.check_ledger('%1$I') WHERE severity = 'error') END) $q$, ledger)
    INTO told USING and_checks;
  RETURN told;
END
$$;
-- What each verb adds of movements, one after the other; then what the ledger tells, before and after the mending.
CREATE FUNCTION first_life_app.live(ledger name, kind name, right_again text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  added bigint[];
  told text;
BEGIN
  added[1] := (SELECT movements_added FROM saas_metrics.refresh(ledger));
  added[2] := (SELECT movements_added FROM saas_metrics.refresh(ledger));
  added[3] := (SELECT movements_added FROM saas_metrics.set_policy(ledger, 'stripe'));
  added[4] := (SELECT movements_added FROM saas_metrics.set_policy(ledger, 'default'));
  PERFORM saas_metrics.upgrade_ledger(ledger);
  PERFORM saas_metrics.rebind(ledger);
  added[5] := (SELECT movements_added FROM saas_metrics.refresh(ledger));
  added[6] := (SELECT movements_added FROM saas_metrics.refresh(ledger, everything => true));
  told := first_life_app.told(ledger);
  EXECUTE format('UPDATE first_life_app.%I %s', ledger, right_again);
  added[7] := (SELECT movements_added FROM saas_metrics.refresh(ledger));
  added[8] := (SELECT movements_added FROM saas_metrics.refresh(ledger));
  RETURN format('%s: %s; %s; %s', ledger, added, told, first_life_app.told(ledger, true));
END
$$;
SELECT count(first_life_app.make(l, k.wrong)) FROM first_life_app.kind AS k, unnest(ARRAY['first_life_' || kind, 'first_life_watched_' || kind]) AS l;
SELECT count(saas_metrics.watch(('first_life_watched_' || kind)::name, ('first_life_app.first_life_watched_' || kind)::regclass, 'account')) FROM first_life_app.kind;
\pset tuples_only on
SELECT first_life_app.live(('first_life_' || k.kind)::name, k.kind, k.right_again) FROM first_life_app.kind AS k;
SELECT first_life_app.live(('first_life_watched_' || k.kind)::name, k.kind, k.right_again) FROM first_life_app.kind AS k;
-- Views are those of the change before any refresh, once there was one.
UPDATE first_life_app.first_life_watched_trial SET price = 25;
SELECT first_life_app.told('first_life_watched_trial');

-- The binding is what was wrong, not the rows.
SELECT first_life_app.make('first_life_binding', $$ ('a', '1', 10, NULL, '2024-04-01', NULL, 'active', 'recurring') $$);
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('first_life_binding');
SELECT saas_metrics.bind('first_life_binding', 'subscription_periods',
  'SELECT account AS customer_id, item AS item_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM first_life_app.first_life_binding');
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('first_life_binding');
SELECT first_life_app.told('first_life_binding');

-- No rows at all, then some; the same by the ledger's own table; and a company that loses its first customer.
SELECT first_life_app.make('first_life_empty', $$ ('a', '1', 10, NULL, '2024-04-01', NULL, 'active', 'recurring') $$);
DELETE FROM first_life_app.first_life_empty;
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('first_life_empty');
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('first_life_empty');
INSERT INTO first_life_app.first_life_empty VALUES ('a', '1', 10, '1 month', '2024-04-01', NULL, 'active', 'recurring');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('first_life_empty');
DELETE FROM first_life_app.first_life_empty;
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('first_life_empty');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('first_life_empty');
INSERT INTO first_life_app.first_life_empty VALUES ('b', '1', 7, '1 month', '2024-04-01', NULL, 'active', 'recurring');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('first_life_empty');
SELECT first_life_app.told('first_life_empty');
SELECT saas_metrics.create_ledger('first_life_own');
SELECT periods, movements_added FROM saas_metrics.refresh('first_life_own');
INSERT INTO first_life_own.subscription_periods_rows (customer_id, amount, billing_period, starts_at, status) VALUES ('a', 10, '1 month', '2024-04-01', 'trialing');
SELECT periods, movements_added FROM saas_metrics.refresh('first_life_own');
SELECT periods, movements_added FROM saas_metrics.set_policy('first_life_own', 'default');
UPDATE first_life_own.subscription_periods_rows SET status = 'active';
SELECT periods, movements_added FROM saas_metrics.refresh('first_life_own');
SELECT first_life_app.told('first_life_own');

-- Writes with triggers disabled mark nobody; everything takes them in, on request.
SELECT saas_metrics.unbind('first_life_watched_trial', 'customers');
SELECT movements_added FROM saas_metrics.refresh('first_life_watched_trial');
ALTER TABLE first_life_app.first_life_watched_trial DISABLE TRIGGER ALL;
INSERT INTO first_life_app.first_life_watched_trial VALUES ('b', '2', 5, '1 month', '2024-05-01', NULL, 'active', 'recurring');
ALTER TABLE first_life_app.first_life_watched_trial ENABLE TRIGGER ALL;
SELECT customers, movements_added FROM saas_metrics.refresh('first_life_watched_trial');
SELECT customers, movements_added FROM saas_metrics.refresh('first_life_watched_trial', false);
SELECT customers, movements_added FROM saas_metrics.refresh('first_life_watched_trial', everything => true);
SELECT customers, movements_added FROM saas_metrics.refresh('first_life_watched_trial');
SELECT saas_metrics.refresh('first_life_watched_trial', NULL);

-- Before any refresh all views are empty, who changed is not shown for all; freshness says so.
SELECT first_life_app.make('first_life_never', $$ ('a', '1', 10, '1 month', '2024-04-01', NULL, 'active', 'recurring') $$);
SELECT saas_metrics.watch('first_life_never', 'first_life_app.first_life_never', 'account');
INSERT INTO first_life_app.first_life_never VALUES ('b', '2', 5, '1 month', '2024-05-01', NULL, 'active', 'recurring');
CREATE FUNCTION first_life_app.not_empty(ledger name) RETURNS TABLE (view_name name, rows bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR view_name IN
    SELECT relname FROM pg_class WHERE relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = ledger) AND relkind = 'v'
      AND relname ~ '^(mrr_|churn_|cohort_|customer_status|customer_mrr|committed_mrr|movement|net_movements)'
    ORDER BY 1
  LOOP
    EXECUTE format('SELECT count(*) FROM %I.%I', ledger, view_name) INTO rows;
    IF rows > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END
$$;
SELECT * FROM first_life_app.not_empty('first_life_never');
SELECT last_refresh, refreshed_at, customers_pending, everything_pending FROM first_life_never.freshness;
SELECT movements_added FROM saas_metrics.refresh('first_life_never');
SELECT count(*) > 15 FROM first_life_app.not_empty('first_life_never');

SELECT count(saas_metrics.drop_ledger(ledger)) FROM saas_metrics.ledgers WHERE ledger LIKE 'first\_life\_%';
DROP SCHEMA first_life_app CASCADE;
