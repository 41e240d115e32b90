-- In a thousand months of customers with several prices, some go from one to another. Lines of invoices know of it.
SELECT 'warning', 'customers, but no change of MRR ever: each item has one row', count(DISTINCT p.customer_id),
       'If the table keeps only the current row, today''s price stands for all the past, and what was before is lost: bind invoices or a history if there are any, else current_subscriptions with saas_metrics.record_snapshot, which sees changes from now on.'
FROM periods AS p
WHERE EXISTS (SELECT FROM bindings AS b WHERE b.input = 'subscription_periods' AND b.bound)
  AND NOT EXISTS (SELECT FROM bindings AS b WHERE b.input = 'invoice_lines' AND b.bound)
  AND NOT EXISTS (SELECT FROM item_rows AS i WHERE i.item_id IS NOT NULL AND i.next_starts_at IS NOT NULL)
  AND (SELECT count(DISTINCT l.amount) > 1 FROM movements AS l WHERE l.kind = 'new')
  AND (SELECT sum(m.opening_customers) >= 1000 AND sum(m.expanded_customers + m.contracted_customers) = 0 FROM mrr_monthly AS m)
