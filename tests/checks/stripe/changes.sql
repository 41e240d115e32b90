-- What comes later is seen within the transaction that brings it, and is what a refresh finds.
CREATE FUNCTION pg_temp.must(truth boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF truth IS NOT TRUE THEN
    RAISE EXCEPTION 'not so: %', what;
  END IF;
END
$$;
SELECT pg_temp.must(customers_pending = 0 AND NOT everything_pending, 'nothing is pending') FROM copy.freshness;
CREATE TEMP TABLE closing AS SELECT closing_mrr, closing_customers FROM copy.mrr_monthly ORDER BY period_start DESC LIMIT 1;
SELECT customer_id AS payer, mrr FROM copy.customer_status WHERE mrr > 0 ORDER BY mrr DESC LIMIT 1 \gset
BEGIN;
\ir :change
SELECT pg_temp.must(customers_pending = 1, 'one customer is pending') FROM copy.freshness;
SELECT pg_temp.must(m.closing_mrr = c.closing_mrr - :mrr AND m.closing_customers = c.closing_customers - 1, 'a customer less')
FROM (SELECT * FROM copy.mrr_monthly ORDER BY period_start DESC LIMIT 1) AS m, closing AS c;
SELECT saas_metrics.refresh('copy');
SELECT pg_temp.must(m.closing_mrr = c.closing_mrr - :mrr AND m.closing_customers = c.closing_customers - 1, 'a customer less, refreshed')
FROM (SELECT * FROM copy.mrr_monthly ORDER BY period_start DESC LIMIT 1) AS m, closing AS c;
ROLLBACK;
SELECT pg_temp.must(m.closing_mrr = c.closing_mrr, 'as before')
FROM (SELECT * FROM copy.mrr_monthly ORDER BY period_start DESC LIMIT 1) AS m, closing AS c;
