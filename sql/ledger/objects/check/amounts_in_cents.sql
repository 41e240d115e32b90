-- Whole amounts of a currency that has cents, where the query names cents and divides by nothing, or where the prices are
-- those of a price list in cents: 2900, 4999, 990000. Large prices of contracts are whole too, but round.
WITH prices AS (
  SELECT upper(coalesce(p.currency, (SELECT currency FROM clock))) AS currency, coalesce(p.kind, 'recurring') AS kind, p.amount, p.billing_period, count(*) AS rows
  FROM periods AS p
  GROUP BY 1, 2, 3, 4
),
shapes AS (
  SELECT p.currency, sum(p.rows) AS rows, count(*) AS prices, bool_and(p.amount = trunc(p.amount)) AS are_whole,
         sum(p.rows) FILTER (WHERE p.amount % 100 IN (0, 50, 90, 95, 99)) AS ending,
         sum(p.rows) FILTER (WHERE p.amount % 1000 >= 900) AS tempting,
         sum(p.rows) FILTER (WHERE p.amount * 2629800 / greatest(extract(epoch FROM p.billing_period), 86400) >= 900) AS large
  FROM prices AS p
  WHERE p.kind IN ('recurring', 'add_on') AND p.amount BETWEEN 1 AND 1e12
  GROUP BY p.currency
),
bound AS (
  SELECT coalesce(bool_or(b.query ~* '(cents|pence|minor|unit_amount)' AND b.query !~ '(/\s*100|\*\s*0?\.01)'), false) AS names_cents
  FROM bindings AS b
  WHERE b.bound AND b.input IN ('subscription_periods', 'current_subscriptions', 'invoice_lines')
)
SELECT 'warning', 'amounts that look like cents, in ' || s.currency, s.rows::bigint,
       'Amounts are in major units: bind amount / 100.0, and discounts likewise.'
FROM shapes AS s, bound AS b
WHERE s.are_whole
  AND (b.names_cents AND s.large >= 0.1 * s.rows
       AND s.currency NOT IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
       OR s.currency IN ('USD', 'EUR', 'GBP', 'CHF', 'CAD', 'AUD', 'NZD', 'SGD')
       AND s.rows >= 5 AND s.prices >= 2
       AND s.ending >= 0.9 * s.rows AND s.tempting >= 0.25 * s.rows AND s.large >= 0.5 * s.rows)
