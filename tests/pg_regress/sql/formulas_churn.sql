-- Churn and retention: each example is a call and its value by the definition.
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
  ('churn_rate(40, 800)',                              0.05),
  ('churn_rate(lost => 40, customers => 800)',         0.05),
  ('churn_rate(customers => 800, lost => 40)',         0.05),
  ('churn_rate(10, 100)',                              0.1),
  ('churn_rate(0, 800)',                               0),
  ('churn_rate(800, 800)',                             1),
  ('churn_rate(0, 0)',                                 NULL),
  ('churn_rate(5, 0)',                                 NULL),
  ('round(churn_rate(1, 3), 15)',                      0.333333333333333),
  ('round(churn_rate(100, 1100), 15)',                 0.090909090909091),
  ('retention_rate(40, 800)',                          0.95),
  ('retention_rate(lost => 40, customers => 800)',     0.95),
  ('retention_rate(0, 800)',                           1),
  ('retention_rate(800, 800)',                         0),
  ('retention_rate(5, 0)',                             NULL),
  ('round(retention_rate(1, 3), 15)',                  0.666666666666667);

-- 1 − (1 − m)^12 and back, to 20 decimals.
INSERT INTO example VALUES
  ('annual_churn_rate(0.05)',                          0.45963991233736303711),
  ('annual_churn_rate(monthly => 0.05)',               0.45963991233736303711),
  ('round(annual_churn_rate(0.05), 4)',                0.4596),
  ('annual_churn_rate(0)',                             0),
  ('annual_churn_rate(1)',                             1),
  ('annual_churn_rate(0.1)',                           0.717570463519),
  ('annual_churn_rate(0.000000000001)',                0.000000000012),
  ('monthly_churn_rate(0.07)',                         0.00602930806612692383),
  ('monthly_churn_rate(annual => 0.07)',               0.00602930806612692383),
  ('round(monthly_churn_rate(0.07), 5)',               0.00603),
  ('monthly_churn_rate(0)',                            0),
  ('monthly_churn_rate(1)',                            1),
  ('monthly_churn_rate(0.717570463519)',               0.1),
  ('monthly_churn_rate(0.000000000001)',               0.00000000000008333333),
  ('monthly_churn_rate(0.999999999999)',               0.9),
  ('monthly_churn_rate(0.5)',                          0.05612568731830650336);

INSERT INTO example VALUES
  ('customer_lifetime(0.05)',                          20),
  ('customer_lifetime(churn_rate => 0.05)',            20),
  ('customer_lifetime(1)',                             1),
  ('customer_lifetime(0.0001)',                        10000),
  ('customer_lifetime(0)',                             NULL),
  ('round(customer_lifetime(0.03), 14)',               33.33333333333333);

-- Losses count by magnitude, signed or not.
INSERT INTO example VALUES
  ('gross_revenue_churn_rate(100, 10, 10)',            0.2),
  ('gross_revenue_churn_rate(100, -10, -10)',          0.2),
  ('gross_revenue_churn_rate(100, -10, 10)',           0.2),
  ('gross_revenue_churn_rate(opening_mrr => 1000, contraction => 40, churn => 60)',   0.1),
  ('gross_revenue_churn_rate(churn => -60, contraction => -5, opening_mrr => 1000)',  0.065),
  ('gross_revenue_churn_rate(100, 0, 0)',              0),
  ('gross_revenue_churn_rate(100, 0, 100)',            1),
  ('gross_revenue_churn_rate(0, 10, 10)',              NULL),
  ('gross_revenue_churn_rate(0, 0, 0)',                NULL),
  ('net_revenue_churn_rate(100, 10, 10, 10)',          0.1),
  ('net_revenue_churn_rate(100, 10, -10, -10)',        0.1),
  ('net_revenue_churn_rate(100, 10, 10, -10)',         0.1),
  ('net_revenue_churn_rate(opening_mrr => 1000, expansion => 75, contraction => 20, churn => 100)', 0.045),
  ('net_revenue_churn_rate(100, 25, 0, 5)',            -0.2),
  ('net_revenue_churn_rate(100, 10, 0, 0)',            -0.1),
  ('net_revenue_churn_rate(100, 0, 0, 0)',             0),
  ('net_revenue_churn_rate(0, 10, 10, 10)',            NULL),
  ('nrr(1000, 75, 0, 100)',                            0.975),
  ('nrr(1000, 75, 0, -100)',                           0.975),
  ('nrr(1000, 75, -20, 80)',                           0.975),
  ('nrr(opening_mrr => 1000, expansion => 75, contraction => 40, churn => 60)',       0.975),
  ('nrr(churn => 60, contraction => 10, expansion => 300, opening_mrr => 1000)',      1.23),
  ('nrr(1000, 0, 0, 0)',                               1),
  ('nrr(1000, 0, 400, 600)',                           0),
  ('nrr(0, 75, 0, 100)',                               NULL),
  ('grr(1000, 0, 100)',                                0.9),
  ('grr(1000, -30, -100)',                             0.87),
  ('grr(opening_mrr => 1000, contraction => 40, churn => 60)',                        0.9),
  ('grr(5000, 0, 0)',                                  1),
  ('grr(1000, 0, 1000)',                               0),
  ('grr(0, 0, 100)',                                   NULL);

CREATE TEMP VIEW wrong AS
SELECT call, pg_temp.value(call) AS result, expected
FROM example
WHERE pg_temp.value(call) IS DISTINCT FROM expected;
SELECT count(*) AS examples FROM example;
TABLE wrong;

-- What must hold for all numbers; a row is one that it does not hold for.
SELECT lost, customers
FROM generate_series(0, 60, 7) AS lost, generate_series(60, 300, 17) AS customers
WHERE round(retention_rate(lost, customers) + churn_rate(lost, customers), 15) <> 1;

SELECT opening, expansion, contraction, churn
FROM generate_series(1, 2000, 333) AS opening,
     generate_series(0, 600, 150) AS expansion,
     generate_series(-200, 200, 100) AS contraction,
     generate_series(-300, 300, 150) AS churn
WHERE round(nrr(opening, expansion, contraction, churn)
            + net_revenue_churn_rate(opening, expansion, contraction, churn), 12) <> 1
   OR round(grr(opening, contraction, churn)
            + gross_revenue_churn_rate(opening, contraction, churn), 12) <> 1
   OR grr(opening, contraction, churn) > nrr(opening, expansion, contraction, churn)
   OR nrr(opening, 0, contraction, churn) <> grr(opening, contraction, churn)
   OR nrr(opening, expansion, contraction, churn)
      <> nrr(opening, expansion, abs(contraction), abs(churn));

SELECT percent
FROM generate_series(0, 90) AS percent
WHERE round(monthly_churn_rate(annual_churn_rate(percent / 100.0)), 5) <> percent / 100.0
   OR round(annual_churn_rate(monthly_churn_rate(percent / 100.0)), 15) <> percent / 100.0
   OR annual_churn_rate(percent / 100.0) NOT BETWEEN percent / 100.0 AND 1
   OR monthly_churn_rate(percent / 100.0) NOT BETWEEN 0 AND percent / 100.0;
