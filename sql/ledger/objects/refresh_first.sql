-- Records what is read in a ledger that has no lines; the rollup is summed up after that.
added AS (
  INSERT INTO current_lines (
    customer_id, recorded_by,
    effective_on, seq, effective_at, counts_from, kind, mrr_before, mrr_after, first_on, spell,
    churn_kind, churn_reason, product, plan, billing_period, currency, line_before, line_after,
    native_amount, plan_switch, product_switch, billing_period_switch, plan_customers,
    product_customers, billing_period_customers, day_opening, week_opening, month_opening,
    quarter_opening, year_opening, active_at_opening, currency_switch)
  SELECT f.customer_id, $2,
         l.effective_on, l.seq, l.effective_at, l.counts_from, l.kind, l.mrr_before, l.mrr_after,
         l.first_on, l.spell, l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period,
         l.currency, l.line_before, l.line_after, l.native_amount, l.plan_switch,
         l.product_switch, l.billing_period_switch, l.plan_customers, l.product_customers,
         l.billing_period_customers, l.day_opening, l.week_opening, l.month_opening,
         l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch
  FROM found AS f, unnest(f.lines) AS l
),
counts AS (
  SELECT 0 AS added, 0 AS superseded, 0 AS lines
),
