-- Where statuses change in their time, but no trial to anything that is paid.
SELECT 'warning', 'trials of more than 100 days, where none was ever converted', i.long_trials,
       'Bind status active from the conversion on: of a log, give each kind of event that converts a trial that status.'
FROM item_counts AS i
WHERE i.long_trials >= 10 AND i.converted_trials = 0 AND i.status_changes > 0
