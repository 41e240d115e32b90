-- Worked examples that the field explains its metrics by, through a ledger; and of the policy's
-- options the number that each changes, where rows alone do not show it.

\ir lib/books.sql

-- What a price is a month.
SET saas_metrics.today = '2024-06-30';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, discount, discount_kind, billing_period, starts_at, ends_at, cancel_requested_at) VALUES
    ('a year', '1', 1200, 0, NULL, '1 year', '2024-01-10', NULL, NULL),
    ('three months', '1', 90, 0, NULL, '3 months', '2024-01-10', NULL, NULL),
    ('a year less 10 %', '1', 120, 12, 'permanent', '1 year', '2024-01-10', NULL, NULL),
    ('half for life', '1', 10, 5, 'permanent', '1 month', '2024-01-10', NULL, NULL),
    ('10 % off while it lasts', '1', 10, 1, 'repeating', '1 month', '2024-01-10', '2024-03-10', NULL),
    ('10 % off while it lasts', '1', 10, 0, NULL, '1 month', '2024-03-10', NULL, NULL),
    ('20 % off the first year', '1', 1200, 240, 'once', '1 year', '2024-01-10', NULL, NULL),
    ('switch', '1', 100, 0, NULL, '1 month', '2024-01-01', '2024-02-01', NULL),
    ('switch', '1', 250, 0, NULL, '1 month', '2024-02-01', NULL, NULL),
    ('price cut', '1', 100, 0, NULL, '1 month', '2024-01-10', '2024-02-10', NULL),
    ('price cut', '1', 70, 0, NULL, '1 month', '2024-02-10', NULL, NULL),
    ('free from now on', '1', 10, 0, NULL, '1 month', '2024-01-10', '2024-03-10', NULL),
    ('free from now on', '1', 10, 10, 'permanent', '1 month', '2024-03-10', NULL, NULL),
    -- Three seats at 100 as an add-on, and from the middle of a term a coupon of 10 %.
    ('coupon', '1', 100, 0, NULL, '1 month', '2024-01-10', '2024-03-15', NULL),
    ('coupon', '1', 100, 10, 'permanent', '1 month', '2024-03-15', NULL, NULL),
    ('coupon', '2', 300, 0, NULL, '1 month', '2024-01-10', '2024-03-15', NULL),
    ('coupon', '2', 300, 30, 'permanent', '1 month', '2024-03-15', NULL, NULL),
    ('end of March', '1', 100, 0, NULL, '1 month', '2024-03-29', '2024-04-29', NULL),
    ('cancelled, then over', '1', 10, 0, NULL, '1 month', '2024-04-15', '2024-06-15', '2024-06-08');
SELECT oracle.shows('prices', 'SELECT customer_id, string_agg(concat_ws('' '', effective_on, kind, trim_scale(amount)), '', '' ORDER BY effective_on) AS movements FROM books.movements GROUP BY 1', $$ VALUES
    ('a year', '2024-01-10 new 100'), ('three months', '2024-01-10 new 30'), ('a year less 10 %', '2024-01-10 new 9'), ('half for life', '2024-01-10 new 5'),
    ('10 % off while it lasts', '2024-01-10 new 9, 2024-03-10 expansion 1'), ('20 % off the first year', '2024-01-10 new 100'),
    ('switch', '2024-01-01 new 100, 2024-02-01 expansion 150'), ('price cut', '2024-01-10 new 100, 2024-02-10 contraction -30'),
    ('free from now on', '2024-01-10 new 10, 2024-03-10 churn -10'), ('coupon', '2024-01-10 new 400, 2024-03-15 contraction -40'),
    ('end of March', '2024-03-29 new 100, 2024-04-29 churn -100'), ('cancelled, then over', '2024-04-15 new 10, 2024-06-15 churn -10') $$);
-- A price cut is nobody lost, a price of nothing one; who is away on June 15 was there on the 14th.
SELECT oracle.shows('lost', 'SELECT period_start, lost_customers FROM books.mrr_monthly WHERE lost_customers > 0', $$ VALUES ('2024-03-01', 1), ('2024-04-01', 1), ('2024-06-01', 1) $$);
SELECT oracle.shows('a month from the 29th on', $$ SELECT min(effective) AS first, max(effective) AS last, min(mrr) AS least, max(mrr) AS most FROM books.customer_mrr, generate_series(starts_on, ends_on - 1, interval '1 day') AS effective WHERE customer_id = 'end of March' $$, $$ VALUES ('2024-03-29 00:00+00', '2024-04-28 00:00+00', 100, 100) $$);
SELECT oracle.books_close('prices');
CALL oracle.books_count_by('{"discount": "all"}');
SELECT oracle.shows('discounts given once', $$ SELECT amount FROM books.movements WHERE customer_id = '20 % off the first year' $$, 'VALUES (80)');
CALL oracle.books_count_by('{"discount": "none"}');
SELECT oracle.shows('before discounts', $$ SELECT sum(mrr) AS mrr FROM books.customer_status WHERE customer_id IN ('coupon', 'half for life', 'free from now on') $$, 'VALUES (420)');
-- Of prices of 60: days count 30 to a month, weeks 4.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at)
SELECT p, 60, p::interval, '2024-01-10' FROM unnest('{1 day,3 days,1 week,2 weeks,4 weeks,1 month,2 months,6 months}'::text[]) AS p;
CALL oracle.books_count_by('{"week": "4", "day": "30"}');
SELECT oracle.shows('factors', 'SELECT customer_id, mrr FROM books.customer_mrr', $$ VALUES ('1 day', 1800), ('3 days', 600), ('1 week', 240), ('2 weeks', 120), ('4 weeks', 60), ('1 month', 60), ('2 months', 30), ('6 months', 10) $$);

-- Months with a number each.
SET saas_metrics.today = '2024-03-05';
\set rates 'SELECT opening_mrr, closing_mrr, opening_customers, lost_customers, churn_rate, nrr, grr, gross_revenue_churn_rate, net_revenue_churn_rate FROM books.mrr_monthly WHERE period_start = \'2024-02-01\''
\set flow 'SELECT opening_mrr, new_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, closing_mrr FROM books.mrr_monthly WHERE period_start = \'2024-02-01\''

-- 100 for a month and 600 for a year: 12,500.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at)
SELECT n, CASE WHEN n <= 100 THEN 100 ELSE 600 END, CASE WHEN n <= 100 THEN interval '1 month' ELSE '1 year' END, '2024-01-05' FROM generate_series(1, 150) AS n;
SELECT oracle.shows('mixed terms', 'SELECT closing_mrr, arr FROM books.mrr_monthly WHERE NOT complete', 'VALUES (12500, 150000)');
-- 1,000 a year and 100 a month, and then 100 more.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('ann', 1000, '1 year', '2024-01-05'), ('bob', 100, '1 month', '2024-01-05'), ('cat', 100, '1 month', '2024-02-05');
SELECT oracle.shows('and one more', 'SELECT period_start, round(closing_mrr, 2) AS mrr FROM books.mrr_monthly', $$ VALUES ('2024-01-01', 183.33), ('2024-02-01', 283.33), ('2024-03-01', 283.33) $$);

-- 1,000, of which 640 stay: 100 new, 100 -> 150, 100 -> 60, 60 gone, 100 that come to be worth 95.
CALL oracle.new_books();
INSERT INTO books.fx_rates_rows VALUES ('EUR', '2024-01-01', 1), ('EUR', '2024-02-15', 0.95);
CALL go('stay', 1, 640);
CALL go('new', 1, 0, 100);
CALL go('up', 1, 100, 150);
CALL go('down', 1, 100, 60);
CALL go('gone', 1, 60, 0);
CALL go('euro', 1, 100, 100, paid_in => 'EUR');
CALL oracle.books_count_by('{"fx": "daily"}');
SELECT oracle.shows('roll-forward', :'flow', 'VALUES (1000, 100, 50, -40, -60, -5, 1045)');
-- What the opening 1,000 are at the end: 640 + 150 + 60 + 95, of which 50 are more than they were.
SELECT oracle.shows('roll-forward, rates', :'rates', 'VALUES (1000, 1045, 5, 1, 0.2, 0.945, 0.895, 0.105, 0.055)');
SELECT oracle.books_close('roll-forward');

-- 1,000 customers, 100 go and 100 come: 10 % of those who were there.
CALL oracle.new_books();
CALL go('stay', 900, 1);
CALL go('gone', 100, 1, 0);
CALL go('new', 100, 0, 1);
SELECT oracle.shows('churn rate', :'rates', 'VALUES (1000, 1000, 1000, 100, 0.1, 0.9, 0.9, 0.1, 0.1)');
-- 100 customers: 10 go, another goes and is back, one comes and goes. 12 churns, 10 lost.
CALL oracle.new_books();
CALL go('stay', 89, 10);
CALL go('gone', 10, 10, 0);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at) VALUES
    ('back', '1', 10, '1 month', '2024-01-05', '2024-02-05'), ('back', '1', 10, '1 month', '2024-02-15', NULL), ('short', '1', 10, '1 month', '2024-02-05', '2024-02-15');
SELECT oracle.shows('lost and not', $$ SELECT opening_customers, churned_customers, reactivated_customers, lost_customers, churn_rate, churn_mrr FROM books.mrr_monthly WHERE period_start = '2024-02-01' $$, 'VALUES (100, 12, 1, 10, 0.1, -120)');
SELECT oracle.books_close('lost and not');
-- 120 a year is cancelled, 50 become 25: 35 are lost.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES ('yearly', 120, '1 year', '2024-01-05', '2024-02-10');
CALL go('down', 1, 50, 25);
SELECT oracle.shows('lost revenue', :'flow', 'VALUES (60, 0, 0, -25, -10, 0, 25)');
-- 110 at 500, of whom 10 go: 500 each, for 11 months.
CALL oracle.new_books();
CALL go('stay', 100, 500);
CALL go('gone', 10, 500, 0);
SELECT oracle.shows('lifetime value', $$ SELECT arpa, round(saas_metrics.cltv_from_churn(arpa, 1, churn_rate), 9) AS cltv FROM books.mrr_monthly WHERE period_start = '2024-02-01' $$, 'VALUES (500, 5500)');
-- 100: 10 gone, 30 -> 20, 60 -> 70. Gross 20 %, net 10 %.
CALL oracle.new_books();
CALL go('gone', 1, 10, 0);
CALL go('down', 1, 30, 20);
CALL go('up', 1, 60, 70);
SELECT oracle.shows('gross and net churn', 'SELECT opening_mrr, closing_mrr, gross_revenue_churn_rate, net_revenue_churn_rate, quick_ratio FROM books.mrr_monthly WHERE period_start = ''2024-02-01''', 'VALUES (100, 90, 0.2, 0.1, 0.5)');
-- The same of days: 100 -> 95 is 5 %; 100 -> 120, 10 of them new, is -10 %.
CALL oracle.new_books();
CALL go('down', 1, 100, 95);
SELECT oracle.shows('a day''s gross churn', $$ SELECT opening_mrr, closing_mrr, gross_revenue_churn_rate FROM books.mrr_daily WHERE period_start = '2024-02-10' $$, 'VALUES (100, 95, 0.05)');
CALL oracle.new_books();
CALL go('up', 1, 100, 110);
CALL go('new', 1, 0, 10);
SELECT oracle.shows('a day''s net churn', $$ SELECT opening_mrr, closing_mrr, net_revenue_churn_rate, grr FROM books.mrr_daily WHERE period_start = '2024-02-10' $$, 'VALUES (100, 120, -0.1, 1)');
-- 100 at 10: 10 go, 5 go from 10 to 25. 97.5 %: 75 more, not 125.
CALL oracle.new_books();
CALL go('stay', 85, 10);
CALL go('gone', 10, 10, 0);
CALL go('up', 5, 10, 25);
SELECT oracle.shows('revenue retention', :'rates', 'VALUES (1000, 975, 100, 10, 0.1, 0.975, 0.9, 0.1, 0.025)');
-- The mean of 100, 100, 300, 500, 500; of 200 at 10 and 300 at 20; of 3 new at 100 and 7 at 50.
CALL oracle.new_books();
CALL go('low', 2, 100);
CALL go('middle', 1, 300);
CALL go('high', 2, 500);
SELECT oracle.shows('arpa', 'SELECT DISTINCT arpa FROM books.mrr_monthly', 'VALUES (300)');
CALL oracle.new_books();
CALL go('low', 200, 10);
CALL go('high', 300, 20);
SELECT oracle.shows('arpa of many', 'SELECT DISTINCT closing_mrr, arpa FROM books.mrr_monthly', 'VALUES (8000, 16)');
CALL oracle.new_books();
CALL go('old', 5, 1000);
CALL go('dear', 3, 0, 100);
CALL go('cheap', 7, 0, 50);
SELECT oracle.shows('average first sale', $$ SELECT asp FROM books.mrr_monthly WHERE period_start = '2024-02-01' $$, 'VALUES (65)');
-- 15 who wanted to go and 10 who did not, at 10.
CALL oracle.new_books();
CALL go('stay', 75, 10);
CALL go('wanted to go', 15, 10, 0, why => 'voluntary');
CALL go('did not', 10, 10, 0, why => 'involuntary');
SELECT oracle.shows('wanted or not', $$ SELECT voluntary_churn_mrr, involuntary_churn_mrr, voluntary_churn_rate, involuntary_churn_rate, unknown_churn_rate, churn_rate FROM books.churn_monthly WHERE period_start = '2024-02-01' $$, 'VALUES (-150, -100, 0.15, 0.1, 0, 0.25)');
SELECT oracle.books_close('wanted or not');
-- 200 for one product become 500 for another: to that a switch of 200 and an expansion of 300.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, product, amount, billing_period, starts_at, ends_at) VALUES ('ann', '1', 'A', 200, '1 month', '2024-01-05', '2024-02-10'), ('ann', '2', 'B', 500, '1 month', '2024-02-10', NULL);
SELECT oracle.shows('switch', (:'products') || $$ WHERE period_start = '2024-02-01' $$, $$ VALUES ('A', '2024-02-01', 200, 0, 0, 0, 0, 0, -200, 0), ('B', '2024-02-01', 0, 0, 0, 300, 0, 0, 200, 500) $$);
SELECT oracle.books_close('switch');

-- 20 customers at 100, one of whom goes each month and another comes: 5 % in each of six months, so
-- 2,000 is what one is worth. The month that is not over does not count.
SET saas_metrics.today = '2024-08-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at)
SELECT n, 100, '1 month', CASE WHEN n <= 20 THEN timestamp '2024-01-05' ELSE timestamp '2024-01-12' + (n - 20) * interval '1 month' END,
       CASE WHEN n <= 6 THEN timestamp '2024-01-10' + n * interval '1 month' WHEN n <= 15 THEN '2024-08-10' END FROM generate_series(1, 26) AS n;
SELECT oracle.shows('lifetime value of six months', $$ SELECT count(*) AS months, min(churn_rate) AS least, max(churn_rate) AS most, round(saas_metrics.cltv_from_churn(max(arpa), 1, avg(churn_rate)), 9) AS cltv FROM books.mrr_monthly WHERE complete AND period_start >= '2024-02-01' $$, 'VALUES (6, 0.05, 0.05, 2000)');

-- Of 100 a tenth goes each month, whole customers only: 90, 81, 73, 66, 59.
SET saas_metrics.today = '2024-06-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at)
SELECT n, 10, '1 month', '2024-01-05', CASE WHEN n > 90 THEN timestamp '2024-02-10' WHEN n > 81 THEN '2024-03-10' WHEN n > 73 THEN '2024-04-10' WHEN n > 66 THEN '2024-05-10' WHEN n > 59 THEN '2024-06-10' END FROM generate_series(1, 100) AS n;
SELECT oracle.shows('a tenth each month', $$ SELECT age, customers, retained_customers, customer_retention, mrr, revenue_retention, complete FROM books.cohort_retention_monthly WHERE cohort = '2024-01-01' $$, $$ VALUES
    (0, 100, 100, 1, 1000, 1, true), (1, 100, 90, 0.9, 900, 0.9, true), (2, 100, 81, 0.81, 810, 0.81, true), (3, 100, 73, 0.73, 730, 0.73, true), (4, 100, 66, 0.66, 660, 0.66, true), (5, 100, 59, 0.59, 590, 0.59, false) $$);
SELECT oracle.books_close('a tenth each month');

-- netting: where months are what is compared, who comes and goes within one was not there, steps up
-- and down are none, and who is back by its end has not left. Days and weeks stay as they are.
SET saas_metrics.today = '2024-05-05';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('a day', '1', 'basic', 100, '1 month', '2024-01-05', '2024-01-06'),
    ('up and down', '1', 'basic', 50, '1 month', '2024-01-10', '2024-02-05'),
    ('up and down', '1', 'pro', 80, '1 month', '2024-02-05', '2024-02-20'),
    ('up and down', '1', 'basic', 50, '1 month', '2024-02-20', NULL),
    ('back with more', '1', 'basic', 30, '1 month', '2024-01-10', '2024-02-05'),
    ('back with more', '1', 'basic', 40, '1 month', '2024-02-20', NULL),
    ('new and more', '1', 'basic', 5, '1 month', '2024-02-05', '2024-02-20'),
    ('new and more', '1', 'basic', 8, '1 month', '2024-02-20', NULL),
    ('a quarter', '1', 'basic', 10, '1 month', '2024-01-10', '2024-03-10');
SELECT oracle.shows('by the day', :'months', $$ VALUES
--                opening  new back more less churn closing
    ('2024-01-01',      0, 190,   0,   0,   0, -100,     90),
    ('2024-02-01',     90,   5,  40,  33, -30,  -30,    108),
    ('2024-03-01',    108,   0,   0,   0,   0,  -10,     98),
    ('2024-04-01',     98,   0,   0,   0,   0,    0,     98),
    ('2024-05-01',     98,   0,   0,   0,   0,    0,     98) $$);
CREATE TEMP TABLE weeks AS TABLE books.mrr_weekly;
CALL oracle.books_count_by('{"netting": "month"}');
SELECT oracle.shows('by the month', :'months', $$ VALUES
    ('2024-01-01',      0,  90,   0,   0,   0,    0,     90),
    ('2024-02-01',     90,   8,   0,  10,   0,    0,    108),
    ('2024-03-01',    108,   0,   0,   0,   0,  -10,     98),
    ('2024-04-01',     98,   0,   0,   0,   0,    0,     98),
    ('2024-05-01',     98,   0,   0,   0,   0,    0,     98) $$);
SELECT oracle.shows('by the month, customers', 'SELECT period_start, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers, closing_customers FROM books.mrr_monthly', $$ VALUES
    ('2024-01-01', 3, 0, 0, 0, 0, 0, 3), ('2024-02-01', 1, 0, 1, 0, 0, 0, 4), ('2024-03-01', 0, 0, 0, 0, 1, 1, 3), ('2024-04-01', 0, 0, 0, 0, 0, 0, 3), ('2024-05-01', 0, 0, 0, 0, 0, 0, 3) $$);
-- A quarter is three months: what comes in January and goes in March is in both.
SELECT oracle.shows('by the month, quarters', 'SELECT period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, churned_customers, lost_customers FROM books.mrr_quarterly', $$ VALUES
    ('2024-01-01', 0, 98, 0, 10, 0, -10, 98, 1, 0), ('2024-04-01', 98, 0, 0, 0, 0, 0, 98, 0, 0) $$);
SELECT oracle.shows('by the month, weeks', 'TABLE books.mrr_weekly', 'TABLE pg_temp.weeks');
SELECT oracle.shows('by the month, plans', (:'plans') || $$ WHERE period_start = '2024-02-01' AND opening_mrr + closing_mrr <> 0 $$, $$ VALUES ('basic', '2024-02-01', 90, 8, 0, 10, 0, 0, 0, 108) $$);
SELECT oracle.books_close('by the month');
-- Who came and went within January and comes in March has not been there at the end of any month.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES ('ann', 10, '1 month', '2024-01-05', '2024-01-20'), ('ann', 25, '1 month', '2024-03-10', NULL), ('bob', 1, '1 month', '2024-01-05', NULL);
CALL oracle.books_count_by('{"netting": "month"}');
SELECT oracle.shows('first month end', 'SELECT period_start, new_mrr, new_customers, reactivation_mrr, reactivated_customers, churn_mrr, closing_mrr FROM books.mrr_monthly WHERE new_mrr + reactivation_mrr <> 0', $$ VALUES ('2024-01-01', 1, 1, 0, 0, 0, 1), ('2024-03-01', 25, 1, 0, 0, 0, 26) $$);
SELECT oracle.books_close('first month end');

-- gap_tolerance: a churn waits as many days, and then is dated at the end of the MRR.
SET saas_metrics.today = '2024-04-03';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES ('ann', 50, '1 month', '2024-01-10', '2024-03-25'), ('bob', 7, '1 month', '2024-01-10', NULL);
SELECT oracle.shows('no waiting', :'months', $$ VALUES ('2024-01-01', 0, 57, 0, 0, 0, 0, 57), ('2024-02-01', 57, 0, 0, 0, 0, 0, 57), ('2024-03-01', 57, 0, 0, 0, 0, -50, 7), ('2024-04-01', 7, 0, 0, 0, 0, 0, 7) $$);
CALL oracle.books_count_by('{"gap_tolerance": 10}');
SELECT oracle.shows('waiting', :'months', $$ VALUES ('2024-01-01', 0, 57, 0, 0, 0, 0, 57), ('2024-02-01', 57, 0, 0, 0, 0, 0, 57), ('2024-03-01', 57, 0, 0, 0, 0, 0, 57), ('2024-04-01', 57, 0, 0, 0, 0, 0, 57) $$);
SELECT oracle.shows('waiting, status', 'SELECT customer_id, status, mrr FROM books.customer_status', $$ VALUES ('ann', 'active', 50), ('bob', 'active', 7) $$);
SET saas_metrics.today = '2024-04-04';
SELECT oracle.shows('waited', :'months', $$ VALUES ('2024-01-01', 0, 57, 0, 0, 0, 0, 57), ('2024-02-01', 57, 0, 0, 0, 0, 0, 57), ('2024-03-01', 57, 0, 0, 0, 0, -50, 7), ('2024-04-01', 7, 0, 0, 0, 0, 0, 7) $$);
SELECT oracle.shows('waited, status', 'SELECT customer_id, status, since, mrr FROM books.customer_status', $$ VALUES ('ann', 'churned', '2024-03-25', 0), ('bob', 'active', '2024-01-10', 7) $$);
SELECT oracle.books_close('waited');

-- A policy that is written anew counts for everybody from one moment on, and not first for who happens
-- to change: two customers alike are never told apart.
SET saas_metrics.today = '2024-06-15';
CALL oracle.new_books();
INSERT INTO books.policies (policy, past_due) VALUES ('ours', 'count');
SELECT movements_added FROM saas_metrics.set_policy('books', 'ours') \gset
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, status)
SELECT c, '1', 10, '1 month', '2024-02-01', 'past_due' FROM unnest('{touched,alike}'::text[]) AS c;
SELECT oracle.shows('policy as it was', 'SELECT customer_id, kind, effective_on FROM books.movements', $$ VALUES ('touched', 'new', '2024-02-01'), ('alike', 'new', '2024-02-01') $$);
UPDATE books.policies SET past_due = '14 days' WHERE policy = 'ours';
UPDATE books.subscription_periods_rows SET plan = 'basic' WHERE customer_id = 'touched';
SELECT oracle.shows('policy written anew', $$ SELECT kind, effective_on FROM books.movements WHERE customer_id = 'touched' $$, $$ SELECT kind, effective_on FROM books.movements WHERE customer_id = 'alike' $$);
SELECT movements_added FROM saas_metrics.set_policy('books', 'ours') \gset
SELECT oracle.shows('policy set anew', 'SELECT customer_id, kind, effective_on FROM books.movements', $$ VALUES
    ('touched', 'new', '2024-02-01'), ('alike', 'new', '2024-02-01'), ('touched', 'churn', '2024-02-15'), ('alike', 'churn', '2024-02-15') $$);
SELECT oracle.books_close('policy set anew');
