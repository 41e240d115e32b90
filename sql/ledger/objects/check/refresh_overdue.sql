SELECT 'warning', 'days since the last refresh, with tables that are not watched',
       floor(extract(epoch FROM now() - f.refreshed_at) / 86400)::bigint, 'Schedule saas_metrics.refresh.'
FROM freshness AS f
WHERE f.refreshed_at < now() - interval '2 days'
  AND EXISTS (SELECT FROM saas_metrics._unwatched_tables($1))
