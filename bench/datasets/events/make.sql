-- What visitors of a shop did in 2024 and 2025, three events each on average: visit, sign_up,
-- activate, invite, subscribe. Each step loses some; one in four enters twice; some steps are
-- repeated, some missing, some take longer than two weeks, some events are of no step.
-- Stored in the order of time, which has whole seconds.
DROP TABLE IF EXISTS events;
CREATE UNLOGGED TABLE events (
    visitor_id  bigint NOT NULL,
    step        text NOT NULL,
    occurred_at timestamptz NOT NULL
) WITH (parallel_workers = 2);

INSERT INTO events
WITH entry AS (
    SELECT id, id * 2 + n AS key,
           bench.draw(id, 1, 60000000) + n * bench.draw(id, 2, 2592000) AS at,
           (ARRAY[1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5])[1 + bench.draw(id * 2 + n, 3, 12)] AS depth
      FROM generate_series(1, :rows / 2 + 100) AS id,
           generate_series(0, CASE bench.draw(id, 4, 4) WHEN 0 THEN 1 ELSE 0 END) AS n
), step AS (
    SELECT id, key * 16 + n AS key, n,
           at + sum(CASE n WHEN 1 THEN 0
                           ELSE bench.draw(key * 16 + n, 5, (ARRAY[120, 3600, 86400, 259200, 1209600])
                                                            [1 + bench.draw(key * 16 + n, 6, 5)])
                    END) OVER (PARTITION BY key ORDER BY n) AS at
      FROM entry, generate_series(1, depth) AS n
), event AS (
    SELECT id, key * 2 + again AS key, at + again * bench.draw(key, 7, 864000) AS at,
           CASE WHEN again = 1 AND bench.draw(key, 8, 3) = 0 THEN 'help'
                ELSE (ARRAY['visit', 'sign_up', 'activate', 'invite', 'subscribe'])[n] END AS step
      FROM step, generate_series(0, CASE bench.draw(key, 9, 5) WHEN 0 THEN 1 ELSE 0 END) AS again
     WHERE n = 1 OR bench.draw(key, 10, 25) > 0
     ORDER BY id
     LIMIT :rows
)
SELECT id, step, timestamptz '2024-01-01 00:00:00+00' + at * interval '1 second'
  FROM event
 ORDER BY at, bench.draw(key, 11, 2147483647);
