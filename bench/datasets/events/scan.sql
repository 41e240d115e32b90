-- The limit: what reading the columns costs.
SELECT count(*), max(visitor_id), max(octet_length(step)), max(occurred_at) FROM events
