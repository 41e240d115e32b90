-- Unit economics: each example is a call and its value by the definition.
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
  ('cltv(50, 4, 3)',                                   600),
  ('cltv(average_sale => 19.99, repeat_transactions => 2.5, retention_years => 0.5)', 24.9875),
  ('cltv(retention_years => 2, average_sale => 10, repeat_transactions => 12)',       240),
  ('cltv(50, 0, 3)',                                   0),
  ('cltv(0, 4, 3)',                                    0),
  ('cltv_from_churn(100, 1, 0.05)',                    2000),
  ('cltv_from_churn(arpa => 10, gross_margin => 1, churn_rate => 0.04)',              250),
  ('cltv_from_churn(churn_rate => 0.02, gross_margin => 0.8, arpa => 50)',            2000),
  ('cltv_from_churn(100, 0, 0.05)',                    0),
  ('cltv_from_churn(100, 0.8, 1)',                     80),
  ('cltv_from_churn(100, 1, 0)',                       NULL),
  ('round(cltv_from_churn(500, 1, churn_rate(10, 110)), 9)', 5500),
  ('cac(30000, 20000, 100)',                           500),
  ('cac(sales_cost => 1, marketing_cost => 2, new_customers => 8)',                   0.375),
  ('cac(0, 0, 10)',                                    0),
  ('cac(30000, 20000, 0)',                             NULL),
  ('cltv_cac_ratio(2000, 500)',                        4),
  ('cltv_cac_ratio(cltv => 600, cac => 400)',          1.5),
  ('cltv_cac_ratio(0, 400)',                           0),
  ('cltv_cac_ratio(600, 0)',                           NULL),
  ('cac_payback_months(500, 50, 0.8)',                 12.5),
  ('cac_payback_months(cac => 600, arpa => 100, gross_margin => 0.75)',               8),
  ('cac_payback_months(gross_margin => 1, arpa => 25, cac => 100)',                   4),
  ('cac_payback_months(0, 50, 0.8)',                   0),
  ('cac_payback_months(500, 0, 0.8)',                  NULL),
  ('cac_payback_months(500, 50, 0)',                   NULL),
  ('magic_number(1200, 1000, 800)',                    1),
  ('magic_number(quarter_revenue => 1000, previous_quarter_revenue => 1100, previous_quarter_sales_and_marketing => 500)', -0.8),
  ('magic_number(1000, 1000, 500)',                    0),
  ('magic_number(1200, 1000, 0)',                      NULL),
  ('burn_multiple(3000, 2000)',                        1.5),
  ('burn_multiple(net_burn => 500, net_new_arr => 2000)', 0.25),
  ('burn_multiple(-500, 2000)',                        -0.25),
  ('burn_multiple(0, 2000)',                           0),
  ('burn_multiple(3000, 0)',                           NULL);

CREATE TEMP VIEW wrong AS
SELECT call, pg_temp.value(call) AS result, expected
FROM example
WHERE pg_temp.value(call) IS DISTINCT FROM expected;
SELECT count(*) AS examples FROM example;
TABLE wrong;

-- What must hold for all numbers; a row is one that it does not hold for.
SELECT arpa, margin, churn
FROM generate_series(0, 900, 75) AS arpa,
     generate_series(0, 1, 0.125) AS margin,
     generate_series(0.005, 1, 0.045) AS churn
WHERE round(cltv_from_churn(arpa, margin, churn), 8)
      <> round(arpa * margin * customer_lifetime(churn), 8)
   OR arpa * margin > 0
      AND round(cac_payback_months(300, arpa, margin) * arpa * margin, 8) <> 300
   OR round(cltv_cac_ratio(cltv_from_churn(arpa, margin, churn), cac(100, 200, 2)) * 150, 8)
      <> round(cltv_from_churn(arpa, margin, churn), 8);
