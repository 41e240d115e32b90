SELECT 'warning',
       format('items of which invoices and subscriptions tell different prices; of the MRR in %s, %s %% agrees', c.currency,
              round(100 * coalesce(sum(c.mrr) FILTER (WHERE c.agrees), 0) / nullif(sum(c.mrr), 0), 2)),
       count(*) FILTER (WHERE NOT c.agrees),
       'See saas_metrics.subscription_differences. A change that is invoiced with the next billing period only shows then.'
FROM (
  SELECT i.currency,
         (i.invoiced_plan, i.invoiced_amount, i.invoiced_billing_period)
         IS NOT DISTINCT FROM (i.current_plan, i.current_amount, i.current_billing_period) AS agrees,
         -- For a share, days are exact enough.
         i.invoiced_amount / nullif(extract(epoch FROM i.invoiced_billing_period), 0) AS mrr
  FROM saas_metrics._compared_items($1) AS i
) AS c
GROUP BY c.currency
