-- Generated spans of every shape, by every grain, for several untils, as dates and as ranges.

CREATE EXTENSION saas_metrics;
\ir lib/oracle.sql

CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format('SELECT * FROM oracle.shape(%L, %s, %s, %s, %s)',
                                       shape, seed, segments, customers, items));
    last_start date := (SELECT max(starts_on) FROM oracle.span);
    label text := format('%s, seed %s, %s spans', shape, seed, spans);
    grain text;
BEGIN
    FOREACH grain IN ARRAY ARRAY['day', 'week', 'month', 'quarter', 'year'] LOOP
        -- In the middle of the data, so that spans start after it; on a border; past the end of all.
        RETURN NEXT oracle.check_movements(label, grain, '2023-08-09');
        RETURN NEXT oracle.check_movements(label, grain, '2024-01-01');
        RETURN NEXT oracle.check_movements(label, grain, last_start + 70);
    END LOOP;
    -- Through today, and by months without being asked.
    RETURN NEXT oracle.check_movements(label, 'week');
    RETURN NEXT oracle.check_movements(label || ', as it comes');
END
$$;

SELECT check_shape('scatter', 1, 3, 12, 6);
SELECT check_shape('scatter', 2, 1, 60, 2);
SELECT check_shape('chain', 3, 3, 10, 20);
SELECT check_shape('chain', 4, 1, 40, 8);
SELECT check_shape('seats', 5, 2, 3, 120);
SELECT check_shape('seats', 6, 1, 25, 30);
SELECT check_shape('edges', 7, 3, 15, 10);
SELECT check_shape('edges', 8, 1, 80, 4);
SELECT check_shape('flicker', 9, 3, 10, 20);
SELECT check_shape('flicker', 10, 1, 50, 12);

-- Small cases in great number: a segment is a company of a customer or two.
SELECT check_shape('flicker', 11, 150, 1, 4);
SELECT check_shape('edges', 12, 150, 2, 2);
