-- Mistakes that are often made with MRR, one after another: a few rows that would show each, and
-- every number worked out by hand.

\ir lib/books.sql

-- A return is a reactivation, not an expansion, and a leave a churn, not a contraction: the boundary
-- at 0 comes first, also in the books of a plan. Nor is it new, on a plan never had before.
SET saas_metrics.today = '2024-07-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 'basic', 100, '1 month', '2024-01-10', '2024-02-10'),
    ('ann', '1', 'pro', 150, '1 month', '2024-04-05', '2024-05-05'),
    ('ann', '1', 'pro', 60, '1 month', '2024-05-05', '2024-06-05'),
    ('bob', '1', 'pro', 0, '1 month', '2024-01-10', '2024-03-01'),
    ('bob', '1', 'pro', 20, '1 month', '2024-03-01', NULL);
SELECT oracle.shows('boundary at 0', :'movements', $$ VALUES
    ('ann', '2024-01-10', 'new', 100, 100), ('ann', '2024-02-10', 'churn', -100, 0), ('ann', '2024-04-05', 'reactivation', 150, 150),
    ('ann', '2024-05-05', 'contraction', -90, 60), ('ann', '2024-06-05', 'churn', -60, 0), ('bob', '2024-03-01', 'new', 20, 20) $$);
SELECT oracle.shows('boundary at 0, months', :'months', $$ VALUES
--                opening  new  back more  less churn closing
    ('2024-01-01',      0, 100,    0,   0,    0,    0,    100),
    ('2024-02-01',    100,   0,    0,   0,    0, -100,      0),
    ('2024-03-01',      0,  20,    0,   0,    0,    0,     20),
    ('2024-04-01',     20,   0,  150,   0,    0,    0,    170),
    ('2024-05-01',    170,   0,    0,   0,  -90,    0,     80),
    ('2024-06-01',     80,   0,    0,   0,    0,  -60,     20),
    ('2024-07-01',     20,   0,    0,   0,    0,    0,     20) $$);
SELECT oracle.shows('boundary at 0, plans', :'plans', $$ VALUES
--                         opening  new  back more  less churn switch closing
    ('basic', '2024-01-01',      0, 100,    0,   0,    0,    0,     0,    100),
    ('basic', '2024-02-01',    100,   0,    0,   0,    0, -100,     0,      0),
    ('basic', '2024-03-01',      0,   0,    0,   0,    0,    0,     0,      0),
    ('basic', '2024-04-01',      0,   0,    0,   0,    0,    0,     0,      0),
    ('basic', '2024-05-01',      0,   0,    0,   0,    0,    0,     0,      0),
    ('basic', '2024-06-01',      0,   0,    0,   0,    0,    0,     0,      0),
    ('basic', '2024-07-01',      0,   0,    0,   0,    0,    0,     0,      0),
    ('pro',   '2024-03-01',      0,  20,    0,   0,    0,    0,     0,     20),
    ('pro',   '2024-04-01',     20,   0,  150,   0,    0,    0,     0,    170),
    ('pro',   '2024-05-01',    170,   0,    0,   0,  -90,    0,     0,     80),
    ('pro',   '2024-06-01',     80,   0,    0,   0,    0,  -60,     0,     20),
    ('pro',   '2024-07-01',     20,   0,    0,   0,    0,    0,     0,     20) $$);
SELECT oracle.shows('boundary at 0, events',
    'SELECT period_start, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers, closing_customers FROM books.mrr_monthly', $$ VALUES
    ('2024-01-01', 1, 0, 0, 0, 0, 0, 1), ('2024-02-01', 0, 0, 0, 0, 1, 1, 0), ('2024-03-01', 1, 0, 0, 0, 0, 0, 1), ('2024-04-01', 0, 1, 0, 0, 0, 0, 2),
    ('2024-05-01', 0, 0, 0, 1, 0, 0, 2), ('2024-06-01', 0, 0, 0, 0, 1, 1, 1), ('2024-07-01', 0, 0, 0, 0, 0, 0, 1) $$);
SELECT oracle.books_close('boundary at 0');

-- A year paid at once is twelve equal months, not a spike in one; and months in which nothing
-- happens exist, so that what follows them is told from the month before and not from the last with a row.
SET saas_metrics.today = '2025-03-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 'yearly', 1200, '1 year', '2024-01-15', '2025-01-15'),
    ('bob', '1', 'monthly', 10, '1 month', '2024-03-05', '2024-04-05'),
    ('bob', '1', 'monthly', 10, '1 month', '2024-11-05', NULL);
SELECT oracle.shows('dense months', :'months', $$ VALUES
    ('2024-01-01',   0, 100,  0, 0, 0,    0, 100), ('2024-02-01', 100,   0,  0, 0, 0,    0, 100), ('2024-03-01', 100,  10,  0, 0, 0,    0, 110),
    ('2024-04-01', 110,   0,  0, 0, 0,  -10, 100), ('2024-05-01', 100,   0,  0, 0, 0,    0, 100), ('2024-06-01', 100,   0,  0, 0, 0,    0, 100),
    ('2024-07-01', 100,   0,  0, 0, 0,    0, 100), ('2024-08-01', 100,   0,  0, 0, 0,    0, 100), ('2024-09-01', 100,   0,  0, 0, 0,    0, 100),
    ('2024-10-01', 100,   0,  0, 0, 0,    0, 100), ('2024-11-01', 100,   0, 10, 0, 0,    0, 110), ('2024-12-01', 110,   0,  0, 0, 0,    0, 110),
    ('2025-01-01', 110,   0,  0, 0, 0, -100,  10), ('2025-02-01',  10,   0,  0, 0, 0,    0,  10), ('2025-03-01',  10,   0,  0, 0, 0,    0,  10) $$);
SELECT oracle.shows('dense plans', 'SELECT plan, count(*) AS months, count(*) FILTER (WHERE closing_mrr = 0) AS without, sum(closing_mrr) AS mrr FROM books.mrr_by_plan_monthly GROUP BY 1', $$ VALUES
    ('yearly', 15, 3, 1200), ('monthly', 13, 7, 60) $$);
SELECT oracle.books_close('dense');

-- Today's price is not the past's, and tomorrow's is no month's: months before a change stay as they
-- were, months to come are not there, what is known of them is committed.
SET saas_metrics.today = '2024-05-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 50, '1 month', '2024-01-10', '2024-03-01'),
    ('ann', '1', 80, '1 month', '2024-03-01', '2024-07-01'),
    ('ann', '1', 120, '1 month', '2024-07-01', NULL);
\set price_rise ' VALUES (\'2024-01-01\', 0, 50, 0, 0, 0, 0, 50), (\'2024-02-01\', 50, 0, 0, 0, 0, 0, 50), (\'2024-03-01\', 50, 0, 0, 30, 0, 0, 80), (\'2024-04-01\', 80, 0, 0, 0, 0, 0, 80), (\'2024-05-01\', 80, 0, 0, '
SELECT oracle.shows('price of the time', :'months', :'price_rise' || '0, 0, 0, 80)');
SELECT oracle.shows('price to come', 'SELECT effective_on, new_mrr, expansion_mrr, mrr, customers FROM books.committed_mrr', $$ VALUES
    ('2024-05-10', 0, 0, 80, 1), ('2024-07-01', 0, 40, 120, 1) $$);
-- From today on 95 until July.
UPDATE books.subscription_periods_rows SET ends_at = '2024-05-10' WHERE amount = 80;
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at) VALUES ('ann', '1', 95, '1 month', '2024-05-10', '2024-07-01');
SELECT oracle.shows('price of today', :'months', :'price_rise' || '15, 0, 0, 95)');
SELECT oracle.shows('price to come is less more', 'SELECT effective_on, new_mrr, expansion_mrr, mrr, customers FROM books.committed_mrr', $$ VALUES
    ('2024-05-10', 0, 0, 95, 1), ('2024-07-01', 0, 25, 120, 1) $$);
SELECT oracle.books_close('price of the time');

-- A price that is overwritten, with no document that says so, is seen all the same, and leaves the past alone.
RESET saas_metrics.today;
CALL oracle.new_books();
INSERT INTO books.current_subscriptions_rows (customer_id, item_id, plan, amount, billing_period, started_at) VALUES
    ('ann', '1', 'basic', 100, '1 month', '2024-01-15'), ('bob', '1', 'basic', 30, '1 month', '2024-01-15');
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('books') \gset
SELECT oracle.shows('first snapshot', format('SELECT %s AS opened, %s AS closed, %s AS unchanged', :opened, :closed, :unchanged), 'VALUES (2, 0, 0)');
UPDATE books.current_subscriptions_rows SET amount = 250, plan = 'pro' WHERE customer_id = 'ann';
DELETE FROM books.current_subscriptions_rows WHERE customer_id = 'bob';
SELECT opened, closed, unchanged FROM saas_metrics.record_snapshot('books') \gset
SELECT oracle.shows('second snapshot', format('SELECT %s AS opened, %s AS closed, %s AS unchanged', :opened, :closed, :unchanged), 'VALUES (1, 2, 0)');
SELECT oracle.shows('overwritten price', 'SELECT min(period_start) AS first, min(opening_mrr + new_mrr) AS least, max(opening_mrr + new_mrr) AS most, sum(new_mrr) AS new FROM books.mrr_monthly', $$ VALUES ('2024-01-01', 130, 130, 130) $$);
SELECT oracle.shows('overwritten price, today', 'SELECT closing_mrr, expansion_mrr, churn_mrr FROM books.mrr_daily ORDER BY period_start DESC LIMIT 1', 'VALUES (250, 150, -30)');
SELECT oracle.shows('overwritten plan', $$ SELECT plan, bool_or(complete AND switch_mrr <> 0) AS restated FROM books.mrr_by_plan_monthly GROUP BY 1 $$, $$ VALUES ('basic', false), ('pro', false) $$);
SELECT oracle.books_close('overwritten');

-- What runs from the middle of a month to the middle of the next is there in both: a month closes by
-- its end, but its days count, and so do its opening and its churn. An end is the first day without.
SET saas_metrics.today = '2024-07-01';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', 100, '1 month', '2024-05-15', '2024-06-15'),
    ('bob', 100, '1 month', '2024-04-01', '2024-05-01');
SELECT oracle.shows('half-open', :'months', $$ VALUES
    ('2024-04-01',   0, 100, 0, 0, 0,    0, 100),
    ('2024-05-01', 100, 100, 0, 0, 0, -100, 100),
    ('2024-06-01', 100,   0, 0, 0, 0, -100,   0),
    ('2024-07-01',   0,   0, 0, 0, 0,    0,   0) $$);
SELECT oracle.shows('half-open days', $$ SELECT period_start, opening_mrr, new_mrr, churn_mrr, closing_mrr FROM books.mrr_daily WHERE new_mrr <> 0 OR churn_mrr <> 0 OR period_start IN ('2024-04-30', '2024-05-14', '2024-06-14') $$, $$ VALUES
    ('2024-04-01', 0, 100, 0, 100), ('2024-04-30', 100, 0, 0, 100), ('2024-05-01', 100, 0, -100, 0), ('2024-05-14', 0, 0, 0, 0),
    ('2024-05-15', 0, 100, 0, 100), ('2024-06-14', 100, 0, 0, 100), ('2024-06-15', 100, 0, -100, 0) $$);
SELECT oracle.books_close('half-open');

-- An upgrade within the month is one step up on its day: what ends and what begins at the same
-- instant is set off. The credit of the invoice is no price; it is refused, not subtracted.
SET saas_metrics.today = '2024-03-15';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, subscription_id, item_id, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', 's', '1', 'basic', 50, '1 month', '2024-01-01', '2024-02-15 12:00'),
    ('ann', 's', '1', 'pro', 80, '1 month', '2024-02-15 12:00', NULL),
    ('ann', 's', 'credit', 'basic', -24.14, '1 month', '2024-02-15 12:00', '2024-03-01');
SELECT oracle.shows('upgrade', :'movements', $$ VALUES ('ann', '2024-01-01', 'new', 50, 50), ('ann', '2024-02-15', 'expansion', 30, 80) $$);
SELECT oracle.shows('upgrade, plans', :'plans', $$ VALUES
    ('basic', '2024-01-01',  0, 50, 0,  0, 0, 0,   0, 50),
    ('basic', '2024-02-01', 50,  0, 0,  0, 0, 0, -50,  0),
    ('basic', '2024-03-01',  0,  0, 0,  0, 0, 0,   0,  0),
    ('pro',   '2024-02-01',  0,  0, 0, 30, 0, 0,  50, 80),
    ('pro',   '2024-03-01', 80,  0, 0,  0, 0, 0,   0, 80) $$);
SELECT oracle.shows_now('credit', 'SELECT input, customer_id, item_id, starts_at, reason, rows FROM books.rejected_rows',
    $$ VALUES ('subscription_periods', 'ann', 'credit', '2024-02-15 12:00', 'amount is negative', 1) $$);
SELECT oracle.books_close('upgrade');

-- An add-on bought within a period is an expansion on its own day, neither invisible until the next
-- period nor new business; given up, it is a contraction. A second subscription likewise.
SET saas_metrics.today = '2024-05-10';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, subscription_id, item_id, plan, kind, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', 's', '1', 'basic', 'recurring', 100, '1 month', '2024-01-10', NULL),
    ('ann', 's', '2', 'support', 'add_on', 20, '1 month', '2024-02-20', '2024-03-25'),
    ('ann', 't', '1', 'archive', 'recurring', 7, '1 month', '2024-03-31', '2024-04-30');
SELECT oracle.shows('add-on', :'movements', $$ VALUES
    ('ann', '2024-01-10', 'new', 100, 100), ('ann', '2024-02-20', 'expansion', 20, 120), ('ann', '2024-03-25', 'contraction', -20, 100),
    ('ann', '2024-03-31', 'expansion', 7, 107), ('ann', '2024-04-30', 'contraction', -7, 100) $$);
SELECT oracle.shows('add-on, plans', (:'plans') || $$ WHERE plan <> 'basic' $$, $$ VALUES
    ('support', '2024-02-01',  0, 0, 0, 20,   0, 0, 0, 20),
    ('support', '2024-03-01', 20, 0, 0,  0, -20, 0, 0,  0),
    ('support', '2024-04-01',  0, 0, 0,  0,   0, 0, 0,  0),
    ('support', '2024-05-01',  0, 0, 0,  0,   0, 0, 0,  0),
    ('archive', '2024-03-01',  0, 0, 0,  7,   0, 0, 0,  7),
    ('archive', '2024-04-01',  7, 0, 0,  0,  -7, 0, 0,  0),
    ('archive', '2024-05-01',  0, 0, 0,  0,   0, 0, 0,  0) $$);
SELECT oracle.shows('add-on, customers', 'SELECT sum(new_customers) AS new, sum(churned_customers) AS churned, min(closing_customers) AS least, max(closing_customers) AS most FROM books.mrr_monthly', 'VALUES (1, 0, 1, 1)');
SELECT oracle.books_close('add-on');

-- What was said of a month that is closed can be read again, whatever changes after: a price, a rate
-- of the past, a row that is deleted, two customers who turn out to be one, another policy. What
-- differs is listed, movement by movement, and adds up.
SET saas_metrics.today = '2024-04-10';
CALL oracle.new_books();
INSERT INTO books.fx_rates_rows VALUES ('EUR', '2024-01-01', 1.1);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, discount, discount_kind, currency, billing_period, starts_at, ends_at) VALUES
    ('ann', '1', 100, 10, 'once', NULL, '1 month', '2024-01-10', NULL),
    ('eva', '1', 100, 0, NULL, 'EUR', '1 month', '2024-02-10', NULL),
    ('max', '1', 40, 0, NULL, NULL, '1 month', '2024-01-20', NULL),
    ('old', '1', 60, 0, NULL, NULL, '1 month', '2024-01-05', '2024-03-01'),
    ('twin', '1', 60, 0, NULL, NULL, '1 month', '2024-03-01', NULL);
CREATE TEMP TABLE seal AS SELECT * FROM saas_metrics.close_period('books', '2024-03-31');
SELECT oracle.shows('seal', 'SELECT mrr, customers FROM pg_temp.seal', 'VALUES (310, 4)');
-- ann 100 -> 120 from February on, 1 EUR is 1.2, max has never been there, old and twin are one.
UPDATE books.subscription_periods_rows SET ends_at = '2024-02-01' WHERE customer_id = 'ann';
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, discount, discount_kind, billing_period, starts_at) VALUES ('ann', '1', 120, 10, 'once', '1 month', '2024-02-01');
UPDATE books.fx_rates_rows SET rate = 1.2;
DELETE FROM books.subscription_periods_rows WHERE customer_id = 'max';
UPDATE books.subscription_periods_rows SET customer_id = 'old' WHERE customer_id = 'twin';
SELECT oracle.shows('restated', :'months', $$ VALUES
    ('2024-01-01',   0, 160, 0,  0, 0, 0, 160),
    ('2024-02-01', 160, 120, 0, 20, 0, 0, 300),
    ('2024-03-01', 300,   0, 0,  0, 0, 0, 300),
    ('2024-04-01', 300,   0, 0,  0, 0, 0, 300) $$);
\set as_sealed 'SELECT period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr FROM saas_metrics.mrr_monthly_at(\'books\', (SELECT closed_at FROM books.closes))'
\set sealed ' VALUES (\'2024-01-01\', 0, 200, 0, 0, 0, 0, 200), (\'2024-02-01\', 200, 110, 0, 0, 0, 0, 310), (\'2024-03-01\', 310, 60, 0, 0, 0, -60, 310), (\'2024-04-01\', 310, 0, 0, 0, 0, 0, 310)'
SELECT oracle.shows('as sealed', :'as_sealed', :'sealed');
\set restated 'SELECT customer_id, effective_on, old_kind, new_kind, old_amount, new_amount, difference FROM saas_metrics.restatements(\'books\', \'2024-03-31\')'
SELECT oracle.shows('restatements', :'restated', $$ VALUES
    ('ann', '2024-02-01', NULL, 'expansion', NULL, 20, 20), ('eva', '2024-02-10', 'new', 'new', 110, 120, 10), ('max', '2024-01-20', 'new', NULL, 40, NULL, -40),
    ('old', '2024-03-01', 'churn', NULL, -60, NULL, 60), ('twin', '2024-03-01', 'new', NULL, 60, NULL, -60) $$);
-- A policy that takes off discounts given once: ann 90, then 110.
CALL oracle.books_count_by('{"discount": "all"}');
SELECT oracle.shows('policy after the seal', :'months', $$ VALUES
    ('2024-01-01',   0, 150, 0,  0, 0, 0, 150),
    ('2024-02-01', 150, 120, 0, 20, 0, 0, 290),
    ('2024-03-01', 290,   0, 0,  0, 0, 0, 290),
    ('2024-04-01', 290,   0, 0,  0, 0, 0, 290) $$);
SELECT oracle.shows('as sealed, whatever the policy', :'as_sealed', :'sealed');
SELECT oracle.shows('restatements of a policy', (:'restated') || $$ WHERE customer_id = 'ann' $$, $$ VALUES
    ('ann', '2024-01-10', 'new', 'new', 100, 90, -10), ('ann', '2024-02-01', NULL, 'expansion', NULL, 20, 20) $$);
SELECT oracle.shows('seal is one', 'SELECT digest FROM books.closes', 'SELECT digest FROM pg_temp.seal');
DROP TABLE seal;
SELECT oracle.books_close('sealed');

-- A day begins where the ledger is, not where the server or the reader is, nor in UTC: the same
-- instants are another day, and another month, on the other side of the world.
SET saas_metrics.today = '2024-05-10';
CREATE FUNCTION check_zone(zone text, answer text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    readers_zone text;
BEGIN
    CALL oracle.new_books(time_zone => zone);
    INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES
        ('ann', 100, '1 month', '2024-02-01 07:30+00', '2024-03-31 13:30+00');
    FOREACH readers_zone IN ARRAY '{UTC,America/Los_Angeles,Australia/Sydney,Asia/Kathmandu}'::text[] LOOP
        PERFORM set_config('timezone', readers_zone, true);
        RETURN NEXT oracle.shows(zone || ' read in ' || readers_zone, 'SELECT effective_on, kind, amount FROM books.movements', answer);
        RETURN NEXT oracle.shows(zone || ' read in ' || readers_zone || ', month',
            'SELECT min(period_start) AS first, max(period_start) FILTER (WHERE churn_mrr < 0) AS churned FROM books.mrr_monthly',
            format('SELECT date_trunc(''month'', min(column1::date)), date_trunc(''month'', max(column1::date)) FROM (%s) AS v', answer));
        RETURN NEXT oracle.books_close(zone || ' read in ' || readers_zone);
    END LOOP;
END
$$;
-- Half past eleven at night and half past six in the summer's morning; half past six in the evening
-- and half past midnight in Sydney's summer time; a quarter past one in the afternoon and past seven in the evening.
SELECT check_zone('UTC', $$ VALUES ('2024-02-01', 'new', 100), ('2024-03-31', 'churn', -100) $$);
SELECT check_zone('America/Los_Angeles', $$ VALUES ('2024-01-31', 'new', 100), ('2024-03-31', 'churn', -100) $$);
SELECT check_zone('Australia/Sydney', $$ VALUES ('2024-02-01', 'new', 100), ('2024-04-01', 'churn', -100) $$);
SELECT check_zone('Asia/Kathmandu', $$ VALUES ('2024-02-01', 'new', 100), ('2024-03-31', 'churn', -100) $$);
SET timezone = 'UTC';
-- Dates, and times without a zone, are local to the ledger whatever the session's zone is; and on a
-- day that summer time makes begin at one o'clock.
CREATE TABLE contract (customer text, starts_on date, ends_on timestamp);
CREATE INDEX ON contract (customer);
INSERT INTO contract VALUES ('ann', '2024-03-10', '2024-03-31 23:59'), ('bob', '2024-02-29', '2024-03-10 00:00'), ('cat', '2024-04-01', NULL);
CALL oracle.new_books(time_zone => 'America/Havana');
SET timezone = 'Pacific/Auckland';
SELECT saas_metrics.bind('books', 'subscription_periods', $$ SELECT customer AS customer_id, 10.0 AS amount, interval '1 month' AS billing_period, starts_on, ends_on FROM contract $$);
SELECT saas_metrics.refresh('books') \gset
SET timezone = 'America/Los_Angeles';
SELECT oracle.shows('dates of the ledger', :'movements', $$ VALUES ('ann', '2024-03-10', 'new', 10, 10), ('ann', '2024-03-31', 'churn', -10, 0), ('bob', '2024-02-29', 'new', 10, 10), ('bob', '2024-03-10', 'churn', -10, 0), ('cat', '2024-04-01', 'new', 10, 10) $$);
SET timezone = 'UTC';
SELECT oracle.books_close('dates of the ledger');
-- An hour that the clock shows twice is two: half past one in summer time he leaves, half past one in
-- winter time he is back.
SET saas_metrics.today = '2024-11-20';
CALL oracle.new_books(time_zone => 'America/New_York');
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES
    ('ann', 10, '1 month', '2024-10-05', '2024-11-03 05:30+00'), ('ann', 12, '1 month', '2024-11-03 06:30+00', NULL);
SELECT oracle.shows('an hour twice', :'movements', $$ VALUES ('ann', '2024-10-04', 'new', 10, 10), ('ann', '2024-11-03', 'expansion', 2, 12) $$);
CALL oracle.books_count_by('{"netting": "event"}');
SELECT oracle.shows('an hour twice, by the instant', (:'movements') || ' ORDER BY seq', $$ VALUES ('ann', '2024-10-04', 'new', 10, 10), ('ann', '2024-11-03', 'churn', -10, 0), ('ann', '2024-11-03', 'reactivation', 12, 12) $$);
SELECT oracle.books_close('an hour twice');

-- Who says that he will leave has not left: a year paid for goes on to its end. What is asked for, what
-- is cancelled and what is served have a day each, and the policy says which is the churn's.
SET saas_metrics.today = '2024-08-15';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, cancel_requested_at, access_ends_at, churn_kind) VALUES
    ('ann', '1', 1200, '1 year', '2024-01-01', '2025-01-01', '2024-06-10', NULL, 'voluntary'),
    ('bob', '1', 60, '1 month', '2024-01-01', '2024-06-20', '2024-06-10', '2024-07-01', 'voluntary');
\set losses 'SELECT period_start, closing_mrr, lost_customers FROM books.mrr_monthly WHERE period_start >= \'2024-05-01\''
SELECT oracle.shows('access ends', :'churns', $$ VALUES ('ann', '2025-01-01', -100, 'voluntary'), ('bob', '2024-07-01', -60, 'voluntary') $$);
SELECT oracle.shows('access ends, months', :'losses', $$ VALUES ('2024-05-01', 160, 0), ('2024-06-01', 160, 0), ('2024-07-01', 100, 1), ('2024-08-01', 100, 0) $$);
SELECT oracle.shows('about to leave', 'SELECT customer_id, status, mrr, cancels_on FROM books.customer_status', $$ VALUES ('ann', 'active', 100, '2025-01-01'), ('bob', 'churned', 0, NULL) $$);
SELECT oracle.shows('about to lose', 'SELECT effective_on, churn_mrr, mrr FROM books.committed_mrr', $$ VALUES ('2024-08-15', 0, 100), ('2025-01-01', -100, 0) $$);
CALL oracle.books_count_by('{"churn_date": "cancel_effective"}');
SELECT oracle.shows('cancelled', :'churns', $$ VALUES ('ann', '2025-01-01', -100, 'voluntary'), ('bob', '2024-06-20', -60, 'voluntary') $$);
SELECT oracle.shows('cancelled, months', :'losses', $$ VALUES ('2024-05-01', 160, 0), ('2024-06-01', 100, 1), ('2024-07-01', 100, 0), ('2024-08-01', 100, 0) $$);
CALL oracle.books_count_by('{"churn_date": "cancel_request"}');
SELECT oracle.shows('asked for', :'churns', $$ VALUES ('ann', '2024-06-10', -100, 'voluntary'), ('bob', '2024-06-10', -60, 'voluntary') $$);
SELECT oracle.shows('asked for, months', :'losses', $$ VALUES ('2024-05-01', 160, 0), ('2024-06-01', 0, 2), ('2024-07-01', 0, 0), ('2024-08-01', 0, 0) $$);
SELECT oracle.books_close('asked for');

-- A late payment that comes after all takes the churn back: it was none, and the money is no
-- reactivation. The month that was closed meanwhile still says churn.
SET saas_metrics.today = '2024-03-05';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at, status) VALUES
    ('ann', '1', 40, '1 month', '2024-01-15', '2024-02-01', 'active'), ('ann', '1', 40, '1 month', '2024-02-01', NULL, 'past_due');
CALL oracle.books_count_by('{"past_due": "14 days"}');
SELECT oracle.shows('late', 'SELECT effective_on, kind, amount, churn_kind, churn_reason FROM books.movements', $$ VALUES ('2024-01-15', 'new', 40, NULL, NULL), ('2024-02-15', 'churn', -40, 'involuntary', 'payment_failed') $$);
SELECT mrr FROM saas_metrics.close_period('books', '2024-02-29') \gset
SELECT oracle.shows('late, seal', format('SELECT %s AS mrr', :mrr), 'VALUES (0)');
SET saas_metrics.today = '2024-03-20';
UPDATE books.subscription_periods_rows SET ends_at = '2024-03-15' WHERE status = 'past_due';
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at) VALUES ('ann', '1', 40, '1 month', '2024-03-15');
SELECT oracle.shows('paid after 42 days', :'months', $$ VALUES ('2024-01-01', 0, 40, 0, 0, 0, 0, 40), ('2024-02-01', 40, 0, 0, 0, 0, 0, 40), ('2024-03-01', 40, 0, 0, 0, 0, 0, 40) $$);
SELECT oracle.shows('taken back', $$ SELECT customer_id, effective_on, old_kind, new_kind, old_amount, new_amount, difference FROM saas_metrics.restatements('books', '2024-02-29') $$, $$ VALUES ('ann', '2024-02-15', 'churn', NULL, -40, NULL, 40) $$);
SELECT oracle.shows('said then', $$ SELECT period_start, churn_mrr, closing_mrr FROM saas_metrics.mrr_monthly_at('books', (SELECT closed_at FROM books.closes)) $$, $$ VALUES ('2024-01-01', 0, 40), ('2024-02-01', -40, 0), ('2024-03-01', 0, 0) $$);
SELECT oracle.books_close('paid late');
