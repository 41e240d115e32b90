-- Takes in the customers of $1, or all: reads their rows and records what they come to, and the rows
-- that cannot be read. One statement, so one snapshot. $2 is the number of the refresh; $3 are the
-- settings, a parameter so that the aggregates share their state.
WITH grouped AS MATERIALIZED (
  -- A customer whose rows are as they were has no digest here, no movements and no rejections.
  SELECT p.customer_id, octet_length(p.customer_id::text) <= :longest_text AS fits_keys, count(*) AS periods,
         saas_metrics.ledger_digest($3, :known, :each_input(p.%)) AS digest,
         saas_metrics.ledger_movements($3, :known, :each_input(p.%)) AS movements,
         saas_metrics.ledger_rejections($3, :known, :each_input(p.%)) AS rejections
  FROM subscription_periods AS p
  LEFT JOIN customer_digests AS k ON k.customer_id = p.customer_id AND :is_changed(k.customer_id)
  WHERE :is_changed(p.customer_id) AND p.customer_id IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM customers AS t
      WHERE t.is_test AND t.customer_id = p.customer_id AND :is_changed(t.customer_id))
  GROUP BY p.customer_id
),
found AS NOT MATERIALIZED (
  SELECT g.* FROM grouped AS g WHERE g.fits_keys
),
gone AS MATERIALIZED (
  SELECT k.customer_id
  FROM customer_digests AS k
  WHERE :is_changed(k.customer_id)
    AND NOT EXISTS (SELECT FROM found AS f WHERE f.customer_id = k.customer_id)
),
touched AS MATERIALIZED (
  SELECT f.customer_id FROM found AS f WHERE f.digest IS NOT NULL
  UNION ALL
  SELECT g.customer_id FROM gone AS g
),
forgotten AS (
  DELETE FROM customer_digests AS k USING gone AS g WHERE k.customer_id = g.customer_id
),
:recordedrejected AS MATERIALIZED (
  SELECT 'subscription_periods' AS input, f.customer_id, r.subscription_id, r.item_id, r.starts_at,
         r.reason, count(*) AS rows
  FROM found AS f, unnest(f.rejections) AS r
  WHERE cardinality(f.rejections) > 0
  GROUP BY f.customer_id, r.subscription_id, r.item_id, r.starts_at, r.reason
  UNION ALL
  SELECT 'subscription_periods', p.customer_id, left(p.subscription_id, 250), left(p.item_id, 250), p.starts_at,
         'customer_id is NULL', count(*)
  FROM subscription_periods AS p
  WHERE p.customer_id IS NULL AND :everything
  GROUP BY 2, 3, 4, 5
  UNION ALL
  SELECT 'subscription_periods', NULL, NULL, NULL, NULL,
         format('customer_id has %s bytes, more than :longest_text: "%s..."',
                octet_length(g.customer_id::text), left(g.customer_id::text, 100)), sum(g.periods)
  FROM grouped AS g
  WHERE NOT g.fits_keys AND :everything
  GROUP BY 6
  UNION ALL
  SELECT 'customers', t.customer_id, NULL, NULL, NULL, 'customer_id is NULL', count(*)
  FROM customers AS t
  WHERE t.customer_id IS NULL AND :everything
  GROUP BY t.customer_id
  UNION ALL
  SELECT 'fx_rates', NULL, NULL, NULL, r.starts_at, r.problem, count(*)
  FROM checked_rates AS r
  WHERE r.problem IS NOT NULL AND :everything
  GROUP BY r.starts_at, r.problem
),
readable AS (
  DELETE FROM rejected_rows AS x
  WHERE (x.customer_id IN (SELECT c.customer_id FROM touched AS c) OR x.customer_id IS NULL AND :everything)
    AND (x.input, x.customer_id, x.subscription_id, x.item_id, x.starts_at, x.reason, x.rows)::text
        NOT IN (SELECT (r.*)::text FROM rejected AS r)
  RETURNING x.input
),
unreadable AS (
  INSERT INTO rejected_rows
  SELECT r.* FROM rejected AS r
  WHERE (r.*)::text NOT IN (SELECT (x.*)::text FROM rejected_rows AS x)
  RETURNING input
),
read AS (
  SELECT coalesce(sum(f.periods), 0)::bigint AS periods, count(*) AS customers FROM found AS f
)
SELECT read.periods, read.customers, counts.added AS movements_added,
       counts.superseded AS movements_superseded,
       counts.lines + (SELECT count(*) FROM readable) + (SELECT count(*) FROM unreadable) AS changes
FROM read, counts
