SELECT 'warning', 'tables that are read but not watched: ' || string_agg(t::text, ', '), count(*),
       'Watch them, or refresh often: views show the last refresh.'
FROM saas_metrics._unwatched_tables($1) AS t
WHERE EXISTS (SELECT FROM watched_tables)
