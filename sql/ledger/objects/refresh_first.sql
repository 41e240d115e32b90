-- Records what is read in a ledger that has no lines.
digested AS (
  INSERT INTO customer_digests SELECT f.customer_id, f.digest FROM found AS f
),
added AS (
  INSERT INTO current_lines (customer_id, recorded_by, seq, effective_at, :each_column(%))
  SELECT f.customer_id, $2, l.seq, l.effective_at, :each_column(l.%)
  FROM found AS f, saas_metrics.ledger_lines(f.movements) AS l
),
counts AS (
  SELECT 0 AS added, 0 AS superseded, 0 AS lines
),
