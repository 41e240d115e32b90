-- A time of day falls into the last minute of a day once in 1,440 times.
SELECT 'warning', 'stretches that end a moment before midnight', c.before_midnight,
       'Ends are exclusive: add the day or the second that is missing, such as ends_on + 1.'
FROM row_counts AS c
WHERE c.before_midnight >= 0.01 * c.ending
