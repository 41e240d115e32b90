-- From lines of invoices to periods and movements.
\set SHOW_CONTEXT never
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET client_min_messages = notice;
CREATE SCHEMA lines_app;
CREATE TABLE lines_app.line (
  invoice text, customer text, item text, plan text, kind text DEFAULT 'recurring', amount numeric, discount numeric DEFAULT 0,
  cycle interval DEFAULT '1 month', from_day date, to_day date, issued date, status text DEFAULT 'paid');
CREATE INDEX ON lines_app.line (customer);
CREATE TABLE lines_app.subscription (
  customer text, item text, plan text, price numeric, status text, since date, asked date, until date);
CREATE INDEX ON lines_app.subscription (customer);
-- a: 2 seats, 5 from January 16 on (16 of 31 days), 10 % off from March on, by the year from April on.
INSERT INTO lines_app.line (invoice, customer, item, plan, kind, amount, discount, cycle, from_day, to_day, issued) VALUES
  ('a1', 'a', 'i1', 'seats', 'recurring', 20, 0, '1 month', '2026-01-01', '2026-02-01', '2026-01-01'),
  ('a2', 'a', 'i1', 'seats', 'proration_credit', -10.32, 0, '1 month', '2026-01-16', '2026-02-01', '2026-02-01'),
  ('a2', 'a', 'i1', 'seats', 'proration_debit', 25.81, 0, '1 month', '2026-01-16', '2026-02-01', '2026-02-01'),
  ('a2', 'a', 'i1', 'seats', 'recurring', 50, 0, '1 month', '2026-02-01', '2026-03-01', '2026-02-01'),
  ('a3', 'a', 'i1', 'seats', 'recurring', 45, 5, '1 month', '2026-03-01', '2026-04-01', '2026-03-01'),
  ('a4', 'a', 'i1', 'yearly', 'recurring', 240, 0, '1 year', '2026-04-01', '2027-04-01', '2026-04-01');
-- b: by the month until May, and nobody knows whether that is all.
INSERT INTO lines_app.line (invoice, customer, item, plan, amount, from_day, to_day, issued)
SELECT 'b' || m, 'b', 'i2', 'basic', 30, make_date(2026, m, 1), make_date(2026, m + 1, 1), make_date(2026, m, 1) FROM generate_series(1, 4) AS m;
-- c: a trial, and a subscription that is known to live. d: what is left of February is paid back. e: void.
INSERT INTO lines_app.line (invoice, customer, item, plan, kind, amount, from_day, to_day, issued, status) VALUES
  ('c1', 'c', 'i3', 'basic', 'recurring', 0, '2026-01-01', '2026-01-15', '2026-01-01', 'paid'),
  ('c2', 'c', 'i3', 'basic', 'recurring', 30, '2026-01-15', '2026-02-15', '2026-01-15', 'paid'),
  ('d1', 'd', 'i4', 'basic', 'recurring', 30, '2026-02-01', '2026-03-01', '2026-02-01', 'paid'),
  ('d2', 'd', 'i4', 'basic', 'proration_credit', -19.29, '2026-02-11', '2026-03-01', '2026-02-11', 'paid'),
  ('e1', 'e', 'i5', 'basic', 'recurring', 30, '2026-02-01', '2026-03-01', '2026-02-01', 'void'),
-- f: a setup fee says nothing, a line without a service period cannot be read.
  ('f1', 'f', 'i6', 'basic', 'setup', 99, '2026-02-01', '2026-02-01', '2026-02-01', 'paid'),
  ('f1', 'f', 'i6', 'basic', 'recurring', 30, NULL, '2026-03-01', '2026-02-01', 'paid');
-- g: nothing is invoiced yet. h: the payment failed for good. Cancelled is i, and goes at the end of June.
INSERT INTO lines_app.line (invoice, customer, item, plan, amount, from_day, to_day, issued, status) VALUES
  ('h1', 'h', 'i8', 'basic', 30, '2026-03-01', '2026-04-01', '2026-03-01', 'uncollectible'),
  ('i1', 'i', 'i9', 'basic', 30, '2026-04-30', '2026-05-30', '2026-04-30', 'paid');
INSERT INTO lines_app.subscription VALUES
  ('c', 'i3', 'basic', 30, 'active', '2026-01-01', NULL, NULL), ('g', 'i7', 'basic', 30, 'active', '2026-05-02', NULL, NULL),
  ('i', 'i9', 'basic', 30, 'active', '2026-04-30', '2026-05-01', '2026-06-30');

SET saas_metrics.today = '2026-05-05';
SELECT saas_metrics.create_ledger('lines', currency => 'USD', time_zone => 'UTC');
-- All that does not fit is told at once, and nothing is bound.
SELECT saas_metrics.connect_invoice_lines('lines', 'SELECT customer AS customer_id, amount::text AS amount, 1 AS colour FROM lines_app.line');
SELECT count(*) AS bound FROM lines.bindings;
\set query 'SELECT customer AS customer_id, invoice AS invoice_id, item AS item_id, plan, kind, amount, discount, cycle AS billing_period, from_day AS service_start, to_day AS service_end, issued AS issued_at, status FROM lines_app.line'
SELECT saas_metrics.connect_invoice_lines('lines', :'query');
SELECT saas_metrics.connect_invoice_lines(ledger => 'lines', query => :'query');
SELECT saas_metrics.bind('lines', 'current_subscriptions', $$
  SELECT customer AS customer_id, item AS item_id, plan, price AS amount, interval '1 month' AS billing_period, status, since AS started_on,
         asked AS cancel_requested_on, until AS access_ends_on
  FROM lines_app.subscription $$);
SELECT saas_metrics.watch('lines', 'lines_app.line', 'customer');
SELECT saas_metrics.watch('lines', 'lines_app.subscription', 'customer');

SELECT customer_id AS c, item_id, plan, amount, discount AS off, starts_at::date AS starts, ends_at::date AS ends, renews, status, churn_kind, problem
FROM lines.subscription_periods ORDER BY customer_id, starts_at;
SELECT customers, movements_added, rows_rejected FROM saas_metrics.refresh('lines');
SELECT input, customer_id, item_id, reason, rows FROM lines.rejected_rows;
-- The ends of b and h are not sure until seven days have passed: b's counts from May 8 on.
SELECT customer_id AS c, effective_on, kind, mrr_after, churn_kind, churn_reason, counts_from FROM lines.movements ORDER BY 1, 2;
SELECT period_start, closing_customers, closing_mrr, churned_customers FROM lines.mrr_monthly ORDER BY 1;
SET saas_metrics.today = '2026-05-08';
SELECT period_start, closing_customers, closing_mrr, churned_customers FROM lines.mrr_monthly WHERE period_start = '2026-05-01';
-- An invoice that comes late is no churn and no reactivation, nor is one whose service begins late.
INSERT INTO lines_app.line (invoice, customer, item, plan, amount, from_day, to_day, issued) VALUES
  ('b5', 'b', 'i2', 'basic', 30, '2026-05-01', '2026-06-01', '2026-05-09');
SELECT period_start, closing_customers, closing_mrr, churned_customers FROM lines.mrr_monthly WHERE period_start = '2026-05-01';
UPDATE lines_app.line SET from_day = '2026-05-06' WHERE invoice = 'b5';
SELECT movements_added, movements_superseded FROM saas_metrics.refresh('lines');
SELECT customer_id AS c, effective_on, kind, mrr_after FROM lines.movements WHERE customer_id = 'b' ORDER BY 2;
-- Another renewal_grace: without one the four days are a churn and a return.
INSERT INTO lines.policies (policy, renewal_grace) VALUES ('impatient', 0);
SELECT movements_added, movements_superseded FROM saas_metrics.set_policy('lines', 'impatient');
SELECT customer_id AS c, effective_on, kind, mrr_after, counts_from FROM lines.movements WHERE customer_id = 'b' ORDER BY 2;
SELECT severity, finding, rows FROM saas_metrics.check_ledger('lines') WHERE finding NOT LIKE 'churns of unknown%';
-- What no calendar has, or no sum has room for, is one row that cannot be read.
INSERT INTO lines_app.line (invoice, customer, item, plan, kind, amount, cycle, from_day, to_day, issued) VALUES
  ('k1', 'k', 'none', 'basic', 'proration_debit', 15, '0 month', '2026-04-16', '2026-05-01', '2026-04-16'),
  ('k2', 'k', 'back', 'basic', 'proration_debit', 15, '-1 month', '2026-04-16', '2026-05-01', '2026-04-16'),
  ('k3', 'k', 'long', 'basic', 'proration_debit', 15, '170000000 years', '2026-04-16', '2026-05-01', '2026-04-16'),
  ('k4', 'k', 'much', 'basic', 'recurring', 1e36, '1 month', '2026-04-01', '2026-05-01', '2026-04-01'),
  ('k5', 'k', 'zero', 'basic', 'recurring', 15, '0 month', '2026-04-01', '2026-05-01', '2026-04-01'),
  ('k6', 'k', 'good', 'basic', 'recurring', 15, '1 month', '2026-04-01', '2026-05-01', '2026-04-01');
SELECT movements_added, rows_rejected FROM saas_metrics.refresh('lines');
SELECT item_id, reason FROM lines.rejected_rows WHERE customer_id = 'k' ORDER BY 1;
SET client_min_messages = warning;
SELECT saas_metrics.drop_ledger('lines');
DROP SCHEMA lines_app CASCADE;
