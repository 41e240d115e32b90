-- mrr, active_customers and arpa at a date; churn_rate, nrr, grr, gross_revenue_churn_rate and
-- net_revenue_churn_rate of a period. Fewer groups with: psql -v groups=1000.

\ir lib/oracle.sql
\ir lib/standings.sql
\if :{?groups}
\else
    \set groups 100000
\endif

-- Rates are compared up to rounding, and no further.
SELECT oracle.same('near', $$ SELECT n, oracle.near(given, expected) AS near FROM (VALUES
    (1, 0.3333333333333333, oracle.rate(1, 3)), (2, 0.33333333333333333333, oracle.rate(100, 300.000)), (3, 0.333333333333331, oracle.rate(1, 3)),
    (4, 12345678901234567.6, 12345678901234568), (5, 12345678901234500, 12345678901234568), (6, 0, 0), (7, NULL, 0), (8, 0, NULL), (9, NULL, NULL)) AS v (n, given, expected) $$,
    'VALUES (1, 0.333333333333333), (2, 0.333333333333333), (3, 0.333333333333331), (4, 12345678901234568), (5, 12345678901234500), (6, 0), (7, NULL), (8, 0), (9, NULL)', 9);

-- At a date, by hand.
SELECT oracle.load($$ VALUES
    -- Through 28 February, the day before the leap day.
    ('one', 'a', '2024-01-15'::date, '2024-02-29'::date, 100),
    -- Back on the last day of March in two parts, of which one ends on 1 May.
    ('one', 'a', '2024-03-31', '2024-05-01', 60),
    ('one', 'a', '2024-03-31', NULL, 40.5),
    -- The leap day alone; no time; no money.
    ('one', 'b', '2024-02-29', '2024-03-01', 50),
    ('one', 'c', '2024-02-29', '2024-02-29', 70),
    ('one', 'd', '2024-01-01', NULL, 0),
    -- From April on, for ever.
    ('one', 'e', '2024-04-01', 'infinity', 99.5),
    -- A row twice is twice the money of one customer.
    ('two', 'a', '2024-02-01', '2024-03-01', 0.1),
    ('two', 'a', '2024-02-01', '2024-03-01', 0.1),
    ('two', 'b', '2024-02-01', '2024-04-01', 0.1),
    -- Nothing.
    ('three', 'a', '2024-02-01', NULL, 0),
    -- Accounts of 100, 100, 300, 500 and 500.
    ('four', 'a', '2024-01-01', NULL, 100), ('four', 'b', '2024-01-01', NULL, 100), ('four', 'c', '2024-01-01', NULL, 300),
    ('four', 'd', '2024-01-01', NULL, 500), ('four', 'e', '2024-01-01', NULL, 500)
$$) AS spans \gset
CREATE TABLE standing AS SELECT * FROM oracle.standings('{}');
INSERT INTO standing VALUES
    ('one', '2024-01-14',   0,   0, NULL),
    ('one', '2024-01-15', 100,   1,  100),
    ('one', '2024-02-28', 100,   1,  100),
    ('one', '2024-02-29',  50,   1,   50),
    ('one', '2024-03-01',   0,   0, NULL),
    ('one', '2024-03-31', 100.5, 1, 100.5),
    ('one', '2024-04-01', 200,   2,  100),
    ('one', '2024-04-30', 200,   2,  100),
    ('one', '2024-05-01', 140,   2,   70),
    ('one', '9999-12-31', 140,   2,   70),
    ('two', '2024-01-14',   0,   0, NULL),
    ('two', '2024-01-15',   0,   0, NULL),
    ('two', '2024-02-28', 0.3,   2, 0.15),
    ('two', '2024-02-29', 0.3,   2, 0.15),
    ('two', '2024-03-01', 0.1,   1,  0.1),
    ('two', '2024-03-31', 0.1,   1,  0.1),
    ('two', '2024-04-01',   0,   0, NULL),
    ('two', '2024-04-30',   0,   0, NULL),
    ('two', '2024-05-01',   0,   0, NULL),
    ('two', '9999-12-31',   0,   0, NULL);
INSERT INTO standing
    SELECT 'three', day, 0, 0, NULL FROM standing WHERE segment = 'one'
    UNION ALL SELECT 'four', day, 1500, 5, 300 FROM standing WHERE segment = 'one';
SELECT array_agg(day) AS days FROM standing WHERE segment = 'one' \gset
SELECT oracle.same('at a date by hand, oracle', format('SELECT * FROM oracle.standings(%L)', :'days'), 'TABLE standing', 40);
SELECT oracle.same('at a date by hand', oracle.standings_query(:'days'), 'TABLE standing', 40);

-- Over February 2024, by hand; a case is a segment.
SELECT oracle.load($$
    SELECT * FROM (VALUES
        ('steady', 'a', '2024-01-15'::date, NULL::date, 100::numeric),
        -- Active on 31 January, gone on 1 February; active through 29 February, gone on 1 March.
        ('gone on the first day', 'a', '2024-01-01', '2024-02-01', 100),
        ('gone after the last day', 'a', '2024-01-31', '2024-03-01', 100),
        ('gone on the last day', 'a', '2024-01-31', '2024-02-29', 100),
        -- New on the first day is not there at opening.
        ('new', 'a', '2024-02-01', NULL, 100),
        ('swap', 'a', '2024-01-10', '2024-02-15', 100),
        ('swap', 'a', '2024-02-15', NULL, 60),
        ('swap', 'a', '2024-02-15', NULL, 40),
        ('price cut', 'a', '2024-01-10', '2024-02-29', 100),
        ('price cut', 'a', '2024-02-29', NULL, 70),
        -- What happens in between is not seen.
        ('away and back', 'a', '2024-01-01', '2024-02-05', 100),
        ('away and back', 'a', '2024-02-10', NULL, 120),
        ('joins and leaves', 'a', '2024-02-05', '2024-02-10', 100),
        -- 100 to 150 and 200 to 50: surviving 200, retained 150, of 300.
        ('up and down', 'a', '2024-01-01', '2024-02-10', 100),
        ('up and down', 'a', '2024-02-10', NULL, 150),
        ('up and down', 'b', '2024-01-01', '2024-02-10', 200),
        ('up and down', 'b', '2024-02-10', NULL, 50),
        -- One of two lost, 30 of 40 money; who is new does not make up for it.
        ('one of two', 'a', '2024-01-01', '2024-02-10', 30),
        ('one of two', 'b', '2024-01-01', NULL, 10),
        ('one of two', 'c', '2024-02-10', NULL, 1000),
        -- No money, no time.
        ('nothing', 'a', '2024-01-01', NULL, 0),
        ('nothing', 'b', '2024-01-31', '2024-01-31', 100)) AS v
    -- 100 customers of 10: ten churn, five go from 10 to 25.
    UNION ALL SELECT 'revenue', n::text, '2024-01-01'::date, CASE WHEN n <= 10 THEN '2024-02-02'::date END, 10 FROM generate_series(1, 100) AS n
    UNION ALL SELECT 'revenue', n::text, '2024-02-20'::date, NULL, 15 FROM generate_series(11, 15) AS n
    -- 100 at opening; twelve churn, of whom one comes back and one had joined in the month.
    UNION ALL SELECT 'customers', n::text, '2024-01-01'::date, CASE WHEN n <= 11 THEN '2024-02-02'::date END, 10 FROM generate_series(1, 100) AS n
    UNION ALL VALUES ('customers', '11', '2024-02-20'::date, NULL::date, 10), ('customers', '101', '2024-02-05', '2024-02-10', 10)
$$) AS spans \gset
CREATE TABLE february AS SELECT * FROM oracle.rates('{}');
INSERT INTO february
SELECT segment, '[2024-02-01,2024-03-01)', churn_rate, nrr, grr, gross, net FROM (VALUES
--                              churn  nrr    grr    gross  net
    ('steady',                    0,   1,     1,     0,     0),
    ('gone on the first day',     1,   0,     0,     1,     1),
    ('gone after the last day',   0,   1,     1,     0,     0),
    ('gone on the last day',      1,   0,     0,     1,     1),
    ('new',                    NULL,   NULL,  NULL,  NULL,  NULL),
    ('swap',                      0,   1,     1,     0,     0),
    ('price cut',                 0,   0.7,   0.7,   0.3,   0.3),
    ('away and back',             0,   1.2,   1,     0,    -0.2),
    ('joins and leaves',       NULL,   NULL,  NULL,  NULL,  NULL),
    ('up and down',               0,   0.666666666666667, 0.5, 0.5, 0.333333333333333),
    ('one of two',              0.5,   0.25,  0.25,  0.75,  0.75),
    ('nothing',                NULL,   NULL,  NULL,  NULL,  NULL),
    ('revenue',                 0.1,   0.975, 0.9,   0.1,   0.025),
    ('customers',               0.1,   0.9,   0.9,   0.1,   0.1)) AS v (segment, churn_rate, nrr, grr, gross, net);
SELECT oracle.same('February by hand, oracle', $$ SELECT * FROM oracle.rates('{"[2024-02-01,2024-02-29]"}') $$, 'TABLE february', 14);
SELECT 'February by hand: ' || oracle.check_rates('February', '{"[2024-02-01,2024-02-29]"}', at_least => 14) || ' rows';
-- A day alone, the leap day, and the open ends of a range of days.
CREATE TABLE leap_day AS TABLE february WITH NO DATA;
INSERT INTO leap_day
SELECT segment, '(2024-02-28,2024-02-29]', churn_rate, nrr, grr, 1 - grr, 1 - nrr FROM (VALUES
    ('steady', 0, 1, 1), ('gone on the first day', NULL, NULL, NULL), ('gone after the last day', 0, 1, 1), ('gone on the last day', 1, 0, 0),
    ('new', 0, 1, 1), ('swap', 0, 1, 1), ('price cut', 0, 0.7, 0.7), ('away and back', 0, 1, 1), ('joins and leaves', NULL, NULL, NULL),
    ('up and down', 0, 1, 1), ('one of two', 0, 1, 1), ('nothing', NULL, NULL, NULL), ('revenue', 0, 1, 1), ('customers', 0, 1, 1)) AS v (segment, churn_rate, nrr, grr);
SELECT oracle.same('the leap day by hand, oracle', $$ SELECT * FROM oracle.rates('{"[2024-02-29,2024-02-29]"}') $$, 'TABLE leap_day', 14);
SELECT oracle.same('the leap day by hand', oracle.rates_query('{"[2024-02-29,2024-02-29]"}'), 'TABLE leap_day', 14);

-- Generated: by days and periods of all lengths in, before and after the data.
CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format('SELECT * FROM oracle.shape(%L, %s, %s, %s, %s)',
                                       shape, seed, segments, customers, items));
    first_day date := (SELECT min(starts_on) FROM oracle.span);
    last_day date := (SELECT max(starts_on) FROM oracle.span);
    label text := format('%s, seed %s, %s spans', shape, seed, spans);
    days date[];
    periods daterange[];
BEGIN
    days := ARRAY(SELECT DISTINCT first_day - 3 + oracle.pick(last_day - first_day + 100, 'd' || n) FROM generate_series(1, 60) AS n
                  UNION SELECT starts_on - n FROM (SELECT starts_on FROM oracle.span ORDER BY md5(span::text) LIMIT 8) AS s, generate_series(0, 1) AS n
                  UNION SELECT ends_on - n FROM (SELECT ends_on FROM oracle.span WHERE isfinite(ends_on) ORDER BY md5(span::text) LIMIT 8) AS s, generate_series(0, 1) AS n
                  UNION VALUES ('4713-06-01 BC'::date), ('1970-01-01'), ('5000-01-01'));
    periods := ARRAY(SELECT daterange(day, day + length)
                       FROM (SELECT day, (ARRAY[1, 2, 7, 28, 31, 91, 365, 1000])[1 + oracle.pick(8, 'l' || day)] AS length FROM unnest(days) AS day) AS p);
    RETURN format('%s: %s rows at dates, %s rows of periods', label,
        oracle.check_standings(label, days, at_least => 60), oracle.check_rates(label, periods, at_least => 60));
END
$$;
SELECT check_shape('scatter', 201, 2, 12, 6) WHERE oracle.takes();
SELECT check_shape('scatter', 202, 1, 60, 2) WHERE oracle.takes();
SELECT check_shape('chain', 203, 3, 20, 8) WHERE oracle.takes();
SELECT check_shape('seats', 204, 2, 10, 30) WHERE oracle.takes();
SELECT check_shape('edges', 205, 2, 15, 8) WHERE oracle.takes();
SELECT check_shape('edges', 206, 1, 50, 4) WHERE oracle.takes();
SELECT check_shape('flicker', 207, 2, 20, 12) WHERE oracle.takes();
SELECT check_shape('flicker', 208, 25, 2, 4) WHERE oracle.takes();

-- Customers of every type; texts by their bytes.
SELECT oracle.load($$ SELECT * FROM oracle.shape('chain', 231, 2, 40, 6) UNION ALL SELECT * FROM oracle.shape('flicker', 232, 2, 40, 3) $$) AS spans \gset
SELECT format('customers as %s: %s rows', what,
           oracle.check_standings(what, '{2022-12-31,2023-03-03,2023-04-30}', id, 6) +
           oracle.check_rates(what, '{"[2022-12-25,2023-01-01)","[2023-02-01,2023-05-01)"}', id, 4)) FROM (VALUES
    ('int2', '(20 - customer::int)::int2'),
    ('int4', '(20 - customer::int) * 50000000'),
    ('int8', '(20 - customer::int8) * 400000000000000000'),
    ('uuid', 'md5(customer)::uuid'),
    ('text', 'customer'),
    ('varchar', '(''no. '' || customer)::varchar(12)'),
    ('text, one a prefix of the next', 'repeat(''a'', customer::int - 1)'),
    ('text, upper and lower', 'CASE WHEN customer::int > 20 THEN upper(chr(96 + customer::int - 20)) ELSE chr(96 + customer::int) END'),
    ('text of 3 kB', 'repeat(''long name '', 300) || customer')
) AS v (what, id);

-- What they have in common with mrr_movements, period by period of every grain.
CREATE TABLE span AS SELECT * FROM oracle.shape('chain', 241, 3, 100, 6) UNION ALL SELECT * FROM oracle.shape('scatter', 242, 3, 100, 3)
                     UNION ALL SELECT * FROM oracle.shape('flicker', 243, 3, 100, 2);
CREATE TABLE movements AS
    SELECT g.grain, s.segment, m.*, saas_metrics.churn_rate(m), saas_metrics.nrr(m), saas_metrics.grr(m),
           saas_metrics.gross_revenue_churn_rate(m), saas_metrics.net_revenue_churn_rate(m), saas_metrics.arpa(m)
      FROM (VALUES ('day', '2022-12-31'::date), ('week', '2023-06-01'), ('month', '2027-01-01'), ('quarter', '2028-01-01'), ('year', '2030-01-01')) AS g (grain, until),
           LATERAL (SELECT segment, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, grain, until) FROM span GROUP BY segment) AS s (segment, periods),
           unnest(s.periods) AS m;
SELECT oracle.same('rates of the periods of mrr_movements', format($$
    SELECT grain, segment, period, %s FROM (%s) AS a RIGHT JOIN (SELECT *, daterange(period_start, period_end) AS period FROM movements) AS m USING (segment, period) $$,
        string_agg(format('oracle.near(a.%s, m.%1$s) AS %1$s', rate), ', '),
        oracle.rates_query(ARRAY(SELECT DISTINCT daterange(period_start, period_end) FROM movements), source => 'span')), format($$
    SELECT grain, segment, daterange(period_start, period_end), %s FROM movements $$, string_agg(rate, ', ')), 400)
  FROM oracle.rate_names() AS rate;
SELECT oracle.same('closing of mrr_movements', format($$
    SELECT grain, segment, day, a.mrr, a.active_customers, oracle.near(a.arpa, m.arpa) AS arpa
      FROM (%s) AS a RIGHT JOIN (SELECT *, period_end - 1 AS day FROM movements) AS m USING (segment, day) $$,
        oracle.standings_query(ARRAY(SELECT DISTINCT period_end - 1 FROM movements), source => 'span')), $$
    SELECT grain, segment, period_end - 1, closing_mrr, closing_customers, arpa FROM movements $$, 400);

-- Filtered, grouped by sets, hashed and sorted, in another order.
SELECT oracle.load('SELECT * FROM span WHERE mrr > 50 AND segment <> ''2''') AS spans \gset
\set half '[2023-01-01,2023-07-01)'
CREATE TABLE filtered AS
    SELECT segment, saas_metrics.mrr(starts_on, ends_on, mrr, '2023-03-31') FILTER (WHERE mrr > 50 AND segment <> '2'),
           saas_metrics.active_customers(customer, starts_on, ends_on, mrr, '2023-03-31') FILTER (WHERE mrr > 50 AND segment <> '2'),
           saas_metrics.arpa(customer, starts_on, ends_on, mrr, '2023-03-31') FILTER (WHERE mrr > 50 AND segment <> '2'),
           saas_metrics.churn_rate(customer, starts_on, ends_on, mrr, :'half') FILTER (WHERE mrr > 50 AND segment <> '2'),
           saas_metrics.nrr(customer, starts_on, ends_on, mrr, :'half') FILTER (WHERE mrr > 50 AND segment <> '2'),
           saas_metrics.grr(customer, starts_on, ends_on, mrr, :'half') FILTER (WHERE mrr > 50 AND segment <> '2')
      FROM span GROUP BY segment;
SELECT oracle.same('filtered', $$
    SELECT segment, f.mrr, f.active_customers, oracle.near(f.arpa, s.arpa) AS arpa, oracle.near(f.churn_rate, r.churn_rate) AS churn_rate,
           oracle.near(f.nrr, r.nrr) AS nrr, oracle.near(f.grr, r.grr) AS grr
      FROM filtered AS f LEFT JOIN oracle.standings('{2023-03-31}') AS s USING (segment) LEFT JOIN oracle.rates('{"[2023-01-01,2023-07-01)"}') AS r USING (segment) $$, $$
    SELECT segment, mrr, active_customers, arpa, churn_rate, nrr, grr
      FROM oracle.standings('{2023-03-31}') JOIN oracle.rates('{"[2023-01-01,2023-07-01)"}') USING (segment)
    UNION ALL SELECT '2', 0, 0, NULL, NULL, NULL, NULL $$, 3);
CREATE TABLE sets AS
    SELECT CASE grouping(segment, parity) WHEN 0 THEN segment || '/' || parity WHEN 1 THEN segment WHEN 2 THEN 'parity ' || parity ELSE 'total' END AS segment,
           saas_metrics.mrr(starts_on, ends_on, mrr, '2023-03-31'), saas_metrics.active_customers(customer, starts_on, ends_on, mrr, '2023-03-31'),
           saas_metrics.churn_rate(customer, starts_on, ends_on, mrr, :'half'), saas_metrics.nrr(customer, starts_on, ends_on, mrr, :'half'),
           saas_metrics.grr(customer, starts_on, ends_on, mrr, :'half')
      FROM (SELECT *, customer::int % 2 AS parity FROM span) AS w
     GROUP BY GROUPING SETS (ROLLUP (segment, parity), (parity));
SELECT oracle.load($$
    SELECT s.name, customer, starts_on, ends_on, mrr
      FROM span, LATERAL (SELECT (customer::int % 2)::text) AS p (parity),
           LATERAL (VALUES (segment || '/' || parity), (segment), ('parity ' || parity), ('total')) AS s (name) $$) AS spans \gset
SELECT oracle.same('grouping sets', $$
    SELECT segment, f.mrr, f.active_customers, oracle.near(f.churn_rate, r.churn_rate) AS churn_rate, oracle.near(f.nrr, r.nrr) AS nrr, oracle.near(f.grr, r.grr) AS grr
      FROM sets AS f LEFT JOIN oracle.rates('{"[2023-01-01,2023-07-01)"}') AS r USING (segment) $$, $$
    SELECT segment, mrr, active_customers, churn_rate, nrr, grr
      FROM oracle.standings('{2023-03-31}') JOIN oracle.rates('{"[2023-01-01,2023-07-01)"}') USING (segment) $$, 12);
SELECT oracle.load('TABLE span') AS spans \gset
CREATE FUNCTION check_plan(what text, plan text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    days date[] := '{2022-12-24,2023-03-31,2023-09-09}';
    periods daterange[] := '{"[2022-12-24,2023-03-31)","[2023-01-01,2024-01-01)"}';
BEGIN
    PERFORM oracle.expect_plan(what, oracle.standings_query(days), plan);
    PERFORM oracle.expect_plan(what, oracle.rates_query(periods), plan);
    RETURN format('%s: %s rows', what, oracle.check_standings(what, days, at_least => 9) + oracle.check_rates(what, periods, at_least => 6));
END
$$;
SET enable_sort = off;
SELECT check_plan('hashed groups', 'HashAggregate');
RESET enable_sort;
SET enable_hashagg = off;
SELECT check_plan('sorted groups', 'GroupAggregate');
RESET enable_hashagg;
SELECT oracle.same('in HAVING', $$
    SELECT segment FROM span GROUP BY segment
    HAVING saas_metrics.active_customers(customer, starts_on, ends_on, mrr, '2023-03-31' ORDER BY mrr) > 0
        AND saas_metrics.nrr(customer, starts_on, ends_on, mrr, '[2023-01-01,2023-07-01)' ORDER BY starts_on DESC) < 0.9 $$, $$
    SELECT segment FROM oracle.standings('{2023-03-31}') JOIN oracle.rates('{"[2023-01-01,2023-07-01)"}') USING (segment) WHERE active_customers > 0 AND nrr < 0.9 $$);

-- Segments with customers of their own add up to the total, to the last digit; in mrr, which knows
-- no customers, they do in any case.
SELECT oracle.load('SELECT segment, segment || ''/'' || customer, starts_on, ends_on, mrr FROM span') AS spans \gset
CREATE TABLE many_days AS SELECT '2022-11-20'::date + 37 * n AS day FROM generate_series(0, 40) AS n;
SELECT oracle.same('segments add up to the total', format(
    'SELECT day, sum(mrr) AS mrr, sum(active_customers) AS customers FROM (%s) AS s GROUP BY day', oracle.standings_query(ARRAY(TABLE many_days))), $$
    SELECT day, saas_metrics.mrr(starts_on, ends_on, mrr, day) AS mrr, saas_metrics.active_customers(segment || '/' || customer, starts_on, ends_on, mrr, day)::numeric AS customers
      FROM span, many_days GROUP BY day $$, 40);
SELECT oracle.same('segments that share customers add up in mrr', format(
    'SELECT day, sum(mrr) AS mrr FROM (%s) AS s GROUP BY day', oracle.standings_query(ARRAY(TABLE many_days), source => 'span')), $$
    SELECT day, saas_metrics.mrr(starts_on, ends_on, mrr, day) FROM span, many_days GROUP BY day $$, 40);

-- Frames that grow and move: the state is read and goes on.
CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY md5(s::text))::int AS n, s.* FROM oracle.shape('flicker', 251, 1, 6, 30) AS s;
CREATE FUNCTION check_frame(what text, frame text, rows_in_frame text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load('SELECT row.n, s.customer, s.starts_on, s.ends_on, s.mrr FROM numbered AS row, numbered AS s WHERE ' || rows_in_frame);
    RETURN oracle.same(what, format($q$
        SELECT n::text, a.mrr, customers, oracle.near(a.arpa, s.arpa) AS arpa, oracle.near(a.churn_rate, r.churn_rate) AS churn_rate,
            oracle.near(a.nrr, r.nrr) AS nrr, oracle.near(a.grr, r.grr) AS grr
          FROM (SELECT n, saas_metrics.mrr(starts_on, ends_on, mrr, '2023-02-10') OVER w, saas_metrics.active_customers(customer, starts_on, ends_on, mrr, '2023-02-10') OVER w,
                       saas_metrics.arpa(customer, starts_on, ends_on, mrr, '2023-02-10') OVER w,
                           saas_metrics.churn_rate(customer, starts_on, ends_on, mrr, '[2023-02-01,2023-02-09)') OVER w,
                       saas_metrics.nrr(customer, starts_on, ends_on, mrr, '[2023-02-01,2023-02-09)') OVER w,
                           saas_metrics.grr(customer, starts_on, ends_on, mrr, '[2023-02-01,2023-02-09)') OVER w
                  FROM numbered WINDOW w AS (%s)) AS a (n, mrr, customers, arpa, churn_rate, nrr, grr)
          JOIN oracle.standings('{2023-02-10}') AS s ON s.segment = n::text JOIN oracle.rates('{"[2023-02-01,2023-02-09)"}') AS r ON r.segment = n::text $q$, frame), $q$
        SELECT segment, mrr, active_customers, arpa, churn_rate, nrr, grr FROM oracle.standings('{2023-02-10}') JOIN oracle.rates('{"[2023-02-01,2023-02-09)"}') USING (segment) $q$, 150);
END
$$;
SELECT check_frame('growing frames', 'ORDER BY n', 's.n <= row.n');
SELECT check_frame('moving frames', 'ORDER BY n ROWS 20 PRECEDING', 's.n BETWEEN row.n - 20 AND row.n');

-- No rows, rows of nothing, one row.
CREATE FUNCTION numbers(source text, starts_on text, ends_on text, mrr text, filter text DEFAULT 'true') RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT ' || string_agg(format('saas_metrics.%s(%s%s, %s, %s, %L) FILTER (WHERE %s)', name, customer, starts_on, ends_on, mrr, asked, filter),
        ', ' ORDER BY n) || ' FROM ' || source
      FROM (VALUES (1, 'mrr', '', '2023-03-31'), (2, 'active_customers', 'customer, ', '2023-03-31'), (3, 'arpa', 'customer, ', '2023-03-31'),
                   (4, 'churn_rate', 'customer, ', '[2023-03-01,2023-04-01)'), (5, 'nrr', 'customer, ', '[2023-03-01,2023-04-01)'), (6, 'grr', 'customer, ', '[2023-03-01,2023-04-01)'),
                   (7, 'gross_revenue_churn_rate', 'customer, ', '[2023-03-01,2023-04-01)'), (8, 'net_revenue_churn_rate', 'customer, ', '[2023-03-01,2023-04-01)'))
                       AS v (n, name, customer, asked)
$$;
SELECT oracle.same(what, numbers(source, starts_on, ends_on, mrr), 'VALUES (0::numeric, 0::bigint, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric)')
  FROM (VALUES ('no rows', 'span WHERE false', 'starts_on', 'ends_on', 'mrr'), ('no money', 'span', 'starts_on', 'ends_on', '0'), ('no time', 'span', 'starts_on', 'starts_on', 'mrr'),
               ('later', 'span', 'starts_on + 10000', 'NULL', 'mrr'), ('before', 'span', 'starts_on - 10000', 'starts_on - 9000', 'mrr'))
                   AS v (what, source, starts_on, ends_on, mrr);
SELECT oracle.same('one row', numbers('(SELECT 1) AS one (customer)', '''2023-02-28''', '''2023-03-31''', '0.1'),
    'VALUES (0::numeric, 0::bigint, NULL::numeric, 1::numeric, 0::numeric, 0::numeric, 1::numeric, 1::numeric)');
SELECT oracle.same('one row, a day more', numbers('(SELECT 1) AS one (customer)', '''2023-02-28''', '''2023-04-01''', '0.1'),
    'VALUES (0.1, 1::bigint, 0.1, 0::numeric, 1::numeric, 1::numeric, 0::numeric, 0::numeric)');
SELECT oracle.same('one row, from the first day', numbers('(SELECT 1) AS one (customer)', '''2023-03-01''', 'NULL', '0.1'),
    'VALUES (0.1, 1::bigint, 0.1, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric)');
SELECT oracle.same('no rows in a group', $$ SELECT saas_metrics.mrr(starts_on, ends_on, mrr, '2023-03-31') FROM span WHERE false GROUP BY segment UNION ALL SELECT 1 $$, 'SELECT 1::numeric');

-- What is asked for: given, finite, not empty, the same in all rows.
SELECT oracle.fails(name || ' at ' || at, format('SELECT saas_metrics.%s(%s starts_on, ends_on, mrr, %s) FROM span', name, customer, at), state)
  FROM (VALUES ('mrr', ''), ('active_customers', 'customer,'), ('arpa', 'customer,')) AS n (name, customer),
       (VALUES ('NULL', '22004'), ('''infinity''', '22008'), ('''-infinity''', '22008'), ('starts_on', '22023')) AS a (at, state);
SELECT oracle.fails(rate || ' of ' || period, format('SELECT saas_metrics.%s(customer, starts_on, ends_on, mrr, %s) FROM span', rate, period), state)
  FROM oracle.rate_names() AS rate,
       (VALUES ('NULL', '22004'), ('''empty''', '22023'), ('''(,2024-01-01)''', '22008'), ('''[2024-01-01,)''', '22008'), ('''(,)''', '22008'), ('''[2024-01-01,infinity)''', '22008'),
               ('''[-infinity,2024-01-01)''', '22008'), ('daterange(starts_on, starts_on + 7)', '22023'), ('daterange(''2022-01-01'', starts_on + 10)', '22023')) AS p (period, state);

-- 100,000 customers, a group each: hashed in little memory and sorted, against plain sums.
SELECT oracle.load(format($$
    SELECT 'all', g::text, '2024-01-01'::date + oracle.pick(80, g || ':' || n), '2024-01-01'::date + oracle.pick(80, g || ':' || n) + oracle.pick(60, g || '-' || n),
           CASE WHEN g %% 10 = 0 THEN 0 ELSE oracle.pick(100000, g || '/' || n) * 0.01 END
      FROM generate_series(1, %s) AS g, generate_series(0, 2) AS n ORDER BY n, md5(g::text) $$, :groups)) AS spans \gset
\set many 'SELECT customer::int, saas_metrics.active_customers(customer, starts_on, ends_on, mrr, \'2024-02-29\') AS active, saas_metrics.mrr(starts_on, ends_on, mrr, \'2024-02-29\') AS mrr, saas_metrics.nrr(1, starts_on, ends_on, mrr, \'[2024-02-01,2024-03-01)\') AS nrr FROM oracle.span GROUP BY customer::int'
SET work_mem = '64kB';
SET enable_sort = off;
SELECT oracle.expect_plan('hashed', :'many', 'HashAggregate') \gset
CREATE TABLE hashed AS :many;
RESET enable_sort;
RESET work_mem;
SET enable_hashagg = off;
SELECT oracle.expect_plan('sorted', :'many', 'GroupAggregate') \gset
SELECT oracle.same('many customers, hashed against sorted', 'TABLE hashed', :'many', :groups);
RESET enable_hashagg;
SELECT oracle.same('many customers, against plain sums', $$
    SELECT customer, h.active, h.mrr, oracle.near(h.nrr, oracle.rate(CASE WHEN p.opening > 0 THEN p.mrr END, p.opening)) AS nrr
      FROM hashed AS h JOIN (SELECT customer::int, coalesce(sum(mrr) FILTER (WHERE starts_on <= '2024-01-31' AND '2024-01-31' < ends_on), 0) AS opening,
                                    coalesce(sum(mrr) FILTER (WHERE starts_on <= '2024-02-29' AND '2024-02-29' < ends_on), 0) AS mrr FROM oracle.span GROUP BY 1) AS p USING (customer) $$, $$
    SELECT customer::int, (mrr > 0)::int::bigint, mrr, oracle.rate(CASE WHEN opening > 0 THEN mrr END, opening)
      FROM (SELECT customer, coalesce(sum(mrr) FILTER (WHERE starts_on <= '2024-01-31' AND '2024-01-31' < ends_on), 0) AS opening,
                   coalesce(sum(mrr) FILTER (WHERE starts_on <= '2024-02-29' AND '2024-02-29' < ends_on), 0) AS mrr FROM oracle.span GROUP BY 1) AS p $$, :groups);

-- Parallel equals serial: all numbers of one query, in total and grouped, by every type.
\ir lib/parallel.sql
SELECT oracle.load('TABLE span') AS spans \gset
ALTER TABLE oracle.span SET (parallel_workers = 2);
CREATE FUNCTION check_type(what text, customer text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    query text := replace(numbers('oracle.span', 'starts_on', 'ends_on', 'mrr'), 'customer,', customer || ',');
BEGIN
    RETURN NEXT oracle.check_parallel('parallel, ' || what, query, 1);
    RETURN NEXT oracle.check_parallel('parallel, grouped, ' || what, replace(query, 'SELECT', 'SELECT segment, ') || ' GROUP BY segment', 3);
END
$$;
SELECT check_type(what, id) FROM (VALUES ('int2', 'customer::int2'), ('int4', 'customer::int'), ('int8', 'customer::int8'), ('uuid', 'md5(customer)::uuid'), ('text', 'customer'),
                                         ('varchar', 'customer::varchar')) AS v (what, id);
SELECT oracle.check_parallel('parallel, per customer', $$ SELECT customer, saas_metrics.mrr(starts_on, ends_on, mrr, '2023-03-31'),
    saas_metrics.active_customers(customer, starts_on, ends_on, mrr, '2023-03-31'),
    saas_metrics.grr(customer, starts_on, ends_on, mrr, '[2023-01-01,2023-04-01)') FROM oracle.span GROUP BY customer $$, 100);
SELECT oracle.check_parallel('parallel, where ' || rows, numbers('oracle.span', 'starts_on', 'ends_on', 'mrr', rows), 1)
  FROM unnest('{"(segment, customer) = (''3'', ''2'')","mrr < 0"}'::text[]) AS rows;

-- What only shows when states meet.
CREATE TABLE parted (part int, segment int, customer int, starts_on date, ends_on date, mrr numeric) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
INSERT INTO parted SELECT part, n % 3, n, '2024-01-01', CASE WHEN n <= 30 AND part = 1 THEN '2024-02-01'::date END, 10
  FROM generate_series(1, 2) AS part, generate_series(1, 300) AS n;
ANALYZE parted;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
CREATE FUNCTION meeting(call text) RETURNS text LANGUAGE sql AS $$ SELECT 'SELECT segment, saas_metrics.' || call || ' FROM parted GROUP BY segment' $$;
CREATE FUNCTION check_meeting(call text, answer text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.expect_plan(call, meeting(call), 'Finalize(.|\n)*Append(.|\n)*Partial');
    RETURN oracle.same('states meet: ' || call, meeting(call), format('SELECT n, %s FROM generate_series(0, 2) AS n', answer), 3);
END
$$;
SELECT check_meeting(call, answer)
  FROM (VALUES ($$mrr(starts_on, ends_on, mrr, '2024-02-01')$$, '1900::numeric'), ($$active_customers(customer, starts_on, ends_on, mrr, '2024-02-01')$$, '100::bigint'),
               ($$arpa(customer, starts_on, ends_on, mrr, '2024-02-01')$$, '19::numeric'),
                   ($$churn_rate(customer, starts_on, ends_on, mrr, '[2024-02-01,2024-02-02)')$$, '0::numeric'),
               ($$nrr(customer, starts_on, ends_on, mrr, '[2024-02-01,2024-02-02)')$$, '0.95'),
                   ($$gross_revenue_churn_rate(customer, starts_on, ends_on, mrr, '[2024-02-01,2024-02-02)')$$, '0.05')) AS v (call, answer);
SELECT oracle.fails('dates meet: ' || call, meeting(call), '22023')
  FROM unnest('{"mrr(starts_on, ends_on, mrr, ''2024-02-01''::date + part)","active_customers(customer, starts_on, ends_on, mrr, ''2024-02-01''::date + part)",
      "churn_rate(customer, starts_on, ends_on, mrr, daterange(''2024-02-01'', ''2024-02-02''::date + part))"}'::text[]) AS call;
