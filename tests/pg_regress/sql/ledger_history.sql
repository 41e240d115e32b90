-- Closing periods, what changed in them since, and what was known when.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET saas_metrics.today = '2024-04-15';
SELECT saas_metrics.create_ledger('history');
INSERT INTO history.subscription_periods_rows (customer_id, plan, amount, discount, billing_period, starts_at, ends_at) VALUES
  ('ann', 'basic', 100, 0, '1 month', '2024-01-10', NULL),
  ('ben', 'basic', 50, 0, '1 month', '2024-02-05', '2024-03-20'),
  ('gus', 'basic', 10, 0, '1 month', '2024-02-10', '2024-02-20');
-- Closing refreshes first. January: ann's 100.
SELECT closed_through, refresh, mrr, customers FROM saas_metrics.close_period('history', '2024-01-31');
CREATE TEMP TABLE sealed_january AS TABLE history.mrr_monthly;
-- cat is seen only after January was closed: from March 15 on. February: 100 + 50; March: 100 + 30, ben is gone.
INSERT INTO history.subscription_periods_rows (customer_id, plan, amount, discount, billing_period, starts_at, ends_at) VALUES
  ('cat', 'gold', 40, 10, '1 month', '2024-03-15', NULL);
SELECT closed_through, refresh, mrr, customers FROM saas_metrics.close_period('history', '2024-02-29');
SELECT closed_through, refresh, mrr, customers FROM saas_metrics.close_period(ledger => 'history', through => '2024-03-31');
CREATE TEMP TABLE sealed_march AS TABLE history.mrr_monthly;
-- Again: the same seal, and a notice. Other settings of the session change no digest.
CREATE TEMP TABLE seal AS TABLE history.closes;
SET timezone = 'Asia/Tokyo';
SET datestyle = 'German';
SET intervalstyle = 'iso_8601';
SELECT c.* IS NOT DISTINCT FROM ROW(s.closed_through, s.refresh, s.closed_at, s.mrr, s.customers, s.digest) AS same
FROM saas_metrics.close_period('history', '2024-03-31') AS c, seal AS s WHERE s.closed_through = '2024-03-31';
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SELECT closed_through, refresh, closed_by = session_user AS by_me, mrr, customers, digest ~ '^[0-9a-f]{64}$' AS sha_256 FROM history.closes ORDER BY 1;
-- What is sealed is what the view says.
SELECT c.closed_through, c.mrr - m.closing_mrr AS mrr, c.customers - m.closing_customers AS customers
FROM history.closes AS c JOIN history.mrr_monthly AS m ON m.period_end = c.closed_through + 1 ORDER BY 1;
SELECT * FROM saas_metrics.restatements('history', '2024-03-31');

-- What comes out later, a refresh each.
-- 3: ann paid 90, not 100.
UPDATE history.subscription_periods_rows SET amount = 90 WHERE customer_id = 'ann';
-- Not yet refreshed: the view has it, the history not.
SELECT closing_mrr FROM history.mrr_monthly WHERE period_start = '2024-03-01';
SELECT * FROM saas_metrics.restatements('history', '2024-03-31');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('history');
-- 4: ben left only on April 2.
UPDATE history.subscription_periods_rows SET ends_at = '2024-04-02' WHERE customer_id = 'ben';
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('history');
-- 5: dan was forgotten, 20 from February 20 on.
INSERT INTO history.subscription_periods_rows (customer_id, plan, amount, discount, billing_period, starts_at, ends_at) VALUES
  ('dan', 'basic', 20, 0, '1 month', '2024-02-20', NULL);
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('history');
-- 6: cat was a mistake.
DELETE FROM history.subscription_periods_rows WHERE customer_id = 'cat';
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('history');
-- 7: ann paid 40 from December 20 on, so January 10 was no start; and 120 from March 10 on.
UPDATE history.subscription_periods_rows SET ends_at = '2024-03-10' WHERE customer_id = 'ann';
INSERT INTO history.subscription_periods_rows (customer_id, plan, amount, billing_period, starts_at, ends_at) VALUES
  ('ann', 'basic', 40, '1 month', '2023-12-20', '2024-01-10'),
  ('ann', 'basic', 120, '1 month', '2024-03-10', NULL);
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('history');
SELECT period_start, opening_mrr, new_mrr, expansion_mrr, churn_mrr, closing_mrr FROM history.mrr_monthly ORDER BY 1;

-- January was 100 and is 90: + 40 and - 50 in place of 100.
SELECT customer_id, effective_on, old_kind, new_kind, old_amount, new_amount, difference, refresh,
       recorded_at = (SELECT recorded_at FROM history.refreshes AS k WHERE k.refresh = r.refresh) AS of_refresh
FROM saas_metrics.restatements('history', '2024-01-31') AS r ORDER BY 1, 2;
-- February was 150 and is 90 + 50 + 20 = 160.
SELECT customer_id, effective_on, old_kind, new_kind, old_amount, new_amount, difference, refresh FROM saas_metrics.restatements('history', '2024-02-29') ORDER BY 1, 2;
-- March was 130 and is 120 + 50 + 20 = 190: ben's churn and cat are no more.
SELECT customer_id, effective_on, old_kind, new_kind, old_amount, new_amount, difference, refresh FROM saas_metrics.restatements('history', '2024-03-31') ORDER BY 1, 2;
-- The differences are the difference.
SELECT c.closed_through, c.mrr AS sealed, m.closing_mrr AS now, sum(r.difference) AS differences
FROM history.closes AS c JOIN history.mrr_monthly AS m ON m.period_end = c.closed_through + 1, saas_metrics.restatements('history', c.closed_through) AS r
GROUP BY 1, 2, 3 ORDER BY 1;

-- Sealed numbers can be read again, whatever came since; January's seal knows no cat.
SELECT count(*) AS differences FROM (
  (SELECT * FROM saas_metrics.mrr_monthly_at('history', (SELECT closed_at FROM history.closes WHERE closed_through = '2024-01-31')) EXCEPT ALL TABLE sealed_january) UNION ALL
  (TABLE sealed_january EXCEPT ALL SELECT * FROM saas_metrics.mrr_monthly_at('history', (SELECT closed_at FROM history.closes WHERE closed_through = '2024-01-31')))) AS d;
SELECT count(*) AS differences FROM (
  (SELECT * FROM saas_metrics.mrr_monthly_at('history', (SELECT closed_at FROM history.closes WHERE closed_through = '2024-03-31')) EXCEPT ALL TABLE sealed_march) UNION ALL
  (TABLE sealed_march EXCEPT ALL SELECT * FROM saas_metrics.mrr_monthly_at('history', (SELECT closed_at FROM history.closes WHERE closed_through = '2024-03-31')))) AS d;
SELECT count(*) AS differences FROM (
  (SELECT * FROM saas_metrics.mrr_monthly_at('history', 'infinity') EXCEPT ALL TABLE history.mrr_monthly) UNION ALL
  (TABLE history.mrr_monthly EXCEPT ALL SELECT * FROM saas_metrics.mrr_monthly_at('history', 'infinity'))) AS d;
-- In between: as of each refresh, and the moment before the first.
-- March: 100 until refresh 2 adds cat's 30; 90 + 30; ben's 50 again; dan's 20; without cat; ann's 120.
SELECT r.refresh, m.period_start, m.closing_mrr, m.closing_customers
FROM history.refreshes AS r, saas_metrics.mrr_monthly_at('history', r.recorded_at) AS m WHERE m.period_start = '2024-03-01' ORDER BY 1;
SELECT count(*) FROM saas_metrics.mrr_monthly_at('history', (SELECT min(recorded_at) - interval '1 microsecond' FROM history.refreshes));
-- The history keeps every version: ann's first movement had two, and what superseded them.
SELECT effective_on, kind, mrr_after, recorded_by, superseded_by FROM history.movement_history WHERE customer_id = 'ann' ORDER BY recorded_by, effective_on;

-- Another policy shows in restatements like any other change: dan has a discount of 5 that counts no more.
UPDATE history.subscription_periods_rows SET discount = 5 WHERE customer_id = 'dan';
INSERT INTO history.policies (policy, description, discount) VALUES ('gross', 'Before all discounts.', 'none');
SET saas_metrics.today = '2024-05-10';
SELECT closed_through, refresh, mrr, customers FROM saas_metrics.close_period('history', '2024-04-30');
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('history', 'gross');
SELECT customer_id, effective_on, old_kind, new_kind, old_amount, new_amount, difference, refresh FROM saas_metrics.restatements('history', '2024-04-30');
SELECT policy FROM saas_metrics.ledgers WHERE ledger = 'history';
-- The same again, and the way back: the seal is what it was.
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('history', 'gross');
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('history', 'default');
SELECT * FROM saas_metrics.restatements('history', '2024-04-30');
-- A changed policy counts from the next set_policy on: this one leaves permanent discounts off again, as the default does.
UPDATE history.policies SET discount = 'permanent' WHERE policy = 'gross';
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('history', 'gross');
-- Policies that count by the month net gus away; what was sealed before is what it was.
INSERT INTO history.policies (policy, netting) VALUES ('monthly', 'month');
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('history', 'monthly');
SELECT period_start, new_mrr, churn_mrr, closing_mrr FROM history.mrr_monthly WHERE period_start = '2024-02-01';
SELECT * FROM saas_metrics.restatements('history', '2024-04-30');
SELECT count(*) AS differences FROM (
  (SELECT * FROM saas_metrics.mrr_monthly_at('history', (SELECT closed_at FROM history.closes WHERE closed_through = '2024-03-31')) AS m WHERE m.period_end < '2024-05-01'
   EXCEPT ALL SELECT * FROM sealed_march WHERE period_end < '2024-05-01') UNION ALL
  (SELECT * FROM sealed_march WHERE period_end < '2024-05-01'
   EXCEPT ALL SELECT * FROM saas_metrics.mrr_monthly_at('history', (SELECT closed_at FROM history.closes WHERE closed_through = '2024-03-31')))) AS d;
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('history', 'default');
-- The same rows seal alike in another ledger.
SELECT saas_metrics.create_ledger('history_again');
INSERT INTO history_again.subscription_periods_rows SELECT * FROM history.subscription_periods_rows;
SELECT c.digest = k.digest AS same, c.mrr, c.customers FROM saas_metrics.close_period('history_again', '2024-04-30') AS c, history.closes AS k WHERE k.closed_through = '2024-04-30';
UPDATE history_again.subscription_periods_rows SET amount = amount + 1 WHERE customer_id = 'dan';
SELECT closed_through, mrr FROM saas_metrics.close_period('history_again', '2024-05-01');
SELECT count(DISTINCT digest) AS digests FROM history_again.closes;

-- A churn within the tolerated gap: closed on May 10, when the 20 days after April 20 are over, or on May 1, when they are not.
SELECT saas_metrics.create_ledger('history_gaps');
INSERT INTO history_gaps.policies (policy, gap_tolerance) VALUES ('patient', 20);
INSERT INTO history_gaps.subscription_periods_rows (customer_id, amount, billing_period, starts_at, ends_at) VALUES
  ('eva', 10, '1 month', '2024-03-01', '2024-04-20'), ('fox', 1, '1 month', '2024-03-01', NULL);
SET saas_metrics.today = '2024-05-01';
SELECT movements_added FROM saas_metrics.set_policy('history_gaps', 'patient');
SELECT closing_mrr, closing_customers FROM history_gaps.mrr_monthly WHERE period_start = '2024-04-01';
BEGIN;
SELECT mrr, customers FROM saas_metrics.close_period('history_gaps', '2024-04-30');
ROLLBACK;
SET saas_metrics.today = '2024-05-10';
SELECT closing_mrr, closing_customers FROM history_gaps.mrr_monthly WHERE period_start = '2024-04-01';
SELECT mrr, customers FROM saas_metrics.close_period('history_gaps', '2024-04-30');
SELECT closing_mrr, closing_customers FROM saas_metrics.mrr_monthly_at('history_gaps', 'infinity') WHERE period_start = '2024-04-01';

-- What if: a change, the numbers it would give, and back.
BEGIN;
UPDATE history.subscription_periods_rows SET amount = 2 * amount WHERE customer_id = 'ann' AND ends_at IS NULL;
SELECT customers_pending FROM history.freshness;
-- From March 10 on ann pays 240: 240 + 50 + 15 at the end of March.
SELECT period_start, expansion_mrr, closing_mrr, round(nrr, 4) AS nrr FROM history.mrr_monthly WHERE period_start = '2024-03-01';
INSERT INTO history.subscription_periods_rows (customer_id, plan, amount, billing_period, starts_at) VALUES ('eve', 'basic', 5, '1 month', '2024-03-31');
SELECT closing_mrr, new_mrr FROM history.mrr_monthly WHERE period_start = '2024-03-01';
-- A refresh and even a close can be tried out.
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('history');
SELECT closed_through, mrr FROM saas_metrics.close_period('history', '2024-05-09');
ROLLBACK;
SELECT period_start, expansion_mrr, closing_mrr, round(nrr, 4) AS nrr FROM history.mrr_monthly WHERE period_start = '2024-03-01';
SELECT customers_pending, everything_pending FROM history.freshness;
SELECT max(closed_through) AS closed_through FROM history.closes;
SELECT * FROM saas_metrics.check_ledger('history');
SELECT saas_metrics.drop_ledger(l) FROM unnest('{history,history_again,history_gaps}'::name[]) AS l;
