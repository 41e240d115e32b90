-- Where no item ever changes its status, a late payment, a pause or a trial of a hundred days is that of today, and so is
-- what is canceled stretch after stretch.
SELECT 'warning', 'rows that seem to give today''s status to all the time before',
       t.of_today + CASE WHEN i.status_changes = 0 THEN i.canceled_runs + i.long_lasting ELSE 0 END,
       'Bind the status during the stretch: active for the time that was paid for, and a row of its own from the day on that it changed. A canceled row with an end counts until then; beside another stretch of its item it counts nothing.'
FROM item_counts AS i, canceled_counts AS t
