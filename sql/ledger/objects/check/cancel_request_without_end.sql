SELECT 'warning', 'rows with cancel_requested_at that never end', c.requested_without_end,
       'Bind ends_at or access_ends_at, or leave cancel_requested_at NULL where the customer stayed: they count on for ever.'
FROM item_counts AS c
WHERE (SELECT p.churn_date FROM ledger_policy AS p) <> 'cancel_request'
