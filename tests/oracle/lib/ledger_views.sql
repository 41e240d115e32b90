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
                       effective_at FROM %I.movements', ledger),
        'SELECT customer, effective_on, kind, amount, mrr_before, mrr_after, first_on, spell, counts_from, churn_kind, churn_reason, effective_at FROM oracle.movement', at_least)
$$;

CREATE FUNCTION oracle.check_periods(ledger name, what text, grain text, view text, at_least bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT oracle.same(what || ', ' || view,
        format('SELECT period_start, period_end, complete, currency, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr,
                       closing_mrr, retained_mrr, surviving_mrr, opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers,
                       churned_customers, lost_customers, closing_customers FROM %I.%I', ledger, view),
        format('SELECT * FROM oracle.expected_periods(%L)', grain), at_least)
$$;
