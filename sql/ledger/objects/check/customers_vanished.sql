-- Customers without any row now, whose movements were all superseded in the last quarter of a year.
SELECT 'warning', 'customers whose rows are all gone, with the movements that they had', count(*),
       'A deleted row takes its history along, in months past too: keep rows of customers who leave, with an end. See restatements.'
FROM (
  SELECT s.customer_id
  FROM superseded_lines AS s
  WHERE s.superseded_by >= (SELECT min(r.refresh) FROM refreshes AS r WHERE r.recorded_at > now() - interval '92 days')
  GROUP BY s.customer_id
) AS had
WHERE NOT EXISTS (SELECT FROM current_lines AS l WHERE l.customer_id = had.customer_id)
  AND NOT EXISTS (SELECT FROM given AS p WHERE p.customer_id = had.customer_id)
  AND NOT EXISTS (SELECT FROM customers AS t WHERE t.is_test AND t.customer_id = had.customer_id)
