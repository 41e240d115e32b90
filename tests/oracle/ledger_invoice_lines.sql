-- Invoice lines: items whose prices are known go out as lines, by the month from the day they began, with
-- credits and charges where a price changes or the item ends within a month. What comes back must be the
-- prices of every day.

\ir lib/oracle.sql

CREATE FUNCTION draw(key bigint, salt bigint, choices int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN ((hashint8extended(key, salt) & 2147483647) % choices)::int;

-- The days 1 to 28, so that months have no say in where a month later is.
CREATE TABLE item AS
    SELECT id, id % 50 AS customer, make_date(2024, 1 + draw(id, 1, 12), 1 + draw(id, 2, 28)) AS starts,
           20 + draw(id, 3, 500) AS days
      FROM generate_series(1, 400) AS id;

CREATE TABLE stretch AS
    SELECT id, customer, starts, coalesce(lead(starts) OVER (PARTITION BY id ORDER BY starts), ends) AS ends, price
      FROM (SELECT DISTINCT ON (i.id, day) i.id, i.customer, day AS starts, i.starts + i.days AS ends, 10 + 7 * draw(i.id * 100 + n, 4, 9) AS price
              FROM item AS i, generate_series(0, draw(i.id, 5, 6)) AS n,
                   LATERAL (SELECT i.starts + CASE n WHEN 0 THEN 0 ELSE draw(i.id * 100 + n, 6, i.days) END AS day) AS at
             ORDER BY i.id, day, n) AS s;

CREATE FUNCTION price_on(id bigint, day date) RETURNS int LANGUAGE sql STABLE
RETURN (SELECT s.price FROM stretch AS s WHERE s.id = price_on.id AND day >= s.starts AND day < s.ends);

CREATE TABLE month AS
    SELECT i.id, i.customer, (i.starts + n * interval '1 month')::date AS starts,
           (i.starts + (n + 1) * interval '1 month')::date AS ends
      FROM item AS i, generate_series(0, 20) AS n
     WHERE i.starts + n * interval '1 month' < i.starts + i.days;

CREATE TABLE line AS
    SELECT m.id, m.customer, 'recurring' AS kind, price_on(m.id, m.starts)::numeric AS amount, NULL::numeric AS whole,
           m.starts, m.ends, m.starts AS issued
      FROM month AS m
    UNION ALL
    -- What is left of the month at the old price, back on the next invoice.
    SELECT m.id, m.customer, 'proration_credit', -round(price_on(m.id, s.ends - 1) * (m.ends - s.ends)::numeric / (m.ends - m.starts), 2), NULL,
           s.ends, m.ends, m.ends
      FROM month AS m JOIN stretch AS s ON s.id = m.id AND s.ends > m.starts AND s.ends < m.ends
    UNION ALL
    -- And at the new one. What the whole costs is told where the next line does not.
    SELECT m.id, m.customer, 'proration_debit', round(s.price * (m.ends - s.starts)::numeric / (m.ends - m.starts), 2),
           CASE WHEN price_on(m.id, m.ends) IS DISTINCT FROM s.price OR s.ends < m.ends THEN s.price END,
           s.starts, m.ends, m.ends
      FROM month AS m JOIN stretch AS s ON s.id = m.id AND s.starts > m.starts AND s.starts < m.ends;

CREATE TABLE derived AS
    SELECT p.item_id::bigint AS id, p.starts_at::date AS starts, p.ends_at::date AS ends, p.amount - p.discount AS price, p.problem
      FROM (SELECT customer, saas_metrics.periods_from_lines(
                     id || '/' || issued, 's' || id, id::text, NULL, NULL, kind, amount, 0, NULL, whole, NULL, 'USD', '1 month',
                     starts, ends, issued, 'paid', NULL, NULL, NULL, NULL, NULL, NULL) AS periods
              FROM (SELECT * FROM line ORDER BY md5(id || kind || starts)) AS shuffled
             GROUP BY customer) AS c, unnest(c.periods) AS p;

DO $$
DECLARE
    days bigint;
    prorated bigint;
    wrong text;
BEGIN
    SELECT count(*) INTO prorated FROM line WHERE kind = 'proration_debit' AND whole IS NULL;
    SELECT count(*), min(format('item %s on %s: %s, not %s', id, day, d.price, s.price)) FILTER (WHERE d.price IS DISTINCT FROM s.price)
      INTO days, wrong
      FROM (SELECT s.id, s.price, day::date FROM stretch AS s, generate_series(s.starts, s.ends - 1, interval '1 day') AS day) AS s
      FULL JOIN (SELECT d.id, d.price, day::date FROM derived AS d, generate_series(d.starts, d.ends - 1, interval '1 day') AS day) AS d
          USING (id, day);
    IF wrong IS NOT NULL OR days < 50000 OR prorated < 100 OR EXISTS (SELECT FROM derived WHERE problem IS NOT NULL) THEN
        RAISE EXCEPTION '% days, % parts without the whole, wrong: %', days, prorated, wrong;
    END IF;
END
$$;
SELECT 'every day of every item';
