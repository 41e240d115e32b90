-- Compares what is read with the current lines, keeps those that differ, and records what is new.
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
-- Narrow: it is read more often than what is new.
outdated AS MATERIALIZED (
  SELECT d.place FROM difference AS d WHERE d.place IS NOT NULL
),
superseded AS (
  INSERT INTO superseded_lines
  SELECT l.*, $2
  FROM outdated AS o
  JOIN current_lines AS l ON l.ctid = o.place AND :is_changed(l.customer_id)
),
removed AS (
  DELETE FROM current_lines AS l
  USING outdated AS o
  WHERE l.ctid = o.place AND :is_changed(l.customer_id)
  RETURNING 1
),
-- Only when all that it replaces is gone.
added AS (
  INSERT INTO current_lines (customer_id, recorded_by, seq, effective_at, :each_column(%))
  SELECT d.customer_id, $2, d.seq, d.effective_at, :each_column(d.%)
  FROM difference AS d
  WHERE d.kind IS NOT NULL AND (SELECT count(*) FROM removed) >= 0
),
counts AS (
  SELECT count(*) FILTER (WHERE d.mrr_after IS NOT NULL AND d.kind <> 'switch' AND d.net IS NULL) AS added,
         count(*) FILTER (WHERE d.moved) AS superseded,
         count(d.kind) + count(d.place) AS lines
  FROM difference AS d
),
