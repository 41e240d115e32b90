SELECT 'warning', 'rows that are there twice, alike in all that counts', c.doubled,
       'Each counts. If a join or a load doubled them, leave one out; if they are items of their own, give each its item_id.'
FROM item_counts AS c
