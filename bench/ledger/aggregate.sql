SELECT m.*
  FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'month', date '2026-01-01')
          FROM spans) AS s (months),
       unnest(s.months) AS m
 WHERE m.complete
