-- Rows that cannot be read: each listed once with its reason, none in a number, gone from the list
-- when corrected.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/New_York';
CALL oracle.generate(71, 150);
CALL oracle.spoil(150);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CREATE VIEW rejected AS
    SELECT b.*, oracle.customer_of(r.customer_id) AS listed_as, r.starts_at AS listed_at, r.reason
      FROM metrics.rejected_rows r LEFT JOIN oracle.billing b ON b.subscription_id = r.subscription_id AND b.item_id = r.item_id;

-- Those of test customers count for nothing anyway.
SELECT oracle.same('bad rows, once each',
    $$ SELECT input, oracle.customer_of(customer_id) AS customer, subscription_id, item_id, starts_at, rows FROM metrics.rejected_rows $$,
    $$ SELECT 'subscription_periods' AS input, customer, subscription_id, item_id, starts_at, 1 AS rows FROM oracle.billing b
        WHERE bad IS NOT NULL AND NOT EXISTS (SELECT FROM oracle.person p WHERE p.customer = b.customer AND p.is_test) $$, 50);
SELECT oracle.same('reasons name what is bad',
    $$ SELECT bad, item_id, reason FROM rejected WHERE reason ~ CASE WHEN bad = 'rate' AND currency = '' THEN '^currency "" is neither' WHEN bad = 'rate' THEN 'rate of currency' ELSE '\m' || bad || '\M' END OR bad = 'amount' AND amount = 1e60 $$,
    $$ SELECT bad, item_id, reason FROM rejected $$, 50);
SELECT oracle.same('ends before starts tell them apart', $$ SELECT item_id FROM rejected WHERE bad = 'ends_at' AND reason !~ '(\S+( \S+)?) is before \w+ \1$' $$,
    $$ SELECT item_id FROM rejected WHERE bad = 'ends_at' $$, 3);
SELECT oracle.check_movements_of('metrics', 'bad rows', 500);
SELECT oracle.check_periods('metrics', 'bad rows', 'month', 'mrr_monthly', 24);
SELECT oracle.check_segments('metrics', 'bad rows', 'plan');

-- The same row twice is one line, of two rows.
INSERT INTO oracle.billing (customer, subscription_id, item_id, amount, billing_period, starts_at, bad)
SELECT '2', 'bad', 'twice', -1, '1 month', '2024-01-01', 'amount' FROM generate_series(1, 2);
SELECT rows_rejected FROM saas_metrics.refresh('metrics') \gset
SELECT oracle.same('twice', $$ SELECT rows, reason FROM metrics.rejected_rows WHERE item_id = 'twice' $$, $$ SELECT 2 AS rows, 'amount is negative' AS reason $$);
SELECT oracle.same('counted as rows', format('SELECT %s', :rows_rejected), 'SELECT sum(rows) FROM metrics.rejected_rows');

-- A rate that is needed on a later day only, and one that is not needed at all.
INSERT INTO oracle.fx VALUES ('SEK', '2024-02-01', 0.1);
INSERT INTO oracle.billing (customer, subscription_id, item_id, amount, currency, billing_period, starts_at, ends_at, status, bad) VALUES
    ('3', 'bad', 'too early', 1000000, 'SEK', '1 month', '2024-01-31 23:59 America/New_York', NULL, NULL, 'rate'),
    ('3', 'bad', 'early first row', 1000000, 'SEK', '1 month', '2024-01-15 America/New_York', '2024-02-15 America/New_York', NULL, 'rate'),
    ('3', 'bad', 'early first row', 1000000, 'SEK', '1 month', '2024-02-15 America/New_York', NULL, NULL, 'rate'),
    ('3', 'good', 'in time', 10, 'SEK', '1 month', '2024-02-01 America/New_York', NULL, NULL, NULL);
SELECT rows_rejected FROM saas_metrics.refresh('metrics') \gset
CALL oracle.compute();
SELECT oracle.same('needed rates', $$ SELECT item_id, starts_at FROM rejected WHERE currency = 'SEK' AND listed_at = starts_at $$, $$ SELECT item_id, starts_at FROM oracle.billing WHERE currency = 'SEK' AND bad IS NOT NULL $$, 3);
SELECT oracle.check_movements_of('metrics', 'needed rates', 500);

-- Bad rows of other inputs are listed too, and not used: the rate before is not a rate of that day.
INSERT INTO oracle.fx VALUES ('NOK', NULL, 0.1), ('NOK', '2024-01-01', NULL), ('NOK', '2024-01-02', 0), ('NOK', '2024-01-03', -1), ('NOK', '2024-01-04', 'NaN'), ('NOK', '2024-01-05', 'Infinity'), (NULL, '2024-01-06', 1);
SELECT rows_rejected FROM saas_metrics.refresh('metrics') \gset
SELECT oracle.same('bad rates', $$ SELECT input, sum(rows) AS rows FROM metrics.rejected_rows WHERE input = 'fx_rates' GROUP BY input $$, $$ SELECT 'fx_rates' AS input, 7 AS rows $$);
DELETE FROM oracle.fx WHERE currency = 'NOK' OR currency IS NULL;

-- Corrected, they count and are no longer listed.
DELETE FROM oracle.billing WHERE customer IS NULL OR item_id = 'twice';
UPDATE oracle.billing b
   SET bad = NULL, amount = 100 + n, discount = NULL, discount_kind = NULL, kind = NULL, status = NULL, churn_kind = NULL, currency = NULL, billing_period = '1 month',
       starts_at = coalesce(nullif(nullif(starts_at, '-infinity'), 'infinity'), '2023-07-01'), ends_at = CASE WHEN ends_at > '2023-07-01' THEN ends_at END
 WHERE bad IS NOT NULL;
SELECT rows_rejected FROM saas_metrics.refresh('metrics') \gset
CALL oracle.compute();
SELECT oracle.same('corrected', $$ SELECT count(*) AS rejected FROM metrics.rejected_rows $$, 'SELECT 0');
SELECT oracle.check_movements_of('metrics', 'corrected', 500);
SELECT oracle.check_periods('metrics', 'corrected', 'month', 'mrr_monthly', 24);
