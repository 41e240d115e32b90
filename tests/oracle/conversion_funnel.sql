-- conversion_funnel: how far each subject gets, from which entry, and how long it takes.

\ir lib/oracle.sql
\ir lib/events.sql
\ir lib/ways.sql
CREATE INDEX ON oracle.event (segment, subject, step, at);
SET TimeZone = 'UTC';

-- Every subject's every entry followed to its end: an entry is an event of the first step; the
-- next step is the earliest event of that step from the step before on, up to the limit of the entry.
CREATE FUNCTION oracle.walks(steps text[], within interval)
RETURNS TABLE (segment text, subject text, entry timestamptz, place int, at timestamptz, took interval)
LANGUAGE sql AS $$
    WITH RECURSIVE walk AS (
        SELECT DISTINCT e.segment, e.subject, e.at AS entry, 1 AS place, e.at, NULL::interval AS took
          FROM oracle.event e
         WHERE e.step = steps[1]
        UNION ALL
        SELECT w.segment, w.subject, w.entry, w.place + 1, n.at, n.at - w.at
          FROM walk w,
               LATERAL (SELECT min(e.at) FROM oracle.event e
                         WHERE e.segment = w.segment AND e.subject = w.subject AND e.step = steps[w.place + 1]
                           AND e.at >= w.at AND (within IS NULL OR e.at <= w.entry + within)) AS n (at)
         WHERE w.place < cardinality(steps) AND n.at IS NOT NULL
    )
    SELECT * FROM walk
$$;

CREATE FUNCTION oracle.funnel(steps text[], within interval DEFAULT NULL)
RETURNS TABLE (
    segment text, place bigint, step text, reached bigint,
    conversion_from_previous numeric, conversion_from_first numeric, median_time_from_previous interval)
LANGUAGE sql AS $$
    WITH
    walk AS MATERIALIZED (SELECT * FROM oracle.walks(steps, within)),
    -- The entry that leads furthest, of equals the first.
    chosen AS (
        SELECT DISTINCT ON (w.segment, w.subject) w.segment, w.subject, w.entry
          FROM walk w
         ORDER BY w.segment, w.subject, w.place DESC, w.entry
    ),
    reached AS (
        SELECT g.segment, s.place, s.step, count(w.subject) AS subjects,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY w.took) AS median
          FROM (SELECT DISTINCT e.segment FROM oracle.event e) AS g
         CROSS JOIN unnest(steps) WITH ORDINALITY AS s (step, place)
          LEFT JOIN (chosen c JOIN walk w USING (segment, subject, entry)) ON w.segment = g.segment AND w.place = s.place
         GROUP BY g.segment, s.place, s.step
    )
    SELECT r.segment, r.place, r.step, r.subjects,
           oracle.rate(r.subjects, lag(r.subjects) OVER (PARTITION BY r.segment ORDER BY r.place)),
           oracle.rate(r.subjects, first_value(r.subjects) OVER (PARTITION BY r.segment ORDER BY r.place)),
           r.median
      FROM reached r
$$;

-- What the extension gives, with its own position beside the place in the array. Rates that differ
-- from the quotients of their columns stay as they are.
CREATE FUNCTION steps() RETURNS text LANGUAGE sql AS $$
    SELECT 'SELECT g.segment, s.ordinality, step, reached,
                   oracle.near(conversion_from_previous, oracle.rate(reached, lag(reached) OVER way)) AS from_previous,
                   oracle.near(conversion_from_first, oracle.rate(reached, first_value(reached) OVER way)) AS from_first,
                   median_time_from_previous
              FROM (%s) AS g, unnest(g.result) WITH ORDINALITY AS s
             WHERE s.position = s.ordinality
            WINDOW way AS (PARTITION BY g.segment ORDER BY s.position)'
$$;
CREATE FUNCTION funnel(steps text[], within interval DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format(steps(), oracle.grouped(format('conversion_funnel(subject, step, at, %L%s)', steps, ', ' || quote_literal(within) || '::interval'), 'oracle.event'))
$$;
CREATE FUNCTION by_oracle(steps text[], within interval DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM oracle.funnel(%L, %L)', steps, within)
$$;
CREATE FUNCTION oracle_and_extension(what text, steps text[], within interval, answer text, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.same(what || ', oracle', by_oracle(steps, within), answer, at_least);
    RETURN NEXT oracle.same(what, funnel(steps, within), answer, at_least);
END
$$;

-- By hand: each case a segment, on one day.
SELECT oracle.fill('oracle.event', $$
    SELECT segment, subject, step, ('2024-05-01 ' || at || 'Z')::timestamptz FROM (VALUES
    -- a goes all the way, b pays before it signs up, c signs up before it visits, d only pays.
    ('four', 'a', 'paid', '12:00'), ('four', 'a', 'visit', '10:00'), ('four', 'a', 'signup', '11:00'),
    ('four', 'b', 'visit', '10:00'), ('four', 'b', 'paid', '11:00'), ('four', 'b', 'signup', '12:00'),
    ('four', 'c', 'signup', '10:00'), ('four', 'c', 'visit', '10:30'),
    ('four', 'd', 'paid', '10:00'),
    -- All at once, in whatever order the rows come.
    ('at once', 'a', 'paid', '10:00'), ('at once', 'a', 'signup', '10:00'), ('at once', 'a', 'visit', '10:00'),
    -- Two entries, both lead to the end: the first is the one.
    ('twice', 'a', 'visit', '10:00'), ('twice', 'a', 'visit', '11:00'), ('twice', 'a', 'signup', '11:30'), ('twice', 'a', 'paid', '11:45'),
    -- The second entry leads further if there are two hours from it, not if there is no limit.
    ('late', 'a', 'visit', '08:00'), ('late', 'a', 'signup', '09:00'), ('late', 'a', 'visit', '12:00'), ('late', 'a', 'signup', '12:30'), ('late', 'a', 'paid', '14:00'),
    -- The payment before the sign-up is not the one that counts.
    ('again', 'a', 'visit', '10:00'), ('again', 'a', 'paid', '10:30'), ('again', 'a', 'signup', '11:00'), ('again', 'a', 'paid', '11:20'),
    -- Two hours from the entry, not from the step before; to the microsecond.
    ('limit', 'a', 'visit', '10:00'), ('limit', 'a', 'signup', '12:00'), ('limit', 'a', 'paid', '12:00'),
    ('limit', 'b', 'visit', '10:00'), ('limit', 'b', 'signup', '11:30'), ('limit', 'b', 'paid', '12:00:00.000001'),
    ('limit', 'c', 'visit', '10:00'), ('limit', 'c', 'signup', '12:00:00.000001'),
    -- Nobody enters; nobody does anything of interest.
    ('nobody', 'a', 'signup', '10:00'), ('nobody', 'a', 'paid', '11:00'),
    ('noise', 'a', 'ping', '10:00'), ('noise', 'a', 'Visit', '10:00'), ('noise', 'a', 'visit ', '10:00')) AS v (segment, subject, step, at) $$) \gset
CREATE TABLE worked (segment text, place bigint, step text, reached bigint, from_previous numeric, from_first numeric, median interval);
INSERT INTO worked VALUES
    ('four',    1, 'visit',  3, NULL,              1,                 NULL),
    ('four',    2, 'signup', 2, 0.666666666666667, 0.666666666666667, '1:30'),
    ('four',    3, 'paid',   1, 0.5,               0.333333333333333, '1:00'),
    ('at once', 1, 'visit',  1, NULL,              1,                 NULL),
    ('at once', 2, 'signup', 1, 1,                 1,                 '0'),
    ('at once', 3, 'paid',   1, 1,                 1,                 '0'),
    ('twice',   1, 'visit',  1, NULL,              1,                 NULL),
    ('twice',   2, 'signup', 1, 1,                 1,                 '1:30'),
    ('twice',   3, 'paid',   1, 1,                 1,                 '0:15'),
    ('late',    1, 'visit',  1, NULL,              1,                 NULL),
    ('late',    2, 'signup', 1, 1,                 1,                 '1:00'),
    ('late',    3, 'paid',   1, 1,                 1,                 '5:00'),
    ('again',   1, 'visit',  1, NULL,              1,                 NULL),
    ('again',   2, 'signup', 1, 1,                 1,                 '1:00'),
    ('again',   3, 'paid',   1, 1,                 1,                 '0:20'),
    -- 2:00, 1:30 and 2:00:00.000001; then 0 and 0:30:00.000001.
    ('limit',   1, 'visit',  3, NULL,              1,                 NULL),
    ('limit',   2, 'signup', 3, 1,                 1,                 '2:00'),
    ('limit',   3, 'paid',   2, 0.666666666666667, 0.666666666666667, '0:15'),
    ('nobody',  1, 'visit',  0, NULL,              NULL,              NULL),
    ('nobody',  2, 'signup', 0, NULL,              NULL,              NULL),
    ('nobody',  3, 'paid',   0, NULL,              NULL,              NULL),
    ('noise',   1, 'visit',  0, NULL,              NULL,              NULL),
    ('noise',   2, 'signup', 0, NULL,              NULL,              NULL),
    ('noise',   3, 'paid',   0, NULL,              NULL,              NULL);
SELECT oracle_and_extension('by hand', '{visit,signup,paid}', NULL, 'TABLE worked', 24);
-- Within two hours. The entry at 12:00 wins, with 0:30 and 1:30.
UPDATE worked SET median = CASE place WHEN 2 THEN '0:30'::interval WHEN 3 THEN '1:30' END WHERE segment = 'late';
DELETE FROM worked WHERE segment = 'limit';
INSERT INTO worked VALUES
    -- 2:00 and 1:30; then 0.
    ('limit',   1, 'visit',  3, NULL,              1,                 NULL),
    ('limit',   2, 'signup', 2, 0.666666666666667, 0.666666666666667, '1:45'),
    ('limit',   3, 'paid',   1, 0.5,               0.333333333333333, '0');
SELECT oracle_and_extension('by hand, within two hours', '{visit,signup,paid}', '2 hours', 'TABLE worked', 24);
-- Steps nobody knows, steps between, one step, another order; indexes that do not begin with 1.
SELECT oracle_and_extension('steps nobody takes', '{visit,trial,paid}', NULL, $$
    SELECT segment, place, (ARRAY['visit', 'trial', 'paid'])[place], CASE place WHEN 1 THEN reached ELSE 0 END AS reached,
           CASE WHEN place = 2 AND from_first IS NOT NULL THEN 0 END AS from_previous, CASE WHEN place = 1 OR from_first IS NULL THEN from_first ELSE 0 END AS from_first, NULL::interval AS median FROM worked $$, 24);
SELECT oracle_and_extension('one step', '{visit}', '1 day', 'SELECT * FROM worked WHERE place = 1', 8);
SELECT oracle.same('an array from 0', funnel('[0:2]={visit,signup,paid}', '2 hours'), 'TABLE worked', 24);

-- Medians of an even number as percentile_cont makes them: half a microsecond of the difference to even.
SELECT oracle.fill('oracle.event', $$
    SELECT a || ' and ' || b, n::text, step, '2024-05-01 10:00Z'::timestamptz + CASE step WHEN 'paid' THEN CASE n WHEN 1 THEN a ELSE b END ELSE 0 END * interval '1 microsecond'
      FROM (VALUES (1, 2), (2, 3), (1, 4), (2, 5), (3, 9), (0, 86400000001), (1, 259200000000)) AS m (a, b), generate_series(1, 2) AS n, unnest('{visit,paid}'::text[]) AS step $$) \gset
SELECT oracle_and_extension('medians', '{visit,paid}', NULL, $$
    SELECT segment, place, CASE place WHEN 1 THEN 'visit' ELSE 'paid' END AS step, 2 AS reached, CASE place WHEN 2 THEN 1 END AS from_previous, 1 AS from_first,
           CASE place WHEN 2 THEN micros * interval '1 microsecond' END AS median
      FROM generate_series(1, 2) AS place, (VALUES ('1 and 2', 1), ('2 and 3', 2), ('1 and 4', 3), ('2 and 5', 4), ('3 and 9', 6), ('0 and 86400000001', 43200000000), ('1 and 259200000000', 129600000001)) AS v (segment, micros) $$, 14);

-- Days and months have the length they have in the session's time zone. The clocks go forward in New
-- York on 10 March 2024: the day from noon on the 9th has 23 hours, on 3 November 25. A month from
-- 31 January ends on 29 February.
SELECT oracle.fill('oracle.event', $$
    SELECT name || late, 'a', step, CASE step WHEN 'visit' THEN entry ELSE entry + took + late * interval '1 microsecond' END
      FROM (VALUES ('spring', '2024-03-09 17:00Z'::timestamptz, interval '23 hours'), ('autumn', '2024-11-02 17:00Z', '25 hours'),
                   ('summer', '2024-07-01 17:00Z', '24 hours')) AS v (name, entry, took), generate_series(0, 1) AS late, unnest('{visit,paid}'::text[]) AS step $$) \gset
CREATE FUNCTION check_day(zone text, within interval, arrived text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('TimeZone', zone, true);
    RETURN QUERY SELECT * FROM oracle_and_extension(format('%s within %s', zone, within), '{visit,paid}', within, format($q$
        SELECT segment, place, (ARRAY['visit', 'paid'])[place], CASE WHEN place = 1 OR came THEN 1 ELSE 0 END::bigint AS reached, CASE WHEN place = 2 THEN came::int::numeric END AS from_previous,
               CASE WHEN place = 1 OR came THEN 1 ELSE 0 END::numeric AS from_first, CASE WHEN place = 2 AND came THEN (SELECT max(at) - min(at) FROM oracle.event AS e WHERE e.segment = s.segment) END AS median
          FROM (SELECT DISTINCT segment, segment = ANY (%L) AS came FROM oracle.event) AS s, generate_series(1, 2::bigint) AS place $q$, arrived), 12);
END
$$;
SELECT check_day('America/New_York', '1 day',    '{spring0,summer0,autumn0}');
SELECT check_day('America/New_York', '24 hours', '{spring0,spring1,summer0}');
SELECT check_day('UTC',              '1 day',    '{spring0,spring1,summer0}');
SELECT check_day('Asia/Tokyo',       '1 day 1 hour', '{spring0,spring1,summer0,summer1,autumn0}');
SELECT oracle.fill('oracle.event', $$
    SELECT at, 'a', step, CASE step WHEN 'visit' THEN '2024-01-31 09:00Z' ELSE at::timestamptz END
      FROM unnest('{2024-02-29 09:00Z,2024-02-29 09:01Z,2024-03-01 09:00Z}'::text[]) AS at, unnest('{visit,paid}'::text[]) AS step $$) \gset
SELECT oracle.same('within a month', funnel('{visit,paid}', '1 month'), by_oracle('{visit,paid}', '1 month'), 6);
SELECT oracle.same('within a month, by hand', $$ SELECT segment, (saas_metrics.conversion_funnel(subject, step, at, '{visit,paid}', '1 month'))[2].reached FROM oracle.event GROUP BY segment $$,
                   $$ VALUES ('2024-02-29 09:00Z', 1::bigint), ('2024-02-29 09:01Z', 0), ('2024-03-01 09:00Z', 0) $$, 3);

-- That the earliest event of the next step is the one to follow: no other way from any entry leads
-- further, among all ways to pick an event for each step.
SELECT oracle.fill('oracle.event', $$ SELECT * FROM oracle.events('scatter', 1, 4, 20, 12) $$) \gset
SELECT oracle.same('all ways', $$
    WITH RECURSIVE way AS (
        SELECT segment, subject, at AS entry, 1 AS place, at FROM oracle.event WHERE step = 'visit'
        UNION
        SELECT w.segment, w.subject, w.entry, w.place + 1, e.at
          FROM way AS w JOIN oracle.event AS e USING (segment, subject)
         WHERE e.step = (ARRAY['visit', 'signup', 'trial', 'paid'])[w.place + 1] AND e.at >= w.at AND e.at <= w.entry + interval '36 hours'
    )
    SELECT segment, subject, max(place) FROM way GROUP BY segment, subject $$,
    $$ SELECT segment, subject, max(place) FROM oracle.walks('{visit,signup,trial,paid}', '36 hours') GROUP BY segment, subject $$, 60);

-- Every shape, within every limit, in the time zones where days differ.
CREATE FUNCTION check_shape(shape text, seed int, segments int, subjects int, items int, zones text[] DEFAULT '{UTC}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    label text := format('%s, seed %s, %s rows', shape, seed,
                         oracle.fill('oracle.event', format('SELECT * FROM oracle.events(%L, %s, %s, %s, %s)', shape, seed, segments, subjects, items)));
    zone text;
    within interval;
    steps text;
    rows bigint := 0;
BEGIN
    FOREACH zone IN ARRAY zones LOOP
        PERFORM set_config('TimeZone', zone, true);
        FOREACH within IN ARRAY ARRAY['0', '36 hours', '1 day', '7 days', '1 month', NULL]::interval[] LOOP
            FOREACH steps IN ARRAY ARRAY['{visit,signup,trial,paid}', '{paid,visit}', '{signup,"",unheard-of,visit}'] LOOP
                CONTINUE WHEN NOT oracle.takes();
                rows := rows + oracle.compare(concat_ws(', ', label, zone, steps, 'within ' || within), funnel(steps::text[], within), by_oracle(steps::text[], within));
            END LOOP;
        END LOOP;
    END LOOP;
    RETURN format('%s: %s rows', label, rows);
END
$$;
SELECT check_shape('scatter', 2, 3, 40, 10);
SELECT check_shape('scatter', 3, 1, 10, 60);
SELECT check_shape('retries', 4, 2, 30, 25);
SELECT check_shape('retries', 5, 1, 5, 150);
SELECT check_shape('ties', 6, 4, 20, 8);
SELECT check_shape('ties', 7, 40, 1, 4);
SELECT check_shape('days', 8, 2, 60, 10, '{UTC,America/New_York,Europe/Berlin,Australia/Lord_Howe}');
SELECT check_shape('days', 9, 1, 150, 5, '{America/New_York,Asia/Kathmandu}');
-- The zones did make a difference.
SELECT oracle.fill('oracle.event', $$ SELECT * FROM oracle.events('days', 8, 2, 60, 10) $$) AS rows \gset
CREATE FUNCTION reached(zone text, within interval) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('TimeZone', zone, true);
    RETURN (SELECT sum(f.reached) FROM oracle.funnel('{visit,signup,trial,paid}', within) AS f);
END
$$;
SELECT oracle.same('days differ', $$ SELECT count(DISTINCT reached(zone, '1 day')) > 1, count(DISTINCT reached(zone, '24 hours')) FROM unnest('{UTC,America/New_York,Europe/Berlin,Australia/Lord_Howe}'::text[]) AS zone $$, 'VALUES (true, 1::bigint)');
-- The more time, the more conversions.
SELECT oracle.same('more time', $$ SELECT bool_and(reached >= before), count(DISTINCT reached) > 2 FROM (
    SELECT sum(s.reached) AS reached, lag(sum(s.reached), 1, 0) OVER (ORDER BY hours) AS before FROM generate_series(0, 800, 40) AS hours,
           LATERAL (SELECT saas_metrics.conversion_funnel(subject, step, at, '{visit,signup,trial,paid}', hours * interval '1 hour') FROM oracle.event) AS f (steps), unnest(f.steps) AS s
     GROUP BY hours) AS t $$, 'VALUES (true, true)');

-- Nothing, and next to nothing.
SELECT oracle.same('nothing', $$
    SELECT 'no rows', saas_metrics.conversion_funnel(subject, step, at, '{visit,paid}') FROM oracle.event WHERE false
    UNION ALL SELECT 'filtered', saas_metrics.conversion_funnel(subject, step, at, '{visit,paid}', '1 day') FILTER (WHERE subject = '') FROM oracle.event $$,
    $$ SELECT what, '{}'::saas_metrics.funnel_step[] FROM unnest('{no rows,filtered}'::text[]) AS what $$, 2);
SELECT oracle.same('one row', $$ SELECT saas_metrics.conversion_funnel(7, 'visit', '2024-02-29 12:00Z', '{visit,paid}') $$,
                   $$ SELECT ARRAY[('visit', 1, 1, NULL, 1, NULL), ('paid', 2, 0, 0, 0, NULL)]::saas_metrics.funnel_step[] $$);
SELECT oracle.same('no limit is NULL', $$ SELECT saas_metrics.conversion_funnel(subject, step, at, '{visit,signup,paid}', NULL) FROM oracle.event $$,
                   $$ SELECT saas_metrics.conversion_funnel(subject, step, at, '{visit,signup,paid}') FROM oracle.event $$);
-- 255 steps, each taken a second after the one before; step 128 by nobody but b. Names of steps in any tongue.
SELECT oracle.same('255 steps', $$
    SELECT s.* FROM (SELECT saas_metrics.conversion_funnel(subject, 'Schritt №' || n, '2024-05-01 10:00Z'::timestamptz + n * interval '1 second', (SELECT array_agg('Schritt №' || k ORDER BY k) FROM generate_series(1, 255) AS k))
                       FROM generate_series(1, 255) AS n, unnest('{a,b}'::text[]) AS subject WHERE n <> 128 OR subject = 'b') AS f (steps), unnest(f.steps) AS s $$, $$
    SELECT 'Schritt №' || n, n, CASE WHEN n < 128 THEN 2 ELSE 1 END::bigint AS reached, CASE n WHEN 1 THEN NULL WHEN 128 THEN 0.5 ELSE 1 END AS from_previous,
           CASE WHEN n < 128 THEN 1 ELSE 0.5 END AS from_first, CASE WHEN n > 1 THEN interval '1 second' END AS median
      FROM generate_series(1, 255::bigint) AS n $$, 255);
SELECT oracle.fails('256 steps', $$ SELECT saas_metrics.conversion_funnel(1, '1', now(), (SELECT array_agg(n::text) FROM generate_series(1, 256) AS n)) $$, '54000');
SELECT oracle.fails(what, format('SELECT saas_metrics.conversion_funnel(%s) FROM (VALUES (1), (2)) AS v (n)', arguments), state)
  FROM (VALUES
      ('no subject',        $$ nullif(n, 2), 'a', now(), '{a,b}' $$,                                       '22004'),
      ('no step',           $$ n, NULL, now(), '{a,b}' $$,                                                 '22004'),
      ('no time',           $$ n, 'a', CASE n WHEN 1 THEN now() END, '{a,b}' $$,                           '22004'),
      ('no time, no step of interest', $$ n, 'c', NULL, '{a,b}' $$,                                        '22004'),
      ('infinity',          $$ n, 'a', 'infinity', '{a,b}' $$,                                             '22008'),
      ('minus infinity',    $$ n, 'c', '-infinity', '{a,b}' $$,                                            '22008'),
      ('steps NULL',        $$ n, 'a', now(), NULL $$,                                                     '22004'),
      ('a step NULL',       $$ n, 'a', now(), '{a,NULL}' $$,                                               '22004'),
      ('no steps',          $$ n, 'a', now(), '{}' $$,                                                     '22023'),
      ('a step twice',      $$ n, 'a', now(), '{a,b,a}' $$,                                                '22023'),
      ('steps in rows',     $$ n, 'a', now(), '{{a,b},{c,d}}' $$,                                          '22023'),
      ('two funnels',       $$ n, 'a', now(), CASE n WHEN 1 THEN '{a,b}' ELSE '{a,c}' END::text[] $$,      '22023'),
      ('a funnel and more', $$ n, 'a', now(), CASE n WHEN 1 THEN '{a,b}' ELSE '{a,b,c}' END::text[] $$,    '22023'),
      ('another order',     $$ n, 'a', now(), CASE n WHEN 1 THEN '{a,b}' ELSE '{b,a}' END::text[] $$,      '22023'),
      ('two limits',        $$ n, 'a', now(), '{a,b}', n * interval '1 day' $$,                            '22023'),
      ('a limit and none',  $$ n, 'a', now(), '{a,b}', CASE n WHEN 1 THEN interval '1 day' END $$,         '22023'),
      ('minus a day',       $$ n, 'a', now(), '{a,b}', '-1 day' $$,                                        '22023'),
      ('minus a month',     $$ n, 'a', now(), '{a,b}', '-1 month' $$,                                      '22023'),
      ('minus a microsecond', $$ n, 'a', now(), '{a,b}', '-1 microsecond' $$,                              '22023'),
      ('a numeric subject', $$ n * 1.5, 'a', now(), '{a,b}' $$,                                            '0A000')) AS v (what, arguments, state);

SELECT oracle.fails_to_meet(what, format('conversion_funnel(n, ''a'', now(), %s)', arguments), '22023')
  FROM (VALUES ('steps', $$ CASE part WHEN 2 THEN '{a,b}' ELSE '{a,c}' END::text[] $$), ('steps and more steps', $$ CASE part WHEN 2 THEN '{a,b}' ELSE '{a,b,c}' END::text[], '1 day' $$),
               ('limits', $$ '{a,b}', part * interval '1 day' $$), ('a limit and none', $$ '{b,c}', CASE WHEN part < 3 THEN interval '1 day' END $$)) AS v (what, arguments);

-- Groups of all sizes.
SELECT oracle.check_sizes('oracle.event', $$ SELECT n::text, (1 + oracle.pick(n / 6 + 1, key))::text, (ARRAY['visit', 'visit', 'signup', 'trial', 'paid', 'ping'])[1 + oracle.pick(6, key || ':s')],
                                                    '2024-01-01'::timestamptz + oracle.pick(400, key || ':t') * interval '1 hour' $$,
                          $$conversion_funnel(%s, step, at, '{visit,signup,trial,paid}', '10 days')$$, steps(), by_oracle('{visit,signup,trial,paid}', '10 days'), 100);

-- In every way it can be called, in parallel, and in many groups.
SELECT oracle.fill('oracle.event', $$ SELECT * FROM oracle.events('scatter', 10, 3, 40, 12) UNION ALL SELECT * FROM oracle.events('retries', 11, 3, 40, 12) $$) AS rows \gset
SELECT oracle.check_ways('oracle.event', $$conversion_funnel(%s, step, at, '{visit,signup,trial,paid}', '36 hours')$$, steps(), by_oracle('{visit,signup,trial,paid}', '36 hours'), 12);
\ir lib/parallel.sql
SET TimeZone = 'America/New_York';
SELECT oracle.check_workers('oracle.event', $$conversion_funnel(%s, step, at, '{visit,signup,trial,paid}', '2 days')$$, steps(), by_oracle('{visit,signup,trial,paid}', '2 days'), 12);
SET max_parallel_workers_per_gather = 0;
SELECT oracle.fill('oracle.event', $$ SELECT g::text, (n % 2)::text, (ARRAY['visit', 'paid'])[1 + oracle.pick(2, g || '-' || n)], '2024-01-01'::timestamptz + oracle.pick(10, g || ':' || n) * interval '1 hour'
                                        FROM generate_series(0, 3) AS n, generate_series(1, 100000) AS g $$) AS rows \gset
SELECT oracle.check_many_groups('oracle.event', $$conversion_funnel(%s, step, at, '{visit,paid}', '4 hours')$$, steps(), by_oracle('{visit,paid}', '4 hours'));

-- A limit in days or months is the server's own addition in the session's time zone, to the
-- microsecond, also where a zone jumps by more than a day.
CREATE TABLE near_limit AS
    SELECT n AS subject, timestamptz '2025-02-20 UTC' + (n * 7919 % 6000) * interval '7 minutes' AS entry,
           (n % 9 - 4) * interval '1 microsecond' + (n % 13 / 6) * interval '5 days' AS off
      FROM generate_series(1, 6000) AS n;
CREATE FUNCTION check_limit(zone text, most interval) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('timezone', zone, true);
    DROP TABLE IF EXISTS pg_temp.pair;
    CREATE TEMP TABLE pair AS SELECT subject, entry, entry + most + off AS at FROM near_limit;
    RETURN oracle.same(format('within %s in %s', most, zone),
        format($q$ SELECT (steps[2]).reached FROM (SELECT saas_metrics.conversion_funnel(subject, step, e.at, '{a,b}', %L)
                     FROM pair, LATERAL (VALUES ('a', entry), ('b', pair.at)) AS e (step, at)) AS s (steps) $q$, most),
        format('SELECT count(*) FROM pair WHERE at >= entry AND at <= entry + %L::interval', most));
END
$$;
SELECT check_limit(zone, most)
  FROM unnest('{UTC,America/New_York,Australia/Lord_Howe,"A+100B-100,M3.2.0,M11.1.0"}'::text[]) AS zone,
       unnest('{20 days,1 month,36 hours,1 month -3 days}'::interval[]) AS most;
