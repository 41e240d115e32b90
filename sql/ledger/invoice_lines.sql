-- From lines of invoices to periods ---------------------------------------------------

CREATE TYPE saas_metrics.ledger_period AS (
  subscription_id     text,
  item_id             text,
  product             text,
  plan                text,
  kind                text,
  amount              numeric,
  discount            numeric,
  discount_kind       text,
  currency            text,
  billing_period      interval,
  starts_at           timestamptz,
  ends_at             timestamptz,
  status              text,
  cancel_requested_at timestamptz,
  access_ends_at      timestamptz,
  churn_kind          text,
  churn_reason        text,
  renews              boolean,
  problem             text
);
COMMENT ON TYPE saas_metrics.ledger_period IS
  'A row of the input subscription_periods, but for its customer, as periods_from_lines finds it; saas_metrics.input_columns says what its columns mean.';

CREATE FUNCTION saas_metrics.periods_from_lines_step(
    internal,
    text, text, text, text, text, text, numeric, numeric, numeric, text, interval, timestamptz,
    timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text, text
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'periods_from_lines_step_wrapper';
COMMENT ON FUNCTION saas_metrics.periods_from_lines_step(
    internal,
    text, text, text, text, text, text, numeric, numeric, numeric, text, interval, timestamptz,
    timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text, text
  ) IS 'Part of the aggregate periods_from_lines.';

CREATE FUNCTION saas_metrics.periods_from_lines_final(internal) RETURNS saas_metrics.ledger_period[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'periods_from_lines_final_wrapper';
COMMENT ON FUNCTION saas_metrics.periods_from_lines_final(internal) IS
  'Part of the aggregate periods_from_lines.';

CREATE AGGREGATE saas_metrics.periods_from_lines(
    invoice_id text, subscription_id text, item_id text, product text, plan text, kind text,
    amount numeric, discount numeric, whole_amount numeric, currency text, billing_period interval,
    service_start timestamptz, service_end timestamptz, issued_at timestamptz, status text, problem text,
    subscription_status text, cancel_requested_at timestamptz, access_ends_at timestamptz,
    churn_kind text, churn_reason text
  ) (
  SFUNC = saas_metrics.periods_from_lines_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.periods_from_lines_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.periods_from_lines(
    text, text, text, text, text, text, numeric, numeric, numeric, text, interval, timestamptz,
    timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text, text
  ) IS
  'The periods of one customer, from all lines of his invoices in any order, each with why it cannot be read (NULL: it can) and the state of its item''s subscription (NULL: it is not known). What an item costs is told by its recurring lines and, for the rest of a billing period, by positive prorations; a period ends where the next line of its item begins, where the rest is credited, where the subscription ended, and otherwise where what is invoiced does, which may yet be renewed (renews). A line of 0 without a discount is a trial. Drafts and void invoices, one-time charges and credits say nothing. Amounts are in major units, net of discount; the result''s are before discount. A line that cannot be read gives a row with its problem. Empty without rows. Used by connect_invoice_lines.';

CREATE FUNCTION saas_metrics.connect_invoice_lines(ledger name, query text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  callers_path text := pg_catalog.current_setting('search_path');
BEGIN
  PERFORM saas_metrics._bind_in(ledger, 'invoice_lines', query, callers_path);
  PERFORM saas_metrics._bind_in(ledger, 'subscription_periods', saas_metrics._periods_query(ledger), callers_path);
END
$$;
COMMENT ON FUNCTION saas_metrics.connect_invoice_lines(name, text) IS
  'Makes a ledger''s periods from lines of invoices: binds the input invoice_lines to the query, and subscription_periods to what periods_from_lines makes of them. Where the input current_subscriptions has the item of a line, that says how its subscription stands; an item that its subscription no longer has ends with what is invoiced; items that it has and no line yet begin with it. Errors as of bind. Safe to repeat. Then: saas_metrics.watch, saas_metrics.refresh.';

-- An item of a subscription that nothing was invoiced of begins with its own row.
CREATE FUNCTION saas_metrics._periods_query(ledger name) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN format($$
    SELECT of_lines.customer_id, p.*
    FROM (
      SELECT l.customer_id,
             saas_metrics.periods_from_lines(
               l.invoice_id, l.subscription_id, l.item_id, l.product, l.plan, l.kind, l.amount, l.discount,
               l.whole_amount, l.currency, l.billing_period, l.service_start, l.service_end, l.issued_at, l.status, l.problem,
               CASE
                 WHEN s.item_id IS NOT NULL THEN s.status
                 -- The subscription goes on without it.
                 WHEN l.item_id IS NOT NULL AND EXISTS (
                   SELECT FROM %1$I.current_subscriptions AS o
                   WHERE o.customer_id = l.customer_id AND o.subscription_id = l.subscription_id) THEN 'canceled'
               END, s.cancel_requested_at, s.access_ends_at, s.churn_kind, s.churn_reason) AS periods
      FROM %1$I.invoice_lines AS l
      LEFT JOIN %1$I.current_subscriptions AS s ON s.customer_id = l.customer_id AND s.item_id = l.item_id
      GROUP BY l.customer_id
    ) AS of_lines, pg_catalog.unnest(of_lines.periods) AS p
    UNION ALL
    SELECT s.customer_id, s.subscription_id, s.item_id, s.product, s.plan, s.kind, s.amount, s.discount,
           s.discount_kind, s.currency, s.billing_period, s.started_at, CASE WHEN s.status = 'canceled' THEN s.access_ends_at END,
           s.status, s.cancel_requested_at, s.access_ends_at, s.churn_kind, s.churn_reason, false, NULL
    FROM %1$I.current_subscriptions AS s
    WHERE s.started_at IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM %1$I.invoice_lines AS l
        WHERE l.customer_id = s.customer_id AND l.item_id = s.item_id)$$, ledger);
COMMENT ON FUNCTION saas_metrics._periods_query(name) IS
  'The query that makes a ledger''s periods from its lines of invoices. Part of connect_invoice_lines.';
