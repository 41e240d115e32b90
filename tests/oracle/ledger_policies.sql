-- Options of the policy that say which rows count and until when, one after another, on rows in which
-- each changes many numbers: what a ledger says against the oracle.

\ir lib/ledger.sql

-- The built-in ones are those that the oracle counts by, option by option.
SELECT oracle.same('built-in policies', 'SELECT policy, o.* FROM saas_metrics.policies p, jsonb_each_text(to_jsonb(p) - ''policy'' - ''description'') AS o',
                   'SELECT policy, o.* FROM oracle.policy p, jsonb_each_text(to_jsonb(p) - ''policy'' - ''description'') AS o', 6 * 12);

UPDATE oracle.rule SET time_zone = 'America/New_York';
CALL oracle.generate(31, 120);
CALL oracle.spoil(120);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CALL oracle.set_house();
SELECT oracle.check_ledger('metrics', 'default', 500);

SELECT oracle.check_policy('metrics', 'cancel_effective', '{"churn_date": "cancel_effective"}', 30) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', 'cancel_request', '{"churn_date": "cancel_request"}', 100) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', 'no day past due', '{"past_due": "0 days"}', 40) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', '14 days past due', '{"past_due": "14 days"}', 40) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', 'paused counts', '{"paused": "count"}', 50) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', 'usage counts', '{"usage": "include"}', 50) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', 'active at 0', '{"zero_mrr": "active"}', 50) WHERE oracle.takes();
SELECT oracle.check_policy('metrics', 'all at once', '{"churn_date": "cancel_request", "past_due": "30 days", "paused": "count", "usage": "include", "zero_mrr": "active"}', 100) WHERE oracle.takes();
