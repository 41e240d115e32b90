-- Takes in the customers of $1, or all: reads their rows and records what they come to, and the rows
-- that cannot be read. One statement, so one snapshot. $2 is the number of the refresh; $3 are the
-- settings, a parameter so that the two aggregates share their state.
WITH found AS MATERIALIZED (
  SELECT p.customer_id, count(*) AS periods,
         saas_metrics.ledger_lines(
           $3,
           p.subscription_id, p.item_id, p.product, p.plan, p.kind, p.amount, p.discount,
           p.discount_kind, p.currency, p.billing_period, p.starts_at, p.ends_at, p.status,
           p.cancel_requested_at, p.access_ends_at, p.churn_kind, p.churn_reason) AS lines,
         saas_metrics.ledger_rejections(
           $3,
           p.subscription_id, p.item_id, p.product, p.plan, p.kind, p.amount, p.discount,
           p.discount_kind, p.currency, p.billing_period, p.starts_at, p.ends_at, p.status,
           p.cancel_requested_at, p.access_ends_at, p.churn_kind, p.churn_reason) AS rejections
  FROM subscription_periods AS p
  WHERE :is_changed(p.customer_id) AND p.customer_id IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM customers AS t
      WHERE t.is_test AND t.customer_id = p.customer_id AND :is_changed(t.customer_id))
  GROUP BY p.customer_id
),
:recordedrejected AS MATERIALIZED (
  SELECT 'subscription_periods' AS input, f.customer_id, r.subscription_id, r.item_id, r.starts_at,
         r.reason, count(*) AS rows
  FROM found AS f, unnest(f.rejections) AS r
  WHERE cardinality(f.rejections) > 0
  GROUP BY f.customer_id, r.subscription_id, r.item_id, r.starts_at, r.reason
  UNION ALL
  SELECT 'subscription_periods', p.customer_id, p.subscription_id, p.item_id, p.starts_at,
         'customer_id is NULL', count(*)
  FROM subscription_periods AS p
  WHERE p.customer_id IS NULL AND :everything
  GROUP BY p.customer_id, p.subscription_id, p.item_id, p.starts_at
),
readable AS (
  DELETE FROM rejected_rows AS x
  WHERE (:is_changed(x.customer_id) OR :everything)
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
       coalesce((SELECT sum(r.rows) FROM rejected AS r), 0)::bigint AS rows_rejected,
       counts.lines + (SELECT count(*) FROM readable) + (SELECT count(*) FROM unreadable) AS changes
FROM read, counts
