-- MRR by currency and month, in each currency's own amounts.

CREATE VIEW mrr_by_currency_monthly AS
  WITH clock AS (SELECT today FROM ledger_clock),
  sums AS (
    SELECT segment AS currency, period_start,
           sum(new_mrr) AS new_mrr, sum(reactivation_mrr) AS reactivation_mrr,
           sum(expansion_mrr) AS expansion_mrr, sum(contraction_mrr) AS contraction_mrr,
           sum(churn_mrr) AS churn_mrr, sum(switch_mrr) AS switch_mrr, sum(mrr) AS mrr
    FROM fresh_rollup
    WHERE slice = 'currency'
    GROUP BY segment, period_start
    HAVING (sum(new_mrr), sum(reactivation_mrr), sum(expansion_mrr), sum(contraction_mrr),
            sum(churn_mrr), sum(switch_mrr)) <> (0, 0, 0, 0, 0, 0)
  ),
  periods AS (
    SELECT data.currency, period_start, (period_start + interval '1 month')::date AS period_end
    FROM (SELECT currency, min(period_start) AS first FROM sums GROUP BY currency) AS data,
         saas_metrics.ledger_periods(data.first, (SELECT today FROM clock), interval '1 month', 100000) AS period_start
  )
  SELECT p.period_start, p.period_end, p.period_end <= clock.today AS complete, p.currency,
         coalesce(sum(s.mrr) OVER through, 0) - coalesce(s.mrr, 0) AS opening_mrr,
         coalesce(s.new_mrr, 0) AS new_mrr,
         coalesce(s.reactivation_mrr, 0) AS reactivation_mrr,
         coalesce(s.expansion_mrr, 0) AS expansion_mrr,
         coalesce(s.contraction_mrr, 0) AS contraction_mrr,
         coalesce(s.churn_mrr, 0) AS churn_mrr,
         coalesce(s.switch_mrr, 0) AS switch_mrr,
         coalesce(sum(s.mrr) OVER through, 0) AS closing_mrr
  FROM periods AS p
  CROSS JOIN clock
  LEFT JOIN sums AS s USING (currency, period_start)
  WINDOW through AS (PARTITION BY p.currency ORDER BY p.period_start)
  ORDER BY p.currency, p.period_start;

COMMENT ON VIEW mrr_by_currency_monthly IS
  'How MRR moved by currency and month, in the currency''s own amounts, before any rate. opening + new + reactivation + expansion + contraction + churn + switch = closing, for each currency; amounts of different currencies do not add up.';
COMMENT ON COLUMN mrr_by_currency_monthly.period_start IS 'First day of the month.';
COMMENT ON COLUMN mrr_by_currency_monthly.period_end IS 'First day after the month.';
COMMENT ON COLUMN mrr_by_currency_monthly.complete IS 'Whether the month is over.';
COMMENT ON COLUMN mrr_by_currency_monthly.currency IS 'The currency of the amounts.';
COMMENT ON COLUMN mrr_by_currency_monthly.opening_mrr IS 'MRR in the currency at the end of the day before the month.';
COMMENT ON COLUMN mrr_by_currency_monthly.new_mrr IS 'MRR of customers who never had any before, in any currency.';
COMMENT ON COLUMN mrr_by_currency_monthly.reactivation_mrr IS 'MRR of customers who came back.';
COMMENT ON COLUMN mrr_by_currency_monthly.expansion_mrr IS 'What active customers came to pay more.';
COMMENT ON COLUMN mrr_by_currency_monthly.contraction_mrr IS 'What customers who stayed came to pay less; negative.';
COMMENT ON COLUMN mrr_by_currency_monthly.churn_mrr IS 'What customers paid who left; negative.';
COMMENT ON COLUMN mrr_by_currency_monthly.switch_mrr IS 'What customers came to pay in this currency while they paid less in another, or the other way round.';
COMMENT ON COLUMN mrr_by_currency_monthly.closing_mrr IS 'MRR in the currency at the end of the month.';
