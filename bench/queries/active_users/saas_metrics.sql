SELECT d.*
  FROM (SELECT saas_metrics.active_users(user_id, active_on, date '2026-01-01')
          FROM activity) AS s (days),
       unnest(s.days) AS d
