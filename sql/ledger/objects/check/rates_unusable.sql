SELECT 'error', 'rates that cannot be used', count(*),
       'A rate needs a currency of at most 8 letters, a date and a number above 0, one for each day; see rejected_rows.'
FROM checked_rates AS r
WHERE r.problem IS NOT NULL
