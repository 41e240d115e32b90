-- Explaining numbers ----------------------------------------------------------------

CREATE FUNCTION saas_metrics._movement_kind(measure text) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN CASE
    WHEN measure IN ('new_mrr', 'new_customers') THEN 'new'
    WHEN measure IN ('reactivation_mrr', 'reactivated_customers') THEN 'reactivation'
    WHEN measure IN ('expansion_mrr', 'expanded_customers') THEN 'expansion'
    WHEN measure IN ('contraction_mrr', 'contracted_customers') THEN 'contraction'
    WHEN measure IN ('churn_mrr', 'churned_customers') THEN 'churn'
    WHEN measure = 'fx_mrr' THEN 'fx' END;
COMMENT ON FUNCTION saas_metrics._movement_kind(text) IS
  'The kind of the movements that a measure of mrr_monthly counts; NULL for balances. Part of explain.';

CREATE FUNCTION saas_metrics.explain(
    ledger name,
    period daterange,
    measure text,
    OUT customer_id text,
    OUT effective_on date,
    OUT kind text,
    OUT contribution numeric,
    OUT mrr_before numeric,
    OUT mrr_after numeric,
    OUT churn_kind text,
    OUT churn_reason text
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $$
#variable_conflict use_column
DECLARE
  movement_kind text := saas_metrics._movement_kind(explain.measure);
  counted boolean := explain.measure LIKE '%\_customers';
  first date := coalesce(lower(explain.period), '-infinity');
  stop date := coalesce(upper(explain.period), 'infinity');
BEGIN
  PERFORM saas_metrics._enter_ledger(explain.ledger, to_change => false);
  PERFORM saas_metrics._require_views(explain.ledger);
  IF explain.period IS NULL OR isempty(explain.period) THEN
    RAISE EXCEPTION 'period must not be %', CASE WHEN explain.period IS NULL THEN 'NULL' ELSE 'empty' END
      USING ERRCODE = '22004', HINT = 'Give the days as a range, such as daterange(period_start, period_end).';
  END IF;
  IF movement_kind IS NOT NULL THEN
    RETURN QUERY EXECUTE format($query$
      SELECT m.customer_id::text, m.effective_on, m.kind,
             m.times * CASE WHEN $1 THEN 1 ELSE m.amount END, m.mrr_before, m.mrr_after, m.churn_kind, m.churn_reason
      FROM %s AS m
      WHERE m.kind = $2 AND m.effective_on >= $3 AND m.effective_on < $4
      ORDER BY m.effective_on, m.customer_id, m.seq $query$,
      -- Where months are netted, views by month and longer are made of other movements.
      CASE WHEN (SELECT p.netting = 'month' FROM ledger_policy AS p)
                AND (first, stop) = (date_trunc('month', first), date_trunc('month', stop))
           THEN 'net_movements'
           ELSE '(SELECT m.*, 1 AS times FROM movements AS m WHERE m.counts_from <= (SELECT c.today FROM ledger_clock AS c))' END)
      USING counted, movement_kind, first, stop;
  ELSIF explain.measure IN ('opening_mrr', 'closing_mrr', 'opening_customers', 'closing_customers') THEN
    RETURN QUERY
      SELECT m.customer_id::text, m.effective_on, m.kind,
             CASE WHEN NOT counted THEN m.amount WHEN m.kind = 'churn' THEN -1
                  WHEN m.kind IN ('new', 'reactivation') THEN 1 ELSE 0 END,
             m.mrr_before, m.mrr_after, m.churn_kind, m.churn_reason
      FROM movements AS m
      WHERE m.effective_on < CASE WHEN explain.measure LIKE 'opening%' THEN first ELSE stop END
        AND m.counts_from <= (SELECT c.today FROM ledger_clock AS c)
        AND (NOT counted OR m.kind IN ('new', 'reactivation', 'churn'))
      ORDER BY m.effective_on, m.customer_id, m.seq;
  ELSIF explain.measure IN ('retained_mrr', 'surviving_mrr', 'lost_customers') THEN
    RETURN QUERY
      WITH opening AS (
        SELECT DISTINCT ON (m.customer_id) m.*
        FROM movements AS m
        WHERE m.effective_on < first AND m.counts_from <= (SELECT c.today FROM ledger_clock AS c)
        ORDER BY m.customer_id, m.effective_on DESC, m.seq DESC
      ),
      closing AS (
        SELECT DISTINCT ON (m.customer_id) m.*
        FROM movements AS m
        WHERE m.effective_on >= first AND m.effective_on < stop
          AND m.counts_from <= (SELECT c.today FROM ledger_clock AS c)
        ORDER BY m.customer_id, m.effective_on DESC, m.seq DESC
      )
      SELECT o.customer_id::text, coalesce(c.effective_on, o.effective_on), coalesce(c.kind, o.kind),
             CASE explain.measure
               WHEN 'retained_mrr' THEN least(o.mrr_after, coalesce(c.mrr_after, o.mrr_after))
               WHEN 'surviving_mrr' THEN coalesce(c.mrr_after, o.mrr_after)
               ELSE 1 END,
             o.mrr_after, coalesce(c.mrr_after, o.mrr_after), c.churn_kind, c.churn_reason
      FROM opening AS o
      LEFT JOIN closing AS c ON c.customer_id = o.customer_id
      WHERE o.kind <> 'churn' AND (explain.measure <> 'lost_customers' OR c.kind = 'churn')
      ORDER BY o.customer_id;
  ELSE
    RAISE EXCEPTION 'measure "%" cannot be explained', coalesce(left(explain.measure, 100), 'NULL')
      USING ERRCODE = '22023', HINT = 'Give an amount or a number of customers of mrr_monthly: opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churn_mrr, fx_mrr, closing_mrr, retained_mrr, surviving_mrr, or the like of customers, or lost_customers.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics.explain(name, daterange, text) IS
  'What a number is made of: for a measure of mrr_monthly in any period, the movements that make it (for retained_mrr, surviving_mrr and lost_customers: the customers, with their MRR at opening and closing). contribution adds up to the number. Errors: 22023 for a measure that is no amount or count, 22004 for a period that is NULL or empty.';

CREATE TYPE saas_metrics.ledger_explanation AS (
  place        integer,
  factor       text,
  native_mrr   numeric,
  mrr          numeric,
  counts_on    date,
  counts_until date,
  rule         text
);
COMMENT ON TYPE saas_metrics.ledger_explanation IS
  'How a row of subscription_periods counts, by its place among those aggregated, from 0.';

CREATE FUNCTION saas_metrics.ledger_explanations_final(internal) RETURNS saas_metrics.ledger_explanation[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_explanations_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_explanations_final(internal) IS
  'Part of the aggregate ledger_explanations.';

CREATE AGGREGATE saas_metrics.ledger_explanations(
    settings text, known uuid,
    subscription_id text, item_id text, product text, plan text, kind text, amount numeric,
    discount numeric, discount_kind text, currency text, billing_period interval, starts_at
    timestamptz, ends_at timestamptz, status text, cancel_requested_at timestamptz, access_ends_at
    timestamptz, churn_kind text, churn_reason text, renews boolean, problem text
  ) (
  SFUNC = saas_metrics.ledger_movements_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.ledger_explanations_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_explanations(
    text, uuid,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text, boolean, text
  ) IS
  'How each of one customer''s rows of subscription_periods counts, in the order of the aggregation. Part of explain_customer.';

CREATE TYPE saas_metrics.ledger_row_explanation AS (
  subscription_id text,
  item_id         text,
  product         text,
  plan            text,
  kind            text,
  status          text,
  amount          numeric,
  discount        numeric,
  discount_kind   text,
  currency        text,
  billing_period  interval,
  factor          text,
  native_mrr      numeric,
  mrr             numeric,
  counts_on       date,
  counts_until    date,
  rule            text,
  customer_mrr    numeric
);
COMMENT ON TYPE saas_metrics.ledger_row_explanation IS
  'A row of subscription_periods and how it counts, as explain_customer shows it.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.subscription_id IS 'The subscription.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.item_id IS 'The item.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.product IS 'The product.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.plan IS 'The plan.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.kind IS 'recurring, add_on, usage or one_time.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.status IS 'The status of the row.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.amount IS 'The price per billing period, in the row''s currency.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.discount IS 'The discount per billing period, likewise.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.discount_kind IS 'permanent, repeating or once.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.currency IS 'The currency of amount, discount and native_mrr.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.billing_period IS 'The billing period.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.factor IS 'What makes the price one per month; NULL if the row does not count.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.native_mrr IS 'The row''s MRR in its own currency; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.mrr IS 'The row''s MRR in the ledger''s currency; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.counts_on IS 'The first day on which it counts; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.counts_until IS 'The first day on which it no longer does; NULL: it still runs.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.rule IS 'What decided how it counts, or why it does not.';
COMMENT ON COLUMN saas_metrics.ledger_row_explanation.customer_mrr IS 'The customer''s whole MRR at the end of counts_on.';

CREATE FUNCTION saas_metrics.explain_customer(ledger name, period daterange, customer text)
  RETURNS SETOF saas_metrics.ledger_row_explanation
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id_type text;
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger, to_change => false);
  IF period IS NULL OR isempty(period) OR customer IS NULL THEN
    RAISE EXCEPTION 'period and customer must not be NULL or empty'
      USING ERRCODE = '22004', HINT = 'Give the days as a range, such as daterange(period_start, period_end), and the customer.';
  END IF;
  id_type := saas_metrics._customer_id_type(ledger);
  RETURN QUERY EXECUTE replace(saas_metrics._ledger_objects('explain_customer'), ':customer_id_type', id_type)
    USING customer, period;
END
$$;
COMMENT ON FUNCTION saas_metrics.explain_customer(name, daterange, text) IS
  'Where a customer''s MRR comes from: their rows of subscription_periods that have to do with a period, each with its price, the factor that makes it one per month, its MRR in its own and in the ledger''s currency, the days it counts on (until: exclusive; NULL: still running), the rule that decided so, and the customer''s whole MRR at the end of its first day. Errors: 3F000; 22004 without period or customer; 22P02 if customer is not of the type of customer_id.';

CREATE FUNCTION saas_metrics.explain_customer(ledger name, period daterange, customer anyelement)
  RETURNS SETOF saas_metrics.ledger_row_explanation
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT e.* FROM saas_metrics.explain_customer(ledger, period, customer::text) AS e
$$;
COMMENT ON FUNCTION saas_metrics.explain_customer(name, daterange, anyelement) IS
  'The same for a customer that is given as a number, a uuid or any other type of customer_id. Errors likewise.';
