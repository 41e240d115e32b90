-- What mrr_monthly cannot do without.
SELECT period_start, sum(new_mrr), sum(reactivation_mrr), sum(expansion_mrr), sum(contraction_mrr), sum(churn_mrr), sum(mrr)
  FROM metrics.rollup
 WHERE slice = 'month'
 GROUP BY period_start
