SELECT 'warning', 'a refresh has to take in everything', 1,
       'Run saas_metrics.refresh.'
FROM freshness AS f
WHERE f.everything_pending
