-- The limit: what reading the columns costs.
SELECT count(*), sum(mrr), min(starts_on), max(ends_on) FROM spans
