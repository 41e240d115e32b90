-- Moves the rollup by what is superseded and added.
contributed AS (
  SELECT saas_metrics.ledger_contributions(
           l.sign, (SELECT s.settled_on FROM ledger_settings AS s),
           :each_column(l.%)) AS sums
  FROM (
    SELECT 1 AS sign, a.* FROM added AS a
    UNION ALL
    SELECT -1, s.* FROM superseded AS s
  ) AS l
),
rolled AS (
  INSERT INTO rollup AS r
  SELECT s.* FROM contributed AS c, unnest(c.sums) AS s
  ON CONFLICT (slice, period_start, segment, detail, cohort, age, counts_from) DO UPDATE SET
    :each_sum(% = r.% + excluded.%)
),
