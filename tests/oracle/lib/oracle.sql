-- An oracle in plain SQL: every column straight from its definition, none derived from another.
-- Slow, but plain to read.
--
-- Scripts fill the table oracle.span and compare what the extension makes of it with what
-- oracle.mrr_periods() and its like do. A segment stands for a GROUP BY key and is computed on
-- its own.

\pset format unaligned
\pset tuples_only on
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET jit = off;

CREATE EXTENSION IF NOT EXISTS saas_metrics;
CREATE SCHEMA oracle;

-- Whether the next of the cases that a script generates is made: all are, or each fifth, as the
-- setting oracle.cases says, all or which of five. Of each five it is another one, so that a
-- value that a loop comes back to is not left out for good.
CREATE SEQUENCE oracle.cases MINVALUE 0;
CREATE FUNCTION oracle.takes() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    which text := coalesce(nullif(current_setting('oracle.cases', true), ''), 'all');
    n bigint := nextval('oracle.cases');
BEGIN
    RETURN which = 'all' OR (n + n / 5) % 5 = which::bigint;
END
$$;

CREATE TABLE oracle.span (
    segment   text NOT NULL,
    customer  text NOT NULL,
    starts_on date NOT NULL,
    ends_on   date,
    mrr       numeric NOT NULL
);

CREATE FUNCTION oracle.load(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    spans bigint;
BEGIN
    TRUNCATE oracle.span;
    EXECUTE 'INSERT INTO oracle.span ' || query;
    GET DIAGNOSTICS spans = ROW_COUNT;
    IF spans = 0 THEN
        RAISE EXCEPTION 'nothing loaded by %', query;
    END IF;
    ANALYZE oracle.span;
    RETURN spans;
END
$$;

-- The periods from the one that holds first_day to the last that starts before a day.
CREATE FUNCTION oracle.calendar(grain text, first_day date, before date)
RETURNS TABLE (period_start date, period_end date)
LANGUAGE sql AS $$
    SELECT p::date, (p + step)::date
      FROM (SELECT CASE grain
                   WHEN 'quarter' THEN interval '3 months'
                   ELSE ('1 ' || grain)::interval
                   END) AS s (step),
           generate_series(date_trunc(grain, first_day::timestamp), before - interval '1 day', step) AS p
$$;

-- A span of zero length or without money is no activity; no end is an end never reached.
CREATE FUNCTION oracle.activity()
RETURNS TABLE (segment text, customer text, starts_on date, ends_on date, mrr numeric)
LANGUAGE sql STABLE AS $$
    SELECT s.segment, s.customer, s.starts_on, coalesce(s.ends_on, 'infinity'), s.mrr
      FROM oracle.span s
     WHERE s.mrr > 0 AND s.starts_on < coalesce(s.ends_on, 'infinity')
$$;

-- What a customer has at the end of a day against the end of the day before.
CREATE FUNCTION oracle.mrr_changes()
RETURNS TABLE (
    segment text, customer text, effective_on date, kind text, amount numeric, mrr_before numeric, mrr_after numeric)
LANGUAGE sql STABLE SET enable_nestloop = off AS $$
    WITH
    span AS MATERIALIZED (SELECT * FROM oracle.activity()),
    -- A customer's MRR can differ from the day before only where one of its spans starts or ends.
    turning_day AS (
        SELECT s.segment, s.customer, s.starts_on AS day FROM span s
        UNION
        SELECT s.segment, s.customer, s.ends_on FROM span s WHERE isfinite(s.ends_on)
    ),
    -- MRR at the end of a day = sum of the spans that hold the day.
    step AS (
        SELECT t.segment, t.customer, t.day,
               coalesce(sum(s.mrr) FILTER (WHERE s.starts_on <= t.day - 1 AND t.day - 1 < s.ends_on), 0) AS before,
               coalesce(sum(s.mrr) FILTER (WHERE s.starts_on <= t.day AND t.day < s.ends_on), 0) AS after,
               bool_or(s.starts_on < t.day) AS active_ever_before
          FROM turning_day t JOIN span s ON s.segment = t.segment AND s.customer = t.customer
         GROUP BY t.segment, t.customer, t.day
    )
    SELECT t.segment, t.customer, t.day,
           CASE WHEN t.before = 0 AND NOT t.active_ever_before THEN 'new'
                WHEN t.before = 0 THEN 'reactivation'
                WHEN t.after = 0 THEN 'churn'
                WHEN t.after > t.before THEN 'expansion'
                ELSE 'contraction'
           END,
           t.after - t.before, t.before, t.after
      FROM step t
     WHERE t.before <> t.after
$$;

CREATE FUNCTION oracle.mrr_periods(grain text, until date DEFAULT NULL)
RETURNS TABLE (
    segment text, period_start date, period_end date, complete boolean,
    opening_mrr numeric, new_mrr numeric, reactivation_mrr numeric, expansion_mrr numeric,
    contraction_mrr numeric, churn_mrr numeric, closing_mrr numeric,
    retained_mrr numeric, surviving_mrr numeric,
    opening_customers bigint, new_customers bigint, reactivated_customers bigint,
    expanded_customers bigint, contracted_customers bigint, churned_customers bigint,
    lost_customers bigint, closing_customers bigint)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    span AS MATERIALIZED (SELECT * FROM oracle.activity()),
    movement AS MATERIALIZED (SELECT * FROM oracle.mrr_changes()),
    -- The first activity is the first movement.
    period AS (
        SELECT f.segment, c.period_start, c.period_end
          FROM (SELECT s.segment, min(s.starts_on) AS day FROM span s GROUP BY s.segment) AS f,
               oracle.calendar(grain, f.day, coalesce(until, current_date + 1)) AS c
    ),
    -- Every customer at the end of the day before the period, and at the end of its last day.
    customer_period AS (
        SELECT p.segment, p.period_start, s.customer,
               coalesce(sum(s.mrr) FILTER (WHERE s.starts_on <= p.period_start - 1
                                             AND p.period_start - 1 < s.ends_on), 0) AS opening,
               coalesce(sum(s.mrr) FILTER (WHERE s.starts_on <= p.period_end - 1
                                             AND p.period_end - 1 < s.ends_on), 0) AS closing
          FROM period p JOIN span s ON s.segment = p.segment
         GROUP BY p.segment, p.period_start, s.customer
    ),
    standing AS (
        SELECT c.segment, c.period_start,
               sum(c.opening) AS opening_mrr,
               sum(c.closing) AS closing_mrr,
               sum(least(c.opening, c.closing)) FILTER (WHERE c.opening > 0) AS retained_mrr,
               sum(c.closing) FILTER (WHERE c.opening > 0) AS surviving_mrr,
               count(*) FILTER (WHERE c.opening > 0) AS opening_customers,
               count(*) FILTER (WHERE c.opening > 0 AND c.closing = 0) AS lost_customers,
               count(*) FILTER (WHERE c.closing > 0) AS closing_customers
          FROM customer_period c
         GROUP BY c.segment, c.period_start
    ),
    moved AS (
        SELECT p.segment, p.period_start,
               sum(v.amount) FILTER (WHERE v.kind = 'new') AS new_mrr,
               sum(v.amount) FILTER (WHERE v.kind = 'reactivation') AS reactivation_mrr,
               sum(v.amount) FILTER (WHERE v.kind = 'expansion') AS expansion_mrr,
               sum(v.amount) FILTER (WHERE v.kind = 'contraction') AS contraction_mrr,
               sum(v.amount) FILTER (WHERE v.kind = 'churn') AS churn_mrr,
               count(*) FILTER (WHERE v.kind = 'new') AS new_customers,
               count(*) FILTER (WHERE v.kind = 'reactivation') AS reactivated_customers,
               count(*) FILTER (WHERE v.kind = 'expansion') AS expanded_customers,
               count(*) FILTER (WHERE v.kind = 'contraction') AS contracted_customers,
               count(*) FILTER (WHERE v.kind = 'churn') AS churned_customers
          FROM period p
          JOIN movement v ON v.segment = p.segment AND p.period_start <= v.effective_on AND v.effective_on < p.period_end
         GROUP BY p.segment, p.period_start
    )
    SELECT p.segment, p.period_start, p.period_end,
           p.period_end <= coalesce(until, current_date),
           s.opening_mrr,
           coalesce(v.new_mrr, 0), coalesce(v.reactivation_mrr, 0), coalesce(v.expansion_mrr, 0),
           coalesce(v.contraction_mrr, 0), coalesce(v.churn_mrr, 0),
           s.closing_mrr,
           coalesce(s.retained_mrr, 0), coalesce(s.surviving_mrr, 0),
           s.opening_customers,
           coalesce(v.new_customers, 0), coalesce(v.reactivated_customers, 0),
           coalesce(v.expanded_customers, 0), coalesce(v.contracted_customers, 0),
           coalesce(v.churned_customers, 0),
           s.lost_customers, s.closing_customers
      FROM period p
      JOIN standing s ON s.segment = p.segment AND s.period_start = p.period_start
      LEFT JOIN moved v ON v.segment = p.segment AND v.period_start = p.period_start
$$;

\ir compare.sql
\ir shapes.sql
