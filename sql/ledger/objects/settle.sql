-- What counted from a day in the future when it was recorded, and now counts, goes to what counts at
-- once: through $1.
WITH due AS (
  DELETE FROM rollup AS r
  WHERE r.counts_from <= $1 AND r.counts_from > '-infinity'
  RETURNING r.*
)
INSERT INTO rollup AS r
SELECT d.slice, d.segment, d.detail, d.cohort, d.age, d.period_start, '-infinity', :each_sum(sum(d.%))
FROM due AS d
GROUP BY d.slice, d.segment, d.detail, d.cohort, d.age, d.period_start
ON CONFLICT (slice, period_start, segment, detail, cohort, age, counts_from) DO UPDATE SET
  :each_sum(% = r.% + excluded.%)
