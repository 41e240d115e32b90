-- One bad row harms one customer: beside rows of every bad kind, all other customers and the other
-- rows of the same customer count exactly as they do without; each bad row is listed with its reason;
-- all views can be read, before and after the refresh that takes it in.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/New_York';
CALL oracle.generate(91, 200);
-- The application's own keys hold any text.
CREATE INDEX ON oracle.billing USING hash (customer);
CREATE INDEX ON oracle.person USING hash (customer);
CREATE INDEX ON oracle.billing USING hash (upper(currency));
SET client_min_messages = warning;
SELECT oracle.open_ledger('metrics', 'customer');
SELECT saas_metrics.watch('metrics', 'oracle.billing', 'customer'), saas_metrics.watch('metrics', 'oracle.person', 'customer'),
       saas_metrics.watch('metrics', 'oracle.fx', 'SELECT b.customer FROM changed JOIN oracle.billing AS b ON upper(b.currency) = upper(changed.currency)');
SELECT count(*) AS rows FROM saas_metrics.refresh('metrics');
CREATE TABLE clean_rates AS TABLE oracle.fx;
CREATE TABLE clean AS SELECT to_jsonb(m) - 'recorded_by' AS movement FROM metrics.movements AS m;
CREATE TABLE clean_lines AS SELECT to_jsonb(l) - 'recorded_by' AS line FROM metrics.movement_lines AS l;
CREATE TABLE clean_months AS SELECT to_jsonb(m) AS month FROM metrics.mrr_monthly AS m;

-- Texts that do not compress, and one that does.
CREATE FUNCTION long(seed text, parts int DEFAULT 300) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(md5(i || seed), '') FROM generate_series(1, parts) AS i
$$;
CREATE TABLE poison (n int GENERATED ALWAYS AS IDENTITY, spoiled text, value text, reason text);
INSERT INTO poison (spoiled, value, reason) VALUES
    ('plan',            'long($$plan$$)',         '^plan has 9600 bytes, more than 1000$'),
    ('plan',            'repeat($$y$$, 1000000)', '^plan has 1000000 bytes, more than 1000$'),
    ('plan',            'repeat($$y$$, 1001)',    '^plan has 1001 bytes, more than 1000$'),
    ('plan',            'repeat($$é$$, 501)',     '^plan has 1002 bytes, more than 1000$'),
    ('product',         'long($$product$$)',      '^product has 9600 bytes, more than 1000$'),
    ('churn_reason',    'long($$reason$$)',       '^churn_reason has 9600 bytes, more than 1000$'),
    ('item_id',         'long($$item$$)',         '^item_id has 9600 bytes, more than 1000$'),
    ('subscription_id', 'long($$sub$$)',          '^subscription_id has 9600 bytes, more than 1000$'),
    ('kind',            'long($$kind$$)',         '^kind "[0-9a-f]{100}\.\.\." is none of: recurring, add_on, usage, one_time$'),
    ('status',          'long($$status$$)',       '^status "[0-9a-f]{100}\.\.\." is none of: active, '),
    ('discount_kind',   'long($$discount$$)',     '^discount_kind "[0-9a-f]{100}\.\.\." is none of: permanent, '),
    ('churn_kind',      'long($$churn$$)',        '^churn_kind "[0-9a-f]{100}\.\.\." is none of: unknown, '),
    ('currency',        'long($$currency$$)',     '^currency "[0-9a-f]{100}\.\.\." is neither three letters nor a code that fx_rates has$'),
    ('currency',        '$$USDX$$',               '^currency "USDX" is neither three letters nor a code that fx_rates has$'),
    ('currency',        '$$US1$$',                '^currency "US1" is neither three letters nor a code that fx_rates has$'),
    ('currency',        '$$XTS$$',                '^fx_rates has no rate of currency XTS on 2024-02-01$'),
    ('starts_at',       '$$1899-12-31 23:59:59 America/New_York$$', '^starts_at 1899-12-31 is before 1900-01-01$'),
    ('starts_at',       '$$0001-01-01$$',         '^starts_at 0001-12-31 BC is before 1900-01-01$'),
    ('starts_at',       '$$4713-01-01 BC$$',      '^starts_at 471[34]-\d\d-\d\d BC is before 1900-01-01$'),
    ('starts_at',       '$$-infinity$$',          '^starts_at is infinite$'),
    ('starts_at',       '$$3000-01-01 12:00$$',   '^starts_at 3000-01-01 is after 2999-12-31$'),
    ('starts_at',       '$$9999-12-31$$',         '^starts_at 9999-12-30 is after 2999-12-31$'),
    ('starts_at',       '$$294276-12-31$$',       '^starts_at after the year 262141 is after 2999-12-31$'),
    ('starts_at',       '$$infinity$$',           '^starts_at is infinite$'),
    ('ends_at',         '$$0001-01-01$$',         '^ends_at .* is before starts_at 2024-02-01$'),
    ('ends_at',         '$$-infinity$$',          '^ends_at -infinity is before starts_at 2024-02-01$'),
    ('cancel_requested_at', '$$0001-06-01$$',     '^cancel_requested_at 0001-05-31 is before 1900-01-01$'),
    ('cancel_requested_at', '$$-infinity$$',      '^cancel_requested_at -infinity is before 1900-01-01$'),
    ('access_ends_at',  '$$0001-06-01$$',         '^access_ends_at 0001-05-31 is before 1900-01-01$'),
    ('amount',          '$$NaN$$',                '^amount must be a number'),
    ('amount',          '1e131071',               '^an amount or a sum of amounts has more than 37 digits'),
    ('amount',          '1e-16383',               '^amount has more than 20 decimals$'),
    ('discount',        '$$Infinity$$',           '^discount must be a number'),
    ('billing_period',  '$$178000000 years$$',    NULL),
    ('billing_period',  '$$1 microsecond$$',      '^billing_period '),
    ('billing_period',  '$$-2147483647 days$$',   '^billing_period '),
    -- Ends and the like that are none.
    ('ends_at',         '$$3000-01-02$$',         NULL),
    ('ends_at',         '$$9999-12-31$$',         NULL),
    ('ends_at',         '$$294276-12-31 23:59$$', NULL),
    ('ends_at',         '$$infinity$$',           NULL),
    ('cancel_requested_at', '$$9999-12-31$$',     NULL),
    ('access_ends_at',  '$$9999-12-31$$',         NULL),
    ('access_ends_at',  '$$infinity$$',           NULL);

-- Each for a customer of its own, beside a good row.
CREATE FUNCTION add_poison() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    p poison;
BEGIN
    FOR p IN SELECT * FROM poison LOOP
        INSERT INTO oracle.billing (customer, subscription_id, item_id, plan, amount, billing_period, starts_at)
        VALUES ('poison ' || p.n, 'good', 'good', 'pro', 7, '1 month', '2024-01-10 12:00'),
               ('poison ' || p.n, 'bad', 'bad', 'pro', 50, '1 month', '2024-02-01 12:00');
        EXECUTE format('UPDATE oracle.billing SET %I = (%s) WHERE customer = %L AND item_id = ''bad''', p.spoiled, p.value, 'poison ' || p.n);
    END LOOP;
    -- Customers that no key can hold.
    INSERT INTO oracle.billing (customer, item_id, amount, billing_period, starts_at)
    SELECT long('customer', 300), i::text, 50, interval '1 month', timestamptz '2024-02-01' FROM generate_series(1, 3) AS i
    UNION ALL
    SELECT repeat('y', 1000000), 'a', 50, '1 month', '2024-02-01';
    INSERT INTO oracle.person (customer, name) VALUES (long('customer', 300), 'long'), ('poison 1', long('name'));
    RETURN (SELECT count(*) FROM poison);
END
$$;
-- All that a ledger shows, read in full.
CREATE FUNCTION read_all(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v name;
    rows bigint;
    seen int := 0;
BEGIN
    FOR v IN SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'metrics'::regnamespace AND c.relkind = 'v' LOOP
        EXECUTE format('SELECT count(v.*::text) FROM metrics.%I AS v', v) INTO rows;
        seen := seen + 1;
    END LOOP;
    PERFORM saas_metrics.check_ledger('metrics');
    PERFORM saas_metrics.explain_customer('metrics', '[1900-01-01,2025-01-01)', 'poison ' || p.n) FROM poison AS p;
    PERFORM saas_metrics.reconcile('metrics', 'default', 'stripe', '[2024-02-01,2024-03-01)');
    IF seen < 25 THEN
        RAISE EXCEPTION '%: only % views', what, seen;
    END IF;
    RETURN format('%s: all views can be read', what);
END
$$;
CREATE FUNCTION check_others(what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.same(what || ', movements of others',
        $q$ SELECT to_jsonb(m) - 'recorded_by' FROM metrics.movements AS m WHERE customer_id NOT LIKE 'poison%' $q$, 'TABLE clean', 500);
    RETURN NEXT oracle.same(what || ', lines of others',
        $q$ SELECT to_jsonb(l) - 'recorded_by' FROM metrics.movement_lines AS l WHERE customer_id NOT LIKE 'poison%' $q$, 'TABLE clean_lines', 500);
    RETURN NEXT oracle.same(what || ', the good rows beside bad ones',
        $q$ SELECT p.n, m.effective_on, m.kind, m.mrr_after FROM metrics.movements AS m JOIN poison AS p ON m.customer_id = 'poison ' || p.n
            WHERE p.reason IS NOT NULL $q$,
        $q$ SELECT p.n, date '2024-01-10', 'new', 7::numeric FROM poison AS p WHERE p.reason IS NOT NULL $q$, 30);
    RETURN NEXT oracle.same(what || ', what is no end',
        $q$ SELECT p.n, m.effective_on, m.kind, m.mrr_after FROM metrics.movements AS m JOIN poison AS p ON m.customer_id = 'poison ' || p.n
            WHERE p.reason IS NULL AND p.spoiled LIKE '%\_at' $q$,
        $q$ SELECT p.n, e.* FROM poison AS p, (VALUES (date '2024-01-10', 'new', 7::numeric), ('2024-02-01', 'expansion', 57)) AS e
            WHERE p.reason IS NULL AND p.spoiled LIKE '%\_at' $q$, 14);
END
$$;

SELECT add_poison();
SELECT read_all('not yet refreshed');
SELECT check_others('not yet refreshed');
SELECT rows_rejected FROM saas_metrics.refresh('metrics') \gset
SELECT read_all('refreshed');
SELECT check_others('refreshed');
CREATE VIEW listed AS
    SELECT p.n, x.reason ~ p.reason AS told, x.subscription_id ~ '^(bad|[0-9a-f]{100}\.\.\.)$' AND x.item_id ~ '^(bad|[0-9a-f]{100}\.\.\.)$' AS shown,
           x.starts_at IS NOT DISTINCT FROM b.starts_at AS of_the_day, x.rows
      FROM metrics.rejected_rows AS x
      JOIN poison AS p ON x.customer_id = 'poison ' || p.n
      JOIN oracle.billing AS b ON b.customer = x.customer_id AND b.amount IS DISTINCT FROM 7;
SELECT oracle.same('each bad row is listed', 'TABLE listed', 'SELECT p.n, a.* FROM poison AS p, (VALUES (true, true, true, 1::bigint)) AS a WHERE p.reason IS NOT NULL', 30);
SELECT oracle.same('customers that no key can hold are listed',
    $$ SELECT input, customer_id, reason, rows FROM metrics.rejected_rows WHERE customer_id IS NULL $$,
    $$ SELECT 'subscription_periods', NULL::text, format('customer_id has 9600 bytes, more than 1000: "%s..."', left(long('customer'), 100)), 3::bigint
       UNION ALL SELECT 'subscription_periods', NULL, format('customer_id has 1000000 bytes, more than 1000: "%s..."', repeat('y', 100)), 1 $$, 2);
SELECT oracle.same('counted as rows', format('SELECT %s::numeric', :rows_rejected), 'SELECT sum(rows) FROM metrics.rejected_rows');
SELECT oracle.same('no finding but of rows that cannot be read',
    $$ SELECT count(*) FROM saas_metrics.check_ledger('metrics') WHERE severity = 'error' AND finding NOT LIKE 'rows %' $$, 'SELECT 0::bigint');

-- All anew: the same.
SELECT saas_metrics.set_policy('metrics', 'default');
SELECT rows_rejected AS again FROM saas_metrics.refresh('metrics') \gset
SELECT oracle.same('anew', format('SELECT %s', :again), format('SELECT %s', :rows_rejected));
SELECT check_others('anew');

-- Rates: none of these is used, and none keeps another from it.
INSERT INTO oracle.fx
SELECT c, d::date, r FROM (VALUES
    ('EUR', '5874897-12-31', 1), ('EUR', '-infinity', 1), ('EUR', 'infinity', 1), ('EUR', '4713-01-01 BC', 1), ('EUR', '1899-12-31', 1), ('EUR', '3000-01-01', 1), ('EUR', NULL, 1),
    ('XTS', '2024-01-01', 'NaN'), ('XTS', '2024-01-02', 1e131071), ('XTS', '2024-01-03', 1e-16383), (repeat('x', 1000000), '2024-01-01', 1), (E'E\nR', '2024-01-01', 1), (NULL, '2024-01-01', 1)
) AS bad (c, d, r);
SELECT read_all('rates, not yet refreshed');
SELECT check_others('rates, not yet refreshed');
SELECT saas_metrics.set_policy('metrics', 'default');
SELECT count(*) AS rows FROM saas_metrics.refresh('metrics');
SELECT read_all('rates');
SELECT check_others('rates');
SELECT oracle.same('bad rates are listed', $$ SELECT sum(rows) AS rows, count(*) FILTER (WHERE length(reason) > 150) AS long FROM metrics.rejected_rows WHERE input = 'fx_rates' $$,
    'SELECT 13::numeric, 0::bigint');
DELETE FROM oracle.fx;
INSERT INTO oracle.fx TABLE clean_rates;

-- Gone, all is as it was.
DELETE FROM oracle.billing WHERE customer LIKE 'poison%' OR length(customer) > 1000;
DELETE FROM oracle.person WHERE length(customer) > 1000 OR customer = 'poison 1';
SELECT saas_metrics.set_policy('metrics', 'default');
SELECT count(*) AS rows FROM saas_metrics.refresh('metrics');
SELECT oracle.same('as before', $$ SELECT to_jsonb(m) - 'recorded_by' FROM metrics.movements AS m $$, 'TABLE clean', 500);
SELECT oracle.same('as before, months', $$ SELECT to_jsonb(m) FROM metrics.mrr_monthly AS m $$, 'TABLE clean_months', 20);
SELECT oracle.same('nothing is listed any more', 'SELECT count(*) FROM metrics.rejected_rows', 'SELECT 0::bigint');

-- Lines of invoices and rows of subscriptions likewise.
CREATE TABLE invoice (customer text, invoice_id text, subscription_id text, item_id text, product text, plan text, kind text, amount numeric, currency text,
                      starts timestamptz, ends timestamptz, issued timestamptz, problem text);
CREATE TABLE sub (customer text, subscription_id text, item_id text, plan text, amount numeric, status text, started timestamptz, cancel_requested timestamptz,
                  access_ends timestamptz, churn_reason text);
CREATE TABLE bad_line (n int GENERATED ALWAYS AS IDENTITY, input text, spoiled text, value text, reason text);
INSERT INTO bad_line (input, spoiled, value, reason) VALUES
    ('invoice', 'plan',            'long($$plan$$)',    '^plan has 9600 bytes, more than 1000$'),
    ('invoice', 'product',         'long($$product$$)', '^product has 9600 bytes'),
    ('invoice', 'item_id',         'long($$item$$)',    '^item_id has 9600 bytes'),
    ('invoice', 'subscription_id', 'long($$sub$$)',     '^subscription_id has 9600 bytes'),
    ('invoice', 'invoice_id',      'long($$invoice$$)', '^invoice_id has 9600 bytes'),
    ('invoice', 'currency',        'long($$code$$)',    '^currency has 9600 bytes'),
    ('invoice', 'currency',        '$$USDX$$',          '^currency "USDX" is neither three letters'),
    ('invoice', 'kind',            'long($$kind$$)',    '^kind "[0-9a-f]{100}\.\.\." is none of'),
    ('invoice', 'problem',         'long($$why$$)',     '^[0-9a-f]{250}[0-9a-f]{250}\.\.\.$'),
    ('invoice', 'starts',          '$$0001-01-01$$',    '^service_start 0001-01-01 is before 1900-01-01$'),
    ('invoice', 'starts',          '$$-infinity$$',     '^service_start is infinite$'),
    ('invoice', 'ends',            '$$9999-12-31$$',    '^service_end 9999-12-31 is after 2999-12-31$'),
    ('invoice', 'ends',            '$$infinity$$',      '^service_end is infinite$'),
    ('invoice', 'ends',            '$$-infinity$$',     '^service_end is not after service_start$'),
    ('sub',     'started',         '$$0001-01-01$$',    '^started_at 0001-01-01 is before 1900-01-01$'),
    ('sub',     'started',         '$$9999-12-31$$',    '^started_at 9999-12-31 is after 2999-12-31$'),
    ('sub',     'cancel_requested', '$$0001-06-01$$',   '^cancel_requested_at 0001-06-01 is before 1900-01-01$'),
    ('sub',     'churn_reason',    'long($$reason$$)',  '^churn_reason has 9600 bytes'),
    ('sub',     'plan',            'repeat($$y$$, 1000000)', '^plan has 1000000 bytes'),
    ('invoice', 'issued',          '$$-infinity$$',     NULL),
    ('invoice', 'issued',          '$$294276-12-31$$',  NULL),
    ('sub',     'cancel_requested', '$$9999-12-31$$',   NULL);
DO $$
DECLARE
    b bad_line;
BEGIN
    FOR b IN SELECT * FROM bad_line LOOP
        INSERT INTO invoice (customer, invoice_id, subscription_id, item_id, plan, amount, starts, ends)
        VALUES ('line ' || b.n, 'good', 'good', 'good', 'pro', 7, '2024-11-10', '2024-12-20');
        IF b.input = 'invoice' THEN
            INSERT INTO invoice (customer, invoice_id, subscription_id, item_id, plan, amount, starts, ends)
            VALUES ('line ' || b.n, 'bad', 'bad', 'bad', 'pro', 50, '2024-12-01', '2025-01-01');
            EXECUTE format('UPDATE invoice SET %I = (%s) WHERE customer = %L AND amount = 50', b.spoiled, b.value, 'line ' || b.n);
        ELSE
            INSERT INTO sub VALUES ('line ' || b.n, 'bad', 'bad', 'pro', 50, 'active', '2024-12-01'), ('line ' || b.n, 'good', 'good', 'pro', 7, 'active', '2024-11-10');
            EXECUTE format('UPDATE sub SET %I = (%s) WHERE customer = %L AND amount = 50', b.spoiled, b.value, 'line ' || b.n);
        END IF;
    END LOOP;
END
$$;
INSERT INTO invoice SELECT long('customer'), 'a', 'a', 'a', 'pro', 'pro', NULL, 50, NULL, '2024-11-01', '2024-12-01' FROM generate_series(1, 2);
SELECT saas_metrics.create_ledger('lines');
SELECT saas_metrics.bind('lines', 'current_subscriptions', 'SELECT customer AS customer_id, subscription_id, item_id, plan, amount, interval ''1 month'' AS billing_period, status,
    started AS started_at, cancel_requested AS cancel_requested_at, access_ends AS access_ends_at, churn_reason FROM sub');
SELECT saas_metrics.connect_invoice_lines('lines', 'SELECT customer AS customer_id, invoice_id, subscription_id, item_id, product, plan, kind, amount, currency,
    interval ''1 month'' AS billing_period, starts AS service_start, ends AS service_end, issued AS issued_at, problem FROM invoice');
SELECT rows_rejected FROM saas_metrics.refresh('lines');
SELECT oracle.same('bad lines are listed',
    $$ SELECT b.n, x.reason ~ b.reason AS told FROM lines.rejected_rows AS x JOIN bad_line AS b ON x.customer_id = 'line ' || b.n $$,
    'SELECT n, true FROM bad_line WHERE reason IS NOT NULL', 15);
SELECT oracle.same('good lines count', $$ SELECT b.n, m.effective_on, m.mrr_after FROM lines.movements AS m JOIN bad_line AS b ON m.customer_id = 'line ' || b.n WHERE m.kind = 'new' $$,
    $$ SELECT n, date '2024-11-10', 7::numeric FROM bad_line $$, 20);
SELECT oracle.same('lines that are good after all', $$ SELECT b.n, m.effective_on, m.mrr_after FROM lines.movements AS m JOIN bad_line AS b ON m.customer_id = 'line ' || b.n WHERE m.kind = 'expansion' $$,
    $$ SELECT n, date '2024-12-01', 57::numeric FROM bad_line WHERE reason IS NULL $$, 3);
SELECT oracle.same('a customer that no key can hold', $$ SELECT reason ~ '^customer_id has 9600 bytes', rows FROM lines.rejected_rows WHERE customer_id IS NULL $$, 'SELECT true, 1::bigint');
