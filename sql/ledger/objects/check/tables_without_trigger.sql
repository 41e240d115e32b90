SELECT 'error', 'watched tables without their trigger: ' || string_agg(w.source_table::text, ', '), count(*),
       'Unwatch and watch them again; the next refresh looks at everything.'
FROM watched_tables AS w
JOIN pg_class AS c ON c.oid = w.source_table
WHERE NOT EXISTS (
  SELECT FROM saas_metrics._triggers($1) AS t
  WHERE t.relation = w.source_table AND NOT t.truncates AND NOT t.disabled)
