-- The tables of a ledger. Made in the ledger's schema, which is first in the search path.

CREATE TABLE ledger_settings (
  saas_metrics_version text NOT NULL,
  currency             text NOT NULL,
  time_zone            text NOT NULL,
  policy               text NOT NULL,
  row_security         boolean NOT NULL,
  last_refresh         bigint NOT NULL DEFAULT 0,
  refreshed_at         timestamptz,
  settled_on           date NOT NULL DEFAULT '-infinity',
  everything           boolean NOT NULL DEFAULT true,
  anew                 boolean NOT NULL DEFAULT false
);
ALTER TABLE ledger_settings REPLICA IDENTITY FULL;
COMMENT ON TABLE ledger_settings IS
  'The one row of a ledger''s settings; a refresh holds its lock. Change it through create_ledger and set_policy only.';
COMMENT ON COLUMN ledger_settings.saas_metrics_version IS 'The version that made the objects.';
COMMENT ON COLUMN ledger_settings.currency IS 'The currency of all amounts that are not native.';
COMMENT ON COLUMN ledger_settings.time_zone IS 'Where days begin.';
COMMENT ON COLUMN ledger_settings.policy IS 'How rows count: a row of policies.';
COMMENT ON COLUMN ledger_settings.row_security IS 'Whether views are computed by the reader''s rights.';
COMMENT ON COLUMN ledger_settings.last_refresh IS 'The number of the last refresh that changed something.';
COMMENT ON COLUMN ledger_settings.refreshed_at IS 'When the last refresh was.';
COMMENT ON COLUMN ledger_settings.settled_on IS 'The day that the last refresh took for today.';
COMMENT ON COLUMN ledger_settings.everything IS 'Whether the next refresh has to look at all customers.';
COMMENT ON COLUMN ledger_settings.anew IS 'Whether it must also recompute customers whose rows seem unchanged.';

CREATE TABLE policies (
  policy        text PRIMARY KEY,
  description   text,
  churn_date    text NOT NULL DEFAULT 'access_end'
                CHECK (churn_date IN ('access_end', 'cancel_effective', 'cancel_request')),
  past_due      text NOT NULL DEFAULT 'count' CHECK (past_due ~ '^(count|[0-9]{1,3} days?)$'),
  paused        text NOT NULL DEFAULT 'zero' CHECK (paused IN ('zero', 'count')),
  discount      text NOT NULL DEFAULT 'recurring'
                CHECK (discount IN ('recurring', 'permanent', 'all', 'none')),
  usage         text NOT NULL DEFAULT 'exclude' CHECK (usage IN ('exclude', 'include')),
  zero_mrr      text NOT NULL DEFAULT 'inactive' CHECK (zero_mrr IN ('inactive', 'active')),
  netting       text NOT NULL DEFAULT 'day' CHECK (netting IN ('day', 'event', 'month')),
  gap_tolerance integer NOT NULL DEFAULT 0 CHECK (gap_tolerance BETWEEN 0 AND 3650),
  renewal_grace integer NOT NULL DEFAULT 7 CHECK (renewal_grace BETWEEN 0 AND 3650),
  week          text NOT NULL DEFAULT '52/12' CHECK (week ~ '^[0-9.]{1,10}(/[0-9]{1,9})?$'),
  day           text NOT NULL DEFAULT '365/12' CHECK (day ~ '^[0-9.]{1,10}(/[0-9]{1,9})?$'),
  fx            text NOT NULL DEFAULT 'at_start' CHECK (fx IN ('at_start', 'daily')),
  CHECK (netting <> 'month' OR fx <> 'daily')
);
COMMENT ON TABLE policies IS
  'The ledger''s own policies, beside the built-in ones of saas_metrics.policies, whose columns mean the same. A change counts from the next set_policy on.';

CREATE TABLE ledger_policy (LIKE policies);
ALTER TABLE ledger_policy REPLICA IDENTITY FULL;
COMMENT ON TABLE ledger_policy IS
  'The policy by which rows count: a copy that set_policy makes, so that a policy that is changed or deleted has no effect until then.';

CREATE TABLE bindings (
  input       text PRIMARY KEY,
  query       text NOT NULL,
  search_path text NOT NULL,
  bound       boolean NOT NULL DEFAULT true,
  definition  text
);
COMMENT ON TABLE bindings IS 'The queries that inputs are bound to, also while they are unbound, for rebind.';
COMMENT ON COLUMN bindings.definition IS
  'The query as the server printed it when it was bound. Where it prints another text now, a column or table was renamed, and the query follows.';

CREATE TABLE recorded_grants (
  object_name name,
  column_name name,
  privilege   text NOT NULL,
  grantee     name,
  grantable   boolean NOT NULL
);
ALTER TABLE recorded_grants REPLICA IDENTITY FULL;
COMMENT ON TABLE recorded_grants IS
  'The privileges of other roles on the ledger''s objects, as the last refresh, bind, unbind or rebind found them. They are granted again on views that are recreated.';
COMMENT ON COLUMN recorded_grants.object_name IS 'The table or view; NULL: the schema.';
COMMENT ON COLUMN recorded_grants.column_name IS 'The column; NULL: all of it.';
COMMENT ON COLUMN recorded_grants.privilege IS 'The privilege.';
COMMENT ON COLUMN recorded_grants.grantee IS 'The role that may; NULL: PUBLIC.';
COMMENT ON COLUMN recorded_grants.grantable IS 'Whether it may grant that to others.';

CREATE TABLE watched_tables (
  source_table regclass PRIMARY KEY,
  customer_id  text NOT NULL,
  on_replica   boolean NOT NULL,
  marked_by    name
);
COMMENT ON TABLE watched_tables IS 'The tables whose changes mark customers.';
COMMENT ON COLUMN watched_tables.source_table IS 'The table.';
COMMENT ON COLUMN watched_tables.customer_id IS 'The column of the customer, or the SELECT that yields customers.';
COMMENT ON COLUMN watched_tables.on_replica IS 'Whether changes that logical replication applies are marked too.';
COMMENT ON COLUMN watched_tables.marked_by IS
  'Of a table that is watched by a SELECT: the view that yields its customers. Its queue is the table of this name with _queue at the end.';

-- A row of a queue is appended by a trigger that checks nothing: no index, no constraint.
CREATE TABLE changed_customers (
  customer_id :customer_id_type,
  scope       "char"
) USING heap WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
ALTER TABLE changed_customers REPLICA IDENTITY FULL;
COMMENT ON TABLE changed_customers IS
  'The queue of changes since the last refresh: one row for each customer of a row that was written. Written by the triggers of watched tables; read marks instead.';

CREATE TABLE customer_digests (
  customer_id :customer_id_type PRIMARY KEY,
  digest      uuid NOT NULL
);
COMMENT ON TABLE customer_digests IS
  'A digest of the rows, settings and rates that each customer''s lines come from: a refresh recomputes a customer only where it differs.';

CREATE TABLE refreshes (
  refresh              bigint PRIMARY KEY,
  recorded_at          timestamptz NOT NULL,
  periods              bigint NOT NULL,
  customers            bigint NOT NULL,
  movements_added      bigint NOT NULL,
  movements_superseded bigint NOT NULL,
  rows_rejected        bigint NOT NULL
);
COMMENT ON TABLE refreshes IS 'The refreshes that changed something.';

CREATE TABLE current_lines (
  customer_id              :customer_id_type NOT NULL,
  effective_at             timestamptz NOT NULL,
  recorded_by              bigint NOT NULL,
  billing_period           interval NOT NULL,
  effective_on             date NOT NULL,
  counts_from              date,
  first_on                 date,
  seq                      integer NOT NULL,
  spell                    integer,
  active_at_opening        smallint,
  net                      smallint,
  plan_customers           smallint,
  product_customers        smallint,
  billing_period_customers smallint,
  kind                     text NOT NULL,
  mrr_before               numeric,
  mrr_after                numeric,
  product                  text,
  plan                     text,
  currency                 text NOT NULL,
  line_before              numeric,
  line_after               numeric,
  native_amount            numeric,
  currency_switch          numeric,
  plan_switch              numeric,
  product_switch           numeric,
  billing_period_switch    numeric,
  day_opening              numeric,
  week_opening             numeric,
  month_opening            numeric,
  quarter_opening          numeric,
  year_opening             numeric,
  churn_kind               text,
  churn_reason             text,
  PRIMARY KEY (customer_id, effective_on, seq)
);
COMMENT ON TABLE current_lines IS
  'The lines of all movements as the last refresh left them; read movements and movement_lines instead.';

CREATE TABLE superseded_lines (LIKE current_lines, superseded_by bigint NOT NULL);
CREATE INDEX ON superseded_lines USING brin (superseded_by);
ALTER TABLE superseded_lines REPLICA IDENTITY FULL;
COMMENT ON TABLE superseded_lines IS 'Lines that a later refresh replaced or removed; read movement_history instead.';

CREATE TABLE rollup (
  slice                 text NOT NULL,
  segment               text,
  detail                text,
  cohort                date,
  age                   integer,
  period_start          date,
  counts_from           date NOT NULL,
  new_mrr               numeric NOT NULL,
  reactivation_mrr      numeric NOT NULL,
  expansion_mrr         numeric NOT NULL,
  contraction_mrr       numeric NOT NULL,
  churn_mrr             numeric NOT NULL,
  fx_mrr                numeric NOT NULL,
  switch_mrr            numeric NOT NULL,
  mrr                   numeric NOT NULL,
  unretained_mrr        numeric NOT NULL,
  survivors_gain        numeric NOT NULL,
  new_customers         bigint NOT NULL,
  reactivated_customers bigint NOT NULL,
  expanded_customers    bigint NOT NULL,
  contracted_customers  bigint NOT NULL,
  churned_customers     bigint NOT NULL,
  lost_customers        bigint NOT NULL,
  customers             bigint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (slice, period_start, segment, detail, cohort, age, counts_from)
);
ALTER TABLE rollup REPLICA IDENTITY FULL;
COMMENT ON TABLE rollup IS
  'Sums of what all current lines contribute, by slice, segment and period: the state from which views are read. See saas_metrics.ledger_contribution.';

CREATE TABLE rejected_rows (
  input           text NOT NULL,
  customer_id     :customer_id_type,
  subscription_id text,
  item_id         text,
  starts_at       timestamptz,
  reason          text NOT NULL,
  rows            bigint NOT NULL
);
CREATE INDEX ON rejected_rows (customer_id);
ALTER TABLE rejected_rows REPLICA IDENTITY FULL;
COMMENT ON TABLE rejected_rows IS
  'Rows of inputs that the last refresh could not read; they count for nothing until they are corrected.';
COMMENT ON COLUMN rejected_rows.input IS 'The input that has the row.';
COMMENT ON COLUMN rejected_rows.customer_id IS 'Its customer; NULL where it has none, or one that is too long.';
COMMENT ON COLUMN rejected_rows.subscription_id IS 'Its subscription.';
COMMENT ON COLUMN rejected_rows.item_id IS 'Its item.';
COMMENT ON COLUMN rejected_rows.starts_at IS 'When it starts; of a rate, from when it is valid.';
COMMENT ON COLUMN rejected_rows.reason IS 'Why it cannot be read.';
COMMENT ON COLUMN rejected_rows.rows IS 'How many such rows there are.';

CREATE TABLE closes (
  closed_through date PRIMARY KEY,
  refresh        bigint NOT NULL,
  closed_at      timestamptz NOT NULL,
  closed_by      name NOT NULL,
  mrr            numeric NOT NULL,
  customers      bigint NOT NULL,
  digest         text NOT NULL,
  as_of          date NOT NULL
);
COMMENT ON TABLE closes IS 'The seals of the ledger, made by saas_metrics.close_period.';
COMMENT ON COLUMN closes.closed_through IS 'The last day that the seal covers.';
COMMENT ON COLUMN closes.refresh IS 'The refresh whose state it seals.';
COMMENT ON COLUMN closes.closed_at IS 'When: mrr_monthly_at of this instant gives the sealed numbers.';
COMMENT ON COLUMN closes.closed_by IS 'Who closed.';
COMMENT ON COLUMN closes.mrr IS 'The MRR at the end of that day as it was known then.';
COMMENT ON COLUMN closes.customers IS 'The active customers likewise.';
COMMENT ON COLUMN closes.digest IS 'A digest of all lines through that day.';
COMMENT ON COLUMN closes.as_of IS 'The day on which it was closed: what counts only later is not in it.';
