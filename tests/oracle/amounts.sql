-- Amounts: decimals side by side, every power of ten, the limit of 37 digits and beyond it.
-- The limit: integer digits of the largest sum + most decimals of any value, 20 at most.

\ir lib/oracle.sql

-- As many customers as spans would hide sums within a customer: five customers, eight spans each.
CREATE FUNCTION spans_of(amount text) RETURNS text LANGUAGE sql AS $$
    SELECT format($q$
        SELECT 'all', (n %% 5)::text, '2023-01-05'::date + 37 * (n / 5) + n %% 3,
               CASE WHEN n %% 4 > 0 THEN '2023-04-05'::date + 41 * (n / 5) END, %s
          FROM generate_series(0, 39) AS n $q$, amount)
$$;

-- One kind at a time.
SELECT oracle.check_spans(v.what, spans_of(v.amount), 'month', '2024-08-01', at_least => 19)
  FROM (VALUES
      ('no decimals', '1 + oracle.pick(1000, n::text)'),
      ('cents', '(oracle.pick(1000000, n::text) || ''e-2'')::numeric'),
      ('thousandths', '(oracle.pick(1000000, n::text) || ''e-3'')::numeric'),
      ('10 decimals', '(oracle.pick(1000000000, n::text) || ''e-10'')::numeric'),
      ('20 decimals', '(oracle.pick(1000000000, n::text) || ''e-20'')::numeric'),
      ('zeros after the point', '(oracle.pick(100, n::text) || ''.'' || repeat(''0'', n % 21))::numeric'),
      ('coarse first, fine last', '(1 + oracle.pick(1000, n::text))::numeric + (''1e-'' || n / 2)::numeric'),
      ('fine first, coarse last', '(1 + oracle.pick(1000, n::text))::numeric + (''1e-'' || (39 - n) / 2)::numeric'),
      ('thirds', 'round(1000 / (n + 3)::numeric, n % 21)')
  ) AS v (what, amount);

-- What floats get wrong: 0.1 + 0.2 − 0.3 is nothing at all.
SELECT oracle.load($$ VALUES
    ('all', 'a', '2024-01-01'::date, '2024-02-01'::date, 0.1), ('all', 'a', '2024-01-01', '2024-02-01', 0.2), ('all', 'a', '2024-02-01', NULL, 0.3)
$$) AS spans \gset
SELECT oracle.same('0.1 + 0.2 = 0.3',
    'SELECT q.expansion_mrr, q.contraction_mrr, q.expanded_customers, q.contracted_customers, q.closing_mrr
       FROM (' || oracle.movements_query('month', '2024-03-01') || ') AS q',
    'VALUES (0, 0, 0::bigint, 0::bigint, 0.3), (0, 0, 0, 0, 0.3)', 2);

-- Up to the limit. All forty together stay below 10^(37 - decimals), and take all its digits.
SELECT oracle.check_spans(
           format('%s + %s digits, %s', 37 - decimals, decimals, grain),
           spans_of(format(
               'div(10::numeric ^ %s, 40) - oracle.pick(1000000, n::text) - (oracle.pick(1000000000, n::text || ''f'') || ''e-%s'')::numeric',
               37 - decimals, decimals)),
           grain, '2024-08-01', at_least => 2)
  FROM unnest('{0,2,3,10,20}'::int[]) AS decimals, unnest('{month,year}'::text[]) AS grain;
-- One fine value among coarse ones sets the decimals.
SELECT oracle.check_spans('one fine value',
    spans_of('CASE n WHEN 29 THEN 1e-20 ELSE div(10::numeric ^ 17, 40) - oracle.pick(1000000, n::text) END'),
    'month', '2024-08-01', at_least => 19);

-- Every power of ten, all nines, and a one at both ends, each alone in its segment.
SELECT oracle.check_spans('amounts of one to 37 digits', $$
    SELECT format('%s %s %s', k, j, kind), 'a', '2024-01-10'::date, NULL::date,
           CASE kind WHEN 'ones' THEN (repeat('1', k) || '.' || repeat('1', j))::numeric
                     WHEN 'nines' THEN (repeat('9', k) || '.' || repeat('9', j))::numeric
                     WHEN 'power' THEN ('1' || repeat('0', k - 1))::numeric
                     WHEN 'ends' THEN rpad('1', k, '0')::numeric + ('1e-' || j)::numeric
                     ELSE ('1e-' || j)::numeric END
      FROM generate_series(1, 37) AS k, generate_series(0, 20) AS j,
           unnest('{ones,nines,power,ends,fine}'::text[]) AS kind
     WHERE k + j <= 37 AND NOT (kind = 'ends' AND j = 0)
$$, 'month', '2024-03-01', at_least => 5000);

-- Around the largest machine words, alone and as sums of two, at every number of decimals.
SELECT oracle.check_spans('around powers of two', $$
    SELECT format('%s %s %s %s', p, d, decimals, parts), n::text, '2024-01-10'::date + 40 * n, CASE n WHEN 0 THEN '2024-03-10'::date END,
           CASE parts WHEN 1 THEN v ELSE CASE n WHEN 0 THEN div(v, 2) ELSE v - div(v, 2) END END * ('1e-' || decimals)::numeric
      FROM unnest('{15,16,31,32,53,62,63,64,65,96}'::int[]) AS p, generate_series(-1, 1) AS d,
           generate_series(0, 20) AS decimals, generate_series(1, 2) AS parts,
           LATERAL (SELECT trim_scale(2::numeric ^ p + d)) AS power (v), LATERAL generate_series(0, parts - 1) AS n
$$, 'month', '2024-05-01', at_least => 4000);

-- Beyond the limit it is 22003, in both forms, whatever the order of the rows.
CREATE FUNCTION out_of_range(what text, VARIADIC amounts numeric[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    form text;
    direction text;
BEGIN
    FOREACH form IN ARRAY ARRAY['starts_on, ends_on', 'daterange(starts_on, ends_on)'] LOOP
        FOREACH direction IN ARRAY ARRAY['ASC', 'DESC'] LOOP
            PERFORM oracle.fails(what, format(
                $q$ SELECT saas_metrics.mrr_movements(customer, %s, amount, 'month', '2024-06-01' ORDER BY customer %s)
                      FROM (SELECT n::int, '2024-01-10'::date, NULL::date, amount
                              FROM unnest(%L::numeric[]) WITH ORDINALITY AS v (amount, n)) AS s (customer, starts_on, ends_on, amount) $q$,
                form, direction, amounts), '22003');
        END LOOP;
    END LOOP;
    RETURN NEXT what || ': 22003';
END
$$;
SELECT out_of_range('38 digits', 1e37);
SELECT out_of_range('37 and 1', 1e36, 0.1);
SELECT out_of_range('37 and 1 at once', 1e36 + 0.1);
SELECT out_of_range('18 and 20', 1e17, 1e-20);
SELECT out_of_range('18 and 20 at once', 1e17 + 1e-20);
SELECT out_of_range('21 decimals', 1e-21);
SELECT out_of_range('21 decimals among others', 5, 49.9, 1 + 1e-21);
SELECT out_of_range('a thousand decimals', ('1e-1000')::numeric);
SELECT out_of_range('the largest numeric', ('9e131071')::numeric);
SELECT out_of_range('the smallest numeric', ('1e-16383')::numeric);
SELECT out_of_range('a sum of 38 digits', 5e36, 5e36);
SELECT out_of_range('nines and one', 9999999999999999999999999999999999999, 1);
SELECT out_of_range('a sum of 18 and 20', 99999999999999999, 0.99999999999999999999, 0.00000000000000000001);
SELECT out_of_range('past any 128 bits', 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36,
                    9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36, 9e36);

-- Where the limit leaves room to read it, the answer is exact or 22003, never a wrong number:
-- sums that never stand together, a customer's items, zeros at the end that are no decimals.
CREATE FUNCTION exact_or_out_of_range(what text, query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN oracle.check_spans(what, query, 'month', '2024-08-01') || ', exact';
EXCEPTION WHEN numeric_value_out_of_range THEN
    RETURN what || ': 22003';
END
$$;
SELECT exact_or_out_of_range('one after another',
    $$ SELECT 'all', n::text, '2024-01-01'::date + 31 * n, '2024-01-02'::date + 31 * n, 9e36 FROM generate_series(0, 5) AS n $$);
SELECT exact_or_out_of_range('one after another, fine',
    $$ SELECT 'all', n::text, '2024-01-01'::date + 31 * n, '2024-01-02'::date + 31 * n, 99999999999999999.99999999999999999999 FROM generate_series(0, 5) AS n $$);
SELECT exact_or_out_of_range('to and fro in a month',
    $$ SELECT 'all', 'a', '2024-01-01'::date + 2 * n, '2024-01-02'::date + 2 * n, 9e36 FROM generate_series(0, 9) AS n $$);
SELECT exact_or_out_of_range('netted on the day',
    $$ SELECT 'all', 'a', '2024-01-01'::date + n, '2024-01-02'::date + n, 9e36 FROM generate_series(0, 200) AS n $$);
SELECT exact_or_out_of_range('zeros at the end', $$ VALUES ('all', 'a', '2024-01-01'::date, NULL::date, 1.500000000000000000000000000000) $$);
SELECT exact_or_out_of_range('zeros at the end, large', $$ VALUES ('all', 'a', '2024-01-01'::date, NULL::date, 100000000000000000000.00000000000000000000) $$);
SELECT exact_or_out_of_range('no money is fine', $$ VALUES ('all', 'a', '2024-01-01'::date, NULL::date, 0.000000000000000000000000000000), ('all', 'a', '2024-01-01', NULL, 1e36) $$);
