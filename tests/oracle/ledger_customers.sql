-- Churn by kind and reason, cohorts, churn by age, customers and what is to come, against the oracle,
-- and against the aggregates over the ledger's own customer_mrr.

\ir lib/ledger.sql

CREATE FUNCTION check_customers(seed int, customers int, zone text, today date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    what text := format('%s on %s', zone, today);
BEGIN
    UPDATE oracle.rule r SET time_zone = zone, today = check_customers.today;
    CALL oracle.generate(seed, customers);
    CALL oracle.spoil(customers);
    RETURN NEXT oracle.open_ledger('metrics');
    CALL oracle.compute();
    RETURN QUERY SELECT oracle.check_churn('metrics', what, 15);
    RETURN QUERY SELECT oracle.check_cohorts_of('metrics', what, 10);
    RETURN QUERY SELECT oracle.check_aggregates('metrics', what);
    RETURN QUERY SELECT oracle.check_customers('metrics', what, 30);
    PERFORM saas_metrics.drop_ledger('metrics');
END
$$;

SELECT check_customers(21, 250, 'UTC', '2024-12-11') WHERE oracle.takes();
SELECT check_customers(22, 200, 'America/New_York', '2024-03-10') WHERE oracle.takes();
-- The last day of a month, and the first of the next: a month is complete when it is over.
SELECT check_customers(23, 150, 'America/Havana', '2024-02-29') WHERE oracle.takes();

-- Days go by without a refresh: what was to come comes.
UPDATE oracle.rule SET time_zone = 'America/Havana', today = '2024-02-29';
CALL oracle.generate(24, 200);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CREATE FUNCTION check_day(on_day date) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE oracle.rule SET today = on_day;
    PERFORM set_config('saas_metrics.today', on_day::text, false);
    RETURN QUERY SELECT oracle.check_customers('metrics', format('on %s', on_day), 30);
    RETURN NEXT oracle.check_periods('metrics', format('on %s', on_day), 'month', 'mrr_monthly');
    RETURN NEXT oracle.check_periods('metrics', format('on %s', on_day), 'week', 'mrr_weekly');
    RETURN QUERY SELECT oracle.check_segments('metrics', format('on %s', on_day), 'plan');
    RETURN QUERY SELECT oracle.check_churn('metrics', format('on %s', on_day));
    RETURN QUERY SELECT oracle.check_cohorts_of('metrics', format('on %s', on_day));
    RETURN QUERY SELECT oracle.check_aggregates('metrics', format('on %s', on_day));
END
$$;
SELECT check_day(day) FROM unnest('{2024-03-01,2024-03-31,2024-12-31}'::date[]) AS day WHERE oracle.takes();
