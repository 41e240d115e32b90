-- The tables of Stripe's own sync, as far as they are read.

DROP SCHEMA IF EXISTS stripe CASCADE;
CREATE SCHEMA stripe;

CREATE TABLE stripe.customers (
    _raw_data  jsonb NOT NULL,
    id         text GENERATED ALWAYS AS (_raw_data ->> 'id') STORED PRIMARY KEY,
    name       text GENERATED ALWAYS AS (_raw_data ->> 'name') STORED,
    email      text GENERATED ALWAYS AS (_raw_data ->> 'email') STORED,
    created    bigint GENERATED ALWAYS AS ((_raw_data ->> 'created')::bigint) STORED,
    metadata   jsonb GENERATED ALWAYS AS (_raw_data -> 'metadata') STORED,
    livemode   boolean GENERATED ALWAYS AS ((_raw_data ->> 'livemode')::boolean) STORED
);
CREATE TABLE stripe.prices (
    _raw_data  jsonb NOT NULL,
    id         text GENERATED ALWAYS AS (_raw_data ->> 'id') STORED PRIMARY KEY
);
CREATE TABLE stripe.subscriptions (
    _raw_data  jsonb NOT NULL,
    id         text GENERATED ALWAYS AS (_raw_data ->> 'id') STORED PRIMARY KEY,
    customer   text GENERATED ALWAYS AS (_raw_data ->> 'customer') STORED,
    status     text GENERATED ALWAYS AS (_raw_data ->> 'status') STORED,
    ended_at   bigint GENERATED ALWAYS AS ((_raw_data ->> 'ended_at')::bigint) STORED,
    livemode   boolean GENERATED ALWAYS AS ((_raw_data ->> 'livemode')::boolean) STORED
);
CREATE TABLE stripe.invoices (
    _raw_data  jsonb NOT NULL,
    id         text GENERATED ALWAYS AS (_raw_data ->> 'id') STORED PRIMARY KEY,
    customer   text GENERATED ALWAYS AS (_raw_data ->> 'customer') STORED,
    status     text GENERATED ALWAYS AS (_raw_data ->> 'status') STORED,
    currency   text GENERATED ALWAYS AS (_raw_data ->> 'currency') STORED,
    created    bigint GENERATED ALWAYS AS ((_raw_data ->> 'created')::bigint) STORED,
    attempt_count bigint GENERATED ALWAYS AS ((_raw_data ->> 'attempt_count')::bigint) STORED,
    status_transitions jsonb GENERATED ALWAYS AS (_raw_data -> 'status_transitions') STORED,
    discounts  jsonb GENERATED ALWAYS AS (_raw_data -> 'discounts') STORED,
    lines      jsonb GENERATED ALWAYS AS (_raw_data -> 'lines') STORED,
    livemode   boolean GENERATED ALWAYS AS ((_raw_data ->> 'livemode')::boolean) STORED
);
INSERT INTO stripe.customers SELECT object FROM stripe_customer ORDER BY id;
INSERT INTO stripe.prices SELECT object FROM stripe_price ORDER BY id;
INSERT INTO stripe.subscriptions SELECT object FROM stripe_subscription ORDER BY id;
INSERT INTO stripe.invoices SELECT object FROM stripe_invoice ORDER BY object -> 'created', id;

-- What a ledger finds the rows of a customer by.
CREATE INDEX ON stripe.subscriptions (customer);
CREATE INDEX ON stripe.invoices (customer);
