SELECT 'warning', 'stretches of one item that never end, though another follows', c.never_ending,
       'Both count. End a stretch where the next begins.'
FROM item_counts AS c
