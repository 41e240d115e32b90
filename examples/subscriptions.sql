-- company.subscriptions: the demo company's MRR by the house rules, one row per stretch of an item with its MRR.
--
--   psql -f examples/subscriptions.sql        after demo_company.sql, in a database with the extension
--
--   * trials and pauses count 0, active and past due items count
--   * permanent and repeating discounts reduce MRR, a discount on one invoice does not
--   * churn is when access ends, so a paid term counts to its end
--   * euros become dollars at the rate of the item's first day, for its whole life: no movement comes from FX
--   * our own test accounts are left out
--   * days are days in UTC

\set ON_ERROR_STOP on
\set quiet_before :QUIET
\set QUIET on

BEGIN;
SET LOCAL client_min_messages = warning;
DROP TABLE IF EXISTS company.subscriptions;

CREATE TABLE company.subscriptions AS
WITH item AS (
    SELECT item_id, currency, (min(starts_at) AT TIME ZONE 'UTC')::date AS first_day
    FROM company.subscription_periods
    GROUP BY item_id, currency
), rated_item AS (
    SELECT item_id, (SELECT rate FROM company.fx_rates AS f
                     WHERE f.currency = item.currency AND f.valid_from <= item.first_day
                     ORDER BY f.valid_from DESC LIMIT 1) AS rate
    FROM item
)
SELECT s.customer_id,
       (s.starts_at AT TIME ZONE 'UTC')::date AS starts_on,
       (coalesce(s.access_ends_at, s.ends_at) AT TIME ZONE 'UTC')::date AS ends_on,
       saas_metrics.monthly_amount(
           (s.amount - CASE WHEN s.discount_kind IN ('permanent', 'repeating') THEN s.discount ELSE 0 END) * i.rate,
           s.billing_period) AS mrr,
       s.product, s.plan, c.country, c.industry, c.size, c.source, s.churn_kind, s.churn_reason
FROM company.subscription_periods AS s
JOIN rated_item AS i USING (item_id)
JOIN company.customers AS c USING (customer_id)
WHERE s.status IN ('active', 'past_due') AND NOT c.is_test
ORDER BY s.customer_id, s.item_id, s.starts_at;

COMMENT ON TABLE  company.subscriptions IS
    'MRR by item and stretch of time, in US dollars, from subscription_periods by the house rules';
COMMENT ON COLUMN company.subscriptions.ends_on IS 'Exclusive; NULL = still running';
COMMENT ON COLUMN company.subscriptions.mrr IS 'Monthly recurring revenue of the item in US dollars, 10 decimals';
COMMIT;

ANALYZE company.subscriptions;
\set QUIET :quiet_before
\unset quiet_before
