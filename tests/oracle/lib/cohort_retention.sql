-- Cohorts of customers by their first MRR: every column of cohort_retention from its definition.

CREATE FUNCTION oracle.mrr_cohorts(grain text, until date DEFAULT NULL)
RETURNS TABLE (
    segment text, place bigint, cohort_start date, age bigint, period_start date,
    customers bigint, retained bigint, retention_rate numeric,
    cohort_mrr numeric, retained_mrr numeric, revenue_retention_rate numeric, complete boolean)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    span AS MATERIALIZED (SELECT * FROM oracle.activity()),
    joined AS (
        SELECT s.segment, s.customer, min(s.starts_on) AS day FROM span s GROUP BY s.segment, s.customer
    ),
    period AS (
        SELECT f.segment, c.period_start, c.period_end,
               row_number() OVER (PARTITION BY f.segment ORDER BY c.period_start) AS n
          FROM (SELECT j.segment, min(j.day) AS day FROM joined j GROUP BY j.segment) AS f,
               oracle.calendar(grain, f.day, coalesce(until, current_date + 1)) AS c
    ),
    member AS (
        SELECT j.segment, j.customer, p.n AS cohort
          FROM joined j
          JOIN period p ON p.segment = j.segment AND p.period_start <= j.day AND j.day < p.period_end
    ),
    size AS (
        SELECT m.segment, m.cohort, count(*) AS customers FROM member m GROUP BY m.segment, m.cohort
    ),
    -- What each customer has at the end of each period's last day, if anything.
    closing AS (
        SELECT p.segment, p.n, s.customer, sum(s.mrr) AS mrr
          FROM period p
          JOIN span s ON s.segment = p.segment AND s.starts_on <= p.period_end - 1 AND p.period_end - 1 < s.ends_on
         GROUP BY p.segment, p.n, s.customer
    ),
    standing AS (
        SELECT c.segment, m.cohort, c.n, count(*) AS customers, sum(c.mrr) AS mrr
          FROM closing c JOIN member m ON m.segment = c.segment AND m.customer = c.customer
         GROUP BY c.segment, m.cohort, c.n
    ),
    -- Every cohort by every period from its own on.
    cell AS (
        SELECT p.segment, c.n AS cohort, c.period_start AS cohort_start, p.n, p.period_start, p.period_end
          FROM period c JOIN period p ON p.segment = c.segment AND p.n >= c.n
    )
    SELECT c.segment, row_number() OVER (PARTITION BY c.segment ORDER BY c.cohort, c.n),
           c.cohort_start, c.n - c.cohort, c.period_start,
           coalesce(z.customers, 0), coalesce(s.customers, 0), oracle.rate(coalesce(s.customers, 0), z.customers),
           coalesce(z0.mrr, 0), coalesce(s.mrr, 0), oracle.rate(coalesce(s.mrr, 0), z0.mrr),
           c.period_end <= coalesce(until, current_date)
      FROM cell c
      LEFT JOIN size z ON z.segment = c.segment AND z.cohort = c.cohort
      LEFT JOIN standing s ON s.segment = c.segment AND s.cohort = c.cohort AND s.n = c.n
      LEFT JOIN standing z0 ON z0.segment = c.segment AND z0.cohort = c.cohort AND z0.n = c.cohort
$$;

-- The extension's, as a query; without a grain or until by the form without it. Rates that differ
-- from the quotient of their columns stay as they are.
CREATE FUNCTION oracle.cohort_cells(cells text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, ordinality, cohort_start, age, period_start,
                          customers, retained, oracle.near(retention_rate, oracle.rate(retained, customers)) AS retention_rate,
                          cohort_mrr, retained_mrr, oracle.near(revenue_retention_rate, oracle.rate(retained_mrr, cohort_mrr)) AS revenue_retention_rate,
                          complete
                     FROM (%s) AS c', cells)
$$;
CREATE FUNCTION oracle.cohorts_query(
    grain text, until date, customer text DEFAULT 'customer', span text DEFAULT 'starts_on, ends_on')
RETURNS text LANGUAGE sql AS $$
    SELECT oracle.cohort_cells(oracle.per_segment(format('cohort_retention(%s, %s, mrr%s%s)',
        customer, span, ', ' || quote_literal(grain), ', ' || quote_literal(until) || '::date')))
$$;

-- Both forms of the aggregate over oracle.span against the oracle.
CREATE FUNCTION oracle.check_cohorts(
    what text, grain text DEFAULT NULL, until date DEFAULT NULL, customer text DEFAULT 'customer',
    at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    label text := concat_ws(', ', what, grain, 'until ' || until);
BEGIN
    DROP TABLE IF EXISTS pg_temp.cohorts;
    CREATE TEMP TABLE cohorts AS SELECT * FROM oracle.mrr_cohorts(coalesce(check_cohorts.grain, 'month'), check_cohorts.until);
    PERFORM oracle.compare(label || ', as ranges',
        oracle.cohorts_query(grain, until, customer, 'daterange(starts_on, ends_on)'), 'TABLE pg_temp.cohorts', at_least);
    RETURN oracle.compare(label, oracle.cohorts_query(grain, until, customer), 'TABLE pg_temp.cohorts', at_least);
END
$$;
