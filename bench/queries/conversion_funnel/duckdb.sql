-- Each entry with the nearest event of the next step, that with the next one's nearest, and so on;
-- a visitor's best entry is the one that got furthest within two weeks, among equals the first.
--
-- Written for speed: entries that lead nowhere are left out, of them only the visitors count.
WITH entry AS (
    SELECT v.visitor_id, epoch(v.occurred_at)::integer AS t1, epoch(s.occurred_at)::integer AS t2,
           epoch(a.occurred_at)::integer AS t3, epoch(i.occurred_at)::integer AS t4, epoch(b.occurred_at)::integer AS t5
      FROM (FROM events WHERE step = 'visit') AS v
      ASOF JOIN (FROM events WHERE step = 'sign_up') AS s
        ON s.visitor_id = v.visitor_id AND s.occurred_at >= v.occurred_at
      ASOF LEFT JOIN (FROM events WHERE step = 'activate') AS a
        ON a.visitor_id = s.visitor_id AND a.occurred_at >= s.occurred_at
      ASOF LEFT JOIN (FROM events WHERE step = 'invite') AS i
        ON i.visitor_id = a.visitor_id AND i.occurred_at >= a.occurred_at
      ASOF LEFT JOIN (FROM events WHERE step = 'subscribe') AS b
        ON b.visitor_id = i.visitor_id AND b.occurred_at >= i.occurred_at
     WHERE epoch(s.occurred_at)::integer <= epoch(v.occurred_at)::integer + 1209600
), reached AS (
    SELECT *, CASE WHEN t5 <= t1 + 1209600 THEN 5 WHEN t4 <= t1 + 1209600 THEN 4
                   WHEN t3 <= t1 + 1209600 THEN 3 ELSE 2 END AS reach
      FROM entry
), best AS (
    FROM reached QUALIFY row_number() OVER (PARTITION BY visitor_id ORDER BY reach DESC, t1) = 1
), total AS (
    SELECT (SELECT count(DISTINCT visitor_id) FROM events WHERE step = 'visit') AS n1,
           count(*) AS n2, count(*) FILTER (WHERE reach >= 3) AS n3,
           count(*) FILTER (WHERE reach >= 4) AS n4, count(*) FILTER (WHERE reach >= 5) AS n5,
           quantile_cont(t2 - t1, 0.5) AS m2,
           quantile_cont(t3 - t2, 0.5) FILTER (WHERE reach >= 3) AS m3,
           quantile_cont(t4 - t3, 0.5) FILTER (WHERE reach >= 4) AS m4,
           quantile_cont(t5 - t4, 0.5) FILTER (WHERE reach >= 5) AS m5
      FROM best
)
SELECT f.*
  FROM total, LATERAL (VALUES (1, 'visit', n1, NULL), (2, 'sign_up', n2, m2), (3, 'activate', n3, m3),
                              (4, 'invite', n4, m4), (5, 'subscribe', n5, m5))
                   AS f (position, step, reached, median_seconds_from_previous)
 ORDER BY position
