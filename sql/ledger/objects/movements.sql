-- Movements, as they are now.

CREATE VIEW fresh_rollup AS
  SELECT r.*
  FROM whole_rollup AS r
  WHERE r.counts_from <= (SELECT c.today FROM ledger_clock AS c) AND (SELECT c.refreshed FROM ledger_clock AS c);
COMMENT ON VIEW fresh_rollup IS 'The rollup as far as it counts today.';

CREATE VIEW movements AS
  SELECT customer_id, effective_on, effective_at, seq, kind, mrr_after - mrr_before AS amount,
         mrr_before, mrr_after, churn_kind, churn_reason, first_on, spell,
         coalesce(counts_from, effective_on) AS counts_from, recorded_by
  FROM fresh_lines
  WHERE mrr_after IS NOT NULL AND kind <> 'switch' AND net IS NULL;
COMMENT ON VIEW movements IS
  'The changes of customers'' MRR, past and scheduled, one row for each customer and change. Exact to the transaction. Amounts are in the ledger''s currency.';
COMMENT ON COLUMN movements.customer_id IS 'The customer.';
COMMENT ON COLUMN movements.effective_on IS 'The day of the change in the ledger''s time zone.';
COMMENT ON COLUMN movements.effective_at IS 'The instant of the change, of the last where changes of a day are netted.';
COMMENT ON COLUMN movements.seq IS 'Orders the movements of a customer''s day.';
COMMENT ON COLUMN movements.kind IS 'new, reactivation, expansion, contraction, churn or fx.';
COMMENT ON COLUMN movements.amount IS 'MRR after less MRR before: losses are negative.';
COMMENT ON COLUMN movements.mrr_before IS 'The customer''s MRR before the change.';
COMMENT ON COLUMN movements.mrr_after IS 'The customer''s MRR after the change.';
COMMENT ON COLUMN movements.churn_kind IS 'Of a churn, and of the churn that a reactivation ends: voluntary, involuntary or unknown.';
COMMENT ON COLUMN movements.churn_reason IS 'The reason, where one is known.';
COMMENT ON COLUMN movements.first_on IS 'The day on which the customer first had MRR.';
COMMENT ON COLUMN movements.spell IS 'How many times the customer came, this one included.';
COMMENT ON COLUMN movements.counts_from IS
  'The day from which the movement counts in views: effective_on, but for churns under a gap_tolerance and ends under a renewal_grace.';
COMMENT ON COLUMN movements.recorded_by IS 'The refresh that recorded it; NULL: not yet refreshed.';

CREATE VIEW net_movements AS
  SELECT customer_id, max(effective_on) AS effective_on, min(seq) AS seq, kind, mrr_after - mrr_before AS amount,
         mrr_before, mrr_after, churn_kind, churn_reason, sum(coalesce(net, 1)) AS times
  FROM fresh_lines
  WHERE mrr_after IS NOT NULL AND kind <> 'switch'
    AND coalesce(counts_from, effective_on) <= (SELECT c.today FROM ledger_clock AS c)
  GROUP BY customer_id, date_trunc('month', effective_on), kind, mrr_before, mrr_after, churn_kind, churn_reason
  HAVING sum(coalesce(net, 1)) <> 0;
COMMENT ON VIEW net_movements IS
  'The movements behind views by month and longer, as far as they count today: where the policy nets months, the net change of each customer''s month; else the movements themselves.';
COMMENT ON COLUMN net_movements.customer_id IS 'The customer.';
COMMENT ON COLUMN net_movements.effective_on IS 'The day of the last change that made it what it is.';
COMMENT ON COLUMN net_movements.seq IS 'Orders the movements of a customer''s day.';
COMMENT ON COLUMN net_movements.kind IS 'new, reactivation, expansion, contraction, churn or fx.';
COMMENT ON COLUMN net_movements.amount IS 'MRR after less MRR before: losses are negative.';
COMMENT ON COLUMN net_movements.mrr_before IS 'The customer''s MRR before the change.';
COMMENT ON COLUMN net_movements.mrr_after IS 'The customer''s MRR after the change.';
COMMENT ON COLUMN net_movements.churn_kind IS 'Of a churn, and of the churn that a reactivation ends: voluntary, involuntary or unknown.';
COMMENT ON COLUMN net_movements.churn_reason IS 'The reason, where one is known.';
COMMENT ON COLUMN net_movements.times IS 'How often the very same change happened in the month.';

CREATE VIEW movement_lines AS
  SELECT customer_id, effective_on, effective_at, seq, kind, product, plan, billing_period,
         currency,
         coalesce(line_after, mrr_after) - coalesce(line_before, mrr_before) AS amount,
         coalesce(line_before, mrr_before) AS mrr_before,
         coalesce(line_after, mrr_after) AS mrr_after,
         coalesce(native_amount,
                  coalesce(line_after, mrr_after) - coalesce(line_before, mrr_before)) AS native_amount,
         coalesce(plan_switch, 0) AS plan_switch, coalesce(product_switch, 0) AS product_switch,
         coalesce(billing_period_switch, 0) AS billing_period_switch,
         coalesce(plan_customers, 0) AS plan_customers,
         coalesce(product_customers, 0) AS product_customers,
         coalesce(billing_period_customers, 0) AS billing_period_customers,
         coalesce(counts_from, effective_on) AS counts_from, recorded_by
  FROM fresh_lines
  WHERE net IS NULL;
COMMENT ON VIEW movement_lines IS
  'The same changes by product, plan, billing period and currency. kind switch: the customer''s MRR stayed, its lines changed.';
COMMENT ON COLUMN movement_lines.customer_id IS 'The customer.';
COMMENT ON COLUMN movement_lines.effective_on IS 'The day of the change in the ledger''s time zone.';
COMMENT ON COLUMN movement_lines.effective_at IS 'The instant of the change, of the last where changes of a day are netted.';
COMMENT ON COLUMN movement_lines.seq IS 'Orders the lines of a customer''s day.';
COMMENT ON COLUMN movement_lines.kind IS 'That of the customer''s movement: new, reactivation, expansion, contraction, churn, fx or switch.';
COMMENT ON COLUMN movement_lines.product IS 'The product; NULL where the rows have none.';
COMMENT ON COLUMN movement_lines.plan IS 'The plan; NULL where the rows have none.';
COMMENT ON COLUMN movement_lines.billing_period IS 'The billing period.';
COMMENT ON COLUMN movement_lines.currency IS 'The currency of the native amount.';
COMMENT ON COLUMN movement_lines.counts_from IS
  'The day from which it counts in views: effective_on, but for churns under a gap_tolerance and ends under a renewal_grace.';
COMMENT ON COLUMN movement_lines.recorded_by IS 'The refresh that recorded it; NULL: not yet refreshed.';
COMMENT ON COLUMN movement_lines.amount IS 'The change of the line''s MRR in the ledger''s currency.';
COMMENT ON COLUMN movement_lines.mrr_before IS 'The line''s MRR before the change.';
COMMENT ON COLUMN movement_lines.mrr_after IS 'The line''s MRR after the change.';
COMMENT ON COLUMN movement_lines.native_amount IS 'The change of the line''s MRR in its own currency.';
COMMENT ON COLUMN movement_lines.plan_switch IS
  'The part of the plan''s change that came from or went to other plans; given once for each plan of a movement.';
COMMENT ON COLUMN movement_lines.product_switch IS 'The same for the product.';
COMMENT ON COLUMN movement_lines.billing_period_switch IS 'The same for the billing period.';
COMMENT ON COLUMN movement_lines.plan_customers IS
  '1: the customer came to the plan; -1: the customer left it. Given once for each plan of a movement.';
COMMENT ON COLUMN movement_lines.product_customers IS 'The same for the product.';
COMMENT ON COLUMN movement_lines.billing_period_customers IS 'The same for the billing period.';

CREATE VIEW movement_history AS
  SELECT k.*, NULL::bigint AS superseded_by
  FROM kept_lines AS k
  UNION ALL
  SELECT customer_id, seq, effective_at, :each_column(%), recorded_by, superseded_by
  FROM superseded_lines;
COMMENT ON VIEW movement_history IS
  'All lines that were ever recorded, as they are stored: recorded_by and superseded_by are refreshes. As of refresh n: recorded_by <= n and not superseded by then.';

CREATE VIEW customer_mrr AS
  SELECT customer_id, effective_on AS starts_on,
         lead(effective_on) OVER (PARTITION BY customer_id ORDER BY effective_on, seq) AS ends_on,
         mrr_after AS mrr
  FROM movements
  WHERE counts_from <= (SELECT c.today FROM ledger_clock AS c);
COMMENT ON VIEW customer_mrr IS
  'Every customer''s MRR through time, as far as it counts today: rows for the aggregates, such as mrr_movements(customer_id, starts_on, ends_on, mrr), joined with and grouped by whatever segment.';
COMMENT ON COLUMN customer_mrr.customer_id IS 'The customer.';
COMMENT ON COLUMN customer_mrr.starts_on IS 'The day of a movement.';
COMMENT ON COLUMN customer_mrr.ends_on IS 'The day of the next one, exclusive; NULL: it is the last.';
COMMENT ON COLUMN customer_mrr.mrr IS 'The MRR between them, also 0; in the ledger''s currency.';

CREATE VIEW freshness AS
  SELECT s.last_refresh, s.refreshed_at,
         (SELECT count(DISTINCT c.customer_id) FROM pending_customers AS c) AS customers_pending,
         s.everything OR EXISTS (SELECT FROM pending_customers AS c WHERE c.customer_id IS NULL)
           AS everything_pending
  FROM ledger_settings AS s
  WHERE (SELECT c.currency IS NOT NULL FROM ledger_clock AS c);
COMMENT ON VIEW freshness IS 'How fresh the ledger is.';
COMMENT ON COLUMN freshness.last_refresh IS 'The number of the last refresh that changed something.';
COMMENT ON COLUMN freshness.refreshed_at IS 'When the last refresh was; NULL: there was none yet, and until then all views of movements are empty.';
COMMENT ON COLUMN freshness.customers_pending IS
  'Customers of watched tables changed since then: views compute them again at each reading.';
COMMENT ON COLUMN freshness.everything_pending IS
  'Whether something changed that only a refresh can take in, such as a binding or a policy.';
