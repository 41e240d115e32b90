-- The rows of customer $1 with how they count in the period $2.
WITH rows AS (
  SELECT p.*, row_number() OVER (ORDER BY p.starts_at, p.ends_at, p.subscription_id, p.item_id) - 1 AS place
  FROM subscription_periods AS p
  WHERE p.customer_id = $1::text:::customer_id_type
),
test AS (
  SELECT EXISTS (SELECT FROM customers AS t WHERE t.customer_id = $1::text:::customer_id_type AND t.is_test) AS is_test
),
explained AS (
  SELECT e.*
  FROM (
    SELECT saas_metrics.ledger_explanations(
             (SELECT s.settings FROM engine_settings AS s), NULL, :each_input(r.%) ORDER BY r.place) AS found
    FROM rows AS r
  ) AS x, unnest(x.found) AS e
)
SELECT r.subscription_id, r.item_id, r.product, r.plan, coalesce(r.kind, 'recurring'),
       coalesce(r.status, 'active'), r.amount, coalesce(r.discount, 0), coalesce(r.discount_kind, 'permanent'),
       upper(coalesce(r.currency, c.currency)), r.billing_period, e.factor,
       e.native_mrr, e.mrr, e.counts_on, nullif(e.counts_until, 'infinity'), e.rule,
       CASE WHEN e.counts_on IS NOT NULL THEN
         (SELECT coalesce(sum(m.mrr_after - m.mrr_before), 0)
          FROM movements AS m
          WHERE m.customer_id = $1::text:::customer_id_type AND m.effective_on <= e.counts_on) END
FROM rows AS r
JOIN LATERAL (
  SELECT x.factor, x.native_mrr, x.mrr, x.counts_on, x.counts_until, x.rule
  FROM explained AS x
  WHERE x.place = r.place AND NOT (SELECT test.is_test FROM test)
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, 'does not count: the customer is a test, by the input customers'
  WHERE (SELECT test.is_test FROM test)
) AS e ON true
CROSS JOIN ledger_clock AS c
CROSS JOIN LATERAL (
  -- A row that starts when none can is in every period.
  SELECT coalesce(e.counts_on, CASE WHEN r.starts_at BETWEEN '1899-12-30 00:00+00' AND '3000-01-03 00:00+00'
                                    THEN (r.starts_at AT TIME ZONE c.time_zone)::date END) AS first,
         nullif(coalesce(e.counts_until, CASE WHEN r.ends_at BETWEEN '1899-12-30 00:00+00' AND '3000-01-03 00:00+00'
                                              THEN (r.ends_at AT TIME ZONE c.time_zone)::date END), 'infinity') AS stop
) AS days
WHERE daterange(days.first, CASE WHEN days.stop IS NOT NULL THEN greatest(days.stop, days.first) END, '[]') && $2
ORDER BY r.place
