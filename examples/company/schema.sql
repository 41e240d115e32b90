-- The tables, and the dice everything else is thrown with.

CREATE TABLE company.parameters (
    customers integer NOT NULL CHECK (customers > 0),
    months    integer NOT NULL CHECK (months > 0),
    ends_on   date    NOT NULL CHECK (extract(day FROM ends_on) = 1),
    starts_on date    GENERATED ALWAYS AS ((ends_on::timestamp - months * interval '1 month')::date) STORED,
    seed      text    NOT NULL
);
COMMENT ON TABLE  company.parameters IS 'What this company was generated with (one row)';
COMMENT ON COLUMN company.parameters.ends_on IS
    'First day after the history; only what was already scheduled lies later';
INSERT INTO company.parameters (customers, months, ends_on, seed) VALUES (:customers, :months, :'ends_on', :'seed');

CREATE TABLE company.customers (
    customer_id  bigint PRIMARY KEY,
    name         text NOT NULL,
    signed_up_at timestamptz NOT NULL,
    country      text NOT NULL,
    industry     text NOT NULL,
    size         text NOT NULL,
    source       text NOT NULL,
    is_test      boolean NOT NULL
);
COMMENT ON TABLE  company.customers IS 'Everybody who ever signed up, on trial or paying at once';
COMMENT ON COLUMN company.customers.country IS 'ISO 3166 code';
COMMENT ON COLUMN company.customers.size IS 'Employees';
COMMENT ON COLUMN company.customers.source IS 'Channel that brought the lead';
COMMENT ON COLUMN company.customers.is_test IS 'Our own accounts: belong in no metric';

CREATE TABLE company.plans (
    plan           text PRIMARY KEY,
    product        text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('recurring', 'add_on')),
    unit           text NOT NULL CHECK (unit IN ('seat', 'account')),
    billing_period interval NOT NULL,
    currency       text NOT NULL,
    price          numeric NOT NULL,
    UNIQUE (product, billing_period, currency)
);
COMMENT ON TABLE  company.plans IS 'Price list; a year costs ten months';
COMMENT ON COLUMN company.plans.price IS 'Per unit and billing period, without tax';

CREATE TABLE company.coupons (
    coupon        text PRIMARY KEY,
    discount_kind text NOT NULL CHECK (discount_kind IN ('permanent', 'repeating', 'once')),
    percent       integer NOT NULL
);
COMMENT ON TABLE  company.coupons IS 'Discounts on the plan; add-ons are never discounted';
COMMENT ON COLUMN company.coupons.discount_kind IS
    'repeating: the first three months, or the first year of an annual plan; once: the first invoice';

CREATE TABLE company.subscription_periods (
    customer_id         bigint NOT NULL REFERENCES company.customers,
    subscription_id     text NOT NULL,
    item_id             text NOT NULL,
    product             text NOT NULL,
    plan                text NOT NULL REFERENCES company.plans,
    kind                text NOT NULL CHECK (kind IN ('recurring', 'add_on')),
    quantity            integer NOT NULL CHECK (quantity > 0),
    amount              numeric NOT NULL,
    discount            numeric NOT NULL,
    discount_kind       text CHECK (discount_kind IN ('permanent', 'repeating', 'once')),
    currency            text NOT NULL,
    billing_period      interval NOT NULL,
    starts_at           timestamptz NOT NULL,
    ends_at             timestamptz,
    status              text NOT NULL CHECK (status IN ('trialing', 'active', 'past_due', 'paused', 'canceled')),
    cancel_requested_at timestamptz,
    access_ends_at      timestamptz,
    churn_kind          text CHECK (churn_kind IN ('voluntary', 'involuntary', 'unknown')),
    churn_reason        text,
    PRIMARY KEY (item_id, starts_at)
);
COMMENT ON TABLE  company.subscription_periods IS
    'One row per stretch in which an item''s price and state stayed the same';
COMMENT ON COLUMN company.subscription_periods.subscription_id IS 'A customer who comes back gets a new subscription';
COMMENT ON COLUMN company.subscription_periods.item_id IS
    'The seats or one add-on of a subscription; plan and quantity change within it';
COMMENT ON COLUMN company.subscription_periods.amount IS
    'Per billing period, for the whole quantity, before discount, without tax';
COMMENT ON COLUMN company.subscription_periods.discount IS 'Amount per billing period';
COMMENT ON COLUMN company.subscription_periods.ends_at IS
    'Exclusive; NULL = still running; in the future = already cancelled, or a running trial';
COMMENT ON COLUMN company.subscription_periods.cancel_requested_at IS
    'This and the next three: on the last rows of a cancelled subscription only';
COMMENT ON COLUMN company.subscription_periods.access_ends_at IS
    'After ends_at if the customer cancelled with immediate effect: the paid term is served to its end';

CREATE TABLE company.fx_rates (
    currency   text NOT NULL,
    valid_from date NOT NULL,
    rate       numeric NOT NULL,
    PRIMARY KEY (currency, valid_from)
);
COMMENT ON TABLE  company.fx_rates IS 'US dollars for one unit of the currency, valid until the next row';

CREATE TABLE company.invoices (
    invoice_id      bigint PRIMARY KEY,
    customer_id     bigint NOT NULL REFERENCES company.customers,
    subscription_id text NOT NULL,
    issued_at       timestamptz NOT NULL,
    currency        text NOT NULL,
    total           numeric NOT NULL,
    status          text NOT NULL CHECK (status IN ('open', 'paid', 'uncollectible')),
    paid_at         timestamptz
);
COMMENT ON TABLE  company.invoices IS 'Issued in advance when a term starts, and at once for changes within a term';
COMMENT ON COLUMN company.invoices.total IS 'Sum of the lines, after discount, without tax';

CREATE TABLE company.invoice_lines (
    invoice_id        bigint NOT NULL REFERENCES company.invoices,
    line_no           integer NOT NULL,
    item_id           text NOT NULL,
    plan              text NOT NULL REFERENCES company.plans,
    kind              text NOT NULL CHECK (kind IN ('term', 'proration_credit', 'proration_debit')),
    quantity          integer NOT NULL,
    amount            numeric NOT NULL,
    service_starts_at timestamptz NOT NULL,
    service_ends_at   timestamptz NOT NULL,
    PRIMARY KEY (invoice_id, line_no)
);
COMMENT ON COLUMN company.invoice_lines.kind IS
    'term: a whole billing period; a change within a term credits the rest of the old price and debits the new';
COMMENT ON COLUMN company.invoice_lines.amount IS 'After discount; a credit is negative';

CREATE TABLE company.payments (
    payment_id     bigint PRIMARY KEY,
    invoice_id     bigint NOT NULL REFERENCES company.invoices,
    customer_id    bigint NOT NULL REFERENCES company.customers,
    attempt        integer NOT NULL,
    attempted_at   timestamptz NOT NULL,
    currency       text NOT NULL,
    amount         numeric NOT NULL,
    status         text NOT NULL CHECK (status IN ('succeeded', 'failed')),
    failure_reason text,
    recovered      boolean,
    UNIQUE (invoice_id, attempt)
);
COMMENT ON TABLE  company.payments IS 'One row per attempt: at once, then after 3, 7 and 14 days';
COMMENT ON COLUMN company.payments.recovered IS 'Of a failed attempt: has a later one succeeded';

CREATE TABLE company.leads (
    lead_id      bigint PRIMARY KEY,
    source       text NOT NULL,
    created_at   timestamptz NOT NULL,
    qualified_at timestamptz,
    trial_at     timestamptz,
    converted_at timestamptz,
    customer_id  bigint UNIQUE REFERENCES company.customers
);
COMMENT ON TABLE  company.leads IS 'The funnel: lead, qualified, trial, paid (some pay at once, without a trial)';

CREATE TABLE company.spend (
    month    date NOT NULL,
    category text NOT NULL CHECK (category IN ('sales', 'marketing')),
    channel  text NOT NULL,
    amount   numeric NOT NULL,
    PRIMARY KEY (month, category, channel)
);
COMMENT ON TABLE  company.spend IS 'Cost of sales and marketing, in US dollars';

CREATE TABLE company.users (
    user_id     bigint PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES company.customers,
    created_at  timestamptz NOT NULL
);
COMMENT ON TABLE  company.users IS 'People in the accounts, one for most seats, at most eight per account';

CREATE TABLE company.activity (
    user_id     bigint NOT NULL,
    customer_id bigint NOT NULL,
    active_on   date NOT NULL,
    events      integer NOT NULL
);
COMMENT ON TABLE  company.activity IS
    'Product usage: one row per user and day with any (no foreign keys: it is large)';

CREATE INDEX ON company.subscription_periods (customer_id);
CREATE INDEX ON company.subscription_periods (currency);
CREATE INDEX ON company.invoices (customer_id);
CREATE INDEX ON company.payments (customer_id);
CREATE INDEX ON company.users (customer_id);

-- Chance without random(): a hash of what is being decided. So a decision depends on nothing but the seed and
-- its own key, not on the order of rows, the plan of a query or the version of the server.
CREATE FUNCTION company.dice(key text) RETURNS bytea IMMUTABLE PARALLEL SAFE
    RETURN sha256((:'seed' || ' ' || key)::bytea);
CREATE FUNCTION company.roll(dice bytea, n integer) RETURNS double precision IMMUTABLE PARALLEL SAFE
    RETURN (get_byte(dice, 2 * n) * 256 + get_byte(dice, 2 * n + 1)) / 65536::double precision;
CREATE FUNCTION company.roll(dice bytea, n integer, below integer) RETURNS integer IMMUTABLE PARALLEL SAFE
    RETURN floor(below * company.roll(dice, n))::integer;
COMMENT ON FUNCTION company.dice(text) IS 'Sixteen throws for one decision: 32 bytes from its name';
COMMENT ON FUNCTION company.roll(bytea, integer) IS 'Throw 0 to 15 of the dice, uniform in [0, 1)';
COMMENT ON FUNCTION company.roll(bytea, integer, integer) IS 'The same as a whole number from 0 to below - 1';
