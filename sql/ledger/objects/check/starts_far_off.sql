SELECT 'warning', 'rows that begin more than a year from now', c.far_off,
       'Correct the dates if these are no long-term contracts.'
FROM row_counts AS c
