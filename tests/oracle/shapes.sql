-- Generated spans of every shape, by every grain, for several untils, as dates and as ranges.

\ir lib/oracle.sql

CREATE FUNCTION check_shape(shape text, seed int, segments int, customers int, items int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format('SELECT * FROM oracle.shape(%L, %s, %s, %s, %s)',
                                       shape, seed, segments, customers, items));
    label text := format('%s, seed %s, %s spans', shape, seed, spans);
    comparisons int := 0;
    rows bigint := 0;
    grain text;
    until date;
BEGIN
    FOREACH grain IN ARRAY ARRAY['day', 'week', 'month', 'quarter', 'year'] LOOP
        -- In the middle of the data, so that spans start after it; on a border; past the last start.
        FOREACH until IN ARRAY ARRAY['2023-08-09', '2024-01-01', (SELECT max(starts_on) + 70 FROM oracle.span)] LOOP
            CONTINUE WHEN NOT oracle.takes();
            rows := rows + oracle.check_movements(label, grain, until);
            comparisons := comparisons + 1;
        END LOOP;
    END LOOP;
    -- Through today, and by months without being asked.
    rows := rows + oracle.check_movements(label, 'week');
    rows := rows + oracle.check_movements(label || ', as it comes');
    RETURN format('%s: %s rows in %s comparisons, each in both forms', label, rows, comparisons + 2);
END
$$;

SELECT check_shape('scatter', 1, 2, 12, 6);
SELECT check_shape('scatter', 2, 1, 40, 2);
SELECT check_shape('chain', 3, 3, 10, 20);
SELECT check_shape('chain', 4, 1, 30, 8);
SELECT check_shape('seats', 5, 2, 3, 100);
SELECT check_shape('seats', 6, 1, 20, 30);
SELECT check_shape('edges', 7, 2, 12, 8);
SELECT check_shape('edges', 8, 1, 50, 4);
SELECT check_shape('flicker', 9, 3, 10, 20);
SELECT check_shape('flicker', 10, 1, 50, 12);
-- Many companies of a customer or two.
SELECT check_shape('flicker', 11, 25, 1, 4);
SELECT check_shape('edges', 12, 8, 2, 2);
