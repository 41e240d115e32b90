SELECT 2025 AS year,
       round(saas_metrics.churn_rate(customer_id, starts_on, ends_on, mrr, daterange('2025-01-01', '2026-01-01')), 12)
           AS churn_rate
  FROM spans
