SELECT 'warning', 'customers changed since the last refresh', f.customers_pending,
       'Refresh more often: each reading computes them again.'
FROM freshness AS f
WHERE f.customers_pending > 1000
