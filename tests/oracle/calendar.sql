-- Dates: leap days, the ends of years and ISO weeks, centuries, before 2000 (negative day
-- numbers), before Christ, the far future, time zones, and the most periods there can be.

\ir lib/oracle.sql

CREATE FUNCTION check_dates(what text, first_day date, grains text[], days int, seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format($q$
        SELECT * FROM oracle.shape('edges', %s, 1, 15, 6, %L)
        UNION ALL SELECT * FROM oracle.shape('scatter', %1$s, 1, 5, 4, %2$L) $q$, seed, first_day));
    rows bigint := 0;
    grain text;
BEGIN
    FOREACH grain IN ARRAY grains LOOP
        rows := rows + oracle.check_movements(what, grain, first_day + days)
                     + oracle.check_movements(what, grain, first_day + days + 1);
    END LOOP;
    RETURN format('%s, %s spans: %s rows', what, spans, rows);
END
$$;
SELECT check_dates('across 2000, a leap year', '1998-06-01', '{day,week,month,quarter,year}', 1500, 21);
SELECT check_dates('across 1900, no leap year', '1896-02-01', '{day,week,month,quarter,year}', 1800, 22);
SELECT check_dates('across 2100, no leap year', '2096-02-01', '{day,week,month,quarter,year}', 1800, 23);
SELECT check_dates('across the year 1', '0003-11-05 BC', '{day,week,month,quarter,year}', 1500, 24);
SELECT check_dates('Caesar', '0044-03-15 BC', '{week,month,quarter,year}', 3000, 25);
SELECT check_dates('the first years', '4713-01-02 BC', '{day,week,month,quarter,year}', 1400, 26);
SELECT check_dates('far future', '200000-02-01', '{day,week,month,quarter,year}', 1400, 27);

-- A customer who stays for millennia, one who comes for a day in each.
SELECT oracle.load($$
    SELECT 'all', 'stays', '4000-05-05 BC'::date, NULL::date, 10
    UNION ALL
    SELECT 'all', 'comes', make_date(y, 1 + abs(y) % 12, 1 + abs(y) % 28), make_date(y, 1 + abs(y) % 12, 1 + abs(y) % 28) + 1, 5.5
      FROM generate_series(-3900, 2900, 61) AS y WHERE y <> 0
$$) AS spans \gset
SELECT 'millennia, ' || :spans || ' spans: ' || sum(oracle.check_movements('millennia', grain, until, at_least => 6000)) || ' rows'
  FROM (VALUES ('year', '2500-07-01'::date), ('quarter', '2900-01-01')) AS v (grain, until);

-- Days far ahead that stand for no end: nothing ends within the periods.
CREATE TABLE forever AS
    SELECT * FROM oracle.shape('chain', 28, 1, 10, 6) WHERE ends_on IS NULL OR NOT isfinite(ends_on)
    UNION ALL SELECT * FROM oracle.shape('flicker', 29, 1, 20, 2);
SELECT oracle.load('SELECT segment, customer, starts_on, NULL::date, mrr FROM forever') AS spans \gset
CREATE TABLE forever_answer AS SELECT * FROM oracle.mrr_periods('month', '2024-01-01');
SELECT oracle.same('end on ' || day, $$
    SELECT s.segment, m.* FROM (SELECT segment, saas_metrics.mrr_movements(customer, starts_on, '$$ || day || $$', mrr, 'month', '2024-01-01') FROM forever GROUP BY segment) AS s (segment, periods),
           unnest(s.periods) AS m $$, 'TABLE forever_answer', 13)
  FROM unnest('{infinity,5874897-12-31,300000-01-01,262143-01-01,99999-12-31,9999-12-31}'::text[]) AS day;

-- The last years of the calendar are beyond timestamps, and so beyond the oracle: by hand.
-- 10 from 5874893, 5 more for the year 5874895. Or they are refused, as dates out of range.
DO $outer$
BEGIN
    PERFORM oracle.compare('the last years', $$
        SELECT p.period_start, p.period_end, p.complete, p.opening_mrr, p.new_mrr, p.expansion_mrr, p.contraction_mrr, p.closing_mrr
          FROM (SELECT saas_metrics.mrr_movements(1, s.starts_on::date, s.ends_on::date, s.mrr, 'year', '5874897-01-01')
                  FROM (VALUES ('5874893-03-04', '5874897-12-31', 10), ('5874895-01-01', '5874896-01-01', 5)) AS s (starts_on, ends_on, mrr)
               ) AS a (periods), unnest(a.periods) AS p
    $$, $$ VALUES
        ('5874893-01-01'::date, '5874894-01-01'::date, true,  0, 10, 0,  0, 10),
        ('5874894-01-01',       '5874895-01-01',       true, 10,  0, 0,  0, 10),
        ('5874895-01-01',       '5874896-01-01',       true, 10,  0, 5,  0, 15),
        ('5874896-01-01',       '5874897-01-01',       true, 15,  0, 0, -5, 10)
    $$, 4);
EXCEPTION WHEN datetime_field_overflow THEN
END
$outer$;

-- The first days of the calendar, 24 November 4714 BC and on: the month and the year that hold them
-- begin before any date. Refused, as dates out of range, or at least nothing that cannot be read back.
DO $$
DECLARE
    grain text;
    periods text;
BEGIN
    FOREACH grain IN ARRAY ARRAY['day', 'week', 'month', 'quarter', 'year'] LOOP
        BEGIN
            EXECUTE format('SELECT saas_metrics.mrr_movements(1, ''4714-11-24 BC'', NULL::date, 10, %L, ''4713-02-03 BC'')', grain) INTO periods;
        EXCEPTION WHEN datetime_field_overflow THEN
            CONTINUE;
        END;
        BEGIN
            IF cardinality(periods::saas_metrics.mrr_period[]) = 0 THEN
                RAISE EXCEPTION 'no % from the first day on', grain;
            END IF;
        EXCEPTION WHEN datetime_field_overflow THEN
            RAISE EXCEPTION 'the first %: %', grain, SQLERRM;
        END;
    END LOOP;
END
$$;
\echo 'the first and the last days'

-- 100,000 periods, and one more.
SELECT oracle.load($$ VALUES
    ('all', 'a', '1900-01-01'::date, '1950-03-01'::date, 10), ('all', 'b', '1930-01-01', NULL, 20), ('all', 'a', '2000-01-01', '2173-10-14', 30)
$$) AS spans \gset
SELECT oracle.same('most periods', oracle.movements_query('day', '1900-01-01'::date + 100000),
                   $$ SELECT * FROM oracle.mrr_periods('day', '1900-01-01'::date + 100000) $$, 100000);
SELECT oracle.fails('one period more', oracle.movements_query('day', '1900-01-01'::date + 100001), '54000');

-- Without until the last period holds the current date, which depends on the time zone.
SELECT oracle.load($$
    SELECT 'all', '1', current_date - 20, NULL::date, 10
    UNION ALL SELECT 'all', '2', current_date - 3 + n, current_date - 2 + n, 1 FROM generate_series(0, 9) AS n
$$) AS spans \gset
SET TimeZone = 'Etc/GMT+12';
SELECT 'today, furthest west: ' || sum(oracle.check_movements('west', grain)) || ' rows' FROM unnest('{day,week,month,quarter,year}'::text[]) AS grain;
SET TimeZone = 'Etc/GMT-14';
SELECT 'today, furthest east: ' || sum(oracle.check_movements('east', grain)) || ' rows' FROM unnest('{day,week,month,quarter,year}'::text[]) AS grain;
DO $$
DECLARE
    west date;
    east date;
BEGIN
    SET LOCAL TimeZone = 'Etc/GMT+12';
    west := (SELECT max(period_start) FROM (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'day') FROM oracle.span) AS s (periods), unnest(periods));
    SET LOCAL TimeZone = 'Etc/GMT-14';
    east := (SELECT max(period_start) FROM (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'day') FROM oracle.span) AS s (periods), unnest(periods));
    -- Twenty-six hours apart it is never the same day.
    IF west IS NULL OR east NOT IN (west + 1, west + 2) THEN
        RAISE EXCEPTION 'west %, east %', west, east;
    END IF;
END
$$;
\echo 'west and east are different days'
