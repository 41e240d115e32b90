-- What a ledger says in each dialect, against the oracle's movements under the dialect's policy and the
-- vendor's formulas in plain SQL; and that a difference between any two is told apart without remainder.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/New_York', today = '2024-08-15';
CALL oracle.generate(61, 90);
CALL oracle.spoil(90);
SELECT oracle.open_ledger('metrics');
CREATE TABLE house AS TABLE oracle.rule;
CREATE TABLE billed AS TABLE oracle.billing;

-- The oracle's months under a policy.
CREATE FUNCTION months_by(policy text, options jsonb DEFAULT '{}') RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM oracle.rule;
    INSERT INTO oracle.rule
    SELECT (jsonb_populate_record(h, to_jsonb(p) || options)).* FROM house h, oracle.policy p WHERE p.policy = months_by.policy;
    CALL oracle.compute();
    RETURN QUERY SELECT * FROM oracle.expected_periods('month');
END
$$;
\set month '(period_start date, period_end date, complete boolean, currency text, opening numeric, new numeric, back numeric, more numeric, less numeric, gone numeric, fx numeric, closing numeric, retained numeric, surviving numeric, openers bigint, joined bigint, returned bigint, expanded bigint, contracted bigint, churned bigint, lost bigint, closers bigint)'
CREATE TABLE expected (dialect text, period_start date, mrr numeric, customers bigint, churn_rate numeric, gross numeric, net numeric, nrr numeric, arpa numeric, ltv numeric);

INSERT INTO expected
SELECT dialect, period_start, closing, closers, churn, gross, net, surviving / nullif(opening, 0), closing / nullif(closers, 0), closing / nullif(closers, 0) / nullif(churn, 0)
  FROM (SELECT 'default' AS dialect, m.*, lost::numeric / nullif(openers, 0) AS churn, 1 - retained / nullif(opening, 0) AS gross, 1 - surviving / nullif(opening, 0) AS net FROM months_by('default') AS m :month) AS d;
INSERT INTO expected
SELECT 'profitwell', period_start, closing, closers, lost::numeric / nullif(openers, 0), 1 - retained / nullif(opening, 0), 1 - surviving / nullif(opening, 0), surviving / nullif(opening, 0),
       closing / nullif(closers, 0), closing / nullif(closers, 0) / nullif(lost::numeric / nullif(openers, 0), 0)
  FROM months_by('profitwell') AS m :month;
INSERT INTO expected
SELECT 'stripe', period_start, closing, closers, churned::numeric / nullif(openers + joined, 0), -(less + gone) / nullif(opening, 0), 1 - surviving / nullif(opening, 0), surviving / nullif(opening, 0),
       closing / nullif(closers, 0), closing / nullif(closers, 0) / nullif(churned::numeric / nullif(openers + joined, 0), 0)
  FROM months_by('stripe') AS m :month;
INSERT INTO expected
SELECT 'baremetrics', period_start, closing, closers, churned::numeric / nullif(openers, 0), -(less + gone) / nullif(opening, 0), -(less + gone + more) / nullif(opening, 0), 1 - -(less + gone + more) / nullif(opening, 0),
       closing / nullif(closers, 0), closing / nullif(closers, 0) / nullif(churned::numeric / nullif(openers, 0), 0)
  FROM months_by('baremetrics') AS m :month;

-- ChartMogul: who pays, and the churn of six months. The oracle knows rates of days or changes by the
-- instant: of both at once it tells all but the sums of movements, which the ledger itself has to tell.
CREATE FUNCTION expect_chartmogul(called text, options jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE payers AS SELECT period_start, closers FROM months_by('chartmogul', options || '{"zero_mrr": "inactive"}') AS m (period_start date, period_end date, complete boolean, currency text, opening numeric, new numeric, back numeric, more numeric, less numeric, gone numeric, fx numeric, closing numeric, retained numeric, surviving numeric, openers bigint, joined bigint, returned bigint, expanded bigint, contracted bigint, churned bigint, lost bigint, closers bigint);
    INSERT INTO expected
    SELECT called, c.period_start, c.closing, c.closers, c.churn, -(less + gone) / nullif(opening, 0), -(less + gone + more + back) / nullif(opening, 0), surviving / nullif(opening, 0),
           c.closing / nullif(p.closers, 0), c.closing / nullif(p.closers, 0) / nullif(avg(c.churn) OVER (ORDER BY period_start ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING), 0)
      FROM (SELECT *, lost::numeric / nullif(openers, 0) AS churn FROM months_by('chartmogul', options) AS m (period_start date, period_end date, complete boolean, currency text, opening numeric, new numeric, back numeric, more numeric, less numeric, gone numeric, fx numeric, closing numeric, retained numeric, surviving numeric, openers bigint, joined bigint, returned bigint, expanded bigint, contracted bigint, churned bigint, lost bigint, closers bigint)) AS c JOIN payers p USING (period_start);
    DROP TABLE payers;
END
$$;
SELECT expect_chartmogul('chartmogul, fixed rates', '{"fx": "at_start"}'), expect_chartmogul('chartmogul', '{"netting": "day"}');
SELECT movements_added FROM saas_metrics.set_policy('metrics', 'chartmogul') \gset
UPDATE expected e SET gross = -(m.contraction_mrr + m.churn_mrr) / nullif(m.opening_mrr, 0), net = -(m.contraction_mrr + m.churn_mrr + m.expansion_mrr + m.reactivation_mrr) / nullif(m.opening_mrr, 0)
  FROM metrics.mrr_monthly m WHERE e.dialect = 'chartmogul' AND m.period_start = e.period_start;
SELECT movements_added FROM saas_metrics.set_policy('metrics', 'default') \gset
-- Recurly: whoever has a subscription, also for nothing or on trial.
UPDATE oracle.billing SET status = 'active' WHERE status = 'trialing';
CREATE TABLE subscribers AS SELECT period_start, closers FROM months_by('recurly', '{"zero_mrr": "active"}') AS m :month;
TRUNCATE oracle.billing;
INSERT INTO oracle.billing OVERRIDING SYSTEM VALUE TABLE billed;
INSERT INTO expected
SELECT 'recurly', r.period_start, r.closing, r.closers, r.churn, 1 - retained / nullif(opening, 0), 1 - surviving / nullif(opening, 0), surviving / nullif(opening, 0),
       r.closing / nullif(s.closers, 0), r.closing / nullif(s.closers, 0) * 1.1 / (0.1 + churn)
  FROM (SELECT *, lost::numeric / nullif(openers, 0) AS churn FROM months_by('recurly') AS m :month) AS r JOIN subscribers s USING (period_start);

CREATE TABLE said AS
    SELECT d.dialect, m.* FROM (SELECT DISTINCT dialect FROM saas_metrics.dialects) AS d, saas_metrics.metrics_in_dialect('metrics', d.dialect) AS m;
-- A policy of the ledger's own by the name of a dialect is counted by its options and has the formulas.
INSERT INTO metrics.policies SELECT n.* FROM oracle.policy p, jsonb_populate_record(NULL::metrics.policies, to_jsonb(p) || '{"fx": "at_start"}') AS n WHERE p.policy = 'chartmogul';
INSERT INTO said SELECT 'chartmogul, fixed rates', m.* FROM saas_metrics.metrics_in_dialect('metrics', 'chartmogul') AS m;
DELETE FROM metrics.policies;
SELECT oracle.compare('dialects',
    'SELECT dialect, period_start, mrr, customers, round(churn_rate, 14) AS churn_rate, round(gross_revenue_churn_rate, 14) AS gross_revenue_churn_rate, round(net_revenue_churn_rate, 14) AS net_revenue_churn_rate, round(nrr, 14) AS nrr, round(arpa, 6) AS arpa, round(ltv, 5) AS ltv FROM said',
    'SELECT dialect, period_start, mrr, customers, round(churn_rate, 14) AS churn_rate, round(gross, 14) AS gross, round(net, 14) AS net, round(nrr, 14) AS nrr, round(arpa, 6) AS arpa, round(ltv, 5) AS ltv FROM expected', 130);
DELETE FROM said WHERE dialect LIKE '%fixed%';
-- They are not the same thing in other words: any two differ in some months.
SELECT oracle.compare('dialects differ',
    'SELECT x.dialect AS one, y.dialect AS other, bool_or(x.mrr <> y.mrr) AS mrr, bool_or(x.ltv <> y.ltv) AS ltv FROM said x JOIN said y USING (period_start) WHERE x.dialect < y.dialect GROUP BY 1, 2',
    'SELECT x.dialect AS one, y.dialect AS other, true AS mrr, true AS ltv FROM saas_metrics.dialects x JOIN saas_metrics.dialects y ON x.dialect < y.dialect GROUP BY 1, 2', 15);
-- Since and until leave months out, and change none.
SELECT oracle.compare('some months', $$ SELECT m.* FROM saas_metrics.metrics_in_dialect('metrics', 'chartmogul', '2024-02-10', '2024-05-01') AS m $$,
    $$ SELECT period_start, period_end, complete, currency, mrr, customers, churn_rate, gross_revenue_churn_rate, net_revenue_churn_rate, nrr, arpa, ltv FROM said WHERE dialect = 'chartmogul' AND period_start BETWEEN '2024-02-01' AND '2024-04-30' $$, 3);
-- The house's as its own view has it.
SELECT oracle.compare('the house', $$ SELECT period_start, period_end, complete, currency, mrr, customers, round(churn_rate, 14) AS churn_rate, round(gross_revenue_churn_rate, 14) AS gross_revenue_churn_rate, round(net_revenue_churn_rate, 14) AS net_revenue_churn_rate, round(nrr, 14) AS nrr, round(arpa, 8) AS arpa FROM said WHERE dialect = 'default' $$,
    'SELECT period_start, period_end, complete, currency, closing_mrr, closing_customers, round(churn_rate, 14) AS churn_rate, round(gross_revenue_churn_rate, 14) AS gross_revenue_churn_rate, round(net_revenue_churn_rate, 14) AS net_revenue_churn_rate, round(nrr, 14) AS nrr, round(arpa, 8) AS arpa FROM metrics.mrr_monthly', 19);

-- Between any two.
CREATE TABLE reconciled AS
    SELECT a.dialect AS a, b.dialect AS b, r.*
      FROM (SELECT DISTINCT dialect FROM said) AS a CROSS JOIN (SELECT DISTINCT dialect FROM said) AS b
     CROSS JOIN LATERAL saas_metrics.reconcile('metrics', a.dialect, b.dialect, daterange('2024-02-01', '2024-04-01')) WITH ORDINALITY AS r;
CREATE VIEW measured AS
    SELECT s.dialect, s.period_start, m.measure, m.value
      FROM said s CROSS JOIN LATERAL (VALUES ('mrr', mrr), ('customers', customers), ('churn_rate', churn_rate), ('gross_revenue_churn_rate', gross_revenue_churn_rate),
                                             ('net_revenue_churn_rate', net_revenue_churn_rate), ('nrr', nrr), ('arpa', arpa), ('ltv', ltv)) AS m (measure, value);
SELECT oracle.compare('values of reconcile',
    'SELECT a, b, period_start, measure, value_a, value_b, difference FROM reconciled GROUP BY 1, 2, 3, 4, 5, 6, 7',
    $$ SELECT a.dialect AS a, b.dialect AS b, period_start, measure, a.value AS value_a, b.value AS value_b, b.value - a.value AS difference FROM measured a JOIN measured b USING (period_start, measure) WHERE period_start IN ('2024-02-01', '2024-03-01') $$, 36 * 2 * 8);
SELECT oracle.compare('no remainder',
    'SELECT a, b, period_start, measure, difference - sum(part) AS remainder, count(*) - count(part) AS untold FROM reconciled WHERE difference IS NOT NULL GROUP BY a, b, period_start, measure, difference',
    'SELECT DISTINCT a, b, period_start, measure, 0.0 AS remainder, 0::bigint AS untold FROM reconciled WHERE difference IS NOT NULL', 36 * 2 * 7);
-- A cause for each option that differs, in their order, and the formula last.
SELECT oracle.compare('causes', $$
    SELECT a, b, measure, string_agg(cause, ' ' ORDER BY ordinality) AS causes FROM reconciled WHERE period_start = '2024-02-01' GROUP BY 1, 2, 3 $$, $$
    SELECT a.policy AS a, b.policy AS b, m.measure, concat_ws(' ', CASE WHEN early THEN 'fx' END,
               (SELECT string_agg(o.name, ' ' ORDER BY o.place) FROM unnest('{churn_date,past_due,paused,discount,usage,zero_mrr,netting,gap_tolerance,renewal_grace,week,day,fx}'::text[]) WITH ORDINALITY AS o (name, place)
                 WHERE to_jsonb(a) ->> o.name <> to_jsonb(b) ->> o.name AND NOT (early AND o.name = 'fx')), 'formula')
      FROM oracle.policy a CROSS JOIN oracle.policy b CROSS JOIN LATERAL (SELECT b.netting = 'month' AND a.fx <> b.fx) AS f (early)
     CROSS JOIN (SELECT DISTINCT measure FROM measured) AS m $$, 36 * 8);
-- What one dialect's row says of another, the other says the other way round.
SELECT oracle.compare('both ways', 'SELECT a, b, period_start, measure, difference FROM reconciled GROUP BY 1, 2, 3, 4, 5', 'SELECT b, a, period_start, measure, -difference FROM reconciled GROUP BY 1, 2, 3, 4, 5', 36 * 2 * 8);
-- Each cause but that of ltv lists its customers, and what they add to amounts and numbers is the part.
SELECT oracle.compare('customers', $$
    SELECT r.b, r.period_start, r.measure, r.cause, r.customers, CASE WHEN r.measure IN ('mrr', 'customers') THEN r.part END AS part
      FROM reconciled r WHERE r.a = 'stripe' AND r.measure <> 'ltv' AND r.customers > 0 $$, $$
    SELECT r.b, c.period_start, r.measure, r.cause, count(*) AS customers, CASE WHEN r.measure IN ('mrr', 'customers') THEN sum(c.numerator_b - c.numerator_a) END AS part
      FROM (SELECT DISTINCT b, measure, cause FROM reconciled WHERE a = 'stripe' AND measure IN ('mrr', 'customers', 'churn_rate', 'nrr')) AS r
     CROSS JOIN LATERAL saas_metrics.reconcile_customers('metrics', 'stripe', r.b, daterange('2024-02-01', '2024-04-01'), r.measure, r.cause) AS c
     GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT r.b, r.period_start, r.measure, r.cause, r.customers, NULL FROM reconciled r
     WHERE r.a = 'stripe' AND r.measure IN ('gross_revenue_churn_rate', 'net_revenue_churn_rate', 'arpa') AND r.customers > 0 $$, 60);

-- The steps between two are the policies between them, and their customers those who have another MRR
-- by the ledger's own views.
INSERT INTO metrics.policies SELECT n.* FROM oracle.policy p, jsonb_populate_record(NULL::metrics.policies, to_jsonb(p) || '{"policy": "one", "past_due": "14 days"}') AS n WHERE p.policy = 'default';
INSERT INTO metrics.policies SELECT n.* FROM oracle.policy p, jsonb_populate_record(NULL::metrics.policies, to_jsonb(p) || '{"policy": "two", "past_due": "14 days", "discount": "none"}') AS n WHERE p.policy = 'default';
SELECT oracle.compare('steps', $$
    SELECT measure, cause, value_a + sum(part) OVER (PARTITION BY measure ORDER BY ordinality) AS value
      FROM saas_metrics.reconcile('metrics', 'default', 'two', daterange('2024-03-01', '2024-04-01')) WITH ORDINALITY
     WHERE measure IN ('mrr', 'nrr', 'churn_rate') $$, $$
    SELECT v.measure, p.cause, v.value
      FROM (VALUES ('one', 'past_due'), ('two', 'discount'), ('two', 'formula')) AS p (policy, cause),
           LATERAL saas_metrics.metrics_in_dialect('metrics', p.policy, '2024-03-01', '2024-04-01') AS m,
           LATERAL (VALUES ('mrr', m.mrr), ('nrr', m.nrr), ('churn_rate', m.churn_rate)) AS v (measure, value) $$, 9);
CREATE FUNCTION mrr_on(policy text, day date) RETURNS TABLE (customer_id bigint, mrr numeric) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM saas_metrics.set_policy('metrics', policy);
    RETURN QUERY SELECT m.customer_id, m.mrr FROM metrics.customer_mrr m WHERE m.starts_on <= day AND (m.ends_on > day) IS NOT FALSE;
END
$$;
CREATE TABLE by_one AS SELECT * FROM mrr_on('one', '2024-03-31');
CREATE TABLE by_two AS SELECT * FROM mrr_on('two', '2024-03-31');
SELECT oracle.compare('customers of a step', $$
    SELECT customer_id, numerator_a, numerator_b FROM saas_metrics.reconcile_customers('metrics', 'default', 'two', daterange('2024-03-01', '2024-04-01'), 'mrr', 'discount') $$, $$
    SELECT customer_id::text, coalesce(a.mrr, 0) AS numerator_a, coalesce(b.mrr, 0) AS numerator_b FROM by_one a FULL JOIN by_two b USING (customer_id) WHERE coalesce(a.mrr, 0) <> coalesce(b.mrr, 0) $$, 5);
-- The policy that the ledger is read by makes no difference.
SELECT oracle.compare('another policy in use', $$ SELECT 'stripe' AS dialect, m.* FROM saas_metrics.metrics_in_dialect('metrics', 'stripe') AS m $$, $$ SELECT * FROM said WHERE dialect = 'stripe' $$, 19);
