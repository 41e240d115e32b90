SELECT 'error', 'customers without customer_id', count(*), 'Give them one, or leave them out of the query.'
FROM customers AS t
WHERE t.customer_id IS NULL
