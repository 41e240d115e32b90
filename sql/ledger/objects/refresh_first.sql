-- Records what is read in a ledger that has no lines.
digested AS (
  INSERT INTO customer_digests SELECT f.customer_id, f.digest FROM found AS f
),
counts AS (
  SELECT s.added, 0::bigint AS superseded, s.added AS lines
  FROM (
    SELECT coalesce(sum(saas_metrics.ledger_store('current_lines'::regclass, $2, f.customer_id, f.movements)), 0)::bigint AS added
    FROM found AS f
  ) AS s
),
