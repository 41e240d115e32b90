SELECT 'error', 'customers given more than once', count(*), 'Give one row for each: the ledger joins its customers to them.'
FROM (SELECT FROM customers AS t WHERE t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING count(*) > 1) AS doubled
