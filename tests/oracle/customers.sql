-- Customer types: each of them, domains over them, and ids that look alike. The oracle sees the
-- customers as numbered text; every id below is another name for that number.

\ir lib/oracle.sql

CREATE DOMAIN tiny_id AS int2;
CREATE DOMAIN account_id AS int8 CHECK (VALUE <> 0);
CREATE DOMAIN account_key AS uuid;
CREATE DOMAIN code AS varchar(60);
CREATE DOMAIN short_code AS code CHECK (length(VALUE) < 60);
CREATE DOMAIN name_of_customer AS text;

SELECT oracle.load($$
    SELECT * FROM oracle.shape('chain', 31, 2, 60, 6) UNION ALL SELECT * FROM oracle.shape('flicker', 32, 2, 60, 3)
$$) AS spans \gset

CREATE TABLE months AS SELECT * FROM oracle.mrr_periods('month', '2024-01-01');
CREATE TABLE days AS SELECT * FROM oracle.mrr_periods('day', '2023-07-01');
CREATE FUNCTION check_ids(what text, id text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    customers bigint;
    ids bigint;
    rows bigint;
BEGIN
    EXECUTE format('SELECT count(DISTINCT customer), count(DISTINCT (%s)::text) FROM oracle.span', id) INTO customers, ids;
    IF ids <> customers OR ids < 60 THEN
        RAISE EXCEPTION '%: % ids for % customers', what, ids, customers;
    END IF;
    rows := oracle.compare(what, oracle.movements_query('month', '2024-01-01', id), 'TABLE months', 20)
          + oracle.compare(what || ', as ranges', oracle.movements_query('day', '2023-07-01', id, 'daterange(starts_on, ends_on)'), 'TABLE days', 200);
    RETURN format('%s, %s ids: %s rows', what, ids, rows);
END
$$;

SELECT check_ids(what, id) FROM (VALUES
    ('int2', 'customer::int2'),
    ('int2, negative', '(30 - customer::int)::int2'),
    ('int2, extremes', '(CASE WHEN customer::int < 30 THEN -32769 + customer::int ELSE 32707 + customer::int END)::int2'),
    ('int4', 'customer::int4'),
    ('int4, extremes', '(CASE WHEN customer::int < 30 THEN -2147483649 + customer::int ELSE 2147483587 + customer::int END)::int4'),
    ('int8', 'customer::int8'),
    ('int8, extremes', '(CASE WHEN customer::int < 30 THEN -9223372036854775809 + customer::int ELSE 9223372036854775747 + customer::int END)::int8'),
    ('int8, the same low half', '(customer::int8 - 30) * 4294967296 + 7'),
    ('int8, the same high half', '4294967296 * 1234567 - customer::int8'),
    ('int8, powers of two', '(1::int8 << (customer::int - 1)) - 4'),
    ('uuid', 'md5(customer)::uuid'),
    ('uuid, the same first half', '(''deadbeefdeadbeef'' || substr(md5(customer), 1, 16))::uuid'),
    ('uuid, the same last half', '(substr(md5(customer), 1, 16) || ''deadbeefdeadbeef'')::uuid'),
    ('uuid, a byte apart', '(repeat(''0'', 14) || lpad(to_hex(customer::int), 2, ''0'') || repeat(''f'', 16))::uuid'),
    ('text', 'customer'),
    ('text, one a prefix of the next', 'repeat(''a'', customer::int - 1)'),
    ('text, around 126 bytes', 'repeat(''a'', customer::int + 95)'),
    ('text, another last byte', 'repeat(''x'', 500) || chr(32 + customer::int)'),
    ('text, another first byte', 'chr(32 + customer::int) || repeat(''x'', 500)'),
    ('text, spaces at the end', 'rpad('''', customer::int)'),
    ('text, multibyte', 'repeat(chr(228 + customer::int), 3) || repeat(chr(128000 + customer::int), customer::int % 4)'),
    ('text, upper and lower', 'CASE WHEN customer::int > 30 THEN upper(''k'' || chr(96 + customer::int - 30) || ''e'') ELSE ''k'' || chr(96 + customer::int) || ''e'' END'),
    ('varchar', 'customer::varchar'),
    ('varchar(n)', '(''no. '' || customer)::varchar(12)'),
    ('domain over int2', 'customer::tiny_id'),
    ('domain over int8', '(1000 - customer::int8)::account_id'),
    ('domain over uuid', 'md5(customer)::account_key'),
    ('domain over varchar', '(''no. '' || customer)::code'),
    ('domain over a domain', '(''no. '' || customer)::short_code'),
    ('domain over text', '(''no. '' || customer)::name_of_customer'),
    -- Long and longer, as expressions.
    ('text of 3 kB', 'repeat(''long name '', 300) || customer'),
    ('text of 300 kB', 'customer || repeat(''long name '', 30000) || customer')
) AS v (what, id);

-- From the table's own pages: short, compressed, out of line; each customer half as stored, half
-- as computed, so that one id comes in several physical forms.
CREATE FUNCTION check_stored(what text, storage text, name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    large bigint;
BEGIN
    EXECUTE 'ALTER TABLE oracle.span ALTER customer SET STORAGE ' || storage;
    PERFORM oracle.load(format($q$
        SELECT segment, %s, starts_on, ends_on, mrr
          FROM (SELECT * FROM oracle.shape('chain', 33, 1, 40, 6)) AS s $q$, name));
    large := (SELECT count(*) FROM oracle.span WHERE octet_length(customer) > pg_column_size(customer) OR octet_length(customer) > 2000);
    PERFORM oracle.check_movements(what, 'month', '2023-12-01',
        $q$ CASE WHEN extract(day FROM starts_on)::int % 2 = 0 THEN customer ELSE customer || '' END $q$, 8);
    RETURN format('%s: %s rows, %s values compressed or out of line', what,
                  oracle.check_movements(what, 'month', '2023-12-01', 'customer', 8), large);
END
$$;
SELECT check_stored('stored, short', 'EXTENDED', $$ 'customer ' || customer $$);
SELECT check_stored('stored, compressed', 'EXTENDED', $$ repeat('customer ', 3000) || customer $$);
SELECT check_stored('stored, out of line', 'EXTERNAL', $$ repeat('customer ', 500) || customer $$);
SELECT check_stored('stored, out of line and compressed', 'EXTENDED',
    $$ (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) AS n) || customer $$);
ALTER TABLE oracle.span ALTER customer SET STORAGE EXTENDED;

-- Ids whose hashes are equal, for the hash of the server at least: two customers all the same.
-- Were they one, the second would come back instead of being new.
CREATE TABLE twin AS
    SELECT row_number() OVER (ORDER BY min(t)) AS n, min(t) AS one, max(t) AS other
      FROM (SELECT 'customer-' || i FROM generate_series(1, 300000) AS i) AS v (t)
     GROUP BY hashtext(t) HAVING count(*) > 1;
SELECT oracle.check_spans('equal hashes, ' || count(*) || ' pairs', $$
    SELECT n::text, one, '2024-01-01'::date, '2024-02-01'::date, 10 FROM twin
    UNION ALL SELECT n::text, other, '2024-03-01', NULL, 20 FROM twin $$, 'month', '2024-05-01', at_least => 4)
  FROM twin;

-- Many: 150,000 customers of text and uuid, each with one span, in no order.
CREATE TABLE many AS
    SELECT md5(n::text) AS id, '2024-01-01'::date + oracle.pick(90, n::text) AS starts_on, 1 + n % 7 AS mrr
      FROM generate_series(1, 150000) AS n;
SELECT oracle.same('150,000 customers', $$
    SELECT t.segment, p.period_start, p.new_customers, p.new_mrr, p.closing_customers, p.closing_mrr, p.reactivated_customers + p.expanded_customers
      FROM (SELECT 'text', saas_metrics.mrr_movements(id, starts_on, NULL::date, mrr, 'month', '2024-04-01') FROM many
            UNION ALL
            SELECT 'uuid', saas_metrics.mrr_movements(id::uuid, starts_on, NULL::date, mrr, 'month', '2024-04-01') FROM many) AS t (segment, periods),
           unnest(t.periods) AS p $$, $$
    SELECT kind, month::date, count(*) FILTER (WHERE starts_on >= month) AS new_customers, sum(mrr) FILTER (WHERE starts_on >= month) AS new_mrr,
           count(*) AS customers, sum(mrr) AS mrr, 0::bigint AS others
      FROM many, unnest('{text,uuid}'::text[]) AS kind, generate_series(timestamp '2024-01-01', '2024-03-01', '1 month') AS month
     WHERE starts_on < month + interval '1 month'
     GROUP BY 1, 2 $$, 6);
