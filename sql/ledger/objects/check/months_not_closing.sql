SELECT 'error', 'months whose movements do not add up to their closing MRR', count(*),
       'Report this as a bug of saas_metrics, with saas_metrics.explain of such a month.'
FROM mrr_monthly AS m
WHERE m.opening_mrr + m.new_mrr + m.reactivation_mrr + m.expansion_mrr + m.contraction_mrr
      + m.churn_mrr + m.fx_mrr <> m.closing_mrr
   OR m.opening_customers + m.new_customers + m.reactivated_customers - m.churned_customers
      <> m.closing_customers
