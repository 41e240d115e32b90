-- A tour of the demo company's metrics. Every query stands for itself: copy it, put your own table in.
--
--   psql -f examples/demo.sql                         after demo_company.sql and subscriptions.sql
--   psql -v until=2025-01-01 -f examples/demo.sql     as of another day

\set ON_ERROR_STOP on
\set quiet_before :QUIET
\set QUIET on
\pset pager off
\pset footer off
\pset null '-'
\pset border 1
\if :{?until} \else
    SELECT ends_on AS until FROM company.parameters \gset
\endif

\echo
\echo 'MRR movements'
\echo 'How monthly recurring revenue got from one month''s end to the next; before rounding, rows add up exactly.'
\echo
SELECT m.period_start          AS month,
       round(m.opening_mrr, 2)      AS opening,
       round(m.new_mrr, 2)          AS new,
       round(m.reactivation_mrr, 2) AS reactivation,
       round(m.expansion_mrr, 2)    AS expansion,
       round(m.contraction_mrr, 2)  AS contraction,
       round(m.churn_mrr, 2)        AS churn,
       round(m.closing_mrr, 2)      AS closing
FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'month', :'until')
      FROM company.subscriptions) AS s(months), unnest(s.months) AS m
WHERE m.period_start >= date :'until' - interval '12 months'
ORDER BY month;

\echo
\echo 'Quick ratio'
\echo 'Revenue gained for each dollar lost, by quarter; 4 is held to be good, below 1 a company shrinks.'
\echo
SELECT m.period_start AS quarter,
       round(m.new_mrr + m.reactivation_mrr + m.expansion_mrr, 2) AS gained,
       round(m.contraction_mrr + m.churn_mrr, 2) AS lost,
       round(saas_metrics.quick_ratio(m), 2) AS quick_ratio
FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'quarter', :'until')
      FROM company.subscriptions) AS s(quarters), unnest(s.quarters) AS m
WHERE m.period_start >= date :'until' - interval '12 months'
ORDER BY quarter;

\echo
\echo 'Customer churn'
\echo 'Customers lost of those at the month''s start; low and high bound the underlying rate with 95 % confidence.'
\echo
SELECT m.period_start AS month, m.opening_customers AS customers, m.lost_customers AS lost,
       round(saas_metrics.churn_rate(m), 4) AS churn_rate,
       round(i.low, 4) AS low, round(i.high, 4) AS high
FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'month', :'until')
      FROM company.subscriptions) AS s(months), unnest(s.months) AS m,
     saas_metrics.rate_interval(m.lost_customers, m.opening_customers) AS i
WHERE m.period_start >= date :'until' - interval '12 months'
ORDER BY month;

\echo
\echo 'Net and gross revenue retention'
\echo 'What became of the MRR at each year''s start: with (net) and without (gross) expansion. No start, no rate.'
\echo
SELECT m.period_start AS year, m.complete, m.opening_customers AS customers,
       round(m.opening_mrr, 2) AS opening,
       round(m.surviving_mrr, 2) AS surviving,
       round(m.retained_mrr, 2) AS retained,
       round(saas_metrics.nrr(m), 4) AS nrr,
       round(saas_metrics.grr(m), 4) AS grr
FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'year', :'until')
      FROM company.subscriptions) AS s(years), unnest(s.years) AS m
ORDER BY year;

\echo
\echo 'Unit economics'
\echo 'What a customer costs and brings: the last 12 months, at an assumed gross margin of 80 %.'
\echo
WITH year AS (
    SELECT sum(m.new_customers) AS new_customers, sum(m.new_mrr) AS new_mrr,
           saas_metrics.churn_rate(sum(m.lost_customers), sum(m.opening_customers)) AS monthly_churn,
           (array_agg(m.closing_mrr       ORDER BY m.period_start DESC))[1] AS mrr,
           (array_agg(m.closing_customers ORDER BY m.period_start DESC))[1] AS customers
    FROM (SELECT saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'month', :'until')
          FROM company.subscriptions) AS s(months), unnest(s.months) AS m
    WHERE m.period_start >= date :'until' - interval '12 months'
), spend AS (
    SELECT sum(amount) FILTER (WHERE category = 'sales')     AS sales,
           sum(amount) FILTER (WHERE category = 'marketing') AS marketing
    FROM company.spend
    WHERE month >= date :'until' - interval '12 months' AND month < :'until'
), unit AS (
    SELECT *, saas_metrics.arpa(mrr, customers) AS arpa,
           saas_metrics.cac(sales, marketing, new_customers) AS cac,
           saas_metrics.cltv_from_churn(saas_metrics.arpa(mrr, customers), 0.80, monthly_churn) AS cltv
    FROM year, spend
)
SELECT line.*
FROM unit, LATERAL (VALUES
    ('ARR',                    round(saas_metrics.arr(mrr), 2),                             '$'),
    ('average revenue, ARPA',  round(arpa, 2),                                              '$ a month'),
    ('average first sale',     round(saas_metrics.asp(new_mrr, new_customers), 2),          '$ a month'),
    ('churn rate',             round(monthly_churn, 4),                                     'a month'),
    ('churn rate, compounded', round(saas_metrics.annual_churn_rate(monthly_churn), 4),     'a year'),
    ('customer lifetime',      round(saas_metrics.customer_lifetime(monthly_churn), 1),     'months'),
    ('lifetime value, CLTV',   round(cltv, 2),                                              '$'),
    ('acquisition cost, CAC',  round(cac, 2),                                               '$'),
    ('CLTV : CAC',             round(saas_metrics.cltv_cac_ratio(cltv, cac), 2),            ''),
    ('CAC payback',            round(saas_metrics.cac_payback_months(cac, arpa, 0.80), 1),  'months'),
    ('customers',              customers,                                                   ''),
    ('customers in a year',    round(saas_metrics.projected_customers(
                                   customers, new_customers / 12, monthly_churn, 12)),      'if nothing changes'),
    ('growth ceiling',         round(saas_metrics.growth_ceiling(
                                   new_customers / 12, monthly_churn)),                     'customers, likewise')
) AS line(metric, value, unit);

\echo
\echo 'A segment: where customers come from'
\echo 'The last whole quarter by source. The total is computed from all rows at once; the segments add up to it.'
\echo
WITH segment AS (
    SELECT s.source, m
    FROM (SELECT source, saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'quarter', :'until')
          FROM company.subscriptions
          GROUP BY ROLLUP (source)) AS s(source, quarters), unnest(s.quarters) AS m
    WHERE m.period_end = date_trunc('quarter', date :'until')
)
SELECT coalesce(source, 'total') AS source, (m).closing_customers AS customers,
       round((m).opening_mrr, 2) AS opening, round((m).new_mrr, 2) AS new,
       round((m).churn_mrr, 2) AS churn, round((m).closing_mrr, 2) AS closing,
       round(saas_metrics.arpa(m), 2) AS arpa,
       round(saas_metrics.churn_rate(m), 4) AS churn_rate, round(saas_metrics.nrr(m), 4) AS nrr
FROM segment
ORDER BY source IS NULL, (m).closing_mrr DESC;

\echo 'Segments minus total, not rounded:'
\echo
WITH segment AS (
    SELECT s.source, m
    FROM (SELECT source, saas_metrics.mrr_movements(customer_id, starts_on, ends_on, mrr, 'quarter', :'until')
          FROM company.subscriptions
          GROUP BY ROLLUP (source)) AS s(source, quarters), unnest(s.quarters) AS m
)
SELECT count(DISTINCT (m).period_start) AS quarters,
       sum(sign * (m).closing_customers) AS customers, sum(sign * (m).opening_mrr) AS opening,
       sum(sign * (m).new_mrr) AS new, sum(sign * (m).churn_mrr) AS churn, sum(sign * (m).closing_mrr) AS closing
FROM segment, LATERAL (SELECT CASE WHEN source IS NULL THEN -1 ELSE 1 END AS sign) AS s;

\echo
\echo 'Retention by cohort'
\echo 'Percent of the customers won in a quarter (how many) who are there at its end (0) and k quarters later.'
\echo
WITH cohort AS (
    SELECT customer_id, date_trunc('quarter', min(starts_on))::date AS quarter
    FROM company.subscriptions
    WHERE mrr > 0 AND (ends_on > starts_on OR ends_on IS NULL)
    GROUP BY customer_id
)
SELECT format('%s (%s)', to_char(c.quarter, 'YYYY "Q"Q'), count(DISTINCT c.customer_id)) AS cohort, age,
       round(100.0 * count(DISTINCT s.customer_id) / count(DISTINCT c.customer_id)) AS retained
FROM cohort AS c
CROSS JOIN generate_series(0, 11) AS age
CROSS JOIN LATERAL (SELECT (c.quarter + (age + 1) * interval '3 months')::date AS quarter_end) AS e
LEFT JOIN company.subscriptions AS s
       ON s.customer_id = c.customer_id AND s.mrr > 0
      AND s.starts_on < quarter_end AND (s.ends_on >= quarter_end OR s.ends_on IS NULL)
WHERE quarter_end <= :'until'
GROUP BY c.quarter, age
ORDER BY c.quarter, age
\crosstabview cohort age retained

\pset footer on
\pset null ''
\set QUIET :quiet_before
\unset quiet_before
