-- Dialects ----------------------------------------------------------------------
-- How others compute the same measures, where that is more than how rows count (policies): in words,
-- with the source, and as the formulas themselves. A dialect's windows of 30 days are months here.

CREATE VIEW saas_metrics.dialects AS
  WITH house (place, measure, formula) AS (VALUES
    (1, 'mrr', 'closing MRR'),
    (2, 'customers', 'active customers at closing'),
    (3, 'churn_rate', 'customers active at opening and not at closing / customers active at opening'),
    (4, 'gross_revenue_churn_rate', '1 - sum of min(opening, closing) over the customers active at opening / opening MRR'),
    (5, 'net_revenue_churn_rate', '1 - sum of closing over the customers active at opening / opening MRR'),
    (6, 'nrr', 'sum of closing over the customers active at opening / opening MRR'),
    (7, 'arpa', 'closing MRR / active customers at closing'),
    (8, 'ltv', 'ARPA / churn rate')
  ),
  told (dialect, measure, formula, source) AS (VALUES
    ('stripe', 'mrr', 'closing MRR', 'docs.stripe.com/billing/subscriptions/analytics'),
    ('stripe', 'churn_rate', 'churns / (customers active at opening + new customers)', 'docs.stripe.com/billing/subscriptions/analytics'),
    ('stripe', 'gross_revenue_churn_rate', '(contraction + churn) / opening MRR', 'the amount: docs.stripe.com/billing/subscriptions/analytics; the base is the house''s'),
    ('stripe', 'arpa', 'closing MRR / active customers at closing', 'docs.stripe.com/billing/subscriptions/analytics'),
    ('stripe', 'ltv', 'ARPA / churn rate', 'docs.stripe.com/billing/subscriptions/analytics'),
    ('chartmogul', 'mrr', 'closing MRR', 'help.chartmogul.com/hc/en-us/articles/4416682609426'),
    ('chartmogul', 'churn_rate', 'customers active at opening and not at closing / customers active at opening', 'help.chartmogul.com/hc/en-us/articles/207340419'),
    ('chartmogul', 'gross_revenue_churn_rate', '(contraction + churn) / opening MRR', 'help.chartmogul.com/hc/en-us/articles/203359341'),
    ('chartmogul', 'net_revenue_churn_rate', '(contraction + churn - expansion - reactivation) / opening MRR', 'help.chartmogul.com/hc/en-us/articles/4414075567250'),
    ('chartmogul', 'nrr', 'sum of closing over the customers active at opening / opening MRR', 'help.chartmogul.com/hc/en-us/articles/6886664393500'),
    ('chartmogul', 'arpa', 'closing MRR / customers with MRR above 0 at closing', 'help.chartmogul.com/hc/en-us/articles/203359301'),
    ('chartmogul', 'ltv', 'ARPA / mean churn rate of the six months before', 'help.chartmogul.com/hc/en-us/articles/203359061'),
    ('profitwell', 'mrr', 'closing MRR', 'paddle.com/help/profitwell-metrics/measure/subscription-metrics/discounts'),
    ('profitwell', 'ltv', 'ARPA / churn rate', 'learn.profitwell.com/article/xJx5sQX95w, without the smoothing that it keeps to itself'),
    ('baremetrics', 'mrr', 'closing MRR', 'help.baremetrics.com/en/articles/5380330'),
    ('baremetrics', 'churn_rate', 'churns / customers active at opening', 'help.baremetrics.com/en/articles/5380347, changelog.baremetrics.com'),
    ('baremetrics', 'gross_revenue_churn_rate', '(contraction + churn) / opening MRR', 'help.baremetrics.com/en/articles/5380347'),
    ('baremetrics', 'net_revenue_churn_rate', '(contraction + churn - expansion) / opening MRR', 'follows from nrr: changelog.baremetrics.com'),
    ('baremetrics', 'nrr', '1 - (contraction + churn - expansion) / opening MRR', 'changelog.baremetrics.com'),
    ('baremetrics', 'arpa', 'closing MRR / active customers at closing', 'help.baremetrics.com/en/articles/5380345'),
    ('baremetrics', 'ltv', 'ARPA / churn rate', 'help.baremetrics.com/en/articles/5380345'),
    ('recurly', 'mrr', 'closing MRR', 'docs.recurly.com/docs/monthly-recurring-revenue'),
    ('recurly', 'churn_rate', 'customers active at opening and not at closing / customers active at opening', 'docs.recurly.com/docs/analytics-dashboard'),
    ('recurly', 'arpa', 'closing MRR / customers with a subscription at closing, also a free one or a trial', 'docs.recurly.com/docs/analytics-dashboard'),
    ('recurly', 'ltv', 'ARPA * 1.1 / (0.1 + churn rate)', 'docs.recurly.com/docs/analytics-dashboard')
  )
  SELECT d.dialect, h.place, h.measure, coalesce(t.formula, h.formula) AS formula,
         CASE d.dialect WHEN 'default' THEN 'the house''s' ELSE t.source END AS source
  FROM unnest('{default,stripe,chartmogul,profitwell,baremetrics,recurly}'::text[]) WITH ORDINALITY AS d (dialect, nth)
  CROSS JOIN house AS h
  LEFT JOIN told AS t USING (dialect, measure)
  ORDER BY d.nth, h.place;
GRANT SELECT ON saas_metrics.dialects TO PUBLIC;
COMMENT ON VIEW saas_metrics.dialects IS
  'How metrics_in_dialect computes each measure, in words and with the source. Contraction and churn are meant without their sign, opening and closing of a month. How rows count besides is the policy of the same name.';
COMMENT ON COLUMN saas_metrics.dialects.dialect IS 'The dialect: a policy of the same name; every other policy is computed as default.';
COMMENT ON COLUMN saas_metrics.dialects.place IS 'The place of the measure.';
COMMENT ON COLUMN saas_metrics.dialects.measure IS 'The measure, as metrics_in_dialect names it.';
COMMENT ON COLUMN saas_metrics.dialects.formula IS 'How it is computed.';
COMMENT ON COLUMN saas_metrics.dialects.source IS 'Where the vendor says so; NULL: unknown, so the house''s formula is taken.';

CREATE TYPE saas_metrics.ledger_month_sums AS (
  opening_mrr       numeric,
  expansion_mrr     numeric,
  reactivation_mrr  numeric,
  contraction_mrr   numeric,
  churn_mrr         numeric,
  closing_mrr       numeric,
  unretained_mrr    numeric,
  survivors_gain    numeric,
  opening_customers numeric,
  new_customers     numeric,
  churned_customers numeric,
  lost_customers    numeric,
  closing_customers numeric,
  arpa_customers    numeric
);
COMMENT ON TYPE saas_metrics.ledger_month_sums IS
  'What a month of all customers, or of one, comes to, as the formulas of dialects take it. Losses are negative, as in mrr_monthly; unretained_mrr is opening - retained, survivors_gain surviving - opening; arpa_customers are those whom ARPA is per.';

-- Quotients are of sums over customers, so this tells of one customer what he adds to them too.
CREATE FUNCTION saas_metrics._dialect_terms(dialect text, m saas_metrics.ledger_month_sums)
  RETURNS TABLE (measure text, numerator numeric, denominator numeric)
  IMMUTABLE PARALLEL SAFE ROWS 7 LANGUAGE sql
BEGIN ATOMIC
  SELECT t.*
  FROM (VALUES
    ('mrr', m.closing_mrr, NULL),
    ('customers', m.closing_customers, NULL),
    ('churn_rate',
     CASE WHEN dialect IN ('stripe', 'baremetrics') THEN m.churned_customers ELSE m.lost_customers END,
     CASE WHEN dialect = 'stripe' THEN m.opening_customers + m.new_customers ELSE m.opening_customers END),
    ('gross_revenue_churn_rate',
     CASE WHEN dialect IN ('stripe', 'chartmogul', 'baremetrics') THEN -(m.contraction_mrr + m.churn_mrr)
          ELSE m.unretained_mrr END,
     m.opening_mrr),
    ('net_revenue_churn_rate',
     CASE dialect
       WHEN 'chartmogul' THEN -(m.contraction_mrr + m.churn_mrr + m.expansion_mrr + m.reactivation_mrr)
       WHEN 'baremetrics' THEN -(m.contraction_mrr + m.churn_mrr + m.expansion_mrr)
       ELSE -m.survivors_gain END,
     m.opening_mrr),
    ('nrr',
     m.opening_mrr + CASE WHEN dialect = 'baremetrics' THEN m.contraction_mrr + m.churn_mrr + m.expansion_mrr
                          ELSE m.survivors_gain END,
     m.opening_mrr),
    ('arpa', m.closing_mrr, m.arpa_customers)
  ) AS t (measure, numerator, denominator);
END;
COMMENT ON FUNCTION saas_metrics._dialect_terms(text, saas_metrics.ledger_month_sums) IS
  'The formulas of a dialect: for each measure but ltv what is divided by what; without a denominator it is an amount or a number. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._dialect_value(numerator numeric, denominator numeric) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  -- To 20 decimals, however many the terms have.
  RETURN CASE WHEN denominator IS NULL THEN numerator
              WHEN denominator <> 0 THEN round(round(numerator, 40) / denominator, 20) END;
COMMENT ON FUNCTION saas_metrics._dialect_value(numeric, numeric) IS
  'numerator / denominator to 20 decimals; NULL if denominator is 0; the numerator itself if there is none. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._dialect_ltv(dialect text, arpa numeric, churn_rate numeric, recent_churn_rate numeric)
  RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN round(
    CASE dialect
      WHEN 'chartmogul' THEN round(arpa, 40) / nullif(recent_churn_rate, 0)
      WHEN 'recurly' THEN round(arpa, 40) * 1.1 / (0.1 + churn_rate)
      ELSE round(arpa, 40) / nullif(churn_rate, 0)
    END, 10);
COMMENT ON FUNCTION saas_metrics._dialect_ltv(text, numeric, numeric, numeric) IS
  'Lifetime value by the formula of a dialect, to 10 decimals; recent_churn_rate is the mean of the six months before. NULL without a churn rate or, but for recurly, if it is 0. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._months_back(dialect text) RETURNS integer
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  RETURN CASE dialect WHEN 'chartmogul' THEN 6 ELSE 0 END;
COMMENT ON FUNCTION saas_metrics._months_back(text) IS
  'At the churn of how many months before looks the ltv of a dialect; 0: at that of the month itself. Part of reconcile.';

-- Two dialects' ARPA is not per active customer.
CREATE FUNCTION saas_metrics._arpa_options(dialect text) RETURNS jsonb
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  RETURN CASE dialect WHEN 'chartmogul' THEN '{"zero_mrr": "inactive"}'
                      WHEN 'recurly' THEN '{"zero_mrr": "active"}' END::jsonb;
COMMENT ON FUNCTION saas_metrics._arpa_options(text) IS
  'The options under which those are active whom the ARPA of a dialect is per; NULL: those of its policy. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._movements_by(settings text, options jsonb, trials_count boolean) RETURNS text
  STABLE STRICT PARALLEL SAFE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  -- The last word on an option counts. The digest begins the text: it has to be of all of it.
  WITH told AS (
    SELECT regexp_replace(settings, '^digest=[^\n]*\n', '') || string_agg(format(E'\n%s=%s', key, value), '' ORDER BY key) AS lines
    FROM jsonb_each_text(options)
  )
  SELECT replace(replace(saas_metrics._ledger_objects('movements_by'),
                         'p.status', CASE WHEN trials_count THEN 'nullif(p.status, ''trialing'')' ELSE 'p.status' END),
                 ':settings', quote_literal('digest=' || hashtextextended(lines, 0) || E'\n' || lines) || '::text')
  FROM told
$$;
COMMENT ON FUNCTION saas_metrics._movements_by(text, jsonb, boolean) IS
  'The call of ledger_movements, as text, that reads rows under other options than those of the settings. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._options_of(policy saas_metrics.policies) RETURNS jsonb
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql
  RETURN to_jsonb(policy) - 'policy' - 'description';
COMMENT ON FUNCTION saas_metrics._options_of(saas_metrics.policies) IS 'The options of a policy. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._formulas_of(policy text) RETURNS text
  STABLE STRICT PARALLEL SAFE LANGUAGE sql
  RETURN coalesce((SELECT min(d.dialect) FROM saas_metrics.dialects AS d WHERE d.dialect = policy), 'default');
COMMENT ON FUNCTION saas_metrics._formulas_of(text) IS
  'Whose formulas go with a policy: its own if it is a dialect, else those of default. Part of metrics_in_dialect and reconcile.';

-- The movements of a customer under the options of each step: as they count, and as ARPA averages them.
CREATE FUNCTION saas_metrics._dialect_readings(
    settings text, options jsonb[], formulas text[], OUT counted text, OUT averaged text
  )
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(saas_metrics._movements_by(settings, s.options, false), ', ' ORDER BY s.step),
         string_agg(coalesce(saas_metrics._movements_by(settings, s.options || saas_metrics._arpa_options(s.formulas),
                                                        s.formulas = 'recurly'),
                             'NULL::saas_metrics.packed_movements'), ', ' ORDER BY s.step)
  FROM unnest(options, formulas) WITH ORDINALITY AS s (options, formulas, step)
$$;
COMMENT ON FUNCTION saas_metrics._dialect_readings(text, jsonb[], text[]) IS
  'Calls of ledger_movements, one for each step, as text of a query. Part of _dialect_query.';

-- Each customer before and after every step that changes its movements, or the formulas.
CREATE FUNCTION saas_metrics._dialect_by_customer() RETURNS text
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN $query$
        UNION ALL
        SELECT f.customer_id, r.step, r.after, r.averages, r.found
        FROM found AS f
        CROSS JOIN LATERAL (
          SELECT x.step, x.after, x.averages,
                 saas_metrics.ledger_contributions('month', (SELECT clock.today FROM clock), x.movements) AS found
          FROM (
            SELECT s.step, v.after, v.averages, v.movements
            FROM generate_series(2, cardinality($1)) AS s (step)
            CROSS JOIN LATERAL (VALUES (0, false, f.counted[s.step - 1]), (0, true, f.averaged[s.step - 1]),
                                       (1, false, f.counted[s.step]), (1, true, f.averaged[s.step])) AS v (after, averages, movements)
            WHERE f.counted[s.step - 1]::bytea <> f.counted[s.step]::bytea
               OR f.averaged[s.step - 1]::bytea IS DISTINCT FROM f.averaged[s.step]::bytea
               OR $1[s.step - 1] <> $1[s.step]
          ) AS x
          GROUP BY x.step, x.after, x.averages
        ) AS r$query$;
COMMENT ON FUNCTION saas_metrics._dialect_by_customer() IS
  'The terms of each customer that a step changes, as text of a query. Part of _dialect_query.';

-- A query of $1, formulas by step, for the terms of measures from month $2 through $3 (NULL: all months);
-- before $4 formulas only look back, at the churn of customers.
-- A step is a reading of all rows, and its terms are of all customers. by_customer adds those of each
-- customer, before and after every step that changes it.
CREATE FUNCTION saas_metrics._dialect_query(settings text, options jsonb[], formulas text[], by_customer boolean) RETURNS text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($query$
    WITH clock AS MATERIALIZED (SELECT c.today FROM ledger_clock AS c),
    found AS MATERIALIZED (
      SELECT p.customer_id::text AS customer_id, ARRAY[%s] AS counted, ARRAY[%s] AS averaged
      FROM subscription_periods AS p
      WHERE p.customer_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM customers AS t WHERE t.is_test AND t.customer_id = p.customer_id)
      GROUP BY p.customer_id
    ),
    contributed AS MATERIALIZED (
      SELECT sums.customer_id, sums.step, sums.after, sums.averages,
             sums.averages = (saas_metrics._arpa_options(($1)[sums.step + sums.after - 1]) IS NOT NULL) AS averaged,
             sums.customer_id IS NULL
               OR least(saas_metrics._months_back(($1)[sums.step - 1]), saas_metrics._months_back(($1)[sums.step])) > 0 AS looks_back,
             c.*
      FROM (
        SELECT NULL::text AS customer_id, s.step, 1 AS after, r.*
        FROM generate_series(1, cardinality($1)) AS s (step)
        CROSS JOIN LATERAL (
          SELECT false AS averages,
                 saas_metrics.ledger_contributions('month', (SELECT clock.today FROM clock), f.counted[s.step]) AS found
          FROM found AS f
          UNION ALL
          SELECT true, saas_metrics.ledger_contributions('month', (SELECT clock.today FROM clock), f.averaged[s.step])
          FROM found AS f
        ) AS r
        %s
      ) AS sums, unnest(sums.found) AS c
      WHERE c.counts_from <= (SELECT clock.today FROM clock)
    ),
    months AS (
      SELECT m AS period_start
      FROM (SELECT min(c.period_start) AS first
            FROM contributed AS c
            WHERE c.new_customers <> 0 AND NOT c.averages AND c.customer_id IS NULL) AS data,
           saas_metrics.ledger_periods(coalesce($2, data.first), coalesce($3, (SELECT clock.today FROM clock)),
                                       interval '1 month', 100000) AS m
    ),
    summed AS (
      SELECT c.customer_id, c.step, c.after, m.period_start, ROW(
               sum(c.mrr * w.before), sum(c.expansion_mrr * w.within), sum(c.reactivation_mrr * w.within),
               sum(c.contraction_mrr * w.within), sum(c.churn_mrr * w.within), sum(c.mrr * w.through),
               sum(c.unretained_mrr * w.within), sum(c.survivors_gain * w.within),
               sum(c.customers * w.before), sum(c.new_customers * w.within), sum(c.churned_customers * w.within),
               sum(c.lost_customers * w.within), sum(c.customers * w.through), sum(c.customers * w.averaged)
             )::saas_metrics.ledger_month_sums AS sums
      FROM months AS m
      JOIN contributed AS c ON c.period_start <= m.period_start
                           AND (c.looks_back OR m.period_start >= $4)
      CROSS JOIN LATERAL (
        SELECT (NOT c.averages AND c.period_start < m.period_start)::integer AS before,
               (NOT c.averages AND c.period_start = m.period_start)::integer AS within,
               (NOT c.averages)::integer AS through, c.averaged::integer AS averaged
      ) AS w
      GROUP BY c.customer_id, c.step, c.after, m.period_start
    )
    SELECT s.customer_id, s.step, s.after, s.period_start, t.measure, t.numerator, t.denominator
    FROM summed AS s
    CROSS JOIN LATERAL saas_metrics._dialect_terms(($1)[s.step + s.after - 1], s.sums) AS t
    $query$,
    readings.counted, readings.averaged,
    CASE WHEN by_customer THEN saas_metrics._dialect_by_customer() ELSE '' END)
  FROM saas_metrics._dialect_readings(settings, options, formulas) AS readings
$$;
COMMENT ON FUNCTION saas_metrics._dialect_query(text, jsonb[], text[], boolean) IS
  'The query for the terms of measures by month under several options and formulas, of all customers and, if that is asked for, of each whom a step changes. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics._enter_dialect(ledger name, policy text, argument text) RETURNS saas_metrics.policies
  STABLE LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM saas_metrics._enter_ledger(ledger, to_change => false);
  PERFORM saas_metrics._require_views(ledger);
  IF policy IS NULL THEN
    RAISE EXCEPTION '% must not be NULL', argument
      USING ERRCODE = '22004', HINT = 'Give the name of a dialect (saas_metrics.dialects) or of a policy.';
  END IF;
  RETURN saas_metrics._find_policy(policy);
END
$$;
COMMENT ON FUNCTION saas_metrics._enter_dialect(name, text, text) IS
  'Enters a ledger to read it in a dialect, and finds its policy. Errors: 22004 naming the argument that is NULL, 22023 for an unknown policy. Part of metrics_in_dialect and reconcile.';

CREATE FUNCTION saas_metrics.metrics_in_dialect(
    ledger name,
    dialect text,
    since date DEFAULT NULL,
    until date DEFAULT NULL,
    OUT period_start date,
    OUT period_end date,
    OUT complete boolean,
    OUT currency text,
    OUT mrr numeric,
    OUT customers bigint,
    OUT churn_rate numeric,
    OUT gross_revenue_churn_rate numeric,
    OUT net_revenue_churn_rate numeric,
    OUT nrr numeric,
    OUT arpa numeric,
    OUT ltv numeric
  ) RETURNS SETOF record
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET enable_hashagg = off
  SET work_mem = '64MB'
  SET jit = off
AS $$
DECLARE
  policy saas_metrics.policies := saas_metrics._enter_dialect(ledger, dialect, 'dialect');
  formulas text := saas_metrics._formulas_of(dialect);
  query text;
BEGIN
  IF since >= until THEN
    RAISE EXCEPTION 'since % is not before until %', since, until
      USING ERRCODE = '22023', HINT = 'Months that overlap the days from since up to, not including, until are given.';
  END IF;
  query := saas_metrics._dialect_query((SELECT e.settings FROM engine_settings AS e),
                                       ARRAY[saas_metrics._options_of(policy)], ARRAY[formulas], false);
  RETURN QUERY EXECUTE format($query$
    WITH terms AS (%s),
    months AS (
      SELECT v.period_start, v.mrr, v.customers, v.churn_rate, v.gross_revenue_churn_rate,
             v.net_revenue_churn_rate, v.nrr, v.arpa,
             avg(v.churn_rate) OVER (ORDER BY v.period_start ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING) AS recent_churn_rate
      FROM (
        SELECT t.period_start,
               max(t.value) FILTER (WHERE t.measure = 'mrr') AS mrr,
               max(t.value) FILTER (WHERE t.measure = 'customers')::bigint AS customers,
               max(t.value) FILTER (WHERE t.measure = 'churn_rate') AS churn_rate,
               max(t.value) FILTER (WHERE t.measure = 'gross_revenue_churn_rate') AS gross_revenue_churn_rate,
               max(t.value) FILTER (WHERE t.measure = 'net_revenue_churn_rate') AS net_revenue_churn_rate,
               max(t.value) FILTER (WHERE t.measure = 'nrr') AS nrr,
               max(t.value) FILTER (WHERE t.measure = 'arpa') AS arpa
        FROM (SELECT terms.*, saas_metrics._dialect_value(terms.numerator, terms.denominator) AS value FROM terms) AS t
        GROUP BY t.period_start
      ) AS v
    )
    SELECT m.period_start, p.period_end, p.period_end <= c.today, c.currency,
           m.mrr, m.customers, m.churn_rate, m.gross_revenue_churn_rate, m.net_revenue_churn_rate, m.nrr, m.arpa,
           saas_metrics._dialect_ltv(($1)[1], m.arpa, m.churn_rate, m.recent_churn_rate)
    FROM months AS m
    CROSS JOIN ledger_clock AS c
    CROSS JOIN LATERAL (SELECT (m.period_start + interval '1 month')::date AS period_end) AS p
    WHERE (p.period_end > $4) IS NOT FALSE AND (m.period_start < $5) IS NOT FALSE
    ORDER BY m.period_start $query$, query)
    USING ARRAY[formulas], NULL::date, NULL::date, since, until;
END
$$;
COMMENT ON FUNCTION saas_metrics.metrics_in_dialect(name, text, date, date) IS
  'A ledger''s months as a vendor would compute them, from the rows as they are now: counted by the policy of this name, a ledger''s own or built in, and by the vendor''s formulas (saas_metrics.dialects), or the house''s for a policy of another name. Amounts are in the ledger''s currency, rates are fractions, to 20 decimals; NULL without a base; ltv is NULL too where the churn rate is 0, but for recurly. Months that overlap the days from since up to, not including, until, or all through the current one; lost and kept are measured within the month. Writes nothing. Errors: 3F000, 42501; 22023 for an unknown dialect or since not before until; 22004 if ledger or dialect is NULL.';
