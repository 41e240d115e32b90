-- active_users ----------------------------------------------------------------

CREATE TYPE saas_metrics.active_day AS (
  day        date,
  dau        bigint,
  wau        bigint,
  mau        bigint,
  stickiness numeric
);
COMMENT ON TYPE saas_metrics.active_day IS
  'How many subjects are active. Counts are exact.';
COMMENT ON COLUMN saas_metrics.active_day.day IS
  'The day.';
COMMENT ON COLUMN saas_metrics.active_day.dau IS
  'Daily active users: subjects active on the day.';
COMMENT ON COLUMN saas_metrics.active_day.wau IS
  'Weekly active users: subjects active in the 7 days that end with this one.';
COMMENT ON COLUMN saas_metrics.active_day.mau IS
  'Monthly active users: subjects active in the 28 days that end with this one.';
COMMENT ON COLUMN saas_metrics.active_day.stickiness IS
  'dau / mau; a fraction from 0 to 1. NULL where mau is 0.';

CREATE FUNCTION saas_metrics.active_users_final(internal) RETURNS saas_metrics.active_day[]
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'active_users_final_wrapper';
COMMENT ON FUNCTION saas_metrics.active_users_final(internal) IS
  'Part of active_users: the days of all rows.';

CREATE AGGREGATE saas_metrics.active_users(
    subject anyelement,
    active_on date
) (
  SFUNC = saas_metrics.activity_until_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.active_users_final,
  COMBINEFUNC = saas_metrics.activity_combine,
  SERIALFUNC = saas_metrics.activity_serialize,
  DESERIALFUNC = saas_metrics.activity_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.active_users(anyelement, date) IS
  'active_users(subject, active_on, until) to the last activity.';

CREATE AGGREGATE saas_metrics.active_users(
    subject anyelement,
    active_on date,
    until date
) (
  SFUNC = saas_metrics.activity_until_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.active_users_final,
  COMBINEFUNC = saas_metrics.activity_combine,
  SERIALFUNC = saas_metrics.activity_serialize,
  DESERIALFUNC = saas_metrics.activity_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.active_users(anyelement, date, date) IS
  'Daily, weekly and monthly active users, and stickiness: exact counts of distinct subjects. Each row is a day on which a subject was active; several rows of a day count once. subject is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. until is the same in all rows: days up to, but not, until; NULL: to the last activity. Returns an array of active_day, one for each day from the first activity on, without gaps, or an empty array: SELECT d.* FROM (SELECT saas_metrics.active_users(...) FROM ...) AS s(days), unnest(s.days) AS d. Source: Google Analytics user stickiness, with 28 days for a month. Errors: subject or active_on is NULL (22004), active_on is infinite (22008), subject is of another type (0A000); until is not the same in all rows (22023) or infinite (22008); more than 100000 days, or a parallel worker with more than 1 GB of rows (54000).';
