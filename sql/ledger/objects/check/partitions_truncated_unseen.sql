SELECT 'warning', 'partitions that can be truncated unseen: ' || string_agg(part.relid::text, ', '), count(*),
       'Unwatch and watch the table again.'
FROM watched_tables AS w, pg_partition_tree(w.source_table) AS part
WHERE NOT EXISTS (SELECT FROM saas_metrics._triggers($1) AS t WHERE t.relation = part.relid AND t.truncates)
