-- What a ledger makes of rows -------------------------------------------------
-- Two steps: from the rows of one customer to the lines of his movements, and from lines to what
-- they add to rollups. Refreshes and views use them alike.

CREATE TYPE saas_metrics.ledger_line AS (
  seq                      integer,
  effective_at             timestamptz,
  effective_on             date,
  counts_from              date,
  kind                     text,
  mrr_before               numeric,
  mrr_after                numeric,
  first_on                 date,
  spell                    integer,
  churn_kind               text,
  churn_reason             text,
  product                  text,
  plan                     text,
  billing_period           interval,
  currency                 text,
  line_before              numeric,
  line_after               numeric,
  native_amount            numeric,
  plan_switch              numeric,
  product_switch           numeric,
  billing_period_switch    numeric,
  plan_customers           smallint,
  product_customers        smallint,
  billing_period_customers smallint,
  day_opening              numeric,
  week_opening             numeric,
  month_opening            numeric,
  quarter_opening          numeric,
  year_opening             numeric,
  active_at_opening        smallint,
  currency_switch          numeric,
  net                      smallint
);
COMMENT ON TYPE saas_metrics.ledger_line IS
  'One line of a movement as a ledger stores it: what the first line tells of its movement is NULL in the others, and what repeats is NULL. Read the view movements or movement_lines of a ledger instead.';

COMMENT ON COLUMN saas_metrics.ledger_line.seq IS 'Orders the lines of a customer''s day; the first of a movement tells what the movement is.';
COMMENT ON COLUMN saas_metrics.ledger_line.effective_at IS 'The instant of the change, of the last where changes of a day are netted.';
COMMENT ON COLUMN saas_metrics.ledger_line.effective_on IS 'The day of the change in the ledger''s time zone.';
COMMENT ON COLUMN saas_metrics.ledger_line.counts_from IS 'The day from which it counts, if that is a later one.';
COMMENT ON COLUMN saas_metrics.ledger_line.kind IS 'new, reactivation, expansion, contraction, churn, fx or, where the customer''s MRR stayed, switch.';
COMMENT ON COLUMN saas_metrics.ledger_line.mrr_before IS 'The customer''s MRR before the movement; NULL in all but its first line.';
COMMENT ON COLUMN saas_metrics.ledger_line.mrr_after IS 'The customer''s MRR after it; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_line.first_on IS 'The day on which the customer first had MRR; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_line.spell IS 'How many times the customer came, this one included; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_line.churn_kind IS 'Of a churn, and of the churn that a reactivation ends: voluntary, involuntary or unknown; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_line.churn_reason IS 'The reason, where one is known; likewise.';
COMMENT ON COLUMN saas_metrics.ledger_line.product IS 'The product of the line.';
COMMENT ON COLUMN saas_metrics.ledger_line.plan IS 'The plan.';
COMMENT ON COLUMN saas_metrics.ledger_line.billing_period IS 'The billing period.';
COMMENT ON COLUMN saas_metrics.ledger_line.currency IS 'The currency of the native amount.';
COMMENT ON COLUMN saas_metrics.ledger_line.line_before IS 'The line''s MRR before the movement; NULL if it is mrr_before.';
COMMENT ON COLUMN saas_metrics.ledger_line.line_after IS 'The line''s MRR after it; NULL if it is mrr_after.';
COMMENT ON COLUMN saas_metrics.ledger_line.native_amount IS 'What the line changed by in its own currency; NULL if that is the same number.';
COMMENT ON COLUMN saas_metrics.ledger_line.plan_switch IS 'What of the plan''s change came from or went to other plans, told once for each plan of a movement; NULL: nothing.';
COMMENT ON COLUMN saas_metrics.ledger_line.product_switch IS 'The same for the product.';
COMMENT ON COLUMN saas_metrics.ledger_line.billing_period_switch IS 'The same for the billing period.';
COMMENT ON COLUMN saas_metrics.ledger_line.plan_customers IS '1: the customer came to the plan; -1: he left it; told once for each plan of a movement.';
COMMENT ON COLUMN saas_metrics.ledger_line.product_customers IS 'The same for the product.';
COMMENT ON COLUMN saas_metrics.ledger_line.billing_period_customers IS 'The same for the billing period.';
COMMENT ON COLUMN saas_metrics.ledger_line.day_opening IS 'The customer''s MRR at the opening of the day; NULL if it is mrr_before.';
COMMENT ON COLUMN saas_metrics.ledger_line.week_opening IS 'The same of the week.';
COMMENT ON COLUMN saas_metrics.ledger_line.month_opening IS 'The same of the month.';
COMMENT ON COLUMN saas_metrics.ledger_line.quarter_opening IS 'The same of the quarter.';
COMMENT ON COLUMN saas_metrics.ledger_line.year_opening IS 'The same of the year.';
COMMENT ON COLUMN saas_metrics.ledger_line.active_at_opening IS 'In which of these the customer was active at the opening: 1 for the day, 2 the week, 4 the month, 8 the quarter, 16 the year, added up.';
COMMENT ON COLUMN saas_metrics.ledger_line.currency_switch IS 'What of the currency''s native amount came from or went to other currencies; NULL: nothing.';
COMMENT ON COLUMN saas_metrics.ledger_line.net IS 'Where months are netted: 1 for what a customer''s month comes to, in views by month and longer, -1 for what it no longer comes to. NULL: a movement as it is.';

CREATE TYPE saas_metrics.packed_movements;

CREATE FUNCTION saas_metrics.packed_movements_in(cstring) RETURNS saas_metrics.packed_movements
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'packed_movements_in_wrapper';
COMMENT ON FUNCTION saas_metrics.packed_movements_in(cstring) IS
  'Part of the type packed_movements: refuses all text (0A000).';

CREATE FUNCTION saas_metrics.packed_movements_out(saas_metrics.packed_movements) RETURNS cstring
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE internal AS 'byteaout';
COMMENT ON FUNCTION saas_metrics.packed_movements_out(saas_metrics.packed_movements) IS
  'Part of the type packed_movements.';

CREATE TYPE saas_metrics.packed_movements (
  INPUT = saas_metrics.packed_movements_in,
  OUTPUT = saas_metrics.packed_movements_out,
  STORAGE = extended
);
COMMENT ON TYPE saas_metrics.packed_movements IS
  'The movements of one customer with their lines, as the aggregate ledger_movements finds them; ledger_lines gives them as rows. A value for the moment: it cannot be given as text, and another version may not read it.';

CREATE CAST (saas_metrics.packed_movements AS bytea) WITHOUT FUNCTION;
COMMENT ON CAST (saas_metrics.packed_movements AS bytea) IS
  'The bytes, equal where the movements are. Part of reconcile.';

CREATE TYPE saas_metrics.ledger_rejection AS (
  subscription_id text,
  item_id         text,
  starts_at       timestamptz,
  reason          text
);
COMMENT ON TYPE saas_metrics.ledger_rejection IS
  'A row of subscription_periods that cannot be read, and why.';

CREATE TYPE saas_metrics.ledger_contribution AS (
  slice                 text,
  segment               text,
  detail                text,
  cohort                date,
  age                   integer,
  period_start          date,
  counts_from           date,
  new_mrr               numeric,
  reactivation_mrr      numeric,
  expansion_mrr         numeric,
  contraction_mrr       numeric,
  churn_mrr             numeric,
  fx_mrr                numeric,
  switch_mrr            numeric,
  mrr                   numeric,
  unretained_mrr        numeric,
  survivors_gain        numeric,
  new_customers         bigint,
  reactivated_customers bigint,
  expanded_customers    bigint,
  contracted_customers  bigint,
  churned_customers     bigint,
  lost_customers        bigint,
  customers             bigint
);
COMMENT ON TYPE saas_metrics.ledger_contribution IS
  'What lines add to a rollup: sums by slice (day, week, month, quarter and year of all customers; plan, product, billing_period, currency, churn, cohort, first_spell, ended_spell), segment and period.';

CREATE FUNCTION saas_metrics.ledger_movements_step(
    internal, text, uuid,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text, boolean, text
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_movements_step_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_movements_step(
    internal, text, uuid,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text, boolean, text
  ) IS
  'Part of the aggregates ledger_movements, ledger_rejections, ledger_digest and ledger_explanations.';

CREATE FUNCTION saas_metrics.ledger_movements_final(internal) RETURNS saas_metrics.packed_movements
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_movements_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_movements_final(internal) IS 'Part of the aggregate ledger_movements.';

CREATE FUNCTION saas_metrics.ledger_rejections_final(internal) RETURNS saas_metrics.ledger_rejection[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_rejections_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_rejections_final(internal) IS
  'Part of the aggregate ledger_rejections.';

CREATE FUNCTION saas_metrics.ledger_digest_final(internal) RETURNS uuid
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_digest_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_digest_final(internal) IS
  'Part of the aggregate ledger_digest.';

CREATE AGGREGATE saas_metrics.ledger_movements(
    settings text, known uuid,
    subscription_id text, item_id text, product text, plan text, kind text, amount numeric,
    discount numeric, discount_kind text, currency text, billing_period interval, starts_at
    timestamptz, ends_at timestamptz, status text, cancel_requested_at timestamptz, access_ends_at
    timestamptz, churn_kind text, churn_reason text, renews boolean, problem text
  ) (
  SFUNC = saas_metrics.ledger_movements_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.ledger_movements_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_movements(
    text, uuid,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text, boolean, text
  ) IS
  'One customer''s movements with their lines, from all his rows of subscription_periods, by the settings of a ledger; NULL if their digest is the known one. Used by refresh and by the ledger''s views.';

CREATE FUNCTION saas_metrics.ledger_lines(movements saas_metrics.packed_movements) RETURNS SETOF saas_metrics.ledger_line
  IMMUTABLE STRICT PARALLEL SAFE ROWS 5
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_lines_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_lines(saas_metrics.packed_movements) IS
  'The lines of one customer''s movements, in order; none if they are NULL. Used by refresh and by the ledger''s views.';

CREATE AGGREGATE saas_metrics.ledger_rejections(
    settings text, known uuid,
    subscription_id text, item_id text, product text, plan text, kind text, amount numeric,
    discount numeric, discount_kind text, currency text, billing_period interval, starts_at
    timestamptz, ends_at timestamptz, status text, cancel_requested_at timestamptz, access_ends_at
    timestamptz, churn_kind text, churn_reason text, renews boolean, problem text
  ) (
  SFUNC = saas_metrics.ledger_movements_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.ledger_rejections_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_rejections(
    text, uuid,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text, boolean, text
  ) IS
  'The rows of one customer in subscription_periods that cannot be read, each with the reason; none if their digest is the known one. Used by refresh.';

CREATE AGGREGATE saas_metrics.ledger_digest(
    settings text, known uuid,
    subscription_id text, item_id text, product text, plan text, kind text, amount numeric,
    discount numeric, discount_kind text, currency text, billing_period interval, starts_at
    timestamptz, ends_at timestamptz, status text, cancel_requested_at timestamptz, access_ends_at
    timestamptz, churn_kind text, churn_reason text, renews boolean, problem text
  ) (
  SFUNC = saas_metrics.ledger_movements_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.ledger_digest_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_digest(
    text, uuid,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text, boolean, text
  ) IS
  'A digest of one customer''s rows of subscription_periods, in any order, and of the settings: while it stays, so do his lines. NULL if it is the known one. Used by refresh and check_ledger.';

CREATE FUNCTION saas_metrics.ledger_contributions_step(
    internal, text, integer, date,
    date, date, text, numeric, numeric, date, integer, text, text, text, text, interval, text,
    numeric, numeric, numeric, numeric, numeric, numeric, smallint, smallint, smallint, numeric,
    numeric, numeric, numeric, numeric, smallint, numeric, smallint
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_contributions_step_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_contributions_step(
    internal, text, integer, date,
    date, date, text, numeric, numeric, date, integer, text, text, text, text, interval, text,
    numeric, numeric, numeric, numeric, numeric, numeric, smallint, smallint, smallint, numeric,
    numeric, numeric, numeric, numeric, smallint, numeric, smallint
  ) IS
  'Part of the aggregate ledger_contributions.';

CREATE FUNCTION saas_metrics.ledger_contributions_packed_step(
    internal, text, date, saas_metrics.packed_movements
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_contributions_packed_step_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_contributions_packed_step(
    internal, text, date, saas_metrics.packed_movements
  ) IS
  'Part of the aggregate ledger_contributions over packed movements.';

CREATE FUNCTION saas_metrics.ledger_contributions_final(internal) RETURNS saas_metrics.ledger_contribution[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_contributions_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_contributions_final(internal) IS
  'Part of the aggregate ledger_contributions.';

CREATE AGGREGATE saas_metrics.ledger_contributions(
    slice text, sign integer, settled_on date,
    effective_on date, counts_from date, kind text, mrr_before numeric, mrr_after numeric,
    first_on date, spell integer, churn_kind text, churn_reason text, product text, plan text,
    billing_period interval, currency text, line_before numeric, line_after numeric, native_amount
    numeric, plan_switch numeric, product_switch numeric, billing_period_switch numeric,
    plan_customers smallint, product_customers smallint, billing_period_customers smallint,
    day_opening numeric, week_opening numeric, month_opening numeric, quarter_opening numeric,
    year_opening numeric, active_at_opening smallint,
    currency_switch numeric, net smallint
  ) (
  SFUNC = saas_metrics.ledger_contributions_step,
  STYPE = internal,
  SSPACE = 65536,
  FINALFUNC = saas_metrics.ledger_contributions_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_contributions(
    text, integer, date,
    date, date, text, numeric, numeric, date, integer, text, text, text, text, interval, text,
    numeric, numeric, numeric, numeric, numeric, numeric, smallint, smallint, smallint, numeric,
    numeric, numeric, numeric, numeric, smallint, numeric, smallint
  ) IS
  'What lines of movements add to rollups: of one slice or, where that is NULL, of all; sign 1 adds a line, -1 takes it back; what counts from settled_on or earlier counts at once. Used by refresh and by the ledger''s views.';

CREATE AGGREGATE saas_metrics.ledger_contributions(
    slice text, settled_on date, movements saas_metrics.packed_movements
  ) (
  SFUNC = saas_metrics.ledger_contributions_packed_step,
  STYPE = internal,
  SSPACE = 65536,
  FINALFUNC = saas_metrics.ledger_contributions_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_contributions(
    text, date, saas_metrics.packed_movements
  ) IS
  'What the movements of customers add to rollups, of one slice or, where that is NULL, of all; movements that are NULL add nothing. What counts from settled_on or earlier counts at once. Used by refresh and by the ledger''s views.';

CREATE FUNCTION saas_metrics._ledger_slices() RETURNS text[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_slices_wrapper';
COMMENT ON FUNCTION saas_metrics._ledger_slices() IS
  'The slices of a rollup. Part of a ledger''s views.';

CREATE FUNCTION saas_metrics.ledger_periods(first date, today date, step interval, at_most integer) RETURNS SETOF date
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  ROWS 100
AS $$
BEGIN
  IF NOT (isfinite(first) AND isfinite(today)) OR step <= interval '0' THEN
    RAISE EXCEPTION 'periods need finite dates and a step above 0'
      USING ERRCODE = '22023', HINT = 'Give the first day, today and the length of a period.';
  END IF;
  IF first + (at_most - 1) * step < today THEN
    RAISE EXCEPTION 'the result would have more than % periods, from % on', at_most, first
      USING ERRCODE = '54000', HINT = 'Read a view of longer periods, or correct the rows that start so early.';
  END IF;
  RETURN QUERY SELECT p::date FROM generate_series(first::timestamp, today::timestamp, step) AS p;
END
$$;
COMMENT ON FUNCTION saas_metrics.ledger_periods(date, date, interval, integer) IS
  'The starts of all periods of a length from a first one through the one that holds today; more than so many are an error (54000). None if an argument is NULL. Part of a ledger''s views.';

CREATE FUNCTION saas_metrics._survive(survival numeric, churned bigint, at_risk bigint) RETURNS numeric
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN round(survival * (1 - churned::numeric / at_risk), 20);
COMMENT ON FUNCTION saas_metrics._survive(numeric, bigint, bigint) IS 'Part of the aggregate _survival.';

CREATE AGGREGATE saas_metrics._survival(churned bigint, at_risk bigint) (
  SFUNC = saas_metrics._survive,
  STYPE = numeric,
  INITCOND = '1',
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics._survival(bigint, bigint) IS
  'The product of 1 - churned / at_risk, to 20 decimals. Part of the view churn_by_age of a ledger.';
