SELECT 'warning', 'billing periods that look like subtracted dates', c.subtracted,
       'Bind the interval that is billed, such as ''1 month'', not ends_on - starts_on.'
FROM row_counts AS c
