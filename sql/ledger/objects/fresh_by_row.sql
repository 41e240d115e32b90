-- Lines and rollup of a ledger with row security: summed up again at each reading from the lines that
-- the reader may see, as the last refresh left them.

CREATE VIEW fresh_lines AS
  SELECT k.* FROM kept_lines AS k;
COMMENT ON VIEW fresh_lines IS 'The lines of all movements that the reader may see.';

CREATE VIEW whole_rollup AS
  SELECT summed.slice, sums.segment, sums.detail, sums.cohort, sums.age, sums.period_start, sums.counts_from,
         :each_sum(sums.%)
  FROM unnest(saas_metrics._ledger_slices()) AS summed (slice)
  CROSS JOIN LATERAL (
    SELECT saas_metrics.ledger_contributions(
             summed.slice, 1, (SELECT c.settled_on FROM ledger_clock AS c),
             :each_column(l.%)) AS found
    FROM kept_lines AS l
  ) AS seen, unnest(seen.found) AS sums;
COMMENT ON VIEW whole_rollup IS 'The sums of the lines that the reader may see.';
