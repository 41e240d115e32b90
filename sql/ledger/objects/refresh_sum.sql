-- Sums up all that is read in an empty rollup.
summed AS (
  INSERT INTO rollup
  SELECT s.*
  FROM (
    SELECT saas_metrics.ledger_contributions(
             NULL, (SELECT s.settled_on FROM ledger_settings AS s), f.movements) AS sums
    FROM found AS f
  ) AS c, unnest(c.sums) AS s
),
