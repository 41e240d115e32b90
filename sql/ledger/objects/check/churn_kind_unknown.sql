SELECT 'warning', 'churns of unknown kind among those of known kind', c.unknown,
       'Bind churn_kind for all rows to tell voluntary from involuntary churn.'
FROM (
  SELECT count(*) FILTER (WHERE m.churn_kind = 'unknown' AND m.churn_reason IS DISTINCT FROM 'paused') AS unknown,
         count(*) FILTER (WHERE m.churn_kind <> 'unknown') AS known
  FROM movements AS m
  WHERE m.kind = 'churn'
) AS c
WHERE c.known > 0
