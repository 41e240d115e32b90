-- Groups of one row to 65,537, around the powers of two, where buffers grow and algorithms change:
-- every row a customer of its own (as many as int2 can name), ten rows each, one customer of all.

\ir lib/oracle.sql

CREATE TABLE size AS
    SELECT n FROM (SELECT (1 << p) + d FROM generate_series(0, 12) AS p, generate_series(-1, 1) AS d
                   UNION VALUES (65536), (65537)) AS v (n) WHERE n > 0;
CREATE FUNCTION check_sizes(customers text, most int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    spans bigint := oracle.load(format($q$
        SELECT n::text, (%s)::text, '1999-06-01'::date + oracle.pick(400, 's' || n || ':' || i),
               '1999-06-01'::date + oracle.pick(400, 's' || n || ':' || i) + oracle.pick(100, 'd' || n || ':' || i), 1 + oracle.pick(5000, n || ':' || i) * 0.01
          FROM size, generate_series(1, n) AS i WHERE n <= %s $q$, customers, most));
    compared bigint;
BEGIN
    CREATE TEMP TABLE answer AS SELECT * FROM oracle.mrr_periods('month', '2000-09-10');
    compared := oracle.compare(customers, oracle.movements_query('month', '2000-09-10', 'customer'), 'TABLE pg_temp.answer', 300)
        + oracle.compare(customers || ', int8', oracle.movements_query('month', '2000-09-10', 'customer::int8 * 12345678901 - 99999999999', 'daterange(starts_on, ends_on)'), 'TABLE pg_temp.answer', 300)
        + oracle.compare(customers || ', int2', oracle.movements_query('month', '2000-09-10', '(customer::int - 32769)::int2'), 'TABLE pg_temp.answer', 300)
        + oracle.compare(customers || ', uuid', oracle.movements_query('month', '2000-09-10', 'md5(customer)::uuid'), 'TABLE pg_temp.answer', 300);
    DROP TABLE answer;
    RETURN format('%s spans, customers %s: %s rows', spans, customers, compared);
END
$$;
-- In the order of the ids, backwards, scattered.
SELECT check_sizes('i', 65536) WHERE oracle.takes();
SELECT check_sizes('1 + (n - i) / 10', 65537) WHERE oracle.takes();
SELECT check_sizes('1 + i * 7919 % (n / 10 + 1)', 4097) WHERE oracle.takes();
SELECT check_sizes('7', 1025) WHERE oracle.takes();
