-- Rates of each day: movements of kind fx, beside those of the rows at the rate of their day.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/Havana';
CALL oracle.generate(61, 150);
CALL oracle.spoil(150);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CALL oracle.set_house();
SELECT oracle.check_policy('metrics', 'daily', '{"fx": "daily"}', 300);
SELECT oracle.check_periods('metrics', 'daily', v.grain, v.view) FROM (VALUES ('day', 'mrr_daily'), ('quarter', 'mrr_quarterly')) AS v (grain, view);
SELECT oracle.check_segments('metrics', 'daily', s) FROM unnest('{product,billing_period}'::text[]) AS s;
SELECT oracle.check_currencies('metrics', 'daily', 90);
SELECT oracle.check_cohorts_of('metrics', 'daily', 15);
-- A rate that is already known for a day to come is committed, and comes by itself.
UPDATE oracle.rule SET today = '2025-03-14';
SET saas_metrics.today = '2025-03-14';
SELECT oracle.check_periods('metrics', 'daily, later', 'month', 'mrr_monthly');
SELECT oracle.check_segments('metrics', 'daily, later', 'plan');
SELECT oracle.check_customers('metrics', 'daily, later');
