-- Moves the rollup by the lines that differ.
contributed AS (
  SELECT saas_metrics.ledger_contributions(
           NULL, l.sign, (SELECT s.settled_on FROM ledger_settings AS s),
           :each_column(l.%)) AS sums
  FROM (
    SELECT 1 AS sign, :each_column(d.%) FROM difference AS d WHERE d.kind IS NOT NULL
    UNION ALL
    SELECT -1, :each_column(s.%) FROM superseded AS s
  ) AS l
),
rolled AS (
  INSERT INTO rollup AS r
  SELECT s.* FROM contributed AS c, unnest(c.sums) AS s
  ON CONFLICT (slice, period_start, segment, detail, cohort, age, counts_from) DO UPDATE SET
    :each_sum(% = r.% + excluded.%)
),
