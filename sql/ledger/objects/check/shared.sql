-- The CTEs that several findings of check_ledger read; $1 is the ledger, $2 are its settings.
clock AS (SELECT * FROM ledger_clock),
-- The one reading of subscription_periods.
given AS MATERIALIZED (
  SELECT p.*, octet_length(p.customer_id::text) <= :longest_text AND p.problem IS NULL
              AND p.starts_at BETWEEN '1899-12-30 00:00+00' AND '3000-01-03 00:00+00'
              AND p.amount >= 0 AND p.amount < 1e18 AND p.billing_period IS NOT NULL
              AND coalesce(p.ends_at >= p.starts_at, true) AS seems_readable
  FROM subscription_periods AS p
),
-- Rows that cannot be read are a finding of their own, and in no other.
periods AS NOT MATERIALIZED (
  SELECT p.*
  FROM given AS p
  WHERE p.seems_readable
    AND NOT EXISTS (
      SELECT FROM rejected_rows AS x
      WHERE x.input = 'subscription_periods' AND x.customer_id = p.customer_id
        AND coalesce(x.subscription_id, '') = coalesce(p.subscription_id, '')
        AND coalesce(x.item_id, '') = coalesce(p.item_id, '') AND x.starts_at = p.starts_at)
),
-- Row by row. Instants are compared with limits before any arithmetic, which could leave the calendar.
row_counts AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE isfinite(p.ends_at)) AS ending,
         count(*) FILTER (WHERE p.ends_at < '9999-12-01' AND (p.ends_at AT TIME ZONE (SELECT time_zone FROM clock))::time >= time '23:59')
           AS before_midnight,
         count(*) FILTER (WHERE p.billing_period IN (interval '28 days', interval '29 days', interval '30 days', interval '31 days',
                                                     interval '90 days', interval '91 days', interval '92 days',
                                                     interval '365 days', interval '366 days')
                            AND extract(day FROM p.billing_period) > 0
                            AND extract(month FROM p.billing_period) = 0 AND extract(year FROM p.billing_period) = 0)
           AS subtracted,
         count(*) FILTER (WHERE p.starts_at > (SELECT today FROM clock) + interval '1 year') AS far_off,
         count(*) FILTER (WHERE p.starts_at < (SELECT today FROM clock) - interval '100 years') AS long_ago,
         count(*) FILTER (WHERE p.ends_at < '3000-01-01 00:00+00' AND p.ends_at > (SELECT today FROM clock) + interval '100 years') AS endless,
         count(*) FILTER (WHERE p.currency IS NULL) AS without_currency,
         count(*) FILTER (WHERE upper(p.currency) = (SELECT currency FROM clock)) AS of_own_currency,
         count(*) FILTER (WHERE upper(p.currency) <> (SELECT currency FROM clock)) AS of_other_currency
  FROM periods AS p
),
-- Each row beside the one before and the one after it in its item; rows without item_id are by subscription.
item_rows AS MATERIALIZED (
  SELECT p.customer_id, p.subscription_id, p.item_id, coalesce(p.kind, 'recurring') AS kind, coalesce(p.status, 'active') AS status,
         p.starts_at, p.ends_at, p.cancel_requested_at, p.access_ends_at,
         lead(p.starts_at) OVER item AS next_starts_at,
         lag(coalesce(p.status, 'active')) OVER item AS last_status,
         first_value(p.starts_at) OVER item AS first_starts_at,
         count(*) FILTER (WHERE p.status = 'trialing') OVER item = count(*) OVER item AS is_trial_only,
         lag(p.ends_at) OVER item AS last_ends_at,
         coalesce(lead(p.terms) OVER item = p.terms, false) AS is_doubled
  FROM (
    SELECT p.*, hash_record_extended(ROW(p.starts_at, p.ends_at, p.amount, p.discount, p.billing_period, p.currency,
                                         p.product, p.plan, p.kind, p.status), 0) AS terms
    FROM periods AS p
  ) AS p
  WINDOW item AS (PARTITION BY p.customer_id, p.subscription_id, p.item_id ORDER BY p.starts_at, p.ends_at, p.terms)
),
item_counts AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE i.item_id IS NOT NULL AND i.next_starts_at < i.ends_at AND NOT i.is_doubled) AS overlapping,
         count(*) FILTER (WHERE i.item_id IS NOT NULL AND i.ends_at IS NULL AND i.next_starts_at IS NOT NULL AND NOT i.is_doubled)
           AS never_ending,
         count(*) FILTER (WHERE i.item_id IS NOT NULL AND i.ends_at < '9999-12-01' AND i.next_starts_at = i.ends_at + interval '1 day')
           AS a_day_apart,
         count(*) FILTER (WHERE i.is_doubled AND i.kind IN ('recurring', 'add_on') AND i.status IN ('active', 'past_due')) AS doubled,
         count(*) FILTER (WHERE i.cancel_requested_at IS NOT NULL AND NOT coalesce(isfinite(i.ends_at), false)
                            AND i.access_ends_at IS NULL AND i.status IN ('active', 'past_due')
                            AND (i.item_id IS NULL OR i.next_starts_at IS NULL)) AS requested_without_end,
         count(*) FILTER (WHERE i.last_status <> i.status) AS status_changes,
         count(*) FILTER (WHERE i.last_status = 'trialing' AND i.status IN ('active', 'past_due')) AS converted_trials,
         count(*) FILTER (WHERE i.is_trial_only AND i.kind IN ('recurring', 'add_on') AND i.next_starts_at IS NULL
                            AND i.first_starts_at < (SELECT today FROM clock) - interval '100 days'
                            AND (i.ends_at IS NULL OR i.ends_at > (SELECT today FROM clock))) AS long_trials,
         count(*) FILTER (WHERE i.last_status = 'canceled' AND i.status = 'canceled' AND i.last_ends_at = i.starts_at) AS canceled_runs,
         count(*) FILTER (WHERE i.last_status IS NULL AND i.next_starts_at IS NULL AND i.kind IN ('recurring', 'add_on')
                            AND i.status IN ('trialing', 'past_due', 'unpaid', 'paused')
                            AND i.starts_at < (SELECT today FROM clock) - interval '100 days'
                            AND (i.ends_at IS NULL OR i.ends_at > (SELECT today FROM clock))) AS long_lasting
  FROM item_rows AS i
),
-- Rows with status canceled beside others, as the engine reads them: of their item or, without item_id, of their subscription.
canceled AS MATERIALIZED (
  SELECT i.customer_id, coalesce(i.subscription_id, '') AS subscription_id,
         coalesce('item ' || i.item_id, '') AS scope, i.item_id IS NULL AS is_loose,
         i.starts_at, nullif(i.ends_at, 'infinity') AS ends_at
  FROM item_rows AS i
  WHERE i.status = 'canceled' AND i.kind IN ('recurring', 'add_on') AND i.starts_at IS DISTINCT FROM i.ends_at
),
subscription_rows AS (
  SELECT i.customer_id, coalesce(i.subscription_id, '') AS subscription_id, count(*) AS rows
  FROM item_rows AS i
  WHERE (SELECT count(*) FROM canceled AS c WHERE c.is_loose) > 0
  GROUP BY 1, 2
),
moments AS (
  SELECT DISTINCT i.customer_id, coalesce(i.subscription_id, '') AS subscription_id, s.scope, m.is_end, m.at
  FROM item_rows AS i,
       LATERAL (VALUES (''), ('item ' || i.item_id)) AS s (scope),
       LATERAL (VALUES (false, i.starts_at), (true, i.ends_at)) AS m (is_end, at)
  WHERE s.scope IS NOT NULL AND m.at IS NOT NULL AND i.starts_at IS DISTINCT FROM i.ends_at
    AND (SELECT count(*) FROM canceled) > 0
),
canceled_counts AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE c.ends_at IS NOT NULL AND before.at IS NULL AND after.at IS NULL) AS of_today,
         count(*) FILTER (WHERE c.is_loose AND s.rows > 1
                            AND CASE WHEN c.ends_at IS NULL THEN before.at IS NULL
                                     ELSE before.at IS NOT NULL OR after.at IS NOT NULL END) AS unclear
  FROM canceled AS c
  LEFT JOIN subscription_rows AS s ON c.is_loose AND s.customer_id = c.customer_id AND s.subscription_id = c.subscription_id
  LEFT JOIN moments AS before
    ON before.customer_id = c.customer_id AND before.subscription_id = c.subscription_id AND before.scope = c.scope
       AND before.is_end AND before.at = c.starts_at
  LEFT JOIN moments AS after
    ON after.customer_id = c.customer_id AND after.subscription_id = c.subscription_id AND after.scope = c.scope
       AND NOT after.is_end AND after.at = c.ends_at
)
