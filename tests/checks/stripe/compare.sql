-- Whatever the ledger "copy" makes of a copy of Stripe must be what "metrics" makes of the company's own history:
-- every movement of every customer, and every day. Gives the differences.
-- Not all tell why a customer left. Fivetran tells only what is off a whole invoice: not of which of several items, nor of what kind.
CREATE TEMP VIEW untold AS
SELECT 'cus_' || customer_id AS c
FROM company.subscription_periods
WHERE :'shape' = 'fivetran' AND :'policy' <> 'none'
GROUP BY customer_id
HAVING max(discount) > 0 AND (count(DISTINCT item_id) > count(DISTINCT subscription_id) OR :'policy' = 'default');

SELECT 'movement', c, effective_on::text, m.kind || ' ' || m.mrr_after, o.kind || ' ' || o.mrr_after
FROM (SELECT 'cus_' || customer_id AS c, effective_on, kind, mrr_after, churn_kind FROM metrics.movements) AS m
FULL JOIN (SELECT i.id AS c, effective_on, kind, mrr_after, churn_kind
           FROM copy.movements JOIN stripe_ids AS i ON i.customer_id = movements.customer_id::text) AS o
    USING (c, effective_on)
WHERE (effective_on < '2026-07-01' AND (m.kind, m.mrr_after) IS DISTINCT FROM (o.kind, o.mrr_after)
       OR m.churn_kind <> o.churn_kind AND :'shape' NOT IN ('fivetran', 'sync_engine'))
  AND c NOT IN (SELECT c FROM untold)
UNION ALL
SELECT 'day', period_start::text, NULL, m.closing_customers || ' ' || m.closing_mrr, o.closing_customers || ' ' || o.closing_mrr
FROM metrics.mrr_daily AS m FULL JOIN copy.mrr_daily AS o USING (period_start)
WHERE (m.closing_customers, m.closing_mrr, m.new_mrr, m.churn_mrr) IS DISTINCT FROM (o.closing_customers, o.closing_mrr, o.new_mrr, o.churn_mrr)
  AND NOT EXISTS (SELECT FROM untold)
ORDER BY 1, 2, 3
LIMIT 20;
