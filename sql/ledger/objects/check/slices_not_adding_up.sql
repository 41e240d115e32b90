SELECT 'error', 'months whose plans, products or billing periods do not add up to the whole', count(*),
       'Report this as a bug of saas_metrics.'
FROM (
  SELECT m.period_start, s.slice
  FROM mrr_monthly AS m
  JOIN (
    SELECT 'plan' AS slice, period_start, sum(closing_mrr) AS closing, sum(switch_mrr) AS switch
    FROM mrr_by_plan_monthly GROUP BY period_start
    UNION ALL
    SELECT 'product', period_start, sum(closing_mrr), sum(switch_mrr)
    FROM mrr_by_product_monthly GROUP BY period_start
    UNION ALL
    SELECT 'billing_period', period_start, sum(closing_mrr), sum(switch_mrr)
    FROM mrr_by_billing_period_monthly GROUP BY period_start
  ) AS s USING (period_start)
  WHERE s.closing <> m.closing_mrr OR s.switch <> 0
) AS apart
