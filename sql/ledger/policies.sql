-- Policies ---------------------------------------------------------------------
-- How rows count, as data.

CREATE VIEW saas_metrics.policies AS
  SELECT policy, description, churn_date, past_due, paused, discount, usage, zero_mrr, netting,
         gap_tolerance, renewal_grace, week, day, fx
  FROM (VALUES
    ('default', 'The house''s own.',
     'access_end', 'count', 'zero', 'recurring', 'exclude', 'inactive', 'day', 0, 7, '52/12', '365/12', 'at_start'),
    -- What a vendor's documents do not tell is as in the house; docs/dialects.md says which that is.
    ('stripe', 'Stripe Billing, by docs.stripe.com/billing/subscriptions/analytics.',
     'cancel_request', 'count', 'zero', 'permanent', 'exclude', 'inactive', 'day', 0, 7, '4.33', '30', 'daily'),
    ('chartmogul', 'ChartMogul, by its help center, help.chartmogul.com.',
     'cancel_effective', 'count', 'zero', 'all', 'exclude', 'active', 'event', 0, 7, '52/12', '365/12', 'daily'),
    ('profitwell', 'ProfitWell Metrics of Paddle, by paddle.com/help/profitwell-metrics.',
     'access_end', 'count', 'zero', 'all', 'exclude', 'inactive', 'month', 0, 7, '52/12', '365/12', 'at_start'),
    ('baremetrics', 'Baremetrics, by help.baremetrics.com.',
     'access_end', '30 days', 'zero', 'all', 'exclude', 'inactive', 'day', 0, 7, '52/12', '365/12', 'at_start'),
    ('recurly', 'Recurly, by docs.recurly.com/docs/monthly-recurring-revenue.',
     'access_end', 'count', 'zero', 'recurring', 'exclude', 'inactive', 'month', 0, 7, '52/12', '30', 'at_start')
  ) AS built_in (policy, description, churn_date, past_due, paused, discount, usage, zero_mrr,
                 netting, gap_tolerance, renewal_grace, week, day, fx);
GRANT SELECT ON saas_metrics.policies TO PUBLIC;

COMMENT ON VIEW saas_metrics.policies IS
  'The built-in policies: how rows of subscription_periods count. A ledger''s own are rows in the table policies of its schema, which has the same columns.';
COMMENT ON COLUMN saas_metrics.policies.policy IS 'The name, for create_ledger and set_policy.';
COMMENT ON COLUMN saas_metrics.policies.description IS 'What it follows.';
COMMENT ON COLUMN saas_metrics.policies.churn_date IS
  'When a cancelled item ends: access_end (access_ends_at, or ends_at without it), cancel_effective (ends_at), cancel_request (cancel_requested_at, or ends_at without it).';
COMMENT ON COLUMN saas_metrics.policies.past_due IS
  'count: an item whose payment is late counts. ''14 days'': it counts so many days and then is involuntary churn; if the payment comes in later, it counted all the time. unpaid is always churn.';
COMMENT ON COLUMN saas_metrics.policies.paused IS
  'zero: a paused item counts for nothing, a churn with the reason paused. count: it goes on counting.';
COMMENT ON COLUMN saas_metrics.policies.discount IS
  'Which discounts lower MRR: recurring (permanent and repeating), permanent, all, none.';
COMMENT ON COLUMN saas_metrics.policies.usage IS
  'Whether items of kind usage count: exclude, include. Trials and one-time charges never do.';
COMMENT ON COLUMN saas_metrics.policies.zero_mrr IS
  'inactive: a customer without MRR is not active; falling to 0 is churn. active: an item that counts makes its customer active even at 0; falling to 0 is contraction.';
COMMENT ON COLUMN saas_metrics.policies.netting IS
  'What a customer''s changes are set off against each other within: day, event (the same instant), month (in views by month, quarter and year; by day in finer ones).';
COMMENT ON COLUMN saas_metrics.policies.gap_tolerance IS
  'Days without MRR, at most, after which the MRR before goes on as if it had never stopped. A churn counts from so many days after it on, dated at the end of the MRR.';
COMMENT ON COLUMN saas_metrics.policies.renewal_grace IS
  'Days for which an item goes on after the last invoiced service ended, where no subscription says more (renews). If nothing is invoiced within them, it ended there, and that counts from so many days later on; what is invoiced late goes on as if it had never stopped.';
COMMENT ON COLUMN saas_metrics.policies.week IS 'Weeks in a month, as a fraction or a decimal.';
COMMENT ON COLUMN saas_metrics.policies.day IS 'Days in a month, as a fraction or a decimal.';
COMMENT ON COLUMN saas_metrics.policies.fx IS
  'at_start: the rate that is valid on the first day of an item, for its life. daily: the rate of each day; its changes are movements of kind fx.';

CREATE FUNCTION saas_metrics._find_policy(policy text) RETURNS saas_metrics.policies
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  found saas_metrics.policies;
BEGIN
  SELECT known.policy, known.description, known.churn_date, known.past_due, known.paused, known.discount, known.usage,
         known.zero_mrr, known.netting, known.gap_tolerance, known.renewal_grace, known.week, known.day, known.fx
    INTO found
  FROM (SELECT 1 AS place, own.* FROM policies AS own
        UNION ALL
        SELECT 2, built_in.* FROM saas_metrics.policies AS built_in) AS known
  WHERE known.policy = _find_policy.policy
  -- A policy of the ledger's own hides a built-in one of that name.
  ORDER BY known.place
  LIMIT 1;
  IF found.policy IS NULL THEN
    RAISE EXCEPTION 'policy "%" is not known', pg_catalog.left(policy, 100)
      USING ERRCODE = '22023', HINT = 'Choose one of saas_metrics.policies, or insert your own into the table policies of the ledger.';
  END IF;
  RETURN found;
END
$$;
COMMENT ON FUNCTION saas_metrics._find_policy(text) IS
  'The policy of this name, of the ledger''s own or built in. Errors: 22023 if there is none. Part of set_policy and metrics_in_dialect.';

CREATE FUNCTION saas_metrics._use_policy(policy text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  found saas_metrics.policies := saas_metrics._find_policy(policy);
BEGIN
  DELETE FROM ledger_policy;
  INSERT INTO ledger_policy SELECT found.*;
END
$$;
COMMENT ON FUNCTION saas_metrics._use_policy(text) IS
  'Makes a ledger''s rows count by a policy as it is now. Errors: 22023 if there is none of this name. Part of create_ledger and set_policy.';
