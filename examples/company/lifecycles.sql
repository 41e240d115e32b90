-- What becomes of those who pay, month by month, and the subscription periods that follow from it.

-- One row per customer and month of subscription. A customer waits to start (the first row), lives through months
-- in each of which at most one thing changes, ends, and perhaps returns later with a new subscription (spell).
--   starts_at, next_at   the month, counted from the start of the spell
--   effective_at         when its price and state hold from: upgrades often start in the middle of the month before
--   term_k               month in which the running term (a month or a year) began
--   attempts             to collect the invoice: 0 = none due this month
--   ended                how it ends with this month, if so
CREATE TEMP TABLE life ON COMMIT DROP AS
WITH RECURSIVE life AS (
    SELECT customer_id, 0 AS spell, -1 AS k, NULL::timestamptz AS anchor,
           NULL::timestamptz AS starts_at, NULL::timestamptz AS next_at, NULL::timestamptz AS effective_at,
           0 AS term_k, annual, tier, seats, false AS analytics, false AS support,
           coupon, NULL::int AS coupon_until, 'waiting' AS status, 0 AS attempts, NULL AS failure,
           'waiting' AS ended, NULL::timestamptz AS requested_at, NULL::timestamptz AS ends_at,
           NULL::timestamptz AS access_ends_at, NULL AS reason, paid_at AS returns_at
    FROM profile WHERE paid_at IS NOT NULL
  UNION ALL
    SELECT l.customer_id, now.spell, now.k, now.anchor, at.starts_at, at.next_at,
           at.starts_at - interval '1 day' *
               CASE WHEN change IN ('more seats', 'upgrade', 'add analytics', 'add support') AND roll(d, 12) < 0.7
                         AND l.status = 'active' AND l.attempts <= 1 AND l.coupon IS NOT DISTINCT FROM new.coupon
                    THEN 1 + roll(d, 13, 24) ELSE 0 END,
           new.term_k, new.annual, new.tier, new.seats, new.analytics, new.support, new.coupon,
           CASE WHEN new.coupon IS NULL THEN NULL
                WHEN new.coupon IS NOT DISTINCT FROM l.coupon AND now.k > 0 THEN l.coupon_until
                ELSE (SELECT CASE c.discount_kind WHEN 'once' THEN now.k + new.term
                                                  WHEN 'repeating' THEN now.k + greatest(3, new.term) END
                      FROM company.coupons AS c WHERE c.coupon = new.coupon) END,
           new.status, pay.attempts,
           CASE WHEN pay.attempts > 1 THEN
               (ARRAY['insufficient funds', 'card expired', 'card declined', 'authentication required'])
                   [1 + floor(4 * roll(e, 2) * roll(e, 3))::int] END,
           fate.ended, ending.requested_at, ending.ends_at, ending.access_ends_at,
           CASE WHEN fate.ended = 'voluntary' AND roll(e, 9) < 0.92 THEN     -- early reasons first, late ones last
               (ARRAY['missing features', 'hard to set up', 'too expensive', 'no longer needed',
                      'moved to a competitor', 'too expensive', 'no longer needed',
                      'moved to a competitor', 'closed business', 'poor support'])
                   [1 + roll(e, 10, 6) + CASE WHEN now.k < 4 THEN 0 ELSE 4 END] END,
           CASE WHEN fate.ended IS NOT NULL AND roll(e, 11) < CASE fate.ended WHEN 'voluntary' THEN 0.14 ELSE 0.28 END
                THEN ending.access_ends_at + (7 + floor(210 * roll(e, 12) * roll(e, 13))) * interval '1 day' END
    FROM life AS l
    JOIN (SELECT customer_id, n, risk FROM profile) AS p USING (customer_id)
    CROSS JOIN company.parameters
    CROSS JOIN LATERAL (SELECT
        CASE WHEN l.ended IS NULL THEN l.spell ELSE l.spell + 1 END AS spell,
        CASE WHEN l.ended IS NULL THEN l.k + 1 ELSE 0 END AS k,
        CASE WHEN l.ended IS NULL THEN l.anchor ELSE l.returns_at END AS anchor OFFSET 0) AS now
    CROSS JOIN LATERAL (SELECT
        now.anchor + now.k * interval '1 month' AS starts_at,
        now.anchor + (now.k + 1) * interval '1 month' AS next_at,
        now.k = 0 OR now.k = l.term_k + CASE WHEN l.annual THEN 12 ELSE 1 END AS renewal,
        dice('change ' || p.n || ' ' || now.spell || ' ' || now.k) AS d,
        dice('ending ' || p.n || ' ' || now.spell || ' ' || now.k) AS e OFFSET 0) AS at

    -- What changes: the first that comes up. Within a term a customer can only buy more.
    CROSS JOIN LATERAL (SELECT CASE
        WHEN now.k = 0                                                             THEN 'start'
        WHEN l.status = 'paused'   THEN CASE WHEN roll(d, 0) < 0.50 THEN 'resume'  ELSE 'stay paused' END
        WHEN roll(d, 1) < 0.055 + 0.020 * l.tier - 0.02 * (l.seats = 1)::int       THEN 'more seats'
        WHEN roll(d, 2) < 0.012 AND l.tier < 3 AND l.seats > 1                     THEN 'upgrade'
        WHEN roll(d, 3) < 0.006 * l.tier AND NOT l.analytics                       THEN 'add analytics'
        WHEN roll(d, 4) < 0.004 * l.tier AND NOT l.support AND l.seats > 5         THEN 'add support'
        WHEN NOT renewal                                                           THEN 'none'
        WHEN roll(d, 5) < CASE WHEN l.annual THEN 0.16 ELSE 0.018 END              THEN 'fewer seats'
        WHEN roll(d, 6) < CASE WHEN l.annual THEN 0.03 ELSE 0.004 END AND l.tier > 1 THEN 'downgrade'
        WHEN roll(d, 7) < CASE WHEN l.annual THEN 0.08 ELSE 0.009 END              THEN 'switch term'
        WHEN roll(d, 8) < CASE WHEN l.annual THEN 0.10 ELSE 0.012 END AND l.analytics THEN 'drop analytics'
        WHEN roll(d, 8) < CASE WHEN l.annual THEN 0.10 ELSE 0.012 END AND l.support THEN 'drop support'
        WHEN roll(d, 9) < 0.008 AND NOT l.annual                                   THEN 'pause'
        WHEN roll(d, 10) < 0.004 AND NOT l.annual AND l.coupon IS NULL             THEN 'stay offer'
        ELSE 'none' END AS change OFFSET 0) AS c
    CROSS JOIN LATERAL (SELECT
        l.annual <> (change = 'switch term') AS annual,
        CASE WHEN l.annual <> (change = 'switch term') THEN 12 ELSE 1 END AS term,
        CASE WHEN renewal THEN now.k ELSE l.term_k END AS term_k,
        l.tier + (change = 'upgrade')::int - (change = 'downgrade')::int AS tier,
        CASE change WHEN 'more seats'  THEN l.seats + 1 + floor(0.45 * l.seats * roll(d, 11) * roll(d, 14))::int
                    WHEN 'fewer seats' THEN greatest(1, l.seats - 1 - floor(0.4 * l.seats * roll(d, 11))::int)
                    ELSE l.seats END AS seats,
        now.k > 0 AND l.analytics AND change <> 'drop analytics' OR change = 'add analytics' AS analytics,
        now.k > 0 AND l.support AND change <> 'drop support' OR change = 'add support' AS support,
        CASE WHEN now.k = 0 AND now.spell = 1 THEN l.coupon
             WHEN now.k = 0 THEN CASE WHEN roll(d, 15) < 0.5 THEN 'COMEBACK20' END
             WHEN change = 'stay offer' THEN 'STAY30'
             WHEN l.coupon_until IS NULL OR now.k < l.coupon_until AND change <> 'switch term' THEN l.coupon
             END AS coupon,
        CASE WHEN change IN ('pause', 'stay paused') THEN 'paused' ELSE 'active' END AS status OFFSET 0) AS new

    -- Invoices are due when a term starts; some are paid late or never, but never the first.
    CROSS JOIN LATERAL (SELECT CASE
        WHEN NOT renewal OR new.status = 'paused' THEN 0
        WHEN now.k = 0 OR roll(e, 0) >= 0.048     THEN 1
        WHEN roll(e, 1) < 0.44                    THEN 2
        WHEN roll(e, 1) < 0.66                    THEN 3
        WHEN roll(e, 1) < 0.78                    THEN 4
        ELSE 5 END AS tries OFFSET 0) AS t                          -- 5: the fourth fails too
    CROSS JOIN LATERAL (SELECT least(tries, 4) AS attempts) AS pay

    -- Leaving is likeliest in the first months, and with an annual plan only possible at its end.
    CROSS JOIN LATERAL (SELECT CASE
        WHEN tries = 5                                                             THEN 'involuntary'
        WHEN new.status = 'paused' AND roll(e, 4) < 0.15                           THEN 'voluntary'
        WHEN new.annual AND now.k - new.term_k = 11 AND roll(e, 4) < 0.30 * p.risk THEN 'voluntary'
        WHEN NOT new.annual AND new.status = 'active'
             AND roll(e, 4) < 0.016 * p.risk * (1 + 4.0 / (now.k + 2))             THEN 'voluntary'
        END AS ended OFFSET 0) AS fate
    CROSS JOIN LATERAL (SELECT
        CASE fate.ended WHEN 'voluntary' THEN at.next_at - (1 + roll(e, 5, 27 * 1440)) * interval '1 minute' END
            AS requested_at,
        CASE fate.ended WHEN 'voluntary' THEN at.next_at WHEN 'involuntary' THEN at.starts_at + interval '14 days' END
            AS access_ends_at OFFSET 0) AS last
    CROSS JOIN LATERAL (SELECT last.*,
        CASE WHEN fate.ended = 'voluntary' AND new.status = 'active' AND pay.attempts <= 1 AND roll(e, 6) < 0.08
             THEN last.requested_at ELSE last.access_ends_at END AS ends_at) AS ending
    -- One month beyond the end, because its changes may take effect before.
    WHERE at.starts_at < ends_on + interval '1 month'
)
SELECT * FROM life WHERE k >= 0 AND effective_at < (SELECT ends_on FROM company.parameters);

ALTER TABLE life ADD PRIMARY KEY (customer_id, spell, k);
ANALYZE life;

-- The items of each month; an item the subscription does not have is there with quantity 0, so that its end shows.
CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT l.customer_id, l.spell, l.k, i.n, 'S' || l.customer_id || '-' || l.spell AS subscription_id,
       'S' || l.customer_id || '-' || l.spell || '-' || i.name AS item_id,
       pl.product, pl.plan, pl.kind, i.quantity, i.quantity * pl.price AS amount,
       CASE WHEN i.n = 1 THEN round(i.quantity * pl.price * coalesce(c.percent, 0) / 100, 2) ELSE 0 END AS discount,
       CASE WHEN i.n = 1 THEN c.discount_kind END AS discount_kind,
       pl.currency, pl.billing_period
FROM (SELECT customer_id, spell, k, annual, tier, seats, analytics, support, coupon FROM life
      UNION ALL                                                     -- the trial: month -1, of the first subscription
      SELECT customer_id, 1, -1, annual, tier, seats, false, false, NULL FROM profile WHERE trial) AS l
JOIN profile AS p USING (customer_id)
LEFT JOIN company.coupons AS c ON c.coupon = l.coupon
CROSS JOIN LATERAL (VALUES
    (1, 'seats',     (ARRAY['Starter', 'Team', 'Business'])[l.tier], l.seats),
    (2, 'analytics', 'Analytics',        CASE WHEN analytics THEN l.seats ELSE 0 END),
    (3, 'support',   'Priority support', CASE WHEN support THEN 1 ELSE 0 END)) AS i (n, name, product, quantity)
JOIN company.plans AS pl ON pl.product = i.product AND pl.currency = p.currency
                        AND pl.billing_period = CASE WHEN l.annual THEN interval '1 year' ELSE interval '1 month' END;

-- The ends known by the end of the history: of subscriptions, and of the trials that lead to none.
CREATE TEMP TABLE ending ON COMMIT DROP AS
SELECT customer_id, spell, ends_at, requested_at, access_ends_at,
       CASE WHEN reason IS NULL AND ended = 'voluntary' THEN 'unknown' ELSE ended END AS churn_kind,
       CASE ended WHEN 'voluntary' THEN reason ELSE failure END AS churn_reason
FROM life CROSS JOIN company.parameters
WHERE coalesce(requested_at, ends_at) < ends_on
UNION ALL
SELECT customer_id, 1, signed_up_at + interval '14 days', NULL, NULL, NULL, NULL
FROM profile CROSS JOIN company.parameters
WHERE trial AND (paid_at < ends_on) IS NOT TRUE;

INSERT INTO company.subscription_periods
WITH point AS (
    SELECT customer_id, 1 AS spell, -1 AS k, signed_up_at AS starts_at, 'trialing' AS status FROM profile WHERE trial
    UNION ALL
    SELECT customer_id, spell, k, s.starts_at, s.status
    FROM life AS l CROSS JOIN LATERAL (VALUES
        (effective_at, status, attempts <= 1 OR effective_at < l.starts_at),
        (l.starts_at, 'past_due', attempts > 1),
        (l.starts_at + (ARRAY[0, 3, 7, 14])[attempts] * interval '1 day', 'active',
         attempts > 1 AND ended IS DISTINCT FROM 'involuntary')) AS s (starts_at, status, holds)
    WHERE holds
), state AS (
    SELECT *, (plan, quantity, discount, discount_kind, status)
              IS DISTINCT FROM (lag(plan) OVER w, lag(quantity) OVER w, lag(discount) OVER w,
                                lag(discount_kind) OVER w, lag(status) OVER w) AS changed
    FROM point JOIN item USING (customer_id, spell, k) CROSS JOIN company.parameters
    WHERE starts_at < ends_on
    WINDOW w AS (PARTITION BY item_id ORDER BY starts_at)
), stretch AS (
    SELECT *, lead(starts_at) OVER (PARTITION BY item_id ORDER BY starts_at) AS next_starts_at
    FROM state WHERE changed
)
SELECT s.customer_id, subscription_id, item_id, product, plan, kind, quantity, amount, discount, discount_kind,
       currency, billing_period, starts_at, coalesce(next_starts_at, ends_at), status,
       requested_at, access_ends_at, churn_kind, churn_reason
FROM stretch AS s
LEFT JOIN ending AS e ON e.customer_id = s.customer_id AND e.spell = s.spell AND next_starts_at IS NULL
WHERE quantity > 0
ORDER BY s.customer_id, s.spell, n, starts_at;
\echo '  subscription_periods' :ROW_COUNT
