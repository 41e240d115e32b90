SELECT c.*
  FROM (SELECT saas_metrics.activity_retention(user_id, active_on, 'month', date '2026-01-01')
          FROM activity) AS s (cells),
       unnest(s.cells) AS c
