-- The limit: what reading the columns costs.
SELECT count(*), max(user_id), max(active_on) FROM activity
