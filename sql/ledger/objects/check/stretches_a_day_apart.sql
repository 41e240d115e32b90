SELECT 'warning', 'stretches of one item that begin a day after the last ended', c.a_day_apart,
       'If ends are inclusive dates, bind ends_on + 1: each such day is a churn and a return.'
FROM item_counts AS c
