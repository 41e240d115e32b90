-- Movements that can be followed by eye. Every period below is worked out in the comment above it.
-- Amounts are trimmed: the scale of a numeric is not promised.
SET datestyle = 'ISO, YMD';
\pset null NULL
CREATE SCHEMA movements;
SET search_path = movements;
CREATE TABLE subscription (customer int, starts_on date, ends_on date, mrr numeric);
CREATE FUNCTION amounts(periods saas_metrics.mrr_period[])
RETURNS TABLE (period_start date, opening numeric, new numeric, reactivation numeric, expansion numeric,
               contraction numeric, churn numeric, closing numeric, retained numeric, surviving numeric)
LANGUAGE sql AS $$
    SELECT m.period_start, trim_scale(m.opening_mrr), trim_scale(m.new_mrr), trim_scale(m.reactivation_mrr),
           trim_scale(m.expansion_mrr), trim_scale(m.contraction_mrr), trim_scale(m.churn_mrr),
           trim_scale(m.closing_mrr), trim_scale(m.retained_mrr), trim_scale(m.surviving_mrr)
      FROM unnest(periods) AS m
$$;
CREATE FUNCTION counts(periods saas_metrics.mrr_period[])
RETURNS TABLE (period_start date, opening bigint, new bigint, reactivated bigint, expanded bigint,
               contracted bigint, churned bigint, lost bigint, closing bigint)
LANGUAGE sql AS $$
    SELECT m.period_start, m.opening_customers, m.new_customers, m.reactivated_customers, m.expanded_customers,
           m.contracted_customers, m.churned_customers, m.lost_customers, m.closing_customers
      FROM unnest(periods) AS m
$$;
CREATE FUNCTION rates(periods saas_metrics.mrr_period[])
RETURNS TABLE (period_start date, nrr numeric, grr numeric, churn_rate numeric, gross_churn numeric,
               net_churn numeric, quick_ratio numeric, arpa numeric, arr numeric)
LANGUAGE sql AS $$
    SELECT m.period_start, round(saas_metrics.nrr(m), 4), round(saas_metrics.grr(m), 4),
           round(saas_metrics.churn_rate(m), 4), round(saas_metrics.gross_revenue_churn_rate(m), 4),
           round(saas_metrics.net_revenue_churn_rate(m), 4), round(saas_metrics.quick_ratio(m), 4),
           round(saas_metrics.arpa(m), 4), round(saas_metrics.arr(m), 4)
      FROM unnest(periods) AS m
$$;

-- A life. Joins on 15 January at 100; takes another item at 50; on 10 March the first gets cheaper,
-- 100 to 70; all ends on 10 April; nothing in May, which is a row; back on 20 June at 80.
INSERT INTO subscription VALUES
    (1, '2024-01-15', '2024-03-10', 100),
    (1, '2024-02-05', '2024-04-10', 50),
    (1, '2024-03-10', '2024-04-10', 70),
    (1, '2024-06-20', NULL, 80);
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-07-01') AS life FROM subscription \gset
SELECT * FROM amounts(:'life');
SELECT * FROM counts(:'life');
-- Without customers at the opening there is no rate, without losses no quick ratio, without
-- customers at the closing no ARPA; all are NULL. February: 150/100, and min(100, 150)/100.
-- March: 120/150. April: everything is lost. ARR is 12 times the closing.
SELECT * FROM rates(:'life');

-- Movements are netted by day. On 10 February 100 goes and 60 + 40 come: nothing happened. On
-- 20 February 60 goes and 75 comes: an expansion of 15. The gap of one day on 1 March is a churn
-- and, on the 2nd, a reactivation.
TRUNCATE subscription;
INSERT INTO subscription VALUES
    (1, '2024-01-05', '2024-02-10', 100),
    (1, '2024-02-10', '2024-02-20', 60),
    (1, '2024-02-10', '2024-03-01', 40),
    (1, '2024-02-20', '2024-03-01', 75),
    (1, '2024-03-02', NULL, 115);
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-04-01') AS netted FROM subscription \gset
SELECT * FROM amounts(:'netted');
SELECT * FROM counts(:'netted');

-- The end is exclusive. Customer 1 is there on 31 January and gone on 1 February: January closes
-- at 10, the churn is February's. Customer 2 is gone on 31 January: the churn is January's.
TRUNCATE subscription;
INSERT INTO subscription VALUES
    (1, '2024-01-01', '2024-02-01', 10),
    (2, '2024-01-01', '2024-01-31', 20);
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-03-01') AS ends FROM subscription \gset
SELECT * FROM amounts(:'ends');
SELECT * FROM counts(:'ends');

-- In February: 1 stays; 2 leaves; 3 leaves and returns; 4 joins and leaves; 5 joins and grows.
-- 2, 3 and 4 churn, but of the three at the opening only 2 is lost. NRR is (100 + 0 + 120) / 300,
-- GRR (100 + 0 + 100) / 300; what 4 and 5 do is in neither. Gains 200 + 120 + 50 over losses 300.
TRUNCATE subscription;
INSERT INTO subscription VALUES
    (1, '2024-01-01', NULL, 100),
    (2, '2024-01-01', '2024-02-10', 100),
    (3, '2024-01-01', '2024-02-10', 100), (3, '2024-02-15', NULL, 120),
    (4, '2024-02-05', '2024-02-20', 100),
    (5, '2024-02-05', NULL, 100), (5, '2024-02-25', NULL, 50);
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-03-01') AS february FROM subscription \gset
SELECT * FROM amounts(:'february');
SELECT * FROM counts(:'february');
SELECT * FROM rates(:'february');

-- A free plan is no activity: free to paid is new, paid to free is churn, back to paid is a
-- reactivation. Nor is a span of zero length, nor a free plan beside a paid one.
TRUNCATE subscription;
INSERT INTO subscription VALUES
    (1, '2024-01-01', '2024-02-10', 0),
    (1, '2024-02-10', '2024-03-10', 30),
    (1, '2024-03-10', '2024-04-10', 0),
    (1, '2024-04-10', NULL, 30),
    (1, '2024-04-10', NULL, 0),
    (1, '2024-01-15', '2024-01-15', 99);
SELECT * FROM amounts((SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-05-01') FROM subscription));

-- A roll-forward: 1000 at the opening; new 100; 100 becomes 150; 100 becomes 60; 60 leaves.
TRUNCATE subscription;
INSERT INTO subscription VALUES
    (1, '2024-01-01', NULL, 740),
    (2, '2024-01-01', '2024-02-10', 100), (2, '2024-02-10', NULL, 150),
    (3, '2024-01-01', '2024-02-11', 100), (3, '2024-02-11', NULL, 60),
    (4, '2024-01-01', '2024-02-12', 60),
    (5, '2024-02-13', NULL, 100);
SELECT * FROM amounts((SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-03-01') FROM subscription)) OFFSET 1;

-- 100 customers at 10; in February 10 leave and 5 go from 10 to 25: NRR is 975/1000 (not 1.025),
-- GRR 900/1000, 10 of 100 are lost.
TRUNCATE subscription;
INSERT INTO subscription
    SELECT n, '2024-01-01'::date, CASE WHEN n <= 15 THEN '2024-02-10'::date END, 10 FROM generate_series(1, 100) AS n
    UNION ALL SELECT n, '2024-02-10', NULL, 25 FROM generate_series(11, 15) AS n;
SELECT nrr, grr, churn_rate, net_churn FROM rates((SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-03-01') FROM subscription)) OFFSET 1;

-- 100 at the opening and 12 churns, one of them of a customer who comes back, one of one who only
-- joined in the month: 10 are lost, 10 %.
TRUNCATE subscription;
INSERT INTO subscription
    SELECT n, '2024-01-01'::date, CASE WHEN n <= 11 THEN '2024-02-10'::date END, 10 FROM generate_series(1, 100) AS n
    UNION ALL VALUES (11, '2024-02-20'::date, NULL::date, 10), (101, '2024-02-05', '2024-02-15', 10);
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-03-01') AS churns FROM subscription \gset
SELECT * FROM counts(:'churns') OFFSET 1;
SELECT churn_rate FROM rates(:'churns') OFFSET 1;

-- ARPA of 100, 100, 300, 500 and 500 is 300.
SELECT closing, arpa, arr
  FROM (SELECT saas_metrics.mrr_movements(n::int, '2024-01-01', NULL::date, mrr, 'month', '2024-02-01')
          FROM unnest(ARRAY[100, 100, 300, 500, 500]) WITH ORDINALITY AS v (mrr, n)) AS s (periods),
       amounts(s.periods), rates(s.periods);

-- Every grain. One day of 10, Monday 30 December 2024, which is in the ISO week of 2025; until
-- Thursday 2 January 2025, so the periods that hold 1 January are there and are not complete,
-- except the day itself. The day closes at 10, the longer periods are over it.
SELECT g.grain, m.period_start, m.period_end, m.complete, trim_scale(m.new_mrr) AS new, trim_scale(m.churn_mrr) AS churn, trim_scale(m.closing_mrr) AS closing
  FROM (SELECT n, grain, saas_metrics.mrr_movements(1, '2024-12-30', '2024-12-31', 10, grain, '2025-01-02')
          FROM unnest(ARRAY['day', 'week', 'month', 'quarter', 'year']) WITH ORDINALITY AS v (grain, n)
         GROUP BY n, grain) AS g (n, grain, periods),
       unnest(g.periods) AS m
 ORDER BY g.n, m.period_start;
-- From 28 February to 1 March by days: two days of 10 in 2024, one in 1900, which was no leap
-- year; then the day of the churn.
SELECT m.period_start, m.closing
  FROM (SELECT starts_on, saas_metrics.mrr_movements(1, starts_on, ends_on, 10, 'day', ends_on + 1)
          FROM (VALUES ('2024-02-28'::date, '2024-03-01'::date), ('1900-02-28', '1900-03-01')) AS v (starts_on, ends_on)
         GROUP BY starts_on) AS s (starts_on, periods),
       amounts(s.periods) AS m
 ORDER BY m.period_start;
-- No year 0: after 1 BC comes AD 1.
SELECT m.period_start, m.period_end, trim_scale(m.closing_mrr) AS closing
  FROM (SELECT saas_metrics.mrr_movements(1, '0001-12-31 BC', '0002-01-01', 10, 'year', '0002-06-01')) AS s (periods), unnest(s.periods) AS m;

-- until. Every period that starts before it is there, whole: March is by what is true on 31 March,
-- though until is the 2nd; complete are those that end by it. From 1 March on March is not there.
TRUNCATE subscription;
INSERT INTO subscription VALUES (1, '2024-01-10', NULL, 10), (1, '2024-03-20', NULL, 5), (2, '2024-04-01', NULL, 7);
SELECT u.until, m.period_start, m.period_end, m.complete, trim_scale(m.expansion_mrr) AS expansion, trim_scale(m.closing_mrr) AS closing
  FROM (VALUES ('2024-03-02'::date), ('2024-03-01'), ('2024-02-29'), ('2024-01-11'), ('2024-01-01')) AS u (until),
       LATERAL (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', u.until) FROM subscription) AS s (periods),
       unnest(s.periods) AS m
 ORDER BY u.until DESC, m.period_start;
-- Left out, or NULL: through the period that holds today, which is not complete.
SELECT count(*) AS forms, bool_and(s.periods = d.periods) AS same, bool_and(last.period_start = date_trunc('month', current_date)::date) AS through_today,
       bool_or(last.complete) AS complete, bool_and(before_last.complete) AS complete_before
  FROM (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FROM subscription) AS d (periods),
       LATERAL (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month') FROM subscription
                UNION ALL SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', NULL) FROM subscription
                UNION ALL SELECT saas_metrics.mrr_movements(customer, daterange(starts_on, ends_on), mrr) FROM subscription
                UNION ALL SELECT saas_metrics.mrr_movements(customer, daterange(starts_on, ends_on), mrr, 'month') FROM subscription
                UNION ALL SELECT saas_metrics.mrr_movements(customer, daterange(starts_on, ends_on), mrr, 'month', NULL) FROM subscription) AS s (periods),
       LATERAL (SELECT s.periods[cardinality(s.periods)] AS p) AS l, LATERAL (SELECT (l.p).*) AS last,
       LATERAL (SELECT s.periods[cardinality(s.periods) - 1] AS p) AS b, LATERAL (SELECT (b.p).*) AS before_last;

-- As ranges. An inclusive end is the day before the exclusive one; no upper bound and infinity are
-- open; an empty range is nothing.
SELECT s.during, m.period_start, m.new, m.churn, m.closing
  FROM (SELECT n, during, saas_metrics.mrr_movements(1, during::daterange, 10, 'month', '2024-03-01')
          FROM unnest(ARRAY['[2024-01-10,2024-02-09]', '[2024-01-10,2024-02-10)', '(2024-01-09,2024-02-10)', '[2024-01-10,)',
                            '[2024-01-10,infinity)', '[2024-01-10,infinity]', '[2024-01-10,2024-01-10)']) WITH ORDINALITY AS v (during, n)
         GROUP BY n, during) AS s (n, during, periods)
  LEFT JOIN LATERAL amounts(s.periods) AS m ON true
 ORDER BY s.n, m.period_start;

-- No rows, no row left by a filter, only free plans, only spans of zero length, a start after
-- until or after today: an empty array.
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) AS no_rows FROM subscription WHERE false;
SELECT saas_metrics.mrr_movements(customer, daterange(starts_on, ends_on), mrr) AS no_rows FROM subscription WHERE false;
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) FILTER (WHERE mrr > 99) AS filtered FROM subscription;
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, 0) AS free FROM subscription;
SELECT saas_metrics.mrr_movements(customer, starts_on, starts_on, mrr) AS no_time FROM subscription;
SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2023-01-01') AS until_before FROM subscription;
SELECT saas_metrics.mrr_movements(1, current_date + 400, NULL::date, 10) AS in_future;

-- Segments. Each begins with its own first movement; for the same until they add up to the total.
SELECT s.segment, m.period_start, trim_scale(m.opening_mrr) AS opening, trim_scale(m.new_mrr) AS new, trim_scale(m.churn_mrr) AS churn, trim_scale(m.closing_mrr) AS closing
  FROM (SELECT coalesce(segment, 'total'), saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-04-01')
          FROM (VALUES ('north', 1, '2024-01-05'::date, '2024-03-05'::date, 0.1), ('north', 2, '2024-03-05', NULL, 0.2), ('south', 3, '2024-02-05', NULL, 0.7)) AS v (segment, customer, starts_on, ends_on, mrr)
         GROUP BY ROLLUP (segment)) AS s (segment, periods),
       unnest(s.periods) AS m
 ORDER BY s.segment, m.period_start;

SET client_min_messages = warning;
DROP SCHEMA movements CASCADE;
