-- cltv and cltv_factors: what a customer is worth, from rows of payments.

\ir lib/oracle.sql
\ir lib/events.sql
\ir lib/ways.sql

-- NULL without a divisor, and far more decimals than are compared.
CREATE FUNCTION quotient(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(a, 40) / nullif(b, 0)
$$;
-- A transaction is a row above 0. Each factor is a quotient of whole sums.
CREATE FUNCTION oracle.lifetime_values()
RETURNS TABLE (segment text, average_sale numeric, repeat_transactions numeric, retention_years numeric, cltv numeric)
LANGUAGE sql STABLE PARALLEL SAFE SET enable_nestloop = off AS $$
    WITH
    customer AS (
        SELECT p.segment, p.customer, sum(p.amount) AS revenue,
               count(*) FILTER (WHERE p.amount > 0) AS transactions,
               max(p.paid_on) FILTER (WHERE p.amount > 0) - min(p.paid_on) FILTER (WHERE p.amount > 0) AS days
          FROM oracle.payment p
         GROUP BY p.segment, p.customer
    ),
    total AS (
        SELECT c.segment, sum(c.revenue) AS revenue, sum(c.transactions) AS transactions,
               count(*) FILTER (WHERE c.transactions > 0) AS customers, sum(c.days) AS days
          FROM customer c
         GROUP BY c.segment
    )
    SELECT t.segment, quotient(t.revenue, t.transactions), quotient(365 * t.transactions, t.days), quotient(t.days, 365 * t.customers),
           CASE WHEN t.days > 0 THEN quotient(t.revenue, t.customers) END
      FROM total t
$$;

-- What the extension gives; what differs from the oracle by more than its 15th decimal or digit stays as it is.
-- A group that a filter leaves without rows is NULL, and no segment to the oracle.
CREATE FUNCTION factors() RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT g.segment, oracle.near((g.result).average_sale, o.average_sale) AS average_sale,
                   oracle.near((g.result).repeat_transactions, o.repeat_transactions) AS repeat_transactions,
                   oracle.near((g.result).retention_years, o.retention_years) AS retention_years
              FROM (%s) AS g LEFT JOIN oracle.lifetime_values() AS o ON o.segment = g.segment
             WHERE o.segment IS NOT NULL OR g.result IS NOT NULL'
$$;
CREATE FUNCTION value() RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT g.segment, oracle.near(g.result, o.cltv) AS cltv
              FROM (%s) AS g LEFT JOIN oracle.lifetime_values() AS o ON o.segment = g.segment
             WHERE o.segment IS NOT NULL OR g.result IS NOT NULL'
$$;
\set factors_of 'cltv_factors(%s, paid_on, amount)'
\set value_of 'cltv(%s, paid_on, amount)'
\set factors_by_oracle 'SELECT segment, average_sale, repeat_transactions, retention_years FROM oracle.lifetime_values()'
\set value_by_oracle 'SELECT segment, cltv FROM oracle.lifetime_values()'

CREATE FUNCTION check_payments(what text, at_least bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: %s segments', what,
        oracle.compare(what || ', cltv', format(value(), oracle.grouped('cltv(customer, paid_on, amount)', 'oracle.payment')),
                       'SELECT segment, cltv FROM oracle.lifetime_values()', at_least) +
        oracle.compare(what || ', factors', format(factors(), oracle.grouped('cltv_factors(customer, paid_on, amount)', 'oracle.payment')),
                       'SELECT segment, average_sale, repeat_transactions, retention_years FROM oracle.lifetime_values()', at_least))
$$;

-- By hand; 2023 has 365 days.
SELECT oracle.fill('oracle.payment', $$ VALUES
    -- a stays a year, b a day. 250 - 20 = 230 of 3 transactions, 3 transactions a year of retention for
    -- each of 2 customers, half a year on average: 76 2/3 × 3 × 1/2 = 115 = 230 / 2.
    ('worked', 'a', '2023-01-01'::date, 100), ('worked', 'a', '2024-01-01', 100), ('worked', 'b', '2023-06-01', 50), ('worked', 'b', '2023-09-01', -20),
    -- c never paid: no customer, but what it got back is gone. 0 is no transaction: d stays 73 days, not a year.
    ('refunds', 'c', '2023-01-01', -30), ('refunds', 'd', '2023-01-01', 0), ('refunds', 'd', '2023-02-01', 40), ('refunds', 'd', '2023-04-15', 40), ('refunds', 'd', '2024-01-01', 0),
    -- More went back than came in.
    ('loss', 'a', '2023-01-01', 1), ('loss', 'a', '2024-01-01', 1), ('loss', 'a', '2024-02-01', -5),
    -- A day each, however often: no retention, so no repeats in it and no value.
    ('a day', 'a', '2023-01-01', 10), ('a day', 'a', '2023-01-01', 20), ('a day', 'b', '2023-02-01', 30),
    -- Nobody ever paid.
    ('nobody', 'a', '2023-01-01', 0), ('nobody', 'b', '2023-01-01', -1), ('nobody', 'b', '2024-01-01', -1),
    ('zeros', 'a', '2023-01-01', 0)
$$) \gset
CREATE TABLE worked (segment text, average_sale numeric, repeat_transactions numeric, retention_years numeric, cltv numeric);
INSERT INTO worked VALUES
    ('worked',  230 / 3::numeric, 3,    0.5,  115),
    -- 50 of 2; 2 in a fifth of a year; 50.
    ('refunds', 25,               10,   0.2,  50),
    -- -3 of 2; 2 in a year; -3.
    ('loss',    -1.5,             2,    1,    -3),
    ('a day',   20,               NULL, 0,    NULL),
    ('nobody',  NULL,             NULL, NULL, NULL),
    ('zeros',   NULL,             NULL, NULL, NULL);
SELECT oracle.same('by hand, oracle', 'SELECT segment, round(average_sale, 15), repeat_transactions, retention_years, cltv FROM oracle.lifetime_values()',
                   'SELECT segment, round(average_sale, 15), repeat_transactions, retention_years, cltv FROM worked', 6);
SELECT oracle.same('by hand, cltv', format(value(), oracle.grouped(format(:'value_of', 'customer'), 'oracle.payment')), 'SELECT segment, cltv FROM worked', 6);
SELECT check_payments('by hand', 6);
-- Exactly 115: nothing is rounded on the way, although a sale is 76.666….
SELECT oracle.same('exact', $$ SELECT saas_metrics.cltv(customer, paid_on, amount) FROM oracle.payment WHERE segment = 'worked' $$, 'SELECT 115::numeric');

-- Every shape.
CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int, days int) RETURNS text LANGUAGE sql AS $$
    SELECT check_payments(format('%s, seed %s, %s rows', shape, seed,
        oracle.fill('oracle.payment', format('SELECT * FROM oracle.payments(%L, %s, %s, %s, %s, %s)', shape, seed, segments, customers, items, days))), segments)
$$;
SELECT check_shape('scatter', 1, 50, 8, 6, 900) WHERE oracle.takes();
SELECT check_shape('scatter', 2, 3, 200, 10, 2000) WHERE oracle.takes();
SELECT check_shape('scatter', 3, 200, 1, 3, 60) WHERE oracle.takes();
SELECT check_shape('scatter', 4, 200, 2, 2, 2) WHERE oracle.takes();
SELECT check_shape('regular', 5, 20, 30, 24, 900) WHERE oracle.takes();
SELECT check_shape('regular', 6, 1, 500, 6, 300) WHERE oracle.takes();
SELECT check_shape('thin', 7, 100, 4, 5, 400) WHERE oracle.takes();
SELECT check_shape('netting', 8, 100, 3, 8, 300) WHERE oracle.takes();
SELECT check_shape('netting', 9, 20, 10, 40, 5) WHERE oracle.takes();
SELECT check_shape('large', 10, 40, 10, 5, 700);

-- The three factors make the value, but for what rounding each of them takes.
SELECT oracle.same('the factors make the value', $$
    SELECT count(*) FILTER (WHERE (average_sale * repeat_transactions * retention_years IS NULL) = (cltv IS NULL)
                              AND abs(average_sale * repeat_transactions * retention_years - cltv) <= 1e-12 * abs(cltv) IS NOT FALSE), count(cltv) > 30
      FROM (SELECT saas_metrics.cltv(customer, paid_on, amount), saas_metrics.cltv_factors(customer, paid_on, amount) FROM oracle.payment GROUP BY segment) AS s (cltv, factors), LATERAL (SELECT (s.factors).*) AS f $$,
    'VALUES (40::bigint, true)');
-- From the first day there is to the last, and amounts of one to thirty digits with decimals.
SELECT oracle.fill('oracle.payment', $$
    SELECT 'from first to last', 'a', day, 10 FROM unnest('{4714-11-24 BC,5874897-12-31}'::date[]) AS day
    UNION ALL SELECT k || ' and ' || j, 'a', '2024-01-01'::date + n, (repeat('7', k) || '.' || repeat('3', j))::numeric * (2 - n) FROM generate_series(1, 30) AS k, generate_series(1, 6) AS j, generate_series(0, 3) AS n WHERE n <> 2 $$) AS rows \gset
SELECT check_payments('the longest, the largest', 181);

-- No rows: NULL.
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.cltv(customer, paid_on, amount), saas_metrics.cltv_factors(customer, paid_on, amount)::text FROM oracle.payment WHERE false
    UNION ALL SELECT 'filtered', saas_metrics.cltv(customer, paid_on, amount) FILTER (WHERE customer = ''), saas_metrics.cltv_factors(customer, paid_on, amount) FILTER (WHERE customer = '')::text FROM oracle.payment $$,
    $$ VALUES ('no rows', NULL::numeric, NULL::text), ('filtered', NULL, NULL) $$, 2);
SELECT oracle.same('one row', $$ SELECT (factors).*, cltv FROM (SELECT saas_metrics.cltv_factors(7, date '2024-01-01', 5), saas_metrics.cltv(7, date '2024-01-01', 5)) AS s (factors, cltv) $$,
                   'VALUES (5::numeric, NULL::numeric, 0::numeric, NULL::numeric)');
SELECT oracle.fails(what || ' in ' || name, format('SELECT saas_metrics.%s(%s) FROM (VALUES (1), (2)) AS v (n)', name, arguments), state)
  FROM (VALUES
      ('no customer',       $$ nullif(n, 2), date '2024-01-01', 0 $$,                   '22004'),
      ('no day',            $$ n, CASE n WHEN 1 THEN date '2024-01-01' END, 0 $$,  '22004'),
      ('no amount',         $$ n, date '2024-01-01', nullif(n, 2) $$,                   '22004'),
      ('infinity',          $$ n, date 'infinity', 0 $$,                                '22008'),
      ('minus infinity',    $$ n, date '-infinity', 1 $$,                               '22008'),
      ('not a number',      $$ n, date '2024-01-01', 'NaN' $$,                          '22023'),
      ('without end',       $$ n, date '2024-01-01', 'Infinity' $$,                     '22023'),
      ('minus without end', $$ n, date '2024-01-01', '-Infinity' $$,                    '22023'),
      ('21 decimals',       $$ n, date '2024-01-01', 1e-21 $$,                          '22003'),
      ('38 digits together', $$ n, date '2024-01-01', 9e36 $$,                          '22003'),
      ('a numeric customer', $$ n * 1.5, date '2024-01-01', 1 $$,                       '0A000')) AS v (what, arguments, state),
       unnest('{cltv,cltv_factors}'::text[]) AS name;

SELECT oracle.fails_to_meet(what, 'cltv(n, date ''2024-01-01'', ' || amount || ')', '22003')
  FROM (VALUES ('sums of 38 digits', '5e34'), ('coarse and fine', 'CASE part WHEN 1 THEN 1e-20 ELSE 1e17 END')) AS v (what, amount);

-- Groups of all sizes.
SELECT oracle.check_sizes('oracle.payment', $$ SELECT n::text, (1 + oracle.pick(n / 4 + 1, key))::text, '2024-01-01'::date + oracle.pick(400, key || ':d'), oracle.pick(10000, key || ':a') * 0.01 - 20 $$,
                          :'factors_of', factors(), :'factors_by_oracle', 36);

-- In every way they can be called, in parallel, and many groups.
SELECT oracle.fill('oracle.payment', $$ SELECT * FROM oracle.payments('scatter', 11, 20, 40, 4, 500) $$) AS rows \gset
SELECT oracle.check_ways('oracle.payment', :'value_of', value(), :'value_by_oracle', 20);
SELECT oracle.check_ways('oracle.payment', :'factors_of', factors(), :'factors_by_oracle', 20);
\ir lib/parallel.sql
SELECT oracle.check_workers('oracle.payment', :'value_of', value(), :'value_by_oracle', 20);
SELECT oracle.check_workers('oracle.payment', :'factors_of', factors(), :'factors_by_oracle', 20);
SET max_parallel_workers_per_gather = 0;
SELECT oracle.fill('oracle.payment', $$ SELECT g::text, (n % 2)::text, '2024-01-01'::date + oracle.pick(10, g || ':' || n), oracle.pick(5, g || '-' || n) * 2.50 - 2.50 FROM generate_series(0, 3) AS n, generate_series(1, 100000) AS g $$) AS rows \gset
SELECT oracle.check_many_groups('oracle.payment', :'value_of', value(), :'value_by_oracle');
