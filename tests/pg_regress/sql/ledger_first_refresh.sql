-- The first refresh, for customers of all types, and where somebody uses the tables or made more of them: the
-- same everywhere.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET client_min_messages = error;
CREATE SCHEMA first_app;
CREATE FUNCTION first_app.make(ledger name, id_type text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE first_app.%I AS SELECT (CASE %L WHEN ''uuid'' THEN md5(i::text)::uuid::text ELSE i::text END)::%s AS customer, i FROM generate_series(1, 20) AS i',
                 ledger, id_type, id_type);
  PERFORM saas_metrics.create_ledger(ledger);
  PERFORM saas_metrics.bind(ledger, 'subscription_periods', format(
    'SELECT customer AS customer_id, i::text AS item_id, 10.5 * i AS amount, interval ''1 month'' AS billing_period, date ''2026-01-01'' + i AS starts_on FROM first_app.%I', ledger));
END
$$;
CREATE FUNCTION first_app.refreshed(ledger name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  movements bigint;
  told text;
BEGIN
  SELECT r.movements_added INTO movements FROM saas_metrics.refresh(ledger) AS r;
  EXECUTE format($q$
    SELECT format('%%s movements, %%s lines of %%s, keys: %%s, %%s findings', $1,
                  (SELECT count(*) FROM %1$I.current_lines AS l JOIN first_app.%1$I AS a ON l.customer_id = a.customer AND l.mrr_after = 10.5 * a.i),
                  (SELECT format_type(a.atttypid, NULL) FROM pg_attribute AS a WHERE a.attrelid = '%1$I.current_lines'::regclass AND a.attname = 'customer_id'),
                  (SELECT string_agg(c.conname, ' ' ORDER BY c.conname) FROM pg_constraint AS c WHERE c.conrelid IN ('%1$I.current_lines'::regclass, '%1$I.customer_digests'::regclass) AND c.contype = 'p'),
                  (SELECT count(*) FROM saas_metrics.check_ledger('%1$I'))) $q$, ledger) INTO told USING movements;
  RETURN told;
END
$$;
SELECT first_app.make('first_' || replace(t, ' ', '_'), t) FROM unnest('{smallint,integer,bigint,uuid,text,character varying}'::text[]) AS t;
\pset tuples_only on
\pset format unaligned
SELECT first_app.refreshed('first_smallint');
SELECT first_app.refreshed('first_integer');
SELECT first_app.refreshed('first_bigint');
SELECT first_app.refreshed('first_uuid');
SELECT first_app.refreshed('first_text');
SELECT first_app.refreshed('first_character_varying');
-- While a cursor of the same session is open, with an index, a trigger and a constraint of somebody's own.
SELECT first_app.make(l, 'text') FROM unnest('{first_read,first_index,first_trigger,first_check}'::name[]) AS l;
BEGIN;
DECLARE reader CURSOR FOR SELECT * FROM first_read.current_lines;
FETCH reader;
SELECT movements_added FROM saas_metrics.refresh('first_read');
COMMIT;
CREATE INDEX ON first_index.current_lines (effective_on);
CREATE FUNCTION first_app.count_line() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO first_app.counted VALUES (NEW.seq); RETURN NULL; END $$;
CREATE TABLE first_app.counted (seq integer);
CREATE TRIGGER own AFTER INSERT ON first_trigger.current_lines FOR EACH ROW EXECUTE FUNCTION first_app.count_line();
ALTER TABLE first_check.current_lines ADD CHECK (seq > 0);
SELECT l, movements_added FROM unnest('{first_index,first_trigger,first_check}'::name[]) AS l, saas_metrics.refresh(l);
SELECT count(*) FROM first_app.counted;
SELECT count(*) FROM (
  SELECT customer_id, effective_on, seq, kind, mrr_before, mrr_after, recorded_by FROM first_text.current_lines
  EXCEPT ALL (SELECT customer_id, effective_on, seq, kind, mrr_before, mrr_after, recorded_by FROM first_read.current_lines)) AS other;
SELECT count(*) FROM (SELECT * FROM first_text.rollup EXCEPT ALL SELECT * FROM first_trigger.rollup) AS other;
-- A refresh that fails leaves all as it was.
SELECT first_app.make('first_fails', 'text');
CREATE FUNCTION first_app.fails() RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE 'no amount'; END $$;
SELECT saas_metrics.bind('first_fails', 'subscription_periods', 'SELECT customer AS customer_id, first_app.fails() AS amount, interval ''1 month'' AS billing_period, date ''2026-01-01'' AS starts_on FROM first_app.first_fails');
SELECT saas_metrics.refresh('first_fails');
SELECT conname FROM pg_constraint WHERE conrelid = 'first_fails.current_lines'::regclass AND contype = 'p';
SELECT count(saas_metrics.drop_ledger(ledger)) FROM saas_metrics.ledgers WHERE ledger LIKE 'first\_%';
DROP SCHEMA first_app CASCADE;
