-- What a ledger makes of rows -------------------------------------------------
-- Two aggregates: from the rows of one customer to the lines of his movements, and from lines to
-- what they add to rollups. Refreshes and views use them alike.

CREATE TYPE saas_metrics.ledger_line AS (
  effective_on             date,
  seq                      integer,
  effective_at             timestamptz,
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
  currency_switch          numeric
);
COMMENT ON TYPE saas_metrics.ledger_line IS
  'One line of a movement as a ledger stores it: what the first line tells of its movement is NULL in the others, and what repeats is NULL. Read the view movements or movement_lines of a ledger instead.';

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

CREATE FUNCTION saas_metrics.ledger_lines_step(
    internal, text,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_lines_step_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_lines_step(
    internal, text,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text
  ) IS
  'Part of the aggregates ledger_lines and ledger_rejections.';

CREATE FUNCTION saas_metrics.ledger_lines_final(internal) RETURNS saas_metrics.ledger_line[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_lines_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_lines_final(internal) IS 'Part of the aggregate ledger_lines.';

CREATE FUNCTION saas_metrics.ledger_rejections_final(internal) RETURNS saas_metrics.ledger_rejection[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_rejections_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_rejections_final(internal) IS
  'Part of the aggregate ledger_rejections.';

CREATE AGGREGATE saas_metrics.ledger_lines(
    settings text,
    subscription_id text, item_id text, product text, plan text, kind text, amount numeric,
    discount numeric, discount_kind text, currency text, billing_period interval, starts_at
    timestamptz, ends_at timestamptz, status text, cancel_requested_at timestamptz, access_ends_at
    timestamptz, churn_kind text, churn_reason text
  ) (
  SFUNC = saas_metrics.ledger_lines_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.ledger_lines_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_lines(
    text,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text
  ) IS
  'The lines of one customer''s movements, from all his rows of subscription_periods, by the settings of a ledger. Used by refresh and by the ledger''s views.';

CREATE AGGREGATE saas_metrics.ledger_rejections(
    settings text,
    subscription_id text, item_id text, product text, plan text, kind text, amount numeric,
    discount numeric, discount_kind text, currency text, billing_period interval, starts_at
    timestamptz, ends_at timestamptz, status text, cancel_requested_at timestamptz, access_ends_at
    timestamptz, churn_kind text, churn_reason text
  ) (
  SFUNC = saas_metrics.ledger_lines_step,
  STYPE = internal,
  SSPACE = 1024,
  FINALFUNC = saas_metrics.ledger_rejections_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_rejections(
    text,
    text, text, text, text, text, numeric, numeric, text, text, interval, timestamptz,
    timestamptz, text, timestamptz, timestamptz, text, text
  ) IS
  'The rows of one customer in subscription_periods that cannot be read, each with the reason. Used by refresh.';

CREATE FUNCTION saas_metrics.ledger_contributions_step(
    internal, integer, date, boolean,
    date, date, text, numeric, numeric, date, integer, text, text, text, text, interval, text,
    numeric, numeric, numeric, numeric, numeric, numeric, smallint, smallint, smallint, numeric,
    numeric, numeric, numeric, numeric, smallint, numeric
  ) RETURNS internal
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_contributions_step_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_contributions_step(
    internal, integer, date, boolean,
    date, date, text, numeric, numeric, date, integer, text, text, text, text, interval, text,
    numeric, numeric, numeric, numeric, numeric, numeric, smallint, smallint, smallint, numeric,
    numeric, numeric, numeric, numeric, smallint, numeric
  ) IS
  'Part of the aggregate ledger_contributions.';

CREATE FUNCTION saas_metrics.ledger_contributions_final(internal) RETURNS saas_metrics.ledger_contribution[]
  IMMUTABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_contributions_final_wrapper';
COMMENT ON FUNCTION saas_metrics.ledger_contributions_final(internal) IS
  'Part of the aggregate ledger_contributions.';

CREATE AGGREGATE saas_metrics.ledger_contributions(
    sign integer, settled_on date, nets_months boolean,
    effective_on date, counts_from date, kind text, mrr_before numeric, mrr_after numeric,
    first_on date, spell integer, churn_kind text, churn_reason text, product text, plan text,
    billing_period interval, currency text, line_before numeric, line_after numeric, native_amount
    numeric, plan_switch numeric, product_switch numeric, billing_period_switch numeric,
    plan_customers smallint, product_customers smallint, billing_period_customers smallint,
    day_opening numeric, week_opening numeric, month_opening numeric, quarter_opening numeric,
    year_opening numeric, active_at_opening smallint,
    currency_switch numeric
  ) (
  SFUNC = saas_metrics.ledger_contributions_step,
  STYPE = internal,
  SSPACE = 65536,
  FINALFUNC = saas_metrics.ledger_contributions_final,
  FINALFUNC_MODIFY = READ_ONLY,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.ledger_contributions(
    integer, date, boolean,
    date, date, text, numeric, numeric, date, integer, text, text, text, text, interval, text,
    numeric, numeric, numeric, numeric, numeric, numeric, smallint, smallint, smallint, numeric,
    numeric, numeric, numeric, numeric, smallint, numeric
  ) IS
  'What lines of movements add to rollups: sign 1 adds a line, -1 takes it back; what counts from settled_on or earlier counts at once; nets_months: a customer''s changes are netted within months. Used by refresh and by the ledger''s views.';
