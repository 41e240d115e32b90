-- Generated billing rows for the ledger's oracle, and ledgers bound to them. The same seed gives
-- the same rows, on every server.

-- One of an array's.
CREATE FUNCTION oracle.one_of(key text, VARIADIC among text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT among[1 + oracle.pick(cardinality(among), key)]
$$;

-- Up to four items of a customer, each a chain of up to five rows with the odd gap, overlap and
-- change; in local time, midnight more often than not, on days that are special more often than
-- others: changes of the clock, leap days, ends of years.
CREATE PROCEDURE oracle.generate(seed int, customers int) LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE oracle.billing, oracle.person, oracle.fx;
    ALTER TABLE oracle.billing ALTER n RESTART;

    INSERT INTO oracle.fx
    SELECT 'EUR', date '2022-11-01' + 37 * i, 1 + (oracle.pick(2000, seed || ':EUR:' || i) - 500) / 10000.0 FROM generate_series(0, 23) AS i
    UNION ALL
    SELECT 'JPY', date '2022-11-15' + 61 * i, 0.006543210987 + oracle.pick(1000, seed || ':JPY:' || i) * 0.0000012345 FROM generate_series(0, 13) AS i
    UNION ALL
    SELECT 'KWD', '2020-01-01', 3.25
    UNION ALL
    SELECT 'USD', date '2022-10-01' + 53 * i, 0.9 + oracle.pick(1000, seed || ':USD:' || i) / 7000.0 FROM generate_series(0, 18) AS i;

    INSERT INTO oracle.person
    SELECT c::text, 'Customer ' || c, timestamptz '2022-11-01 00:00Z' + c * interval '1 hour', jsonb_build_object('country', oracle.one_of(c || ':country', 'US', 'FR', 'JP')),
           nullif(c % 25 = 0, c % 3 = 0)
      FROM generate_series(1, customers) AS c
     WHERE c % 5 <> 1;

    INSERT INTO oracle.billing (customer, subscription_id, item_id, product, plan, kind, quantity, amount, discount, discount_kind, currency, billing_period,
                                starts_at, ends_at, status, cancel_requested_at, access_ends_at, churn_kind, churn_reason)
    WITH
    item AS (
        SELECT c, i, seed || ':' || c AS customer_key, seed || ':' || c || ':' || i AS item_key
          FROM generate_series(1, customers) AS c, generate_series(1, 1 + oracle.pick(4, seed || ':' || c || ':items')) AS i
    ),
    begun AS (
        SELECT t.*,
               CASE WHEN oracle.pick(6, item_key || ':special') = 0
                    THEN oracle.one_of(item_key || ':s', VARIADIC '{2023-03-12 02:30, 2023-11-05 01:30, 2024-03-10, 2024-03-10 00:30, 2024-03-10 03:00, 2024-11-03, 2024-11-03 00:30,
                              2024-11-03 01:30, 2024-02-29, 2024-02-29 23:59:59.999999, 2023-02-28 12:00, 2023-12-31 23:30, 2024-01-01, 2024-03-31, 2023-12-30 00:00:00.000001, 2024-06-30 23:00}')::timestamp
                    ELSE date '2022-12-20' + oracle.pick(450, customer_key || ':s') + (i > 1)::int * oracle.pick(250, item_key || ':s')
                         + oracle.one_of(item_key || ':t', VARIADIC '{00:00, 00:00, 00:00, 12:00, 23:59:59.999999, 00:30, 03:00, 17:45}')::time
               END AS begins
          FROM item t
    ),
    drawn AS (
        SELECT b.*, r, item_key || ':' || r AS key,
               oracle.one_of(item_key || ':' || r || ':l', VARIADIC ARRAY['0', '3', '24', '336', '725', '744', '2160', '8760'] || array_fill((24 * (1 + oracle.pick(90, item_key || ':' || r || ':d')))::text, '{10}'))::int AS hours,
               oracle.one_of(item_key || ':' || r || ':g', '0', '0', '0', '0', '0', '0', '5', '24', '48', '-120', (24 * oracle.pick(80, item_key || ':' || r || ':d'))::text)::int AS pause
          FROM begun b, generate_series(1, 1 + oracle.pick(5, item_key || ':rows')) AS r
    ),
    placed AS (
        SELECT d.*, r = max(r) OVER item AS is_last, bool_or(pause < 0) OVER item AS is_muddled,
               begins + (sum(hours + pause) OVER (item ORDER BY r) - hours - pause) * interval '1 hour' AS starts,
               begins + (sum(hours + pause) OVER (item ORDER BY r) - pause) * interval '1 hour' AS ends
          FROM drawn d
        WINDOW item AS (PARTITION BY c, i)
    ),
    local AS (
        SELECT p.*, p.starts AT TIME ZONE u.time_zone AS starts_at, greatest(p.starts AT TIME ZONE u.time_zone, p.ends AT TIME ZONE u.time_zone) AS ends_at,
               -- The plan changes now and then, the currency hardly ever.
               oracle.one_of(CASE WHEN oracle.pick(3, key || ':p') = 0 THEN key ELSE item_key END || ':plan', 'basic', 'pro', 'team', 'scale', NULL) AS plan,
               oracle.one_of(CASE WHEN oracle.pick(40, key || ':c') = 0 THEN key WHEN oracle.pick(8, item_key || ':c') = 0 THEN item_key ELSE customer_key END || ':currency',
                             'USD', NULL, 'USD', NULL, 'USD', 'EUR', 'EUR', 'JPY', 'KWD') AS currency,
               CASE oracle.pick(14, key || ':amount')
               WHEN 0 THEN 0
               WHEN 1 THEN oracle.pick(500, key)
               WHEN 2 THEN (oracle.pick(2000000000, key) || 'e-20')::numeric
               WHEN 3 THEN (oracle.pick(2000000000, key) || '.' || lpad(oracle.pick(2000000000, key || ':f')::text, 20, '0'))::numeric / 1000000
               ELSE (oracle.pick(200000, key) || 'e-2')::numeric
               END::numeric(40, 20) AS amount
          FROM placed p, oracle.rule u
    )
    SELECT c::text, nullif('s' || c || '.' || i % 3, 's' || c || '.0'),
           CASE WHEN oracle.pick(4, item_key || ':loose') > 0 THEN 'i' || i END,
           CASE plan WHEN 'basic' THEN 'core' WHEN 'pro' THEN 'core' WHEN 'team' THEN oracle.one_of(item_key || ':product', 'core', 'extra') ELSE 'extra' END,
           plan,
           oracle.one_of(item_key || ':kind', 'recurring', 'recurring', 'recurring', 'recurring', NULL, NULL, NULL, 'add_on', 'usage', 'one_time'),
           oracle.pick(9, key || ':quantity'), amount,
           CASE oracle.pick(8, key || ':discount') WHEN 0 THEN round(amount / 3, 5) WHEN 1 THEN amount + 1 WHEN 2 THEN 0.01 * oracle.pick(900, key) WHEN 3 THEN 0 END,
           oracle.one_of(key || ':dk', 'permanent', 'repeating', 'once', NULL), currency,
           oracle.one_of(CASE WHEN oracle.pick(5, key || ':b') = 0 THEN key ELSE item_key END || ':period',
               VARIADIC '{1 month, 1 month, 1 month, 1 month, 1 year, 1 year, 12 months, 3 months, 7 days, 14 days, 30 days, 1 day, 7 months, 10 days, 2 years, 18 months}')::interval,
           starts_at,
           CASE WHEN NOT is_last OR oracle.pick(9, item_key || ':open') > 4 THEN ends_at WHEN oracle.pick(9, item_key || ':open') = 4 THEN 'infinity' END,
           CASE WHEN r = 1 THEN oracle.one_of(key || ':st', 'active', 'active', 'active', NULL, 'trialing', 'past_due')
                ELSE oracle.one_of(key || ':st', 'active', 'active', 'active', 'active', 'active', 'active', 'active', NULL, 'past_due', 'past_due', 'past_due', 'unpaid', 'paused', 'canceled') END,
           CASE WHEN oracle.pick(5, key || ':request') = 0 THEN starts_at + (oracle.pick(hours + 48, key || ':r') - 5) * interval '1 hour' END,
           CASE WHEN oracle.pick(6, key || ':access') = 0 THEN ends_at + (oracle.pick(1000, key || ':a') - 240) * interval '1 hour' END,
           -- Rows of an item that overlap say themselves why they end: which of them follows is anybody's guess.
           oracle.one_of(key || ':ck', VARIADIC ARRAY['voluntary', 'involuntary', 'unknown'] || CASE WHEN NOT is_muddled THEN array_fill(NULL::text, ARRAY[4]) END),
           oracle.one_of(key || ':cr', 'price', 'bugs', NULL, NULL, NULL, NULL)
      FROM local ORDER BY oracle.pick(1000000, key || ':order'), key;
    -- A reason without a kind is told apart by hand.
    UPDATE oracle.billing SET churn_reason = NULL WHERE churn_kind IS NULL;
    ANALYZE oracle.billing;
END
$$;

-- Rows that must not count, so dear that no number hides them, for customers who have others too.
CREATE PROCEDURE oracle.spoil(customers int) LANGUAGE sql AS $$
    INSERT INTO oracle.billing (customer, subscription_id, item_id, amount, billing_period, starts_at, ends_at, discount, kind, status, discount_kind, churn_kind, currency, bad)
    SELECT CASE v.bad WHEN 'customer_id' THEN NULL ELSE (1 + oracle.pick(customers, 'bad:' || p || v.bad))::text END, 'bad', v.bad || row_number() OVER (),
           v.amount, v.billing_period, v.starts_at, v.ends_at, v.discount, v.kind, v.status, v.discount_kind, v.churn_kind, v.currency, v.bad
      FROM generate_series(1, 2) AS p, (VALUES
        ('customer_id',   1000000,      interval '1 month', timestamptz '2023-06-01', timestamptz '2024-01-01', NULL::numeric, NULL, NULL, NULL, NULL, NULL),
        ('amount',        NULL,         '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('amount',        -1000000,     '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('amount',        'NaN',        '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('amount',        'Infinity',   '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('amount',        1e60,         '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('amount',        1000000 + 1e-21, '1 month',       '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('billing_period', 1000000,     NULL,               '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('billing_period', 1000000,     '0',                '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('billing_period', 1000000,     '-1 month',         '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('billing_period', 1000000,     '1 month 1 day',    '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('billing_period', 1000000,     '720 hours',        '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('billing_period', 1000000,     '1 day 1 second',   '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('starts_at',     1000000,      '1 month',          NULL,          '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('starts_at',     1000000,      '1 month',          '-infinity',   '2024-01-01', NULL, NULL, NULL, NULL, NULL, NULL),
        ('starts_at',     1000000,      '1 month',          'infinity',    NULL,         NULL, NULL, NULL, NULL, NULL, NULL),
        ('ends_at',       1000000,      '1 month',          '2023-06-01',  '2023-05-31 23:59:59.999999', NULL, NULL, NULL, NULL, NULL, NULL),
        ('ends_at',       1000000,      '1 month',          '2023-06-01',  '-infinity',  NULL, NULL, NULL, NULL, NULL, NULL),
        ('discount',      1000000,      '1 month',          '2023-06-01',  '2024-01-01', -1,   NULL, NULL, NULL, NULL, NULL),
        ('discount',      1000000,      '1 month',          '2023-06-01',  '2024-01-01', 'NaN', NULL, NULL, NULL, NULL, NULL),
        ('discount',      1000000,      '1 month',          '2023-06-01',  '2024-01-01', 1e-21, NULL, NULL, NULL, NULL, NULL),
        ('kind',          1000000,      '1 month',          '2023-06-01',  '2024-01-01', NULL, 'Recurring', NULL, NULL, NULL, NULL),
        ('kind',          1000000,      '1 month',          '2023-06-01',  '2024-01-01', NULL, '', NULL, NULL, NULL, NULL),
        ('status',        1000000,      '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, 'live', NULL, NULL, NULL),
        ('status',        1000000,      '1 month',          '2023-06-01',  NULL,         NULL, NULL, 'canceled', NULL, NULL, NULL),
        ('status',        1000000,      '1 month',          '2023-06-01',  'infinity',   NULL, NULL, 'canceled', NULL, NULL, NULL),
        ('discount_kind', 1000000,      '1 month',          '2023-06-01',  '2024-01-01', 1,    NULL, NULL, 'forever', NULL, NULL),
        ('churn_kind',    1000000,      '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, 'angry', NULL),
        ('rate',          1000000,      '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, 'CHF'),
        ('rate',          1000000,      '1 month',          '2022-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, 'JPY'),
        ('rate',          1000000,      '1 month',          '2023-06-01',  '2024-01-01', NULL, NULL, NULL, NULL, NULL, '')
      ) AS v (bad, amount, billing_period, starts_at, ends_at, discount, kind, status, discount_kind, churn_kind, currency)
$$;

-- A ledger over the rows. customer_id and times are SQL over a row's customer and its instants.
CREATE FUNCTION oracle.open_ledger(ledger name, customer_id text DEFAULT 'customer::bigint', instant text DEFAULT '%s') RETURNS text LANGUAGE plpgsql SET client_min_messages = error AS $$
DECLARE
    u oracle.rule;
    r record;
BEGIN
    SELECT * INTO u FROM oracle.rule;
    PERFORM set_config('saas_metrics.today', u.today::text, false);
    PERFORM saas_metrics.create_ledger(ledger, u.currency, u.time_zone, u.policy);
    PERFORM saas_metrics.bind(ledger, 'customers', format('SELECT %s AS customer_id, name, signed_up_at, attributes, is_test FROM oracle.person', customer_id));
    PERFORM saas_metrics.bind(ledger, 'subscription_periods', format(
        'SELECT %s AS customer_id, subscription_id, item_id, product, plan, kind, quantity, amount, discount, discount_kind, currency, billing_period,
                %s AS starts_at, %s AS ends_at, status, %s AS cancel_requested_at, %s AS access_ends_at, churn_kind, churn_reason
           FROM oracle.billing',
        customer_id, format(instant, 'starts_at'), format(instant, 'ends_at'), format(instant, 'cancel_requested_at'), format(instant, 'access_ends_at')));
    PERFORM saas_metrics.bind(ledger, 'fx_rates', 'TABLE oracle.fx');
    SELECT * INTO r FROM saas_metrics.refresh(ledger);
    RETURN format('%s: %s periods, %s movements, %s rejected', ledger, r.periods, r.movements_added, r.rows_rejected);
END
$$;
