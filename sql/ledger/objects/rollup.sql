-- Sums up all current lines in an empty rollup; returns the number of movements and of lines.
WITH contributed AS MATERIALIZED (
  SELECT saas_metrics.ledger_contributions(
           1, (SELECT s.settled_on FROM ledger_settings AS s),
           :each_column(l.%)) AS sums,
         count(*) FILTER (WHERE l.mrr_after IS NOT NULL AND l.kind <> 'switch' AND l.net IS NULL) AS movements,
         count(*) AS lines
  FROM current_lines AS l
),
rolled AS (
  INSERT INTO rollup
  SELECT s.* FROM contributed AS c, unnest(c.sums) AS s
)
SELECT c.movements, c.lines FROM contributed AS c
