-- A ledger with row security: a reader has the metrics of the customers that they may see, or an error; never
-- numbers in which others' customers are missing without a word, and never others' customers.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2025-06-30';
CREATE ROLE regress_reader;
CREATE SCHEMA b16;
CREATE TABLE b16.subs (id serial, customer_id text, plan text, price numeric, s date, e date);
CREATE INDEX ON b16.subs (customer_id);
INSERT INTO b16.subs (customer_id, plan, price, s) VALUES ('anna', 'p', 10, '2025-01-01'), ('ben', 'p', 20, '2025-02-01'), ('cleo', 'secretplan', 400, '2025-03-01');
SELECT saas_metrics.create_ledger('l16', row_security => true);
SELECT saas_metrics.bind('l16', 'subscription_periods',
  'SELECT customer_id, id::text AS item_id, plan, price AS amount, interval ''1 month'' AS billing_period, s AS starts_on, e AS ends_on FROM b16.subs');
SELECT saas_metrics.watch('l16', 'b16.subs', 'customer_id');
CREATE POLICY own ON l16.current_lines FOR SELECT USING (customer_id <> 'cleo');
GRANT USAGE ON SCHEMA l16 TO regress_reader;
SELECT customers FROM saas_metrics.refresh('l16');
SELECT pg_sleep(0.01), clock_timestamp() AS then \gset
UPDATE b16.subs SET price = 11, s = '2025-01-15' WHERE customer_id = 'anna';
SELECT customers FROM saas_metrics.refresh('l16');
SELECT closed_through, mrr FROM saas_metrics.close_period('l16', '2025-05-31');
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  rows bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS rows = ROW_COUNT;
  RETURN rows || ' rows';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT $$
  SELECT statement, pg_temp.outcome(statement)
  FROM unnest(ARRAY[
    'SELECT * FROM saas_metrics.mrr_monthly_at(''l16'', ''infinity'')',
    'SELECT * FROM saas_metrics.restatements(''l16'', ''2025-05-31'')',
    'SELECT * FROM saas_metrics.explain(''l16'', ''[2025-01-01,2025-06-01)'', ''new_mrr'')',
    'SELECT * FROM saas_metrics.explain_customer(''l16'', ''[2025-01-01,2025-06-01)'', ''cleo'')',
    'SELECT * FROM saas_metrics.check_ledger(''l16'')',
    'SELECT * FROM saas_metrics.export_commands(''l16'')']) AS statement
$$ AS verbs \gset

-- As the docs grant: the views by name, the lines, the settings.
SELECT string_agg(format('l16.%I', relname), ', ' ORDER BY relname) AS views
FROM pg_class WHERE relnamespace = 'l16'::regnamespace AND relkind = 'v'
  AND relname NOT IN (SELECT input || suffix FROM saas_metrics.input_columns, unnest('{"",_query}'::text[]) AS suffix) \gset
GRANT SELECT ON :views, l16.current_lines, l16.ledger_settings, l16.policies, l16.ledger_policy TO regress_reader;
SET ROLE regress_reader;
SELECT period_start, closing_mrr, closing_customers FROM l16.mrr_monthly WHERE period_start = '2025-04-01';
SELECT customer_id, contribution FROM saas_metrics.explain('l16', '[2025-01-01,2025-06-01)', 'new_mrr');
:verbs;
-- A function of the reader's own is called for no row that the policy hides.
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE WARNING 'leak %', $1; RETURN true; END $$;
SELECT count(*) FROM l16.current_lines WHERE pg_temp.leak(customer_id) AND kind = 'new';
SELECT count(*) FROM l16.movements WHERE pg_temp.leak(customer_id);
SELECT count(*) FROM pg_stats WHERE schemaname = 'l16' AND most_common_vals::text LIKE '%cleo%';
RESET ROLE;

-- With all that the lines of the past take, too: its history is not the reader's.
GRANT SELECT ON l16.superseded_lines, l16.rejected_rows, l16.refreshes, l16.closes, l16.changed_customers TO regress_reader;
SET ROLE regress_reader;
:verbs;
SELECT customer_id, mrr FROM l16.customer_status ORDER BY 1;
SELECT DISTINCT plan FROM l16.mrr_by_plan_monthly;
-- No view shows cleo, or what only she has.
CREATE FUNCTION pg_temp.seen(secret text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  seen regclass;
  found boolean;
BEGIN
  FOR seen IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'l16'::regnamespace AND c.relkind = 'v' AND has_table_privilege(c.oid, 'SELECT') LOOP
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT FROM %s AS t WHERE strpos(t::text, $1) > 0)', seen) INTO found USING secret;
    EXCEPTION WHEN insufficient_privilege THEN
      found := false;
    END;
    IF found THEN
      RETURN NEXT seen::text;
    END IF;
  END LOOP;
END $$;
SELECT pg_temp.seen('cleo') UNION ALL SELECT pg_temp.seen('secretplan') UNION ALL SELECT pg_temp.seen('430');
SELECT count(*) > 0 AS sees_anna FROM pg_temp.seen('anna');
RESET ROLE;
-- A superseded line has a policy of its own: without one, none is seen.
SET ROLE regress_reader;
SELECT count(*) FROM l16.superseded_lines;
RESET ROLE;

-- The owner, and who passes by row security, has all of it.
SELECT period_start, closing_mrr FROM saas_metrics.mrr_monthly_at('l16', :'then') WHERE period_start IN ('2025-01-01', '2025-04-01');
CREATE ROLE regress_auditor BYPASSRLS;
GRANT USAGE ON SCHEMA l16 TO regress_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA l16 TO regress_auditor;
SET ROLE regress_auditor;
SELECT period_start, closing_mrr FROM saas_metrics.mrr_monthly_at('l16', :'then') WHERE period_start IN ('2025-01-01', '2025-04-01');
SELECT count(*) FROM saas_metrics.restatements('l16', '2025-05-31');
RESET ROLE;

SELECT saas_metrics.drop_ledger('l16');
DROP SCHEMA b16 CASCADE;
DROP OWNED BY regress_reader, regress_auditor;
DROP ROLE regress_reader, regress_auditor;
