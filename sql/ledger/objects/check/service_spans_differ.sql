-- Parts of a billing period are short, so short lines are looked at only where most of a billing period's are.
WITH lines AS (
  SELECT l.billing_period, l.service_end - l.service_start AS span,
         l.service_start + l.billing_period - l.service_end AS missing
  FROM invoice_lines AS l
  WHERE coalesce(l.kind, 'recurring') = 'recurring' AND coalesce(l.status, 'paid') IN ('open', 'paid', 'uncollectible') AND l.problem IS NULL AND l.whole_amount IS NULL
    AND l.amount <> 0
    AND l.billing_period BETWEEN interval '1 day' AND interval '100 years'
    AND l.service_start BETWEEN '1900-01-01' AND '3000-01-01' AND l.service_end BETWEEN l.service_start AND '4000-01-01'
),
spans AS (
  SELECT l.billing_period, count(*) AS lines,
         count(*) FILTER (WHERE l.span > 1.2 * l.billing_period + interval '3 days') AS long,
         count(*) FILTER (WHERE l.span < 0.8 * l.billing_period - interval '3 days') AS short,
         -- A second, or a day that is an hour shorter or longer where the clocks change.
         count(*) FILTER (WHERE l.missing BETWEEN interval '1 second' AND interval '1 minute'
                             OR l.missing BETWEEN interval '23 hours' AND interval '25 hours') AS inclusive
  FROM lines AS l
  GROUP BY l.billing_period
)
SELECT 'warning', 'lines of invoices whose service does not fit their billing period', sum(d.differing)::bigint,
       'Bind the billing period that the line is for, and an exclusive service_end, such as last_day + 1.'
FROM spans AS s,
     LATERAL (SELECT s.long + CASE WHEN 2 * s.short > s.lines THEN s.short ELSE 0 END
                     + CASE WHEN 2 * s.inclusive > s.lines THEN s.inclusive ELSE 0 END) AS d (differing)
