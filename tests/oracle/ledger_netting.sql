-- What changes are netted within: the instant, or in long views the month.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/New_York';
CALL oracle.generate(41, 150);
CALL oracle.spoil(150);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CALL oracle.set_house();
SELECT oracle.check_policy('metrics', 'event', '{"netting": "event"}', 20);
-- Several of a day are in order, and each begins with what the one before left.
SELECT oracle.same('event, steps',
    $$ SELECT customer_id, effective_at, mrr_before FROM metrics.movements $$,
    $$ SELECT customer_id, effective_at, lag(mrr_after, 1, 0.0) OVER (PARTITION BY customer_id ORDER BY effective_on, seq) AS mrr_before FROM metrics.movements $$, 300);
SELECT oracle.same('event, order of a day',
    $$ SELECT customer_id, effective_at, row_number() OVER (PARTITION BY customer_id ORDER BY effective_on, seq) AS place FROM metrics.movements $$,
    $$ SELECT customer_id, effective_at, row_number() OVER (PARTITION BY customer_id ORDER BY effective_at) AS place FROM metrics.movements $$, 300);
SELECT oracle.same('event, all movements add up to those by day',
    $$ SELECT customer_id, effective_on, sum(amount) AS amount FROM metrics.movements GROUP BY 1, 2 HAVING sum(amount) <> 0 $$,
    $$ SELECT customer::bigint, effective_on, sum(mrr_after - mrr_before) FROM oracle.movement GROUP BY 1, 2 HAVING sum(mrr_after - mrr_before) <> 0 $$, 300);
SELECT oracle.check_periods('metrics', 'event', 'day', 'mrr_daily', 700);
SELECT oracle.check_currencies('metrics', 'event', 90);

SELECT oracle.check_policy('metrics', 'event, 14 days past due', '{"netting": "event", "past_due": "14 days"}', 40);

-- By month the movements stay, and so do views by day and week; the others net.
SELECT oracle.check_policy('metrics', 'month', '{"netting": "month"}', 0);
SELECT oracle.check_periods('metrics', 'month', 'quarter', 'mrr_quarterly', 9);
SELECT oracle.check_segments('metrics', 'month', 'product', 40);
SELECT oracle.check_segments('metrics', 'month', 'billing_period', 200);
SELECT oracle.check_currencies('metrics', 'month', 90);
