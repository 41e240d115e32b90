-- Errors of bound queries, and values that are too long for a message.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-30';
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA poison_app;
CREATE TABLE poison_app.subs (customer_id text, price numeric, seats int, began text);
CREATE INDEX ON poison_app.subs (customer_id);
INSERT INTO poison_app.subs VALUES ('a', 10, 1, '2024-01-01'), ('b', 20, 2, '2024-02-01');
CREATE FUNCTION poison_app.raises(code text) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'not now' USING ERRCODE = code, DETAIL = 'of a detail', HINT = 'a hint';
END $$;
-- The error of a statement: SQLSTATE, message, hint, and how many lines of context, none of them the ledger's own SQL.
CREATE FUNCTION pg_temp.error(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
  context text;
BEGIN
  EXECUTE statement;
  RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
  RETURN NEXT format('%s %s', SQLSTATE, CASE WHEN length(SQLERRM) < 1000 THEN SQLERRM ELSE 'LONG ' || left(SQLERRM, 100) END);
  RETURN NEXT 'HINT: ' || hint;
  RETURN NEXT CASE WHEN context ~ 'WITH ' THEN 'CONTEXT: internal SQL'
                   WHEN regexp_count(context, E'\n') > 6 THEN 'CONTEXT: ' || context
                   ELSE 'CONTEXT: short' END;
END $$;
SELECT saas_metrics.create_ledger('poison');
SELECT saas_metrics.bind('poison', 'subscription_periods',
  'SELECT customer_id, price / seats AS amount, interval ''1 month'' AS billing_period, began::date AS starts_on FROM poison_app.subs');
SELECT movements_added FROM saas_metrics.refresh('poison');

-- A row makes the query fail: the ledger stays as it was.
INSERT INTO poison_app.subs VALUES ('c', 10, 0, '2024-01-01');
SELECT pg_temp.error($$ SELECT saas_metrics.refresh('poison') $$);
UPDATE poison_app.subs SET seats = 1, began = 'soon' WHERE customer_id = 'c';
SELECT pg_temp.error($$ SELECT saas_metrics.refresh('poison') $$);
SELECT customer_id, mrr_after FROM poison.movements ORDER BY 1;
DELETE FROM poison_app.subs WHERE customer_id = 'c';
SELECT movements_added FROM saas_metrics.refresh('poison');

-- Each input by its name.
SELECT saas_metrics.bind('poison', 'fx_rates', 'SELECT ''EUR'' AS currency, date ''2024-01-01'' AS valid_from, poison_app.raises(''22000'') AS rate');
SELECT pg_temp.error($$ SELECT saas_metrics.refresh('poison') $$);
SELECT saas_metrics.unbind('poison', 'fx_rates');
SELECT saas_metrics.bind('poison', 'customers', 'SELECT customer_id, poison_app.raises(''P0001'') > 0 AS is_test FROM poison_app.subs');
SELECT pg_temp.error($$ SELECT saas_metrics.refresh('poison') $$);
SELECT saas_metrics.unbind('poison', 'customers');
SELECT saas_metrics.create_ledger('poison_lines');
SELECT saas_metrics.connect_invoice_lines('poison_lines',
  'SELECT customer_id, customer_id AS invoice_id, 1 / (seats - seats) AS amount, interval ''1 month'' AS billing_period,
          began::timestamptz AS service_start, began::timestamptz + interval ''1 month'' AS service_end FROM poison_app.subs');
SELECT pg_temp.error($$ SELECT saas_metrics.refresh('poison_lines') $$);

-- What another try may mend is passed on as it is, and what is not the query's.
SELECT code, e FROM unnest('{40001,40P01,53100,53200,55P03,57P01,58030}'::text[]) AS code, pg_temp.error(format($$ SELECT saas_metrics.bind('poison', 'fx_rates', 'SELECT ''EUR'' AS currency, date ''2024-01-01'' AS valid_from, poison_app.raises(''%s'') AS rate'); SELECT saas_metrics.refresh('poison') $$, code)) AS e WHERE e ~ '^\w{5} ';
CREATE TRIGGER refuses BEFORE INSERT ON poison.current_lines EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger();
INSERT INTO poison_app.subs VALUES ('d', 10, 1, '2024-03-01');
SELECT e FROM pg_temp.error($$ SELECT saas_metrics.refresh('poison') $$) AS e WHERE e NOT LIKE 'CONTEXT%';
DROP TRIGGER refuses ON poison.current_lines;
SELECT movements_added FROM saas_metrics.refresh('poison');

-- Long values are cut.
CREATE FUNCTION pg_temp.long() RETURNS text LANGUAGE sql RETURN repeat('long', 250000);
SELECT name, bool_and(e ~ '^(HINT: .|CONTEXT: short|[0-9A-Z]{5} (?!LONG))') AS is_short, count(*)
FROM (VALUES
  ('currency', $$ SELECT saas_metrics.create_ledger('poison_2', currency => pg_temp.long()) $$),
  ('time_zone', $$ SELECT saas_metrics.create_ledger('poison_2', time_zone => pg_temp.long()) $$),
  ('policy', $$ SELECT saas_metrics.create_ledger('poison_2', policy => pg_temp.long()) $$),
  ('set_policy', $$ SELECT saas_metrics.set_policy('poison', pg_temp.long()) $$),
  ('input', $$ SELECT saas_metrics.bind('poison', pg_temp.long(), 'SELECT 1') $$),
  ('measure', $$ SELECT saas_metrics.explain('poison', '[2024-01-01,2024-02-01)', pg_temp.long()) $$),
  ('dialect', $$ SELECT saas_metrics.metrics_in_dialect('poison', pg_temp.long()) $$),
  ('dialects', $$ SELECT saas_metrics.reconcile('poison', 'default', pg_temp.long(), '[2024-01-01,2024-02-01)') $$),
  ('measure of customers', $$ SELECT saas_metrics.reconcile_customers('poison', 'default', 'stripe', '[2024-01-01,2024-02-01)', pg_temp.long(), 'week') $$),
  ('cause', $$ SELECT saas_metrics.reconcile_customers('poison', 'default', 'stripe', '[2024-01-01,2024-02-01)', 'mrr', pg_temp.long()) $$),
  ('today', $$ SET LOCAL saas_metrics.today = 'longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong'; SELECT * FROM poison.mrr_monthly $$),
  ('grain', $$ SELECT saas_metrics.mrr_movements(1, date '2024-01-01', NULL, 1, pg_temp.long(), date '2024-02-01') $$),
  ('customer', $$ SELECT saas_metrics.mrr_movements(pg_temp.long(), date '2024-01-01', NULL, -1, 'month', date '2024-02-01') $$),
  ('settings', $$ SELECT saas_metrics.ledger_digest(pg_temp.long(), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) $$)
) AS v (name, statement), pg_temp.error(statement) AS e
GROUP BY name ORDER BY name COLLATE "C";

SELECT saas_metrics.drop_ledger('poison'), saas_metrics.drop_ledger('poison_lines');
DROP SCHEMA poison_app CASCADE;
