-- A small company by hand: every view, every number. The comments are the reckoning.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-04-15';
SET timezone = 'America/New_York';
SELECT saas_metrics.create_ledger('company', 'USD', 'America/New_York');
-- Without a first refresh nothing is shown, not even who changed.
SELECT count(*) FROM saas_metrics.refresh('company');
-- Ada   100 on basic from January 5; on February 10 she goes to pro for 160.
-- Bob   100 on basic from January 20; leaves on March 12, too expensive; back on April 2 for 80.
-- Cyd   1200 a year for the suite on pro from February 1: 100 a month; has cancelled for a year later.
-- Dee   50 euros on basic from February 15, at 1.10: 55; on March 5 she goes down to 40 euros, still at 1.10: 44.
-- Eve   on trial from March 1, pays 100 on basic from March 15, does not from April 10 on.
-- Fay   is a test.
-- Gus   will start on May 1 with 160 for the suite on pro.
-- Hal   has only signed up.
-- Ida   100 on basic from February 5 to 25.
COPY company.fx_rates_rows FROM stdin;
EUR	2024-01-01	1.10
EUR	2024-03-01	1.20
\.
COPY company.customers_rows FROM stdin;
Ada	Ada Ltd	2023-12-24	{"country": "us"}	f
Bob	Bob Inc	2024-01-01	{"country": "us"}	f
Cyd	Cyd SA	2024-01-02	{"country": "fr"}	f
Dee	Dee GmbH	2024-01-03	{"country": "de"}	f
Eve	Eve Inc	2024-03-01	{"country": "us"}	f
Fay	Fay Test	2024-01-01	{"country": "us"}	t
Gus	Gus Co	2024-04-14	{"country": "us"}	f
Hal	Hal Co	2024-04-14	{}	f
\.
COPY company.subscription_periods_rows
  (customer_id, subscription_id, item_id, product, plan, amount, currency, billing_period, starts_at, ends_at, status, churn_kind, churn_reason) FROM stdin;
Ada	s1	1	app	basic	100	\N	1 month	2024-01-05	2024-02-10	active	\N	\N
Ada	s1	1	app	pro	160	\N	1 month	2024-02-10	\N	active	\N	\N
Bob	s2	1	app	basic	100	\N	1 month	2024-01-20	2024-03-12	active	voluntary	too expensive
Bob	s3	1	app	basic	80	\N	1 month	2024-04-02	\N	active	\N	\N
Cyd	s4	1	suite	pro	1200	\N	1 year	2024-02-01	2025-02-01	active	\N	\N
Dee	s5	1	app	basic	50	EUR	1 month	2024-02-15	2024-03-05	active	\N	\N
Dee	s5	1	app	basic	40	EUR	1 month	2024-03-05	\N	active	\N	\N
Eve	s6	1	app	basic	100	\N	1 month	2024-03-01	2024-03-15	trialing	\N	\N
Eve	s6	1	app	basic	100	\N	1 month	2024-03-15	2024-04-10	active	\N	\N
Eve	s6	1	app	basic	100	\N	1 month	2024-04-10	\N	unpaid	\N	\N
Fay	s7	1	app	basic	500	\N	1 month	2024-01-01	\N	active	\N	\N
Gus	s8	1	suite	pro	160	\N	1 month	2024-05-01	\N	active	\N	\N
Ida	s9	1	app	basic	100	\N	1 month	2024-02-05	2024-02-25	active	\N	\N
\.
-- What the views say before they are refreshed, for later.
CREATE FUNCTION pg_temp.keep(prefix text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  kept name;
BEGIN
  FOR kept IN
    SELECT relname FROM pg_class WHERE relnamespace = 'company'::regnamespace AND relkind = 'v'
      AND relname ~ '^(mrr_|churn_|cohort_|customer_status|customer_mrr|committed_mrr|movements|movement_lines)'
  LOOP
    EXECUTE format('CREATE TEMP TABLE %I AS SELECT * FROM company.%I', prefix || kept, kept);
    IF kept LIKE 'movement%' THEN
      EXECUTE format('ALTER TABLE %I DROP recorded_by', prefix || kept);
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION pg_temp.differences(one text, other text) RETURNS TABLE (view_name name, one_has bigint, other_has bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR view_name IN SELECT substr(relname, length(one) + 1) FROM pg_class WHERE starts_with(relname, one) AND relkind = 'r' ORDER BY 1 LOOP
    EXECUTE format('SELECT (SELECT count(*) FROM (TABLE %1$I EXCEPT ALL TABLE %2$I) AS d), (SELECT count(*) FROM (TABLE %2$I EXCEPT ALL TABLE %1$I) AS d)',
                   one || view_name, other || view_name) INTO one_has, other_has;
    IF one_has + other_has > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;
SELECT pg_temp.keep('pending_');
SELECT periods, customers, movements_added, movements_superseded, rows_rejected FROM saas_metrics.refresh('company');
SELECT pg_temp.keep('refreshed_');
SELECT * FROM pg_temp.differences('pending_', 'refreshed_');
-- Nobody told why Ida left and Cyd will.
SELECT * FROM saas_metrics.check_ledger('company');

SELECT customer_id, effective_on, effective_at, seq, kind, amount, mrr_before, mrr_after, churn_kind, churn_reason, first_on, spell, counts_from, recorded_by
FROM company.movements ORDER BY effective_on, customer_id;
SELECT customer_id, effective_on, kind, product, plan, billing_period, currency, amount, mrr_before, mrr_after, native_amount, plan_switch, product_switch
FROM company.movement_lines WHERE customer_id IN ('Ada', 'Dee') ORDER BY customer_id, effective_on, plan;
SELECT * FROM company.customer_mrr WHERE customer_id IN ('Bob', 'Cyd', 'Gus') ORDER BY customer_id, starts_on;

-- January: Ada and Bob come, 200.
-- February: Cyd 100, Ida 100, Dee 55 come, Ada + 60, Ida - 100: 200 + 255 + 60 - 100 = 415; of January's 200 all is retained and 260 survives.
-- March: Eve + 100, Dee - 11, Bob - 100: 415 + 100 - 11 - 100 = 404; retained and surviving 415 - 11 - 100 = 304 of 415.
-- April so far: Bob is back with 80, Eve - 100: 384; of 404 all but Eve's 100 is left.
SELECT period_start, period_end, complete, currency, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, closing_mrr,
       retained_mrr, surviving_mrr FROM company.mrr_monthly ORDER BY 1;
SELECT period_start, opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers, closing_customers
FROM company.mrr_monthly ORDER BY 1;
-- ARPA 415 / 4; ASP 255 / 3; quick ratio 315 / 100, 100 / 111, 80 / 100; NRR 260 / 200, 304 / 415, 304 / 404.
SELECT period_start, arr, round(arpa, 4) AS arpa, round(asp, 4) AS asp, round(quick_ratio, 4) AS quick_ratio, round(nrr, 4) AS nrr, round(grr, 4) AS grr,
       round(gross_revenue_churn_rate, 4) AS gross_churn, round(net_revenue_churn_rate, 4) AS net_churn FROM company.mrr_monthly ORDER BY 1;
-- Nobody of 2 and one of 4, after Wilson.
SELECT period_start, round(churn_rate, 4) AS churn_rate, round(churn_rate_low, 4) AS low, round(churn_rate_high, 4) AS high FROM company.mrr_monthly ORDER BY 1;
-- The first quarter and the year open with nobody: no rates. In the second quarter only April has been.
SELECT period_start, period_end, complete, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, retained_mrr, surviving_mrr
FROM company.mrr_quarterly ORDER BY 1;
SELECT period_start, opening_customers, new_customers, reactivated_customers, churned_customers, lost_customers, closing_customers, round(nrr, 4) AS nrr, round(churn_rate, 4) AS churn_rate
FROM company.mrr_quarterly ORDER BY 1;
SELECT period_start, period_end, complete, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, new_customers, reactivated_customers,
       churned_customers, lost_customers, closing_customers, nrr, grr, churn_rate FROM company.mrr_yearly ORDER BY 1;
-- Weeks begin on Mondays: from January 1 (Ada came on Friday) through April 15, the Monday that is today: 16 weeks.
SELECT period_start, period_end, complete, opening_mrr, new_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, lost_customers
FROM company.mrr_weekly WHERE new_mrr <> 0 OR expansion_mrr <> 0 OR churn_mrr <> 0 OR contraction_mrr <> 0 ORDER BY 1;
SELECT count(*), min(period_start), max(period_start), count(*) FILTER (WHERE complete) AS complete FROM company.mrr_weekly;
-- Days from January 5 through April 15: 27 + 29 + 31 + 15 = 102, today's not over.
SELECT count(*), min(period_start), max(period_start), count(*) FILTER (WHERE complete) AS complete, sum(new_mrr) AS new, sum(churn_mrr) AS churn FROM company.mrr_daily;
SELECT period_start, opening_mrr, new_mrr, contraction_mrr, churn_mrr, closing_mrr, closing_customers FROM company.mrr_daily WHERE period_start BETWEEN '2024-03-11' AND '2024-03-15' ORDER BY 1;

-- Plans: Ada takes her 100 from basic to pro, a switch; her other 60 are an expansion.
SELECT period_start, plan, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, fx_mrr, closing_mrr, opening_customers, closing_customers
FROM company.mrr_by_plan_monthly ORDER BY plan, period_start;
-- Products: Cyd's 100 are the suite's.
SELECT period_start, product, opening_mrr, new_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr, closing_customers
FROM company.mrr_by_product_monthly ORDER BY product, period_start;
SELECT period_start, billing_period, opening_mrr, new_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr, closing_customers
FROM company.mrr_by_billing_period_monthly ORDER BY billing_period, period_start;
-- Euros: 50, then 40.
SELECT period_start, currency, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr
FROM company.mrr_by_currency_monthly ORDER BY currency, period_start;
-- Segments add up to the whole.
SELECT m.period_start, m.closing_mrr - p.closing AS plans, m.closing_mrr - q.closing AS products, m.new_mrr - p.new AS new, m.expansion_mrr - p.expansion AS expansion, p.switch
FROM company.mrr_monthly AS m
JOIN (SELECT period_start, sum(closing_mrr) AS closing, sum(new_mrr) AS new, sum(expansion_mrr) AS expansion, sum(switch_mrr) AS switch
      FROM company.mrr_by_plan_monthly GROUP BY 1) AS p USING (period_start)
JOIN (SELECT period_start, sum(closing_mrr) AS closing FROM company.mrr_by_product_monthly GROUP BY 1) AS q USING (period_start) ORDER BY 1;

-- Ida left within the month: churn of unknown kind, but lost to nobody's opening. Bob left, Eve's payment failed: 1 of 4 each.
SELECT period_start, opening_customers, lost_customers, round(churn_rate, 4) AS churn_rate, voluntary_lost_customers AS voluntary, involuntary_lost_customers AS involuntary, unknown_lost_customers AS unknown,
       round(voluntary_churn_rate, 4) AS voluntary_rate, round(involuntary_churn_rate, 4) AS involuntary_rate, round(unknown_churn_rate, 4) AS unknown_rate FROM company.churn_monthly ORDER BY 1;
SELECT period_start, period_end, complete, currency, churn_mrr, voluntary_churn_mrr, involuntary_churn_mrr, unknown_churn_mrr FROM company.churn_monthly ORDER BY 1;
SELECT * FROM company.churn_by_reason_monthly ORDER BY 1, 4, 5;

-- January: Ada, Bob. February: Cyd, Dee, Ida, who is not there at its end: 155. March: Eve. April: nobody.
SELECT cohort, age, period_start, complete, customers, retained_customers, round(customer_retention, 4) AS customer_retention, currency, cohort_mrr, mrr,
       round(revenue_retention, 4) AS revenue_retention FROM company.cohort_retention_monthly ORDER BY cohort, age;
-- First spells: Ida and Eve end at age 0, Bob at 1; Cyd and Dee (since the 15th) run at 2, Ada at 3.
SELECT age, at_risk, churned, round(hazard, 4) AS hazard, round(survival, 4) AS survival FROM company.churn_by_age ORDER BY age;

-- Lifetime revenue in days * MRR * 12 / 365:
-- Ada 36 * 100 + 65 * 160 = 14000; Bob 52 * 100 + 13 * 80 = 6240; Cyd 74 * 100; Dee 19 * 55 + 41 * 44 = 2849; Eve 26 * 100; Ida 20 * 100.
SELECT customer_id, name, status, since, mrr, currency, product, plan, billing_period, is_test, attributes FROM company.customer_status ORDER BY 1;
SELECT customer_id, first_movement_on, last_movement_on, tenure_months, lifetime_revenue, cancels_on,
       lifetime_revenue = round(d.days * 12 / 365, 10) AS reckoned
FROM company.customer_status LEFT JOIN (VALUES ('Ada', 14000.0), ('Bob', 6240), ('Cyd', 7400), ('Dee', 2849), ('Eve', 2600), ('Ida', 2000)) AS d (customer_id, days) USING (customer_id)
ORDER BY 1;
-- Today 384 of Ada, Bob, Cyd, Dee; then Gus comes, then Cyd leaves.
SELECT * FROM company.committed_mrr ORDER BY effective_on;

-- The twin by any segment: one line over customer_mrr; customers without a country are one too.
CREATE TEMP TABLE by_country AS
SELECT s.country, m.* FROM (
  SELECT c.attributes ->> 'country' AS country, saas_metrics.mrr_movements(m.customer_id, m.starts_on, m.ends_on, m.mrr, 'month', date '2024-04-16') AS months
  FROM company.customer_mrr AS m LEFT JOIN company.customers AS c USING (customer_id) GROUP BY 1) AS s, unnest(s.months) AS m;
SELECT country, period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, closing_customers FROM by_country ORDER BY country, period_start;
SELECT m.period_start, m.closing_mrr - sum(c.closing_mrr) AS closing, m.retained_mrr - sum(c.retained_mrr) AS retained, m.lost_customers - sum(c.lost_customers) AS lost
FROM company.mrr_monthly AS m JOIN by_country AS c USING (period_start) GROUP BY m.period_start, m.closing_mrr, m.retained_mrr, m.lost_customers ORDER BY 1;

-- Time passes. On May 2 Gus is there, April is over; in February 2025 Cyd is gone. No refresh is needed.
SET saas_metrics.today = '2024-05-02';
SELECT period_start, complete, opening_mrr, new_mrr, churn_mrr, closing_mrr, closing_customers FROM company.mrr_monthly WHERE period_start >= '2024-04-01' ORDER BY 1;
SELECT effective_on, new_mrr, churn_mrr, mrr, customers FROM company.committed_mrr ORDER BY 1;
SELECT customer_id, status, since, mrr, plan, tenure_months FROM company.customer_status WHERE customer_id IN ('Bob', 'Gus') ORDER BY 1;
-- Bob had his first spell in January, Gus runs at age 0, Cyd at 3; Dee at 2 until the 15th.
SELECT age, at_risk, churned FROM company.churn_by_age ORDER BY age;
SELECT cohort, age, customers, mrr FROM company.cohort_retention_monthly WHERE cohort >= '2024-04-01' ORDER BY 1, 2;
SET saas_metrics.today = '2025-02-01';
SELECT count(*) AS months, max(period_start) AS last FROM company.mrr_monthly;
SELECT period_start, complete, opening_mrr, churn_mrr, closing_mrr, lost_customers FROM company.mrr_monthly WHERE churn_mrr <> 0 ORDER BY 1;
SELECT effective_on, mrr, customers FROM company.committed_mrr;
SELECT customer_id, status, since, mrr, cancels_on FROM company.customer_status WHERE customer_id = 'Cyd';
SELECT plan, closing_mrr, closing_customers FROM company.mrr_by_plan_monthly WHERE period_start = '2025-02-01' ORDER BY 1;
-- A refresh then moves nothing, and numbers are the same.
SELECT pg_temp.keep('later_');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('company');
SELECT pg_temp.keep('settled_');
SELECT * FROM pg_temp.differences('later_', 'settled_');
SELECT * FROM saas_metrics.check_ledger('company');

-- Every view that is for reading, and each of its columns, says what it is.
SELECT c.relname, a.attname
FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'company'::regnamespace
  AND (c.relname ~ '^(mrr_|churn_|cohort_)' OR c.relname IN ('customer_status', 'customer_mrr', 'committed_mrr', 'movements', 'movement_lines', 'movement_history', 'freshness', 'rejected_rows', 'closes'))
  AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)
ORDER BY 1, a.attnum;
SELECT saas_metrics.drop_ledger('company');
