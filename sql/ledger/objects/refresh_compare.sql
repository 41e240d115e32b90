-- Compares what is read with the current lines, supersedes what differs, and records what is new.
digested AS (
  INSERT INTO customer_digests AS k
  SELECT f.customer_id, f.digest FROM found AS f WHERE f.digest IS NOT NULL
  ON CONFLICT (customer_id) DO UPDATE SET digest = excluded.digest WHERE k.digest <> excluded.digest
),
difference AS MATERIALIZED (
  SELECT customer_id, seq, l.place, f.effective_at, :each_column(f.%)
  FROM (
    SELECT g.customer_id, lines.* FROM found AS g, unnest(g.lines) AS lines
  ) AS f
  FULL JOIN (
    SELECT c.ctid AS place, c.*
    FROM current_lines AS c
    WHERE c.customer_id IN (SELECT t.customer_id FROM touched AS t)
  ) AS l USING (customer_id, effective_on, seq)
  WHERE f.kind IS NULL OR l.kind IS NULL
     OR (f.effective_at, :each_column(f.%)) IS DISTINCT FROM (l.effective_at, :each_column(l.%))
),
superseded AS (
  DELETE FROM current_lines AS l
  USING difference AS d
  WHERE :is_changed(l.customer_id) AND l.ctid = d.place
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
  RETURNING current_lines.*
),
counts AS (
  SELECT coalesce(sum(c.added) FILTER (WHERE c.moves), 0)::bigint AS added,
         coalesce(sum(1 - c.added) FILTER (WHERE c.moves), 0)::bigint AS superseded,
         count(*) AS lines
  FROM (
    SELECT 1 AS added, a.mrr_after IS NOT NULL AND a.kind <> 'switch' AND a.net IS NULL AS moves FROM added AS a
    UNION ALL
    SELECT 0, s.mrr_after IS NOT NULL AND s.kind <> 'switch' AND s.net IS NULL FROM superseded AS s
  ) AS c
),
