-- gap_tolerance: times without MRR that are bridged, and churns that count only when it has passed,
-- while days go by without a refresh.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/New_York', today = '2024-05-20';
CALL oracle.generate(51, 120);
CALL oracle.spoil(120);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CALL oracle.set_house();

SELECT oracle.check_policy('metrics', '3 days', '{"gap_tolerance": 3}', 20);
SELECT oracle.check_policy('metrics', 'with late payments', '{"gap_tolerance": 10, "past_due": "14 days", "paused": "count"}', 100);
SELECT oracle.check_policy('metrics', '30 days', '{"gap_tolerance": 30}', 20);

-- Churns of the last days wait, and each of the next days another counts, for the day it is dated.
SELECT oracle.same('30 days, churns that wait',
    $$ SELECT oracle.customer_of(customer_id), effective_on, counts_from FROM metrics.movements WHERE kind = 'churn' AND effective_on <= '2024-05-20' AND counts_from > '2024-05-20' $$,
    $$ SELECT customer, effective_on, effective_on + 30 FROM oracle.movement WHERE kind = 'churn' AND effective_on BETWEEN '2024-04-21' AND '2024-05-20' $$, 3);
CREATE FUNCTION check_day(on_day date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    what text := format('30 days, on %s', on_day);
BEGIN
    UPDATE oracle.rule SET today = on_day;
    PERFORM set_config('saas_metrics.today', on_day::text, false);
    RETURN NEXT oracle.check_periods('metrics', what, 'day', 'mrr_daily');
    RETURN NEXT oracle.check_periods('metrics', what, 'month', 'mrr_monthly');
    RETURN NEXT oracle.check_periods('metrics', what, 'year', 'mrr_yearly');
    RETURN QUERY SELECT oracle.check_segments('metrics', what, 'plan');
    RETURN QUERY SELECT oracle.check_churn('metrics', what);
    RETURN QUERY SELECT oracle.check_customers('metrics', what);
    RETURN QUERY SELECT oracle.check_cohorts_of('metrics', what);
    RETURN QUERY SELECT oracle.check_aggregates('metrics', what);
END
$$;
SELECT check_day('2024-05-21');
SELECT check_day('2024-06-03');
-- A refresh by then leaves everything as it is.
SET saas_metrics.today = '2024-08-31';
SELECT movements_added + movements_superseded AS changed FROM saas_metrics.refresh('metrics') \gset
SELECT oracle.same('30 days, refreshed', format('SELECT %s', :changed), 'SELECT 0');
SELECT check_day('2024-08-31');
