-- Of one invoice only what is alike in the amount too: a price in tiers is several lines.
SELECT 'warning', 'lines of one item for the same service, invoiced twice', coalesce(sum(t.lines - 1), 0)::bigint,
       'Each counts. Bind the status of the invoice, so that void ones do not count, and leave out what a load doubled.'
FROM (
  SELECT count(*) AS lines
  FROM invoice_lines AS l
  WHERE l.item_id IS NOT NULL AND coalesce(l.kind, 'recurring') = 'recurring' AND coalesce(l.status, 'paid') IN ('open', 'paid', 'uncollectible')
    AND l.problem IS NULL AND l.amount > 0
  GROUP BY l.customer_id, l.subscription_id, l.item_id, l.plan, l.service_start, l.service_end
  HAVING count(*) > 1 AND (count(DISTINCT l.invoice_id) > 1 OR count(DISTINCT l.amount) < count(*))
) AS t
