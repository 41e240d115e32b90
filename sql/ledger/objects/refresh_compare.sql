-- Compares what is read with the current lines, supersedes what differs, records what is new, and
-- moves the rollup by the difference.
difference AS MATERIALIZED (
  SELECT customer_id, effective_on, seq, l.place,
         f.effective_at, f.counts_from, f.kind, f.mrr_before, f.mrr_after, f.first_on, f.spell,
         f.churn_kind, f.churn_reason, f.product, f.plan, f.billing_period, f.currency,
         f.line_before, f.line_after, f.native_amount, f.plan_switch, f.product_switch,
         f.billing_period_switch, f.plan_customers, f.product_customers,
         f.billing_period_customers, f.day_opening, f.week_opening, f.month_opening,
         f.quarter_opening, f.year_opening, f.active_at_opening, f.currency_switch
  FROM (
    SELECT g.customer_id, lines.* FROM found AS g, unnest(g.lines) AS lines
  ) AS f
  FULL JOIN (
    SELECT c.ctid AS place, c.* FROM current_lines AS c WHERE :is_changed(c.customer_id)
  ) AS l USING (customer_id, effective_on, seq)
  WHERE f.kind IS NULL OR l.kind IS NULL OR (
    f.effective_at, f.counts_from, f.kind, f.mrr_before, f.mrr_after, f.first_on, f.spell,
    f.churn_kind, f.churn_reason, f.product, f.plan, f.billing_period, f.currency, f.line_before,
    f.line_after, f.native_amount, f.plan_switch, f.product_switch, f.billing_period_switch,
    f.plan_customers, f.product_customers, f.billing_period_customers, f.day_opening,
    f.week_opening, f.month_opening, f.quarter_opening, f.year_opening, f.active_at_opening, f.currency_switch
  ) IS DISTINCT FROM (
    l.effective_at, l.counts_from, l.kind, l.mrr_before, l.mrr_after, l.first_on, l.spell,
    l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period, l.currency, l.line_before,
    l.line_after, l.native_amount, l.plan_switch, l.product_switch, l.billing_period_switch,
    l.plan_customers, l.product_customers, l.billing_period_customers, l.day_opening,
    l.week_opening, l.month_opening, l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch
  )
),
superseded AS (
  DELETE FROM current_lines AS l
  USING difference AS d
  WHERE :is_changed(l.customer_id) AND l.ctid = d.place
  RETURNING l.*
),
archived AS (
  INSERT INTO superseded_lines SELECT s.*, $2 FROM superseded AS s
),
-- Only when all that it replaces is gone.
added AS (
  INSERT INTO current_lines (
    customer_id, recorded_by,
    effective_on, seq, effective_at, counts_from, kind, mrr_before, mrr_after, first_on, spell,
    churn_kind, churn_reason, product, plan, billing_period, currency, line_before, line_after,
    native_amount, plan_switch, product_switch, billing_period_switch, plan_customers,
    product_customers, billing_period_customers, day_opening, week_opening, month_opening,
    quarter_opening, year_opening, active_at_opening, currency_switch)
  SELECT d.customer_id, $2,
         d.effective_on, d.seq, d.effective_at, d.counts_from, d.kind, d.mrr_before, d.mrr_after,
         d.first_on, d.spell, d.churn_kind, d.churn_reason, d.product, d.plan, d.billing_period,
         d.currency, d.line_before, d.line_after, d.native_amount, d.plan_switch,
         d.product_switch, d.billing_period_switch, d.plan_customers, d.product_customers,
         d.billing_period_customers, d.day_opening, d.week_opening, d.month_opening,
         d.quarter_opening, d.year_opening, d.active_at_opening, d.currency_switch
  FROM difference AS d
  WHERE d.kind IS NOT NULL AND (SELECT count(*) FROM superseded) >= 0
  RETURNING current_lines.*
),
contributed AS (
  SELECT saas_metrics.ledger_contributions(
           l.sign, (SELECT s.settled_on FROM ledger_settings AS s),
           (SELECT c.nets_months FROM ledger_clock AS c),
           l.effective_on, l.counts_from, l.kind, l.mrr_before, l.mrr_after, l.first_on, l.spell,
           l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period, l.currency,
           l.line_before, l.line_after, l.native_amount, l.plan_switch, l.product_switch,
           l.billing_period_switch, l.plan_customers, l.product_customers,
           l.billing_period_customers, l.day_opening, l.week_opening, l.month_opening,
           l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch) AS sums
  FROM (
    SELECT 1 AS sign, a.* FROM added AS a
    UNION ALL
    SELECT -1, s.* FROM superseded AS s
  ) AS l
),
rolled AS (
  INSERT INTO rollup AS r
  SELECT s.* FROM contributed AS c, unnest(c.sums) AS s
  ON CONFLICT (slice, period_start, segment, detail, cohort, age, counts_from) DO UPDATE SET
    new_mrr = r.new_mrr + excluded.new_mrr,
    reactivation_mrr = r.reactivation_mrr + excluded.reactivation_mrr,
    expansion_mrr = r.expansion_mrr + excluded.expansion_mrr,
    contraction_mrr = r.contraction_mrr + excluded.contraction_mrr,
    churn_mrr = r.churn_mrr + excluded.churn_mrr,
    fx_mrr = r.fx_mrr + excluded.fx_mrr,
    switch_mrr = r.switch_mrr + excluded.switch_mrr,
    mrr = r.mrr + excluded.mrr,
    unretained_mrr = r.unretained_mrr + excluded.unretained_mrr,
    survivors_gain = r.survivors_gain + excluded.survivors_gain,
    new_customers = r.new_customers + excluded.new_customers,
    reactivated_customers = r.reactivated_customers + excluded.reactivated_customers,
    expanded_customers = r.expanded_customers + excluded.expanded_customers,
    contracted_customers = r.contracted_customers + excluded.contracted_customers,
    churned_customers = r.churned_customers + excluded.churned_customers,
    lost_customers = r.lost_customers + excluded.lost_customers,
    customers = r.customers + excluded.customers
),
counts AS (
  SELECT coalesce(sum(c.added) FILTER (WHERE c.moves), 0)::bigint AS added,
         coalesce(sum(1 - c.added) FILTER (WHERE c.moves), 0)::bigint AS superseded,
         count(*) AS lines
  FROM (
    SELECT 1 AS added, a.mrr_after IS NOT NULL AND a.kind <> 'switch' AS moves FROM added AS a
    UNION ALL
    SELECT 0, s.mrr_after IS NOT NULL AND s.kind <> 'switch' FROM superseded AS s
  ) AS c
),
