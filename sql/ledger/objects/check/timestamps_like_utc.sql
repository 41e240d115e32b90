-- Columns of type timestamp, by the hours of day: who writes dates writes midnights, who writes now() in UTC all hours.
WITH hours AS (
  SELECT m.given, count(*) AS times,
         count(*) FILTER (WHERE m.at::time <> time '00:00') AS timed,
         count(DISTINCT extract(hour FROM m.at)) FILTER (WHERE m.at::time <> time '00:00') AS hours
  FROM periods AS p,
       LATERAL (VALUES ('starts', CASE WHEN p.starts_at < '9999-12-01' THEN p.starts_at AT TIME ZONE (SELECT time_zone FROM clock) END),
                       ('ends', CASE WHEN p.ends_at < '9999-12-01' THEN p.ends_at AT TIME ZONE (SELECT time_zone FROM clock) END)) AS m (given, at)
  WHERE m.at IS NOT NULL
    -- Where the zone is UTC, or no column is of that type, nothing is read.
    AND EXISTS (SELECT FROM clock AS c, (VALUES (timestamptz '2024-01-15'), ('2024-07-15')) AS d (day)
                WHERE d.day AT TIME ZONE c.time_zone <> d.day AT TIME ZONE 'UTC')
    AND EXISTS (SELECT FROM pg_attribute AS a
                WHERE a.attrelid = to_regclass(format('%I.%I', $1, 'subscription_periods_query'))
                  AND a.atttypid = 'timestamp'::regtype AND a.attname IN ('starts_at', 'starts_on', 'ends_at', 'ends_on'))
  GROUP BY m.given
)
SELECT 'warning', format('times of %s without time zone that look like UTC', a.attname), h.timed,
       format('Bind %1$s AT TIME ZONE ''UTC'' if that is what the app writes: a timestamp is taken for local to %2$s.',
              a.attname, (SELECT time_zone FROM clock))
FROM hours AS h
JOIN pg_attribute AS a
  ON a.attrelid = to_regclass(format('%I.%I', $1, 'subscription_periods_query'))
     AND a.atttypid = 'timestamp'::regtype AND a.attname ~ ('^' || h.given || '_(at|on)$')
WHERE h.timed >= 0.5 * h.times AND h.hours >= 18
