SELECT 'warning', 'canceled rows without item_id beside other rows of their subscription', c.unclear,
       'Bind item_id: such a row may end another stretch, or be an item of its own that counted until its end. They count nothing.'
FROM canceled_counts AS c
