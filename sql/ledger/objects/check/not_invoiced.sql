-- Of the subscriptions that are active now, those whose last invoice is a billing period and 45 days old, or that never had one.
WITH running AS (
  SELECT s.customer_id, coalesce(s.subscription_id, s.item_id) AS subscription,
         max(s.billing_period) AS billing_period, min(s.started_at) AS started_at
  FROM current_subscriptions AS s
  WHERE coalesce(s.status, 'active') IN ('active', 'past_due') AND coalesce(s.kind, 'recurring') IN ('recurring', 'add_on') AND s.amount > 0
    AND s.billing_period BETWEEN interval '1 day' AND interval '100 years'
    AND EXISTS (SELECT FROM bindings AS b WHERE b.input = 'invoice_lines' AND b.bound)
  GROUP BY 1, 2
),
invoiced AS (
  SELECT l.customer_id, coalesce(l.subscription_id, l.item_id) AS subscription,
         max(coalesce(l.issued_at, l.service_start)) AS last_at
  FROM invoice_lines AS l
  WHERE coalesce(l.status, 'paid') IN ('open', 'paid', 'uncollectible') AND (SELECT count(*) FROM running) > 0
  GROUP BY 1, 2
)
SELECT 'warning', 'active subscriptions with nothing invoiced for more than a billing period and 45 days', count(*),
       'Their rows may be stale, or invoices missing: copy both again. They count until they are ended.'
FROM running AS r
LEFT JOIN invoiced AS i USING (customer_id, subscription)
WHERE coalesce(i.last_at, r.started_at) BETWEEN '1900-01-01' AND '3000-01-01'
  AND (coalesce(i.last_at, r.started_at) + r.billing_period + interval '45 days') < (SELECT today FROM clock)
