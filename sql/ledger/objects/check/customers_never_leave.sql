-- In a thousand months of customers, some leave.
SELECT 'warning', 'customers, but no churn ever: no row has an end', count(DISTINCT p.customer_id),
       'Bind ends_at, and keep the rows of customers who left in the query: WHERE status = ''active'' takes their past away.'
FROM periods AS p
WHERE (SELECT c.ending FROM row_counts AS c) = 0
  AND EXISTS (SELECT FROM bindings AS b WHERE b.input = 'subscription_periods' AND b.bound)
  AND (SELECT sum(m.opening_customers) >= 1000 AND sum(m.churned_customers) = 0 FROM mrr_monthly AS m)
