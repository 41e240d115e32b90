-- Sums that came to nothing.
DELETE FROM rollup AS r
WHERE (:each_sum(r.%)) = (:each_sum(0))
