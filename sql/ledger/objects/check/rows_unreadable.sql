SELECT 'error', 'rows that cannot be read: ' || x.reason, sum(x.rows)::bigint,
       'See rejected_rows. Correct the rows, or leave them out of the query.'
FROM rejected_rows AS x
WHERE x.input = 'subscription_periods'
  AND x.reason <> 'customer_id is NULL' AND x.reason NOT LIKE 'fx\_rates has no rate%'
GROUP BY x.reason
