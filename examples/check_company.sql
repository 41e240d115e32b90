-- Is the demo company consistent? One query: the violated invariants and how often; none is what it should return.
BEGIN;
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;

WITH period AS (
    SELECT p.*, coalesce(access_ends_at, ends_at) AS served_to, c.signed_up_at, c.is_test,
           lag(coalesce(access_ends_at, ends_at)) OVER item AS previous_served_to,
           lag(ends_at) OVER item AS previous_ends_at,
           row_number() OVER item AS item_row,
           row_number() OVER (PARTITION BY customer_id ORDER BY starts_at, item_id) AS customer_row
    FROM company.subscription_periods AS p JOIN company.customers AS c USING (customer_id)
    WINDOW item AS (PARTITION BY item_id ORDER BY starts_at)
), subscription AS (
    SELECT customer_id, subscription_id, min(starts_at) AS starts_at,
           nullif(max(coalesce(served_to, 'infinity')) FILTER (WHERE kind = 'recurring'), 'infinity') AS served_to,
           count(DISTINCT item_id) FILTER (WHERE kind = 'recurring') AS plan_items,
           count(DISTINCT currency) AS currencies, count(DISTINCT churn_kind) AS churn_kinds
    FROM period GROUP BY customer_id, subscription_id
), line AS (
    SELECT l.*, i.customer_id, i.subscription_id, i.issued_at, i.currency
    FROM company.invoice_lines AS l JOIN company.invoices AS i USING (invoice_id)
), proration AS (
    -- Each against the term it falls in and the price that held until then (credit) or holds from then (debit).
    SELECT line.kind, line.amount AS billed,
           round((p.amount - p.discount) * extract(epoch FROM line.service_ends_at - line.service_starts_at)
                 / extract(epoch FROM t.service_ends_at - t.service_starts_at), 2) AS amount
    FROM line
    LEFT JOIN company.subscription_periods AS p
           ON p.item_id = line.item_id AND p.plan = line.plan AND p.quantity = line.quantity
          AND line.service_starts_at = CASE line.kind WHEN 'proration_debit' THEN p.starts_at ELSE p.ends_at END
    LEFT JOIN (SELECT DISTINCT subscription_id, service_starts_at, service_ends_at FROM line WHERE kind = 'term') AS t
           ON t.subscription_id = line.subscription_id AND t.service_ends_at = line.service_ends_at
          AND t.service_starts_at < line.service_starts_at
    WHERE line.kind <> 'term'
), attempt AS (
    SELECT i.*, p.attempt, p.attempted_at, p.amount, p.currency AS payment_currency, p.customer_id AS payer,
           p.status AS outcome, p.failure_reason, p.recovered,
           count(*) OVER w AS attempts, max(p.attempt) OVER w AS last_attempt
    FROM company.invoices AS i LEFT JOIN company.payments AS p USING (invoice_id)
    WINDOW w AS (PARTITION BY i.invoice_id)
), used AS (
    SELECT customer_id, active_on, min(user_id) AS user_id FROM company.activity GROUP BY customer_id, active_on
), violation (invariant, count) AS (
    -- customers and leads
    SELECT 'as many customers as asked for', abs(count(*) - max(p.customers))
    FROM company.customers, company.parameters AS p
  UNION ALL
    SELECT 'customers sign up within the history', count(*)
    FROM company.customers, company.parameters
    WHERE signed_up_at < starts_on OR signed_up_at >= ends_on
  UNION ALL
    SELECT 'a customer''s history starts with the sign-up', count(*)
    FROM company.customers AS c LEFT JOIN period AS p ON p.customer_id = c.customer_id AND p.customer_row = 1
    WHERE p.starts_at IS DISTINCT FROM c.signed_up_at
  UNION ALL
    SELECT 'customers have one lead, test accounts none', count(*)
    FROM company.customers LEFT JOIN company.leads USING (customer_id) WHERE is_test <> (lead_id IS NULL)
  UNION ALL
    SELECT 'leads pass the funnel in order', count(*)
    FROM company.leads, company.parameters
    WHERE created_at < starts_on OR qualified_at < created_at OR trial_at < qualified_at
       OR converted_at <= coalesce(trial_at, created_at)
       OR (coalesce(trial_at, converted_at) IS NULL) <> (customer_id IS NULL)
       OR (qualified_at IS NULL AND coalesce(trial_at, converted_at) IS NOT NULL)
       OR greatest(created_at, qualified_at, trial_at, converted_at) >= ends_on
  UNION ALL
    SELECT 'trial and conversion of a lead are those of its subscription', count(*)
    FROM company.leads AS l
    JOIN (SELECT customer_id, min(starts_at) FILTER (WHERE status = 'trialing') AS trial_at,
                 min(starts_at) FILTER (WHERE status <> 'trialing') AS paid_at
          FROM period GROUP BY customer_id) AS p USING (customer_id)
    JOIN company.customers AS c USING (customer_id)
    WHERE (l.trial_at, l.converted_at, l.source) IS DISTINCT FROM (p.trial_at, p.paid_at, c.source)

    -- subscription periods
  UNION ALL
    SELECT 'periods of an item do not overlap', count(*)
    FROM period WHERE item_row > 1 AND (previous_served_to IS NULL OR previous_served_to > starts_at)
  UNION ALL
    SELECT 'the plan of a subscription has no gaps', count(*)
    FROM period WHERE kind = 'recurring' AND item_row > 1 AND previous_ends_at <> starts_at
  UNION ALL
    SELECT 'a new row of an item means a change', count(*)
    FROM company.subscription_periods AS a
    JOIN company.subscription_periods AS b ON b.item_id = a.item_id AND b.starts_at = a.ends_at
    WHERE (a.plan, a.quantity, a.discount, a.discount_kind, a.status)
          IS NOT DISTINCT FROM (b.plan, b.quantity, b.discount, b.discount_kind, b.status)
  UNION ALL
    SELECT 'periods end after their start', count(*) FROM period WHERE ends_at <= starts_at
  UNION ALL
    SELECT 'nothing starts after the history, only what is scheduled ends there', count(*)
    FROM period, company.parameters
    WHERE starts_at >= ends_on OR cancel_requested_at >= ends_on
       OR ends_at >= ends_on AND status <> 'trialing' AND cancel_requested_at IS NULL
  UNION ALL
    SELECT 'amount is price times quantity, as in the price list', count(*)
    FROM period AS p LEFT JOIN company.plans AS l USING (plan)
    WHERE p.amount IS DISTINCT FROM l.price * p.quantity
       OR (p.product, p.kind, p.currency, p.billing_period)
          IS DISTINCT FROM (l.product, l.kind, l.currency, l.billing_period)
       OR l.unit = 'account' AND p.quantity <> 1
  UNION ALL
    SELECT 'a discount is that of a coupon', count(*)
    FROM period AS p
    WHERE CASE WHEN discount_kind IS NULL THEN discount <> 0
               ELSE kind = 'add_on' OR status = 'trialing'
                    OR NOT EXISTS (SELECT FROM company.coupons AS c WHERE c.discount_kind = p.discount_kind
                                   AND p.discount = round(p.amount * c.percent / 100, 2)) END
  UNION ALL
    SELECT 'repeating and one-time discounts end', count(*)
    FROM period WHERE discount_kind IN ('repeating', 'once')
      AND coalesce(ends_at, (SELECT ends_on FROM company.parameters))
          > starts_at + greatest(billing_period, interval '3 months') + interval '3 days'
  UNION ALL
    SELECT 'churn is noted where a paying subscription ended, in the right order of dates', count(*)
    FROM period
    WHERE CASE WHEN churn_kind IS NULL THEN num_nonnulls(cancel_requested_at, access_ends_at, churn_reason) > 0
               WHEN churn_kind = 'involuntary'
                   THEN status <> 'past_due' OR cancel_requested_at IS NOT NULL
                        OR churn_reason IS NULL OR access_ends_at <> ends_at
               ELSE status NOT IN ('active', 'paused') OR (churn_kind = 'unknown') <> (churn_reason IS NULL)
                    OR (cancel_requested_at <= ends_at AND ends_at <= access_ends_at) IS NOT TRUE END
  UNION ALL
    SELECT 'a subscription has one plan, one currency, one end', count(*)
    FROM subscription WHERE plan_items <> 1 OR currencies <> 1 OR churn_kinds > 1
  UNION ALL
    SELECT 'add-ons end with their subscription at the latest', count(*)
    FROM period JOIN subscription AS s USING (subscription_id)
    WHERE coalesce(period.served_to, 'infinity') > coalesce(s.served_to, 'infinity')
       OR period.churn_kind IS NOT NULL AND period.served_to <> s.served_to
  UNION ALL
    SELECT 'a paying subscription that ended is churn', count(*)
    FROM period JOIN subscription AS s USING (subscription_id)
    WHERE period.kind = 'recurring' AND period.status <> 'trialing'
      AND period.served_to = s.served_to AND churn_kind IS NULL
  UNION ALL
    SELECT 'a customer has one subscription at a time', count(*)
    FROM (SELECT starts_at, lag(coalesce(served_to, 'infinity')) OVER w AS previous FROM subscription
          WINDOW w AS (PARTITION BY customer_id ORDER BY starts_at)) AS s
    WHERE previous > starts_at
  UNION ALL
    SELECT 'customers pay in one currency', count(*)
    FROM (SELECT FROM period GROUP BY customer_id HAVING count(DISTINCT currency) > 1) AS c
  UNION ALL
    SELECT 'a trial is the first period and takes 14 days', count(*)
    FROM period
    WHERE status = 'trialing' AND (customer_row > 1 OR ends_at IS DISTINCT FROM starts_at + interval '14 days')
  UNION ALL
    SELECT 'every item has an exchange rate on its first day', count(*)
    FROM period AS p
    WHERE NOT EXISTS (SELECT FROM company.fx_rates AS f
                      WHERE f.currency = p.currency AND f.valid_from <= p.starts_at::date AND rate > 0)

    -- invoices
  UNION ALL
    SELECT 'an invoice is the sum of its lines and above 0', count(*)
    FROM company.invoices AS i
    LEFT JOIN (SELECT invoice_id, sum(amount) AS total FROM company.invoice_lines GROUP BY 1) AS l USING (invoice_id)
    WHERE l.total IS DISTINCT FROM i.total OR i.total <= 0
  UNION ALL
    SELECT 'a term is billed in advance, at the price that holds then', count(*)
    FROM line LEFT JOIN period AS p
           ON p.item_id = line.item_id AND p.starts_at <= line.service_starts_at
          AND coalesce(p.served_to, 'infinity') > line.service_starts_at
    WHERE line.kind = 'term'
      AND (line.issued_at <> line.service_starts_at
           OR line.service_ends_at < line.service_starts_at + p.billing_period
           OR line.service_ends_at > line.service_starts_at + p.billing_period + interval '3 days'  -- 28 Feb, 31 Mar
           OR (line.customer_id, line.subscription_id, line.plan, line.quantity, line.amount, line.currency)
              IS DISTINCT FROM
              (p.customer_id, p.subscription_id, p.plan, p.quantity, p.amount - p.discount, p.currency)
           OR p.status NOT IN ('active', 'past_due'))
  UNION ALL
    SELECT 'terms of an item do not overlap', count(*)
    FROM (SELECT service_starts_at,
                 lag(service_ends_at) OVER (PARTITION BY item_id ORDER BY service_starts_at) AS previous
          FROM line WHERE kind = 'term') AS l
    WHERE previous > service_starts_at
  UNION ALL
    SELECT 'what is active or past due is billed, from its first day to its last', count(*)
    FROM (SELECT FROM company.parameters, period AS p
          LEFT JOIN line ON line.item_id = p.item_id AND line.kind <> 'proration_credit'
          WHERE p.status IN ('active', 'past_due')
          GROUP BY p.item_id, p.starts_at
          HAVING bool_or(p.starts_at >= service_starts_at AND p.starts_at < service_ends_at) IS NOT TRUE
              OR bool_or(least(p.ends_at, ends_on) > service_starts_at
                         AND least(p.ends_at, ends_on) <= service_ends_at) IS NOT TRUE) AS p
  UNION ALL
    SELECT 'trials and pauses are not billed', count(*)
    FROM period AS p
    JOIN line ON line.item_id = p.item_id AND line.issued_at >= p.starts_at AND line.issued_at < p.ends_at
    WHERE p.status IN ('trialing', 'paused')
  UNION ALL
    SELECT 'who leaves is served to the end of the paid term', count(*)
    FROM period AS p
    LEFT JOIN (SELECT item_id, max(service_ends_at) AS paid_to FROM line GROUP BY item_id) AS l USING (item_id)
    WHERE churn_kind <> 'involuntary' AND status = 'active' AND access_ends_at IS DISTINCT FROM paid_to
  UNION ALL
    SELECT 'a change within a term is settled by days', count(*)
    FROM proration
    WHERE billed IS DISTINCT FROM CASE kind WHEN 'proration_credit' THEN -amount ELSE amount END

    -- payments
  UNION ALL
    SELECT 'payments match their invoices', count(*)
    FROM attempt
    WHERE (amount, payment_currency, payer) IS DISTINCT FROM (total, currency, customer_id)
       OR attempts <> last_attempt OR attempted_at <> issued_at + (ARRAY[0, 3, 7, 14])[attempt] * interval '1 day'
  UNION ALL
    SELECT 'only the last attempt succeeds, and pays the invoice', count(*)
    FROM attempt
    WHERE outcome = 'succeeded'
          AND (attempt < last_attempt OR status <> 'paid' OR paid_at IS DISTINCT FROM attempted_at)
       OR outcome = 'failed' AND attempt = last_attempt AND (status = 'paid' OR paid_at IS NOT NULL)
       OR (status = 'uncollectible') <> (last_attempt = 4 AND status <> 'paid')
       OR (outcome = 'failed') <> (failure_reason IS NOT NULL)
       OR recovered IS DISTINCT FROM CASE outcome WHEN 'failed' THEN status = 'paid' END
  UNION ALL
    SELECT 'past due from the failed attempt to the one that succeeds', count(*)
    FROM (SELECT * FROM attempt WHERE attempt = 1 AND outcome = 'failed') AS a
    FULL JOIN (SELECT subscription_id, starts_at, max(ends_at) AS ends_at FROM company.subscription_periods
               WHERE status = 'past_due' GROUP BY 1, 2) AS p
           ON p.subscription_id = a.subscription_id AND p.starts_at = a.issued_at
    WHERE num_nulls(a.invoice_id, p.starts_at) > 0 OR a.status = 'paid' AND p.ends_at IS DISTINCT FROM a.paid_at
       OR a.status = 'open' AND p.ends_at IS NOT NULL
       OR a.status = 'uncollectible' AND p.ends_at IS DISTINCT FROM a.issued_at + interval '14 days'
  UNION ALL
    SELECT 'an uncollectible invoice ends the subscription, and only that is involuntary', count(*)
    FROM (SELECT * FROM company.invoices WHERE status = 'uncollectible') AS i
    FULL JOIN (SELECT * FROM period WHERE kind = 'recurring' AND churn_kind = 'involuntary') AS p
         USING (subscription_id)
    WHERE p.served_to IS DISTINCT FROM i.issued_at + interval '14 days'
  UNION ALL
    SELECT 'nothing is issued or paid after the history', count(*)
    FROM attempt, company.parameters
    WHERE greatest(issued_at, attempted_at, paid_at) >= ends_on

    -- spend, users, usage
  UNION ALL
    SELECT 'every month has its spend', abs(p.months - count(DISTINCT month)) + count(*) FILTER (WHERE amount < 0)
    FROM company.parameters AS p LEFT JOIN company.spend AS s ON month >= starts_on AND month < ends_on
    GROUP BY p.months
  UNION ALL
    SELECT 'users come to an account that is served', count(*)
    FROM company.users AS u
    WHERE NOT EXISTS (SELECT FROM period AS p WHERE p.customer_id = u.customer_id AND p.status <> 'paused'
                      AND u.created_at >= p.starts_at AND u.created_at < coalesce(served_to, 'infinity'))
  UNION ALL
    SELECT 'users have seats', count(*)
    FROM (SELECT customer_id, count(*) AS users FROM company.users GROUP BY customer_id) AS u
    JOIN (SELECT customer_id, max(quantity) AS seats FROM period GROUP BY customer_id) AS p USING (customer_id)
    WHERE users > seats
  UNION ALL
    SELECT 'activity is of a user of the account, who exists', count(*)
    FROM company.activity AS a LEFT JOIN company.users AS u USING (user_id)
    WHERE u.customer_id IS DISTINCT FROM a.customer_id OR a.active_on < u.created_at::date OR a.events <= 0
  UNION ALL
    SELECT 'accounts are active only while served', count(*)
    FROM used AS a
    LEFT JOIN period AS p ON p.customer_id = a.customer_id AND p.kind = 'recurring' AND p.status <> 'paused'
                         AND a.active_on >= p.starts_at::date
                         AND a.active_on < coalesce(p.served_to::date, 'infinity')
                         AND a.active_on < (SELECT ends_on FROM company.parameters)
    WHERE p.customer_id IS NULL
)
SELECT invariant, count FROM violation WHERE count > 0;
COMMIT;
