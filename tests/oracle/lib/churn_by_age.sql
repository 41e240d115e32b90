-- Churn by age: hazard and survival of first spells, from their definitions.

-- Whole calendar months from a day to another: the largest number that, added, is not past it.
CREATE FUNCTION oracle.months_between(starts_on date, day date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT max(k)
      FROM generate_series(0, 12 * (extract(year FROM day) - extract(year FROM starts_on))::bigint + 12) AS k
     WHERE starts_on + k * interval '1 month' <= day
$$;

CREATE AGGREGATE oracle.product (numeric) (SFUNC = numeric_mul, STYPE = numeric);

CREATE FUNCTION oracle.churn_ages(until date DEFAULT NULL)
RETURNS TABLE (segment text, place bigint, age bigint, at_risk bigint, churned bigint, hazard numeric, survival numeric)
LANGUAGE sql AS $$
    WITH
    -- From the first day with MRR to the first day it has fallen to 0.
    spell AS (
        SELECT c.segment, c.customer,
               min(c.effective_on) AS starts_on,
               coalesce(min(c.effective_on) FILTER (WHERE c.mrr_after = 0), 'infinity') AS ends_on
          FROM oracle.mrr_changes() c
         GROUP BY c.segment, c.customer
    ),
    -- As known at until: what has started, and what has ended, at which age.
    known AS (
        SELECT s.segment, s.starts_on,
               CASE WHEN s.ends_on < u.until THEN oracle.months_between(s.starts_on, s.ends_on) END AS churned_at,
               u.until
          FROM spell s, (SELECT coalesce(churn_ages.until, current_date)) AS u (until)
         WHERE s.starts_on < u.until
    ),
    age AS (
        SELECT k.segment, m.age,
               count(*) FILTER (WHERE k.churned_at >= m.age
                                   OR k.churned_at IS NULL AND k.starts_on + m.age * interval '1 month' < k.until) AS at_risk,
               count(*) FILTER (WHERE k.churned_at = m.age) AS churned
          FROM known k
          JOIN (SELECT k.segment, generate_series(0, max(oracle.months_between(k.starts_on, k.until))) AS age
                  FROM known k GROUP BY k.segment) AS m ON m.segment = k.segment
         GROUP BY k.segment, m.age
    )
    SELECT a.segment, a.age + 1, a.age, a.at_risk, a.churned, oracle.rate(a.churned, a.at_risk),
           oracle.rate(oracle.product(a.at_risk - a.churned) OVER younger, oracle.product(a.at_risk) OVER younger)
      FROM age a
     WHERE a.at_risk > 0
    WINDOW younger AS (PARTITION BY a.segment ORDER BY a.age)
$$;

-- The extension's over oracle.span against the oracle.
CREATE FUNCTION oracle.ages_query(until date, customer text DEFAULT 'customer') RETURNS text LANGUAGE sql AS $$
    SELECT oracle.per_segment(format('churn_by_age(%s, starts_on, ends_on, mrr%s)', customer, ', ' || quote_literal(until) || '::date'))
$$;
-- Beside the expected rates; hazard is the quotient of its columns, survival a product of many.
CREATE FUNCTION oracle.ages_beside(ages text, expected text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, a.ordinality, age, a.at_risk, a.churned,
                          oracle.near(a.hazard, oracle.rate(a.churned, a.at_risk)) AS hazard,
                          oracle.near(a.survival, e.survival, 1e-12) AS survival
                     FROM (%s) AS a LEFT JOIN %s AS e USING (segment, age)', ages, expected)
$$;
CREATE FUNCTION oracle.check_ages(what text, until date DEFAULT NULL, customer text DEFAULT 'customer', at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.ages;
    CREATE TEMP TABLE ages AS SELECT * FROM oracle.churn_ages(check_ages.until);
    RETURN oracle.compare(concat_ws(', ', what, 'until ' || until),
        oracle.ages_beside(oracle.ages_query(until, customer), 'pg_temp.ages'), 'TABLE pg_temp.ages', at_least);
END
$$;
