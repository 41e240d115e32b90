-- History: closes, restatements, and what was known ---------------------------------

-- The lines as a refresh left them, summed up; a part of a query.
CREATE FUNCTION saas_metrics._rollup_query(condition text, today date) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN format($$(
    SELECT sums.*
    FROM (
      SELECT saas_metrics.ledger_contributions(NULL, 1, %1$L, %3$s) AS found
      FROM movement_history AS l
      WHERE %2$s
    ) AS known, unnest(known.found) AS sums
    WHERE sums.counts_from <= %1$L)$$, today, condition, saas_metrics._ledger_objects('contributed_columns'));
COMMENT ON FUNCTION saas_metrics._rollup_query(text, date) IS
  'A rollup of the lines of movement_history under a condition, as text of a query. Part of mrr_monthly_at and check_ledger.';

CREATE FUNCTION saas_metrics._refresh_known_at(known_at timestamptz) RETURNS bigint
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  RETURN coalesce((SELECT pg_catalog.max(r.refresh) FROM refreshes AS r WHERE r.recorded_at <= known_at), 0);
END
$$;
COMMENT ON FUNCTION saas_metrics._refresh_known_at(timestamptz) IS
  'The number of the last refresh recorded by then. Part of mrr_monthly_at.';

-- The policies of readers are on the lines of today; those that were superseded may have others. A number
-- of the past that leaves out some of them would look like one that does not.
CREATE FUNCTION saas_metrics._require_all_lines(ledger name) RETURNS void
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF row_security_active(format('%I.current_lines', ledger)::regclass)
     OR row_security_active(format('%I.superseded_lines', ledger)::regclass) THEN
    RAISE EXCEPTION 'row security hides lines of ledger "%" from you', ledger
      USING ERRCODE = '42501', HINT = 'Its history is for its owner and roles with BYPASSRLS. The view mrr_monthly has the metrics of the customers that you may see, as of the last refresh.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_all_lines(name) IS
  'Refuses (42501) a caller from whom row security hides lines of a ledger. Part of mrr_monthly_at and restatements.';

CREATE FUNCTION saas_metrics.mrr_monthly_at(
    ledger name,
    known_at timestamptz,
    OUT period_start date,
    OUT period_end date,
    OUT complete boolean,
    OUT currency text,
    OUT opening_mrr numeric,
    OUT new_mrr numeric,
    OUT reactivation_mrr numeric,
    OUT expansion_mrr numeric,
    OUT contraction_mrr numeric,
    OUT churn_mrr numeric,
    OUT fx_mrr numeric,
    OUT closing_mrr numeric,
    OUT retained_mrr numeric,
    OUT surviving_mrr numeric,
    OUT opening_customers bigint,
    OUT new_customers bigint,
    OUT reactivated_customers bigint,
    OUT expanded_customers bigint,
    OUT contracted_customers bigint,
    OUT churned_customers bigint,
    OUT lost_customers bigint,
    OUT closing_customers bigint,
    OUT arr numeric,
    OUT arpa numeric,
    OUT asp numeric,
    OUT quick_ratio numeric,
    OUT nrr numeric,
    OUT grr numeric,
    OUT churn_rate numeric,
    OUT churn_rate_low numeric,
    OUT churn_rate_high numeric,
    OUT gross_revenue_churn_rate numeric,
    OUT net_revenue_churn_rate numeric
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  number bigint;
  today date;
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger, to_change => false);
  PERFORM saas_metrics._require_all_lines(ledger);
  IF known_at IS NULL THEN
    RAISE EXCEPTION 'known_at must not be NULL' USING ERRCODE = '22004', HINT = 'Give an instant.';
  END IF;
  number := saas_metrics._refresh_known_at(known_at);
  SELECT least((known_at AT TIME ZONE c.time_zone)::date, c.today) INTO today FROM ledger_clock AS c;
  RETURN QUERY EXECUTE replace(replace(saas_metrics._mrr_query('month'),
    'FROM ledger_clock', format('FROM (SELECT c.currency, %L::date AS today FROM ledger_clock AS c) AS clock', today)),
    'FROM fresh_rollup', 'FROM ' || saas_metrics._rollup_query(
      format('l.recorded_by <= %1$s AND (l.superseded_by IS NULL OR l.superseded_by > %1$s)', number), today)
      || ' AS fresh_rollup');
END
$$;
COMMENT ON FUNCTION saas_metrics.mrr_monthly_at(name, timestamptz) IS
  'The view mrr_monthly as the ledger knew it at an instant: by the last refresh recorded by then, through the month that held that day. What was pending then is not in it. For the numbers of a seal give its closed_at. Errors: 3F000; 22004 without an instant; 42501 for a reader from whom row security hides customers.';

CREATE FUNCTION saas_metrics._lines_digest(through date) RETURNS text
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  digest text;
BEGIN
  -- A sum of digests does not depend on the order of the lines.
  SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.format('%s lines %s',
           pg_catalog.count(*),
           pg_catalog.sum(('x' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(
             pg_catalog.convert_to(l::text, 'UTF8')), 'hex'), 15))::bit(60)::bigint)), 'UTF8')), 'hex')
    INTO digest
  FROM (SELECT k.customer_id, k.effective_on, k.seq, k.effective_at, k.kind, k.mrr_before, k.mrr_after,
               k.product, k.plan, k.billing_period, k.currency, k.line_before, k.line_after, k.native_amount, k.net
        FROM kept_lines AS k
        WHERE k.effective_on <= through) AS l;
  RETURN digest;
END
$$;
COMMENT ON FUNCTION saas_metrics._lines_digest(date) IS
  'A digest of the current lines through a day: SHA-256 over their number and the sum of their own digests. Part of close_period.';

CREATE FUNCTION saas_metrics.close_period(
    ledger name,
    through date,
    OUT closed_through date,
    OUT refresh bigint,
    OUT closed_at timestamptz,
    OUT mrr numeric,
    OUT customers bigint,
    OUT digest text
  )
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.close_period_as_owner(
    ledger name,
    through date,
    OUT closed_through date,
    OUT refresh bigint,
    OUT closed_at timestamptz,
    OUT mrr numeric,
    OUT customers bigint,
    OUT digest text
  )
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET timezone = 'UTC'
  SET intervalstyle = 'postgres'
  SET datestyle = 'ISO'
AS $$
DECLARE
  last date;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  IF through IS NULL OR NOT isfinite(through)
     OR through >= (SELECT least(c.today, (now() AT TIME ZONE c.time_zone)::date) FROM ledger_clock AS c) THEN
    RAISE EXCEPTION 'cannot close through %: it is not over', coalesce(through::text, 'NULL')
      USING ERRCODE = '22023', HINT = 'Give a day before today in the ledger''s time zone, such as the last of a month.';
  END IF;
  SELECT max(c.closed_through) INTO last FROM closes AS c;
  IF through <= last THEN
    IF through < last AND NOT EXISTS (SELECT FROM closes AS c WHERE c.closed_through = through) THEN
      RAISE EXCEPTION 'cannot close through %: it is closed through %', through, last
        USING ERRCODE = '55000', HINT = 'Periods are closed in their order. saas_metrics.restatements tells what changed since.';
    END IF;
    RAISE NOTICE 'ledger "%" is closed through % already, skipping', ledger, through;
  ELSE
    PERFORM FROM saas_metrics.refresh(ledger);
    INSERT INTO closes
    SELECT through, s.last_refresh, clock_timestamp(), session_user,
           coalesce(sum(k.mrr_after - k.mrr_before), 0),
           count(*) FILTER (WHERE k.kind IN ('new', 'reactivation')) - count(*) FILTER (WHERE k.kind = 'churn'),
           saas_metrics._lines_digest(through), c.today
    FROM ledger_settings AS s
    CROSS JOIN ledger_clock AS c
    -- A churn within the tolerated gap counts only from a later day on.
    LEFT JOIN kept_lines AS k
      ON k.mrr_after IS NOT NULL AND k.net IS NULL AND k.effective_on <= through
         AND coalesce(k.counts_from, k.effective_on) <= c.today
    GROUP BY s.last_refresh, c.today;
  END IF;
  SELECT c.closed_through, c.refresh, c.closed_at, c.mrr, c.customers, c.digest
    INTO closed_through, refresh, closed_at, mrr, customers, digest
  FROM closes AS c
  WHERE c.closed_through = through;
END
$$;
COMMENT ON FUNCTION saas_metrics.close_period_as_owner(name, date) IS 'The body of close_period, run as the owner of the ledger. Part of close_period.';
COMMENT ON FUNCTION saas_metrics.close_period(name, date) IS
  'Refreshes and seals a ledger through a day that is over: what it says now can be read again for good (mrr_monthly_at with closed_at), and restatements lists what changes later. Periods are closed in their order; closing one again returns its seal. Returns the seal: the day, the refresh it is of, the instant, the MRR and the customers at the end of the day, and a digest of all lines through it. Errors: 22023 for a day that is not over, 55000 for one before the last seal, and those of refresh.';

CREATE FUNCTION saas_metrics.restatements(
    ledger name,
    through date,
    OUT customer_id text,
    OUT effective_on date,
    OUT old_kind text,
    OUT new_kind text,
    OUT old_amount numeric,
    OUT new_amount numeric,
    OUT difference numeric,
    OUT refresh bigint,
    OUT recorded_at timestamptz
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  sealed bigint;
  sealed_on date;
  today date;
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger, to_change => false);
  PERFORM saas_metrics._require_all_lines(ledger);
  SELECT c.refresh, c.as_of INTO sealed, sealed_on FROM closes AS c WHERE c.closed_through = through;
  SELECT c.today INTO today FROM ledger_clock AS c;
  IF sealed IS NULL THEN
    RAISE EXCEPTION 'ledger "%" has no seal of %', ledger, coalesce(through::text, 'NULL')
      USING ERRCODE = '22023', HINT = 'The table closes of the ledger lists its seals.';
  END IF;
  RETURN QUERY
    WITH changed AS (
      SELECT h.*, h.mrr_after - h.mrr_before AS amount, coalesce(h.counts_from, h.effective_on) AS counts
      FROM movement_history AS h
      WHERE h.mrr_after IS NOT NULL AND h.kind <> 'switch' AND h.net IS NULL AND h.effective_on <= through
        AND (h.recorded_by > sealed OR h.superseded_by > sealed OR h.counts_from > sealed_on)
    ),
    old AS (
      SELECT * FROM changed AS c
      WHERE c.recorded_by <= sealed AND coalesce(c.superseded_by > sealed, true) AND c.counts <= sealed_on
    ),
    new AS (SELECT * FROM changed AS c WHERE c.superseded_by IS NULL AND c.counts <= today)
    SELECT coalesce(o.customer_id, n.customer_id)::text, coalesce(o.effective_on, n.effective_on),
           o.kind, n.kind, o.amount, n.amount, coalesce(n.amount, 0) - coalesce(o.amount, 0),
           r.refresh, r.recorded_at
    FROM old AS o
    FULL JOIN new AS n
      ON n.customer_id = o.customer_id AND n.effective_on = o.effective_on AND n.seq = o.seq
    LEFT JOIN refreshes AS r ON r.refresh = coalesce(n.recorded_by, o.superseded_by)
    WHERE (o.kind, o.amount) IS DISTINCT FROM (n.kind, n.amount)
    ORDER BY 1, 2;
END
$$;
COMMENT ON FUNCTION saas_metrics.restatements(name, date) IS
  'What later refreshes changed in a period that was sealed through this day: a row for each movement that is no longer what it was, with its kind and amount then and now (NULL: there was or is none), the difference, and the refresh that recorded the change. The differences add up to the MRR at the end of the day as it is known now less the sealed one. Errors: 22023 without a seal of that day; 42501 for a reader from whom row security hides customers.';
