-- What views and refreshes are told of the ledger.

-- LIMIT tells the planner that there is one: plans, and whether they are compiled, depend on it.
CREATE VIEW ledger_policy AS
  SELECT p.*
  FROM (SELECT 1 AS place, own.* FROM policies AS own
        UNION ALL
        SELECT 2, built_in.* FROM saas_metrics.policies AS built_in) AS p
  WHERE p.policy = (SELECT s.policy FROM ledger_settings AS s)
  ORDER BY p.place
  LIMIT 1;
COMMENT ON VIEW ledger_policy IS 'The policy of the ledger: how rows count. A policy of its own hides a built-in one of that name.';

CREATE VIEW ledger_clock AS
  SELECT s.currency, s.time_zone, s.settled_on,
         saas_metrics.ledger_today(s.time_zone, s.settled_on) AS today,
         (SELECT p.netting = 'month' FROM ledger_policy AS p) AS nets_months
  FROM ledger_settings AS s
  LIMIT 1;
COMMENT ON VIEW ledger_clock IS
  'The ledger''s currency, time zone and current date. The setting saas_metrics.today replaces the date for a session.';

-- What the engine is told. The digest comes first, so that long lists of rates compare fast.
CREATE VIEW engine_settings AS
  SELECT 'digest=' || hashtextextended(lines, 0) || E'\n' || lines AS settings
  FROM (
    SELECT concat_ws(E'\n',
             'currency=' || s.currency, 'time_zone=' || s.time_zone,
             'churn_date=' || p.churn_date, 'past_due=' || p.past_due, 'paused=' || p.paused,
             'discount=' || p.discount, 'usage=' || p.usage, 'zero_mrr=' || p.zero_mrr,
             'netting=' || p.netting, 'gap_tolerance=' || p.gap_tolerance, 'week=' || p.week,
             'day=' || p.day, 'fx=' || p.fx,
             (SELECT string_agg('rate=' || upper(r.currency) || ' '
                                || (r.valid_from - date '2000-01-01') || ' '
                                || trim_scale(round(r.rate, 18)),
                                E'\n' ORDER BY r.currency, r.valid_from)
              FROM fx_rates AS r
              WHERE r.currency ~ '^[A-Za-z0-9]{1,8}$' AND isfinite(r.valid_from)
                AND round(r.rate, 18) > 0 AND r.rate < 1e15)) AS lines
    FROM ledger_settings AS s
    CROSS JOIN ledger_policy AS p
    LIMIT 1
  ) AS told;
COMMENT ON VIEW engine_settings IS 'The settings, the policy and the rates as the engine reads them.';

CREATE VIEW kept_lines AS
  SELECT customer_id, effective_on, seq, effective_at, counts_from, kind, mrr_before, mrr_after,
         first_on, spell, churn_kind, churn_reason, product, plan, billing_period, currency,
         line_before, line_after, native_amount, plan_switch, product_switch,
         billing_period_switch, plan_customers, product_customers, billing_period_customers,
         day_opening, week_opening, month_opening, quarter_opening, year_opening,
         active_at_opening, currency_switch, recorded_by
  FROM current_lines;
COMMENT ON VIEW kept_lines IS 'current_lines with the columns in the order of saas_metrics.ledger_line.';
