SELECT 'warning', 'rows that end more than a hundred years from now', c.endless,
       'Bind NULL where a stretch still runs, such as nullif(ends_on, ''9999-12-31''): each end is a scheduled churn.'
FROM row_counts AS c
