-- Why two dialects differ -----------------------------------------------------------
-- One is turned into the other step by step; each step has its part of the difference.

CREATE FUNCTION saas_metrics._dialect_causes(a jsonb, b jsonb) RETURNS text[]
  STABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(o.attname::text
                            -- Under netting by month there is no daily fx.
                            ORDER BY CASE WHEN o.attname = 'fx' AND b ->> 'netting' = 'month' THEN 0 ELSE o.attnum END), '{}')
  FROM pg_attribute AS o
  WHERE o.attrelid = 'saas_metrics.policies'::regclass AND o.attnum > 0
    AND a -> o.attname::text IS DISTINCT FROM b -> o.attname::text
$$;
COMMENT ON FUNCTION saas_metrics._dialect_causes(jsonb, jsonb) IS
  'The options in which two policies differ, in the order of the columns of saas_metrics.policies, but fx first where netting becomes month. Part of reconcile.';

-- From one dialect to another, step by step: the first reading is a's; each next one takes one option
-- over from b, and the last one takes b's formulas too.
CREATE FUNCTION saas_metrics._reconciliation(
    ledger name, dialect_a text, dialect_b text, period daterange,
    OUT options jsonb[], OUT formulas text[], OUT causes text[]
  )
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  a jsonb := saas_metrics._options_of(saas_metrics._enter_dialect(ledger, dialect_a, 'dialect_a'));
  b jsonb := saas_metrics._options_of(saas_metrics._enter_dialect(ledger, dialect_b, 'dialect_b'));
  cause text;
BEGIN
  PERFORM saas_metrics._require_months(period);
  causes := saas_metrics._dialect_causes(a, b);
  options := ARRAY[a];
  FOREACH cause IN ARRAY causes LOOP
    a := a || pg_catalog.jsonb_build_object(cause, b -> cause);
    options := pg_catalog.array_append(options, a);
  END LOOP;
  formulas := pg_catalog.array_fill(saas_metrics._formulas_of(dialect_a), ARRAY[pg_catalog.cardinality(options)])
              || saas_metrics._formulas_of(dialect_b);
  options := pg_catalog.array_append(options, b);
  causes := causes || 'formula'::text;
END
$$;
COMMENT ON FUNCTION saas_metrics._reconciliation(name, text, text, daterange) IS
  'The steps that lead from one dialect to another: the options and whose formulas of each, and what each but the first one turns. Errors: those of reconcile. Part of reconcile and reconcile_customers.';

CREATE FUNCTION saas_metrics._require_months(period daterange) RETURNS void
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  first date := pg_catalog.lower(period);
  stop date := pg_catalog.upper(period);
  problem text;
BEGIN
  IF period IS NULL THEN
    RAISE EXCEPTION 'period must not be NULL'
      USING ERRCODE = '22004', HINT = 'Give a month as a range, such as daterange(''2024-06-01'', ''2024-07-01'').';
  END IF;
  problem := CASE
    WHEN pg_catalog.isempty(period) THEN 'without days'
    WHEN first IS NULL OR stop IS NULL OR NOT pg_catalog.isfinite(first) OR NOT pg_catalog.isfinite(stop) THEN 'without bounds'
    WHEN pg_catalog.date_part('day', first) <> 1 OR pg_catalog.date_part('day', stop) <> 1 THEN 'not of whole months'
    WHEN stop > (SELECT pg_catalog.date_trunc('month', c.today) + interval '1 month' FROM ledger_clock AS c) THEN 'beyond the current month'
    END;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION 'period % is %', period, problem
      USING ERRCODE = '22023', HINT = 'Give a month as a range, such as daterange(''2024-06-01'', ''2024-07-01'').';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_months(daterange) IS
  'Raises 22004 or 22023 unless a period is one or more whole months up to the current one. Part of reconcile.';

CREATE FUNCTION saas_metrics._dialect_change_query(settings text, options jsonb[], formulas text[]) RETURNS text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($query$
    -- Where a formula looks back, it looks at churn.
    terms AS MATERIALIZED (
      SELECT t.*
      FROM (%s) AS t
      WHERE (t.period_start >= $4 OR t.measure = 'churn_rate') AND (t.numerator <> 0 OR t.denominator <> 0)
    ),
    changes AS MATERIALIZED (
      SELECT t.customer_id, t.step, t.period_start, t.measure,
             sum(t.numerator * (1 - t.after)) AS numerator_a, sum(t.denominator * (1 - t.after)) AS denominator_a,
             sum(t.numerator * t.after) AS numerator_b, sum(t.denominator * t.after) AS denominator_b
      FROM terms AS t
      WHERE t.customer_id IS NOT NULL
      GROUP BY t.customer_id, t.step, t.period_start, t.measure
      HAVING sum(t.numerator * (2 * t.after - 1)) <> 0 OR sum(t.denominator * (2 * t.after - 1)) <> 0
    )$query$, saas_metrics._dialect_query(settings, options, formulas, true))
$$;
COMMENT ON FUNCTION saas_metrics._dialect_change_query(text, jsonb[], text[]) IS
  'Of a query from $4 on the terms of measures of each customer, and those that a step changes, as CTEs. Part of reconcile and reconcile_customers.';

-- From the terms, in the steps and months of asked, to values and the part of each step.
CREATE FUNCTION saas_metrics._dialect_parts_query() RETURNS text
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN $query$sums AS (
      SELECT t.step, t.period_start, t.measure, sum(t.numerator) AS numerator, sum(t.denominator) AS denominator
      FROM terms AS t
      WHERE t.customer_id IS NULL
      GROUP BY t.step, t.period_start, t.measure
    ),
    quotients AS (
      SELECT q.*, avg(q.value) OVER (PARTITION BY q.step, q.measure ORDER BY q.period_start
                                     ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING) AS recent
      FROM (
        SELECT a.*, saas_metrics._dialect_value(
                      coalesce(s.numerator, 0),
                      CASE WHEN a.measure NOT IN ('mrr', 'customers') THEN coalesce(s.denominator, 0) END) AS value
        FROM asked AS a
        LEFT JOIN sums AS s USING (step, period_start, measure)
        WHERE a.measure <> 'ltv'
      ) AS q
    ),
    valued AS (
      SELECT a.step, a.period_start, a.measure, a.place,
             CASE WHEN a.measure = 'ltv' THEN saas_metrics._dialect_ltv(($1)[a.step], p.value, c.value, c.recent)
                  ELSE q.value END AS value
      FROM asked AS a
      LEFT JOIN quotients AS q USING (step, period_start, measure)
      LEFT JOIN quotients AS p ON a.measure = 'ltv' AND p.measure = 'arpa' AND (p.step, p.period_start) = (a.step, a.period_start)
      LEFT JOIN quotients AS c ON a.measure = 'ltv' AND c.measure = 'churn_rate' AND (c.step, c.period_start) = (a.step, a.period_start)
      WHERE a.period_start >= $4
    ),
    -- A measure that has no value at a step is as it was before.
    known AS (
      SELECT v.*, values_known[cardinality(values_known)] AS value_known
      FROM (
        SELECT v.*, array_agg(v.value) FILTER (WHERE v.value IS NOT NULL) OVER (
                      PARTITION BY v.period_start, v.measure ORDER BY v.step) AS values_known
        FROM valued AS v
      ) AS v
    ),
    parted AS (
      SELECT k.*, first_value(k.value) OVER steps AS value_a, last_value(k.value) OVER steps AS value_b,
             k.value_known - lag(k.value_known) OVER steps AS part
      FROM known AS k
      WINDOW steps AS (PARTITION BY k.period_start, k.measure ORDER BY k.step
                       ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    )$query$;
COMMENT ON FUNCTION saas_metrics._dialect_parts_query() IS
  'The value of each measure at each step and what the step changes, as CTEs. Part of reconcile.';

CREATE FUNCTION saas_metrics.reconcile(
    ledger name,
    dialect_a text,
    dialect_b text,
    period daterange,
    OUT period_start date,
    OUT measure text,
    OUT value_a numeric,
    OUT value_b numeric,
    OUT difference numeric,
    OUT cause text,
    OUT cause_a text,
    OUT cause_b text,
    OUT part numeric,
    OUT customers bigint
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET enable_hashagg = off
  SET work_mem = '64MB'
  SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  steps record := saas_metrics._reconciliation(ledger, dialect_a, dialect_b, period);
  months integer := (SELECT max(saas_metrics._months_back(f)) FROM unnest(steps.formulas) AS f);
BEGIN
  RETURN QUERY EXECUTE format($query$
    WITH %s,
    asked AS (
      SELECT s.step, m::date AS period_start, f.measure, f.place
      FROM generate_series(1, cardinality($1)) AS s (step),
           generate_series($2::timestamp, $3, interval '1 month') AS m,
           (SELECT d.measure, d.place FROM saas_metrics.dialects AS d WHERE d.dialect = 'default') AS f
    ),
    %s,
    concerned AS (
      SELECT c.step, c.period_start, c.measure, count(*) AS customers
      FROM changes AS c
      GROUP BY c.step, c.period_start, c.measure
      UNION ALL
      SELECT c.step, m.period_start, 'ltv', count(DISTINCT c.customer_id)
      FROM changes AS c
      JOIN (SELECT DISTINCT a.period_start FROM asked AS a WHERE a.period_start >= $4) AS m
        ON c.measure = 'arpa' AND c.period_start = m.period_start
        OR c.measure = 'churn_rate'
           AND CASE saas_metrics._months_back(($1)[c.step])
                 WHEN 0 THEN c.period_start = m.period_start
                 ELSE c.period_start < m.period_start
                      AND c.period_start >= m.period_start - saas_metrics._months_back(($1)[c.step]) * interval '1 month' END
      GROUP BY c.step, m.period_start
    )
    SELECT p.period_start, p.measure, p.value_a, p.value_b, p.value_b - p.value_a, $5[p.step - 1],
           CASE WHEN $5[p.step - 1] = 'formula' THEN a.formula ELSE $6[1] ->> $5[p.step - 1] END,
           CASE WHEN $5[p.step - 1] = 'formula' THEN b.formula ELSE $6[cardinality($6)] ->> $5[p.step - 1] END,
           CASE WHEN p.value_b IS NOT NULL AND p.value_a IS NOT NULL THEN p.part END,
           -- To look at other months' churn concerns nobody in particular.
           CASE WHEN p.measure <> 'ltv' OR saas_metrics._months_back(($1)[p.step - 1]) = saas_metrics._months_back(($1)[p.step])
                THEN coalesce(n.customers, 0) END
    FROM parted AS p
    JOIN saas_metrics.dialects AS a ON a.dialect = ($1)[1] AND a.measure = p.measure
    JOIN saas_metrics.dialects AS b ON b.dialect = ($1)[cardinality($1)] AND b.measure = p.measure
    LEFT JOIN concerned AS n ON (n.step, n.period_start, n.measure) = (p.step, p.period_start, p.measure)
    WHERE p.step > 1
    ORDER BY p.period_start, p.place, p.step $query$,
    saas_metrics._dialect_change_query((SELECT e.settings FROM engine_settings AS e), steps.options, steps.formulas),
    saas_metrics._dialect_parts_query())
    USING steps.formulas, (lower(period) - months * interval '1 month')::date, upper(period) - 1, lower(period),
          steps.causes, steps.options;
END
$$;
COMMENT ON FUNCTION saas_metrics.reconcile(name, text, text, daterange) IS
  'Why a month''s numbers differ in two dialects, or under two policies: for each measure of metrics_in_dialect its value in either, the difference b - a, and a row for each cause with its part of it. Causes are the options in which the policies differ, turned from a''s to b''s one by one in the order of the columns of saas_metrics.policies (but fx first where netting becomes month, which excludes daily rates), and then formula, b''s formula instead of a''s; cause_a and cause_b are the option''s values, or the formulas in words. A part is what its turn changes, so parts depend on the order, and add up to the difference exactly. Where a measure has no value at some turn, that turn''s part goes to the next; difference and parts are NULL if it has none in a or b. customers: how many add something else to the measure after the turn, of ltv to ARPA or the churn rates that it is made of; NULL where only the months change that it is made of; reconcile_customers lists them. Units as in metrics_in_dialect. Writes nothing. Errors: 3F000, 42501; 22023 for an unknown dialect or a period that is not one or more whole months up to the current one; 22004 if an argument is NULL.';

CREATE FUNCTION saas_metrics.reconcile_customers(
    ledger name,
    dialect_a text,
    dialect_b text,
    period daterange,
    measure text,
    cause text,
    OUT period_start date,
    OUT customer_id text,
    OUT numerator_a numeric,
    OUT denominator_a numeric,
    OUT numerator_b numeric,
    OUT denominator_b numeric
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET enable_hashagg = off
  SET work_mem = '64MB'
  SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  steps record := saas_metrics._reconciliation(ledger, dialect_a, dialect_b, period);
  place integer := array_position(steps.causes, cause);
BEGIN
  IF measure IS NULL OR cause IS NULL THEN
    RAISE EXCEPTION '% must not be NULL', CASE WHEN measure IS NULL THEN 'measure' ELSE 'cause' END
      USING ERRCODE = '22004', HINT = 'Give a measure and a cause that saas_metrics.reconcile shows.';
  END IF;
  IF NOT EXISTS (SELECT FROM saas_metrics.dialects AS d WHERE d.measure = reconcile_customers.measure AND d.measure <> 'ltv') THEN
    RAISE EXCEPTION 'measure "%" has no customers to list', left(measure, 100)
      USING ERRCODE = '22023', HINT = 'Give another measure of saas_metrics.reconcile; ltv is made of arpa and churn_rate.';
  END IF;
  IF place IS NULL THEN
    RAISE EXCEPTION '"%" is no cause of a difference between "%" and "%"', left(cause, 100), left(dialect_a, 100), left(dialect_b, 100)
      USING ERRCODE = '22023', HINT = 'The causes are: ' || array_to_string(steps.causes, ', ') || '.';
  END IF;
  RETURN QUERY EXECUTE format($query$
    WITH %s
    SELECT c.period_start, c.customer_id, c.numerator_a, c.denominator_a, c.numerator_b, c.denominator_b
    FROM changes AS c
    WHERE c.measure = $5 AND c.period_start >= $4
    ORDER BY c.period_start, abs(c.numerator_b - c.numerator_a) DESC, c.customer_id $query$,
    saas_metrics._dialect_change_query((SELECT e.settings FROM engine_settings AS e),
                                       steps.options[place:place + 1], steps.formulas[place:place + 1]))
    USING steps.formulas[place:place + 1], lower(period), upper(period) - 1, lower(period), measure;
END
$$;
COMMENT ON FUNCTION saas_metrics.reconcile_customers(name, text, text, daterange, text, text) IS
  'The customers behind a row of reconcile: those who add something else to a measure once a cause is turned, with what they add to its numerator and denominator before (a) and after (b); amounts in the ledger''s currency. A measure that is no quotient (mrr, customers) has no denominators: NULL. Errors: those of reconcile, and 22023 for a measure or cause that reconcile does not show, or ltv, which is made of arpa and churn_rate.';
