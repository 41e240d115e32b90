-- What a ledger's views must say, from oracle.movement and oracle.line and the rows that count.

-- As known today: a churn that does not count yet has not happened.
CREATE FUNCTION oracle.known_movements() RETURNS SETOF oracle.movement LANGUAGE sql STABLE AS $$
    SELECT m.* FROM oracle.movement m, oracle.rule r WHERE m.effective_on <= r.today AND m.counts_from <= r.today
$$;

-- Rows at the end of days, today the last.
CREATE FUNCTION oracle.standings_of(days date[])
RETURNS TABLE (customer text, day date, plan text, product text, billing_period text, currency text, native numeric, mrr numeric)
LANGUAGE sql STABLE AS $$
    WITH known AS MATERIALIZED (
        SELECT c.customer, c.plan, c.product, c.billing_period, c.currency, c.native, c.mrr, c.from_on, c.to_on FROM oracle.counted c
        UNION ALL
        SELECT c.customer, c.plan, c.product, c.billing_period, c.currency, c.native, c.mrr, m.effective_on, 'infinity'
          FROM oracle.movement m JOIN oracle.counted c ON c.customer = m.customer AND c.to_tick = m.tick, oracle.rule r
         WHERE m.kind = 'churn' AND m.effective_on <= r.today AND r.today < m.counts_from
    )
    SELECT k.customer, d.day, k.plan, k.product, k.billing_period, k.currency, k.native,
           CASE r.fx WHEN 'daily' THEN oracle.to_10_decimals(k.native * oracle.rate_on(k.currency, least(d.day, r.today)), 1) ELSE k.mrr END
      FROM oracle.rule r, unnest(days) AS d (day) JOIN known k ON k.from_on <= d.day AND d.day < k.to_on AND k.from_on <= (SELECT u.today FROM oracle.rule u)
$$;

CREATE FUNCTION oracle.periods_of(grain text) RETURNS TABLE (period_start date, period_end date, complete boolean, closing_day date) LANGUAGE sql STABLE AS $$
    SELECT c.period_start, c.period_end, c.period_end <= r.today, least(c.period_end - 1, r.today)
      FROM oracle.rule r, LATERAL oracle.calendar(grain, (SELECT min(m.effective_on) FROM oracle.known_movements() m), r.today + 1) AS c
$$;

CREATE FUNCTION oracle.expected_periods(grain text)
RETURNS TABLE (
    period_start date, period_end date, complete boolean, currency text,
    opening_mrr numeric, new_mrr numeric, reactivation_mrr numeric, expansion_mrr numeric, contraction_mrr numeric, churn_mrr numeric, fx_mrr numeric,
    closing_mrr numeric, retained_mrr numeric, surviving_mrr numeric,
    opening_customers bigint, new_customers bigint, reactivated_customers bigint, expanded_customers bigint, contracted_customers bigint,
    churned_customers bigint, lost_customers bigint, closing_customers bigint)
LANGUAGE sql STABLE SET enable_nestloop = off AS $$
    WITH
    period AS MATERIALIZED (SELECT * FROM oracle.periods_of(grain)),
    standing AS MATERIALIZED (
        SELECT s.customer, s.day, sum(s.mrr) AS mrr
          FROM oracle.standings_of((SELECT array_agg(DISTINCT d.day) FROM period p, LATERAL (VALUES (p.period_start - 1), (p.closing_day)) AS d (day))) AS s
         GROUP BY s.customer, s.day
    ),
    sides AS (
        SELECT p.period_start, s.customer, s.mrr AS opening, 0 AS closing, 1 AS opens, 0 AS closes FROM period p JOIN standing s ON s.day = p.period_start - 1
        UNION ALL
        SELECT p.period_start, s.customer, 0, s.mrr, 0, 1 FROM period p JOIN standing s ON s.day = p.closing_day
    ),
    customer AS (
        SELECT s.period_start, s.customer, sum(s.opening) AS opening, sum(s.closing) AS closing, sum(s.opens) AS opens, sum(s.closes) AS closes
          FROM sides s GROUP BY s.period_start, s.customer
    ),
    stood AS (
        SELECT c.period_start, sum(c.opening) AS opening_mrr, sum(c.closing) AS closing_mrr,
               sum(least(c.opening, c.closing)) FILTER (WHERE c.opens > 0) AS retained_mrr, sum(c.closing) FILTER (WHERE c.opens > 0) AS surviving_mrr,
               sum(c.opens) AS opening_customers, count(*) FILTER (WHERE c.opens > 0 AND c.closes = 0) AS lost_customers, sum(c.closes) AS closing_customers
          FROM customer c GROUP BY c.period_start
    ),
    moved AS (
        SELECT date_trunc(grain, m.effective_on::timestamp)::date AS period_start,
               sum(m.amount) FILTER (WHERE m.kind = 'new') AS new_mrr, sum(m.amount) FILTER (WHERE m.kind = 'reactivation') AS reactivation_mrr,
               sum(m.amount) FILTER (WHERE m.kind = 'expansion') AS expansion_mrr, sum(m.amount) FILTER (WHERE m.kind = 'contraction') AS contraction_mrr,
               sum(m.amount) FILTER (WHERE m.kind = 'churn') AS churn_mrr, sum(m.amount) FILTER (WHERE m.kind = 'fx') AS fx_mrr,
               count(*) FILTER (WHERE m.kind = 'new') AS new_customers, count(*) FILTER (WHERE m.kind = 'reactivation') AS reactivated_customers,
               count(*) FILTER (WHERE m.kind = 'expansion') AS expanded_customers, count(*) FILTER (WHERE m.kind = 'contraction') AS contracted_customers,
               count(*) FILTER (WHERE m.kind = 'churn') AS churned_customers
          FROM oracle.known_movements() m GROUP BY 1
    )
    SELECT p.period_start, p.period_end, p.complete, r.currency,
           coalesce(s.opening_mrr, 0), coalesce(m.new_mrr, 0), coalesce(m.reactivation_mrr, 0), coalesce(m.expansion_mrr, 0), coalesce(m.contraction_mrr, 0),
           coalesce(m.churn_mrr, 0), coalesce(m.fx_mrr, 0), coalesce(s.closing_mrr, 0), coalesce(s.retained_mrr, 0), coalesce(s.surviving_mrr, 0),
           coalesce(s.opening_customers, 0), coalesce(m.new_customers, 0), coalesce(m.reactivated_customers, 0), coalesce(m.expanded_customers, 0),
           coalesce(m.contracted_customers, 0), coalesce(m.churned_customers, 0), coalesce(s.lost_customers, 0), coalesce(s.closing_customers, 0)
      FROM period p CROSS JOIN oracle.rule r
      LEFT JOIN stood s ON s.period_start = p.period_start
      LEFT JOIN moved m ON m.period_start = p.period_start
$$;

-- The customer as oracle.billing calls him.
CREATE FUNCTION oracle.customer_of(customer_id anyelement) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(customer_id::text, '^(0|-)+', '')
$$;

CREATE FUNCTION oracle.check_movements_of(ledger name, what text, at_least bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT oracle.same(what || ', movements',
        format('SELECT oracle.customer_of(customer_id), effective_on, kind, amount, mrr_before, mrr_after, first_on, spell, counts_from, churn_kind, churn_reason,
                       CASE WHEN kind <> ''fx'' THEN effective_at END FROM %I.movements', ledger),
        'SELECT customer, effective_on, kind, amount, mrr_before, mrr_after, first_on, spell, counts_from, churn_kind, churn_reason, CASE WHEN kind <> ''fx'' THEN effective_at END FROM oracle.movement', at_least)
$$;

CREATE FUNCTION oracle.check_periods(ledger name, what text, grain text, view text, at_least bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT oracle.same(what || ', ' || view,
        format('SELECT period_start, period_end, complete, currency, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr,
                       closing_mrr, retained_mrr, surviving_mrr, opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers,
                       churned_customers, lost_customers, closing_customers FROM %I.%I', ledger, view),
        format('SELECT * FROM oracle.expected_periods(%L)', grain), at_least)
$$;

-- The rates beside their columns: those that differ from their definition stay as they are.
CREATE FUNCTION oracle.check_rates(ledger name, what text, view text) RETURNS text LANGUAGE sql AS $$
    SELECT oracle.same(what || ', rates of ' || view,
        format('SELECT m.period_start, arr, oracle.near(arpa, oracle.rate(closing_mrr, closing_customers)) AS arpa, oracle.near(asp, oracle.rate(new_mrr, new_customers)) AS asp,
                       oracle.near(quick_ratio, oracle.rate(new_mrr + reactivation_mrr + expansion_mrr, abs(contraction_mrr + churn_mrr))) AS quick_ratio,
                       oracle.near(nrr, oracle.rate(surviving_mrr, opening_mrr)) AS nrr, oracle.near(grr, oracle.rate(retained_mrr, opening_mrr)) AS grr,
                       oracle.near(churn_rate, oracle.rate(lost_customers, opening_customers)) AS churn_rate,
                       oracle.near(gross_revenue_churn_rate, oracle.rate(opening_mrr - retained_mrr, opening_mrr)) AS gross_revenue_churn_rate,
                       oracle.near(net_revenue_churn_rate, oracle.rate(opening_mrr - surviving_mrr, opening_mrr)) AS net_revenue_churn_rate,
                       oracle.near(churn_rate_low, i.low, 1e-11) AS low, oracle.near(churn_rate_high, i.high, 1e-11) AS high
                  FROM %I.%I AS m, LATERAL oracle.wilson(lost_customers, opening_customers) AS i', ledger, view),
        format('SELECT m.period_start, 12 * closing_mrr AS arr, oracle.rate(closing_mrr, closing_customers) AS arpa, oracle.rate(new_mrr, new_customers) AS asp,
                       oracle.rate(new_mrr + reactivation_mrr + expansion_mrr, abs(contraction_mrr + churn_mrr)) AS quick_ratio,
                       oracle.rate(surviving_mrr, opening_mrr) AS nrr, oracle.rate(retained_mrr, opening_mrr) AS grr, oracle.rate(lost_customers, opening_customers) AS churn_rate,
                       oracle.rate(opening_mrr - retained_mrr, opening_mrr) AS gross, oracle.rate(opening_mrr - surviving_mrr, opening_mrr) AS net, i.low, i.high
                  FROM %I.%I AS m, LATERAL oracle.wilson(lost_customers, opening_customers) AS i', ledger, view))
$$;

-- Where a rate of so many lies with 95 % confidence (E. B. Wilson, 1927).
CREATE FUNCTION oracle.wilson(part bigint, base bigint, OUT low numeric, OUT high numeric) LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN part = 0 THEN 0 ELSE (v.middle - v.reach) / v.whole END, CASE WHEN part = base THEN 1 ELSE (v.middle + v.reach) / v.whole END
      FROM (SELECT 2 * part + z * z, z * sqrt(z * z + 4 * part * (base - part) / b), 2 * (b + z * z)
              FROM (SELECT 1.959963984540054::numeric, nullif(base, 0)::numeric) AS n (z, b)) AS v (middle, reach, whole)
     WHERE base > 0
    UNION ALL
    SELECT NULL, NULL WHERE base = 0
$$;

-- Of the changes of a customer's segments in a tick: what one gains while another loses is a
-- switch, the largest changes first; the rest is of the customer's kind.
CREATE FUNCTION oracle.segment_changes(by_column text)
RETURNS TABLE (customer text, tick int, segment text, amount numeric, native numeric, switched numeric) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH change AS (
            SELECT l.customer, l.tick, l.%I AS segment, sum(l.mrr_after - l.mrr_before) AS amount, sum(l.native_after - l.native_before) AS native
              FROM oracle.line l GROUP BY 1, 2, 3
        ),
        ranked AS (
            SELECT c.*, sum(greatest(c.amount, 0)) OVER tick AS gains, sum(greatest(-c.amount, 0)) OVER tick AS losses,
                   sum(abs(c.amount)) OVER (PARTITION BY c.customer, c.tick, sign(c.amount) ORDER BY abs(c.amount) DESC, c.segment) - abs(c.amount) AS larger
              FROM change c
            WINDOW tick AS (PARTITION BY c.customer, c.tick)
        )
        SELECT r.customer, r.tick, r.segment, r.amount, r.native,
               CASE WHEN r.tick %% 2 = 0 AND (SELECT u.fx = 'daily' FROM oracle.rule u) THEN 0
               ELSE sign(r.amount) * least(abs(r.amount), greatest(0, least(r.gains, r.losses) - r.larger)) END
          FROM ranked r
    $query$, by_column);
END
$$;

CREATE FUNCTION oracle.expected_segments(by_column text)
RETURNS TABLE (
    period_start date, period_end date, complete boolean, segment text, currency text,
    opening_mrr numeric, new_mrr numeric, reactivation_mrr numeric, expansion_mrr numeric, contraction_mrr numeric, churn_mrr numeric, switch_mrr numeric, fx_mrr numeric,
    closing_mrr numeric, opening_customers bigint, closing_customers bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH
        -- A change that waits for its churn to count is not known yet.
        change AS MATERIALIZED (
            SELECT c.segment, date_trunc('month', m.day::timestamp)::date AS period_start, m.kind, c.amount - c.switched AS amount, c.switched
              FROM oracle.segment_changes(%1$L) AS c
              JOIN (SELECT k.customer, k.tick, k.effective_on AS day, k.kind FROM oracle.known_movements() k
                    UNION ALL
                    SELECT * FROM oracle.switch_days() WHERE day <= (SELECT r.today FROM oracle.rule r)) AS m ON m.customer = c.customer AND m.tick = c.tick
        ),
        period AS (
            SELECT f.segment, p.* FROM (SELECT c.segment, min(c.period_start) AS period_start FROM change c GROUP BY c.segment) AS f
              JOIN oracle.periods_of('month') p ON p.period_start >= f.period_start
        ),
        standing AS MATERIALIZED (
            SELECT s.%1$I AS segment, s.day, sum(s.mrr) AS mrr, count(DISTINCT s.customer) AS customers
              FROM oracle.standings_of((SELECT array_agg(DISTINCT d.day) FROM oracle.periods_of('month') p, LATERAL (VALUES (p.period_start - 1), (p.closing_day)) AS d (day))) AS s
             GROUP BY 1, 2
        ),
        moved AS (
            SELECT c.segment, c.period_start,
                   sum(c.amount) FILTER (WHERE c.kind = 'new') AS new_mrr, sum(c.amount) FILTER (WHERE c.kind = 'reactivation') AS reactivation_mrr,
                   sum(c.amount) FILTER (WHERE c.kind = 'expansion') AS expansion_mrr, sum(c.amount) FILTER (WHERE c.kind = 'contraction') AS contraction_mrr,
                   sum(c.amount) FILTER (WHERE c.kind = 'churn') AS churn_mrr, sum(c.switched) AS switch_mrr, sum(c.amount) FILTER (WHERE c.kind = 'fx') AS fx_mrr
              FROM change c GROUP BY c.segment, c.period_start
        )
        SELECT p.period_start, p.period_end, p.complete, p.segment, r.currency,
               coalesce(o.mrr, 0), coalesce(m.new_mrr, 0), coalesce(m.reactivation_mrr, 0), coalesce(m.expansion_mrr, 0), coalesce(m.contraction_mrr, 0),
               coalesce(m.churn_mrr, 0), coalesce(m.switch_mrr, 0), coalesce(m.fx_mrr, 0), coalesce(c.mrr, 0), coalesce(o.customers, 0), coalesce(c.customers, 0)
          FROM period p CROSS JOIN oracle.rule r
          LEFT JOIN standing o ON o.segment IS NOT DISTINCT FROM p.segment AND o.day = p.period_start - 1
          LEFT JOIN standing c ON c.segment IS NOT DISTINCT FROM p.segment AND c.day = p.closing_day
          LEFT JOIN moved m ON m.segment IS NOT DISTINCT FROM p.segment AND m.period_start = p.period_start
    $query$, by_column);
END
$$;

-- Ticks at which only segments changed, none of them the customer's MRR.
CREATE FUNCTION oracle.switch_days() RETURNS TABLE (customer text, tick int, day date, kind text) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT l.customer, l.tick, CASE t.edge WHEN 'from' THEN c.from_on ELSE c.to_on END, 'switch'
      FROM oracle.line l JOIN oracle.counted c ON c.customer = l.customer, LATERAL (VALUES ('from', c.from_tick), ('to', c.to_tick)) AS t (edge, tick)
     WHERE t.tick = l.tick AND NOT EXISTS (SELECT FROM oracle.movement m WHERE m.customer = l.customer AND m.tick = l.tick)
$$;

CREATE FUNCTION oracle.check_segments(ledger name, what text, segment text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    view text := format('mrr_by_%s_monthly', segment);
BEGIN
    RETURN NEXT oracle.same(what || ', ' || view,
        format('SELECT period_start, period_end, complete, %I::text, currency, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, fx_mrr,
                       closing_mrr, opening_customers, closing_customers FROM %I.%I', segment, ledger, view),
        format('SELECT * FROM oracle.expected_segments(%L)', segment), at_least);
    -- What must hold among the view's own columns.
    RETURN NEXT oracle.same(what || ', sums of ' || view,
        format('SELECT period_start, sum(opening_mrr) AS opening, sum(new_mrr) AS new, sum(reactivation_mrr) AS reactivation, sum(expansion_mrr) AS expansion,
                       sum(contraction_mrr) AS contraction, sum(churn_mrr) AS churn, sum(fx_mrr) AS fx, sum(closing_mrr) AS closing, sum(switch_mrr) AS switch
                  FROM %I.%I GROUP BY period_start', ledger, view),
        format('SELECT period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, closing_mrr, 0 FROM %I.mrr_monthly', ledger));
    RETURN NEXT oracle.same(what || ', roll-forward of ' || view,
        format('SELECT period_start, %I::text, opening_mrr, opening_mrr + new_mrr + reactivation_mrr + expansion_mrr + contraction_mrr + churn_mrr + switch_mrr + fx_mrr AS closing_mrr, opening_customers
                  FROM %I.%I', segment, ledger, view),
        format('SELECT period_start, %1$I::text, lag(closing_mrr, 1, 0.0) OVER life AS opening_mrr, closing_mrr, lag(closing_customers, 1, 0::bigint) OVER life
                  FROM %2$I.%3$I WINDOW life AS (PARTITION BY %1$I::text ORDER BY period_start)', segment, ledger, view));
END
$$;

-- Lines: what changed of each, as a part of a movement or as a switch. One at 0 throughout may be there or not.
CREATE FUNCTION oracle.check_lines(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    segment text;
BEGIN
    RETURN NEXT oracle.same(what || ', movement_lines',
        format('SELECT oracle.customer_of(customer_id), effective_on, kind, plan, product, billing_period::text, currency, amount, mrr_before, mrr_after, native_amount
                  FROM %I.movement_lines WHERE amount <> 0 OR native_amount <> 0', ledger),
        'SELECT l.customer, m.day, m.kind, l.plan, l.product, l.billing_period, l.currency, l.mrr_after - l.mrr_before AS amount, l.mrr_before, l.mrr_after,
                l.native_after - l.native_before AS native_amount
           FROM oracle.line l
           JOIN (SELECT customer, tick, effective_on AS day, kind FROM oracle.movement UNION ALL SELECT * FROM oracle.switch_days()) AS m USING (customer, tick)
          WHERE l.mrr_after <> l.mrr_before OR l.native_after <> l.native_before', at_least);
    FOREACH segment IN ARRAY '{plan,product,billing_period}'::text[] LOOP
        RETURN NEXT oracle.same(format('%s, switches of %s', what, segment),
            format('SELECT oracle.customer_of(customer_id), effective_on, %1$I::text, sum(%2$I) AS switched FROM %3$I.movement_lines GROUP BY 1, 2, 3, effective_at HAVING sum(%2$I) <> 0',
                   segment, segment || '_switch', ledger),
            format('SELECT c.customer, m.day, c.segment, c.switched
                      FROM oracle.segment_changes(%L) AS c
                      JOIN (SELECT customer, tick, effective_on AS day FROM oracle.movement UNION ALL SELECT customer, tick, day FROM oracle.switch_days()) AS m USING (customer, tick)
                     WHERE c.switched <> 0', segment));
    END LOOP;
END
$$;

-- By currency in its own amounts: what the switch takes of a change in the ledger's money it takes
-- of the native one, in proportion. Where other rates make less of more, it is all a switch.
CREATE FUNCTION oracle.expected_currencies()
RETURNS TABLE (
    period_start date, period_end date, complete boolean, currency text,
    opening_mrr numeric, new_mrr numeric, reactivation_mrr numeric, expansion_mrr numeric, contraction_mrr numeric, churn_mrr numeric, switch_mrr numeric, closing_mrr numeric)
LANGUAGE sql STABLE AS $$
    WITH
    change AS MATERIALIZED (
        SELECT c.segment AS currency, date_trunc('month', m.day::timestamp)::date AS period_start, m.kind, c.native - s.switched AS native, s.switched
          FROM oracle.segment_changes('currency') AS c
          JOIN (SELECT k.customer, k.tick, k.effective_on AS day, k.kind FROM oracle.known_movements() k
                UNION ALL
                SELECT * FROM oracle.switch_days() WHERE day <= (SELECT r.today FROM oracle.rule r)) AS m ON m.customer = c.customer AND m.tick = c.tick,
               LATERAL (SELECT CASE WHEN c.switched = c.amount OR sign(c.native) <> sign(c.amount) THEN c.native ELSE round(c.native * c.switched / c.amount, 10) END) AS s (switched)
    ),
    period AS (
        SELECT f.currency, p.* FROM (SELECT c.currency, min(c.period_start) AS period_start FROM change c GROUP BY c.currency) AS f
          JOIN oracle.periods_of('month') p ON p.period_start >= f.period_start
    ),
    standing AS MATERIALIZED (
        SELECT s.currency, s.day, sum(s.native) AS mrr
          FROM oracle.standings_of((SELECT array_agg(DISTINCT d.day) FROM oracle.periods_of('month') p, LATERAL (VALUES (p.period_start - 1), (p.closing_day)) AS d (day))) AS s
         GROUP BY 1, 2
    )
    SELECT p.period_start, p.period_end, p.complete, p.currency, coalesce(o.mrr, 0),
           coalesce(sum(m.native) FILTER (WHERE m.kind = 'new'), 0), coalesce(sum(m.native) FILTER (WHERE m.kind = 'reactivation'), 0),
           coalesce(sum(m.native) FILTER (WHERE m.kind = 'expansion'), 0), coalesce(sum(m.native) FILTER (WHERE m.kind = 'contraction'), 0),
           coalesce(sum(m.native) FILTER (WHERE m.kind = 'churn'), 0), coalesce(sum(m.switched), 0), coalesce(c.mrr, 0)
      FROM period p
      LEFT JOIN standing o ON o.currency = p.currency AND o.day = p.period_start - 1
      LEFT JOIN standing c ON c.currency = p.currency AND c.day = p.closing_day
      LEFT JOIN change m ON m.currency = p.currency AND m.period_start = p.period_start
     GROUP BY p.period_start, p.period_end, p.complete, p.currency, o.mrr, c.mrr
$$;

CREATE FUNCTION oracle.check_currencies(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.same(what || ', mrr_by_currency_monthly',
        format('SELECT period_start, period_end, complete, currency, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr
                  FROM %I.mrr_by_currency_monthly', ledger),
        'SELECT * FROM oracle.expected_currencies()', at_least);
    RETURN NEXT oracle.same(what || ', roll-forward of mrr_by_currency_monthly',
        format('SELECT period_start, currency, opening_mrr, opening_mrr + new_mrr + reactivation_mrr + expansion_mrr + contraction_mrr + churn_mrr + switch_mrr AS closing_mrr
                  FROM %I.mrr_by_currency_monthly', ledger),
        format('SELECT period_start, currency, lag(closing_mrr, 1, 0.0) OVER (PARTITION BY currency ORDER BY period_start) AS opening_mrr, closing_mrr
                  FROM %I.mrr_by_currency_monthly', ledger));
END
$$;

-- Churn, cohorts, customers, what is to come -----------------------------------------------------

-- Customers active at the opening of a month and not at its closing, by the kind of the churn they left with.
CREATE FUNCTION oracle.lost_customers() RETURNS TABLE (period_start date, customer text, churn_kind text, churn_reason text) LANGUAGE sql STABLE AS $$
    WITH standing AS MATERIALIZED (
        SELECT DISTINCT s.customer, s.day
          FROM oracle.standings_of((SELECT array_agg(DISTINCT d.day) FROM oracle.periods_of('month') p, LATERAL (VALUES (p.period_start - 1), (p.closing_day)) AS d (day))) AS s
    )
    SELECT DISTINCT ON (p.period_start, o.customer) p.period_start, o.customer, m.churn_kind, m.churn_reason
      FROM oracle.periods_of('month') p
      JOIN standing o ON o.day = p.period_start - 1
      JOIN oracle.known_movements() m ON m.customer = o.customer AND m.kind = 'churn' AND p.period_start <= m.effective_on AND m.effective_on < p.period_end
     WHERE NOT EXISTS (SELECT FROM standing c WHERE c.customer = o.customer AND c.day = p.closing_day)
     ORDER BY p.period_start, o.customer, m.tick DESC
$$;

CREATE FUNCTION oracle.check_churn(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.lost, pg_temp.churn;
    CREATE TEMP TABLE lost AS SELECT * FROM oracle.lost_customers();
    CREATE TEMP TABLE churn AS SELECT date_trunc('month', m.effective_on::timestamp)::date AS period_start, m.* FROM oracle.known_movements() m WHERE m.kind = 'churn';
    RETURN NEXT oracle.same(what || ', churn_monthly',
        format('SELECT c.period_start, period_end, complete, c.currency, opening_customers, lost_customers, voluntary_lost_customers, involuntary_lost_customers, unknown_lost_customers,
                       churn_mrr, voluntary_churn_mrr, involuntary_churn_mrr, unknown_churn_mrr,
                       oracle.near(churn_rate, oracle.rate(lost_customers, opening_customers)) AS churn_rate,
                       oracle.near(voluntary_churn_rate, oracle.rate(voluntary_lost_customers, opening_customers)) AS voluntary_churn_rate,
                       oracle.near(involuntary_churn_rate, oracle.rate(involuntary_lost_customers, opening_customers)) AS involuntary_churn_rate,
                       oracle.near(unknown_churn_rate, oracle.rate(unknown_lost_customers, opening_customers)) AS unknown_churn_rate,
                       oracle.near(churn_rate_low, i.low, 1e-11) AS churn_rate_low, oracle.near(churn_rate_high, i.high, 1e-11) AS churn_rate_high
                  FROM %I.churn_monthly c, LATERAL oracle.wilson(lost_customers, opening_customers) AS i', ledger),
        $query$ SELECT p.period_start, p.period_end, p.complete, p.currency, p.opening_customers, l.lost, l.voluntary, l.involuntary, l.unknown,
                       c.mrr, c.voluntary AS voluntary_mrr, c.involuntary AS involuntary_mrr, c.unknown AS unknown_mrr,
                       oracle.rate(l.lost, p.opening_customers) AS churn_rate, oracle.rate(l.voluntary, p.opening_customers) AS voluntary_rate,
                       oracle.rate(l.involuntary, p.opening_customers) AS involuntary_rate, oracle.rate(l.unknown, p.opening_customers) AS unknown_rate, i.low, i.high
                  FROM oracle.expected_periods('month') p,
                       LATERAL (SELECT count(*) AS lost, count(*) FILTER (WHERE churn_kind = 'voluntary') AS voluntary, count(*) FILTER (WHERE churn_kind = 'involuntary') AS involuntary,
                                       count(*) FILTER (WHERE churn_kind = 'unknown') AS unknown FROM pg_temp.lost WHERE lost.period_start = p.period_start) AS l,
                       LATERAL (SELECT coalesce(sum(amount), 0) AS mrr, coalesce(sum(amount) FILTER (WHERE churn_kind = 'voluntary'), 0) AS voluntary,
                                       coalesce(sum(amount) FILTER (WHERE churn_kind = 'involuntary'), 0) AS involuntary,
                                       coalesce(sum(amount) FILTER (WHERE churn_kind = 'unknown'), 0) AS unknown FROM pg_temp.churn WHERE churn.period_start = p.period_start) AS c,
                       LATERAL oracle.wilson(l.lost, p.opening_customers) AS i $query$, at_least);
    RETURN NEXT oracle.same(what || ', the three kinds add up',
        format('SELECT period_start, voluntary_lost_customers + involuntary_lost_customers + unknown_lost_customers AS lost,
                       voluntary_churn_mrr + involuntary_churn_mrr + unknown_churn_mrr AS mrr,
                       oracle.near(voluntary_churn_rate + involuntary_churn_rate + unknown_churn_rate, churn_rate, 1e-14) AS rate FROM %I.churn_monthly', ledger),
        format('SELECT period_start, lost_customers, churn_mrr, churn_rate FROM %I.churn_monthly', ledger));
    RETURN NEXT oracle.same(what || ', churn_by_reason_monthly',
        format('SELECT period_start, period_end, complete, churn_kind, churn_reason, currency, churned_customers, lost_customers, churn_mrr FROM %I.churn_by_reason_monthly', ledger),
        $query$ SELECT p.period_start, p.period_end, p.complete, c.churn_kind, c.churn_reason, r.currency, c.churned,
                       (SELECT count(*) FROM pg_temp.lost l WHERE l.period_start = p.period_start AND l.churn_kind = c.churn_kind AND l.churn_reason IS NOT DISTINCT FROM c.churn_reason) AS lost,
                       c.mrr
                  FROM oracle.rule r, oracle.periods_of('month') p
                  JOIN (SELECT period_start, churn_kind, churn_reason, count(*) AS churned, sum(amount) AS mrr FROM pg_temp.churn GROUP BY 1, 2, 3) AS c
                    ON c.period_start = p.period_start $query$, at_least);
END
$$;

-- The known MRR of each customer as spans: for the oracles of the aggregates, and for the aggregates.
CREATE FUNCTION oracle.load_known_spans() RETURNS bigint LANGUAGE sql AS $$
    SELECT oracle.load($query$
        SELECT 'all', m.customer, m.effective_on, lead(m.effective_on) OVER (PARTITION BY m.customer ORDER BY m.tick), m.mrr_after FROM oracle.known_movements() m
    $query$)
$$;

CREATE FUNCTION oracle.check_cohorts_of(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    today date := (SELECT r.today FROM oracle.rule r);
BEGIN
    PERFORM oracle.load_known_spans();
    RETURN NEXT oracle.same(what || ', cohort_retention_monthly',
        format('SELECT cohort, age, period_start, complete, customers, retained_customers, oracle.near(customer_retention, oracle.rate(retained_customers, customers)) AS customer_retention,
                       currency, cohort_mrr, mrr, oracle.near(revenue_retention, oracle.rate(mrr, cohort_mrr)) AS revenue_retention FROM %I.cohort_retention_monthly', ledger),
        format('SELECT cohort_start, age::int, c.period_start, p.complete, customers, retained, retention_rate, (SELECT currency FROM oracle.rule), cohort_mrr, retained_mrr, revenue_retention_rate
                  FROM oracle.mrr_cohorts(''month'', %L) c JOIN oracle.periods_of(''month'') p USING (period_start)', today + 1), at_least);
    DROP TABLE IF EXISTS pg_temp.ages;
    CREATE TEMP TABLE ages AS SELECT * FROM oracle.churn_ages(today + 1);
    RETURN NEXT oracle.same(what || ', churn_by_age',
        format('SELECT a.age, a.at_risk, a.churned, oracle.near(a.hazard, oracle.rate(a.churned, a.at_risk)) AS hazard, oracle.near(a.survival, e.survival, 1e-12) AS survival,
                       oracle.near(a.hazard_low, i.low, 1e-11) AS low, oracle.near(a.hazard_high, i.high, 1e-11) AS high
                  FROM %I.churn_by_age a LEFT JOIN pg_temp.ages e USING (age), LATERAL oracle.wilson(a.churned, a.at_risk) AS i', ledger),
        'SELECT age::int, at_risk, churned, hazard, survival, i.low, i.high FROM pg_temp.ages, LATERAL oracle.wilson(churned, at_risk) AS i', at_least);
END
$$;

-- The extension's own aggregates over customer_mrr say the same as the views. They know no rates: not with movements of kind fx.
CREATE FUNCTION oracle.check_aggregates(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    today date := (SELECT r.today FROM oracle.rule r);
    spans text := format('%I.customer_mrr', ledger);
BEGIN
    RETURN NEXT oracle.same(what || ', cohort_retention over customer_mrr',
        format('SELECT cohort_start, age, c.period_start, customers, retained, cohort_mrr, retained_mrr
                  FROM unnest((SELECT saas_metrics.cohort_retention(customer_id, starts_on, ends_on, mrr, ''month'', %L::date) FROM %s)) AS c', today + 1, spans),
        format('SELECT cohort, age, period_start, customers, retained_customers, cohort_mrr, mrr FROM %I.cohort_retention_monthly', ledger), at_least);
    RETURN NEXT oracle.same(what || ', churn_by_age over customer_mrr',
        format('SELECT age, at_risk, churned FROM unnest((SELECT saas_metrics.churn_by_age(customer_id, starts_on, ends_on, mrr, %L::date) FROM %s)) AS a', today + 1, spans),
        format('SELECT age, at_risk, churned FROM %I.churn_by_age', ledger), at_least);
    RETURN QUERY SELECT oracle.same(format('%s, mrr_movements by %s over customer_mrr', what, v.grain),
        format('SELECT period_start, period_end, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, retained_mrr, surviving_mrr,
                       opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers, closing_customers
                  FROM unnest((SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, %L, %L::date) FROM %s)) AS m', v.grain, today + 1, spans),
        format('SELECT period_start, period_end, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr, retained_mrr, surviving_mrr,
                       opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, lost_customers, closing_customers
                  FROM %I.%I', ledger, v.view))
      FROM (VALUES ('day', 'mrr_daily'), ('week', 'mrr_weekly'), ('month', 'mrr_monthly'), ('quarter', 'mrr_quarterly'), ('year', 'mrr_yearly')) AS v (grain, view);
END
$$;

-- One row for each customer of the movements and of the input customers.
CREATE FUNCTION oracle.expected_statuses()
RETURNS TABLE (
    customer text, name text, status text, since date, mrr numeric, currency text, product text, plan text, billing_period text,
    first_movement_on date, last_movement_on date, tenure_months int, lifetime_revenue numeric, cancels_on date, is_test boolean, attributes jsonb)
LANGUAGE sql STABLE AS $$
    WITH
    known AS MATERIALIZED (SELECT * FROM oracle.known_movements()),
    standing AS MATERIALIZED (
        SELECT s.customer, s.product, s.plan, s.billing_period, sum(s.mrr) AS mrr
          FROM oracle.standings_of(ARRAY[(SELECT r.today FROM oracle.rule r)]) s GROUP BY 1, 2, 3, 4
    ),
    earned AS (
        SELECT k.customer, sum(k.mrr_after * (coalesce(k.next_on, r.today) - k.effective_on)) AS mrr_days
          FROM (SELECT m.*, lead(m.effective_on) OVER (PARTITION BY m.customer ORDER BY m.tick) AS next_on FROM known m) AS k, oracle.rule r
         GROUP BY k.customer
    )
    SELECT c.customer, p.name,
           CASE WHEN s.mrr IS NOT NULL THEN 'active' WHEN f.first_on IS NULL AND EXISTS (SELECT FROM oracle.movement m WHERE m.customer = c.customer) THEN 'scheduled'
                WHEN f.first_on IS NULL THEN 'without_mrr' WHEN e.churn_reason = 'paused' THEN 'paused' ELSE 'churned' END,
           e.effective_on, coalesce(s.mrr, 0), r.currency, t.product, t.plan, t.billing_period, f.first_on, f.last_on,
           oracle.months_between(f.first_on, CASE WHEN s.mrr IS NULL THEN e.effective_on ELSE r.today END)::int,
           coalesce(oracle.to_10_decimals(w.mrr_days * 12, 365), 0),
           (SELECT min(m.effective_on) FROM oracle.movement m WHERE m.customer = c.customer AND m.kind = 'churn' AND m.counts_from > r.today),
           coalesce(p.is_test, false), p.attributes
      FROM (SELECT m.customer FROM oracle.movement m UNION SELECT o.customer FROM oracle.person o) AS c CROSS JOIN oracle.rule r
      LEFT JOIN oracle.person p ON p.customer = c.customer
      LEFT JOIN LATERAL (SELECT sum(g.mrr) AS mrr FROM standing g WHERE g.customer = c.customer) AS s ON true
      LEFT JOIN LATERAL (SELECT g.* FROM standing g WHERE g.customer = c.customer AND g.mrr > 0 ORDER BY g.mrr DESC LIMIT 1) AS t ON true
      LEFT JOIN LATERAL (SELECT min(k.effective_on) AS first_on, max(k.effective_on) AS last_on FROM known k WHERE k.customer = c.customer) AS f ON true
      LEFT JOIN LATERAL (SELECT k.effective_on, k.churn_reason FROM known k WHERE k.customer = c.customer AND k.kind IN ('new', 'reactivation', 'churn')
                          ORDER BY k.tick DESC LIMIT 1) AS e ON true
      LEFT JOIN earned w ON w.customer = c.customer
$$;

CREATE FUNCTION oracle.check_customers(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.statuses;
    CREATE TEMP TABLE statuses AS SELECT * FROM oracle.expected_statuses();
    RETURN NEXT oracle.same(what || ', customer_status',
        format('SELECT e.customer, v.name, v.status, v.since, v.mrr, v.currency, v.product, v.plan, v.billing_period::text, v.first_movement_on, v.last_movement_on, v.tenure_months,
                       oracle.near(v.lifetime_revenue, e.lifetime_revenue, 1e-10) AS lifetime_revenue, v.cancels_on, v.is_test, v.attributes
                  FROM %I.customer_status v LEFT JOIN pg_temp.statuses e ON e.customer = oracle.customer_of(v.customer_id)', ledger),
        'TABLE pg_temp.statuses', at_least);
    -- Today, and each day from which something that is known counts.
    RETURN NEXT oracle.same(what || ', committed_mrr',
        format('SELECT effective_on, currency, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, mrr, customers FROM %I.committed_mrr', ledger),
        $query$
        SELECT d.day, r.currency, coalesce(sum(m.amount) FILTER (WHERE m.kind = 'new'), 0) AS new, coalesce(sum(m.amount) FILTER (WHERE m.kind = 'reactivation'), 0) AS reactivation,
               coalesce(sum(m.amount) FILTER (WHERE m.kind = 'expansion'), 0) AS expansion, coalesce(sum(m.amount) FILTER (WHERE m.kind = 'contraction'), 0) AS contraction,
               coalesce(sum(m.amount) FILTER (WHERE m.kind = 'churn'), 0) AS churn, coalesce(sum(m.amount) FILTER (WHERE m.kind = 'fx'), 0) AS fx,
               (SELECT coalesce(sum(b.amount), 0) FROM oracle.movement b WHERE greatest(b.effective_on, b.counts_from) <= d.day) AS mrr,
               (SELECT count(*) FILTER (WHERE b.kind IN ('new', 'reactivation')) - count(*) FILTER (WHERE b.kind = 'churn') FROM oracle.movement b
                 WHERE greatest(b.effective_on, b.counts_from) <= d.day) AS customers
          FROM oracle.rule r,
               LATERAL (SELECT r.today UNION SELECT greatest(b.effective_on, b.counts_from) FROM oracle.movement b WHERE greatest(b.effective_on, b.counts_from) > r.today) AS d (day)
          LEFT JOIN oracle.movement m ON greatest(m.effective_on, m.counts_from) = d.day AND m.counts_from > (SELECT u.today FROM oracle.rule u)
         GROUP BY d.day, r.currency $query$, at_least);
END
$$;

-- Of netting by month: the movements that views by month and longer are made of, in the place of
-- those by day. A customer's month is one tick, and what it opened and closed with all there is.
CREATE PROCEDURE oracle.net_by_month() LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE month ON COMMIT DROP AS
        SELECT (12 * extract(year FROM p.period_start) + extract(month FROM p.period_start))::int AS tick, p.* FROM oracle.periods_of('month') p;
    CREATE TEMP TABLE churn_of ON COMMIT DROP AS
        SELECT DISTINCT ON (m.customer, p.tick) m.customer, p.tick, m.churn_kind, m.churn_reason
          FROM month p JOIN oracle.known_movements() m ON m.kind = 'churn' AND p.period_start <= m.effective_on AND m.effective_on < p.period_end
         ORDER BY m.customer, p.tick, m.tick DESC;
    TRUNCATE oracle.line, oracle.movement;
    INSERT INTO oracle.line
    SELECT s.customer, s.tick, s.plan, s.product, s.billing_period, s.currency, sum(s.mrr * s.opens), sum(s.mrr * (1 - s.opens)), sum(s.native * s.opens), sum(s.native * (1 - s.opens))
      FROM (SELECT p.tick, d.opens, s.*
              FROM month p, LATERAL (VALUES (p.period_start - 1, 1), (p.closing_day, 0)) AS d (day, opens)
              JOIN oracle.standings_of((SELECT array_agg(DISTINCT v.day) FROM month q, LATERAL (VALUES (q.period_start - 1), (q.closing_day)) AS v (day))) s ON s.day = d.day) AS s
     GROUP BY 1, 2, 3, 4, 5, 6;
    INSERT INTO oracle.movement (customer, tick, effective_on, counts_from, kind, amount, mrr_before, mrr_after, churn_kind, churn_reason)
    SELECT l.customer, l.tick, p.period_start, p.period_start,
           CASE WHEN l.before = 0 AND row_number() OVER (PARTITION BY l.customer ORDER BY l.tick) = 1 THEN 'new' WHEN l.before = 0 THEN 'reactivation'
                WHEN l.after = 0 THEN 'churn' WHEN l.after > l.before THEN 'expansion' ELSE 'contraction' END,
           l.after - l.before, l.before, l.after, c.churn_kind, c.churn_reason
      FROM (SELECT l.customer, l.tick, sum(l.mrr_before) AS before, sum(l.mrr_after) AS after FROM oracle.line l GROUP BY 1, 2) AS l
      JOIN month p ON p.tick = l.tick
      LEFT JOIN churn_of c ON c.customer = l.customer AND c.tick = l.tick AND l.after = 0
     WHERE l.before <> l.after;
END
$$;

-- What a ledger says of all that a policy can change, as many movements at least.
CREATE FUNCTION oracle.check_ledger(ledger name, what text, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.check_movements_of(ledger, what, at_least);
    RETURN QUERY SELECT oracle.check_lines(ledger, what, at_least);
    RETURN NEXT oracle.check_periods(ledger, what, 'week', 'mrr_weekly');
    RETURN QUERY SELECT oracle.check_customers(ledger, what);
    IF (SELECT r.netting = 'month' FROM oracle.rule r) THEN
        CALL oracle.net_by_month();
    END IF;
    RETURN NEXT oracle.check_periods(ledger, what, 'month', 'mrr_monthly');
    RETURN NEXT oracle.check_periods(ledger, what, 'year', 'mrr_yearly');
    RETURN QUERY SELECT oracle.check_segments(ledger, what, 'plan');
    RETURN QUERY SELECT oracle.check_churn(ledger, what);
END
$$;

-- The house's policy but for these options, by which so many movements at least are others than by the house's.
CREATE FUNCTION oracle.set_policy(ledger name, what text, options jsonb, changes_at_least bigint DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
BEGIN
    EXECUTE format('INSERT INTO %I.policies SELECT n.* FROM oracle.policy p, jsonb_populate_record(NULL::%1$I.policies, to_jsonb(p) || %L) AS n WHERE p.policy = ''default''',
                   ledger, options || jsonb_build_object('policy', what));
    PERFORM saas_metrics.set_policy(ledger, what);
    DELETE FROM oracle.rule;
    INSERT INTO oracle.rule SELECT * FROM jsonb_populate_record((SELECT h FROM oracle.house h), options);
    CALL oracle.compute();
    SELECT count(*) INTO changed FROM (SELECT customer, effective_on, effective_at, kind, mrr_after, counts_from, churn_kind, churn_reason FROM oracle.movement
                                       EXCEPT ALL TABLE oracle.house_movement) AS c;
    IF changed < changes_at_least THEN
        RAISE EXCEPTION '% changes only % movements', what, changed;
    END IF;
    RETURN format('%s: %s movements are others', what, changed);
END
$$;
CREATE FUNCTION oracle.check_policy(ledger name, what text, options jsonb, at_least bigint DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.set_policy(ledger, what, options, at_least);
    RETURN QUERY SELECT oracle.check_ledger(ledger, what);
END
$$;
