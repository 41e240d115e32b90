-- Mistakes that are often made with MRR, the rest: currencies, prices, states, and what changes in
-- the tables; a few rows that would show each, and every number worked out by hand.

\ir lib/books.sql

-- What comes in at one rate and leaves at another leaves nothing behind: what is left over is the
-- rate's, in a column of its own, and neither expansion nor contraction. A rate says what a unit is
-- worth here, so amounts are multiplied by it.
SET saas_metrics.today = '2024-05-05';
CALL oracle.new_books();
INSERT INTO books.fx_rates_rows VALUES ('EUR', '2024-01-01', 1.1), ('EUR', '2024-03-01', 1.2);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, currency, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 'pro', 100, 'EUR', '1 month', '2024-01-10', '2024-04-10'),
    ('bob', '1', 'pro', 50, 'EUR', '1 month', '2024-02-10', '2024-04-01'),
    ('bob', '1', 'pro', 20, 'EUR', '1 month', '2024-04-01', NULL);
\set in_euros ' VALUES (\'EUR\', \'2024-01-01\', 0, 100, 0, 0, 0, 0, 0, 100), (\'EUR\', \'2024-02-01\', 100, 50, 0, 0, 0, 0, 0, 150), (\'EUR\', \'2024-03-01\', 150, 0, 0, 0, 0, 0, 0, 150), (\'EUR\', \'2024-04-01\', 150, 0, 0, 0, -30, -100, 0, 20), (\'EUR\', \'2024-05-01\', 20, 0, 0, 0, 0, 0, 0, 20)'
\set months_fx 'SELECT period_start, opening_mrr, new_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, closing_mrr FROM books.mrr_monthly'
-- At the rate of each item's first day, 1.1 for its life: 30 euros less are 33 less.
SELECT oracle.shows('rate at start', :'months_fx', $$ VALUES
    ('2024-01-01',   0, 110, 0,   0,    0, 0, 110),
    ('2024-02-01', 110,  55, 0,   0,    0, 0, 165),
    ('2024-03-01', 165,   0, 0,   0,    0, 0, 165),
    ('2024-04-01', 165,   0, 0, -33, -110, 0,  22),
    ('2024-05-01',  22,   0, 0,   0,    0, 0,  22) $$);
SELECT oracle.shows('rate at start, in euros', :'currencies', :'in_euros');
SELECT oracle.books_close('rate at start');
-- At the rate of each day: 150 euros gain 10 cents each in March, in April 30 and 100 leave at 1.2.
CALL oracle.books_count_by('{"fx": "daily"}');
SELECT oracle.shows('rate of the day', :'months_fx', $$ VALUES
    ('2024-01-01',   0, 110, 0,   0,    0,  0, 110),
    ('2024-02-01', 110,  55, 0,   0,    0,  0, 165),
    ('2024-03-01', 165,   0, 0,   0,    0, 15, 180),
    ('2024-04-01', 180,   0, 0, -36, -120,  0,  24),
    ('2024-05-01',  24,   0, 0,   0,    0,  0,  24) $$);
SELECT oracle.shows('rate of the day, in euros', :'currencies', :'in_euros');
SELECT oracle.shows('rate of the day, movements', $$ SELECT customer_id, amount, mrr_before, mrr_after FROM books.movements WHERE kind = 'fx' $$, $$ VALUES ('ann', 10, 110, 120), ('bob', 5, 55, 60) $$);
SELECT oracle.books_close('rate of the day');

-- Amounts of two currencies are never added as they are; a currency without a rate is no dollar, but
-- a row that is refused and listed. Views by plan work with many currencies.
SET saas_metrics.today = '2024-03-15';
CALL oracle.new_books();
INSERT INTO books.fx_rates_rows VALUES ('EUR', '2024-01-01', 2), ('JPY', '2024-01-01', 0.0067);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, currency, billing_period, starts_at, ends_at) VALUES
    ('dollars', '1', 'pro', 100, NULL, '1 month', '2024-01-10', NULL),
    ('euros', '1', 'pro', 100, 'EUR', '1 month', '2024-01-10', NULL),
    ('yen', '1', 'pro', 10000, 'JPY', '1 month', '2024-01-10', NULL),
    ('pounds', '1', 'pro', 100, 'GBP', '1 month', '2024-01-10', NULL),
    ('euros too early', '1', 'pro', 100, 'EUR', '1 month', '2023-12-31', NULL);
SELECT oracle.shows('currencies', 'SELECT period_start, new_mrr, closing_mrr, closing_customers FROM books.mrr_monthly', $$ VALUES
    ('2024-01-01', 367, 367, 3), ('2024-02-01', 0, 367, 3), ('2024-03-01', 0, 367, 3) $$);
SELECT oracle.shows('currencies in a plan', 'SELECT plan, currency, period_start, closing_mrr, closing_customers FROM books.mrr_by_plan_monthly WHERE complete', $$ VALUES ('pro', 'USD', '2024-01-01', 367, 3), ('pro', 'USD', '2024-02-01', 367, 3) $$);
SELECT oracle.shows('each currency', 'SELECT currency, closing_mrr FROM books.mrr_by_currency_monthly WHERE NOT complete', $$ VALUES ('USD', 100), ('EUR', 100), ('JPY', 10000) $$);
SELECT oracle.shows_now('no rate', $$ SELECT customer_id, rows, reason ~ 'rate' AS of_rate FROM books.rejected_rows $$, $$ VALUES ('pounds', 1, true), ('euros too early', 1, true) $$);
SELECT oracle.shows('no rate is an error', $$ SELECT severity, sum(rows) FROM saas_metrics.check_ledger('books') WHERE finding ~ 'rate' GROUP BY 1 $$, $$ VALUES ('error', 2) $$);
-- Who pays in another currency from now on has moved his money, not left and come.
CALL oracle.new_books();
INSERT INTO books.fx_rates_rows VALUES ('EUR', '2024-01-01', 2);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, currency, billing_period, starts_at, ends_at) VALUES
    ('same', '1', 'pro', 100, 'USD', '1 month', '2024-01-10', '2024-02-10'),
    ('same', '1', 'pro', 50, 'EUR', '1 month', '2024-02-10', NULL),
    ('more', '1', 'pro', 100, 'USD', '1 month', '2024-01-10', '2024-02-10'),
    ('more', '1', 'pro', 75, 'EUR', '1 month', '2024-02-10', NULL);
SELECT oracle.shows('other currency', :'movements', $$ VALUES ('same', '2024-01-10', 'new', 100, 100), ('more', '2024-01-10', 'new', 100, 100), ('more', '2024-02-10', 'expansion', 50, 150) $$);
-- 200 dollars become 100 euros, and 25 come on top.
SELECT oracle.shows('other currency, each', :'currencies', $$ VALUES
    ('USD', '2024-01-01',   0, 200, 0,  0, 0, 0,    0, 200),
    ('USD', '2024-02-01', 200,   0, 0,  0, 0, 0, -200,   0),
    ('USD', '2024-03-01',   0,   0, 0,  0, 0, 0,    0,   0),
    ('EUR', '2024-02-01',   0,   0, 0, 25, 0, 0,  100, 125),
    ('EUR', '2024-03-01', 125,   0, 0,  0, 0, 0,    0, 125) $$);
SELECT oracle.books_close('other currency');

-- Another billing system is no new company: with a table that says who was whom, nobody is new in one
-- and churned in the other. A link is a row; without it everything is as before.
SET saas_metrics.today = '2024-04-10';
CREATE TABLE old_billing (customer text, amount numeric, starts_on date, ends_on date);
CREATE TABLE new_billing (account text, amount numeric, starts_on date, ends_on date);
CREATE TABLE link (account text PRIMARY KEY, customer text);
CREATE INDEX ON old_billing (customer);
CREATE INDEX ON new_billing (account);
CREATE INDEX ON link (customer);
INSERT INTO old_billing VALUES ('ann', 100, '2024-01-05', '2024-03-01'), ('bob', 50, '2024-01-05', '2024-03-01');
-- Bob's contract begins two days late.
INSERT INTO new_billing VALUES ('a1', 100, '2024-03-01', NULL), ('a2', 50, '2024-03-03', NULL);
SET client_min_messages = error;
CALL oracle.new_books();
SELECT saas_metrics.bind('books', 'subscription_periods', $$
    SELECT customer AS customer_id, 'old ' || customer AS item_id, 'old' AS product, amount, interval '1 month' AS billing_period, starts_on, ends_on FROM old_billing
    UNION ALL
    SELECT coalesce(l.customer, b.account), 'new ' || b.account, 'new', b.amount, interval '1 month', b.starts_on, b.ends_on FROM new_billing AS b LEFT JOIN link AS l USING (account) $$);
SELECT saas_metrics.watch('books', 'old_billing', 'customer');
SELECT saas_metrics.watch('books', 'new_billing', 'SELECT changed.account FROM changed UNION ALL SELECT l.customer FROM changed JOIN link AS l USING (account)');
SELECT saas_metrics.watch('books', 'link', 'SELECT account FROM changed UNION ALL SELECT customer FROM changed');
RESET client_min_messages;
SELECT saas_metrics.refresh('books') \gset
\set march 'SELECT opening_mrr, new_mrr, reactivation_mrr, churn_mrr, closing_mrr, lost_customers, closing_customers FROM books.mrr_monthly WHERE period_start = \'2024-03-01\''
SELECT oracle.shows('two systems', :'march', 'VALUES (150, 150, 0, -150, 150, 2, 2)');
INSERT INTO link VALUES ('a1', 'ann'), ('a2', 'bob');
SELECT oracle.shows('linked', :'march', 'VALUES (150, 0, 50, -50, 150, 0, 2)');
CALL oracle.books_count_by('{"gap_tolerance": 2}');
SELECT oracle.shows('linked over two days', :'march', 'VALUES (150, 0, 0, 0, 150, 0, 2)');
SELECT oracle.shows('linked, systems', (:'products') || $$ WHERE period_start = '2024-03-01' $$, $$ VALUES
    ('old', '2024-03-01', 150, 0, 0, 0, 0, 0, -150, 0), ('new', '2024-03-01', 0, 0, 0, 0, 0, 0, 150, 150) $$);
SELECT oracle.books_close('linked');
DELETE FROM link WHERE account = 'a2';
SELECT oracle.shows('one link less', :'march', 'VALUES (150, 50, 0, -50, 150, 1, 2)');
DELETE FROM link;
SELECT oracle.shows('no links', :'march', 'VALUES (150, 150, 0, -150, 150, 2, 2)');
SELECT oracle.books_close('no links');

-- To cancel before the new product is bought is no churn: a day's changes are set off, and a gap of
-- days is none where the policy tolerates it.
SET saas_metrics.today = '2024-03-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, product, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 'app', 100, '1 month', '2024-01-10', '2024-02-10 10:00'),
    ('ann', '2', 'suite', 100, '1 month', '2024-02-10 10:05', NULL),
    ('bob', '1', 'app', 30, '1 month', '2024-01-10', '2024-02-10'),
    ('bob', '2', 'suite', 30, '1 month', '2024-02-12', NULL);
\set february 'SELECT opening_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, churned_customers, lost_customers, nrr FROM books.mrr_monthly WHERE period_start = \'2024-02-01\''
\set apps ' WHERE period_start = \'2024-02-01\''
SELECT oracle.shows('cancelled first', :'february', 'VALUES (130, 30, 0, 0, -30, 130, 1, 0, 1)');
SELECT oracle.shows('cancelled first, products', (:'products') || :'apps', $$ VALUES ('app', '2024-02-01', 130, 0, 0, 0, 0, -30, -100, 0), ('suite', '2024-02-01', 0, 0, 30, 0, 0, 0, 100, 130) $$);
CALL oracle.books_count_by('{"gap_tolerance": 1}');
SELECT oracle.shows('one day is not enough', :'february', 'VALUES (130, 30, 0, 0, -30, 130, 1, 0, 1)');
CALL oracle.books_count_by('{"gap_tolerance": 2}');
SELECT oracle.shows('two days are', :'february', 'VALUES (130, 0, 0, 0, 0, 130, 0, 0, 1)');
SELECT oracle.shows('two days are, products', (:'products') || :'apps', $$ VALUES ('app', '2024-02-01', 130, 0, 0, 0, 0, 0, -130, 0), ('suite', '2024-02-01', 0, 0, 0, 0, 0, 0, 130, 130) $$);
SELECT oracle.books_close('two days are');
CALL oracle.books_count_by('{"netting": "event"}');
SELECT oracle.shows('each instant', :'february', 'VALUES (130, 130, 0, 0, -130, 130, 2, 0, 1)');
SELECT oracle.books_close('each instant');
CALL oracle.books_count_by('{"netting": "month"}');
SELECT oracle.shows('months only', :'february', 'VALUES (130, 0, 0, 0, 0, 130, 0, 0, 1)');
SELECT oracle.shows('months only, products', (:'products') || :'apps', $$ VALUES ('app', '2024-02-01', 130, 0, 0, 0, 0, 0, -130, 0), ('suite', '2024-02-01', 0, 0, 0, 0, 0, 0, 130, 130) $$);
SELECT oracle.books_close('months only');

-- A churn is taken off once, however often the tables say it: by an end, by a row that says so, by
-- another, by an update that changes nothing, by one refresh after another.
SET saas_metrics.today = '2024-05-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status, cancel_requested_at, access_ends_at) VALUES
    ('ann', '1', 30, '1 month', '2024-01-10', '2024-03-10', 'active', '2024-03-01', '2024-04-10'),
    ('ann', '1', 30, '1 month', '2024-03-10', NULL, 'canceled', '2024-03-01', '2024-04-10');
\set once 'SELECT count(*) AS movements, sum(amount) AS mrr, min(amount) AS churn, max(effective_on) AS churned_on FROM books.movements'
SELECT oracle.shows('churn once', :'once', $$ VALUES (2, 0, -30, '2024-04-10') $$);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, status, access_ends_at)
SELECT 'ann', '1', 30, '1 month', '2024-03-10', 'canceled', '2024-04-10' FROM generate_series(1, 2);
UPDATE books.subscription_periods_rows SET status = 'canceled' WHERE status = 'canceled';
SELECT oracle.shows('churn said again', :'once', $$ VALUES (2, 0, -30, '2024-04-10') $$);
UPDATE books.subscription_periods_rows SET amount = amount;
SELECT oracle.shows('churn again', :'once', $$ VALUES (2, 0, -30, '2024-04-10') $$);
SELECT oracle.shows('churn once, month', 'SELECT churn_mrr, churned_customers, lost_customers, closing_mrr FROM books.mrr_monthly WHERE churn_mrr <> 0', 'VALUES (-30, 1, 1, 0)');
SELECT oracle.books_close('churn once');

-- A discount above the price makes the item free: it neither earns money nor takes it from the
-- customer's other items. A discount counts while it lasts, in months past too.
SET saas_metrics.today = '2024-04-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, discount, discount_kind, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 10, 30, 'permanent', '1 month', '2024-01-10', NULL),
    ('ann', '2', 50, 0, NULL, '1 month', '2024-01-10', NULL),
    ('bob', '1', 100, 25, 'repeating', '1 month', '2024-01-10', '2024-03-01'),
    ('bob', '1', 100, 0, NULL, '1 month', '2024-03-01', NULL),
    ('cat', '1', 10, 11, 'permanent', '1 month', '2024-01-10', NULL);
INSERT INTO books.customers_rows (customer_id) VALUES ('ann'), ('cat');
SELECT oracle.shows('discounts', :'months', $$ VALUES
    ('2024-01-01',   0, 125, 0,  0, 0, 0, 125), ('2024-02-01', 125, 0, 0, 0, 0, 0, 125), ('2024-03-01', 125, 0, 0, 25, 0, 0, 150), ('2024-04-01', 150, 0, 0, 0, 0, 0, 150) $$);
SELECT oracle.shows('discounts, customers', 'SELECT customer_id, status, mrr FROM books.customer_status', $$ VALUES ('ann', 'active', 50), ('bob', 'active', 100), ('cat', 'without_mrr', 0) $$);
SELECT oracle.books_close('discounts');

-- A renewal whose payment fails is in MRR as long as the policy says, and the output says how long:
-- a late payment, and then none. It is nobody's wish to leave.
SET saas_metrics.today = '2024-03-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status) VALUES
    ('ann', '1', 100, '1 month', '2024-01-05', '2024-02-05', 'active'),
    ('ann', '1', 100, '1 month', '2024-02-05', '2024-03-05', 'past_due'),
    ('ann', '1', 100, '1 month', '2024-03-05', NULL, 'unpaid'),
    ('bob', '1', 100, '1 month', '2024-01-05', NULL, 'active');
\set failed 'SELECT period_start, involuntary_churn_mrr, involuntary_lost_customers, voluntary_lost_customers, unknown_lost_customers, churn_mrr FROM books.churn_monthly WHERE lost_customers > 0'
\set counts 'SELECT status, mrr, counts_on, counts_until FROM saas_metrics.explain_customer(\'books\', \'[2024-02-05,2024-03-20)\', \'ann\') WHERE counts_until > counts_on AND status <> \'active\''
SELECT oracle.shows('late counts', :'failed', $$ VALUES ('2024-03-01', -100, 1, 0, 0, -100) $$);
SELECT oracle.shows('late counts, explained', :'counts', $$ VALUES ('past_due', 100, '2024-02-05', '2024-03-05') $$);
SELECT oracle.shows('failed, why', 'SELECT period_start, churn_kind, churn_reason, churned_customers, lost_customers, churn_mrr FROM books.churn_by_reason_monthly', $$ VALUES ('2024-03-01', 'involuntary', 'payment_failed', 1, 1, -100) $$);
CALL oracle.books_count_by('{"past_due": "14 days"}');
SELECT oracle.shows('late counts 14 days', :'failed', $$ VALUES ('2024-02-01', -100, 1, 0, 0, -100) $$);
SELECT oracle.shows('late counts 14 days, explained', :'counts', $$ VALUES ('past_due', 100, '2024-02-05', '2024-02-19') $$);
-- Thirty days are over a day after the row.
CALL oracle.books_count_by('{"past_due": "30 days"}');
SELECT oracle.shows('late counts 30 days', :'failed', $$ VALUES ('2024-03-01', -100, 1, 0, 0, -100) $$);
SELECT oracle.shows('late counts 30 days, explained', :'counts', $$ VALUES ('past_due', 100, '2024-02-05', '2024-03-05') $$);
CALL oracle.books_count_by('{"past_due": "0 days"}');
SELECT oracle.shows('late counts not', :'failed', $$ VALUES ('2024-02-01', -100, 1, 0, 0, -100) $$);
SELECT oracle.shows('late counts not, explained', :'counts', NULL);
SELECT oracle.shows('late counts not, when', :'churns', $$ VALUES ('ann', '2024-02-05', -100, 'involuntary') $$);
SELECT oracle.books_close('late counts not');

-- A pause is told from a departure: by its reason, as the customer's status, and as a return at its
-- end; or, if the policy says so, it changes nothing.
SET saas_metrics.today = '2024-03-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status) VALUES
    ('ann', '1', 30, '1 month', '2024-01-10', '2024-03-01', 'active'),
    ('ann', '1', 30, '1 month', '2024-03-01', '2024-04-15', 'paused'),
    ('ann', '1', 30, '1 month', '2024-04-15', NULL, 'active'),
    ('bob', '1', 20, '1 month', '2024-01-10', NULL, 'active');
SELECT oracle.shows('paused', 'SELECT customer_id, status, mrr FROM books.customer_status', $$ VALUES ('ann', 'paused', 0), ('bob', 'active', 20) $$);
SELECT oracle.shows('paused, until', 'SELECT effective_on, reactivation_mrr, mrr FROM books.committed_mrr', $$ VALUES ('2024-03-20', 0, 20), ('2024-04-15', 30, 50) $$);
SET saas_metrics.today = '2024-05-10';
SELECT oracle.shows('paused, months', :'months', $$ VALUES
    ('2024-01-01', 0, 50, 0, 0, 0, 0, 50), ('2024-02-01', 50, 0, 0, 0, 0, 0, 50), ('2024-03-01', 50, 0, 0, 0, 0, -30, 20),
    ('2024-04-01', 20, 0, 30, 0, 0, 0, 50), ('2024-05-01', 50, 0, 0, 0, 0, 0, 50) $$);
SELECT oracle.shows('paused, why', 'SELECT period_start, churn_reason, churned_customers, churn_mrr FROM books.churn_by_reason_monthly', $$ VALUES ('2024-03-01', 'paused', 1, -30) $$);
SELECT oracle.shows('paused is not wanted', 'SELECT sum(voluntary_lost_customers) AS voluntary, sum(involuntary_lost_customers) AS involuntary FROM books.churn_monthly', 'VALUES (0, 0)');
SELECT oracle.books_close('paused');
CALL oracle.books_count_by('{"paused": "count"}');
SELECT oracle.shows('paused counts', :'movements', $$ VALUES ('ann', '2024-01-10', 'new', 30, 30), ('bob', '2024-01-10', 'new', 20, 20) $$);
SELECT oracle.books_close('paused counts');

-- A month is a month, whether it has 28 days or 31, and a year twelve of them, leap or not: nothing
-- moves while the price stays. What cannot be divided is rounded once, and parts add up to the whole.
SET saas_metrics.today = '2025-03-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('leap', '1', 'year', 1200, '1 year', '2024-02-29', '2025-02-28'),
    ('leap', '1', 'year', 1200, '1 year', '2025-02-28', '2026-02-28'),
    ('last day', '1', 'month', 31, '1 month', '2024-01-31', '2024-02-29'),
    ('last day', '1', 'month', 31, '1 month', '2024-02-29', NULL),
    ('thirds', '1', 'p', 100, '3 months', '2024-01-31', NULL),
    ('thirds', '2', 'q', 100, '3 months', '2024-01-31', NULL),
    ('thirds', '3', 'r', 100, '3 months', '2024-01-31', NULL);
SELECT oracle.shows('calendar', :'months', $$
    SELECT date '2024-01-01', 0, 130.9999999999, 0, 0, 0, 0, 130.9999999999 UNION ALL
    SELECT date '2024-02-01', 130.9999999999, 100, 0, 0, 0, 0, 230.9999999999 UNION ALL
    SELECT m::date, 230.9999999999, 0, 0, 0, 0, 0, 230.9999999999 FROM generate_series(timestamp '2024-03-01', '2025-03-01', '1 month') AS m $$);
SELECT oracle.shows('thirds', $$ SELECT plan, closing_mrr FROM books.mrr_by_plan_monthly WHERE period_start = '2025-03-01' $$, $$ VALUES ('year', 100), ('month', 31), ('p', 33.3333333333), ('q', 33.3333333333), ('r', 33.3333333333) $$);
SELECT oracle.books_close('calendar');

-- Two customers with 10 a week are worth twice what one is, by whatever number of weeks a month has.
SET saas_metrics.today = '2024-01-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('ann', 10, '1 week', '2024-01-10'), ('bob', 10, '1 week', '2024-01-11'), ('cat', 1, '1 day', '2024-01-12');
\set factors 'SELECT customer_id, mrr FROM books.customer_mrr'
SELECT oracle.shows('52/12 weeks', :'factors', $$ VALUES ('ann', 43.3333333333), ('bob', 43.3333333333), ('cat', 30.4166666667) $$);
SELECT oracle.shows('two weeklies', 'SELECT new_mrr - 30.4166666667 AS weeklies, new_customers, asp FROM books.mrr_monthly', 'SELECT 86.6666666666, 3, 117.0833333333 / 3');
CALL oracle.books_count_by('{"week": "4", "day": "30"}');
SELECT oracle.shows('4 weeks', :'factors', $$ VALUES ('ann', 40), ('bob', 40), ('cat', 30) $$);
CALL oracle.books_count_by('{"week": "4.33", "day": "30.44"}');
SELECT oracle.shows('4.33 weeks', :'factors', $$ VALUES ('ann', 43.3), ('bob', 43.3), ('cat', 30.44) $$);
-- 3652.425 / 84 = 43.48125 and 365.2425 / 12 = 30.436875.
CALL oracle.books_count_by('{"week": "365.2425/84", "day": "365.2425/12"}');
SELECT oracle.shows('weeks of the calendar', :'factors', $$ VALUES ('ann', 43.48125), ('bob', 43.48125), ('cat', 30.436875) $$);
SELECT oracle.books_close('weeks of the calendar');

-- No billing period silently comes to nothing: short and odd ones count, what cannot be one is
-- refused and listed with what is wrong.
SET saas_metrics.today = '2024-01-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES
    ('daily', 1, '1 day', '2024-01-10'), ('weekly', 7, '7 days', '2024-01-10'), ('biweekly', 7, '14 days', '2024-01-10'), ('30 days', 30, '30 days', '2024-01-10'),
    ('45 days', 90, '45 days', '2024-01-10'), ('18 months', 18, '18 months', '2024-01-10'), ('5 years', 600, '5 years', '2024-01-10'), ('year and a half', 9, '1 year 6 months', '2024-01-10'),
    ('bad mixed', 1, '1 month 15 days', '2024-01-10'), ('bad hours', 1, '12 hours', '2024-01-10'), ('bad zero', 1, '0', '2024-01-10'), ('bad past', 1, '-1 month', '2024-01-10'),
    ('bad none', 1, NULL, '2024-01-10'), ('bad day and hours', 1, '29 days 12:00', '2024-01-10'), ('no amount', NULL, '1 month', '2024-01-10');
-- 7 * 52/12 = 30.33…, half of it; 30 * 365/360; 90 * 365/540.
SELECT oracle.shows('odd periods', 'SELECT customer_id, mrr FROM books.customer_mrr', $$ VALUES
    ('daily', 30.4166666667), ('weekly', 30.3333333333), ('biweekly', 15.1666666667), ('30 days', 30.4166666667), ('45 days', 60.8333333333), ('18 months', 1), ('5 years', 10), ('year and a half', 0.5) $$);
SELECT oracle.shows_now('bad periods', $$ SELECT customer_id, rows, reason ~ CASE customer_id WHEN 'no amount' THEN '^amount' ELSE '^billing_period' END AS named FROM books.rejected_rows $$, $$ VALUES
    ('bad mixed', 1, true), ('bad hours', 1, true), ('bad zero', 1, true), ('bad past', 1, true), ('bad none', 1, true), ('bad day and hours', 1, true), ('no amount', 1, true) $$);
SELECT oracle.shows('bad periods are errors', $$ SELECT sum(rows) AS rows FROM saas_metrics.check_ledger('books') WHERE severity = 'error' $$, 'VALUES (7)');
SELECT oracle.books_close('odd periods');

-- Of whose doing nobody said, a churn is of unknown kind, and not the customer's wish.
SET saas_metrics.today = '2024-04-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at, churn_kind) VALUES
    ('ann', 10, '1 month', '2024-01-05', '2024-03-05', 'voluntary'), ('bob', 20, '1 month', '2024-01-05', '2024-03-05', 'involuntary'),
    ('cat', 30, '1 month', '2024-01-05', '2024-03-05', NULL), ('dan', 40, '1 month', '2024-01-05', NULL, NULL);
SELECT oracle.shows('kinds of churn', 'SELECT period_start, opening_customers, lost_customers, churn_rate, churn_mrr, voluntary_lost_customers, voluntary_churn_rate, voluntary_churn_mrr, involuntary_lost_customers, involuntary_churn_rate, involuntary_churn_mrr, unknown_lost_customers, unknown_churn_rate, unknown_churn_mrr FROM books.churn_monthly', $$ VALUES
    ('2024-01-01', 0, 0, NULL,    0, 0, NULL,   0, 0, NULL,   0, 0, NULL,   0),
    ('2024-02-01', 4, 0,    0,    0, 0,    0,   0, 0,    0,   0, 0,    0,   0),
    ('2024-03-01', 4, 3, 0.75,  -60, 1, 0.25, -10, 1, 0.25, -20, 1, 0.25, -30),
    ('2024-04-01', 1, 0,    0,    0, 0,    0,   0, 0,    0,   0, 0,    0,   0) $$);
SELECT oracle.books_close('kinds of churn');

-- Yearly contracts that are not up for renewal do not hide the churn of monthly ones: each billing
-- period has books of its own.
SET saas_metrics.today = '2024-03-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at)
SELECT 'monthly ' || n, 10, interval '1 month', timestamptz '2024-01-05', CASE n WHEN 1 THEN timestamptz '2024-02-10' END FROM generate_series(1, 4) AS n
UNION ALL SELECT 'yearly ' || n, 120, interval '1 year', '2024-01-05', NULL FROM generate_series(1, 6) AS n;
SELECT oracle.shows('all billing periods', 'SELECT churn_rate, churn_mrr / opening_mrr AS of_mrr FROM books.mrr_monthly WHERE churn_mrr <> 0', 'VALUES (0.1, -0.1)');
SELECT oracle.shows('each billing period', $$ SELECT billing_period::text, opening_mrr, churn_mrr, closing_mrr, opening_customers, closing_customers FROM books.mrr_by_billing_period_monthly WHERE period_start = '2024-02-01' $$, $$ VALUES
    ('1 mon', 40, -10, 30, 4, 3), ('1 year', 60, 0, 60, 6, 6) $$);
SELECT oracle.books_close('each billing period');

-- A charge that comes once is no MRR, even with a start, an end and a period; usage is none unless
-- the policy says so. Both are listed as rows that count for nothing, and neither is refused.
SET saas_metrics.today = '2024-03-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, kind, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 'recurring', 50, '1 month', '2024-01-10', NULL),
    ('ann', 'setup', 'one_time', 300, '1 month', '2024-01-10', '2024-02-10'),
    ('ann', 'calls', 'usage', 70, '1 month', '2024-02-01', '2024-03-01'),
    ('bob', 'setup', 'one_time', 300, '1 month', '2024-01-10', NULL);
SELECT oracle.shows('once', :'movements', $$ VALUES ('ann', '2024-01-10', 'new', 50, 50) $$);
SELECT oracle.shows('once, explained', $$ SELECT item_id, counts_on IS NULL AND rule <> 'counts as it is' AS counts_not FROM saas_metrics.explain_customer('books', '[2024-01-01,2024-03-10)', 'ann') $$, $$ VALUES ('1', false), ('setup', true), ('calls', true) $$);
SELECT oracle.shows('once, not refused', 'SELECT * FROM books.rejected_rows', NULL);
CALL oracle.books_count_by('{"usage": "include"}');
SELECT oracle.shows('usage', :'movements', $$ VALUES ('ann', '2024-01-10', 'new', 50, 50), ('ann', '2024-02-01', 'expansion', 70, 120), ('ann', '2024-03-01', 'contraction', -70, 50) $$);
SELECT oracle.books_close('usage');

-- What a period opens with is what all came to before, however long ago, and not 0 because the window
-- begins there.
SET saas_metrics.today = '2024-06-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', 'pro', 100, '1 month', '2021-03-05', NULL), ('bob', 'basic', 200, '1 month', '2022-01-01', '2024-05-15'), ('cat', 'basic', 50, '1 month', '2024-05-20', NULL);
SELECT oracle.shows('opening', (:'months') || $$ WHERE period_start = '2024-05-01' $$, $$ VALUES ('2024-05-01', 300, 50, 0, 0, 0, -200, 150) $$);
SELECT oracle.shows('opening, plans', (:'plans') || $$ WHERE period_start = '2024-05-01' $$, $$ VALUES ('pro', '2024-05-01', 100, 0, 0, 0, 0, 0, 0, 100), ('basic', '2024-05-01', 200, 50, 0, 0, 0, -200, 0, 50) $$);
SELECT oracle.shows('opening, years', 'SELECT period_start, opening_mrr, new_mrr, churn_mrr, closing_mrr, opening_customers, lost_customers, churn_rate FROM books.mrr_yearly', $$ VALUES
    ('2021-01-01', 0, 100, 0, 100, 0, 0, NULL), ('2022-01-01', 100, 200, 0, 300, 1, 0, 0), ('2023-01-01', 300, 0, 0, 300, 2, 0, 0), ('2024-01-01', 300, 50, -200, 150, 2, 1, 0.5) $$);
SELECT oracle.shows('opening, explained', $$ SELECT customer_id, effective_on, contribution FROM saas_metrics.explain('books', daterange('2024-05-01', '2024-06-01'), 'opening_mrr') $$, $$ VALUES ('ann', '2021-03-05', 100), ('bob', '2022-01-01', 200) $$);
SELECT oracle.shows('opening, aggregate', $$ SELECT m.period_start, m.opening_mrr, m.closing_mrr FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'month', '2024-06-10') AS months FROM books.customer_mrr) AS s, unnest(s.months) AS m WHERE m.period_start >= '2024-05-01' $$, $$ VALUES ('2024-05-01', 300, 150), ('2024-06-01', 150, 150) $$);
SELECT oracle.books_close('opening');

-- A trial is no customer, whether a status says so or a price of 0: who pays after it is new on the
-- first day that is paid for, who does not was never there.
SET saas_metrics.today = '2024-04-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status) VALUES
    ('free plan', '1', 0, '1 month', '2024-01-10', '2024-02-10', NULL), ('free plan', '1', 40, '1 month', '2024-02-10', NULL, NULL),
    ('trial', '1', 50, '1 month', '2024-01-10', '2024-02-15', 'trialing'), ('trial', '1', 50, '1 month', '2024-02-15', NULL, 'active'),
    ('trial only', '1', 60, '1 month', '2024-01-10', '2024-02-10', 'trialing'), ('trial only', '1', 60, '1 month', '2024-02-10', NULL, 'canceled');
\set news 'SELECT period_start, new_customers, new_mrr, expansion_mrr, churned_customers, closing_mrr, closing_customers FROM books.mrr_monthly'
SELECT oracle.shows('trials', :'news', $$ VALUES ('2024-02-01', 2, 90, 0, 0, 90, 2), ('2024-03-01', 0, 0, 0, 0, 90, 2), ('2024-04-01', 0, 0, 0, 0, 90, 2) $$);
SELECT oracle.shows('trials, movements', :'movements', $$ VALUES ('free plan', '2024-02-10', 'new', 40, 40), ('trial', '2024-02-15', 'new', 50, 50) $$);
SELECT oracle.shows('trials, cohort', 'SELECT DISTINCT cohort, customers FROM books.cohort_retention_monthly WHERE customers > 0', $$ VALUES ('2024-02-01', 2) $$);
-- Where free customers are active, the price is an expansion, but a trial is still none.
CALL oracle.books_count_by('{"zero_mrr": "active"}');
SELECT oracle.shows('free customers', :'news', $$ VALUES ('2024-01-01', 1, 0, 0, 0, 0, 1), ('2024-02-01', 1, 50, 40, 0, 90, 2), ('2024-03-01', 0, 0, 0, 0, 90, 2), ('2024-04-01', 0, 0, 0, 0, 90, 2) $$);
SELECT oracle.books_close('free customers');

-- What is kept up to date must be what all of it comes to from scratch: after every kind of write,
-- within its transaction, after a refresh, and after another.
SET saas_metrics.today = '2024-04-10';
CREATE TABLE bill (id int PRIMARY KEY, customer text, plan text, cents int, currency text, starts_on date, ends_on date);
CREATE INDEX ON bill (customer);
CREATE TABLE rate (currency text, valid_from date, rate numeric);
CREATE PROCEDURE bind_bills(ledger name) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM saas_metrics.bind(ledger, 'subscription_periods', 'SELECT customer AS customer_id, id::text AS item_id, plan, cents / 100.0 AS amount, currency, interval ''1 month'' AS billing_period, starts_on, ends_on FROM bill');
    PERFORM saas_metrics.bind(ledger, 'fx_rates', 'SELECT * FROM rate');
END
$$;
CALL oracle.new_books();
CALL bind_bills('books');
SET client_min_messages = error;
SELECT saas_metrics.watch('books', 'bill', 'customer');
SELECT saas_metrics.watch('books', 'rate', 'SELECT customer FROM bill JOIN changed USING (currency)');
RESET client_min_messages;
SELECT saas_metrics.refresh('books') \gset
-- The month's row by hand, and everything against a ledger that is made anew.
CREATE FUNCTION after_write(what text, answer text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    view_name text;
BEGIN
    RETURN NEXT oracle.shows(what, 'SELECT opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, closing_customers FROM books.mrr_monthly WHERE period_start = ''2024-03-01''', answer);
    PERFORM saas_metrics.create_ledger('scratch');
    CALL bind_bills('scratch');
    PERFORM saas_metrics.refresh('scratch');
    FOREACH view_name IN ARRAY '{mrr_daily,mrr_monthly,mrr_by_plan_monthly,mrr_by_currency_monthly,churn_monthly,cohort_retention_monthly,churn_by_age,customer_status,customer_mrr}'::text[] LOOP
        PERFORM oracle.compare(what || ', ' || view_name, format('TABLE books.%I', view_name), format('TABLE scratch.%I', view_name), 0);
    END LOOP;
    PERFORM saas_metrics.drop_ledger('scratch');
    PERFORM oracle.compare(what || ', refreshed again', 'SELECT movements_added + movements_superseded AS moved FROM saas_metrics.refresh(''books'')', 'SELECT 0::bigint');
    RETURN NEXT oracle.books_close(what);
END
$$;
SET client_min_messages = warning;
INSERT INTO rate VALUES ('EUR', '2024-01-01', 1.1);
INSERT INTO bill VALUES (1, 'ann', 'basic', 10000, NULL, '2024-01-10', NULL), (2, 'bob', 'pro', 10000, 'EUR', '2024-02-10', NULL), (3, 'cat', 'pro', 3000, NULL, '2024-03-10', NULL);
SELECT after_write('insert', 'VALUES (210, 30, 0, 0, 0, 0, 240, 3)');
-- An update of a bill is not another bill, however often.
UPDATE bill SET cents = 4000 WHERE id = 3;
UPDATE bill SET cents = 4000 WHERE id = 3;
SELECT after_write('update', 'VALUES (210, 40, 0, 0, 0, 0, 250, 3)');
INSERT INTO bill VALUES (3, 'cat', 'pro', 5000, NULL, '2024-03-10', NULL), (4, 'ann', 'pro', 500, NULL, '2024-03-05', NULL) ON CONFLICT (id) DO UPDATE SET cents = excluded.cents;
SELECT after_write('upsert', 'VALUES (210, 50, 0, 5, 0, 0, 265, 3)');
UPDATE bill SET ends_on = '2024-03-31' WHERE id = 1;
SELECT after_write('end', 'VALUES (210, 50, 0, 5, -100, 0, 165, 3)');
-- Cat's bill was dan's, and cat was never there.
UPDATE bill SET customer = 'dan' WHERE id = 3;
SELECT after_write('other customer', 'VALUES (210, 50, 0, 5, -100, 0, 165, 3)');
UPDATE rate SET rate = 1.2;
SELECT after_write('rate', 'VALUES (220, 50, 0, 5, -100, 0, 175, 3)');
INSERT INTO rate VALUES ('EUR', '2024-02-01', 1.3);
SELECT after_write('another rate', 'VALUES (230, 50, 0, 5, -100, 0, 185, 3)');
BEGIN;
DELETE FROM bill WHERE customer = 'ann';
SELECT oracle.shows_now('in the transaction', 'SELECT closing_mrr, customers_pending FROM books.mrr_monthly, books.freshness WHERE NOT complete', 'VALUES (180, 1)');
ROLLBACK;
SELECT oracle.shows_now('rolled back', 'SELECT closing_mrr, customers_pending FROM books.mrr_monthly, books.freshness WHERE NOT complete', 'VALUES (185, 0)');
DELETE FROM bill WHERE id = 4;
SELECT after_write('delete', 'VALUES (230, 50, 0, 0, 0, -100, 180, 2)');
TRUNCATE bill;
SELECT oracle.shows('truncate', 'SELECT * FROM books.mrr_monthly', NULL);
INSERT INTO bill VALUES (1, 'ann', 'basic', 700, NULL, '2024-01-10', NULL), (5, 'eve', 'basic', 100, NULL, '2024-02-10', '2024-03-10'), (6, 'eve', 'basic', 100, NULL, '2024-03-20', NULL);
SELECT after_write('anew', 'VALUES (8, 0, 1, 0, 0, -1, 8, 2)');
