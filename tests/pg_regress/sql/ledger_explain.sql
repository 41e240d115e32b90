-- What numbers are made of: explain for every measure, explain_customer for every rule.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-06-15';
SELECT saas_metrics.create_ledger('explained');
SELECT periods FROM saas_metrics.refresh('explained');
COPY explained.fx_rates_rows FROM stdin;
EUR	2024-01-01	1.10
EUR	2024-04-01	1.20
\.
-- ann grows and shrinks, ben leaves and returns, cat comes and goes within February, dee pays in euros,
-- eve leaves and returns within April, fay is still to come, gil is a test.
COPY explained.subscription_periods_rows (customer_id, plan, amount, currency, billing_period, starts_at, ends_at, churn_kind) FROM stdin;
ann	basic	100	\N	1 month	2024-01-10	2024-02-10	\N
ann	basic	150	\N	1 month	2024-02-10	2024-04-20	\N
ann	basic	120	\N	1 month	2024-04-20	\N	\N
ben	basic	60	\N	1 month	2024-01-20	2024-03-20	voluntary
ben	basic	70	\N	1 month	2024-05-20	\N	\N
cat	gold	200	\N	1 month	2024-02-05	2024-02-25	\N
dee	gold	40	EUR	1 month	2024-02-15	\N	\N
eve	gold	30	\N	1 month	2024-03-01	2024-04-05	\N
eve	gold	30	\N	1 month	2024-04-15	\N	\N
fay	gold	1000	\N	1 month	2024-07-01	\N	\N
gil	gold	5000	\N	1 month	2024-01-01	\N	\N
\.
INSERT INTO explained.customers_rows (customer_id, is_test) VALUES ('gil', true);
-- Before the first refresh: explanations are as fresh as the views.
SELECT customer_id, effective_on, kind, contribution FROM saas_metrics.explain('explained', '[2024-02-01,2024-03-01)', 'new_mrr') ORDER BY 1;
SELECT periods, customers, movements_added, rows_rejected FROM saas_metrics.refresh('explained');

-- Each measure of each period of each grain is what its explanation adds up to.
CREATE FUNCTION pg_temp.unexplained(view_name name) RETURNS TABLE (period_start date, measure text, number numeric, explained numeric, compared bigint) LANGUAGE plpgsql AS $$
DECLARE
  compared_so_far bigint := 0;
BEGIN
  FOR period_start, measure, number, explained IN EXECUTE format($query$
    SELECT m.period_start, v.key, v.value::numeric,
           (SELECT coalesce(sum(x.contribution), 0) FROM saas_metrics.explain('explained', daterange(m.period_start, m.period_end), v.key) AS x)
    FROM explained.%I AS m, jsonb_each_text(to_jsonb(m)) AS v
    WHERE v.key ~ '_(mrr|customers)$' $query$, view_name)
  LOOP
    compared_so_far := compared_so_far + 1;
    IF number IS DISTINCT FROM explained THEN
      compared := NULL;
      RETURN NEXT;
    END IF;
  END LOOP;
  RETURN QUERY SELECT NULL::date, NULL, NULL::numeric, NULL::numeric, compared_so_far;
END $$;
-- 18 measures of 6 months, 2 quarters, 1 year and (Mondays from January 8 on) 23 weeks.
SELECT * FROM pg_temp.unexplained('mrr_monthly');
SELECT * FROM pg_temp.unexplained('mrr_quarterly');
SELECT * FROM pg_temp.unexplained('mrr_yearly');
SELECT * FROM pg_temp.unexplained('mrr_weekly');
-- With what is pending, too.
BEGIN;
UPDATE explained.subscription_periods_rows SET ends_at = '2024-06-10' WHERE customer_id = 'ann' AND ends_at IS NULL;
INSERT INTO explained.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('hal', 9, '1 month', '2024-06-01');
SELECT * FROM pg_temp.unexplained('mrr_monthly');
ROLLBACK;

-- Where policies count by the month, and by the instant.
INSERT INTO explained.policies (policy, netting) VALUES ('monthly', 'month'), ('instant', 'event');
SELECT movements_added FROM saas_metrics.set_policy('explained', 'monthly');
SELECT * FROM pg_temp.unexplained('mrr_monthly');
SELECT * FROM pg_temp.unexplained('mrr_quarterly');
SELECT * FROM pg_temp.unexplained('mrr_weekly');
SELECT movements_added FROM saas_metrics.set_policy('explained', 'instant');
SELECT * FROM pg_temp.unexplained('mrr_monthly');
SELECT movements_added FROM saas_metrics.set_policy('explained', 'default');

-- April by hand: opening ann 150, dee 44, eve 30 = 224 (ben 60 - 60, cat 200 - 200).
SELECT customer_id, effective_on, kind, contribution, mrr_before, mrr_after FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'opening_mrr');
-- ann - 30; eve goes and is back.
SELECT customer_id, effective_on, kind, contribution, mrr_before, mrr_after, churn_kind FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'contraction_mrr');
SELECT customer_id, effective_on, kind, contribution, mrr_before, mrr_after, churn_kind FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'churn_mrr');
SELECT customer_id, effective_on, kind, contribution, mrr_before, mrr_after, churn_kind FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'reactivated_customers');
-- All three stay: 120 + 44 + 30 survive, and so much is retained. Nobody is lost.
SELECT customer_id, kind, contribution, mrr_before, mrr_after FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'retained_mrr');
SELECT customer_id, kind, contribution, mrr_before, mrr_after FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'surviving_mrr');
SELECT count(*) FROM saas_metrics.explain('explained', '[2024-04-01,2024-05-01)', 'lost_customers');
-- March loses ben alone. From February 10 to April 10 it is ben and cat; eve came later.
SELECT customer_id, effective_on, contribution, mrr_before, mrr_after, churn_kind FROM saas_metrics.explain('explained', '[2024-03-01,2024-04-01)', 'lost_customers');
SELECT customer_id, effective_on, contribution FROM saas_metrics.explain('explained', '[2024-02-10,2024-04-11)', 'lost_customers');
-- Two days in February: opening 100 + 60 + 200, ann's + 50 survives too, 360 is retained.
SELECT measure, sum(contribution) FROM unnest('{opening_mrr,expansion_mrr,closing_mrr,retained_mrr,surviving_mrr,opening_customers,closing_customers}'::text[]) WITH ORDINALITY AS m (measure, n),
  saas_metrics.explain('explained', '[2024-02-09,2024-02-10]', m.measure) GROUP BY measure, n ORDER BY n;
-- A period without an end, or a beginning: through today, from the start. What is scheduled does not count.
SELECT sum(contribution) FROM saas_metrics.explain('explained', '[2024-06-01,)', 'closing_mrr');
SELECT sum(contribution) FROM saas_metrics.explain('explained', '(,2024-03-01)', 'new_mrr');
SELECT count(*) FROM saas_metrics.explain('explained', '[2024-07-01,2024-08-01)', 'new_mrr');

-- A customer, by each rule. Ledger 'rules' has policies of its own.
SELECT saas_metrics.create_ledger('rules');
COPY rules.fx_rates_rows FROM stdin;
EUR	2024-01-01	1.10
EUR	2024-04-01	1.20
\.
COPY rules.subscription_periods_rows
  (customer_id, subscription_id, item_id, plan, kind, amount, discount, discount_kind, currency, billing_period, starts_at, ends_at, status, cancel_requested_at, access_ends_at) FROM stdin;
c	s	1	plain	\N	1200	120	\N	\N	1 year	2024-01-01	2024-02-01	\N	\N	\N
c	s	1	euros	recurring	90	0	permanent	eur	3 months	2024-02-01	2024-05-01	active	\N	\N
c	s	2	once	one_time	500	0	permanent	\N	1 month	2024-01-05	\N	active	\N	\N
c	s	3	usage	usage	50	0	permanent	\N	1 month	2024-01-06	\N	active	\N	\N
c	s	4	trial	recurring	30	0	permanent	\N	1 month	2024-01-07	2024-01-21	trialing	\N	\N
c	s	4	after trial	recurring	30	0	permanent	\N	2 weeks	2024-01-21	2024-03-01	active	\N	\N
c	s	4	unpaid	recurring	30	0	permanent	\N	2 weeks	2024-03-01	\N	unpaid	\N	\N
c	s	5	paused	recurring	40	0	permanent	\N	1 month	2024-01-09	\N	paused	\N	\N
c	s	6	canceled	recurring	40	0	permanent	\N	1 month	2024-01-10	\N	canceled	\N	\N
d	s	1	today	recurring	12	0	permanent	\N	1 month	2023-11-10	2023-12-10	canceled	\N	\N
c	s	7	free	recurring	40	45	repeating	\N	1 month	2024-01-11	\N	active	\N	\N
c	s	8	no time	recurring	40	0	permanent	\N	1 month	2024-01-12	2024-01-12	active	\N	\N
c	s	8	an hour	recurring	40	0	permanent	\N	1 month	2024-01-12 10:00	2024-01-12 11:00	active	\N	\N
c	s	9	access	recurring	36	0	permanent	\N	1 month	2024-01-13	2024-02-13	active	2024-01-20	2024-02-20
c	s	10	late	recurring	73	0	permanent	\N	10 days	2024-01-14	2024-02-14	active	\N	\N
c	s	10	late	recurring	73	0	permanent	\N	10 days	2024-02-14	2024-03-14	past_due	\N	\N
c	s	11	first off	recurring	25	10	once	\N	1 month	2024-01-15	2024-02-15	active	\N	\N
c	s	12	bad	recurring	-5	0	permanent	\N	1 month	2024-01-16	\N	active	\N	\N
c	s	13	bad	recurring	5	0	permanent	\N	1 month 1 day	2024-01-17	\N	active	\N	\N
c	s	14	bad	recurring	5	0	permanent	CHF	1 month	2024-01-18	\N	active	\N	\N
\.
SELECT periods, customers, rows_rejected FROM saas_metrics.refresh('rules');
-- plain: (1200 - 120) / 12 = 90. euros: 30 at 1.10, the rate of the item's first day. after trial: 30 / 2 * 52/12 = 65 to the day.
-- access: until access_ends_at. late: 73 / 10 * 365/12 = 222.0416666667, late or not. first off: discounts of kind once do not count.
-- an hour: MRR at a day is that at its end, when it is over.
-- customer_mrr is the customer's whole MRR at the end of counts_on: 90, 90 + 36, + 222.04.., + 25, + 65; on February 1 90 becomes 33.
SELECT plan, kind, status, amount, discount, discount_kind, currency, billing_period FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'c');
-- What a price is multiplied by: years by 1/12, two weeks by 52/12 a week over two.
SELECT plan, billing_period, factor FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'c') WHERE plan IN ('plain', 'euros', 'access', 'after trial');
SELECT plan, native_mrr, mrr, counts_on, counts_until, customer_mrr, rule FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'c');
-- Only what has to do with the period: on March 5 the euros, and what would run and does not count.
SELECT plan, mrr, counts_on, counts_until FROM saas_metrics.explain_customer('rules', '[2024-03-05,2024-03-06)', 'c');
SELECT count(*) FROM saas_metrics.explain_customer('rules', '[2023-01-01,2024-01-01)', 'c');
-- A canceled row counts until its end where it stands by itself; beside a stretch of its item it counts nothing.
SELECT plan, status, mrr, counts_on, counts_until, rule FROM saas_metrics.explain_customer('rules', '[2023-01-01,2024-01-01)', 'd');
BEGIN;
INSERT INTO rules.subscription_periods_rows (customer_id, subscription_id, item_id, plan, amount, billing_period, starts_at, ends_at) VALUES ('d', 's', '1', 'before', 12, '1 month', '2023-10-10', '2023-11-10');
SELECT plan, status, mrr, counts_on, counts_until, rule FROM saas_metrics.explain_customer('rules', '[2023-01-01,2024-01-01)', 'd');
ROLLBACK;
SELECT count(*) FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'nobody');
-- By another policy: until the request; late payments count 14 days; paused and usage count; no discounts but permanent ones; free items too.
INSERT INTO rules.policies (policy, churn_date, past_due, paused, discount, usage, zero_mrr, week, day, fx)
VALUES ('other', 'cancel_request', '14 days', 'count', 'permanent', 'include', 'active', '4', '30', 'daily');
SELECT rows_rejected FROM saas_metrics.set_policy('rules', 'other');
-- free: its discount is repeating, so 40 counts. after trial: 30 / 2 * 4 = 60. late: 73 / 10 * 30 = 219, until February 28.
-- euros: at 1.10 when they start, then a movement of kind fx.
SELECT plan, native_mrr, mrr, counts_on, counts_until, rule FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'c');
SELECT effective_on, kind, amount FROM rules.movements WHERE kind = 'fx';
SELECT customer_id, effective_on, kind, contribution FROM saas_metrics.explain('rules', '[2024-04-01,2024-05-01)', 'fx_mrr');
-- A free item counts for an active customer, at 0.
INSERT INTO rules.subscription_periods_rows (customer_id, plan, amount, billing_period, starts_at) VALUES ('z', 'free', 0, '1 month', '2024-01-01');
SELECT plan, mrr, counts_on, counts_until, rule, customer_mrr FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'z');
SELECT customer_id, kind, contribution FROM saas_metrics.explain('rules', '[2024-01-01,2024-02-01)', 'new_customers');
-- The cancellation date of the contract, whatever the access.
INSERT INTO rules.policies (policy, churn_date) VALUES ('effective', 'cancel_effective');
SELECT rows_rejected FROM saas_metrics.set_policy('rules', 'effective');
SELECT plan, counts_on, counts_until, rule FROM saas_metrics.explain_customer('rules', '[2024-01-01,2024-06-01)', 'c') WHERE plan = 'access';
-- A test's rows count for nothing, whatever they are.
SELECT plan, amount, native_mrr, mrr, counts_on, rule LIKE 'does not count: %' AS does_not_count FROM saas_metrics.explain_customer('explained', '[2024-01-01,2024-06-01)', 'gil');
-- Customers of any type: as a literal, a number, a uuid, a name.
SELECT saas_metrics.create_ledger('numbered');
CREATE SCHEMA numbered_app;
CREATE TABLE numbered_app.subscription (id bigint PRIMARY KEY, price numeric);
INSERT INTO numbered_app.subscription VALUES (42, 10);
SELECT saas_metrics.bind('numbered', 'subscription_periods', 'SELECT id AS customer_id, price AS amount, interval ''1 month'' AS billing_period, date ''2024-01-01'' AS starts_on FROM numbered_app.subscription');
SELECT mrr, rule FROM saas_metrics.explain_customer('numbered', '[2024-01-01,2024-06-01)', 42);
SELECT mrr FROM saas_metrics.explain_customer('numbered', '[2024-01-01,2024-06-01)', 42::smallint);
SELECT mrr FROM saas_metrics.explain_customer('numbered', '[2024-01-01,2024-06-01)', '42');
SELECT mrr FROM saas_metrics.explain_customer(ledger => 'numbered', period => '[2024-01-01,2024-06-01)', customer => (SELECT id FROM numbered_app.subscription));
SELECT count(*) FROM saas_metrics.explain_customer('explained', '[2024-01-01,2024-06-01)', 'ann'::varchar);
SELECT count(*) FROM saas_metrics.explain_customer('explained', '[2024-01-01,2024-06-01)', 'ann'::name);
SELECT count(*) FROM saas_metrics.explain_customer('numbered', '[2024-01-01,2024-06-01)', '00000000-0000-0000-0000-000000000042'::uuid);
SELECT count(*) FROM saas_metrics.explain_customer('numbered', '[2024-01-01,2024-06-01)', NULL::bigint);
SELECT saas_metrics.drop_ledger('numbered');
DROP TABLE numbered_app.subscription;
DROP SCHEMA numbered_app;
SELECT saas_metrics.drop_ledger(l) FROM unnest('{explained,rules}'::name[]) AS l;
