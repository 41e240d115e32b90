-- Compares what is read with the current lines, supersedes what differs, and records what is new.
redigested AS (
  UPDATE customer_digests AS k SET digest = f.digest
  FROM found AS f
  WHERE k.customer_id = f.customer_id AND k.digest <> f.digest AND :is_changed(k.customer_id)
),
digested AS (
  INSERT INTO customer_digests
  SELECT f.customer_id, f.digest
  FROM found AS f
  WHERE f.digest IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM customer_digests AS k WHERE k.customer_id = f.customer_id AND :is_changed(k.customer_id))
),
difference AS MATERIALIZED (
  SELECT customer_id, seq, l.place, l.moved, f.effective_at, :each_column(f.%)
  FROM (
    SELECT g.customer_id, lines.* FROM found AS g, saas_metrics.ledger_lines(g.movements) AS lines
  ) AS f
  FULL JOIN (
    SELECT c.ctid AS place, c.mrr_after IS NOT NULL AND c.kind <> 'switch' AND c.net IS NULL AS moved, c.*
    FROM current_lines AS c
    WHERE :is_touched(c.customer_id)
  ) AS l USING (customer_id, effective_on, seq)
  WHERE f.kind IS NULL OR l.kind IS NULL
     OR (f.effective_at, :each_column(f.%)) IS DISTINCT FROM (l.effective_at, :each_column(l.%))
),
superseded AS (
  DELETE FROM current_lines AS l
  USING difference AS d
  WHERE l.ctid = d.place AND :is_changed(l.customer_id)
  RETURNING l.*
),
archived AS (
  INSERT INTO superseded_lines SELECT s.*, $2 FROM superseded AS s
),
-- Only when all that it replaces is gone.
added AS (
  INSERT INTO current_lines (customer_id, recorded_by, seq, effective_at, :each_column(%))
  SELECT d.customer_id, $2, d.seq, d.effective_at, :each_column(d.%)
  FROM difference AS d
  WHERE d.kind IS NOT NULL AND (SELECT count(*) FROM superseded) >= 0
),
counts AS (
  SELECT count(*) FILTER (WHERE d.mrr_after IS NOT NULL AND d.kind <> 'switch' AND d.net IS NULL) AS added,
         count(*) FILTER (WHERE d.moved) AS superseded,
         count(d.kind) + count(d.place) AS lines
  FROM difference AS d
),
