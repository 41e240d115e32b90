-- Recurring revenue: each example is a call and its value by the definition.
SET search_path = saas_metrics, public;
CREATE FUNCTION pg_temp.value(call text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  result numeric;
BEGIN
  EXECUTE 'SELECT ' || call INTO result;
  RETURN result;
END $$;
CREATE TEMP TABLE example (call text, expected numeric);

-- Months, weeks of 12/52 and days of 12/365 of a month.
INSERT INTO example VALUES
  ('monthly_amount(1200, ''1 year'')',                 100),
  ('monthly_amount(amount => 90, billing_period => ''3 months'')', 30),
  ('monthly_amount(billing_period => ''1 year'', amount => 600)',  50),
  ('monthly_amount(10, ''1 week'')',                   43.3333333333),
  ('monthly_amount(20, ''1 week'')',                   86.6666666667),
  ('monthly_amount(100, ''1 month'')',                 100),
  ('monthly_amount(120, ''1 year'')',                  10),
  ('monthly_amount(1000, ''1 year'')',                 83.3333333333),
  ('monthly_amount(240, ''2 years'')',                 10),
  ('monthly_amount(130, ''1 year 1 month'')',          10),
  ('monthly_amount(100, ''6 months'')',                16.6666666667),
  ('monthly_amount(12, ''1 day'')',                    365),
  ('monthly_amount(30, ''30 days'')',                  30.4166666667),
  ('monthly_amount(360, ''30 days'')',                 365),
  ('monthly_amount(10, ''7 days'')',                   43.3333333333),
  ('monthly_amount(20, ''2 weeks'')',                  43.3333333333),
  ('monthly_amount(28, ''28 days'')',                  30.3333333333),
  ('monthly_amount(1200, ''52 weeks'')',               100),
  ('monthly_amount(1200, ''364 days'')',               100),
  ('monthly_amount(1200, ''365 days'')',               100),
  ('monthly_amount(1200, ''366 days'')',               99.7267759563),
  ('monthly_amount(1, ''1 week 1 day'')',              3.8020833333),
  ('monthly_amount(0, ''1 year'')',                    0),
  ('monthly_amount(0.00, ''1 week'')',                 0),
  ('monthly_amount(178000000, ''178000000 years'')',   0.0833333333),
  ('monthly_amount(1, ''178000000 years'')',           0.0000000005),
  ('monthly_amount(1, ''2147483647 days'')',           0.0000000142),
  ('monthly_amount(1, ''2147483647 months'')',         0.0000000005);

INSERT INTO example VALUES
  ('100 * monthly_amount(100, ''1 month'') + 50 * monthly_amount(600, ''1 year'')', 12500),
  ('monthly_amount(120, ''1 year'') + monthly_amount(50, ''1 month'') - monthly_amount(25, ''1 month'')', 35),
  ('monthly_amount(120 * 0.9, ''1 year'')',            9),
  ('monthly_amount(1200 * 0.8, ''1 year'')',           80),
  ('round(monthly_amount(1000, ''1 year'') + monthly_amount(100, ''1 month''), 2)', 183.33);

-- Half away from zero in the 10th decimal.
INSERT INTO example VALUES
  ('monthly_amount(0.00000000005, ''1 month'')',       0.0000000001),
  ('monthly_amount(0.000000000049, ''1 month'')',      0),
  ('monthly_amount(0.0000000005, ''2 months'')',       0.0000000003),
  ('monthly_amount(0.0000000003, ''2 months'')',       0.0000000002),
  ('monthly_amount(0.0000000001, ''2 months'')',       0.0000000001),
  ('monthly_amount(1.00000000025, ''1 month'')',       1.0000000003),
  ('monthly_amount(0.00000000014999999999999999999999, ''3 months'')', 0),
  ('monthly_amount(0.00000000015, ''3 months'')',      0.0000000001);

-- Each of these comes so close to a half that rounding the quotient first would lose it.
INSERT INTO example VALUES
  ('monthly_amount(949999999, ''999999999 months'')',  0.9499999999),
  ('monthly_amount(678334, ''123456789 months'')',     0.0054945054),
  ('monthly_amount(6957, ''17017 months'')',           0.4088264676),
  ('monthly_amount(949999999000000000000000000000, ''999999999 months'')', 949999999949999999949.99999995);

-- Ten decimals, however large the amount.
INSERT INTO example VALUES
  ('monthly_amount(100000000, ''3 months'')',          33333333.3333333333),
  ('monthly_amount(1000000000, ''3 months'')',         333333333.3333333333),
  ('monthly_amount(20364141.82548877, ''2 days'')',     309704656.9293083771),
  ('monthly_amount(1000000000000, ''3 months'')',      333333333333.3333333333),
  ('monthly_amount(1000000000000000, ''1 week'')',     4333333333333333.3333333333),
  ('monthly_amount(10000000000000000001, ''3 months'')', 3333333333333333333.6666666667),
  ('monthly_amount(1234567890123456789012345678901234567890.123456789012345, ''1 year'')', 102880657510288065751028806575102880657.5102880658),
  ('monthly_amount(99999999999999999999999999999.99, ''11 days'')', 276515151515151515151515151515.1238636364),
  ('monthly_amount(1e1000 + 2, ''3 months'') - (1e1000 - 1) / 3', 1),
  ('monthly_amount(1e-20, ''1 month'')',               0),
  ('monthly_amount(1e-1000, ''1 day'')',               0);

INSERT INTO example VALUES
  ('arr(12500)',                                       150000),
  ('arr(mrr => 100.25)',                               1203),
  ('arr(0)',                                           0),
  ('arpa(50000, 100)',                                 500),
  ('arpa(mrr => 1500, customers => 5)',                300),
  ('arpa(customers => 500, mrr => 8000)',              16),
  ('arpa(0, 5)',                                       0),
  ('arpa(100, 0)',                                     NULL),
  ('asp(650, 10)',                                     65),
  ('asp(new_mrr => 650, new_customers => 10)',         65),
  ('asp(0, 0)',                                        NULL),
  ('aov(1234.5, 10)',                                  123.45),
  ('aov(revenue => 90, orders => 4)',                  22.5),
  ('aov(-90, 4)',                                      -22.5),
  ('aov(90, 0)',                                       NULL);

CREATE TEMP VIEW wrong AS
SELECT call, pg_temp.value(call) AS result, expected
FROM example
WHERE pg_temp.value(call) IS DISTINCT FROM expected;
SELECT count(*) AS examples FROM example;
TABLE wrong;

-- What is no billing period is an error that names the argument, as is a negative amount.
CREATE FUNCTION pg_temp.refuses(call text, argument text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  message text;
  hint text;
BEGIN
  EXECUTE 'SELECT ' || call;
  RETURN false;
EXCEPTION WHEN invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
  RETURN message ~ ('\m' || argument || '\M') AND hint <> '';
END $$;

SELECT period
FROM unnest(ARRAY['0', '0 months', '-1 month', '-1 year', '-7 days', '-1 day', '1 hour', '24 hours',
  '1 month 15 days', '1 mon -1 days', '-1 mon 30 days', '1 month 1 hour', '1 day 1 second',
  '1 day -1 microsecond', '-178000000 years', '-2147483648 months', '-2147483648 days']) AS period
WHERE NOT pg_temp.refuses(format('monthly_amount(10, %L)', period), 'billing_period');

SELECT amount
FROM unnest(ARRAY['-1', '-0.01', '-1e-1000', '-1e1000']) AS amount
WHERE NOT pg_temp.refuses(format('monthly_amount(%s, ''1 month'')', amount), 'amount');

-- Infinite intervals exist since PostgreSQL 17.
SELECT period
FROM unnest(ARRAY['infinity', '-infinity']) AS period
WHERE current_setting('server_version_num')::integer >= 170000
  AND NOT pg_temp.refuses(format('monthly_amount(10, %L)', period), 'billing_period');

-- k months of a price are k times a month of it, and so for weeks and days.
SELECT k
FROM generate_series(1, 400) AS k
WHERE monthly_amount(k * 19.99, make_interval(months => k)) <> 19.99
   OR monthly_amount(k * 12, make_interval(weeks => k)) <> 52
   OR monthly_amount(k * 12, make_interval(days => k)) <> CASE WHEN k % 7 = 0 THEN 364 ELSE 365 END;

-- The same value, however it is stored: short, plain, compressed, out of line.
CREATE TEMP TABLE stored (amount numeric);
INSERT INTO stored VALUES
  (1200), (1200.000000000000000000000000000000000000000000000000000000000000000000000001),
  (power(10::numeric, 9000) / 3), (repeat('1234', 20000)::numeric), (repeat('12', 60000)::numeric);
ALTER TABLE stored ADD external numeric;
ALTER TABLE stored ALTER external SET STORAGE EXTERNAL;
UPDATE stored SET external = amount + 0;
SELECT count(*) AS stored,
       count(*) FILTER (WHERE pg_column_size(amount) < 20) AS short,
       count(*) FILTER (WHERE pg_column_size(amount) < 5000 AND amount > 1e10000) AS compressed,
       count(*) FILTER (WHERE pg_column_size(external) > 20000) AS out_of_line
FROM stored;
SELECT left(amount::text, 20) AS amount
FROM stored
WHERE arr(amount) <> amount * 12 OR arr(external) <> amount * 12
   OR arpa(amount, external) <> 1
   OR growth_rate(amount, external) <> 0
   OR monthly_amount(external, '1 month') <> round(amount, 10);
