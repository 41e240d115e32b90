-- Watched tables that no longer mark every change.
SELECT 'error',
       'watched tables whose changes are not marked: ' || string_agg(format('%s (%s)', w.source_table, w.problem), ', ' ORDER BY w.source_table::text),
       count(*), 'Call saas_metrics.watch for them again; until then each refresh looks at everything.'
FROM saas_metrics._broken_watches($1) AS w
WHERE w.problem <> 'it has no trigger'
