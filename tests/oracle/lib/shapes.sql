-- Generated spans. The same seed gives the same spans, on every server.

-- A number from 0 up to, not including, a bound.
CREATE FUNCTION oracle.pick(bound int, key text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((hashtextextended(key, 0) & 9223372036854775807) % bound)::int
$$;

-- Amounts of 0, 2, 3, 10 and 20 decimals side by side; some are 0, many are equal.
CREATE FUNCTION oracle.amount(key text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE oracle.pick(12, key || ':class')
           WHEN 0 THEN 0
           WHEN 1 THEN oracle.pick(10, key) + 1
           WHEN 2 THEN oracle.pick(1000000, key)
           WHEN 3 THEN (oracle.pick(1000000, key) || 'e-3')::numeric
           WHEN 4 THEN (oracle.pick(2000000000, key) || 'e-10')::numeric
           WHEN 5 THEN (oracle.pick(2000000000, key) || 'e-20')::numeric
           WHEN 6 THEN (oracle.pick(2000000000, key) || '.' || lpad(oracle.pick(2000000000, key || ':f')::text, 20, '0'))::numeric
           WHEN 7 THEN 49.90
           WHEN 8 THEN 49.90
           WHEN 9 THEN 99
           ELSE (oracle.pick(100000, key) || 'e-2')::numeric
           END
$$;

-- scatter  anywhere in four years, any length: gaps, overlaps, zero length, open and infinite ends
-- chain    back to back with the odd gap, overlap and unchanged price: same-day changes that net
-- seats    many items of a customer that start and end on few days
-- edges    first and last days of weeks, months, quarters and years, leap days, one day to and fro
-- flicker  spans of a day or a few: joined and left, left and returned within a period
CREATE FUNCTION oracle.shape(
    shape text, seed int, segments int, customers int, items int, first_day date DEFAULT '2022-11-20')
RETURNS SETOF oracle.span LANGUAGE sql AS $$
    WITH drawn AS (
        SELECT g, c, i, seed || ':' || g || ':' || c || ':' || i AS key, seed || ':' || g || ':' || c AS customer_key
          FROM generate_series(1, segments) AS g,
               generate_series(1, customers) AS c,
               generate_series(1, items) AS i
    ),
    edge AS (
        SELECT array_agg(DISTINCT (date_trunc(u.unit, first_day::timestamp) + n * ('1 ' || u.unit)::interval)::date) AS days
          FROM unnest(ARRAY['week', 'month']) AS u (unit), generate_series(0, 52) AS n
    ),
    placed AS (
        SELECT d.g, d.c, d.key,
               CASE shape
               WHEN 'scatter' THEN first_day + oracle.pick(1460, d.key || ':s')
               WHEN 'chain' THEN first_day + oracle.pick(60, d.customer_key) + 30 * d.i
               WHEN 'seats' THEN first_day + 40 * oracle.pick(6, d.key || ':s')
               WHEN 'edges' THEN e.days[1 + oracle.pick(cardinality(e.days), d.key || ':s')] + oracle.pick(3, d.key || ':o') - 1
               WHEN 'flicker' THEN first_day + oracle.pick(200, d.key || ':s')
               END AS starts_on,
               CASE shape
               WHEN 'scatter' THEN (ARRAY[0, 1, 30, 31, 365, 1 + oracle.pick(90, d.key || ':l'), 1 + oracle.pick(700, d.key || ':l')])[1 + oracle.pick(7, d.key || ':k')]
               WHEN 'chain' THEN (ARRAY[30, 30, 30, 30, 29, 40, 0])[1 + oracle.pick(7, d.key || ':k')]
               WHEN 'seats' THEN 40 * oracle.pick(5, d.key || ':l')
               WHEN 'edges' THEN (ARRAY[1, 7, 28, 29, 30, 31, 90, 365, 366])[1 + oracle.pick(9, d.key || ':k')]
               WHEN 'flicker' THEN oracle.pick(4, d.key || ':l')
               END AS days,
               -- Of forty spans, one has no end and one ends at infinity.
               oracle.pick(40, d.key || ':e') AS ending
          FROM drawn d, edge e
    ),
    spans AS (
        SELECT p.g::text AS segment, p.c::text AS customer, p.starts_on,
               CASE p.ending WHEN 0 THEN NULL WHEN 1 THEN 'infinity'::date ELSE p.starts_on + p.days END AS ends_on,
               oracle.amount(p.key) AS mrr, p.key
          FROM placed p
    )
    -- Every ninth row or so twice: rows are a bag, not a set.
    SELECT s.segment, s.customer, s.starts_on, s.ends_on, s.mrr
      FROM spans s, generate_series(0, (oracle.pick(9, s.key || ':twice') = 0)::int)
$$;
