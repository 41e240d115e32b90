-- Lines of movements, and MRR by plan, product, billing period and currency, against the oracle and
-- against what must hold: each rolls forward, switches are 0 in sum, segments add up to the total.

\ir lib/ledger.sql

-- By hand. A customer goes from 200 of product A to 500 of B: what moved is a switch, the rest an
-- expansion. Another loses 100 of A and 50 of B for 120 of C: the switch takes the largest loss first.
-- A third swaps 80 of A for 80 of B: nothing but a switch, and no movement.
INSERT INTO oracle.billing (customer, item_id, product, plan, amount, billing_period, starts_at, ends_at) VALUES
    ('1', 'a', 'A', 'x', 200, '1 month', '2024-01-10Z', '2024-02-10Z'), ('1', 'a', 'B', 'x', 500, '1 month', '2024-02-10Z', NULL),
    ('2', 'a', 'A', 'x', 100, '1 month', '2024-01-10Z', '2024-03-10Z'), ('2', 'b', 'B', 'x', 50, '1 month', '2024-01-10Z', '2024-03-10Z'),
    ('2', 'c', 'C', 'x', 120, '1 month', '2024-03-10Z', NULL),
    ('3', 'a', 'A', 'x', 80, '1 month', '2024-01-10Z', '2024-04-10Z'), ('3', 'b', 'B', 'x', 80, '1 month', '2024-04-10Z', NULL);
UPDATE oracle.rule SET today = '2024-04-20';
SELECT oracle.open_ledger('metrics');
SELECT oracle.same('by hand',
    $$ SELECT period_start, product, opening_mrr, new_mrr, expansion_mrr, contraction_mrr, switch_mrr, closing_mrr, opening_customers, closing_customers FROM metrics.mrr_by_product_monthly $$,
    $$ SELECT * FROM (VALUES
        ('2024-01-01'::date, 'A', 0, 380, 0, 0, 0, 380, 0, 3), ('2024-02-01', 'A', 380, 0, 0, 0, -200, 180, 3, 2), ('2024-03-01', 'A', 180, 0, 0, 0, -100, 80, 2, 1), ('2024-04-01', 'A', 80, 0, 0, 0, -80, 0, 1, 0),
        ('2024-01-01', 'B', 0, 50, 0, 0, 0, 50, 0, 1), ('2024-02-01', 'B', 50, 0, 300, 0, 200, 550, 1, 2), ('2024-03-01', 'B', 550, 0, 0, -30, -20, 500, 2, 1), ('2024-04-01', 'B', 500, 0, 0, 0, 80, 580, 1, 2),
        ('2024-03-01', 'C', 0, 0, 0, 0, 120, 120, 0, 1), ('2024-04-01', 'C', 120, 0, 0, 0, 0, 120, 1, 1)
      ) AS v (period_start, product, opening, new, expansion, contraction, switch, closing, opening_customers, closing_customers) $$, 10);
SELECT oracle.same('by hand, movements', $$ SELECT customer_id::int, effective_on, kind, amount FROM metrics.movements WHERE kind <> 'new' $$,
    $$ SELECT * FROM (VALUES (1, '2024-02-10'::date, 'expansion', 300), (2, '2024-03-10', 'contraction', -30)) AS v (customer, effective_on, kind, amount) $$, 2);
SELECT saas_metrics.drop_ledger('metrics') \gset
UPDATE oracle.rule r SET today = h.today FROM oracle.house h;

CREATE FUNCTION check_segments(seed int, customers int, zone text, at_least int) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE oracle.rule SET time_zone = zone;
    CALL oracle.generate(seed, customers);
    CALL oracle.spoil(customers);
    RETURN NEXT oracle.open_ledger('metrics');
    CALL oracle.compute();
    RETURN QUERY SELECT oracle.check_lines('metrics', zone, at_least);
    RETURN QUERY SELECT oracle.check_segments('metrics', zone, v.segment, v.at_least) FROM (VALUES ('plan', 100), ('product', 40), ('billing_period', 200)) AS v (segment, at_least);
    RETURN QUERY SELECT oracle.check_currencies('metrics', zone, 90);
    PERFORM saas_metrics.drop_ledger('metrics');
END
$$;

SELECT check_segments(11, 300, 'UTC', 1000) WHERE oracle.takes();
SELECT check_segments(12, 300, 'America/New_York', 1000) WHERE oracle.takes();

-- Customers of many items that change on few days: most movements have lines of several plans.
UPDATE oracle.rule SET time_zone = 'UTC';
TRUNCATE oracle.billing, oracle.person;
INSERT INTO oracle.billing (customer, item_id, plan, product, amount, billing_period, starts_at, ends_at)
SELECT c::text, i::text, 'plan ' || oracle.pick(6, k || ':p'), 'product ' || oracle.pick(3, k || ':p'), oracle.pick(1000000, k) / 100.0,
       oracle.one_of(k || ':b', '1 month', '30 days', '1 year', '1 week')::interval,
       timestamptz '2024-01-10 00:00Z' + interval '20 days' * s, timestamptz '2024-01-10 00:00Z' + interval '20 days' * (s + 1 + oracle.pick(4, k || ':l'))
  FROM generate_series(1, 60) AS c, generate_series(1, 25) AS i, LATERAL (SELECT 'many:' || c || ':' || i) AS k (k), LATERAL (SELECT oracle.pick(13, k || ':s')) AS s (s);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
SELECT oracle.check_lines('metrics', 'many items', 2500);
SELECT oracle.check_segments('metrics', 'many items', v.segment, v.at_least) FROM (VALUES ('plan', 60), ('product', 30), ('billing_period', 40)) AS v (segment, at_least);
