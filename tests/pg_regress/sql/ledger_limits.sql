-- Dates that nobody meant, and billing tables that go with all that reads them.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET saas_metrics.today = '2024-06-15';
CREATE SCHEMA limits_app;
CREATE TABLE limits_app.contract (customer_id text, price numeric, began date, ended date);
CREATE INDEX ON limits_app.contract (customer_id);
SELECT saas_metrics.create_ledger('limits');
SELECT saas_metrics.bind('limits', 'subscription_periods',
  'SELECT customer_id, price AS amount, interval ''1 month'' AS billing_period, began AS starts_on, ended AS ends_on FROM limits_app.contract');
-- Beyond what an instant can be: never, or a start that is no day.
INSERT INTO limits_app.contract VALUES ('a', 10, '2024-01-01', '999999-12-31'), ('b', 10, '999999-01-01', NULL), ('c', 10, '2024-01-01', 'infinity');
SELECT rows_rejected FROM saas_metrics.refresh('limits');
SELECT customer_id, reason FROM limits.rejected_rows;
SELECT customer_id, kind, effective_on FROM limits.movements ORDER BY 1;
-- 9999-12-31 is no end.
UPDATE limits_app.contract SET began = '2024-01-01', ended = '9999-12-31' WHERE customer_id <> 'c';
SELECT rows_rejected FROM saas_metrics.refresh('limits');
SELECT severity, finding, rows FROM saas_metrics.check_ledger('limits') WHERE finding LIKE 'rows that%';
-- The year 24: one row that cannot be read, and all views go on.
UPDATE limits_app.contract SET began = '0024-01-01', ended = NULL WHERE customer_id = 'a';
SELECT rows_rejected FROM saas_metrics.refresh('limits');
SELECT count(*) FROM limits.mrr_daily;
SELECT count(*) FROM limits.mrr_monthly;
SELECT count(*) FROM limits.cohort_retention_monthly;
SELECT severity, finding, rows FROM saas_metrics.check_ledger('limits') WHERE finding LIKE 'rows that%';
-- 1900-01-01 is the earliest start: all views show it, in time.
SET statement_timeout = '60s';
UPDATE limits_app.contract SET began = '1900-01-01' WHERE customer_id = 'a';
SELECT rows_rejected FROM saas_metrics.refresh('limits');
SELECT count(*) FROM limits.mrr_daily;
SELECT count(*) FROM limits.churn_by_age;
SELECT count(*), count(customer_retention) FROM limits.cohort_retention_monthly;
SELECT severity, finding, rows FROM saas_metrics.check_ledger('limits') WHERE finding LIKE 'rows that%';
RESET statement_timeout;
DELETE FROM limits_app.contract WHERE customer_id <> 'c';
-- A table that is dropped takes the views with it; rebind makes them anew.
SET client_min_messages = error;
DROP TABLE limits_app.contract CASCADE;
SELECT saas_metrics.refresh('limits');
SELECT * FROM saas_metrics.check_ledger('limits');
CREATE TABLE limits_app.contract (customer_id text, price numeric, began date, ended date);
CREATE INDEX ON limits_app.contract (customer_id);
INSERT INTO limits_app.contract VALUES ('d', 5, '2024-05-01', NULL);
RESET client_min_messages;
SELECT saas_metrics.rebind('limits');
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('limits');
SELECT period_start, closing_mrr FROM limits.mrr_monthly;
SELECT saas_metrics.drop_ledger('limits');
SET client_min_messages = warning;
DROP SCHEMA limits_app CASCADE;
