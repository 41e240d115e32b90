SELECT c.*
  FROM (SELECT saas_metrics.revenue_by_cohort(customer_id, paid_on, amount, 'month', date '2026-01-01')
          FROM payments) AS s (cells),
       unnest(s.cells) AS c
