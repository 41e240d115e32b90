-- active_users: distinct subjects of each day, of the 7 and of the 28 days that end with it.

\ir lib/oracle.sql
\ir lib/events.sql
\ir lib/ways.sql

CREATE FUNCTION oracle.active_days(until date DEFAULT NULL)
RETURNS TABLE (segment text, place bigint, day date, dau bigint, wau bigint, mau bigint, stickiness numeric)
LANGUAGE sql SET enable_nestloop = off AS $$
    WITH
    day AS (
        SELECT f.segment, d::date AS day
          FROM (SELECT v.segment, min(v.active_on) AS first, max(v.active_on) AS last FROM oracle.visit v GROUP BY v.segment) AS f,
               generate_series(f.first::timestamp, coalesce(until - 1, f.last), interval '1 day') AS d
    ),
    -- Each visit on each day whose 28 days hold it.
    seen AS (
        SELECT v.segment, v.subject, v.active_on, v.active_on + k AS day FROM oracle.visit v, generate_series(0, 27) AS k
    ),
    counted AS (
        SELECT d.segment, d.day,
               count(DISTINCT s.subject) FILTER (WHERE s.active_on = d.day) AS dau,
               count(DISTINCT s.subject) FILTER (WHERE s.active_on BETWEEN d.day - 6 AND d.day) AS wau,
               count(DISTINCT s.subject) AS mau
          FROM day d LEFT JOIN seen s ON s.segment = d.segment AND s.day = d.day
         GROUP BY d.segment, d.day
    )
    SELECT c.segment, row_number() OVER (PARTITION BY c.segment ORDER BY c.day), c.day, c.dau, c.wau, c.mau, oracle.rate(c.dau, c.mau)
      FROM counted c
$$;

-- What the extension gives. A stickiness that is not dau / mau stays as it is.
CREATE FUNCTION days() RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT g.segment, d.ordinality, day, dau, wau, mau, oracle.near(stickiness, oracle.rate(dau, mau)) AS stickiness
              FROM (%s) AS g, unnest(g.result) WITH ORDINALITY AS d'
$$;
CREATE FUNCTION users(until date) RETURNS text LANGUAGE sql AS $$
    SELECT format(days(), oracle.grouped(format('active_users(subject, active_on%s)', ', ' || quote_literal(until) || '::date'), 'oracle.visit'))
$$;
CREATE FUNCTION by_oracle(until date) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM oracle.active_days(%L)', until)
$$;

-- By hand: a on New Year's Day and the day after, b on New Year's Day, c on the 9th.
SELECT oracle.fill('oracle.visit', $$ VALUES ('s', 'c', '2024-01-09'::date), ('s', 'a', '2024-01-01'), ('s', 'a', '2024-01-02'), ('s', 'a', '2024-01-02'), ('s', 'b', '2024-01-01') $$) \gset
CREATE TABLE worked AS
    SELECT 's' AS segment, n, '2024-01-01'::date + (n - 1)::int AS day, dau, wau, mau, stickiness
      FROM (VALUES
          (1::bigint, 2::bigint, 2::bigint, 2::bigint, 1.0),
          (2, 1, 2, 2, 0.5),
          (3, 0, 2, 2, 0), (4, 0, 2, 2, 0), (5, 0, 2, 2, 0), (6, 0, 2, 2, 0),
          -- The 7 days that end with the 7th begin with the 1st.
          (7, 0, 2, 2, 0),
          -- b was last seen 7 days ago, and is none of this week; then a, too.
          (8, 0, 1, 2, 0),
          (9, 1, 1, 3, 0.333333333333333)) AS v (n, dau, wau, mau, stickiness);
SELECT oracle.same('by hand, oracle', by_oracle(NULL), 'TABLE worked', 9);
SELECT oracle.same('by hand', users(NULL), 'TABLE worked', 9);
-- Until the 9th: the 9th is unseen. Until the 1st: nothing. Until the 2nd: a day.
SELECT oracle.same('by hand, until the last day, oracle', by_oracle('2024-01-09'), 'SELECT * FROM worked WHERE n < 9', 8);
SELECT oracle.same('by hand, until the last day', users('2024-01-09'), 'SELECT * FROM worked WHERE n < 9', 8);
SELECT oracle.same('by hand, one day', users('2024-01-02'), 'SELECT * FROM worked WHERE n = 1');
SELECT oracle.same('by hand, no day', $$ SELECT saas_metrics.active_users(subject, active_on, '2024-01-01') FROM oracle.visit $$, $$ SELECT '{}'::saas_metrics.active_day[] $$);
-- Until 9 February: 31 quiet days. The 28 days that end with the 28th begin with the 1st, and those
-- that end with 5 February with 9 January. Then nobody is there, and stickiness has no base.
INSERT INTO worked
    SELECT 's', n, '2024-01-01'::date + n - 1, 0, CASE WHEN n <= 15 THEN 1 ELSE 0 END,
           CASE WHEN n <= 28 THEN 3 WHEN n = 29 THEN 2 WHEN n <= 36 THEN 1 ELSE 0 END, CASE WHEN n <= 36 THEN 0 END
      FROM generate_series(10, 39) AS n;
SELECT oracle.same('by hand, quiet days, oracle', by_oracle('2024-02-09'), 'TABLE worked', 39);
SELECT oracle.same('by hand, quiet days', users('2024-02-09'), 'TABLE worked', 39);

-- Every shape; until a day after the first, in the middle, on the last day, the day after it, two
-- months later; and by itself to the last activity, be it past or to come.
CREATE FUNCTION check_shape(shape text, seed int, segments int, subjects int, items int, days int, first_day date DEFAULT '2022-11-20') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    label text := format('%s, seed %s, %s rows', shape, seed,
                         oracle.fill('oracle.visit', format('SELECT * FROM oracle.visits(%L, %s, %s, %s, %s, %s, %L)', shape, seed, segments, subjects, items, days, first_day)));
    until date;
    rows bigint := 0;
BEGIN
    FOREACH until IN ARRAY (SELECT ARRAY[min(active_on) + 1, min(active_on) + days / 2, max(active_on), max(active_on) + 1, max(active_on) + 60] FROM oracle.visit) LOOP
        CONTINUE WHEN NOT oracle.takes();
        rows := rows + oracle.compare(label || ', until ' || until, users(until), by_oracle(until));
    END LOOP;
    RETURN format('%s: %s rows', label, rows + oracle.compare(label, users(NULL), by_oracle(NULL)));
END
$$;
SELECT check_shape('scatter', 1, 2, 40, 10, 300);
SELECT check_shape('scatter', 2, 1, 8, 5, 900);
SELECT check_shape('daily', 3, 2, 25, 60, 100);
SELECT check_shape('daily', 4, 1, 3, 100, 100);
SELECT check_shape('single', 5, 1, 200, 1, 150);
SELECT check_shape('single', 6, 3, 4, 3, 400);
SELECT check_shape('bursts', 7, 2, 20, 8, 150);
SELECT check_shape('edges', 8, 2, 30, 10, 200, '2023-12-20');
SELECT check_shape('scatter', 9, 60, 1, 3, 60);
SELECT check_shape('scatter', 10, 1, 20, 10, 60, current_date - 30);

SELECT oracle.fill('oracle.visit', $$ SELECT * FROM oracle.visits('scatter', 11, 3, 40, 10, 300) $$) AS rows \gset
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.active_users(subject, active_on) FROM oracle.visit WHERE false
    UNION ALL SELECT 'filtered', saas_metrics.active_users(subject, active_on) FILTER (WHERE subject = '') FROM oracle.visit
    UNION ALL SELECT 'until before', saas_metrics.active_users(subject, active_on, '2022-01-01') FROM oracle.visit $$,
    $$ SELECT what, '{}'::saas_metrics.active_day[] FROM unnest('{no rows,filtered,until before}'::text[]) AS what $$, 3);
SELECT oracle.same('one row', $$ SELECT saas_metrics.active_users(7, date '2024-02-29') $$,
                   $$ SELECT ARRAY[('2024-02-29', 1, 1, 1, 1)::saas_metrics.active_day] $$);
SELECT oracle.check_ways('oracle.visit', $$active_users(%s, active_on, '2023-08-01')$$, days(), by_oracle('2023-08-01'), 600);
SELECT oracle.same('as it comes', users(NULL), by_oracle(NULL), 800);

-- Nobody is counted twice, nobody forgotten: dau adds up to the subjects' days, wau of a Sunday's
-- seven days is the week's, and each count holds the shorter one.
CREATE TABLE line AS
    SELECT s.segment, d.* FROM (SELECT segment, saas_metrics.active_users(subject, active_on) FROM oracle.visit GROUP BY segment) AS s (segment, days), unnest(s.days) AS d;
SELECT oracle.same('dau adds up', 'SELECT segment, sum(dau), count(*) FILTER (WHERE NOT (dau <= wau AND wau <= mau AND mau <= 40)) FROM line GROUP BY segment',
                   'SELECT segment, count(DISTINCT (subject, active_on))::numeric, 0::bigint FROM oracle.visit GROUP BY segment', 3);
SELECT oracle.same('calendar weeks', $$ SELECT segment, day, wau FROM line WHERE extract(isodow FROM day) = 7 AND wau > 0 $$,
                   $$ SELECT segment, date_trunc('week', active_on)::date + 6, count(DISTINCT subject) FROM oracle.visit
                       WHERE date_trunc('week', active_on)::date + 6 <= (SELECT max(day) FROM line WHERE line.segment = visit.segment) GROUP BY 1, 2 $$, 100);

-- At most 100,000 days; the first and the last days of the calendar.
SELECT oracle.same('most days', $$ SELECT cardinality(saas_metrics.active_users(1, d)) FROM (VALUES ('1900-01-01'::date), ('1900-01-01'::date + 99999)) AS v (d) $$, 'SELECT 100000');
SELECT oracle.same('most days by until', $$ SELECT cardinality(saas_metrics.active_users(1, '1900-01-01', '1900-01-01'::date + 100000)) $$, 'SELECT 100000');
SELECT oracle.fails('a day more', $$ SELECT saas_metrics.active_users(1, d) FROM (VALUES ('1900-01-01'::date), ('1900-01-01'::date + 100000)) AS v (d) $$, '54000');
SELECT oracle.fails('a day more by until', $$ SELECT saas_metrics.active_users(1, '1900-01-01', '1900-01-01'::date + 100001) $$, '54000');
SELECT oracle.same('before Christ', $$ SELECT (d).* FROM (SELECT unnest(saas_metrics.active_users(n, '0001-12-31 BC'::date + n / 2)) FROM generate_series(1, 2) AS n) AS s (d) $$,
                   $$ VALUES ('0001-12-31 BC'::date, 1::bigint, 1::bigint, 1::bigint, 1::numeric), ('0001-01-01', 1, 2, 2, 0.5) $$, 2);

SELECT oracle.fails(what, format('SELECT saas_metrics.active_users(%s) FROM (VALUES (1), (2)) AS v (n)', arguments), state)
  FROM (VALUES
      ('no subject',       $$ nullif(n, 2), '2024-01-01' $$,                              '22004'),
      ('no day',           $$ n, CASE n WHEN 1 THEN date '2024-01-01' END $$,             '22004'),
      ('infinity',         $$ n, 'infinity' $$,                                           '22008'),
      ('minus infinity',   $$ n, '-infinity', '2024-01-01' $$,                            '22008'),
      ('two untils',       $$ n, '2024-01-01', '2024-02-01'::date + n $$,                 '22023'),
      ('until and none',   $$ n, '2024-01-01', CASE n WHEN 1 THEN '2024-02-01'::date END $$, '22023'),
      ('until infinity',   $$ n, '2024-01-01', 'infinity' $$,                             '22008'),
      ('a numeric subject', $$ n * 1.5, '2024-01-01' $$,                                  '0A000')) AS v (what, arguments, state);

SELECT oracle.fails_to_meet(what, format('active_users(n, ''2024-01-01'', %s)', arguments), '22023')
  FROM (VALUES ('untils', $$ '2024-02-01'::date + part $$), ('an until and none', $$ CASE WHEN part < 3 THEN '2024-02-01'::date END $$)) AS v (what, arguments);

-- Groups of all sizes, in parallel, and many.
SELECT oracle.check_sizes('oracle.visit', $$ SELECT n::text, (1 + oracle.pick(n / 4 + 1, key))::text, '2024-01-01'::date + oracle.pick(25, key || ':d') $$,
                          $$active_users(%s, active_on)$$, days(), by_oracle(NULL), 700);
\ir lib/parallel.sql
SELECT oracle.check_workers('oracle.visit', $$active_users(%s, active_on, '2023-08-01')$$, days(), by_oracle('2023-08-01'), 600);
SET max_parallel_workers_per_gather = 0;
SELECT oracle.fill('oracle.visit', $$ SELECT g::text, (n % 2)::text, '2024-01-01'::date + oracle.pick(10, g || ':' || n) FROM generate_series(0, 2) AS n, generate_series(1, 100000) AS g $$) AS rows \gset
SELECT oracle.check_many_groups('oracle.visit', $$active_users(%s, active_on)$$, days(), by_oracle(NULL));
