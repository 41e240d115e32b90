-- Customers whose lines do not come from their rows as they are now, and nobody marked it.
SELECT 'error', 'customers whose rows changed without a mark', count(*),
       'Run saas_metrics.set_policy with the ledger''s own policy, which takes in everything. Look for writes with triggers disabled, and for attached or detached partitions; then unwatch and watch those tables.'
FROM (
  SELECT p.customer_id, saas_metrics.ledger_digest($2, k.digest, :each_input(p.%)) AS digest
  FROM given AS p
  LEFT JOIN customer_digests AS k ON k.customer_id = p.customer_id
  WHERE octet_length(p.customer_id::text) <= :longest_text
    AND NOT EXISTS (SELECT FROM customers AS t WHERE t.is_test AND t.customer_id = p.customer_id)
  GROUP BY p.customer_id
) AS now
FULL JOIN customer_digests AS k USING (customer_id)
WHERE (now.digest IS NOT NULL OR now.customer_id IS NULL)
  AND NOT EXISTS (SELECT FROM pending_customers AS c WHERE c.customer_id = coalesce(now.customer_id, k.customer_id))
  AND NOT (SELECT f.everything_pending FROM freshness AS f)
  AND NOT EXISTS (SELECT FROM saas_metrics._unwatched_tables($1))
