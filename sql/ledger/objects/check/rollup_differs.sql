SELECT 'error', 'sums of the rollup that differ from those of its lines', count(*),
       'Call saas_metrics.set_policy with the ledger''s own policy, which sums everything up again, and report this as a bug.'
FROM (
  SELECT slice, segment, detail, cohort, age, period_start
  FROM (
    SELECT r.* FROM rollup AS r CROSS JOIN ledger_settings AS s WHERE r.counts_from <= s.settled_on
    UNION ALL
    SELECT r.slice, r.segment, r.detail, r.cohort, r.age, r.period_start, r.counts_from, :each_sum(-r.%)
    FROM :recomputed AS r
  ) AS both_ways
  GROUP BY slice, segment, detail, cohort, age, period_start
  HAVING (:each_sum(sum(%))) <> (:each_sum(0))
) AS apart
