-- One company in every dialect, and why two of them differ. All by hand, for February 2024.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET saas_metrics.today = '2024-03-05';
SELECT saas_metrics.create_ledger('spoken');
INSERT INTO spoken.subscription_periods_rows (customer_id, item_id, amount, discount, billing_period, starts_at, ends_at, status, cancel_requested_at) VALUES
  ('ann', '1', 100, 0,  '1 month', '2024-01-05', NULL,         NULL,       NULL),
  -- Asks on February 20 to leave on March 20.
  ('bob', '1', 60,  0,  '1 month', '2024-01-05', '2024-03-20', NULL,       '2024-02-20'),
  -- A discount of 50 from February 10 on.
  ('cat', '1', 200, 0,  '1 month', '2024-01-05', '2024-02-10', NULL,       NULL),
  ('cat', '1', 200, 50, '1 month', '2024-02-10', NULL,         NULL,       NULL),
  -- Comes and goes in February.
  ('dan', '1', 30,  0,  '1 month', '2024-02-03', '2024-02-20', NULL,       NULL),
  -- Was gone, and is back on February 10.
  ('eve', '1', 40,  0,  '1 month', '2024-01-05', '2024-01-20', NULL,       NULL),
  ('eve', '1', 40,  0,  '1 month', '2024-02-10', NULL,         NULL,       NULL),
  -- Pays nothing from February 15 on.
  ('fay', '1', 80,  0,  '1 month', '2024-01-05', '2024-02-15', NULL,       NULL),
  ('fay', '1', 80,  80, '1 month', '2024-02-15', NULL,         NULL,       NULL),
  -- Tries it from February 10 on.
  ('gus', '1', 70,  0,  '1 month', '2024-02-10', NULL,         'trialing', NULL),
  -- Has not paid since January 8: thirty days are over on February 7.
  ('hal', '1', 25,  0,  '1 month', '2024-01-01', '2024-01-08', NULL,       NULL),
  ('hal', '1', 25,  0,  '1 month', '2024-01-08', NULL,         'past_due', NULL);

-- Opening: ann 100, bob 60, cat 200, fay 80, hal 25: 465 of five, in all dialects. At closing cat has
-- 150 and eve 40.
--   default      375 of ann, bob, cat, eve, hal. fay of five is lost: 1/5. 50 and 80 of 465 are lost,
--                335 are kept. 375/5 = 75; 75 * 5 = 375.
--   stripe       Without bob: 315 of four. bob, dan and fay went, of five and dan: 3/6. 50 + 60 + 30 + 80
--                = 220 lost; ann 100, cat 150 and hal 25 kept: 275. 315/4 = 78.75; 78.75 * 2 = 157.5.
--   chartmogul   fay is still a customer: 375 of six; nobody lost. 50 + 80 + 30 = 160 lost, 40 come
--                back: 120 net, yet 335 are kept. 375 of five who pay: 75. No churn in the months before.
--   profitwell   Months are netted, dan was never there: as default.
--   baremetrics  Without hal: 350 of four. dan, fay and hal of five: 3/5. 50 + 30 + 80 + 25 = 185 lost,
--                280 kept. 350/4 = 87.5; 87.5 / 0.6 = 145.8333333333.
--   recurly      As default, but per seven with a subscription, fay and gus among them: 375/7 = 53.5714;
--                53.5714 * 1.1 / (0.1 + 0.2) = 196.4285714286.
SELECT d.dialect, m.mrr, m.customers, round(m.churn_rate, 6) AS churn_rate, round(m.gross_revenue_churn_rate * 465, 6) AS gross,
       round(m.net_revenue_churn_rate * 465, 6) AS net, round(m.nrr * 465, 6) AS kept, round(m.arpa, 4) AS arpa, m.ltv
FROM unnest('{default,stripe,chartmogul,profitwell,baremetrics,recurly}'::text[]) WITH ORDINALITY AS d (dialect, place)
CROSS JOIN LATERAL saas_metrics.metrics_in_dialect('spoken', dialect => d.dialect, since => '2024-02-01', until => '2024-03-01') AS m
ORDER BY d.place;

-- Months that overlap since and until; the one that is not over.
SELECT period_start, period_end, complete, currency, mrr, customers, churn_rate, nrr, arpa, ltv
FROM saas_metrics.metrics_in_dialect('spoken', 'default');
SELECT period_start FROM saas_metrics.metrics_in_dialect('spoken', 'stripe', since => '2024-01-31', until => '2024-02-02');
SELECT period_start FROM saas_metrics.metrics_in_dialect('spoken', 'stripe', until => '2024-02-01');

-- Stripe's 315 and ChartMogul's 375: bob, who is still there. Four customers and six: he and fay. Churn
-- of 3/6: without bob 2/6, without fay 1/6, and dan counts in neither of five: 0.
SELECT measure, round(value_a, 6) AS a, round(value_b, 6) AS b, cause, cause_a, cause_b, round(part, 6) AS part, customers
FROM saas_metrics.reconcile('spoken', 'stripe', 'chartmogul', period => daterange('2024-02-01', '2024-03-01'))
WHERE measure IN ('mrr', 'customers', 'churn_rate', 'arpa');
-- Net churn: 190 of 465 are 130 with bob; by the other formula dan's 30 count and eve's 40 are set off.
SELECT measure, round(value_a * 465, 6) AS a, round(value_b * 465, 6) AS b, cause, round(part * 465, 6) AS part, customers
FROM saas_metrics.reconcile('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01'))
WHERE measure = 'net_revenue_churn_rate' AND part <> 0;
-- Where one side has no value, neither has the difference.
SELECT measure, value_a, value_b, difference, cause, part, customers
FROM saas_metrics.reconcile('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01'))
WHERE measure = 'ltv';
-- From daily rates to months, fx is turned first.
SELECT DISTINCT ON (place) cause, cause_a, cause_b
FROM saas_metrics.reconcile('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-03-01')) WITH ORDINALITY AS r (period_start, measure, value_a, value_b, difference, cause, cause_a, cause_b, part, customers, place)
WHERE measure = 'mrr';
-- In two months, and in one language.
SELECT period_start, measure, value_a, difference, cause, part, customers
FROM saas_metrics.reconcile('spoken', 'profitwell', 'profitwell', daterange('2024-01-01', '2024-03-01')) WHERE measure IN ('mrr', 'ltv');

-- Who they are.
SELECT * FROM saas_metrics.reconcile_customers('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01'), measure => 'churn_rate', cause => 'churn_date');
SELECT * FROM saas_metrics.reconcile_customers('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01'), 'churn_rate', 'formula');
SELECT * FROM saas_metrics.reconcile_customers('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01'), 'mrr', 'churn_date');
-- ARPA is per customer who pays, and then per subscription.
SELECT * FROM saas_metrics.reconcile_customers('spoken', 'default', 'recurly', daterange('2024-02-01', '2024-03-01'), 'arpa', 'formula');

-- A policy of the ledger's own counts its own way, with the house's formulas; of a dialect's name, with
-- that one's.
INSERT INTO spoken.policies (policy, past_due) VALUES ('strict', '30 days');
INSERT INTO spoken.policies (policy, discount) VALUES ('recurly', 'none');
SELECT p.policy, m.mrr, m.customers, m.churn_rate, round(m.arpa, 4) AS arpa
FROM unnest('{strict,recurly}'::text[]) AS p (policy), saas_metrics.metrics_in_dialect('spoken', p.policy, '2024-02-01', '2024-03-01') AS m;
SELECT measure, difference, cause, cause_a, cause_b, part, customers
FROM saas_metrics.reconcile('spoken', 'default', 'strict', daterange('2024-02-01', '2024-03-01')) WHERE part <> 0 AND measure IN ('mrr', 'customers', 'churn_rate');
DELETE FROM spoken.policies;

-- A test customer counts nowhere.
INSERT INTO spoken.customers_rows (customer_id, is_test) VALUES ('ann', true);
SELECT mrr, customers FROM saas_metrics.metrics_in_dialect('spoken', 'default', '2024-02-01', '2024-03-01');
DELETE FROM spoken.customers_rows;

-- Nothing is written, and a reader needs to be able to read the inputs.
CREATE ROLE regress_dialects_reader;
GRANT USAGE ON SCHEMA spoken TO regress_dialects_reader;
GRANT SELECT ON spoken.ledger_clock, spoken.engine_settings, spoken.policies, spoken.subscription_periods TO regress_dialects_reader;
BEGIN READ ONLY;
SET LOCAL ROLE regress_dialects_reader;
SAVEPOINT before;
SELECT mrr FROM saas_metrics.metrics_in_dialect('spoken', 'stripe', '2024-02-01', '2024-03-01');
ROLLBACK TO before;
RESET ROLE;
COMMIT;
GRANT SELECT ON spoken.customers TO regress_dialects_reader;
BEGIN READ ONLY;
SET LOCAL ROLE regress_dialects_reader;
SELECT mrr FROM saas_metrics.metrics_in_dialect('spoken', 'stripe', '2024-02-01', '2024-03-01');
SELECT sum(part) FROM saas_metrics.reconcile('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01')) WHERE measure = 'mrr';
SELECT customer_id FROM saas_metrics.reconcile_customers('spoken', 'stripe', 'chartmogul', daterange('2024-02-01', '2024-03-01'), 'mrr', 'churn_date');
COMMIT;
DROP OWNED BY regress_dialects_reader;
DROP ROLE regress_dialects_reader;

-- A ledger without rows has no months; its measures no values.
SELECT saas_metrics.create_ledger('mute');
SELECT count(*) FROM saas_metrics.metrics_in_dialect('mute', 'chartmogul');
SELECT measure, value_a, value_b, difference, part, customers FROM saas_metrics.reconcile('mute', 'chartmogul', 'recurly', daterange('2024-02-01', '2024-03-01')) WHERE cause = 'formula';
SELECT saas_metrics.drop_ledger('mute');

-- Every dialect is a policy, tells all measures, and says of each whether it is known where from.
SELECT dialect, count(*) AS measures, count(source) AS told FROM saas_metrics.dialects JOIN saas_metrics.policies ON policy = dialect GROUP BY dialect ORDER BY dialect COLLATE "C";

-- What is refused.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN format(E'%s %s\n  %s', SQLSTATE, SQLERRM, coalesce(nullif(hint, ''), 'no hint'));
END $$;
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.refusal('SELECT saas_metrics.' || s) FROM unnest(ARRAY[
  $$metrics_in_dialect('nowhere', 'stripe')$$,
  $$metrics_in_dialect(NULL, 'stripe')$$,
  $$metrics_in_dialect('spoken', NULL)$$,
  $$metrics_in_dialect('spoken', 'klingon')$$,
  $$metrics_in_dialect('spoken', 'stripe', '2024-02-01', '2024-02-01')$$,
  $$reconcile('spoken', 'stripe', NULL, daterange('2024-02-01', '2024-03-01'))$$,
  $$reconcile('spoken', 'klingon', 'stripe', daterange('2024-02-01', '2024-03-01'))$$,
  $$reconcile('spoken', 'stripe', 'recurly', NULL)$$,
  $$reconcile('spoken', 'stripe', 'recurly', 'empty')$$,
  $$reconcile('spoken', 'stripe', 'recurly', daterange('2024-02-01', NULL))$$,
  $$reconcile('spoken', 'stripe', 'recurly', daterange('2024-02-01', 'infinity'))$$,
  $$reconcile('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-02-15'))$$,
  $$reconcile('spoken', 'stripe', 'recurly', daterange('2024-03-01', '2024-05-01'))$$,
  $$reconcile_customers('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-03-01'), NULL, 'formula')$$,
  $$reconcile_customers('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-03-01'), 'mrr', NULL)$$,
  $$reconcile_customers('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-03-01'), 'ltv', 'formula')$$,
  $$reconcile_customers('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-03-01'), 'joy', 'formula')$$,
  $$reconcile_customers('spoken', 'stripe', 'recurly', daterange('2024-02-01', '2024-03-01'), 'mrr', 'usage')$$
]) AS s;
SELECT saas_metrics.drop_ledger('spoken');
