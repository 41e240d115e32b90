-- mrr_changes, mrr_timeline ---------------------------------------------------
-- One customer through time: GROUP BY customer.

CREATE TYPE saas_metrics.mrr_movement AS (
  effective_on date,
  kind         text,
  amount       numeric,
  mrr_before   numeric,
  mrr_after    numeric
);
COMMENT ON TYPE saas_metrics.mrr_movement IS
  'A change of a customer''s MRR. Amounts are in the unit of the mrr that was aggregated.';
COMMENT ON COLUMN saas_metrics.mrr_movement.effective_on IS
  'The day from whose end on the new MRR holds.';
COMMENT ON COLUMN saas_metrics.mrr_movement.kind IS
  'new: from 0, never more before; reactivation: from 0, some before; expansion: from some to more; contraction: from some to less; churn: to 0.';
COMMENT ON COLUMN saas_metrics.mrr_movement.amount IS
  'mrr_after - mrr_before; contraction and churn are negative.';
COMMENT ON COLUMN saas_metrics.mrr_movement.mrr_before IS
  'The customer''s MRR at the end of the day before.';
COMMENT ON COLUMN saas_metrics.mrr_movement.mrr_after IS
  'The customer''s MRR at the end of the day.';

CREATE TYPE saas_metrics.mrr_step AS (
  effective_on date,
  mrr          numeric
);
COMMENT ON TYPE saas_metrics.mrr_step IS
  'A stretch of time in which a customer''s MRR stays the same.';
COMMENT ON COLUMN saas_metrics.mrr_step.effective_on IS
  'The first day of the step.';
COMMENT ON COLUMN saas_metrics.mrr_step.mrr IS
  'The customer''s MRR from this day to the next step; 0 after a churn.';

CREATE FUNCTION saas_metrics.mrr_changes_step(internal, date, date, numeric) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_changes_step_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_changes_step(internal, date, date, numeric) IS
  'Part of mrr_changes and mrr_timeline: adds a row.';

CREATE FUNCTION saas_metrics.mrr_changes_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_changes_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_changes_combine(internal, internal) IS
  'Part of mrr_changes and mrr_timeline: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.mrr_changes_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_changes_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_changes_serialize(internal) IS
  'Part of mrr_changes and mrr_timeline: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.mrr_changes_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_changes_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_changes_deserialize(bytea, internal) IS
  'Part of mrr_changes and mrr_timeline: reads the rows of another process.';

CREATE FUNCTION saas_metrics.mrr_changes_final(internal) RETURNS saas_metrics.mrr_movement[]
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_changes_final_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_changes_final(internal) IS
  'Part of mrr_changes: the changes.';

CREATE FUNCTION saas_metrics.mrr_timeline_final(internal) RETURNS saas_metrics.mrr_step[]
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'mrr_timeline_final_wrapper';
COMMENT ON FUNCTION saas_metrics.mrr_timeline_final(internal) IS
  'Part of mrr_timeline: the steps.';

CREATE AGGREGATE saas_metrics.mrr_changes(
    starts_on date,
    ends_on date,
    mrr numeric
) (
  SFUNC = saas_metrics.mrr_changes_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_changes_final,
  COMBINEFUNC = saas_metrics.mrr_changes_combine,
  SERIALFUNC = saas_metrics.mrr_changes_serialize,
  DESERIALFUNC = saas_metrics.mrr_changes_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_changes(date, date, numeric) IS
  'The movements of one customer''s MRR, all of them, also in the future: what mrr_movements adds up. Use it with GROUP BY customer. Each row is an amount of monthly revenue (mrr) that the customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows add up, changes are netted by day. Returns an array of mrr_movement in order of time, empty without MRR: SELECT s.customer, c.* FROM (SELECT customer, saas_metrics.mrr_changes(...) FROM ... GROUP BY customer) AS s(customer, changes), unnest(s.changes) AS c. Errors name the start of the row, if it has one: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.mrr_timeline(
    starts_on date,
    ends_on date,
    mrr numeric
) (
  SFUNC = saas_metrics.mrr_changes_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.mrr_timeline_final,
  COMBINEFUNC = saas_metrics.mrr_changes_combine,
  SERIALFUNC = saas_metrics.mrr_changes_serialize,
  DESERIALFUNC = saas_metrics.mrr_changes_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.mrr_timeline(date, date, numeric) IS
  'One customer''s MRR through time: a step for each day on which it changes. Use it with GROUP BY customer. Each row is an amount of monthly revenue (mrr) that the customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows add up, changes are netted by day. Returns an array of mrr_step in order of time, empty without MRR: SELECT s.customer, t.* FROM (SELECT customer, saas_metrics.mrr_timeline(...) FROM ... GROUP BY customer) AS s(customer, steps), unnest(s.steps) AS t. Errors name the start of the row, if it has one: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';
