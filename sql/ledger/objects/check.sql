-- The findings of check_ledger; $1 is the ledger, $2 are its settings.
WITH clock AS (SELECT * FROM ledger_clock),
-- Of the rows of subscription_periods: one reading of all, and one item by item.
row_counts AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE p.customer_id IS NULL) AS without_customer,
         count(*) FILTER (WHERE p.ends_at BETWEEN '1899-12-30 00:00+00' AND '3000-01-03 00:00+00'
                            AND (p.ends_at AT TIME ZONE (SELECT time_zone FROM clock))::time >= time '23:59')
           AS before_midnight,
         count(*) FILTER (WHERE p.billing_period IN (interval '28 days', interval '29 days', interval '30 days', interval '31 days',
                                                     interval '90 days', interval '91 days', interval '92 days',
                                                     interval '365 days', interval '366 days')
                            AND extract(day FROM p.billing_period) > 0
                            AND extract(month FROM p.billing_period) = 0 AND extract(year FROM p.billing_period) = 0)
           AS subtracted,
         count(*) FILTER (WHERE p.starts_at < '3000-01-01 00:00+00' AND p.starts_at > (SELECT today FROM clock) + interval '1 year') AS far_off,
         count(*) FILTER (WHERE p.starts_at >= '1900-01-01 00:00+00' AND p.starts_at < (SELECT today FROM clock) - interval '100 years') AS long_ago,
         count(*) FILTER (WHERE p.ends_at < '3000-01-01 00:00+00' AND p.ends_at > (SELECT today FROM clock) + interval '100 years') AS endless
  FROM subscription_periods AS p
),
item_counts AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE i.next_starts_at < i.ends_at) AS overlapping,
         count(*) FILTER (WHERE i.ends_at IS NULL AND i.next_starts_at IS NOT NULL) AS never_ending,
         count(*) FILTER (WHERE i.next_starts_at - interval '1 day' = i.ends_at) AS a_day_apart
  FROM (
    SELECT p.ends_at, lead(p.starts_at) OVER item AS next_starts_at
    FROM subscription_periods AS p
    WHERE p.item_id IS NOT NULL AND p.starts_at > '1899-12-30 00:00+00'
    WINDOW item AS (PARTITION BY p.customer_id, p.subscription_id, p.item_id ORDER BY p.starts_at, p.ends_at)
  ) AS i
),
-- Customers whose lines do not come from their rows as they are now, and nobody marked it.
unmarked AS MATERIALIZED (
  SELECT count(*) AS customers
  FROM (
    SELECT p.customer_id, saas_metrics.ledger_digest($2, k.digest, :each_input(p.%)) AS digest
    FROM subscription_periods AS p
    LEFT JOIN customer_digests AS k ON k.customer_id = p.customer_id
    WHERE octet_length(p.customer_id::text) <= :longest_text
      AND NOT EXISTS (SELECT FROM customers AS t WHERE t.is_test AND t.customer_id = p.customer_id)
    GROUP BY p.customer_id
  ) AS now
  FULL JOIN customer_digests AS k USING (customer_id)
  WHERE (now.digest IS NOT NULL OR now.customer_id IS NULL)
    AND NOT EXISTS (SELECT FROM pending_customers AS c WHERE c.customer_id = coalesce(now.customer_id, k.customer_id))
    AND NOT (SELECT f.everything_pending FROM freshness AS f)
    AND NOT EXISTS (SELECT FROM saas_metrics._unwatched_tables($1))
),
findings (place, severity, finding, rows, what_to_do) AS (
  SELECT 1, 'error', 'months whose movements do not add up to their closing MRR', count(*),
         'Report this as a bug of saas_metrics, with saas_metrics.explain of such a month.'
  FROM mrr_monthly AS m
  WHERE m.opening_mrr + m.new_mrr + m.reactivation_mrr + m.expansion_mrr + m.contraction_mrr
        + m.churn_mrr + m.fx_mrr <> m.closing_mrr
     OR m.opening_customers + m.new_customers + m.reactivated_customers - m.churned_customers
        <> m.closing_customers
  UNION ALL
  SELECT 2, 'error', 'months whose plans, products or billing periods do not add up to the whole', count(*),
         'Report this as a bug of saas_metrics.'
  FROM (
    SELECT m.period_start, s.slice
    FROM mrr_monthly AS m
    JOIN (
      SELECT 'plan' AS slice, period_start, sum(closing_mrr) AS closing, sum(switch_mrr) AS switch
      FROM mrr_by_plan_monthly GROUP BY period_start
      UNION ALL
      SELECT 'product', period_start, sum(closing_mrr), sum(switch_mrr)
      FROM mrr_by_product_monthly GROUP BY period_start
      UNION ALL
      SELECT 'billing_period', period_start, sum(closing_mrr), sum(switch_mrr)
      FROM mrr_by_billing_period_monthly GROUP BY period_start
    ) AS s USING (period_start)
    WHERE s.closing <> m.closing_mrr OR s.switch <> 0
  ) AS apart
  UNION ALL
  SELECT 3, 'error', 'sums of the rollup that differ from those of its lines', count(*),
         'Call saas_metrics.set_policy with the ledger''s own policy, which sums everything up anew, and report this as a bug.'
  FROM (
    SELECT slice, segment, detail, cohort, age, period_start
    FROM (
      SELECT r.* FROM rollup AS r CROSS JOIN ledger_settings AS s WHERE r.counts_from <= s.settled_on
      UNION ALL
      SELECT r.slice, r.segment, r.detail, r.cohort, r.age, r.period_start, r.counts_from, :each_sum(-r.%)
      FROM :recomputed AS r
    ) AS both_ways
    GROUP BY slice, segment, detail, cohort, age, period_start
    HAVING (:each_sum(sum(%))) <> (:each_sum(0))
  ) AS apart
  UNION ALL
  SELECT 10, 'error', 'rows without customer', c.without_customer,
         'Give them a customer_id, or leave them out of the query.'
  FROM row_counts AS c
  UNION ALL
  SELECT 11, 'error', 'rows that cannot be read: ' || x.reason, sum(x.rows)::bigint,
         'See rejected_rows. Correct the rows, or leave them out of the query.'
  FROM rejected_rows AS x
  WHERE x.input = 'subscription_periods'
    AND x.reason <> 'customer_id is NULL' AND x.reason NOT LIKE 'fx\_rates has no rate%'
  GROUP BY x.reason
  UNION ALL
  SELECT 12, 'error', 'rows of a currency without a rate', sum(x.rows)::bigint,
         'Add the rates to the input fx_rates, from the first day on that they are needed; see rejected_rows.'
  FROM rejected_rows AS x
  WHERE x.reason LIKE 'fx\_rates has no rate%'
  UNION ALL
  SELECT 13, 'error', 'rates that cannot be used', count(*),
         'A rate needs a currency of at most 8 letters, a date and a number above 0, one for each day; see rejected_rows.'
  FROM checked_rates AS r
  WHERE r.problem IS NOT NULL
  UNION ALL
  SELECT 14, 'error', 'customers without customer_id', count(*), 'Give them one, or leave them out of the query.'
  FROM customers AS t
  WHERE t.customer_id IS NULL
  UNION ALL
  SELECT 15, 'error', 'customers given more than once', count(*), 'Give one row for each: the ledger joins its customers to them.'
  FROM (SELECT FROM customers AS t WHERE t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING count(*) > 1) AS doubled
  UNION ALL
  SELECT 20, 'warning', 'stretches of one item that overlap', c.overlapping,
         'Both count. End a stretch where the next begins, or give each item its own item_id.'
  FROM item_counts AS c
  UNION ALL
  SELECT 21, 'warning', 'stretches of one item that never end, though another follows', c.never_ending,
         'Both count. End a stretch where the next begins.'
  FROM item_counts AS c
  UNION ALL
  SELECT 22, 'warning', 'stretches that end a moment before midnight', c.before_midnight,
         'Ends are exclusive: add the day or the second that is missing, such as ends_on + 1.'
  FROM row_counts AS c
  UNION ALL
  SELECT 23, 'warning', 'stretches of one item that begin a day after the last ended', c.a_day_apart,
         'If ends are inclusive dates, bind ends_on + 1: each such day is a churn and a return.'
  FROM item_counts AS c
  UNION ALL
  SELECT 24, 'warning', 'billing periods that look like subtracted dates', c.subtracted,
         'Bind the interval that is billed, such as ''1 month'', not ends_on - starts_on.'
  FROM row_counts AS c
  UNION ALL
  SELECT 25, 'warning', 'rows that begin more than a year from now', c.far_off,
         'Correct the dates if these are no long-term contracts.'
  FROM row_counts AS c
  UNION ALL
  SELECT 27, 'warning', 'rows that begin more than a hundred years ago', c.long_ago,
         'Correct the dates: views have a row for each period since.'
  FROM row_counts AS c
  UNION ALL
  SELECT 28, 'warning', 'rows that end more than a hundred years from now', c.endless,
         'Bind NULL where a stretch still runs, such as nullif(ends_on, ''9999-12-31''): each end is a scheduled churn.'
  FROM row_counts AS c
  UNION ALL
  SELECT 26, 'warning', 'churns of unknown kind among those of known kind', c.unknown,
         'Bind churn_kind for all rows to tell voluntary from involuntary churn.'
  FROM (
    SELECT count(*) FILTER (WHERE m.churn_kind = 'unknown' AND m.churn_reason IS DISTINCT FROM 'paused') AS unknown,
           count(*) FILTER (WHERE m.churn_kind <> 'unknown') AS known
    FROM movements AS m
    WHERE m.kind = 'churn'
  ) AS c
  WHERE c.known > 0
  UNION ALL
  SELECT 30, 'warning', 'tables that are read but not watched: ' || string_agg(t::text, ', '), count(*),
         'Watch them, or refresh often: views show the last refresh.'
  FROM saas_metrics._unwatched_tables($1) AS t
  WHERE EXISTS (SELECT FROM watched_tables)
  UNION ALL
  SELECT 31, 'warning', 'partitions that can be truncated unseen: ' || string_agg(part.relid::text, ', '), count(*),
         'Unwatch and watch the table again.'
  FROM watched_tables AS w, pg_partition_tree(w.source_table) AS part
  WHERE NOT EXISTS (SELECT FROM saas_metrics._triggers($1) AS t WHERE t.relation = part.relid AND t.truncates)
  UNION ALL
  SELECT 32, 'error', 'watched tables without their trigger: ' || string_agg(w.source_table::text, ', '), count(*),
         'Unwatch and watch them again; the next refresh looks at everything.'
  FROM watched_tables AS w
  WHERE NOT EXISTS (
    SELECT FROM saas_metrics._triggers($1) AS t
    WHERE t.relation = w.source_table AND NOT t.truncates AND NOT t.disabled)
  UNION ALL
  SELECT 36, 'error', 'customers whose rows changed without a mark', u.customers,
         'Run saas_metrics.set_policy with the ledger''s own policy, which takes in everything. Look for writes with triggers disabled, and for attached or detached partitions; then unwatch and watch those tables.'
  FROM unmarked AS u
  UNION ALL
  SELECT 33, 'warning', 'customers changed since the last refresh', f.customers_pending,
         'Refresh more often: each reading computes them anew.'
  FROM freshness AS f
  WHERE f.customers_pending > 1000
  UNION ALL
  SELECT 40, 'warning',
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
  UNION ALL
  SELECT 34, 'warning', 'a refresh has to take in everything', 1,
         'Run saas_metrics.refresh.'
  FROM freshness AS f
  WHERE f.everything_pending
  UNION ALL
  SELECT 35, 'warning', 'days since the last refresh, with tables that are not watched',
         floor(extract(epoch FROM now() - f.refreshed_at) / 86400)::bigint, 'Schedule saas_metrics.refresh.'
  FROM freshness AS f
  WHERE f.refreshed_at < now() - interval '2 days'
    AND EXISTS (SELECT FROM saas_metrics._unwatched_tables($1))
)
SELECT f.severity, f.finding, f.rows, f.what_to_do
FROM findings AS f
WHERE f.rows > 0
ORDER BY f.place, f.finding
