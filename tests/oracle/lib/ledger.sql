-- The ledger's oracle in plain SQL: from the rows of the inputs and a policy, what each customer
-- has at the end of each day, and from the days every movement and every view.
--
-- oracle.rule says how rows count; oracle.billing, oracle.person and oracle.fx hold the rows;
-- oracle.compute() fills oracle.movement, oracle.line and what the expected views read.

\ir oracle.sql
\ir cohort_retention.sql
\ir churn_by_age.sql

CREATE TABLE oracle.rule AS
    SELECT p.*, 'UTC'::text AS time_zone, 'USD'::text AS currency, '2024-12-11'::date AS today
      FROM saas_metrics.policies p WHERE p.policy = 'default';

-- The rule as a script starts with it, and the movements by it: see oracle.set_house().
CREATE TABLE oracle.house AS TABLE oracle.rule;

CREATE TABLE oracle.billing (
    n                   int GENERATED ALWAYS AS IDENTITY,
    customer            text,
    subscription_id     text,
    item_id             text,
    product             text,
    plan                text,
    kind                text,
    quantity            numeric,
    amount              numeric,
    discount            numeric,
    discount_kind       text,
    currency            text,
    billing_period      interval,
    starts_at           timestamptz,
    ends_at             timestamptz,
    status              text,
    cancel_requested_at timestamptz,
    access_ends_at      timestamptz,
    churn_kind          text,
    churn_reason        text,
    bad                 text  -- a word of why the row must be rejected; NULL: it must not
);
CREATE TABLE oracle.person (customer text, name text, signed_up_at timestamptz, attributes jsonb, is_test boolean);
CREATE TABLE oracle.fx (currency text, valid_from date, rate numeric);

-- How rows count ------------------------------------------------------------------------------

-- numerator / denominator to 10 decimals, half away from zero. Nothing is rounded before.
CREATE FUNCTION oracle.to_10_decimals(numerator numeric, denominator numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT div(2 * numerator * 1e10 + denominator, 2 * denominator) * 1e-10
$$;

CREATE FUNCTION oracle.per_month(amount numeric, billing_period interval, week text, day text) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT oracle.to_10_decimals(
               amount * split_part(f.factor, '/', 1)::numeric,
               f.length * coalesce(nullif(split_part(f.factor, '/', 2), ''), '1')::numeric)
      FROM (SELECT 12 * extract(year FROM billing_period) + extract(month FROM billing_period), extract(day FROM billing_period)) AS p (months, days),
           LATERAL (SELECT CASE WHEN p.months > 0 THEN '1' WHEN p.days % 7 = 0 THEN week ELSE day END,
                           CASE WHEN p.months > 0 THEN p.months WHEN p.days % 7 = 0 THEN p.days / 7 ELSE p.days END) AS f (factor, length)
$$;

CREATE FUNCTION oracle.rate_on(currency text, day date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN rate_on.currency = (SELECT r.currency FROM oracle.rule r) THEN 1
           ELSE (SELECT f.rate FROM oracle.fx f WHERE f.currency = rate_on.currency AND f.valid_from <= day ORDER BY f.valid_from DESC LIMIT 1) END
$$;

-- The rows that count, each with why it ended and the days [from_on, to_on) and ticks [from_tick,
-- to_tick) that it covers. A tick is what changes are netted within: a day, numbered, or an instant,
-- numbered by customer. 'infinity' and the largest number are an end never reached.
CREATE TABLE oracle.counted (
    customer text, n int, plan text, product text, billing_period text, currency text, native numeric, mrr numeric,
    from_at timestamptz, to_at timestamptz, from_on date, to_on date, from_tick int, to_tick int,
    churn_kind text, churn_reason text
);

CREATE PROCEDURE oracle.count_rows() LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE oracle.counted;
    INSERT INTO oracle.counted
    WITH
    -- Who is canceled today is so in all rows that carry the status of today: such a row stands by itself.
    billing AS (
        SELECT b.*,
               CASE WHEN b.status = 'canceled' AND b.ends_at < 'infinity'
                     AND NOT EXISTS (SELECT FROM oracle.billing o
                                      WHERE o.bad IS NULL AND o.n <> b.n AND o.customer = b.customer AND o.subscription_id IS NOT DISTINCT FROM b.subscription_id
                                        AND (b.item_id IS NULL OR o.item_id = b.item_id) AND (o.ends_at = b.starts_at OR o.starts_at = b.ends_at))
                    THEN 'active' ELSE coalesce(b.status, 'active') END AS state
          FROM oracle.billing b
         WHERE b.bad IS NULL
    ),
    placed AS (
        SELECT b.customer, b.n, b.plan, b.product, b.billing_period, b.starts_at, b.access_ends_at, b.cancel_requested_at,
               b.churn_kind, b.churn_reason, r.time_zone, r.churn_date, r.past_due, r.week, r.day,
               coalesce(upper(b.currency), r.currency) AS currency,
               b.state AS status,
               coalesce(b.ends_at, 'infinity') AS ends_at,
               CASE WHEN b.item_id IS NULL THEN b.n::text ELSE concat(b.subscription_id, '/', b.item_id, '/', b.subscription_id IS NULL) END AS item,
               CASE coalesce(b.kind, 'recurring') WHEN 'one_time' THEN false WHEN 'usage' THEN r.usage = 'include' ELSE true END AS right_kind,
               CASE b.state WHEN 'active' THEN true WHEN 'past_due' THEN true WHEN 'paused' THEN r.paused = 'count' ELSE false END AS right_status,
               greatest(0, b.amount - CASE WHEN r.discount = 'all' OR coalesce(b.discount_kind, 'permanent') = r.discount
                                             OR r.discount = 'recurring' AND coalesce(b.discount_kind, 'permanent') <> 'once'
                                           THEN coalesce(b.discount, 0) ELSE 0 END) AS net
          FROM billing b, oracle.rule r
         WHERE NOT EXISTS (SELECT FROM oracle.person p WHERE p.customer = b.customer AND p.is_test)
    ),
    -- Each row beside its neighbours in the item.
    neighboured AS (
        SELECT p.*,
               -- What is canceled after it does not make a row any less the last.
               coalesce(bool_and(p.status = 'canceled') OVER later, true) AS is_last,
               first_value(p.starts_at) OVER item AS item_starts_at,
               lead(p.starts_at) OVER item <= p.ends_at AND lead(p.right_kind AND p.right_status AND p.status <> 'past_due' AND p.net > 0) OVER item AS is_recovered,
               p.status = 'past_due' AND lag(p.status) OVER item = 'past_due' AND p.starts_at <= lag(p.ends_at) OVER item AS continues_past_due,
               row_number() OVER item AS place
          FROM placed p
        WINDOW item AS (PARTITION BY p.customer, p.item ORDER BY p.starts_at, p.ends_at, p.n),
               later AS (item ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    ),
    -- Adjoining rows that are past due are a run.
    numbered AS (
        SELECT n.*, count(*) FILTER (WHERE n.continues_past_due IS NOT TRUE) OVER (PARTITION BY n.customer, n.item ORDER BY n.place) AS run FROM neighboured n
    ),
    dunned AS (
        SELECT n.*,
               CASE WHEN n.status = 'past_due' AND n.past_due <> 'count' AND last_value(n.is_recovered) OVER run IS NOT TRUE
                    THEN (first_value(n.starts_at) OVER run AT TIME ZONE n.time_zone)::date + split_part(n.past_due, ' ', 1)::int
               END AS dropped_on
          FROM numbered n
        WINDOW run AS (PARTITION BY n.customer, n.item, n.run ORDER BY n.place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    ended AS (
        SELECT d.*,
               CASE d.churn_date
               WHEN 'access_end' THEN CASE WHEN d.is_last THEN coalesce(d.access_ends_at, d.ends_at) ELSE d.ends_at END
               WHEN 'cancel_effective' THEN d.ends_at
               WHEN 'cancel_request' THEN least(d.ends_at, CASE WHEN d.cancel_requested_at IS NOT NULL THEN greatest(d.cancel_requested_at, d.starts_at) END)
               END AS own_end
          FROM dunned d
    ),
    cut AS (
        SELECT e.*, d.at < e.own_end AS is_dropped, CASE WHEN d.at < e.own_end THEN greatest(e.starts_at, d.at) ELSE e.own_end END AS to_at
          FROM ended e, LATERAL (SELECT e.dropped_on::timestamp AT TIME ZONE e.time_zone) AS d (at)
         WHERE e.right_kind AND e.right_status
    ),
    priced AS (
        SELECT c.*, (c.starts_at AT TIME ZONE c.time_zone)::date AS from_on, (c.to_at AT TIME ZONE c.time_zone)::date AS to_on,
               (c.item_starts_at AT TIME ZONE c.time_zone)::date AS item_on,
               oracle.per_month(c.net, c.billing_period, c.week, c.day) AS native
          FROM cut c
         WHERE c.starts_at < c.to_at
    ),
    exchanged AS (
        SELECT p.*, oracle.to_10_decimals(p.native * oracle.rate_on(p.currency, p.item_on), 1) AS mrr FROM priced p
    )
    SELECT p.customer, p.n, p.plan, p.product, p.billing_period::text, p.currency, p.native,
           p.mrr, p.starts_at, p.to_at, p.from_on, p.to_on, NULL, NULL,
           -- Why it ended: it was dropped; or what the row says; or the one that follows at once, in words or by its status.
           CASE WHEN p.is_dropped THEN 'involuntary' ELSE coalesce(p.churn_kind, f.churn_kind, CASE WHEN f.failed THEN 'involuntary' ELSE 'unknown' END) END,
           CASE WHEN p.is_dropped THEN 'payment_failed' WHEN p.churn_kind IS NOT NULL THEN p.churn_reason WHEN f.churn_kind IS NOT NULL THEN f.churn_reason
                WHEN f.failed THEN 'payment_failed' WHEN f.paused THEN 'paused' END
      FROM exchanged p
      LEFT JOIN LATERAL (SELECT d.churn_kind, d.churn_reason, d.status = 'paused' AND NOT d.right_status AS paused,
                                d.status = 'unpaid' OR d.dropped_on <= (d.starts_at AT TIME ZONE d.time_zone)::date AS failed
                           FROM dunned d WHERE d.customer = p.customer AND d.item = p.item AND d.place > p.place AND d.starts_at = p.ends_at
                          ORDER BY d.place LIMIT 1) AS f ON true
     WHERE p.mrr > 0 OR (SELECT r.zero_mrr = 'active' FROM oracle.rule r);
END
$$;

-- Days are numbered from the year 2000 on; with a rate of each day they are two ticks, first its
-- rate and then its rows. Instants of a customer are numbered from 1 on.
CREATE FUNCTION oracle.tick_of(on_day date) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN NOT isfinite(on_day) THEN 2147483647 WHEN r.fx = 'daily' THEN 2 * (on_day - date '2000-01-01') + 1 ELSE on_day - date '2000-01-01' END FROM oracle.rule r
$$;
CREATE FUNCTION oracle.day_of(tick int) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT date '2000-01-01' + CASE r.fx WHEN 'daily' THEN tick / 2 ELSE tick END FROM oracle.rule r
$$;

CREATE PROCEDURE oracle.number_ticks() LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT r.netting FROM oracle.rule r) = 'event' THEN
        WITH instant AS (
            SELECT c.customer, t.at, row_number() OVER (PARTITION BY c.customer ORDER BY t.at) AS tick
              FROM oracle.counted c, LATERAL (VALUES (c.from_at), (c.to_at)) AS t (at)
             WHERE isfinite(t.at) GROUP BY c.customer, t.at
        )
        UPDATE oracle.counted c
           SET from_tick = (SELECT i.tick FROM instant i WHERE i.customer = c.customer AND i.at = c.from_at),
               to_tick = coalesce((SELECT i.tick FROM instant i WHERE i.customer = c.customer AND i.at = c.to_at), 2147483647);
    ELSE
        DELETE FROM oracle.counted WHERE from_on >= to_on;
        UPDATE oracle.counted SET from_tick = oracle.tick_of(from_on), to_tick = oracle.tick_of(to_on);
    END IF;
END
$$;

-- What customers have at each tick --------------------------------------------------------------

-- From the tick before a customer's first change to the one after the last.
CREATE TABLE oracle.life (customer text PRIMARY KEY, first_tick int, last_tick int);
CREATE FUNCTION oracle.lives() RETURNS SETOF oracle.life LANGUAGE sql STABLE AS $$
    SELECT c.customer, min(t.tick) - 1,
           greatest(max(t.tick), (SELECT oracle.tick_of(max(f.valid_from)) FROM oracle.fx f, oracle.rule r WHERE r.fx = 'daily')) + 1
      FROM oracle.counted c, LATERAL (VALUES (c.from_tick), (c.to_tick)) AS t (tick)
     WHERE t.tick < 2147483647 GROUP BY c.customer
$$;

-- Every row that counts at every tick it covers.
CREATE FUNCTION oracle.holdings()
RETURNS TABLE (customer text, tick int, n int, plan text, product text, billing_period text, currency text, native numeric, mrr numeric)
LANGUAGE sql STABLE AS $$
    SELECT c.customer, t.tick, c.n, c.plan, c.product, c.billing_period, c.currency, c.native, c.mrr
      FROM oracle.counted c JOIN oracle.life l ON l.customer = c.customer,
           LATERAL generate_series(c.from_tick, least(c.to_tick - 1, l.last_tick)) AS t (tick)
$$;
CREATE TABLE oracle.holding AS SELECT * FROM oracle.holdings() WITH NO DATA;

-- Every tick of every life beside the one before.
CREATE FUNCTION oracle.steps()
RETURNS TABLE (customer text, tick int, mrr numeric, is_active boolean, mrr_before numeric, was_active boolean)
LANGUAGE sql STABLE AS $$
    SELECT s.customer, s.tick, s.mrr, s.is_active, lag(s.mrr) OVER life, lag(s.is_active) OVER life
      FROM (SELECT l.customer, t.tick, coalesce(sum(h.mrr), 0) AS mrr, count(h.n) > 0 AS is_active
              FROM oracle.life l CROSS JOIN LATERAL generate_series(l.first_tick, l.last_tick) AS t (tick)
              LEFT JOIN oracle.holding h ON h.customer = l.customer AND h.tick = t.tick
             GROUP BY l.customer, t.tick) AS s
    WINDOW life AS (PARTITION BY s.customer ORDER BY s.tick)
$$;
CREATE TABLE oracle.step AS SELECT * FROM oracle.steps() WITH NO DATA;

-- Without MRR for at most so many days: what the customer had goes on until he returns.
CREATE PROCEDURE oracle.fill_gaps() LANGUAGE plpgsql AS $$
BEGIN
    WITH
    gap AS (
        SELECT g.customer, g.tick AS from_tick, g.returns_at
          FROM (SELECT s.customer, s.tick, s.is_active, lead(s.tick) OVER (PARTITION BY s.customer ORDER BY s.tick) AS returns_at
                  FROM oracle.step s WHERE s.is_active <> s.was_active) AS g
         WHERE NOT g.is_active AND oracle.day_of(g.returns_at) - oracle.day_of(g.tick) <= (SELECT r.gap_tolerance FROM oracle.rule r)
    )
    INSERT INTO oracle.counted
    SELECT c.customer, c.n, c.plan, c.product, c.billing_period, c.currency, c.native, c.mrr, NULL, NULL,
           oracle.day_of(g.from_tick), oracle.day_of(g.returns_at), g.from_tick, g.returns_at, NULL, NULL
      FROM gap g JOIN oracle.counted c ON c.customer = g.customer AND c.to_tick = g.from_tick;
END
$$;

-- Movements and their lines ---------------------------------------------------------------------

CREATE TABLE oracle.movement (
    customer text, tick int, effective_on date, effective_at timestamptz, kind text, amount numeric, mrr_before numeric, mrr_after numeric,
    first_on date, spell bigint, counts_from date, churn_kind text, churn_reason text
);

CREATE PROCEDURE oracle.find_movements() LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE oracle.movement;
    INSERT INTO oracle.movement
    WITH
    changed AS (
        SELECT s.*, count(*) FILTER (WHERE s.is_active AND NOT s.was_active) OVER (PARTITION BY s.customer ORDER BY s.tick) AS spell
          FROM oracle.step s
         WHERE s.mrr <> s.mrr_before OR s.is_active <> s.was_active
    ),
    kinded AS (
        SELECT c.*,
               CASE WHEN c.tick % 2 = 0 AND r.fx = 'daily' THEN 'fx'
                    WHEN NOT c.was_active AND c.spell = 1 THEN 'new'
                    WHEN NOT c.was_active THEN 'reactivation'
                    WHEN NOT c.is_active THEN 'churn'
                    WHEN c.mrr > c.mrr_before THEN 'expansion'
                    ELSE 'contraction' END AS kind,
               CASE r.netting WHEN 'event' THEN d.day ELSE oracle.day_of(c.tick) END AS day,
               coalesce(d.at, oracle.day_of(c.tick)::timestamp AT TIME ZONE r.time_zone) AS at
          FROM changed c, oracle.rule r,
               -- The day of a tick, and the last instant of a change that is netted in it.
               LATERAL (SELECT max(CASE t.tick WHEN k.from_tick THEN k.from_on ELSE k.to_on END) AS day,
                               max(CASE t.tick WHEN k.from_tick THEN k.from_at ELSE k.to_at END) AS at
                          FROM oracle.counted k, LATERAL (VALUES (c.tick)) AS t (tick)
                         WHERE k.customer = c.customer AND c.tick IN (k.from_tick, k.to_tick)) AS d
    ),
    -- Of the rows that ended with a churn, the one that ended last, then the largest.
    caused AS (
        SELECT k.*, e.churn_kind, e.churn_reason
          FROM kinded k
          LEFT JOIN LATERAL (SELECT c.churn_kind, c.churn_reason FROM oracle.counted c
                              WHERE k.kind = 'churn' AND c.customer = k.customer AND c.to_tick = k.tick AND c.from_at IS NOT NULL
                              ORDER BY c.to_at DESC, c.mrr DESC LIMIT 1) AS e ON true
    )
    SELECT c.customer, c.tick, c.day, c.at, c.kind, c.mrr - c.mrr_before, c.mrr_before, c.mrr,
           min(c.day) OVER (PARTITION BY c.customer), c.spell,
           c.day + CASE c.kind WHEN 'churn' THEN r.gap_tolerance ELSE 0 END,
           CASE c.kind WHEN 'churn' THEN c.churn_kind WHEN 'reactivation' THEN lag(c.churn_kind) OVER life END,
           CASE c.kind WHEN 'churn' THEN c.churn_reason WHEN 'reactivation' THEN lag(c.churn_reason) OVER life END
      FROM caused c, oracle.rule r
    WINDOW life AS (PARTITION BY c.customer ORDER BY c.tick);
END
$$;

CREATE TABLE oracle.house_movement AS SELECT customer, effective_on, effective_at, kind, mrr_after, counts_from, churn_kind, churn_reason FROM oracle.movement;

CREATE TABLE oracle.line (
    customer text, tick int, plan text, product text, billing_period text, currency text,
    mrr_before numeric, mrr_after numeric, native_before numeric, native_after numeric
);
-- The same by plan, product, billing period and currency: each line that differs from the tick before.
CREATE PROCEDURE oracle.find_lines() LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE oracle.line;
    INSERT INTO oracle.line
    WITH
    sums AS (
        SELECT h.customer, h.tick, h.plan, h.product, h.billing_period, h.currency, sum(h.mrr) AS mrr, sum(h.native) AS native
          FROM oracle.holding h GROUP BY 1, 2, 3, 4, 5, 6
    ),
    sides AS (
        SELECT s.*, 'after' AS side FROM sums s
        UNION ALL
        SELECT s.customer, s.tick + 1, s.plan, s.product, s.billing_period, s.currency, s.mrr, s.native, 'before'
          FROM sums s JOIN oracle.life l ON l.customer = s.customer AND s.tick < l.last_tick
    )
    SELECT s.customer, s.tick, s.plan, s.product, s.billing_period, s.currency,
           coalesce(sum(s.mrr) FILTER (WHERE s.side = 'before'), 0), coalesce(sum(s.mrr) FILTER (WHERE s.side = 'after'), 0),
           coalesce(sum(s.native) FILTER (WHERE s.side = 'before'), 0), coalesce(sum(s.native) FILTER (WHERE s.side = 'after'), 0)
      FROM sides s
     GROUP BY 1, 2, 3, 4, 5, 6
    HAVING count(*) = 1 OR sum(s.mrr) FILTER (WHERE s.side = 'before') <> sum(s.mrr) FILTER (WHERE s.side = 'after')
                        OR sum(s.native) FILTER (WHERE s.side = 'before') <> sum(s.native) FILTER (WHERE s.side = 'after');
END
$$;

CREATE PROCEDURE oracle.compute() LANGUAGE plpgsql AS $$
BEGIN
    CALL oracle.count_rows();
    CALL oracle.number_ticks();
    ANALYZE oracle.counted;
    FOR pass IN 1..2 LOOP
        TRUNCATE oracle.life, oracle.holding, oracle.step;
        INSERT INTO oracle.life SELECT * FROM oracle.lives();
        INSERT INTO oracle.holding SELECT * FROM oracle.holdings();
        IF (SELECT r.fx = 'daily' FROM oracle.rule r) THEN
            UPDATE oracle.holding h SET mrr = oracle.to_10_decimals(h.native * d.rate, 1)
              FROM (SELECT v.currency, v.tick, oracle.rate_on(v.currency, oracle.day_of(v.tick)) AS rate
                      FROM (SELECT DISTINCT h.currency, h.tick FROM oracle.holding h) AS v) AS d
             WHERE d.currency = h.currency AND d.tick = h.tick;
        END IF;
        ANALYZE oracle.holding;
        INSERT INTO oracle.step SELECT * FROM oracle.steps();
        ANALYZE oracle.step;
        EXIT WHEN pass = 2 OR (SELECT r.gap_tolerance = 0 FROM oracle.rule r);
        CALL oracle.fill_gaps();
    END LOOP;
    CALL oracle.find_movements();
    CALL oracle.find_lines();
END
$$;

-- From here on the rule and its movements are the house's, which others are told from.
CREATE PROCEDURE oracle.set_house() LANGUAGE sql AS $$
    TRUNCATE oracle.house, oracle.house_movement;
    INSERT INTO oracle.house TABLE oracle.rule;
    INSERT INTO oracle.house_movement SELECT customer, effective_on, effective_at, kind, mrr_after, counts_from, churn_kind, churn_reason FROM oracle.movement;
$$;

\ir ledger_rows.sql
\ir ledger_views.sql
