-- The built-in policies as docs/dialects.md has them: written here, not read from the extension, so
-- that a wrong default is a difference.

CREATE TABLE oracle.policy (
    policy text PRIMARY KEY, description text, churn_date text, past_due text, paused text, discount text, usage text, zero_mrr text,
    netting text, gap_tolerance int, renewal_grace int, week text, day text, fx text
);
INSERT INTO oracle.policy (policy, churn_date, past_due, paused, discount, usage, zero_mrr, netting, gap_tolerance, renewal_grace, week, day, fx) VALUES
    ('default',     'access_end',       'count',   'zero', 'recurring', 'exclude', 'inactive', 'day',   0, 7, '52/12', '365/12', 'at_start'),
    ('stripe',      'cancel_request',   'count',   'zero', 'permanent', 'exclude', 'inactive', 'day',   0, 7, '4.33',  '30',     'daily'),
    ('chartmogul',  'cancel_effective', 'count',   'zero', 'all',       'exclude', 'active',   'event', 0, 7, '52/12', '365/12', 'daily'),
    ('profitwell',  'access_end',       'count',   'zero', 'all',       'exclude', 'inactive', 'month', 0, 7, '52/12', '365/12', 'at_start'),
    ('baremetrics', 'access_end',       '30 days', 'zero', 'all',       'exclude', 'inactive', 'day',   0, 7, '52/12', '365/12', 'at_start'),
    ('recurly',     'access_end',       'count',   'zero', 'recurring', 'exclude', 'inactive', 'month', 0, 7, '52/12', '30',     'at_start');
