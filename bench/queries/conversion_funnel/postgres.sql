-- Backwards through each visitor's events, running minima: to every event, when the steps after its
-- own were next taken (a later event's next steps are never earlier, so the least is that of the
-- nearest). So an entry knows its whole way; a visitor's best entry is the one that got furthest
-- within two weeks, among equals the first.
--
-- Written for speed: visitor, second and step in one bigint, which sorts twice as fast as three
-- columns; the next visitor's events are too far away to count.
WITH event AS (
    SELECT visitor_id << 36 | (extract(epoch FROM occurred_at)::bigint << 3)
           | CASE step WHEN 'visit' THEN 1 WHEN 'sign_up' THEN 2 WHEN 'activate' THEN 3
                       WHEN 'invite' THEN 4 WHEN 'subscribe' THEN 5 END AS e
      FROM events
     WHERE step IN ('visit', 'sign_up', 'activate', 'invite', 'subscribe')
), from_4 AS (
    SELECT e, min(e) FILTER (WHERE e & 7 = 5) OVER later AS e5
      FROM event
    WINDOW later AS (ORDER BY e DESC ROWS UNBOUNDED PRECEDING)
), from_3 AS (
    SELECT e, min(e) FILTER (WHERE e & 7 = 4) OVER later AS e4,
              min(e5) FILTER (WHERE e & 7 = 4) OVER later AS e5
      FROM from_4
    WINDOW later AS (ORDER BY e DESC ROWS UNBOUNDED PRECEDING)
), from_2 AS (
    SELECT e, min(e) FILTER (WHERE e & 7 = 3) OVER later AS e3,
              min(e4) FILTER (WHERE e & 7 = 3) OVER later AS e4,
              min(e5) FILTER (WHERE e & 7 = 3) OVER later AS e5
      FROM from_3
    WINDOW later AS (ORDER BY e DESC ROWS UNBOUNDED PRECEDING)
), from_1 AS (
    SELECT e, min(e) FILTER (WHERE e & 7 = 2) OVER later AS e2,
              min(e3) FILTER (WHERE e & 7 = 2) OVER later AS e3,
              min(e4) FILTER (WHERE e & 7 = 2) OVER later AS e4,
              min(e5) FILTER (WHERE e & 7 = 2) OVER later AS e5
      FROM from_2
    WINDOW later AS (ORDER BY e DESC ROWS UNBOUNDED PRECEDING)
), entry AS (
    SELECT e >> 36 AS visitor_id, e >> 3 AS t1, e2 >> 3 AS t2, e3 >> 3 AS t3, e4 >> 3 AS t4, e5 >> 3 AS t5
      FROM from_1
     WHERE e & 7 = 1
), reached AS (
    SELECT *, CASE WHEN t5 <= t1 + 1209600 THEN 5 WHEN t4 <= t1 + 1209600 THEN 4
                   WHEN t3 <= t1 + 1209600 THEN 3 WHEN t2 <= t1 + 1209600 THEN 2 ELSE 1 END AS reach
      FROM entry
), best AS (
    SELECT DISTINCT ON (visitor_id) * FROM reached ORDER BY visitor_id, reach DESC, t1
), total AS (
    SELECT count(*) AS n1, count(*) FILTER (WHERE reach >= 2) AS n2, count(*) FILTER (WHERE reach >= 3) AS n3,
           count(*) FILTER (WHERE reach >= 4) AS n4, count(*) FILTER (WHERE reach >= 5) AS n5,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY t2 - t1) FILTER (WHERE reach >= 2) AS m2,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY t3 - t2) FILTER (WHERE reach >= 3) AS m3,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY t4 - t3) FILTER (WHERE reach >= 4) AS m4,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY t5 - t4) FILTER (WHERE reach >= 5) AS m5
      FROM best
)
SELECT f.*
  FROM total, LATERAL (VALUES (1, 'visit', n1, NULL), (2, 'sign_up', n2, m2), (3, 'activate', n3, m3),
                              (4, 'invite', n4, m4), (5, 'subscribe', n5, m5))
                   AS f (position, step, reached, median_seconds_from_previous)
 ORDER BY position
