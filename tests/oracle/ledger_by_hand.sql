-- Cases small enough to compute by hand, a customer each: the oracle and the ledger against the
-- answers, policy after policy.

\ir lib/ledger.sql

-- item, amount, billing period, start, end; what else a row has.
CREATE TABLE hand (customer text, item text, amount numeric, billing_period interval, starts date, ends date, more jsonb);
INSERT INTO hand VALUES
    -- Definition 1: by months, weeks and days; a yearly 120 less 10 % is 9 a month.
    ('a year', 'a', 1200, '1 year', '2024-01-15', NULL, NULL),
    ('a quarter', 'a', 90, '3 months', '2024-01-15', NULL, NULL),
    ('two years', 'a', 1000, '24 months', '2024-01-15', NULL, NULL),
    ('a week', 'a', 10, '1 week', '2024-01-15', NULL, NULL),
    ('four weeks', 'a', 10, '28 days', '2024-01-15', NULL, NULL),
    ('a day', 'a', 1, '1 day', '2024-01-15', NULL, NULL),
    ('thirty days', 'a', 30, '30 days', '2024-01-15', NULL, NULL),
    ('ten percent off', 'a', 120, '1 year', '2024-01-15', NULL, '{"discount": 12}'),
    ('discount above the price', 'a', 10, '1 month', '2024-01-15', NULL, '{"discount": 11}'),
    -- 1/24 = 0.041666666666…, and a half of the last decimal goes up.
    ('rounded', 'a', 0.5, '1 year', '2024-01-15', NULL, NULL),
    ('half up', 'a', 0.0000000006, '1 year', '2024-01-15', NULL, NULL),
    ('rounded once', 'a', 0.0000000005999999999, '1 year', '2024-01-15', NULL, NULL),
    -- Items add up; what is swapped on a day is never a churn.
    ('two items', 'a', 100, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('two items', 'b', 20, '1 month', '2024-02-01', '2024-04-01', NULL),
    ('swap', 'a', 100, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('swap', 'b', 60, '1 month', '2024-03-01', NULL, NULL),
    ('swap', 'c', 40, '1 month', '2024-03-01', NULL, NULL),
    ('no days', 'a', 100, '1 month', '2024-02-01', '2024-02-01', NULL),
    -- Three dates of a cancellation.
    ('cancelled', 'a', 50, '1 month', '2024-01-15', '2024-04-10',
        '{"cancel_requested_at": "2024-03-01", "access_ends_at": "2024-05-01", "churn_kind": "voluntary", "churn_reason": "price"}'),
    ('cancelled, still open', 'a', 50, '1 month', '2024-01-15', NULL, '{"cancel_requested_at": "2024-03-01", "access_ends_at": "2024-05-01"}'),
    ('cancelled before the start', 'a', 50, '1 month', '2024-01-15', '2024-04-10', '{"cancel_requested_at": "2024-01-02"}'),
    ('cancelled late', 'a', 50, '1 month', '2024-01-15', '2024-04-10', '{"cancel_requested_at": "2024-05-01"}'),
    -- Access beyond a row that another follows means nothing.
    ('moved on', 'a', 50, '1 month', '2024-01-15', '2024-04-10', '{"access_ends_at": "2024-05-01"}'),
    ('moved on', 'a', 60, '1 month', '2024-04-10', '2024-06-01', NULL),
    -- Of items that end together the dearest says why; of others the last.
    ('two reasons', 'a', 10, '1 month', '2024-01-15', '2024-03-01', '{"churn_kind": "voluntary", "churn_reason": "small"}'),
    ('two reasons', 'b', 20, '1 month', '2024-01-15', '2024-03-01', '{"churn_kind": "involuntary", "churn_reason": "large"}'),
    ('last reason', 'a', 30, '1 month', '2024-01-15', '2024-02-28', '{"churn_kind": "involuntary", "churn_reason": "first"}'),
    ('last reason', 'b', 20, '1 month', '2024-01-15', '2024-03-01', '{"churn_kind": "voluntary", "churn_reason": "last"}'),
    -- A row that says the item is cancelled leaves the one before it the last, and tells why; one that
    -- comes a month later does not.
    ('cancelled by a row', 'a', 50, '1 month', '2024-01-15', '2024-03-01', '{"access_ends_at": "2024-04-01"}'),
    ('cancelled by a row', 'a', 50, '1 month', '2024-03-01', NULL, '{"status": "canceled", "churn_kind": "voluntary", "churn_reason": "bugs"}'),
    -- Today's row says canceled of all the time before, once or for each time that they came; it has an end.
    ('today', 'a', 50, '1 month', '2024-01-15', '2024-04-10', '{"status": "canceled", "cancel_requested_at": "2024-03-01"}'),
    ('today, twice', 'a', 50, '1 month', '2024-01-15', '2024-02-15', '{"status": "canceled", "access_ends_at": "2024-03-01"}'),
    ('today, twice', 'a', 60, '1 month', '2024-03-15', '2024-05-15', '{"status": "canceled"}'),
    ('today, two items', 'a', 50, '1 month', '2024-01-15', '2024-02-15', '{"status": "canceled"}'),
    ('today, two items', 'b', 60, '1 month', '2024-02-15', '2024-05-15', '{"status": "canceled"}'),
    ('today, without length', 'a', 50, '1 month', '2024-01-15', '2024-01-15', '{"status": "canceled"}'),
    -- Beside another stretch it says when the item was canceled: before it, after it, with an end or without.
    ('canceled with an end', 'a', 50, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('canceled with an end', 'a', 50, '1 month', '2024-03-01', '2024-04-01', '{"status": "canceled"}'),
    ('canceled, then back', 'a', 50, '1 month', '2024-01-15', '2024-03-01', '{"status": "canceled"}'),
    ('canceled, then back', 'a', 60, '1 month', '2024-03-01', NULL, NULL),
    ('canceled later', 'a', 50, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('canceled later', 'a', 50, '1 month', '2024-04-01', NULL, '{"status": "canceled"}'),
    ('canceled alone', 'a', 50, '1 month', '2024-01-15', NULL, '{"status": "canceled"}'),
    -- Without item_id the other rows of the subscription say whether it is one or the other.
    ('no item, today', NULL, 50, '1 month', '2024-01-15', '2024-04-10', '{"status": "canceled"}'),
    ('no item, canceled', NULL, 50, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('no item, canceled', NULL, 50, '1 month', '2024-03-01', '2024-05-01', '{"status": "canceled"}'),
    ('no item, subscriptions', NULL, 50, '1 month', '2024-01-15', '2024-03-01', '{"status": "canceled", "subscription_id": "1"}'),
    ('no item, subscriptions', NULL, 60, '1 month', '2024-03-01', NULL, '{"subscription_id": "2"}'),
    ('no item, beside one', 'a', 50, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('no item, beside one', NULL, 60, '1 month', '2024-03-01', '2024-05-01', '{"status": "canceled"}'),
    ('no item, beside one', NULL, 70, '1 month', '2024-06-01', NULL, '{"status": "canceled"}'),
    ('unpaid a month later', 'a', 50, '1 month', '2024-01-15', '2024-03-01', NULL),
    ('unpaid a month later', 'a', 50, '1 month', '2024-04-01', NULL, '{"status": "unpaid"}'),
    -- Late payments: still open, paid in the end, of two rows, paid after a gap, given up.
    ('late', 'a', 40, '1 month', '2024-01-15', '2024-02-01', NULL),
    ('late', 'a', 40, '1 month', '2024-02-01', NULL, '{"status": "past_due"}'),
    ('paid late', 'a', 40, '1 month', '2024-01-15', '2024-02-01', NULL),
    ('paid late', 'a', 40, '1 month', '2024-02-01', '2024-03-10', '{"status": "past_due"}'),
    ('paid late', 'a', 44, '1 month', '2024-03-10', NULL, NULL),
    ('late twice', 'a', 40, '1 month', '2024-02-01', '2024-02-10', '{"status": "past_due"}'),
    ('late twice', 'a', 45, '1 month', '2024-02-10', NULL, '{"status": "past_due"}'),
    ('paid too late', 'a', 40, '1 month', '2024-01-15', '2024-02-01', NULL),
    ('paid too late', 'a', 40, '1 month', '2024-02-01', '2024-02-20', '{"status": "past_due"}'),
    ('paid too late', 'a', 40, '1 month', '2024-02-25', NULL, NULL),
    ('given up', 'a', 40, '1 month', '2024-02-01', '2024-02-10', '{"status": "past_due"}'),
    ('given up', 'a', 40, '1 month', '2024-02-10', NULL, '{"status": "unpaid"}'),
    ('downgraded for it', 'a', 40, '1 month', '2024-02-01', '2024-03-10', '{"status": "past_due"}'),
    ('downgraded for it', 'a', 0, '1 month', '2024-03-10', NULL, NULL),
    -- Pauses, trials, usage, charges.
    ('paused', 'a', 30, '1 month', '2024-01-15', '2024-02-01', NULL),
    ('paused', 'a', 30, '1 month', '2024-02-01', '2024-03-01', '{"status": "paused"}'),
    ('paused', 'a', 35, '1 month', '2024-03-01', NULL, NULL),
    ('trial', 'a', 30, '1 month', '2024-01-15', '2024-02-01', '{"status": "trialing"}'),
    ('trial', 'a', 30, '1 month', '2024-02-01', NULL, NULL),
    ('usage', 'a', 30, '1 month', '2024-01-15', NULL, NULL),
    ('usage', 'b', 5, '1 month', '2024-02-01', '2024-03-01', '{"kind": "usage"}'),
    ('one-time', 'a', 30, '1 month', '2024-01-15', NULL, '{"kind": "one_time"}'),
    -- Discounts of each kind.
    ('for ever', 'a', 100, '1 month', '2024-01-15', NULL, '{"discount": 20, "discount_kind": "permanent"}'),
    ('for a while', 'a', 100, '1 month', '2024-01-15', '2024-04-01', '{"discount": 20, "discount_kind": "repeating"}'),
    ('for a while', 'a', 100, '1 month', '2024-04-01', NULL, NULL),
    ('once', 'a', 100, '1 month', '2024-01-15', NULL, '{"discount": 20, "discount_kind": "once"}'),
    -- Free, paid, free, gone.
    ('free', 'a', 0, '1 month', '2024-01-15', '2024-02-01', NULL),
    ('free', 'a', 10, '1 month', '2024-02-01', '2024-03-01', NULL),
    ('free', 'a', 0, '1 month', '2024-03-01', '2024-04-01', NULL),
    -- Ten days away, and three.
    ('away', 'a', 10, '1 month', '2024-01-15', '2024-02-01', NULL),
    ('away', 'a', 15, '1 month', '2024-02-11', '2024-03-01', NULL),
    ('away', 'a', 20, '1 month', '2024-03-04', NULL, NULL),
    -- 1 EUR is 1.10 from January on, 1.20 from March on; 1 JPY 0.01, so 0.00000001 JPY are nothing.
    ('euro', 'a', 100, '1 month', '2024-01-15', '2024-04-01', '{"currency": "EUR"}'),
    ('euro', 'a', 200, '1 month', '2024-04-01', NULL, '{"currency": "EUR"}'),
    ('euro, on the day of a rate', 'a', 100, '1 month', '2024-01-15', '2024-03-01', '{"currency": "EUR"}'),
    ('euro, on the day of a rate', 'a', 150, '1 month', '2024-03-01', '2024-05-01', '{"currency": "EUR"}'),
    ('next to nothing', 'a', 0.000000001, '1 month', '2024-01-15', '2024-02-15', '{"currency": "JPY"}'),
    -- What begins where another row of its item has no length is the last row of the item.
    ('restarted', 'a', 10, '1 month', '2024-01-15', '2024-01-15', '{"access_ends_at": "2024-02-15"}'),
    ('restarted', 'a', 12, '1 month', '2024-01-15', '2024-03-01', NULL);
INSERT INTO oracle.fx VALUES ('EUR', '2024-01-01', 1.1), ('EUR', '2024-03-01', 1.2), ('JPY', '2024-01-01', 0.01);

-- The movements: day, kind, MRR after it, and why.
CREATE TABLE answer (policy text, customer text, movements text);
INSERT INTO answer VALUES
    ('default', 'a year', '2024-01-15 new 100'),
    ('default', 'a quarter', '2024-01-15 new 30'),
    ('default', 'two years', '2024-01-15 new 41.6666666667'),
    ('default', 'a week', '2024-01-15 new 43.3333333333'),
    ('default', 'four weeks', '2024-01-15 new 10.8333333333'),
    ('default', 'a day', '2024-01-15 new 30.4166666667'),
    ('default', 'thirty days', '2024-01-15 new 30.4166666667'),
    ('default', 'ten percent off', '2024-01-15 new 9'),
    ('default', 'rounded', '2024-01-15 new 0.0416666667'),
    ('default', 'half up', '2024-01-15 new 0.0000000001'),
    ('default', 'two items', '2024-01-15 new 100, 2024-02-01 expansion 120, 2024-03-01 contraction 20, 2024-04-01 churn 0 unknown'),
    ('default', 'swap', '2024-01-15 new 100'),
    ('default', 'cancelled', '2024-01-15 new 50, 2024-05-01 churn 0 voluntary price'),
    ('default', 'cancelled, still open', '2024-01-15 new 50, 2024-05-01 churn 0 unknown'),
    ('default', 'cancelled before the start', '2024-01-15 new 50, 2024-04-10 churn 0 unknown'),
    ('default', 'cancelled late', '2024-01-15 new 50, 2024-04-10 churn 0 unknown'),
    ('default', 'moved on', '2024-01-15 new 50, 2024-04-10 expansion 60, 2024-06-01 churn 0 unknown'),
    ('default', 'two reasons', '2024-01-15 new 30, 2024-03-01 churn 0 involuntary large'),
    ('default', 'last reason', '2024-01-15 new 50, 2024-02-28 contraction 20, 2024-03-01 churn 0 voluntary last'),
    ('default', 'cancelled by a row', '2024-01-15 new 50, 2024-04-01 churn 0 voluntary bugs'),
    ('default', 'today', '2024-01-15 new 50, 2024-04-10 churn 0 unknown'),
    ('default', 'today, twice', '2024-01-15 new 50, 2024-02-15 churn 0 unknown, 2024-03-15 reactivation 60 unknown, 2024-05-15 churn 0 unknown'),
    ('default', 'today, two items', '2024-01-15 new 50, 2024-02-15 expansion 60, 2024-05-15 churn 0 unknown'),
    ('default', 'canceled with an end', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('default', 'canceled, then back', '2024-03-01 new 60'),
    ('default', 'canceled later', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('default', 'no item, today', '2024-01-15 new 50, 2024-04-10 churn 0 unknown'),
    ('default', 'no item, canceled', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('default', 'no item, subscriptions', '2024-01-15 new 50, 2024-03-01 expansion 60'),
    ('default', 'no item, beside one', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('default', 'unpaid a month later', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('default', 'late', '2024-01-15 new 40'),
    ('default', 'paid late', '2024-01-15 new 40, 2024-03-10 expansion 44'),
    ('default', 'late twice', '2024-02-01 new 40, 2024-02-10 expansion 45'),
    ('default', 'paid too late', '2024-01-15 new 40, 2024-02-20 churn 0 unknown, 2024-02-25 reactivation 40 unknown'),
    ('default', 'given up', '2024-02-01 new 40, 2024-02-10 churn 0 involuntary payment_failed'),
    ('default', 'downgraded for it', '2024-02-01 new 40, 2024-03-10 churn 0 unknown'),
    ('default', 'paused', '2024-01-15 new 30, 2024-02-01 churn 0 unknown paused, 2024-03-01 reactivation 35 unknown paused'),
    ('default', 'trial', '2024-02-01 new 30'),
    ('default', 'usage', '2024-01-15 new 30'),
    ('default', 'for ever', '2024-01-15 new 80'),
    ('default', 'for a while', '2024-01-15 new 80, 2024-04-01 expansion 100'),
    ('default', 'once', '2024-01-15 new 100'),
    ('default', 'free', '2024-02-01 new 10, 2024-03-01 churn 0 unknown'),
    ('default', 'away', '2024-01-15 new 10, 2024-02-01 churn 0 unknown, 2024-02-11 reactivation 15 unknown, 2024-03-01 churn 0 unknown, 2024-03-04 reactivation 20 unknown'),
    ('default', 'euro', '2024-01-15 new 110, 2024-04-01 expansion 220'),
    ('default', 'euro, on the day of a rate', '2024-01-15 new 110, 2024-03-01 expansion 165, 2024-05-01 churn 0 unknown'),
    ('default', 'restarted', '2024-01-15 new 12, 2024-03-01 churn 0 unknown');
-- What a policy says otherwise.
INSERT INTO answer VALUES
    ('cancel_effective', 'cancelled', '2024-01-15 new 50, 2024-04-10 churn 0 voluntary price'),
    ('cancel_effective', 'cancelled, still open', '2024-01-15 new 50'),
    ('cancel_effective', 'cancelled by a row', '2024-01-15 new 50, 2024-03-01 churn 0 voluntary bugs'),
    ('cancel_effective', 'restarted', '2024-01-15 new 12, 2024-03-01 churn 0 unknown'),
    ('cancel_request', 'cancelled', '2024-01-15 new 50, 2024-03-01 churn 0 voluntary price'),
    ('cancel_request', 'cancelled, still open', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('cancel_request', 'today', '2024-01-15 new 50, 2024-03-01 churn 0 unknown'),
    ('cancel_request', 'cancelled by a row', '2024-01-15 new 50, 2024-03-01 churn 0 voluntary bugs'),
    ('cancel_request', 'cancelled before the start', ''),
    ('14 days', 'late', '2024-01-15 new 40, 2024-02-15 churn 0 involuntary payment_failed'),
    ('14 days', 'late twice', '2024-02-01 new 40, 2024-02-10 expansion 45, 2024-02-15 churn 0 involuntary payment_failed'),
    ('14 days', 'paid too late', '2024-01-15 new 40, 2024-02-15 churn 0 involuntary payment_failed, 2024-02-25 reactivation 40 involuntary payment_failed'),
    ('14 days', 'downgraded for it', '2024-02-01 new 40, 2024-02-15 churn 0 involuntary payment_failed'),
    ('0 days', 'late', '2024-01-15 new 40, 2024-02-01 churn 0 involuntary payment_failed'),
    ('0 days', 'late twice', ''),
    ('0 days', 'paid too late', '2024-01-15 new 40, 2024-02-01 churn 0 involuntary payment_failed, 2024-02-25 reactivation 40 involuntary payment_failed'),
    ('0 days', 'given up', ''),
    ('0 days', 'downgraded for it', ''),
    ('paused counts', 'paused', '2024-01-15 new 30, 2024-03-01 expansion 35'),
    ('usage', 'usage', '2024-01-15 new 30, 2024-02-01 expansion 35, 2024-03-01 contraction 30'),
    ('permanent', 'for a while', '2024-01-15 new 100'),
    ('all', 'once', '2024-01-15 new 80'),
    ('none', 'ten percent off', '2024-01-15 new 10'),
    ('none', 'discount above the price', '2024-01-15 new 10'),
    ('none', 'for ever', '2024-01-15 new 100'),
    ('none', 'for a while', '2024-01-15 new 100'),
    ('active at 0', 'discount above the price', '2024-01-15 new 0'),
    ('active at 0', 'rounded once', '2024-01-15 new 0'),
    ('active at 0', 'free', '2024-01-15 new 0, 2024-02-01 expansion 10, 2024-03-01 contraction 0, 2024-04-01 churn 0 unknown'),
    ('active at 0', 'next to nothing', '2024-01-15 new 0, 2024-02-15 churn 0 unknown'),
    ('active at 0', 'downgraded for it', '2024-02-01 new 40, 2024-03-10 contraction 0'),
    ('3 days away', 'away', '2024-01-15 new 10, 2024-02-01 churn 0 unknown, 2024-02-11 reactivation 15 unknown, 2024-03-04 expansion 20'),
    ('3 days away', 'paused', '2024-01-15 new 30, 2024-02-01 churn 0 unknown paused, 2024-03-01 reactivation 35 unknown paused'),
    ('10 days away', 'away', '2024-01-15 new 10, 2024-02-11 expansion 15, 2024-03-04 expansion 20'),
    ('10 days away', 'paid too late', '2024-01-15 new 40'),
    ('4 weeks', 'a week', '2024-01-15 new 40'),
    ('4 weeks', 'four weeks', '2024-01-15 new 10'),
    ('4.33 weeks', 'a week', '2024-01-15 new 43.3'),
    ('4.33 weeks', 'four weeks', '2024-01-15 new 10.825'),
    ('30 days', 'a day', '2024-01-15 new 30'),
    ('30 days', 'thirty days', '2024-01-15 new 30'),
    ('daily', 'euro', '2024-01-15 new 110, 2024-03-01 fx 120, 2024-04-01 expansion 240'),
    ('daily', 'euro, on the day of a rate', '2024-01-15 new 110, 2024-03-01 fx 120, 2024-03-01 expansion 180, 2024-05-01 churn 0 unknown');

-- A row and what else it has, read as at 12 o'clock where the ledger is: no time of day matters.
UPDATE oracle.rule SET today = '2024-06-15', time_zone = 'America/Havana';
INSERT INTO oracle.billing (customer, subscription_id, item_id, amount, billing_period, starts_at, ends_at,
                            kind, discount, discount_kind, currency, status, cancel_requested_at, access_ends_at, churn_kind, churn_reason)
SELECT h.customer, m.subscription_id, h.item, h.amount, h.billing_period, (h.starts + time '12:00') AT TIME ZONE r.time_zone, (h.ends + time '12:00') AT TIME ZONE r.time_zone,
       m.kind, m.discount, m.discount_kind, m.currency, m.status,
       (m.cancel_requested_at::date + time '12:00') AT TIME ZONE r.time_zone, (m.access_ends_at::date + time '12:00') AT TIME ZONE r.time_zone, m.churn_kind, m.churn_reason
  FROM hand h, oracle.rule r, jsonb_to_record(coalesce(h.more, '{}'))
    AS m (subscription_id text, kind text, discount numeric, discount_kind text, currency text, status text, cancel_requested_at text, access_ends_at text, churn_kind text, churn_reason text);
UPDATE oracle.billing SET bad = 'status' WHERE customer = 'canceled alone';
SELECT oracle.open_ledger('metrics', 'customer');
SELECT oracle.same('canceled alone', 'SELECT customer_id, item_id, reason FROM metrics.rejected_rows',
    $$ VALUES ('canceled alone', 'a', 'status is canceled, but there is no ends_at') $$);
CALL oracle.compute();
CALL oracle.set_house();

-- Of whom neither the policy nor the house says anything there is no movement.
CREATE FUNCTION check_hand(what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    answers text := format(
        'SELECT DISTINCT h.customer, coalesce(a.movements, d.movements, '''') AS movements FROM hand h
           LEFT JOIN answer a ON a.customer = h.customer AND a.policy = %1$L LEFT JOIN answer d ON d.customer = h.customer AND d.policy = ''default''', what);
    lines text := 'SELECT DISTINCT h.customer, coalesce(m.movements, '''') AS movements FROM hand h
           LEFT JOIN (SELECT %1$I AS customer, string_agg(concat_ws('' '', effective_on, kind, trim_scale(mrr_after), churn_kind, churn_reason), '', '' ORDER BY effective_on, %2$I) AS movements
                        FROM %3$s GROUP BY 1) AS m ON m.customer = h.customer';
BEGIN
    RETURN NEXT oracle.same(what || ', oracle', format(lines, 'customer', 'tick', 'oracle.movement'), answers);
    RETURN NEXT oracle.same(what || ', ledger', format(lines, 'customer_id', 'seq', 'metrics.movements'), answers);
END
$$;
CREATE FUNCTION check_hand(what text, options jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.set_policy('metrics', what, options);
    RETURN QUERY SELECT check_hand(what);
END
$$;

SELECT check_hand('default');
SELECT check_hand('cancel_effective', '{"churn_date": "cancel_effective"}');
SELECT check_hand('cancel_request', '{"churn_date": "cancel_request"}');
SELECT check_hand('14 days', '{"past_due": "14 days"}');
SELECT check_hand('0 days', '{"past_due": "0 days"}');
SELECT check_hand('paused counts', '{"paused": "count"}');
SELECT check_hand('usage', '{"usage": "include"}');
SELECT check_hand('permanent', '{"discount": "permanent"}');
SELECT check_hand('all', '{"discount": "all"}');
SELECT check_hand('none', '{"discount": "none"}');
SELECT check_hand('active at 0', '{"zero_mrr": "active"}');
SELECT check_hand('3 days away', '{"gap_tolerance": 3}');
SELECT check_hand('10 days away', '{"gap_tolerance": 10}');
SELECT check_hand('4 weeks', '{"week": "4"}');
SELECT check_hand('4.33 weeks', '{"week": "4.33"}');
SELECT check_hand('30 days', '{"day": "30"}');
SELECT check_hand('daily', '{"fx": "daily"}');
