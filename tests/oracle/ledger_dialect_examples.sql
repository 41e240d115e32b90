-- The examples by which vendors explain their metrics, in their dialects.

\ir lib/books.sql

-- A measure of February, or of whatever month is given.
CREATE FUNCTION oracle.says(dialect text, measures text, answer text, month date DEFAULT '2024-02-01') RETURNS text LANGUAGE sql AS $$
    SELECT oracle.shows_now(dialect || ': ' || measures,
                            format('SELECT %s FROM saas_metrics.metrics_in_dialect(''books'', %L, %L, %L)', measures, dialect, month, month + interval '1 month'), 'VALUES ' || answer)
$$;

SET saas_metrics.today = '2024-03-05';

-- Stripe ---------------------------------------------------------------------------------------

-- 100 for a month at 100, and 50 for a year at 600: 10,000 and 50 * 50.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at)
SELECT n, CASE WHEN n <= 100 THEN 100 ELSE 600 END, CASE WHEN n <= 100 THEN interval '1 month' ELSE '1 year' END, '2024-01-05' FROM generate_series(1, 150) AS n;
SELECT oracle.says('stripe', 'mrr', '(12500)');
-- 1,200 a year are 100 a month.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('ann', 1200, '1 year', '2024-01-05');
SELECT oracle.says('stripe', 'mrr', '(100)');
-- 640 stay, 100 are new, 100 -> 150, 100 -> 60, 60 gone, 100 that come to be worth 95: from 1,000 to 1,045.
CALL oracle.new_books();
INSERT INTO books.fx_rates_rows VALUES ('EUR', '2024-01-01', 1), ('EUR', '2024-02-15', 0.95);
CALL go('stay', 1, 640);
CALL go('new', 1, 0, 100);
CALL go('up', 1, 100, 150);
CALL go('down', 1, 100, 60);
CALL go('gone', 1, 60, 0);
CALL go('euro', 1, 100, 100, paid_in => 'EUR');
SELECT oracle.says('stripe', 'mrr', '(1000)', '2024-01-01'), oracle.says('stripe', 'mrr, gross_revenue_churn_rate', '(1045, 0.1)');
-- Where rates are those of the first day, they change nothing.
SELECT oracle.says('recurly', 'mrr', '(1050)');
-- 1,000, of whom 100 go, and 100 new: 100 of 1,100, and 100 of 1,000 to those who do not count the new.
CALL oracle.new_books();
CALL go('stay', 900, 1);
CALL go('gone', 100, 1, 0);
CALL go('new', 100, 0, 1);
SELECT oracle.says('stripe', 'round(churn_rate, 6) AS churn_rate', '(0.090909)'), oracle.says(d, 'churn_rate', '(0.1)') FROM unnest('{default,chartmogul,profitwell,baremetrics,recurly}'::text[]) AS d;
-- 120 a year is cancelled, 50 a month become 25: 35 of 60.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES ('yearly', 120, '1 year', '2024-01-05', '2024-02-10');
CALL go('down', 1, 50, 25);
SELECT oracle.says('stripe', 'round(60 * gross_revenue_churn_rate, 9) AS lost', '(35)');
-- 110 at 500, of whom 10 go: 50,000 of 100 are 500 each. 500 / (10/110) = 5,500; by six months' churn,
-- of which there is none yet, nothing; with a tenth of a discount 500 * 1.1 / (0.1 + 1/11) = 2,880.95.
CALL oracle.new_books();
CALL go('stay', 100, 500);
CALL go('gone', 10, 500, 0);
SELECT oracle.says('stripe', 'mrr, customers, arpa, ltv', '(50000, 100, 500, 5500)'), oracle.says('chartmogul', 'arpa, ltv', '(500, NULL)'), oracle.says('recurly', 'arpa, round(ltv, 2) AS ltv', '(500, 2880.95)');
-- 100 at 10: 10 go, 5 go from 10 to 25. 97.5 %.
CALL oracle.new_books();
CALL go('stay', 85, 10);
CALL go('gone', 10, 10, 0);
CALL go('up', 5, 10, 25);
SELECT oracle.says('stripe', 'nrr', '(0.975)');

-- ChartMogul -----------------------------------------------------------------------------------

-- 100 a month, from February on 250; 90 for three months.
CALL oracle.new_books();
CALL go('switch', 1, 100, 250, '2024-02-01');
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at) VALUES ('three months', 90, '3 months', '2024-01-05');
SELECT oracle.says('chartmogul', 'mrr', '(130)', '2024-01-01'), oracle.says('chartmogul', 'mrr, net_revenue_churn_rate < 0 AS grew', '(280, true)');
-- Of 100, 10 go, 30 -> 20, 60 -> 70: gross 20 %, net 10 %. With 5 that come back net is 5 %, and NRR still 90 %.
CALL oracle.new_books();
CALL go('gone', 1, 10, 0);
CALL go('down', 1, 30, 20);
CALL go('up', 1, 60, 70);
SELECT oracle.says('chartmogul', 'gross_revenue_churn_rate, net_revenue_churn_rate, nrr', '(0.2, 0.1, 0.9)');
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at) VALUES ('back', '1', 5, '1 month', '2024-01-05', '2024-01-15'), ('back', '1', 5, '1 month', '2024-02-15', NULL);
SELECT oracle.says('chartmogul', 'gross_revenue_churn_rate, net_revenue_churn_rate, nrr', '(0.2, 0.05, 0.9)'), oracle.says('baremetrics', 'net_revenue_churn_rate, nrr', '(0.1, 0.9)');
-- 100 customers, 12 churns, of which one comes back and one came in the month: 10 %. Who counts churns has
-- 12 % of 100, or 12 of 101.
CALL oracle.new_books();
CALL go('stay', 89, 10);
CALL go('gone', 10, 10, 0);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, billing_period, starts_at, ends_at) VALUES
    ('back', '1', 10, '1 month', '2024-01-05', '2024-02-05'), ('back', '1', 10, '1 month', '2024-02-15', NULL), ('short', '1', 10, '1 month', '2024-02-05', '2024-02-15');
SELECT oracle.says('chartmogul', 'churn_rate', '(0.1)'), oracle.says('baremetrics', 'churn_rate', '(0.12)'), oracle.says('stripe', 'round(churn_rate, 6) AS churn_rate', '(0.118812)');
-- 100, 100, 300, 500 and 500: 300 each; who pays nothing is a customer, but none to be averaged over.
CALL oracle.new_books();
CALL go('low', 2, 100);
CALL go('middle', 1, 300);
CALL go('high', 2, 500);
INSERT INTO books.subscription_periods_rows (customer_id, amount, discount, billing_period, starts_at) VALUES ('free', 100, 100, '1 month', '2024-01-05');
SELECT oracle.says('chartmogul', 'customers, arpa', '(6, 300)'), oracle.says('recurly', 'customers, arpa', '(5, 250)');
-- 20 at 100, one of whom goes each month and another comes: 5 % in each of six months, so 2,000; what
-- happens in August itself does not count in August.
SET saas_metrics.today = '2024-08-20';
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at)
SELECT n, 100, '1 month', CASE WHEN n <= 20 THEN timestamp '2024-01-05' ELSE timestamp '2024-01-12' + (n - 20) * interval '1 month' END,
       CASE WHEN n <= 6 THEN timestamp '2024-01-10' + n * interval '1 month' WHEN n <= 15 THEN '2024-08-10' END FROM generate_series(1, 26) AS n;
SELECT oracle.says('chartmogul', 'churn_rate, arpa, ltv', '(0.45, 100, 2000)', '2024-08-01'), oracle.says('profitwell', 'churn_rate, ltv', '(0.45, 222.2222222222)', '2024-08-01');
SET saas_metrics.today = '2024-03-05';

-- ProfitWell -----------------------------------------------------------------------------------

-- 120 a year less 10 %; 10 less 10 % until February 10, and then in full.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, discount, discount_kind, billing_period, starts_at, ends_at) VALUES
    ('year', '1', 120, 12, 'permanent', '1 year', '2024-01-10', NULL),
    ('month', '1', 10, 1, 'repeating', '1 month', '2024-01-10', '2024-02-10'), ('month', '1', 10, 0, NULL, '1 month', '2024-02-10', NULL);
SELECT oracle.says('profitwell', 'mrr', '(18)', '2024-01-01'), oracle.says('profitwell', 'mrr', '(19)');
-- Who pays on the 5th and is gone on the 6th was never there.
CALL oracle.new_books();
CALL go('stay', 4, 10);
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES ('short', 100, '1 month', '2024-02-05', '2024-02-06');
SELECT oracle.says('profitwell', 'mrr, churn_rate, gross_revenue_churn_rate', '(40, 0, 0)'), oracle.says('baremetrics', 'mrr, churn_rate, gross_revenue_churn_rate', '(40, 0.25, 2.5)');
-- Cancelled on February 8, over on the 15th of March: until then there; to Stripe gone with the click.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at, cancel_requested_at) VALUES ('ann', 10, '1 month', '2024-01-15', '2024-03-15', '2024-02-08');
SELECT oracle.says('profitwell', 'mrr', '(10)'), oracle.says('stripe', 'mrr', '(0)');
SET saas_metrics.today = '2024-03-14';
SELECT oracle.says('profitwell', 'mrr, churn_rate', '(10, 0)', '2024-03-01');
SET saas_metrics.today = '2024-03-15';
SELECT oracle.says('profitwell', 'mrr, churn_rate', '(0, 1)', '2024-03-01');
SET saas_metrics.today = '2024-03-05';
-- 10 each, of whom 4 % go: 250.
CALL oracle.new_books();
CALL go('stay', 96, 10);
CALL go('gone', 4, 10, 0);
SELECT oracle.says('profitwell', 'arpa, churn_rate, ltv', '(10, 0.04, 250)');

-- Baremetrics ----------------------------------------------------------------------------------

-- Ten at 10, one at 120 a year, one at 10 less a half for ever: 100 + 10 + 5. In February one gets all
-- of it for nothing, and is lost.
CALL oracle.new_books();
CALL go('ten', 10, 10);
INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, discount, billing_period, starts_at, ends_at) VALUES
    ('year', '1', 120, 0, '1 year', '2024-01-10', NULL), ('half', '1', 10, 5, '1 month', '2024-01-10', '2024-02-10'), ('half', '1', 10, 10, '1 month', '2024-02-10', NULL);
SELECT oracle.says('baremetrics', 'mrr', '(115)', '2024-01-01'),
       oracle.says('baremetrics', 'mrr, customers, round(12 * churn_rate, 9) AS lost, round(115 * gross_revenue_churn_rate, 9) AS lost_mrr', '(110, 11, 1, 5)'),
       oracle.says('chartmogul', 'mrr, customers, churn_rate, round(115 * gross_revenue_churn_rate, 9) AS lost_mrr', '(110, 12, 0, 5)');

-- Recurly --------------------------------------------------------------------------------------

-- 100 from January 29 to the end of February 28: January's end has all of it.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES ('ann', 100, '1 month', '2024-01-29', '2024-02-29');
SELECT oracle.says('recurly', 'mrr', '(100)', '2024-01-01'), oracle.says('recurly', 'mrr', '(0)');

-- 1,200 a year, of which 20 % are taken off once: who takes off what is given for good has 100, who takes
-- off all has 80.
CALL oracle.new_books();
INSERT INTO books.subscription_periods_rows (customer_id, amount, discount, discount_kind, billing_period, starts_at) VALUES ('ann', 1200, 240, 'once', '1 year', '2024-01-05');
SELECT oracle.says('stripe', 'mrr', '(100)'), oracle.says(d, 'mrr', '(80)') FROM unnest('{chartmogul,profitwell,baremetrics}'::text[]) AS d;
