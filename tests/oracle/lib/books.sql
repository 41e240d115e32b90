-- Cases by hand over a ledger called books, a new one for each case: what its views show, beside
-- the answer.

\ir ledger.sql

CREATE PROCEDURE oracle.new_books(currency text DEFAULT 'USD', time_zone text DEFAULT 'UTC') LANGUAGE plpgsql AS $$
BEGIN
    IF to_regnamespace('books') IS NOT NULL THEN
        PERFORM saas_metrics.drop_ledger('books');
    END IF;
    PERFORM saas_metrics.create_ledger('books', currency, time_zone);
    -- Without a first refresh its views would be empty.
    PERFORM saas_metrics.refresh('books');
END
$$;

CREATE PROCEDURE oracle.books_count_by(options jsonb) LANGUAGE plpgsql AS $$
DECLARE
    columns text := (SELECT string_agg(format('%I', o.key), ', ') FROM jsonb_each(options) AS o);
    called text := 'of ' || (SELECT count(*) FROM books.policies);
BEGIN
    EXECUTE format('INSERT INTO books.policies (policy, %s) SELECT %L, %1$s FROM jsonb_populate_record(NULL::books.policies, %3$L)', columns, called, options);
    PERFORM saas_metrics.set_policy('books', called);
END
$$;

-- The rows of a query are the answer: VALUES in the types of the query's columns, or nothing.
CREATE FUNCTION oracle.shows_now(what text, query text, answer text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.wanted;
    EXECUTE format('CREATE TEMP TABLE wanted AS SELECT * FROM (%s) AS q LIMIT 0', query);
    IF answer IS NOT NULL THEN
        EXECUTE 'INSERT INTO wanted ' || answer;
        PERFORM oracle.compare(what, query, 'TABLE pg_temp.wanted');
    ELSE
        PERFORM oracle.compare(what, format('SELECT count(*) FROM (%s) AS q', query), 'SELECT 0::bigint');
    END IF;
    RETURN what;
END
$$;

-- By what is pending, and again after a refresh.
CREATE FUNCTION oracle.shows(what text, query text, answer text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.shows_now(what || ', pending', query, answer);
    PERFORM saas_metrics.refresh('books');
    PERFORM oracle.shows_now(what, query, answer);
    RETURN what;
END
$$;

-- Every book closes, segments add up to the whole, and movements to what customers have today.
CREATE FUNCTION oracle.books_close(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    view_name text;
    wrong text;
BEGIN
    PERFORM saas_metrics.refresh('books');
    FOREACH view_name IN ARRAY '{mrr_daily,mrr_weekly,mrr_monthly,mrr_quarterly,mrr_yearly,mrr_by_plan_monthly,mrr_by_product_monthly,mrr_by_billing_period_monthly,mrr_by_currency_monthly}'::text[] LOOP
        EXECUTE format($query$
            SELECT string_agg(b::text, E'\n') FROM (
                SELECT m.*, lag(closing_mrr, 1, 0.0) OVER w AS closed_before, lag(period_end, 1, period_start) OVER w AS ended_before
                  FROM (SELECT v.*, %s AS switched, %s AS revalued, %s AS part FROM books.%I AS v) AS m
                WINDOW w AS (PARTITION BY part ORDER BY period_start)) AS b
             WHERE opening_mrr + new_mrr + reactivation_mrr + expansion_mrr + contraction_mrr + churn_mrr + switched + revalued <> closing_mrr
                OR opening_mrr <> closed_before OR period_start <> ended_before $query$,
            CASE WHEN view_name LIKE '%\_by\_%' THEN 'switch_mrr' ELSE '0' END,
            CASE WHEN view_name LIKE '%currency%' THEN '0' ELSE 'fx_mrr' END,
            CASE WHEN view_name LIKE '%\_by\_%' THEN quote_ident(substring(view_name FROM 'by_(.*)_monthly')) ELSE 'NULL::text' END,
            view_name) INTO wrong;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION '%: % does not close', what, view_name USING DETAIL = wrong;
        END IF;
        IF view_name LIKE '%\_by\_%' AND view_name NOT LIKE '%currency%' THEN
            PERFORM oracle.compare(what || ', ' || view_name || ' in all',
                format('SELECT period_start, sum(opening_mrr) AS opening, sum(new_mrr) AS new, sum(reactivation_mrr) AS reactivation, sum(expansion_mrr) AS expansion, sum(contraction_mrr) AS contraction, sum(churn_mrr) AS churn, sum(fx_mrr) AS fx, sum(switch_mrr) AS switch, sum(closing_mrr) AS closing
                          FROM books.%I GROUP BY 1', view_name),
                'SELECT period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, 0.0, closing_mrr
                   FROM books.mrr_monthly');
        END IF;
    END LOOP;
    PERFORM oracle.compare(what || ', movements',
        'SELECT sum(amount) AS mrr FROM books.movements, books.ledger_clock AS c WHERE effective_on <= c.today AND counts_from <= c.today',
        'SELECT closing_mrr FROM books.mrr_monthly ORDER BY period_start DESC LIMIT 1');
    SELECT string_agg(format('%s: %s', c.finding, c.rows), E'\n') INTO wrong
      FROM saas_metrics.check_ledger('books') AS c WHERE c.severity = 'error' AND c.finding NOT LIKE 'rows that cannot be read%';
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%: not all is well', what USING DETAIL = wrong;
    END IF;
    RETURN what || ', books close';
END
$$;

-- 'who' is for so many customers, whose MRR goes from one amount to another
-- in February, or whatever month is given.
CREATE PROCEDURE go(who text, customers int, before numeric, after numeric DEFAULT NULL, on_day date DEFAULT '2024-02-10', why text DEFAULT NULL, paid_in text DEFAULT NULL) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.subscription_periods_rows (customer_id, item_id, amount, currency, billing_period, starts_at, ends_at, churn_kind)
    SELECT who || ' ' || n, '1', s.amount, go.paid_in, '1 month', s.starts_on, s.ends_on, go.why
      FROM generate_series(1, go.customers) AS n, (VALUES (go.before, date '2024-01-05', go.on_day), (coalesce(go.after, go.before), go.on_day, NULL)) AS s (amount, starts_on, ends_on)
     WHERE s.amount > 0;
END
$$;

-- How MRR moved from month to month; single movements.
\set months 'SELECT period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr FROM books.mrr_monthly'
\set plans 'SELECT plan, period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr FROM books.mrr_by_plan_monthly'
\set products 'SELECT product, period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr FROM books.mrr_by_product_monthly'
\set currencies 'SELECT currency, period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, switch_mrr, closing_mrr FROM books.mrr_by_currency_monthly'
\set movements 'SELECT customer_id, effective_on, kind, amount, mrr_after FROM books.movements'
\set churns 'SELECT customer_id, effective_on, amount, churn_kind FROM books.movements WHERE kind = \'churn\''
