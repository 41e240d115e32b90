-- The people in the accounts and the days on which they used the product.

-- Served time by month, with how keen the account is in it (0 to 1). Who is going to leave fades out before.
CREATE TEMP TABLE served ON COMMIT DROP AS
SELECT customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY starts_at) AS stretch,
       starts_at, least(ends_at, ends_on) AS ends_at, seats,
       fade * (0.15 + 0.5 * roll(d, 0)) AS keen, 0.5 + 0.5 * roll(d, 1) AS adoption
FROM (
    SELECT customer_id, signed_up_at AS starts_at, signed_up_at + interval '14 days' AS ends_at, seats,
           CASE WHEN converts THEN 1.2 ELSE 0.6 END AS fade
    FROM profile WHERE trial
    UNION ALL
    SELECT customer_id, starts_at, least(next_at, access_ends_at), seats,
           CASE last_k - k WHEN 0 THEN 0.1 WHEN 1 THEN 0.4 WHEN 2 THEN 0.7 ELSE 1 END
    FROM life
    LEFT JOIN (SELECT customer_id, spell, k AS last_k FROM life WHERE ended = 'voluntary') AS leaving
         USING (customer_id, spell)
    WHERE status = 'active'
) AS s
JOIN (SELECT customer_id, dice('usage ' || n) AS d FROM profile OFFSET 0) AS p USING (customer_id)
CROSS JOIN company.parameters
WHERE starts_at < ends_on;

-- A seat gets its user within ten days of being bought, if at all; the first user signed up.
INSERT INTO company.users
SELECT row_number() OVER (ORDER BY created_at, customer_id, u), customer_id, created_at
FROM (
    SELECT customer_id, u, min(starts_at) AS bought_at, (array_agg(ends_at ORDER BY starts_at))[1] AS until
    FROM served CROSS JOIN LATERAL generate_series(1, least(8, ceil(seats * adoption)::int)) AS u
    GROUP BY customer_id, u
) AS seat
CROSS JOIN LATERAL (SELECT least(14400, extract(epoch FROM until - bought_at) / 60)::int AS minutes) AS m
CROSS JOIN LATERAL (SELECT bought_at + CASE WHEN u = 1 THEN 0
    ELSE roll(dice('user ' || customer_id || ' ' || u), 0, minutes) END * interval '1 minute' AS created_at) AS c
ORDER BY 1;
\echo '  users               ' :ROW_COUNT

-- A byte per day decides: working days mostly, and some users more than others.
INSERT INTO company.activity
SELECT user_id, customer_id, active_on, 1 + get_byte(events, day % 32) * get_byte(events, (day + 11) % 32) / 2048
FROM (
    SELECT user_id, customer_id, stretch,
           greatest(starts_at::date, created_at::date) AS first_day, ends_at::date AS last_day,
           floor(256 * least(0.92, keen * (0.4 + roll(dice('user ' || user_id), 0))))::int AS bar,
           dice('days ' || user_id || ' ' || stretch) AS chance,
           dice('events ' || user_id || ' ' || stretch) AS events
    FROM served JOIN company.users USING (customer_id)
    WHERE created_at < ends_at
    ORDER BY user_id, stretch
) AS s
JOIN generate_series(0, 30) AS day ON day < last_day - first_day
CROSS JOIN LATERAL (SELECT first_day + day AS active_on) AS a
CROSS JOIN LATERAL (SELECT (active_on - date '2000-01-03') % 7 >= 5 AS weekend) AS w            -- that was a Monday
WHERE get_byte(chance, day) < CASE WHEN weekend THEN bar / 6 ELSE bar END
ORDER BY user_id, stretch, day;
\echo '  activity            ' :ROW_COUNT

ALTER TABLE company.activity ADD PRIMARY KEY (user_id, active_on);
