l.effective_on, l.counts_from, l.kind, l.mrr_before, l.mrr_after, l.first_on, l.spell,
l.churn_kind, l.churn_reason, l.product, l.plan, l.billing_period, l.currency, l.line_before,
l.line_after, l.native_amount, l.plan_switch, l.product_switch, l.billing_period_switch,
l.plan_customers, l.product_customers, l.billing_period_customers, l.day_opening, l.week_opening,
l.month_opening, l.quarter_opening, l.year_opening, l.active_at_opening, l.currency_switch
