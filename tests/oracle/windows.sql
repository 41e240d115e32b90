-- As a window function: frames that grow, move, skip and lie ahead, against the oracle asked anew
-- for every row. The state must survive being read and then going on.

\ir lib/oracle.sql

CREATE TABLE span AS
    SELECT row_number() OVER (ORDER BY md5(segment || customer || starts_on || mrr), mrr)::int AS n, customer::int, starts_on, ends_on, mrr
      FROM (SELECT * FROM oracle.shape('flicker', 61, 1, 5, 10) UNION ALL
            SELECT * FROM oracle.shape('chain', 62, 1, 5, 8) UNION ALL
            SELECT * FROM oracle.shape('scatter', 63, 1, 5, 8)) AS s;

-- A row's frame is a segment: the rows that stand in it to the row, by the same words as numbers.
CREATE FUNCTION check_frame(what text, frame text, rows_in_frame text, until date DEFAULT '2024-04-01') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.load(format(
        'SELECT row.n, s.customer, s.starts_on, s.ends_on, s.mrr FROM span AS row, span AS s WHERE %s', rows_in_frame));
    PERFORM oracle.compare(what || ', ranges', format($q$
        SELECT f.n::text, m.* FROM (SELECT n, saas_metrics.mrr_movements(customer, daterange(starts_on, ends_on), mrr, 'month', %L) OVER (%s) FROM span) AS f (n, periods),
               unnest(f.periods) AS m $q$, until, frame),
        format('SELECT * FROM oracle.mrr_periods(''month'', %L)', until), 300);
    RETURN oracle.same(what, format($q$
        SELECT f.n::text, m.* FROM (SELECT n, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', %L) OVER (%s) FROM span) AS f (n, periods),
               unnest(f.periods) AS m $q$, until, frame),
        format('SELECT * FROM oracle.mrr_periods(''month'', %L)', until), 300);
END
$$;
SELECT check_frame('growing', 'ORDER BY n', 's.n <= row.n');
SELECT check_frame('shrinking', 'ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING', 's.n >= row.n');
SELECT check_frame('moving', 'ORDER BY n ROWS 6 PRECEDING', 's.n BETWEEN row.n - 6 AND row.n');
SELECT check_frame('ahead', 'ORDER BY n ROWS BETWEEN 3 FOLLOWING AND 9 FOLLOWING', 's.n BETWEEN row.n + 3 AND row.n + 9');
SELECT check_frame('all but this row', 'ORDER BY n ROWS BETWEEN 4 PRECEDING AND 4 FOLLOWING EXCLUDE CURRENT ROW', 's.n BETWEEN row.n - 4 AND row.n + 4 AND s.n <> row.n');
SELECT check_frame('all rows', '', 'true');
SELECT check_frame('customer so far', 'PARTITION BY customer ORDER BY n', 's.customer = row.customer AND s.n <= row.n');
SELECT check_frame('customer', 'PARTITION BY customer', 's.customer = row.customer');
SELECT check_frame('the day''s peers', 'ORDER BY starts_on', 's.starts_on <= row.starts_on');
SELECT check_frame('ninety days', 'ORDER BY starts_on RANGE interval ''90 days'' PRECEDING', 's.starts_on BETWEEN row.starts_on - 90 AND row.starts_on');

-- Two frames over one call each, and a filter, in one query.
SELECT oracle.load('SELECT row.n, s.customer, s.starts_on, s.ends_on, s.mrr FROM span AS row, span AS s WHERE s.n <= row.n AND s.mrr > 20') AS spans \gset
SELECT oracle.same('growing and filtered, beside a moving one', $$
    SELECT f.n::text, m.* FROM (
        SELECT n, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-04-01') FILTER (WHERE mrr > 20) OVER (ORDER BY n),
               saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2024-04-01') OVER (ORDER BY n ROWS 2 PRECEDING)
          FROM span) AS f (n, periods, others), unnest(f.periods) AS m WHERE f.others IS NOT NULL $$,
    $$ SELECT * FROM oracle.mrr_periods('month', '2024-04-01') $$, 1000);

-- An empty frame is an empty array.
SELECT oracle.same('empty frames', $$
    SELECT n FROM (SELECT n, saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr) OVER (ORDER BY n ROWS BETWEEN 9 FOLLOWING AND 12 FOLLOWING) FROM span) AS f (n, periods)
     WHERE periods = '{}' AND n > (SELECT max(n) - 9 FROM span) $$,
    'SELECT n FROM span WHERE n > (SELECT max(n) - 9 FROM span)', 9);
