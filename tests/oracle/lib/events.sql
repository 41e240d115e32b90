-- Rows that are no spans: who was active on which day, who did what when, who paid what. A segment
-- stands for a GROUP BY key. The same seed gives the same rows, on every server.

CREATE TABLE oracle.visit (segment text NOT NULL, subject text NOT NULL, active_on date NOT NULL);
CREATE TABLE oracle.event (segment text NOT NULL, subject text NOT NULL, step text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE oracle.payment (segment text NOT NULL, customer text NOT NULL, paid_on date NOT NULL, amount numeric NOT NULL);

CREATE FUNCTION oracle.fill(target regclass, query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    filled bigint;
BEGIN
    EXECUTE format('TRUNCATE %s', target);
    EXECUTE format('INSERT INTO %s %s', target, query);
    GET DIAGNOSTICS filled = ROW_COUNT;
    IF filled = 0 THEN
        RAISE EXCEPTION 'nothing filled by %', query;
    END IF;
    EXECUTE format('ANALYZE %s', target);
    RETURN filled;
END
$$;

-- A draw for each row: of so many segments, subjects, and rows of a subject. Every ninth row or so
-- comes twice: rows are a bag, not a set.
CREATE FUNCTION oracle.draw(seed int, segments int, subjects int, items int)
RETURNS TABLE (segment text, subject text, item int, key text, subject_key text) LANGUAGE sql AS $$
    SELECT g::text, s::text, i, d.key, seed || ':' || g || ':' || s
      FROM generate_series(1, segments) AS g,
           generate_series(1, subjects) AS s,
           generate_series(1, items) AS i,
           LATERAL (SELECT seed || ':' || g || ':' || s || ':' || i) AS d (key),
           generate_series(0, (oracle.pick(9, d.key || ':twice') = 0)::int)
$$;

-- scatter  anywhere
-- daily    day after day, with the odd day off
-- single   one day each, now and then more than once
-- bursts   a few days here and there, quiet for long
-- edges    first and last days of weeks, months, quarters and years, leap days
CREATE FUNCTION oracle.visits(
    shape text, seed int, segments int, subjects int, items int, days int, first_day date DEFAULT '2022-11-20')
RETURNS SETOF oracle.visit LANGUAGE sql AS $$
    WITH edge AS (
        SELECT array_agg(DISTINCT day) AS days
          FROM unnest(ARRAY['week', 'month']) AS u (unit),
               generate_series(date_trunc(u.unit, first_day::timestamp), first_day + visits.days, ('1 ' || u.unit)::interval) AS start,
               LATERAL (VALUES (start::date - 1), (start::date)) AS d (day)
    )
    SELECT d.segment, d.subject,
           CASE shape
           WHEN 'scatter' THEN first_day + oracle.pick(visits.days, d.key)
           WHEN 'daily' THEN first_day + oracle.pick(visits.days / 2, d.subject_key) + d.item + oracle.pick(2, d.key) / 9
           WHEN 'single' THEN first_day + oracle.pick(visits.days, d.subject_key)
           WHEN 'bursts' THEN first_day + visits.days / 4 * oracle.pick(4, d.key || ':b') + oracle.pick(4, d.key)
           WHEN 'edges' THEN e.days[1 + oracle.pick(cardinality(e.days), d.key)]
           END
      FROM oracle.draw(seed, segments, subjects, items) AS d, edge AS e
     WHERE shape <> 'daily' OR oracle.pick(8, d.key || ':off') > 0
$$;

-- Visits, sign-ups, trials and payments, and steps nobody asks for.
-- scatter  in any order, within three days, on the hour: many equal times
-- retries  entry after entry, the further steps rarer and rarer
-- ties     all on a few instants
-- days     days and months apart to the minute, and one microsecond beside it; around the changes
--          of the clocks in Europe, America and on Lord Howe Island
CREATE FUNCTION oracle.events(shape text, seed int, segments int, subjects int, items int, first_day timestamptz DEFAULT '2024-03-08 12:00Z')
RETURNS SETOF oracle.event LANGUAGE sql AS $$
    SELECT d.segment, d.subject, s.step,
           CASE shape
           WHEN 'scatter' THEN first_day + oracle.pick(72, d.key) * interval '1 hour'
           WHEN 'retries' THEN first_day + d.item * interval '5 hours' + oracle.pick(100000000, d.key) * interval '777 microseconds'
           WHEN 'ties' THEN first_day + oracle.pick(4, d.key) * interval '12 hours'
           WHEN 'days' THEN (ARRAY['2024-02-29 12:00Z', '2024-03-09 20:00Z', '2024-03-30 14:00Z', '2024-04-06 15:30Z', '2024-10-05 15:00Z', '2024-10-27 00:30Z', '2024-11-02 18:00Z']::timestamptz[])[1 + oracle.pick(7, d.subject_key)]
                + (ARRAY[0, 1, 11, 23, 24, 25, 36, 48, 72, 167, 168, 169, 24 * 28, 24 * 29, 24 * 30, 24 * 31])[1 + oracle.pick(16, d.key)] * interval '1 hour'
                + (oracle.pick(5, d.key || ':m') - 2) / 2 * interval '1 microsecond' + (oracle.pick(7, d.key || ':h') / 6) * interval '30 minutes'
           END
      FROM oracle.draw(seed, segments, subjects, items) AS d,
           LATERAL (SELECT (CASE shape WHEN 'retries' THEN '{visit,visit,visit,visit,visit,signup,signup,trial,paid,ping}'
                                       ELSE '{visit,visit,signup,signup,trial,trial,paid,paid,ping,""}' END::text[])[1 + oracle.pick(10, d.key || ':s')]) AS s (step)
$$;

-- scatter  anywhere, a fifth of the rows refunds: before the first payment too
-- regular  again and again after some time, with full refunds some days later
-- thin     few customers pay, the others have only refunds or zeros
-- netting  all on a few days, payments and refunds that cancel out
-- large    amounts of 30 digits
CREATE FUNCTION oracle.payments(
    shape text, seed int, segments int, customers int, items int, days int, first_day date DEFAULT '2022-11-20')
RETURNS SETOF oracle.payment LANGUAGE sql AS $$
    SELECT d.segment, d.subject,
           CASE shape
           WHEN 'regular' THEN first_day + oracle.pick(days / 2, d.subject_key) + days / 30 * (d.item / 2) + d.item % 2 * oracle.pick(20, d.key)
           WHEN 'netting' THEN first_day + days / 5 * oracle.pick(5, d.key)
           ELSE first_day + oracle.pick(days, d.key)
           END,
           CASE shape
           WHEN 'regular' THEN CASE WHEN d.item % 2 = 0 THEN 1 WHEN oracle.pick(4, d.key) = 0 THEN -1 ELSE 0 END * (49.90 + oracle.pick(3, d.subject_key))
           WHEN 'thin' THEN CASE WHEN oracle.pick(4, d.subject_key) > 0 THEN -oracle.pick(2, d.key) ELSE 1 END * oracle.amount(d.key)
           WHEN 'netting' THEN (ARRAY[-10, -5, -0.5, 0, 0.5, 5, 10])[1 + oracle.pick(7, d.key || ':a')]
           WHEN 'large' THEN (2 * oracle.pick(7, d.key || ':n') - 3)
                * (1 + oracle.pick(899999999, d.key || ':1') || lpad(oracle.pick(1000000000, d.key || ':2')::text, 10, '0') || lpad(oracle.pick(1000000000, d.key || ':3')::text, 10, '0') || '.' || oracle.pick(1000, d.key || ':4'))::numeric
           ELSE CASE oracle.pick(5, d.key || ':r') WHEN 0 THEN -1 ELSE 1 END * oracle.amount(d.key)
           END
      FROM oracle.draw(seed, segments, customers, items) AS d
$$;
