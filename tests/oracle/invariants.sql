-- What must hold whatever the data, on 200,000 spans; and a few sums the table gives by itself.
-- Fewer customers with: psql -v customers=500.

\ir lib/oracle.sql
\if :{?customers}
\else
    \set customers 20000
\endif

CREATE TABLE span AS
    SELECT customer::int, starts_on, ends_on, mrr FROM (
        SELECT * FROM oracle.shape('chain', 71, 1, :customers, 6) UNION ALL
        SELECT * FROM oracle.shape('scatter', 72, 1, :customers, 2) UNION ALL
        SELECT * FROM oracle.shape('flicker', 73, 1, :customers, 1)) AS s;
ANALYZE span;

-- Until 1 January 2029, a Monday: all grains end together, after all spans.
CREATE TABLE movements AS
    SELECT g.grain, m.*, saas_metrics.nrr(m) AS nrr, saas_metrics.grr(m) AS grr, saas_metrics.churn_rate(m) AS churn_rate,
           saas_metrics.gross_revenue_churn_rate(m) AS gross_churn, saas_metrics.net_revenue_churn_rate(m) AS net_churn,
           saas_metrics.quick_ratio(m) AS quick_ratio, saas_metrics.arpa(m) AS arpa, saas_metrics.arr(m) AS arr
      FROM unnest('{day,week,month,quarter,year}'::text[]) AS g (grain),
           LATERAL (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, g.grain, '2029-01-01') FROM span) AS s (periods),
           unnest(s.periods) AS m;

CREATE FUNCTION holds(what text, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    rows bigint;
BEGIN
    EXECUTE format('SELECT count(*), min(w::text) FILTER (WHERE (%s) IS NOT TRUE)
                      FROM (SELECT *, lag(closing_mrr, 1, 0.0) OVER g AS previous_mrr,
                                   lag(closing_customers, 1, 0::bigint) OVER g AS previous_customers,
                                   lag(period_end) OVER g AS previous_end
                              FROM movements WINDOW g AS (PARTITION BY grain ORDER BY period_start)) AS w', condition)
       INTO rows, broken;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'not so: %', what USING DETAIL = broken;
    END IF;
    IF rows < 1500 THEN
        RAISE EXCEPTION '%: tried on % periods only', what, rows;
    END IF;
    RETURN what || ': ' || rows || ' periods';
END
$$;
SELECT holds('the roll-forward closes',
    'opening_mrr + new_mrr + reactivation_mrr + expansion_mrr + contraction_mrr + churn_mrr = closing_mrr');
SELECT holds('opening is the previous closing', 'opening_mrr = previous_mrr AND opening_customers = previous_customers');
SELECT holds('periods are dense', 'period_start = coalesce(previous_end, period_start) AND period_start < period_end');
SELECT holds('customers add up',
    'opening_customers + new_customers + reactivated_customers - churned_customers = closing_customers');
SELECT holds('lost customers have churned and are not all there were',
    'lost_customers <= churned_customers AND lost_customers <= opening_customers AND opening_customers - lost_customers <= closing_customers');
SELECT holds('gains are not negative, losses not positive',
    'least(new_mrr, reactivation_mrr, expansion_mrr, -contraction_mrr, -churn_mrr, opening_mrr, closing_mrr) >= 0');
SELECT holds('money moves with customers',
    '(new_mrr > 0) = (new_customers > 0) AND (reactivation_mrr > 0) = (reactivated_customers > 0)
     AND (expansion_mrr > 0) = (expanded_customers > 0) AND (contraction_mrr < 0) = (contracted_customers > 0)
     AND (churn_mrr < 0) = (churned_customers > 0) AND (closing_mrr > 0) = (closing_customers > 0)');
SELECT holds('retained is the smaller part', 'retained_mrr <= least(opening_mrr, surviving_mrr) AND surviving_mrr <= closing_mrr');
SELECT holds('NRR is at least GRR, GRR at most 1',
    'opening_mrr = 0 AND num_nulls(nrr, grr, gross_churn, net_churn) = 4 OR nrr >= grr AND grr BETWEEN 0 AND 1 AND gross_churn = 1 - grr AND net_churn = 1 - nrr');
SELECT holds('rates from the columns',
    'CASE opening_customers WHEN 0 THEN churn_rate IS NULL ELSE abs(churn_rate * opening_customers - lost_customers) < 1e-9 END
     AND CASE opening_mrr WHEN 0 THEN nrr IS NULL ELSE abs(nrr - surviving_mrr / opening_mrr) < 1e-15 AND abs(grr - retained_mrr / opening_mrr) < 1e-15 END
     AND CASE contraction_mrr + churn_mrr WHEN 0 THEN quick_ratio IS NULL
         ELSE abs(quick_ratio * (contraction_mrr + churn_mrr) + new_mrr + reactivation_mrr + expansion_mrr) < 1e-3 END
     AND CASE closing_customers WHEN 0 THEN arpa IS NULL ELSE abs(arpa * closing_customers - closing_mrr) < 1e-3 END
     AND arr = 12 * closing_mrr');

-- Movements are netted by day, so those of coarse periods are sums of the finer ones.
SELECT oracle.same('movements of ' || coarse || 's are those of the ' || fine || 's in them', format($$
    SELECT c.period_start, c.new_mrr, c.reactivation_mrr, c.expansion_mrr, c.contraction_mrr, c.churn_mrr,
           c.new_customers, c.reactivated_customers, c.expanded_customers, c.contracted_customers, c.churned_customers
      FROM movements AS c WHERE c.grain = %L $$, coarse), format($$
    SELECT c.period_start, sum(f.new_mrr) AS new_mrr, sum(f.reactivation_mrr) AS reactivation_mrr, sum(f.expansion_mrr) AS expansion_mrr,
           sum(f.contraction_mrr) AS contraction_mrr, sum(f.churn_mrr) AS churn_mrr, sum(f.new_customers) AS new_customers,
           sum(f.reactivated_customers) AS reactivated_customers, sum(f.expanded_customers) AS expanded_customers,
           sum(f.contracted_customers) AS contracted_customers, sum(f.churned_customers) AS churned_customers
      FROM movements AS c JOIN movements AS f ON f.period_start >= c.period_start AND f.period_end <= c.period_end
     WHERE c.grain = %L AND f.grain = %L GROUP BY c.period_start $$, coarse, fine), at_least)
  FROM (VALUES ('week', 'day', 200), ('month', 'day', 49), ('quarter', 'month', 16), ('year', 'quarter', 4)) AS v (coarse, fine, at_least);

-- Plain sums over the table at the end of each month's last day.
SELECT oracle.same('standing at the end of each month, ' || count(*) || ' spans', $$
    SELECT period_end, closing_mrr, closing_customers FROM movements WHERE grain = 'month' $$, $$
    SELECT m.period_end, coalesce(sum(s.mrr), 0) AS closing_mrr, count(DISTINCT s.customer) AS closing_customers
      FROM movements AS m
      LEFT JOIN span AS s ON s.starts_on < m.period_end AND (s.ends_on IS NULL OR s.ends_on >= m.period_end) AND s.mrr > 0
     WHERE m.grain = 'month' GROUP BY m.period_end $$, 49)
  FROM span;
-- Every customer is new once, on the first day it has money.
SELECT oracle.same('new customers', $$
    SELECT period_start, new_customers, new_mrr FROM movements WHERE grain = 'day' AND new_customers > 0 $$, $$
    SELECT f.day, count(*), sum(f.mrr)
      FROM (SELECT DISTINCT ON (customer) customer, starts_on AS day, sum(mrr) AS mrr
              FROM span WHERE mrr > 0 AND ends_on IS DISTINCT FROM starts_on
             GROUP BY customer, starts_on ORDER BY customer, starts_on) AS f
     GROUP BY f.day $$, 20);
