-- Results as JSON, as a service hands them on: a row is an object, a date and an interval are
-- strings, NULL is null. Every example is worked out in the comment above it.
SET intervalstyle = 'iso_8601';
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA json;
SET search_path = json;
-- The scale of a numeric is not promised.
CREATE FUNCTION trimmed(object jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_object_agg(key, CASE jsonb_typeof(value) WHEN 'number' THEN to_jsonb(trim_scale(value::numeric)) ELSE value END)
  FROM jsonb_each(object)
$$;

-- 1 has 100 until 5 March; 2 has 60, and 20.50 more from 15 February; 3 begins in March.
CREATE TABLE span (customer int, starts_on date, ends_on date, mrr numeric);
INSERT INTO span VALUES
  (1, '2025-01-10', '2025-03-05', 100),
  (2, '2025-01-20', NULL, 60), (2, '2025-02-15', NULL, 20.50),
  (3, '2025-03-10', NULL, 20);

-- January: 160 new. February: 20.5 more. March: -100 and 20 new leave 100.5, of which 80.5 of the
-- two of the opening, who had 180.5; until the 20th, so it is not complete.
CREATE VIEW mrr_period AS
SELECT m FROM (SELECT saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr, 'month', '2025-03-20') FROM span) AS s(months), unnest(s.months) AS m;
SELECT trimmed(to_jsonb(m)) FROM mrr_period;

-- January's two: both there in February, with 180.5 of 160; one in March, with 80.5. Nobody is
-- February's. March's one is there.
CREATE VIEW retention_cell AS
SELECT c AS m FROM (SELECT saas_metrics.cohort_retention(customer, starts_on, ends_on, mrr, 'month', '2025-03-20') FROM span) AS s(cells), unnest(s.cells) AS c;
SELECT trimmed(to_jsonb(m)) FROM retention_cell;

-- Month 1 of life of 1 and 2 is known, of 3 it begins after 20 March; in it 1 left.
CREATE VIEW churn_age AS
SELECT a AS m FROM (SELECT saas_metrics.churn_by_age(customer, starts_on, ends_on, mrr, '2025-03-20') FROM span) AS s(ages), unnest(s.ages) AS a;
SELECT trimmed(to_jsonb(m)) FROM churn_age;

-- 1 has 100, then nothing.
CREATE VIEW mrr_step AS
SELECT t AS m FROM (SELECT saas_metrics.mrr_timeline(starts_on, ends_on, mrr) FROM span WHERE customer = 1) AS s(steps), unnest(s.steps) AS t;
SELECT trimmed(to_jsonb(m)) FROM mrr_step;

-- 1 joins and leaves, 2 joins and grows.
CREATE VIEW mrr_movement AS
SELECT m FROM (SELECT customer, saas_metrics.mrr_changes(starts_on, ends_on, mrr) FROM span WHERE customer < 3 GROUP BY customer) AS s(customer, changes), unnest(s.changes) AS m
ORDER BY s.customer, m.effective_on;
SELECT trimmed(to_jsonb(m)) FROM mrr_movement;

-- Of January's a and b, a is seen in February, b in March: in February or later both are.
CREATE TABLE activity (subject text, active_on date);
INSERT INTO activity VALUES ('a', '2025-01-05'), ('a', '2025-02-07'), ('b', '2025-01-09'), ('b', '2025-03-02'), ('c', '2025-03-03');
CREATE VIEW activity_cell AS
SELECT c AS m FROM (SELECT saas_metrics.activity_retention(subject, active_on, 'month', '2025-03-15') FROM activity) AS s(cells), unnest(s.cells) AS c;
SELECT trimmed(to_jsonb(m)) FROM activity_cell;

-- In March: b, then c, then nobody.
CREATE VIEW active_day AS
SELECT d AS m FROM (SELECT saas_metrics.active_users(subject, active_on, '2025-03-05') FROM activity WHERE active_on >= '2025-03-01') AS s(days), unnest(s.days) AS d;
SELECT trimmed(to_jsonb(m)) FROM active_day;

-- Of four who visit two sign up, after an hour and half an hour, and one pays, after 90 minutes.
CREATE TABLE event (subject int, step text, at timestamptz);
INSERT INTO event VALUES
  (1, 'visit', '2025-01-01 09:00Z'), (1, 'signup', '2025-01-01 10:00Z'), (1, 'pay', '2025-01-01 11:30Z'),
  (2, 'visit', '2025-01-01 09:00Z'), (2, 'signup', '2025-01-01 09:30Z'),
  (3, 'visit', '2025-01-01 09:00Z'), (4, 'visit', '2025-01-01 09:00Z');
CREATE VIEW funnel_step AS
SELECT f AS m FROM (SELECT saas_metrics.conversion_funnel(subject, step, at, '{visit,signup,pay}') FROM event) AS s(funnel), unnest(s.funnel) AS f;
SELECT trimmed(to_jsonb(m)) FROM funnel_step;

-- In 2025, 120 of 2024's customer, 50 of a new one, and a refund of 10 to one who never paid: of
-- 160 in all 3/4, 5/16 and -1/16.
CREATE TABLE payment (customer int, paid_on date, amount numeric);
INSERT INTO payment VALUES (1, '2024-01-10', 80), (1, '2025-01-09', 120), (2, '2025-01-05', 50), (3, '2025-02-01', -10);
CREATE VIEW revenue_cell AS
SELECT c AS m FROM (SELECT saas_metrics.revenue_by_cohort(customer, paid_on, amount, 'year', '2025-07-01') FROM payment) AS s(cells), unnest(s.cells) AS c;
SELECT trimmed(to_jsonb(m)) FROM revenue_cell;

-- 240 by 3 transactions; the two customers stay 365 days and 0, half a year; 3 / 2 / 0.5.
CREATE VIEW cltv_factors AS
SELECT saas_metrics.cltv_factors(customer, paid_on, amount) AS m FROM payment;
SELECT trimmed(to_jsonb(m)) FROM cltv_factors;

-- Nothing in 10 trials: from 0 to z^2 / (10 + z^2), where z = 1.959963984540054.
CREATE VIEW rate_bounds AS
SELECT saas_metrics.rate_interval(0, 10) AS m;
SELECT trimmed(to_jsonb(m)) FROM rate_bounds;

-- json_agg, and an array as it is returned, are arrays of these objects. Every type has its example.
CREATE FUNCTION forms(type name, OUT objects bigint, OUT json_agg_same boolean, OUT array_same boolean) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT count(*), json_agg(m)::jsonb = jsonb_agg(to_jsonb(m)), to_jsonb(array_agg(m)) = jsonb_agg(to_jsonb(m)) FROM json.%I', type)
  INTO objects, json_agg_same, array_same;
END $$;
SELECT t.typname, f.*
FROM (
  SELECT c.reltype::regtype, c.relname AS typname
  FROM pg_class AS c
  WHERE c.relnamespace = 'saas_metrics'::regnamespace AND c.relkind = 'c' AND c.relname !~ '^(ledger|stripe)_'
  OFFSET 0
) AS t, forms(t.typname) AS f
ORDER BY t.typname COLLATE "C";
-- Without rows an empty array, or null.
SELECT to_jsonb(saas_metrics.mrr_movements(customer, starts_on, ends_on, mrr)) FROM span WHERE false;
SELECT coalesce(to_jsonb(saas_metrics.cltv_factors(customer, paid_on, amount)), 'null') FROM payment WHERE false;

SET client_min_messages = warning;
DROP SCHEMA json CASCADE;
