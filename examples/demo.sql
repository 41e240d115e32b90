-- A tour of the demo company's metrics: first views of its ledger, which is made anew, then aggregates over its
-- tables. Every query stands for itself: copy it, put your own table in.
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

SET saas_metrics.today = :'until';

\echo
\echo 'The ledger'
\echo 'Billing tables are bound and watched once (ledger.sql); from then on views answer, in the next five sections.'
\echo
\ir ledger.sql

\echo
\echo 'MRR movements'
\echo 'How monthly recurring revenue got from one month''s end to the next; before rounding, rows add up exactly.'
\echo
SELECT period_start               AS month,
       round(opening_mrr, 2)      AS opening,
       round(new_mrr, 2)          AS new,
       round(reactivation_mrr, 2) AS reactivation,
       round(expansion_mrr, 2)    AS expansion,
       round(contraction_mrr, 2)  AS contraction,
       round(churn_mrr, 2)        AS churn,
       round(closing_mrr, 2)      AS closing
FROM metrics.mrr_monthly
WHERE period_start >= date :'until' - interval '12 months' AND period_start < :'until'
ORDER BY month;

\echo
\echo 'Quick ratio'
\echo 'Revenue gained for each dollar lost, by quarter; 4 is held to be good, below 1 a company shrinks.'
\echo
SELECT period_start AS quarter,
       round(new_mrr + reactivation_mrr + expansion_mrr, 2) AS gained,
       round(contraction_mrr + churn_mrr, 2) AS lost,
       round(quick_ratio, 2) AS quick_ratio
FROM metrics.mrr_quarterly
WHERE period_start >= date :'until' - interval '12 months' AND period_start < :'until'
ORDER BY quarter;

\echo
\echo 'Customer churn'
\echo 'Customers lost of those at the month''s start, by whose doing it was; low and high bound the underlying rate'
\echo 'with 95 % confidence.'
\echo
SELECT period_start AS month, opening_customers AS customers, lost_customers AS lost,
       voluntary_lost_customers AS voluntary, involuntary_lost_customers AS involuntary,
       unknown_lost_customers AS unknown,
       round(churn_rate, 4) AS churn_rate, round(churn_rate_low, 4) AS low, round(churn_rate_high, 4) AS high
FROM metrics.churn_monthly
WHERE period_start >= date :'until' - interval '12 months' AND period_start < :'until'
ORDER BY month;

\echo
\echo 'Net and gross revenue retention'
\echo 'What became of the MRR at each year''s start: with (net) and without (gross) expansion. No start, no rate.'
\echo
SELECT period_start AS year, complete, opening_customers AS customers,
       round(opening_mrr, 2) AS opening,
       round(surviving_mrr, 2) AS surviving,
       round(retained_mrr, 2) AS retained,
       round(nrr, 4) AS nrr,
       round(grr, 4) AS grr
FROM metrics.mrr_yearly
WHERE period_start < :'until'
ORDER BY year;

\echo
\echo 'Unit economics'
\echo 'What a customer costs and brings: the last 12 months, at an assumed gross margin of 80 %.'
\echo
WITH year AS (
    SELECT sum(new_customers) AS new_customers, sum(new_mrr) AS new_mrr,
           saas_metrics.churn_rate(sum(lost_customers), sum(opening_customers)) AS monthly_churn,
           (array_agg(closing_mrr       ORDER BY period_start DESC))[1] AS mrr,
           (array_agg(closing_customers ORDER BY period_start DESC))[1] AS customers
    FROM metrics.mrr_monthly
    WHERE period_start >= date :'until' - interval '12 months' AND period_start < :'until'
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
\echo 'The last whole quarter by source, by an aggregate over any table, here company.subscriptions. The total is'
\echo 'computed from all rows at once; the segments add up to it.'
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
SELECT format('%s (%s)', to_char(c.cohort_start, 'YYYY "Q"Q'), c.customers) AS cohort, c.age,
       round(100 * c.retention_rate) AS retained
FROM (SELECT saas_metrics.cohort_retention(customer_id, starts_on, ends_on, mrr, 'quarter', :'until')
      FROM company.subscriptions) AS s(cells), unnest(s.cells) AS c
WHERE c.complete AND c.age < 12
ORDER BY c.cohort_start, c.age
\crosstabview cohort age retained

\echo
\echo 'Churn by age'
\echo 'Of the customers who got to a month of their life, how many left in it, and who stays beyond it.'
\echo
SELECT a.age AS month_of_life, a.at_risk, a.churned, round(a.hazard, 4) AS hazard,
       round(a.survival, 3) AS survival, saas_metrics.bar(a.hazard, max(a.hazard) OVER (), 30) AS hazard_as_a_bar
FROM (SELECT saas_metrics.churn_by_age(customer_id, starts_on, ends_on, mrr, :'until')
      FROM company.subscriptions) AS s(ages), unnest(s.ages) AS a
WHERE a.age <= 14
ORDER BY a.age;

\echo
\echo 'Funnel by source'
\echo 'From lead to payment: how many get there, how soon after the step before (median), and as a bar.'
\echo
SELECT s.source, f.step, f.reached, round(100 * f.conversion_from_first, 1) AS percent_of_leads,
       date_trunc('hour', f.median_time_from_previous) AS median_time,
       saas_metrics.bar(f.conversion_from_first, 1, 40) AS bar
FROM (SELECT source, saas_metrics.conversion_funnel(lead_id, e.step, e.at, ARRAY['lead', 'qualified', 'paid'])
      FROM company.leads AS l,
           LATERAL (VALUES ('lead', l.created_at), ('qualified', l.qualified_at), ('paid', l.converted_at)) AS e(step, at)
      WHERE e.at < :'until'
      GROUP BY source) AS s(source, steps), unnest(s.steps) AS f
ORDER BY s.source, f.position;

\echo
\echo 'Usage'
\echo 'Active users of a day, on average by month, and of the 28 days with most; a character for each day.'
\echo
SELECT to_char(d.day, 'YYYY-MM') AS month, round(avg(d.dau)) AS daily, max(d.mau) AS monthly,
       round(avg(d.stickiness), 3) AS stickiness,
       saas_metrics.sparkline(array_agg(d.dau ORDER BY d.day)) AS daily_active_users
FROM (SELECT saas_metrics.active_users(user_id, active_on, :'until') FROM company.activity) AS s(days), unnest(s.days) AS d
WHERE d.day >= date :'until' - interval '6 months'
GROUP BY month
ORDER BY month;

\echo
\echo 'Who pays'
\echo 'Dollars paid in a year by customers won in it and in those before.'
\echo
SELECT to_char(c.period_start, 'YYYY') AS year, to_char(c.cohort_start, 'YYYY') AS won_in, c.customers, c.revenue,
       round(100 * c.share) AS percent, saas_metrics.bar(c.share, 1, 40) AS bar
FROM (SELECT saas_metrics.revenue_by_cohort(customer_id, attempted_at::date, amount, 'year', :'until')
      FROM company.payments WHERE status = 'succeeded' AND currency = 'USD') AS s(cells), unnest(s.cells) AS c
ORDER BY c.period_start, c.cohort_start;

\echo
\echo 'From Stripe'
\echo 'The same company as a copy of Stripe (stripe_company.sql) and a ledger over that: one call, and from the lines of'
\echo 'its invoices comes the same.'
\echo
\ir stripe_ledger.sql
SELECT s.period_start AS month, round(s.closing_mrr, 2) AS from_stripe, round(m.closing_mrr, 2) AS from_its_own_history,
       s.churned_customers AS churned_by_stripe, m.churned_customers AS churned
FROM from_stripe.mrr_monthly AS s
JOIN metrics.mrr_monthly AS m USING (period_start)
WHERE s.period_start >= date :'until' - interval '4 months' AND s.period_start < :'until'
ORDER BY month;

\echo
\echo 'Why another tool tells another number'
\echo 'Last month by this house''s definitions and by Stripe''s, and what each difference in them makes of it.'
\echo
SELECT r.measure, round(r.value_a, 4) AS here, round(r.value_b, 4) AS stripe, r.cause, r.cause_b AS at_stripe,
       round(r.part, 4) AS part, r.customers
FROM saas_metrics.reconcile('from_stripe', 'default', 'stripe',
       daterange((date_trunc('month', date :'until' - 1))::date, (date_trunc('month', date :'until' - 1) + interval '1 month')::date)) AS r
WHERE r.measure IN ('mrr', 'churn_rate', 'arpa') AND r.part <> 0;

RESET saas_metrics.today;
\pset footer on
\pset null ''
\set QUIET :quiet_before
\unset quiet_before
