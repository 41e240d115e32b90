-- Days on which users were active, thirty a user on average, over the 48 months from 2022 to 2025.
-- Users sign up in the first 36. Half of them come five times or less, a tenth 165 times; they come
-- every two to seven days, now and then twice on a day. Stored in the order of time.
DROP TABLE IF EXISTS activity;
CREATE UNLOGGED TABLE activity (
    user_id   bigint NOT NULL,
    active_on date NOT NULL
) WITH (parallel_workers = 2);

INSERT INTO activity
WITH app_user AS (
    SELECT id, bench.draw(id, 1, 1096) AS signed_up,
           (ARRAY[1, 1, 2, 3, 5, 9, 16, 32, 66, 165])[1 + bench.draw(id, 2, 10)] AS visits
      FROM generate_series(1, :rows / 30 + 1000) AS id
), visit AS (
    SELECT id, id * 256 + n AS key,
           signed_up + CASE n WHEN 1 THEN 0
                              ELSE bench.draw(id * 256 + n, 3, least(visits * (2 + bench.draw(id, 4, 6)), 1461 - signed_up))
                       END AS day
      FROM app_user, generate_series(1, visits) AS n
     ORDER BY id
     LIMIT :rows
)
SELECT id, date '2022-01-01' + day
  FROM visit
 ORDER BY day, bench.draw(key, 5, 2147483647);
