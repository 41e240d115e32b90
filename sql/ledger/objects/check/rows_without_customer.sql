SELECT 'error', 'rows without customer', count(*),
       'Give them a customer_id, or leave them out of the query.'
FROM given AS p
WHERE p.customer_id IS NULL
