SELECT c.*
  FROM (SELECT saas_metrics.cohort_retention(customer_id, starts_on, ends_on, mrr, 'month', date '2026-01-01')
          FROM spans) AS s (cells),
       unnest(s.cells) AS c
