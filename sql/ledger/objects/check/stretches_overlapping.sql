SELECT 'warning', 'stretches of one item that overlap', c.overlapping,
       'Both count. End a stretch where the next begins, or give each item its own item_id.'
FROM item_counts AS c
