-- Cases small enough to compute by hand, against the oracle and against the extension.
-- And the comparison itself: it must fail when it should.

\ir lib/oracle.sql

-- The worked answers; a case is a segment.
CREATE TABLE worked AS SELECT * FROM oracle.mrr_periods('month') WHERE false;

SELECT oracle.load($$ VALUES
    -- Runs on. January opens with nothing.
    ('steady', 'a', '2024-01-15'::date, NULL::date, 100),
    -- The last day is 31 January, so January closes at 100 and February books the churn;
    -- the months after it are rows of nothing.
    ('ends with the month', 'a', '2024-01-01', '2024-02-01', 100),
    -- New at 100, then 50 more in the same month: two movements, and none of it is retention.
    ('joins and grows', 'a', '2024-02-10', NULL, 100),
    ('joins and grows', 'a', '2024-02-20', NULL, 50),
    -- On 15 February 100 stops and 60 + 40 start: the day ends as the one before, no movement.
    ('swap', 'a', '2024-01-10', '2024-02-15', 100),
    ('swap', 'a', '2024-02-15', NULL, 60),
    ('swap', 'a', '2024-02-15', NULL, 40),
    -- The same with 30 less: a contraction, never a churn and a new.
    ('price cut', 'a', '2024-01-10', '2024-02-15', 100),
    ('price cut', 'a', '2024-02-15', NULL, 70),
    -- Gone on 5 February, back on the 10th with 120: churn and reactivation, but not lost;
    -- of the opening 100 the retained part is min(100, 120), the surviving is 120.
    ('away and back', 'a', '2024-01-01', '2024-02-05', 100),
    ('away and back', 'a', '2024-02-10', NULL, 120),
    -- Five days in February: an event of each kind, and never in the opening base.
    ('joins and leaves', 'a', '2024-02-05', '2024-02-10', 100),
    -- Back after a quiet month: 0 to + for the second time.
    ('returns', 'a', '2024-01-31', '2024-02-01', 10),
    ('returns', 'a', '2024-04-30', NULL, 20),
    -- 100 becomes 150 and 200 becomes 50: retained 100 + 50, surviving 150 + 50.
    ('two customers', 'a', '2024-01-01', '2024-02-10', 100),
    ('two customers', 'a', '2024-02-10', NULL, 150),
    ('two customers', 'b', '2024-01-01', '2024-02-10', 200),
    ('two customers', 'b', '2024-02-10', NULL, 50),
    -- Two steps up in one month are two expansions, and +20 −20 on one day is none.
    ('steps', 'a', '2024-03-01', NULL, 100),
    ('steps', 'a', '2024-04-02', NULL, 5),
    ('steps', 'a', '2024-04-03', '2024-04-10', 20),
    ('steps', 'a', '2024-04-10', '2024-04-20', 20),
    -- Money without time, time without money.
    ('nothing', 'a', '2024-01-01', '2024-01-01', 100),
    ('nothing', 'b', '2024-01-01', NULL, 0),
    -- Starts in the last month asked for, or after it.
    ('late', 'a', '2024-04-30', NULL, 7),
    ('too late', 'a', '2024-05-01', NULL, 7)
$$) \gset
INSERT INTO worked (segment, period_start,
    opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, closing_mrr,
    retained_mrr, surviving_mrr,
    opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers,
    churned_customers, lost_customers, closing_customers)
VALUES
--                                   opening  new  react  exp  contr  churn  closing  retained  surviving | opening new react exp contr churn lost closing
    ('steady',              '2024-01-01',          0, 100,     0,   0,     0,     0,     100,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('steady',              '2024-02-01',        100,   0,     0,   0,     0,     0,     100,      100,       100,        1,  0,    0,  0,    0,    0,   0,      1),
    ('steady',              '2024-03-01',        100,   0,     0,   0,     0,     0,     100,      100,       100,        1,  0,    0,  0,    0,    0,   0,      1),
    ('steady',              '2024-04-01',        100,   0,     0,   0,     0,     0,     100,      100,       100,        1,  0,    0,  0,    0,    0,   0,      1),
    ('ends with the month', '2024-01-01',          0, 100,     0,   0,     0,     0,     100,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('ends with the month', '2024-02-01',        100,   0,     0,   0,     0,  -100,       0,        0,         0,        1,  0,    0,  0,    0,    1,   1,      0),
    ('ends with the month', '2024-03-01',          0,   0,     0,   0,     0,     0,       0,        0,         0,        0,  0,    0,  0,    0,    0,   0,      0),
    ('ends with the month', '2024-04-01',          0,   0,     0,   0,     0,     0,       0,        0,         0,        0,  0,    0,  0,    0,    0,   0,      0),
    ('joins and grows',     '2024-02-01',          0, 100,     0,  50,     0,     0,     150,        0,         0,        0,  1,    0,  1,    0,    0,   0,      1),
    ('joins and grows',     '2024-03-01',        150,   0,     0,   0,     0,     0,     150,      150,       150,        1,  0,    0,  0,    0,    0,   0,      1),
    ('joins and grows',     '2024-04-01',        150,   0,     0,   0,     0,     0,     150,      150,       150,        1,  0,    0,  0,    0,    0,   0,      1),
    ('swap',                '2024-01-01',          0, 100,     0,   0,     0,     0,     100,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('swap',                '2024-02-01',        100,   0,     0,   0,     0,     0,     100,      100,       100,        1,  0,    0,  0,    0,    0,   0,      1),
    ('swap',                '2024-03-01',        100,   0,     0,   0,     0,     0,     100,      100,       100,        1,  0,    0,  0,    0,    0,   0,      1),
    ('swap',                '2024-04-01',        100,   0,     0,   0,     0,     0,     100,      100,       100,        1,  0,    0,  0,    0,    0,   0,      1),
    ('price cut',           '2024-01-01',          0, 100,     0,   0,     0,     0,     100,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('price cut',           '2024-02-01',        100,   0,     0,   0,   -30,     0,      70,       70,        70,        1,  0,    0,  0,    1,    0,   0,      1),
    ('price cut',           '2024-03-01',         70,   0,     0,   0,     0,     0,      70,       70,        70,        1,  0,    0,  0,    0,    0,   0,      1),
    ('price cut',           '2024-04-01',         70,   0,     0,   0,     0,     0,      70,       70,        70,        1,  0,    0,  0,    0,    0,   0,      1),
    ('away and back',       '2024-01-01',          0, 100,     0,   0,     0,     0,     100,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('away and back',       '2024-02-01',        100,   0,   120,   0,     0,  -100,     120,      100,       120,        1,  0,    1,  0,    0,    1,   0,      1),
    ('away and back',       '2024-03-01',        120,   0,     0,   0,     0,     0,     120,      120,       120,        1,  0,    0,  0,    0,    0,   0,      1),
    ('away and back',       '2024-04-01',        120,   0,     0,   0,     0,     0,     120,      120,       120,        1,  0,    0,  0,    0,    0,   0,      1),
    ('joins and leaves',    '2024-02-01',          0, 100,     0,   0,     0,  -100,       0,        0,         0,        0,  1,    0,  0,    0,    1,   0,      0),
    ('joins and leaves',    '2024-03-01',          0,   0,     0,   0,     0,     0,       0,        0,         0,        0,  0,    0,  0,    0,    0,   0,      0),
    ('joins and leaves',    '2024-04-01',          0,   0,     0,   0,     0,     0,       0,        0,         0,        0,  0,    0,  0,    0,    0,   0,      0),
    ('returns',             '2024-01-01',          0,  10,     0,   0,     0,     0,      10,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('returns',             '2024-02-01',         10,   0,     0,   0,     0,   -10,       0,        0,         0,        1,  0,    0,  0,    0,    1,   1,      0),
    ('returns',             '2024-03-01',          0,   0,     0,   0,     0,     0,       0,        0,         0,        0,  0,    0,  0,    0,    0,   0,      0),
    ('returns',             '2024-04-01',          0,   0,    20,   0,     0,     0,      20,        0,         0,        0,  0,    1,  0,    0,    0,   0,      1),
    ('two customers',       '2024-01-01',          0, 300,     0,   0,     0,     0,     300,        0,         0,        0,  2,    0,  0,    0,    0,   0,      2),
    ('two customers',       '2024-02-01',        300,   0,     0,  50,  -150,     0,     200,      150,       200,        2,  0,    0,  1,    1,    0,   0,      2),
    ('two customers',       '2024-03-01',        200,   0,     0,   0,     0,     0,     200,      200,       200,        2,  0,    0,  0,    0,    0,   0,      2),
    ('two customers',       '2024-04-01',        200,   0,     0,   0,     0,     0,     200,      200,       200,        2,  0,    0,  0,    0,    0,   0,      2),
    ('steps',               '2024-03-01',          0, 100,     0,   0,     0,     0,     100,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1),
    ('steps',               '2024-04-01',        100,   0,     0,  25,   -20,     0,     105,      100,       105,        1,  0,    0,  2,    1,    0,   0,      1),
    ('late',                '2024-04-01',          0,   7,     0,   0,     0,     0,       7,        0,         0,        0,  1,    0,  0,    0,    0,   0,      1);
UPDATE worked SET period_end = period_start + interval '1 month', complete = true;
SELECT oracle.same('by hand, oracle', $$ SELECT * FROM oracle.mrr_periods('month', '2024-05-01') $$, 'TABLE worked', 37);
SELECT oracle.same('by hand', oracle.movements_query('month', '2024-05-01'), 'TABLE worked', 37);

-- The same spans asked for earlier. A period that starts before until is there whole: with until
-- 2 April, April is a row, not complete, and closes by what is true on 30 April.
UPDATE worked SET complete = false WHERE period_start = '2024-04-01';
SELECT oracle.same('by hand, not cut, oracle', $$ SELECT * FROM oracle.mrr_periods('month', '2024-04-02') $$, 'TABLE worked', 37);
SELECT oracle.same('by hand, not cut', oracle.movements_query('month', '2024-04-02'), 'TABLE worked', 37);
-- With until 1 April it is not, and who starts in April has no row at all.
DELETE FROM worked WHERE period_start = '2024-04-01';
SELECT oracle.same('by hand, until the border, oracle', $$ SELECT * FROM oracle.mrr_periods('month', '2024-04-01') $$, 'TABLE worked', 26);
SELECT oracle.same('by hand, until the border', oracle.movements_query('month', '2024-04-01'), 'TABLE worked', 26);

-- The other grains, a segment each.
CREATE TABLE grain_span (LIKE oracle.span);
INSERT INTO grain_span VALUES
    -- From New Year's Eve for two days: closes 31 December and 1 January at 10, churns on the 2nd.
    ('day', 'a', '2023-12-31', '2024-01-02', 10),
    -- Sunday 3 January 2021 alone. Its week is ISO week 53 of 2020, Monday 28 December to Monday
    -- 4 January, closes with the Sunday, and the churn falls into the week after.
    ('week', 'a', '2021-01-03', '2021-01-04', 10),
    -- The leap day alone: closes the first quarter's February, not the quarter; gone on 1 March.
    ('quarter', 'a', '2024-02-29', '2024-03-01', 10),
    ('quarter', 'b', '2024-03-31', '2024-04-01', 20),
    -- The last day of 1 BC, and the year after it, which is AD 1: there is no year 0.
    ('year', 'a', '0001-12-31 BC', '0001-01-01', 10);
CREATE TABLE worked_grains AS TABLE worked WITH NO DATA;
INSERT INTO worked_grains VALUES
--                                                        opening new react exp contr churn closing retained surviving | opening new react exp contr churn lost closing
('day',     '2023-12-31',    '2024-01-01',    true,             0, 10,    0,  0,    0,    0,     10,       0,        0,        0,  1,    0,  0,    0,    0,   0,      1),
('day',     '2024-01-01',    '2024-01-02',    true,            10,  0,    0,  0,    0,    0,     10,      10,       10,        1,  0,    0,  0,    0,    0,   0,      1),
('day',     '2024-01-02',    '2024-01-03',    true,            10,  0,    0,  0,    0,  -10,      0,       0,        0,        1,  0,    0,  0,    0,    1,   1,      0),
('day',     '2024-01-03',    '2024-01-04',    true,             0,  0,    0,  0,    0,    0,      0,       0,        0,        0,  0,    0,  0,    0,    0,   0,      0),
('week',    '2020-12-28',    '2021-01-04',    true,             0, 10,    0,  0,    0,    0,     10,       0,        0,        0,  1,    0,  0,    0,    0,   0,      1),
('week',    '2021-01-04',    '2021-01-11',    false,           10,  0,    0,  0,    0,  -10,      0,       0,        0,        1,  0,    0,  0,    0,    1,   1,      0),
('quarter', '2024-01-01',    '2024-04-01',    true,             0, 30,    0,  0,    0,  -10,     20,       0,        0,        0,  2,    0,  0,    0,    1,   0,      1),
('quarter', '2024-04-01',    '2024-07-01',    false,           20,  0,    0,  0,    0,  -20,      0,       0,        0,        1,  0,    0,  0,    0,    1,   1,      0),
('year',    '0001-01-01 BC', '0001-01-01',    true,             0, 10,    0,  0,    0,    0,     10,       0,        0,        0,  1,    0,  0,    0,    0,   0,      1),
('year',    '0001-01-01',    '0002-01-01',    false,           10,  0,    0,  0,    0,  -10,      0,       0,        0,        1,  0,    0,  0,    0,    1,   1,      0);
CREATE FUNCTION check_grain(grain text, until date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    answer text := format('SELECT * FROM worked_grains WHERE segment = %L', grain);
BEGIN
    PERFORM oracle.load(format('SELECT * FROM grain_span WHERE segment = %L', grain));
    RETURN NEXT oracle.same('by hand, ' || grain || 's, oracle',
        format('SELECT * FROM oracle.mrr_periods(%L, %L)', grain, until), answer, 2);
    RETURN NEXT oracle.same('by hand, ' || grain || 's', oracle.movements_query(grain, until), answer, 2);
END
$$;
SELECT check_grain('day', '2024-01-04');
SELECT check_grain('week', '2021-01-05');
SELECT check_grain('quarter', '2024-04-02');
SELECT check_grain('year', '0001-06-01');

-- The calendar by another road: every day in its period, the period named by extract(). The
-- calendar repeats after 400 years.
SELECT oracle.same('calendar of ' || g.grain || 's, every day of 430 years',
    format($$
        SELECT c.period_start, min(day) AS first, max(day) AS last, count(*)
          FROM oracle.calendar(%L, '0031-01-01 BC', '0401-12-31') AS c,
               LATERAL generate_series(c.period_start::timestamp, c.period_end - interval '1 day', '1 day') AS day
         WHERE day >= '0031-01-01 BC' AND day < '0400-01-01'
         GROUP BY 1 HAVING min(day) > '0031-02-01 BC' $$, g.grain),
    format($$
        SELECT min(day)::date AS period_start, min(day) AS first, max(day) AS last, count(*)
          FROM generate_series(timestamp '0031-01-01 BC', '0399-12-31', '1 day') AS day
         GROUP BY %s HAVING min(day) > '0031-02-01 BC' $$, g.parts), 400)
  FROM (VALUES ('week', 'extract(isoyear FROM day), extract(week FROM day)'),
               ('month', 'extract(year FROM day), extract(month FROM day)'),
               ('quarter', 'extract(year FROM day), extract(quarter FROM day)'),
               ('year', 'extract(year FROM day)')) AS g (grain, parts);

-- The oracle looks at the days on which spans start or end. Looking at every day of every customer,
-- each against the day before, gives the same.
SELECT oracle.load($$ SELECT * FROM oracle.shape('flicker', 1, 2, 10, 12) UNION ALL SELECT * FROM oracle.shape('chain', 2, 2, 10, 6) $$) AS spans \gset
SELECT oracle.same('the oracle, every day of every customer, ' || :spans || ' spans', $$
    WITH level AS (
        SELECT c.segment, c.customer, day::date AS day,
               coalesce((SELECT sum(s.mrr) FROM oracle.span AS s
                          WHERE s.segment = c.segment AND s.customer = c.customer
                            AND s.starts_on <= day AND (s.ends_on IS NULL OR day < s.ends_on)), 0) AS mrr
          FROM (SELECT DISTINCT segment, customer FROM oracle.span) AS c,
               generate_series(timestamp '2022-11-01', '2023-08-31', '1 day') AS day
    ),
    step AS (
        SELECT l.*, lag(mrr, 1, 0.0) OVER w AS before,
               coalesce(max(mrr) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0 AS known
          FROM level AS l WINDOW w AS (PARTITION BY segment, customer ORDER BY day)
    )
    SELECT segment, day, sum(before) AS opening_mrr,
           coalesce(sum(mrr) FILTER (WHERE before = 0 AND NOT known), 0) AS new_mrr,
           coalesce(sum(mrr) FILTER (WHERE before = 0 AND known), 0) AS reactivation_mrr,
           coalesce(sum(mrr - before) FILTER (WHERE before > 0 AND mrr > before), 0) AS expansion_mrr,
           coalesce(sum(mrr - before) FILTER (WHERE mrr > 0 AND mrr < before), 0) AS contraction_mrr,
           -coalesce(sum(before) FILTER (WHERE mrr = 0), 0) AS churn_mrr,
           sum(mrr) AS closing_mrr, count(*) FILTER (WHERE mrr > 0) AS closing_customers,
           count(*) FILTER (WHERE mrr > before AND before > 0) AS expanded_customers,
           count(*) FILTER (WHERE mrr = 0 AND before > 0) AS churned_customers
      FROM step GROUP BY segment, day HAVING bool_or(known) OR sum(mrr) > 0 $$, $$
    SELECT segment, period_start, opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr,
           closing_mrr, closing_customers, expanded_customers, churned_customers
      FROM oracle.mrr_periods('day', '2023-09-01') $$, 500);

-- The comparison notices one row more, one row twice, and one step in any single column.
DO $$
DECLARE
    col record;
    seen text;
    changed int := 0;
BEGIN
    FOR col IN SELECT attname, atttypid::regtype::text AS type FROM pg_attribute
                WHERE attrelid = 'worked'::regclass AND attnum > 0
    LOOP
        seen := NULL;
        BEGIN
            PERFORM oracle.same('mutant', 'TABLE worked', format(
                'SELECT %s FROM worked', (
                    SELECT string_agg(CASE WHEN a.attname <> col.attname THEN quote_ident(a.attname)
                        ELSE format(CASE col.type
                            WHEN 'text' THEN $e$CASE row_number() OVER () WHEN 3 THEN %I || '!' ELSE %1$I END$e$
                            WHEN 'boolean' THEN $e$CASE row_number() OVER () WHEN 3 THEN NOT %I ELSE %1$I END$e$
                            WHEN 'numeric' THEN $e$CASE row_number() OVER () WHEN 3 THEN %I + 1e-20 ELSE %1$I END$e$
                            ELSE $e$CASE row_number() OVER () WHEN 3 THEN %I + 1 ELSE %1$I END$e$ END, a.attname)
                        END, ', ' ORDER BY a.attnum)
                      FROM pg_attribute a WHERE a.attrelid = 'worked'::regclass AND a.attnum > 0)));
        EXCEPTION WHEN raise_exception THEN
            seen := SQLERRM;
        END;
        IF seen IS NULL THEN
            RAISE EXCEPTION 'a change of % goes unnoticed', col.attname;
        END IF;
        changed := changed + 1;
    END LOOP;
    IF changed <> 21 THEN
        RAISE EXCEPTION '% columns tried', changed;
    END IF;
    FOREACH seen IN ARRAY ARRAY['TABLE worked UNION ALL (TABLE worked LIMIT 1)', 'SELECT * FROM worked OFFSET 1']
    LOOP
        BEGIN
            PERFORM oracle.same('mutant', 'TABLE worked', seen);
            changed := NULL;
        EXCEPTION WHEN raise_exception THEN
        END;
        IF changed IS NULL THEN
            RAISE EXCEPTION 'unnoticed: %', seen;
        END IF;
    END LOOP;
    BEGIN
        PERFORM oracle.same('empty', 'SELECT 1 WHERE false', 'SELECT 1 WHERE false');
        changed := NULL;
    EXCEPTION WHEN raise_exception THEN
    END;
    IF changed IS NULL THEN
        RAISE EXCEPTION 'nothing against nothing passes';
    END IF;
END
$$;
\echo 'the comparison fails when it should: 21 columns, a row more, a row less, no rows'
