SELECT 'error', 'rows that cannot be read: ' || x.reason, sum(x.rows)::bigint,
       CASE WHEN x.reason LIKE 'status is canceled, but%'
            THEN 'Bind when they ended, such as canceled_at, as ends_at, or in current_subscriptions as access_ends_at. Left out of the query, these customers would never have been there.'
            ELSE 'See rejected_rows. Correct the rows, or leave them out of the query.' END
FROM rejected_rows AS x
WHERE x.input = 'subscription_periods'
  AND x.reason <> 'customer_id is NULL' AND x.reason NOT LIKE 'fx\_rates has no rate%'
GROUP BY x.reason
