-- The ledger's settings, as views and refreshes read them.

-- LIMIT 1 makes the planner expect one row, which decides on plans and on JIT. Without a row of settings,
-- as after a restore of the schema alone, reading raises an error.
CREATE VIEW ledger_clock AS
  SELECT s.currency, s.time_zone, s.settled_on,
         saas_metrics.ledger_today(s.time_zone, s.settled_on) AS today,
         s.refreshed_at IS NOT NULL AS refreshed
  FROM (SELECT) AS one
  LEFT JOIN ledger_settings AS s ON true
  WHERE s.currency IS NOT NULL OR saas_metrics.ledger_without_settings('ledger_settings'::regclass)
  LIMIT 1;
COMMENT ON VIEW ledger_clock IS
  'The ledger''s currency, time zone and current date, and whether it was ever refreshed. The setting saas_metrics.today replaces the date for a session.';

-- The rates, and what is wrong with those that cannot be used.
CREATE VIEW checked_rates AS
  SELECT r.currency, r.valid_from, r.rate,
         CASE WHEN r.valid_from >= '1900-01-01' AND r.valid_from < '3000-01-01'
              THEN r.valid_from::timestamp AT TIME ZONE (SELECT s.time_zone FROM ledger_settings AS s) END AS starts_at,
         CASE
           WHEN r.currency IS NULL THEN 'currency is NULL'
           WHEN octet_length(r.currency) > 8 OR r.currency !~ '^[A-Za-z0-9]{1,8}$' THEN
             format('currency "%s" is not a code of 1 to 8 letters', left(r.currency, 40))
           WHEN r.valid_from IS NULL OR NOT isfinite(r.valid_from) THEN
             format('valid_from of currency %s is %s', upper(r.currency), coalesce(r.valid_from::text, 'NULL'))
           WHEN r.valid_from < '1900-01-01' THEN
             format('valid_from %s of currency %s is before 1900-01-01', r.valid_from, upper(r.currency))
           WHEN r.valid_from >= '3000-01-01' THEN
             format('valid_from %s of currency %s is after 2999-12-31', r.valid_from, upper(r.currency))
           WHEN r.rate IS NULL OR NOT (round(r.rate, 18) > 0 AND r.rate < 1e15) THEN
             format('rate %s of currency %s is not above 0 and below 10^15', coalesce(left(r.rate::text, 40), 'NULL'), upper(r.currency))
           WHEN min(r.rate) OVER same_day <> max(r.rate) OVER same_day THEN
             format('currency %s has several rates of one day', upper(r.currency))
         END AS problem
  FROM fx_rates AS r
  WINDOW same_day AS (PARTITION BY upper(r.currency), r.valid_from);
COMMENT ON VIEW checked_rates IS 'The input fx_rates with what is wrong with those that cannot be used.';

-- The settings as the engine reads them. The digest comes first, so that long lists of rates compare fast.
-- Rates that cannot be used keep their days, so that the rate before does not count on them.
CREATE VIEW engine_settings AS
  SELECT 'digest=' || hashtextextended(lines, 0) || E'\n' || lines AS settings
  FROM (
    SELECT concat_ws(E'\n',
             'currency=' || s.currency, 'time_zone=' || s.time_zone,
             'churn_date=' || p.churn_date, 'past_due=' || p.past_due, 'paused=' || p.paused,
             'discount=' || p.discount, 'usage=' || p.usage, 'zero_mrr=' || p.zero_mrr,
             'netting=' || p.netting, 'gap_tolerance=' || p.gap_tolerance, 'renewal_grace=' || p.renewal_grace, 'week=' || p.week,
             'day=' || p.day, 'fx=' || p.fx,
             (SELECT string_agg(DISTINCT 'rate=' || upper(r.currency) || ' '
                                || (r.valid_from - date '2000-01-01') || ' '
                                || CASE WHEN r.problem IS NULL THEN trim_scale(round(r.rate, 18))::text ELSE '?' END,
                                E'\n')
              FROM checked_rates AS r
              WHERE octet_length(r.currency) <= 8 AND r.currency ~ '^[A-Za-z0-9]{1,8}$'
                AND r.valid_from >= '1900-01-01' AND r.valid_from < '3000-01-01')) AS lines
    FROM ledger_settings AS s
    CROSS JOIN (SELECT * FROM ledger_policy LIMIT 1) AS p
    LIMIT 1
  ) AS joined;
COMMENT ON VIEW engine_settings IS 'The settings, the policy and the rates as the engine reads them.';

CREATE VIEW kept_lines AS
  SELECT customer_id, seq, effective_at, :each_column(%), recorded_by
  FROM current_lines
  WHERE (SELECT c.refreshed FROM ledger_clock AS c);
COMMENT ON VIEW kept_lines IS 'current_lines with the columns in the order of saas_metrics.ledger_line.';
