SELECT a.*
  FROM (SELECT saas_metrics.churn_by_age(customer_id, starts_on, ends_on, mrr, date '2026-01-01')
          FROM spans) AS s (ages),
       unnest(s.ages) AS a
