-- Snapshots and lines of invoices are all that reads them.
SELECT 'warning', 'rows of current_subscriptions that nothing reads', count(*),
       'Call saas_metrics.record_snapshot each day, before saas_metrics.refresh. Where subscription_periods is bound, unbind that first.'
FROM current_subscriptions AS s
WHERE NOT EXISTS (SELECT FROM bindings AS b WHERE b.input = 'invoice_lines' AND b.bound)
  AND (EXISTS (SELECT FROM bindings AS b WHERE b.input = 'subscription_periods' AND b.bound)
       OR NOT EXISTS (SELECT FROM given))
