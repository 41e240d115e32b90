-- The plain numbers: mrr, active_customers and arpa at a date, the rates of a period.

CREATE FUNCTION oracle.standings(days date[])
RETURNS TABLE (segment text, day date, mrr numeric, active_customers bigint, arpa numeric)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    -- A segment with nothing but rows that count for nothing has its zeros.
    asked AS (
        SELECT g.segment, d.day FROM (SELECT DISTINCT s.segment FROM oracle.span s) AS g, unnest(days) AS d (day)
    ),
    -- A span counts at the end of a day it holds.
    standing AS (
        SELECT a.segment, a.day, sum(s.mrr) AS mrr, count(DISTINCT s.customer) AS customers
          FROM asked a
          JOIN oracle.activity() s ON s.segment = a.segment AND s.starts_on <= a.day AND a.day < s.ends_on
         GROUP BY a.segment, a.day
    )
    SELECT a.segment, a.day, coalesce(s.mrr, 0), coalesce(s.customers, 0), oracle.rate(s.mrr, s.customers)
      FROM asked a LEFT JOIN standing s ON s.segment = a.segment AND s.day = a.day
$$;

-- Over the customers active at the end of the day before the period.
CREATE FUNCTION oracle.rates(periods daterange[])
RETURNS TABLE (
    segment text, period daterange, churn_rate numeric, nrr numeric, grr numeric,
    gross_revenue_churn_rate numeric, net_revenue_churn_rate numeric)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    customer AS (
        SELECT g.segment, p.period, s.customer,
               coalesce(sum(s.mrr) FILTER (WHERE s.starts_on <= lower(p.period) - 1 AND lower(p.period) - 1 < s.ends_on), 0) AS opening,
               coalesce(sum(s.mrr) FILTER (WHERE s.starts_on <= upper(p.period) - 1 AND upper(p.period) - 1 < s.ends_on), 0) AS closing
          FROM (SELECT DISTINCT s.segment FROM oracle.span s) AS g CROSS JOIN unnest(periods) AS p (period)
          LEFT JOIN oracle.activity() s ON s.segment = g.segment
         GROUP BY g.segment, p.period, s.customer
    ),
    total AS (
        SELECT c.segment, c.period,
               count(*) FILTER (WHERE c.opening > 0) AS customers,
               count(*) FILTER (WHERE c.opening > 0 AND c.closing = 0) AS lost,
               sum(c.opening) AS opening,
               sum(c.closing) FILTER (WHERE c.opening > 0) AS surviving,
               sum(least(c.opening, c.closing)) FILTER (WHERE c.opening > 0) AS retained
          FROM customer c
         GROUP BY c.segment, c.period
    )
    SELECT t.segment, t.period, oracle.rate(t.lost, t.customers),
           oracle.rate(t.surviving, t.opening), oracle.rate(t.retained, t.opening),
           oracle.rate(t.opening - t.retained, t.opening), oracle.rate(t.opening - t.surviving, t.opening)
      FROM total t
$$;

CREATE FUNCTION oracle.rate_names() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT unnest('{churn_rate,nrr,grr,gross_revenue_churn_rate,net_revenue_churn_rate}'::text[])
$$;

-- The extension's, as queries, by segment and day or period: what is asked for is a key of the groups.
CREATE FUNCTION oracle.standings_query(days date[], customer text DEFAULT 'customer', source text DEFAULT 'oracle.span')
RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, day, saas_metrics.mrr(starts_on, ends_on, mrr, day) AS mrr,
                          saas_metrics.active_customers(%1$s, starts_on, ends_on, mrr, day) AS active_customers,
                          saas_metrics.arpa(%1$s, starts_on, ends_on, mrr, day) AS arpa
                     FROM %2$s, unnest(%3$L::date[]) AS day
                    GROUP BY segment, day', customer, source, days)
$$;
CREATE FUNCTION oracle.rates_query(periods daterange[], customer text DEFAULT 'customer', source text DEFAULT 'oracle.span')
RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT segment, period, %s
                     FROM %s, unnest(%L::daterange[]) AS period
                    GROUP BY segment, period',
        (SELECT string_agg(format('saas_metrics.%s(%s, starts_on, ends_on, mrr, period) AS %1$s', rate, customer), ', ' ORDER BY n)
           FROM oracle.rate_names() WITH ORDINALITY AS r (rate, n)),
        source, periods)
$$;

CREATE FUNCTION oracle.check_standings(what text, days date[], customer text DEFAULT 'customer', at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.standings;
    CREATE TEMP TABLE standings AS SELECT * FROM oracle.standings(days);
    RETURN oracle.compare(what, format(
        'SELECT segment, day, a.mrr, a.active_customers, oracle.near(a.arpa, e.arpa)
           FROM (%s) AS a LEFT JOIN pg_temp.standings AS e USING (segment, day)', oracle.standings_query(days, customer)),
        'TABLE pg_temp.standings', at_least);
END
$$;
CREATE FUNCTION oracle.check_rates(what text, periods daterange[], customer text DEFAULT 'customer', at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.rates;
    CREATE TEMP TABLE rates AS SELECT * FROM oracle.rates(periods);
    RETURN oracle.compare(what, format(
        'SELECT segment, period, %s FROM (%s) AS a LEFT JOIN pg_temp.rates AS e USING (segment, period)',
        (SELECT string_agg(format('oracle.near(a.%s, e.%1$s) AS %1$s', rate), ', ' ORDER BY n) FROM oracle.rate_names() WITH ORDINALITY AS r (rate, n)),
        oracle.rates_query(periods, customer)),
        'TABLE pg_temp.rates', at_least);
END
$$;
