-- The assumptions: who buys, what it costs, how the months differ. Change these to change the company.

-- New business by month. The trend rises and flattens; spring and autumn sell, summer and December do not.
CREATE TEMP TABLE month ON COMMIT DROP AS
SELECT m, first_day, weight, sum(weight) OVER (ORDER BY m) AS upto, sum(weight) OVER () AS total
FROM company.parameters AS p
CROSS JOIN generate_series(0, p.months - 1) AS m
CROSS JOIN LATERAL (SELECT (p.starts_on::timestamp + m * interval '1 month')::date AS first_day) AS f
CROSS JOIN LATERAL (SELECT
    (ARRAY[112, 106, 112, 104, 100, 94, 84, 80, 112, 110, 102, 80])[extract(month FROM first_day)::int]
    * (30 + 200 * (m + 1) / p.months - 100 * (m + 1) * (m + 1) / (p.months * p.months))
    * (94 + roll(dice('month ' || m), 0, 13)) AS weight) AS w;

-- share: percent of the customers. risk: factor on churn. leads: per sign-up, those who never sign up.
-- trials: percent who try first. trials_paid: percent of those who then pay. bigger: shifts towards larger firms.
CREATE TEMP TABLE source ON COMMIT DROP AS
SELECT *, sum(share) OVER (ORDER BY source) AS upto
FROM (VALUES
    ('organic',     24, 1.00, 2.5, 75, 46, 0.00),
    ('content',     18, 0.90, 4.0, 80, 48, 0.00),
    ('paid_search', 20, 1.15, 4.5, 75, 40, 0.00),
    ('paid_social', 10, 1.70, 7.0, 85, 28, 0.00),
    ('referral',    12, 0.65, 0.8, 60, 62, 0.05),
    ('partner',      8, 0.80, 1.5, 40, 60, 0.20),
    ('outbound',     8, 0.75, 9.0, 50, 55, 0.30)
) AS v (source, share, risk, leads, trials, trials_paid, bigger);

-- Cost in dollars per expected sign-up of a month, plus a fixed sum per month and 1000 customers.
CREATE TEMP TABLE channel ON COMMIT DROP AS
SELECT * FROM (VALUES
    ('marketing', 'content',       110,  600),
    ('marketing', 'paid_search',   260,    0),
    ('marketing', 'paid_social',   120,    0),
    ('marketing', 'events',         60,  500),
    ('marketing', 'partners',       70,    0),
    ('sales',     'inbound sales', 190,  900),
    ('sales',     'outbound',      150, 1100)
) AS v (category, channel, per_sign_up, fixed);

-- annual: percent on annual plans. Seats at the start: from seats_low up, few near the top.
CREATE TEMP TABLE size ON COMMIT DROP AS
SELECT *, sum(share) OVER (ORDER BY seats_low) AS upto
FROM (VALUES
    ('1-10',     54, 1.20, 18,  1,   5, 70, 28),
    ('11-50',    30, 0.90, 30,  3,  12, 32, 56),
    ('51-200',   12, 0.65, 45,  6,  28, 10, 54),
    ('201-1000',  4, 0.45, 60, 14,  70,  0, 36)
) AS v (size, share, risk, annual, seats_low, seats_more, starter, team);

CREATE TEMP TABLE country ON COMMIT DROP AS
SELECT *, sum(share) OVER (ORDER BY country) AS upto
FROM (VALUES
    ('US', 42, 'USD'), ('GB', 10, 'USD'), ('CA', 7, 'USD'), ('AU', 5, 'USD'), ('SE', 3, 'USD'),
    ('DE', 12, 'EUR'), ('FR',  8, 'EUR'), ('NL', 5, 'EUR'), ('ES', 5, 'EUR'), ('IT', 3, 'EUR')
) AS v (country, share, currency);

CREATE TEMP TABLE industry ON COMMIT DROP AS
SELECT *, sum(share) OVER (ORDER BY industry) AS upto
FROM (VALUES
    ('software',      26, 0.90, 'Software'),   ('agencies',   20, 1.15, 'Studio'),
    ('retail',        16, 1.30, 'Goods'),      ('consulting', 14, 1.00, 'Partners'),
    ('manufacturing',  9, 0.75, 'Works'),      ('education',   8, 0.95, 'Academy'),
    ('health',         7, 0.80, 'Clinics')
) AS v (industry, share, risk, suffix);

-- Price list.
INSERT INTO company.plans
SELECT lower(replace(product, ' ', '_')) || '_' || term || '_' || lower(currency),
       product, kind, unit, billing_period, currency, months * CASE currency WHEN 'USD' THEN usd ELSE eur END
FROM (VALUES
    (1, 'Starter',          'recurring', 'seat',    15, 14),
    (2, 'Team',             'recurring', 'seat',    26, 24),
    (3, 'Business',         'recurring', 'seat',    39, 36),
    (4, 'Analytics',        'add_on',    'seat',     5,  4.5),
    (5, 'Priority support', 'add_on',    'account', 79, 75)
) AS v (n, product, kind, unit, usd, eur)
CROSS JOIN (VALUES ('monthly', interval '1 month', 1),
                   ('annual',  interval '1 year', 10)) AS t (term, billing_period, months)
CROSS JOIN (VALUES ('USD'), ('EUR')) AS c (currency)
ORDER BY n, months, currency DESC;
\echo '  plans               ' :ROW_COUNT

INSERT INTO company.coupons VALUES
    ('FOUNDER30',  'permanent', 30),    -- some of the first customers
    ('EDU20',      'permanent', 20),    -- half of the schools
    ('WELCOME25',  'repeating', 25),
    ('FIRST50',    'once',      50),
    ('STAY30',     'repeating', 30),    -- offered to some who were about to leave
    ('COMEBACK20', 'repeating', 20);    -- and to some who had left
\echo '  coupons             ' :ROW_COUNT

-- The euro walks a few hundredths of a cent a business day.
INSERT INTO company.fx_rates
SELECT 'EUR', valid_from,
       1.0850 + 0.0004 * sum(roll(dice('euro ' || valid_from), 0, 17) - 8) OVER (ORDER BY valid_from)
FROM company.parameters AS p
CROSS JOIN LATERAL generate_series(-7, p.ends_on - p.starts_on - 1) AS day
CROSS JOIN LATERAL (SELECT p.starts_on + day AS valid_from) AS d
WHERE extract(isodow FROM valid_from) < 6
UNION ALL
SELECT 'USD', starts_on - 7, 1 FROM company.parameters
ORDER BY 1, 2;
\echo '  fx_rates            ' :ROW_COUNT

INSERT INTO company.spend
SELECT first_day, category, channel,
       round(p.customers * (fixed / 1000.0 + per_sign_up * weight / total::numeric)
             * (90 + roll(dice('spend ' || m || channel), 0, 21)) / 100.0, -1)
FROM month CROSS JOIN channel CROSS JOIN company.parameters AS p
ORDER BY 1, 2, 3;
\echo '  spend               ' :ROW_COUNT
