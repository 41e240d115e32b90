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
    text, text, text, text, text, text, numeric, numeric, text, numeric, numeric, text, interval,
    timestamptz, timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text, text
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'periods_from_lines_step_wrapper';
COMMENT ON FUNCTION saas_metrics.periods_from_lines_step(
    internal,
    text, text, text, text, text, text, numeric, numeric, text, numeric, numeric, text, interval,
    timestamptz, timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text, text
  ) IS 'Part of the aggregate periods_from_lines.';

CREATE FUNCTION saas_metrics.periods_from_lines_final(internal) RETURNS saas_metrics.ledger_period[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'periods_from_lines_final_wrapper';
COMMENT ON FUNCTION saas_metrics.periods_from_lines_final(internal) IS
  'Part of the aggregate periods_from_lines.';

CREATE AGGREGATE saas_metrics.periods_from_lines(
    invoice_id text, subscription_id text, item_id text, product text, plan text, kind text,
    amount numeric, discount numeric, discount_kind text, whole_amount numeric, whole_discount numeric,
    currency text, billing_period interval,
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
    text, text, text, text, text, text, numeric, numeric, text, numeric, numeric, text, interval,
    timestamptz, timestamptz, timestamptz, text, text, text, timestamptz, timestamptz, text, text
  ) IS
  'The periods of one customer, from all lines of his invoices and the items of his subscriptions as they are now, in any order. A row with subscription_status is such an item, its start the service_start; all others are lines. What an item costs is told by its recurring lines and, for the rest of a billing period, by positive prorations; a period ends where the next line of its item begins, where the rest is credited, where the subscription or the item in it ended, and otherwise where what is invoiced does, which may yet be renewed (renews). A line of 0 without a discount is a trial. Drafts and void invoices, one-time charges and credits say nothing. An item without lines begins with its own row. Amounts are in major units; those of lines are net of discount, all others and the result''s before it. What cannot be read gives a row with its problem. Empty without rows. Used by connect_invoice_lines.';

CREATE FUNCTION saas_metrics.connect_invoice_lines(ledger name, query text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  callers_path text := saas_metrics._callers_path();
BEGIN
  PERFORM saas_metrics._bind_in(ledger, 'invoice_lines', query, callers_path);
  PERFORM saas_metrics._bind_in(ledger, 'subscription_periods', saas_metrics._periods_query(ledger), callers_path);
END
$$;
COMMENT ON FUNCTION saas_metrics.connect_invoice_lines(name, text) IS
  'Makes a ledger''s periods from lines of invoices: binds the input invoice_lines to the query, and subscription_periods to what periods_from_lines makes of them. Where the input current_subscriptions has the item of a line, that says how its subscription stands; an item that its subscription no longer has ends with what is invoiced; items that it has and no line yet begin with it. Errors as of bind. Safe to repeat. Then: saas_metrics.watch, saas_metrics.refresh.';

-- No join, so that the condition on customers goes down to both.
CREATE FUNCTION saas_metrics._periods_query(ledger name) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN format($$
    SELECT of_customer.customer_id, p.*
    FROM (
      SELECT r.customer_id,
             saas_metrics.periods_from_lines(
               r.invoice_id, r.subscription_id, r.item_id, r.product, r.plan, r.kind, r.amount, r.discount, r.discount_kind,
               r.whole_amount, r.whole_discount, r.currency, r.billing_period, r.service_start, r.service_end, r.issued_at, r.status, r.problem,
               r.subscription_status, r.cancel_requested_at, r.access_ends_at, r.churn_kind, r.churn_reason) AS periods
      FROM (
        SELECT l.customer_id, l.invoice_id, l.subscription_id, l.item_id, l.product, l.plan, l.kind, l.amount, l.discount, l.discount_kind,
               l.whole_amount, l.whole_discount, l.currency, l.billing_period, l.service_start, l.service_end, l.issued_at, l.status, l.problem,
               NULL::text AS subscription_status, NULL::timestamptz AS cancel_requested_at, NULL::timestamptz AS access_ends_at,
               NULL::text AS churn_kind, NULL::text AS churn_reason
        FROM %1$I.invoice_lines AS l
        UNION ALL
        SELECT s.customer_id, NULL, s.subscription_id, s.item_id, s.product, s.plan, s.kind, s.amount, s.discount, s.discount_kind,
               NULL, NULL, s.currency, s.billing_period, s.started_at, NULL, NULL, NULL, NULL,
               s.status, s.cancel_requested_at, s.access_ends_at, s.churn_kind, s.churn_reason
        FROM %1$I.current_subscriptions AS s
      ) AS r
      GROUP BY r.customer_id
    ) AS of_customer, pg_catalog.unnest(of_customer.periods) AS p$$, ledger);
COMMENT ON FUNCTION saas_metrics._periods_query(name) IS
  'The query that makes a ledger''s periods from its lines of invoices. Part of connect_invoice_lines.';

CREATE FUNCTION saas_metrics._compared_items(
    ledger name,
    OUT customer_id text,
    OUT subscription_id text,
    OUT item_id text,
    OUT currency text,
    OUT invoiced_plan text,
    OUT current_plan text,
    OUT invoiced_amount numeric,
    OUT current_amount numeric,
    OUT invoiced_billing_period interval,
    OUT current_billing_period interval
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN QUERY
    SELECT p.customer_id::text, p.subscription_id, p.item_id, coalesce(p.currency, l.currency), p.plan, s.plan,
           pg_catalog.trim_scale(p.amount - p.discount), pg_catalog.trim_scale(s.amount - s.discount),
           p.billing_period, s.billing_period
    FROM subscription_periods AS p
    JOIN current_subscriptions AS s ON s.customer_id = p.customer_id AND s.item_id = p.item_id
    CROSS JOIN ledger_settings AS l
    WHERE p.ends_at IS NULL AND p.status IN ('active', 'past_due') AND s.amount > 0
      AND p.kind IN ('recurring', 'add_on')
      AND EXISTS (SELECT FROM bindings AS b WHERE b.input = 'invoice_lines' AND b.bound);
END
$$;
COMMENT ON FUNCTION saas_metrics._compared_items(name) IS
  'What running items cost by the last invoice and by their subscription, where that tells a price above 0. Part of subscription_differences and check_ledger.';

CREATE FUNCTION saas_metrics.subscription_differences(
    ledger name,
    OUT customer_id text,
    OUT subscription_id text,
    OUT item_id text,
    OUT currency text,
    OUT invoiced_plan text,
    OUT current_plan text,
    OUT invoiced_amount numeric,
    OUT current_amount numeric,
    OUT invoiced_billing_period interval,
    OUT current_billing_period interval
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET jit = off
AS $$
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger);
  RETURN QUERY
    SELECT c.*
    FROM saas_metrics._compared_items(ledger) AS c
    WHERE (c.invoiced_plan, c.invoiced_amount, c.invoiced_billing_period)
          IS DISTINCT FROM (c.current_plan, c.current_amount, c.current_billing_period)
    ORDER BY abs(c.invoiced_amount - c.current_amount) DESC, c.customer_id, c.item_id;
END
$$;
COMMENT ON FUNCTION saas_metrics.subscription_differences(name) IS
  'The running items of a ledger over invoice lines whose last invoice tells another plan or price than their subscription does now (input current_subscriptions), the largest differences first: amounts are in major units per billing period, after discount. Items whose subscription tells no price, or 0, are not compared. A change that is invoiced only with the next billing period is here until then; other rows are worth a look. None where invoice_lines is not bound. Errors: 3F000, 42501.';
