SELECT f.position, f.step, f.reached, f.conversion_from_previous, f.conversion_from_first,
       extract(epoch FROM f.median_time_from_previous) AS median_seconds_from_previous
  FROM (SELECT saas_metrics.conversion_funnel(visitor_id, step, occurred_at,
                   ARRAY['visit', 'sign_up', 'activate', 'invite', 'subscribe'], interval '14 days')
          FROM events) AS s (steps),
       unnest(s.steps) AS f
