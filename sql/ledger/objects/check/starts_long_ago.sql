SELECT 'warning', 'rows that begin more than a hundred years ago', c.long_ago,
       'Correct the dates: views have a row for each period since.'
FROM row_counts AS c
