-- Growth: each example is a call and its value by the definition.
SET search_path = saas_metrics, public;
CREATE FUNCTION pg_temp.value(call text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  result numeric;
BEGIN
  EXECUTE 'SELECT ' || call INTO result;
  RETURN result;
END $$;
CREATE TEMP TABLE example (call text, expected numeric);

INSERT INTO example VALUES
  ('growth_rate(100, 120)',                            0.2),
  ('growth_rate(previous => 120, current => 90)',      -0.25),
  ('growth_rate(100, 100)',                            0),
  ('growth_rate(100, 0)',                              -1),
  ('growth_rate(0, 100)',                              NULL),
  ('quick_ratio(100, 50, 40, 60)',                     1.5),
  ('quick_ratio(100, 50, -40, -60)',                   1.5),
  ('quick_ratio(100, 50, -40, 60)',                    1.5),
  ('quick_ratio(100, 50, 40, 60, 30)',                 1.8),
  ('quick_ratio(new => 100, expansion => 50, contraction => 40, churn => 60, reactivation => 50)', 2),
  ('quick_ratio(churn => 10, contraction => 0, new => 3, expansion => 4)', 0.7),
  ('quick_ratio(0, 0, 40, 60)',                        0),
  ('quick_ratio(100, 50, 0, 0)',                       NULL),
  ('rule_of_40(0.3, 0.15)',                            0.45),
  ('rule_of_40(growth_rate => 0.6, profit_margin => -0.2)', 0.4),
  ('rule_of_40(-0.1, -0.2)',                           -0.3),
  ('growth_ceiling(50, 0.05)',                         1000),
  ('growth_ceiling(new_customers => 30, churn_rate => 0.04)', 750),
  ('growth_ceiling(0, 0.05)',                          0),
  ('growth_ceiling(50, 0)',                            NULL);

-- (last ÷ first)^(1 ÷ periods) − 1, to 20 decimals.
INSERT INTO example VALUES
  ('cmgr(100, 121, 2)',                                0.1),
  ('cmgr(first => 100, last => 110, periods => 1)',    0.1),
  ('cmgr(periods => 3, last => 800, first => 100)',    1),
  ('cmgr(100, 259.37424601, 10)',                      0.1),
  ('cmgr(100, 50, 1)',                                 -0.5),
  ('cmgr(100, 200, 12)',                               0.05946309435929526456),
  ('cmgr(200, 100, 12)',                               -0.05612568731830650336),
  ('cmgr(100, 130, 0.5)',                              0.69),
  ('cmgr(100, 150, 1.5)',                              0.31037069710444830357),
  ('cmgr(3, 4, 1)',                                    0.33333333333333333333),
  ('cmgr(3, 4, 2)',                                    0.15470053837925152902),
  ('cmgr(7000, 9000, 11)',                             0.02310975254731613363),
  ('cmgr(100, 100, 7)',                                0),
  ('cmgr(100, 0, 7)',                                  -1),
  ('cmgr(0, 100, 7)',                                  NULL),
  ('cmgr(100, 200, 0)',                                NULL);

-- customers × (1 − churn) + new, as often as there are periods.
INSERT INTO example VALUES
  ('projected_customers(100, 0, 0.1, 1)',              90),
  ('projected_customers(100, 0, 0.1, 2)',              81),
  ('projected_customers(100, 0, 0.1, 3)',              72.9),
  ('projected_customers(100, 0, 0.1, 4)',              65.61),
  ('projected_customers(100, 0, 0.1, 5)',              59.049),
  ('projected_customers(customers => 1000, new_customers => 50, churn_rate => 0.03, periods => 3)', 1058.218),
  ('projected_customers(periods => 2, churn_rate => 0.1, new_customers => 7, customers => 100)', 94.3),
  ('projected_customers(1000, 50, 0.03, 1)',           1020),
  ('projected_customers(1000, 50, 0.03, 2)',           1039.4),
  ('projected_customers(0, 10, 0.07, 3)',              27.949),
  ('projected_customers(0, 50, 0.05, 1)',              50),
  ('projected_customers(1000, 50, 0.05, 24)',          1000),
  ('projected_customers(100, 5, 0, 10)',               150),
  ('projected_customers(100, 7, 1, 3)',                7),
  ('projected_customers(100, 7, 1, 0)',                100),
  ('projected_customers(100, 7, 0.3, 0)',              100),
  ('projected_customers(100, 7, 0, 0)',                100),
  ('projected_customers(0, 0, 0.3, 9)',                0),
  ('round(projected_customers(1000, 50, 0.03, 12), 10)',         1204.1050926697),
  ('round(projected_customers(1234567, 8901.5, 0.0234, 120), 6)', 430242.32297),
  ('round(projected_customers(0, 1000000, 0.0001, 12), 10)',     11993402.1995050792),
  ('round(projected_customers(0, 1, 0.0000000001, 3), 12)',      2.9999999997),
  ('round(projected_customers(0, 100, 1e-21, 4), 10)',           400),
  ('round(projected_customers(1000000000000000000000000000000, 0, 0.5, 100), 10)', 0.7888609052);

-- Any number of periods takes no time.
SET statement_timeout = '5s';
INSERT INTO example VALUES
  ('projected_customers(100, 1, 0, 2000000000)',                 2000000100),
  ('round(projected_customers(100, 50, 0.05, 2147483647), 10)',  1000),
  ('round(projected_customers(100, 0, 0.000000001, 2000000000), 10)', 13.5335283101),
  ('round(projected_customers(100, 50, 0.999999999, 2000000000), 10)', 50.00000005),
  ('projected_customers(100, 7, 1, 2147483647)',                 7);

CREATE TEMP VIEW wrong AS
SELECT call, pg_temp.value(call) AS result, expected
FROM example
WHERE pg_temp.value(call) IS DISTINCT FROM expected;
SELECT count(*) AS examples FROM example;
TABLE wrong;
RESET statement_timeout;

-- What must hold for all numbers; a row is one that it does not hold for.
SELECT new_customers, churn, periods
FROM generate_series(0, 90, 30) AS new_customers,
     generate_series(0.01, 1, 0.11) AS churn,
     generate_series(0, 40) AS periods
WHERE round(projected_customers(growth_ceiling(new_customers, churn), new_customers, churn, periods), 8)
      <> round(growth_ceiling(new_customers, churn), 8)
   OR round(projected_customers(500, new_customers, churn, periods + 1), 8)
      <> round(projected_customers(500, new_customers, churn, periods) * (1 - churn) + new_customers, 8);

SELECT growth, periods
FROM generate_series(-0.9, 0.9, 0.3) AS growth, generate_series(1, 24) AS periods
WHERE round(cmgr(100, 100 * round(1 + growth, 30) ^ periods, periods), 12) <> growth;

SELECT new, expansion, churn
FROM generate_series(0, 100, 25) AS new,
     generate_series(0, 100, 25) AS expansion,
     generate_series(10, 70, 30) AS churn
WHERE quick_ratio(new, expansion, 5, churn, 10) <> quick_ratio(new + 10, expansion, -5, -churn)
   OR quick_ratio(new, expansion, 5, churn) <> quick_ratio(expansion, new, churn, 5);
