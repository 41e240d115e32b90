-- Who signs up when, what they are like, and the leads they came from.

-- Everything about a sign-up that later decisions need.
CREATE TEMP TABLE profile ON COMMIT DROP AS
WITH sign_up AS (
    -- The months get their share of the customers; within a month most sign up on a working day.
    SELECT n, d, (first_day + day) AT TIME ZONE 'UTC' + (360 + roll(d, 3, 900)) * interval '1 minute' AS signed_up_at
    FROM company.parameters AS p
    CROSS JOIN generate_series(1, p.customers) AS n
    CROSS JOIN LATERAL (SELECT dice('customer ' || n) AS d OFFSET 0) AS dd
    JOIN month ON (2 * n - 1) * total >= 2 * p.customers * (upto - weight)
              AND (2 * n - 1) * total <  2 * p.customers * upto
    CROSS JOIN LATERAL (SELECT (first_day + interval '1 month')::date - first_day AS days) AS l
    CROSS JOIN LATERAL (SELECT CASE WHEN extract(isodow FROM first_day + roll(d, 0, days)) < 6 OR roll(d, 2) < 0.3
                                    THEN roll(d, 0, days) ELSE roll(d, 1, days) END * interval '1 day' AS day) AS w
), trait AS (
    SELECT row_number() OVER (ORDER BY signed_up_at, n) AS customer_id, n, d, signed_up_at,
           source, country, currency, industry, suffix, size.size,
           roll(d, 4) < 0.004 AS is_test,
           roll(d, 5) * 100 < source.trials AS trial,
           roll(d, 6) * 100 < source.trials_paid AS converts,
           CASE WHEN roll(d, 7) * 100 < size.starter THEN 1
                WHEN roll(d, 7) * 100 < size.starter + size.team THEN 2 ELSE 3 END AS tier,
           size.seats_low + floor(size.seats_more * roll(d, 8) * roll(d, 8))::int AS seats,
           roll(d, 9) * 100 < size.annual AS annual,
           -- Most have an ordinary risk, some an extraordinary one: these leave first, so cohorts flatten.
           size.risk * source.risk * industry.risk * (0.35 + 1.9 * roll(d, 10) * roll(d, 10)) AS risk
    FROM sign_up
    JOIN source   ON roll(d, 11) * 100 >= source.upto - source.share     AND roll(d, 11) * 100 < source.upto
    JOIN country  ON roll(d, 12) * 100 >= country.upto - country.share   AND roll(d, 12) * 100 < country.upto
    JOIN industry ON roll(d, 13) * 100 >= industry.upto - industry.share AND roll(d, 13) * 100 < industry.upto
    CROSS JOIN LATERAL (SELECT 100 * (bigger + (1 - bigger) * roll(d, 14)) AS size_roll) AS s
    JOIN size     ON size_roll >= size.upto - size.share                 AND size_roll < size.upto
)
SELECT trait.*,
       CASE WHEN NOT trial THEN signed_up_at WHEN converts THEN signed_up_at + interval '14 days' END AS paid_at,
       CASE WHEN signed_up_at < starts_on + interval '6 months' AND roll(d, 15) < 0.25 THEN 'FOUNDER30'
            WHEN industry = 'education' AND roll(d, 15) < 0.5 THEN 'EDU20'
            WHEN roll(d, 15) >= 0.90 THEN 'WELCOME25'
            WHEN roll(d, 15) >= 0.84 THEN 'FIRST50' END AS coupon
FROM trait CROSS JOIN company.parameters;

ALTER TABLE profile ADD PRIMARY KEY (customer_id);
ANALYZE profile;

INSERT INTO company.customers
SELECT customer_id,
       CASE WHEN is_test THEN 'Test account ' || customer_id
            ELSE first_names[1 + k % 64] || ' ' || last_names[1 + k / 64 % 64] || ' ' || suffix END,
       signed_up_at, country, industry, size, source, is_test
FROM profile
CROSS JOIN LATERAL (SELECT customer_id * 1237 % 4096 AS k) AS step                 -- odd, so that names differ
CROSS JOIN (SELECT
    string_to_array('Alder Amber Anchor Arrow Atlas Birch Blue Bright Cedar Clear Copper Coral Delta Echo Elm Ember '
        'Falcon Fern Flint Golden Granite Green Harbour Hazel Iron Ivory Juniper Kite Lark Lumen Maple Marble '
        'Meadow North Oak Olive Onyx Orbit Pine Prime Quartz Raven Red River Sable Silver Sparrow Stone '
        'Summit Swift Tidal True Umber Vale Velvet Vista West White Wild Willow Winter Wren Young Zephyr', ' '),
    string_to_array('Arch Bay Beacon Bridge Brook Canyon Cape Cliff Coast Court Creek Cross Dale Drift Falls Field '
        'Ford Forge Gate Glen Grove Haven Heath Hill Hollow House Isle Lake Land Lane Light Line '
        'Loft Mark Mill Moor Mount Park Pass Path Peak Point Pond Port Reach Ridge Road Rock '
        'Sail Shore Side Spring Square Star Stream Tower Trail View Wall Water Wave Way Wood Yard', ' ')
    ) AS names (first_names, last_names)
ORDER BY customer_id;
\echo '  customers           ' :ROW_COUNT

-- Every sign-up was a lead; in the same month came others of its source that went nowhere.
INSERT INTO company.leads
SELECT row_number() OVER (ORDER BY created_at, customer_id, i), source, created_at, qualified_at,
       CASE WHEN i = 0 AND trial THEN signed_up_at END,
       CASE WHEN i = 0 AND paid_at < ends_on THEN paid_at END,
       CASE WHEN i = 0 THEN customer_id END
FROM profile
JOIN source USING (source)
CROSS JOIN company.parameters
CROSS JOIN LATERAL generate_series(0, floor(leads + roll(d, 0))::int) AS i
CROSS JOIN LATERAL (SELECT dice('lead ' || n || ' ' || i) AS e OFFSET 0) AS ee
CROSS JOIN LATERAL (SELECT CASE
    WHEN i = 0 THEN greatest(starts_on::timestamptz,
                             signed_up_at - (5 + floor(43200 * roll(e, 0) * roll(e, 0))) * interval '1 minute')
    ELSE date_trunc('month', signed_up_at) + roll(e, 0, 28 * 1440) * interval '1 minute' END AS created_at) AS c
CROSS JOIN LATERAL (SELECT CASE
    WHEN i = 0 THEN date_trunc('minute', created_at + (signed_up_at - created_at) * roll(e, 1))
    WHEN roll(e, 2) < 0.22 THEN created_at + roll(e, 1, 9 * 1440) * interval '1 minute' END AS qualifies_at) AS q
CROSS JOIN LATERAL (SELECT CASE WHEN qualifies_at < ends_on THEN qualifies_at END AS qualified_at) AS k
WHERE NOT is_test
ORDER BY 1;
\echo '  leads               ' :ROW_COUNT
