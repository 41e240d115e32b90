-- Invoices and the attempts to collect them.

-- When a term starts, all of it is due. A change within a term is settled at once, by days: the rest of the term
-- at the old price is credited, the rest at the new price debited.
CREATE TEMP TABLE line ON COMMIT DROP AS
WITH change AS (
    SELECT i.*, l.effective_at, l.starts_at, l.anchor, l.attempts, l.failure, l.ended,
           l.anchor + l.term_k * interval '1 month' AS term_starts_at,
           l.anchor + (l.term_k * interval '1 month' + i.billing_period) AS term_ends_at,
           l.effective_at < l.starts_at OR l.attempts = 0 AS within_term,
           lag(i.plan) OVER w AS old_plan, lag(i.quantity) OVER w AS old_quantity,
           lag(i.amount - i.discount) OVER w AS old_net,
           lag(l.anchor + l.term_k * interval '1 month') OVER w AS old_term_starts_at,
           lag(l.anchor + (l.term_k * interval '1 month' + i.billing_period)) OVER w AS old_term_ends_at
    FROM item AS i JOIN life AS l USING (customer_id, spell, k)
    WHERE l.status = 'active'
    WINDOW w AS (PARTITION BY item_id ORDER BY k)
)
SELECT customer_id, spell, subscription_id, currency, n, item_id, starts_at AS issued_at, attempts, failure,
       ended IS NOT DISTINCT FROM 'involuntary' AS lost,
       'term' AS kind, plan, quantity, amount - discount AS amount,
       starts_at AS service_starts_at, term_ends_at AS service_ends_at
FROM change CROSS JOIN company.parameters
WHERE attempts > 0 AND quantity > 0 AND starts_at < ends_on
UNION ALL
SELECT customer_id, spell, subscription_id, currency, n, item_id, effective_at, 1, NULL, false,
       side.kind, side.plan, side.quantity, side.sign * round(side.net * rest / whole, 2),
       effective_at, old_term_ends_at
FROM change
CROSS JOIN LATERAL (SELECT extract(epoch FROM old_term_ends_at - effective_at) AS rest,
                           extract(epoch FROM old_term_ends_at - old_term_starts_at) AS whole) AS s
CROSS JOIN LATERAL (VALUES
    ('proration_credit', -1, old_plan, old_quantity, old_net),
    ('proration_debit',   1, plan,     quantity,     amount - discount)) AS side (kind, sign, plan, quantity, net)
WHERE within_term AND old_quantity IS NOT NULL AND side.quantity > 0
  AND (change.plan, change.quantity) IS DISTINCT FROM (old_plan, old_quantity);

CREATE TEMP TABLE invoice ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY issued_at, customer_id) AS invoice_id, *
FROM (SELECT customer_id, spell, subscription_id, currency, issued_at, attempts, failure, lost, sum(amount) AS total
      FROM line GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS i
CROSS JOIN LATERAL (SELECT issued_at + (ARRAY[0, 3, 7, 14])[attempts] * interval '1 day' AS settled_at) AS s;
ANALYZE invoice;

INSERT INTO company.invoices
SELECT invoice_id, customer_id, subscription_id, issued_at, currency, total,
       CASE WHEN settled_at >= ends_on THEN 'open' WHEN lost THEN 'uncollectible' ELSE 'paid' END,
       CASE WHEN settled_at < ends_on AND NOT lost THEN settled_at END
FROM invoice CROSS JOIN company.parameters
ORDER BY invoice_id;
\echo '  invoices            ' :ROW_COUNT

INSERT INTO company.invoice_lines
SELECT invoice_id, row_number() OVER (PARTITION BY invoice_id ORDER BY n, line.kind), item_id,
       plan, line.kind, quantity, amount, service_starts_at, service_ends_at
FROM line JOIN invoice USING (subscription_id, issued_at)
ORDER BY 1, 2;
\echo '  invoice_lines       ' :ROW_COUNT

INSERT INTO company.payments
SELECT row_number() OVER (ORDER BY attempted_at, invoice_id), invoice_id, customer_id,
       attempt, attempted_at, currency, total,
       CASE WHEN failed THEN 'failed' ELSE 'succeeded' END,
       CASE WHEN failed THEN failure END,
       CASE WHEN failed THEN NOT lost AND settled_at < ends_on END
FROM invoice
CROSS JOIN company.parameters
CROSS JOIN LATERAL generate_series(1, attempts) AS attempt
CROSS JOIN LATERAL (SELECT issued_at + (ARRAY[0, 3, 7, 14])[attempt] * interval '1 day' AS attempted_at,
                           attempt < attempts OR lost AS failed) AS a
WHERE attempted_at < ends_on
ORDER BY 1;
\echo '  payments            ' :ROW_COUNT
