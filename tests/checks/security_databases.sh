#!/usr/bin/env bash
# What takes databases, encodings and servers of its own: who owns the extension's objects, what is left when it is dropped,
# what a dump restores, whose names a watch by a SELECT goes by, and that a value that no JSON can hold stops no replication.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/tests/checks/lib/cluster.sh"

roles=(regress_dbo regress_owner regress_writer)
made=()

cleanup() {
    local database
    for database in "${made[@]}"; do dropdb --if-exists -f "$database" 2>/dev/null || :; done
    for role in "${roles[@]}"; do query -d postgres -c "DROP ROLE IF EXISTS $role" 2>/dev/null || :; done
    remove_folder
}

# make NAME OPTION…: a database without the extension, its name in `db`.
make() {
    db=security_$1
    dropdb --if-exists -f "$db" 2>/dev/null
    createdb "${@:2}" "$db"
    made+=("$db")
}

in_db() { query -d "$db" "$@"; }

# is WHAT EXPECTED STATEMENT: what a statement returns, or the code of its error.
is() {
    local found
    found=$(psql -XqAt -d "$db" -v VERBOSITY=sqlstate -c 'SET client_min_messages = error' -c "$3" 2>&1) || :
    found=${found#ERROR:  }
    [[ $found == "$2" ]] || die "$1: '$found', not '$2'"
}

as() { printf 'SET ROLE %s; %s' "$1" "$2"; }

ledger_over_plans() {
    cat <<SQL
CREATE TABLE plan (gone int, code varchar(20), price numeric, name text);
CREATE TABLE subs (gone int, id int, note text, customer_id text, plan varchar(20), began date);
ALTER TABLE plan DROP gone; ALTER TABLE subs DROP gone;
CREATE INDEX ON subs (customer_id); CREATE INDEX ON subs (plan);
INSERT INTO subs VALUES (1, 'n', 'a', 'basic', '2025-01-01'), (2, 'n', 'b', 'pro', '2025-01-01');
INSERT INTO plan VALUES ('basic', 10, 'Basic'), ('pro', 20, 'Pro');
DO \$\$
BEGIN
  PERFORM saas_metrics.create_ledger('$1');
  PERFORM saas_metrics.bind('$1', 'subscription_periods',
    'SELECT s.customer_id, p.price AS amount, interval ''1 month'' AS billing_period, s.began AS starts_on FROM subs s JOIN plan p ON p.code = s.plan');
  PERFORM saas_metrics.watch('$1', 'subs', 'customer_id');
  PERFORM saas_metrics.watch('$1', 'plan', 'SELECT s.customer_id FROM subs AS s JOIN changed AS c ON c.code = s.plan');
  PERFORM saas_metrics.refresh('$1');
END \$\$;
SQL
}

marks="SELECT string_agg(DISTINCT coalesce(customer_id, 'all'), ' ') FROM (SELECT customer_id FROM l.pending_customers) AS p"

owned_by_the_database_owner() {
    make dbo -O regress_dbo
    is 'installed by the owner of the database' '' "$(as regress_dbo 'CREATE EXTENSION saas_metrics')"
    is 'the owner of the schema is not' f "SELECT bool_or(nspowner = 'regress_dbo'::regrole) FROM pg_namespace WHERE nspname = 'saas_metrics'"
    is 'nor of any of its objects' 0 "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'regress_dbo'::regrole AND classid <> 'pg_extension'::regclass
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    is 'the schema is a member of the extension' 1 "SELECT count(*) FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = 'saas_metrics'::regnamespace AND deptype = 'e'"
    is 'no function is added to it' 42501 "$(as regress_dbo "CREATE FUNCTION saas_metrics._id_type(regclass, text) RETURNS text LANGUAGE sql AS 'SELECT NULL'")"
    is 'nor another kind of object' 42501 "$(as regress_dbo 'CREATE TABLE saas_metrics.policies_of_mine ()')"
    is 'nor a function replaced' 42501 "$(as regress_dbo "CREATE OR REPLACE FUNCTION saas_metrics.version() RETURNS text LANGUAGE sql AS 'SELECT NULL'")"
    is 'nor taken' 42501 "$(as regress_dbo 'ALTER FUNCTION saas_metrics.version() OWNER TO regress_dbo')"
    is 'nor the schema renamed' 42501 "$(as regress_dbo 'ALTER SCHEMA saas_metrics RENAME TO mine')"
    is 'nor taken itself' 42501 "$(as regress_dbo 'ALTER SCHEMA saas_metrics OWNER TO regress_dbo')"
    is 'nor rights given' 'f' "$(as regress_dbo 'GRANT CREATE ON SCHEMA saas_metrics TO PUBLIC'); SELECT has_schema_privilege('public', 'saas_metrics', 'CREATE')"
    is 'nor the extension moved' 0A000 "$(as regress_dbo 'ALTER EXTENSION saas_metrics SET SCHEMA public')"
    is 'nor a function let go' 42501 "$(as regress_dbo 'ALTER EXTENSION saas_metrics DROP FUNCTION saas_metrics.version()')"
    is 'nor dropped' 42501 "$(as regress_dbo 'DROP SCHEMA saas_metrics CASCADE')"
    is 'a ledger of the owner of the database' '' "$(as regress_dbo "SELECT FROM saas_metrics.create_ledger('l')")"
    is 'which a superuser binds' '' "SELECT FROM saas_metrics.bind('l', 'customers', 'SELECT ''a''::text AS customer_id')"
    is 'and it is still the owner of the database who owns it' regress_dbo "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'l'::regnamespace"
    [[ $(pg_dump -d "$db" -n saas_metrics | grep -c 'CREATE FUNCTION') -eq 0 ]] || die 'a dump has the functions of the extension'
    [[ $(pg_dump -d "$db" | grep -c 'SCHEMA saas_metrics;') -eq 0 ]] || die 'a dump has the schema of the extension'
    is 'the extension goes' '' "$(as regress_dbo 'DROP EXTENSION saas_metrics CASCADE')"
    is 'and the schema with it' 0 "SELECT count(*) FROM pg_namespace WHERE nspname = 'saas_metrics'"
    is 'a schema of the name that is there' '' "$(as regress_dbo 'CREATE SCHEMA saas_metrics')"
    is 'is not taken for the extension' 42P06 'CREATE EXTENSION saas_metrics'
}

dropped_extension() {
    make dropped
    in_db -c 'CREATE EXTENSION saas_metrics'
    ledger_over_plans l | in_db
    in_db -c 'SET client_min_messages = error; DROP EXTENSION saas_metrics CASCADE'
    is 'no trigger is left' 0 'SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal'
    is 'no function is left' 0 "SELECT count(*) FROM pg_proc WHERE probin LIKE '%saas_metrics%'"
    is 'writes go on' '' "INSERT INTO plan VALUES ('gold', 30, 'Gold'); UPDATE subs SET note = 'm'; DELETE FROM subs WHERE id = 9; TRUNCATE plan"
    is 'installed again' '' 'CREATE EXTENSION saas_metrics'
    is 'the ledger is known' l 'SELECT ledger FROM saas_metrics.ledgers'
    is 'writes still go on' '' "INSERT INTO plan VALUES ('basic', 30, 'Basic')"
    is 'the ledger can be dropped' '' "SELECT FROM saas_metrics.drop_ledger('l')"
    is 'and set up' '' "SELECT FROM saas_metrics.create_ledger('l')"
}

names_of_the_writer() {
    make names
    in_db -c 'CREATE EXTENSION saas_metrics' -c 'GRANT CREATE ON SCHEMA public TO PUBLIC'
    in_db -c "GRANT CREATE ON DATABASE $db TO regress_owner"
    { echo 'SET ROLE regress_owner;'; ledger_over_plans l; echo 'GRANT SELECT, INSERT, UPDATE, TRUNCATE ON plan TO regress_writer;'; } | in_db
    in_db <<'SQL'
SET ROLE regress_writer;
CREATE TABLE public.loot (who text); GRANT ALL ON public.loot TO PUBLIC;
CREATE FUNCTION public.same(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN INSERT INTO public.loot VALUES (current_user); RETURN $1::text OPERATOR(pg_catalog.=) $2::text; END $$;
CREATE OPERATOR public.= (leftarg = varchar, rightarg = varchar, function = public.same);
CREATE TEMP TABLE subs AS SELECT 'x'::text AS customer_id, 'basic'::varchar(20) AS plan;
GRANT ALL ON subs TO PUBLIC;
INSERT INTO plan VALUES ('basic', 10);
UPDATE plan SET price = 11;
SQL
    is 'who is marked' 'a b' "$marks"
    is 'a refresh' '' "SELECT FROM saas_metrics.refresh('l')"
    is 'code of the writer' 0 'SELECT count(*) FROM public.loot'
    is 'a truncate' '' "$(as regress_writer 'TRUNCATE plan')"
    is 'everybody' t 'SELECT everything_pending FROM l.freshness'
    is 'code of the writer, after TRUNCATE' 0 'SELECT count(*) FROM public.loot'
}

# A session that never wrote before asks the ledger whether it watches the table: whatever it finds there, the write goes on.
altered_ledgers() {
    local change
    make altered
    in_db -c 'CREATE EXTENSION saas_metrics'
    ledger_over_plans l | in_db
    in_db -c 'GRANT ALL ON plan, subs TO regress_writer'
    while IFS= read -r change; do
        is "a write after $change" '' "BEGIN; $change; SET LOCAL ROLE regress_writer; INSERT INTO subs VALUES (3, 'n', 'c', 'basic', '2025-01-01');
            UPDATE plan SET price = 12 WHERE code = 'basic'; TRUNCATE subs; TRUNCATE plan; ROLLBACK"
    done <<'SQL'
DROP TABLE l.watched_tables CASCADE
DROP TABLE l.watched_tables CASCADE; CREATE TYPE l.watched_tables AS (source_table regclass)
DROP TABLE l.watched_tables CASCADE; CREATE INDEX watched_tables ON l.bindings (query)
DROP TABLE l.watched_tables CASCADE; CREATE SEQUENCE l.watched_tables
DROP TABLE l.watched_tables CASCADE; CREATE VIEW l.watched_tables AS SELECT 1 / 0 AS source_table
DROP TABLE l.watched_tables CASCADE; CREATE MATERIALIZED VIEW l.watched_tables AS SELECT 1 AS source_table
DROP TABLE l.watched_tables CASCADE; CREATE TABLE l.watched_tables (source_table regclass) PARTITION BY HASH (source_table)
ALTER TABLE l.watched_tables ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON l.watched_tables USING (1 / 0 = 1)
ALTER TABLE l.watched_tables DROP marked_by CASCADE
ALTER TABLE l.watched_tables ADD more int DEFAULT 1
ALTER TABLE l.watched_tables DROP CONSTRAINT watched_tables_pkey, ALTER source_table TYPE text
ALTER TABLE l.watched_tables SET UNLOGGED
ALTER TABLE l.watched_tables OWNER TO regress_owner
ALTER TABLE l.changed_customers OWNER TO regress_owner
ALTER SCHEMA l OWNER TO regress_owner
ALTER SCHEMA l RENAME TO "l 6%s"
DELETE FROM l.watched_tables
INSERT INTO l.watched_tables SELECT i::oid, 'x', false FROM generate_series(1, 10000) AS i
DROP TABLE l.ledger_settings CASCADE
DROP VIEW l.marks CASCADE
ALTER TABLE l.changed_customers ALTER customer_id SET STORAGE PLAIN
SQL
}

# From 18 on a column can be made anew at each reading: it is in no row that a trigger sees.
virtual_columns() {
    [[ $(pg_major) -ge 18 ]] || return 0
    make virtual
    in_db -c 'CREATE EXTENSION saas_metrics'
    ledger_over_plans l | in_db
    is 'a virtual column' '' "ALTER TABLE plan ADD shown varchar(20) GENERATED ALWAYS AS (name || '!') VIRTUAL; ALTER TABLE subs ADD shown text GENERATED ALWAYS AS (customer_id) VIRTUAL"
    is 'is refused by a SELECT' 0A000 "SELECT saas_metrics.watch('l', 'plan', 'SELECT c.shown::text FROM changed AS c')"
    is 'and by column' 0A000 "SELECT saas_metrics.watch('l', 'subs', 'shown')"
    is 'beside others it is of no concern' '' "SELECT FROM saas_metrics.watch('l', 'plan', 'SELECT s.customer_id FROM subs AS s JOIN changed AS c ON c.code = s.plan WHERE c.price > 0')"
    is 'to writers' '' "UPDATE plan SET price = 13 WHERE code = 'pro'"
    is 'and is marked' t "SELECT bool_or(customer_id = 'b') FROM l.pending_customers"
}

another_encoding() {
    make latin1 -T template0 -E LATIN1 --locale=C
    export PGCLIENTENCODING=UTF8
    in_db -c 'CREATE EXTENSION saas_metrics'
    ledger_over_plans 'métriques' | in_db
    is 'a row of a table and a column of other letters' '' "ALTER TABLE subs RENAME customer_id TO \"identité\"; INSERT INTO subs VALUES (3, 'n', 'é', 'basic', '2025-01-01')"
    is 'the customer' 'é' 'SELECT customer_id FROM "métriques".changed_customers'
    is 'a truncate' '' 'TRUNCATE subs; TRUNCATE plan'
    is 'marks everybody' t 'SELECT everything_pending FROM "métriques".freshness'
    is 'a refresh' '' "SELECT FROM saas_metrics.refresh('métriques')"
    is 'the end' '' "SELECT FROM saas_metrics.drop_ledger('métriques')"
    unset PGCLIENTENCODING
}

# Columns are numbered anew in a restored table, and a name may have been another column's before.
restored() {
    make source
    in_db -c 'CREATE EXTENSION saas_metrics'
    ledger_over_plans l | in_db
    in_db -c 'ALTER TABLE subs RENAME note TO t' -c 'ALTER TABLE subs RENAME id TO note'
    pg_dump -d "$db" >"$folder/dump"
    make restored
    in_db -f "$folder/dump" >/dev/null
    is 'writes and marks' '' "UPDATE subs SET note = 7 WHERE customer_id = 'a'"
    is 'the customer' a "$marks"
    is 'a price' '' "UPDATE plan SET price = 21 WHERE code = 'pro'"
    is 'and whose it is' 'a b' "$marks"
    is 'a new row' '' "INSERT INTO subs VALUES (3, 'n', 'c', 'basic', '2025-01-01')"
    is 'of one more' 'a b c' "$marks"
    is 'a truncate' '' 'TRUNCATE subs'
    is 'of everybody' t 'SELECT everything_pending FROM l.freshness'
    is 'the schema of the ledger goes' '' 'DROP SCHEMA l CASCADE'
    is 'and writes go on' '' "INSERT INTO subs VALUES (4, 'n', 'd', 'basic', '2025-01-01'); TRUNCATE subs, plan"
}

# Replication applies rows as any writer: the old watch by a SELECT stopped it for good at the first of these.
replicated() {
    make_cluster logical 'fsync = off' 'wal_level = logical'
    start_server logical 5433
    local lsn tries here=(-h "$folder" -p 5433)
    query "${here[@]}" -d postgres -c 'CREATE DATABASE billing' -c 'CREATE DATABASE metrics'
    query "${here[@]}" -d billing -c 'CREATE TABLE plan (plan_id int PRIMARY KEY, payload json)' -c 'CREATE PUBLICATION p FOR TABLE plan' \
        -c "SELECT FROM pg_create_logical_replication_slot('s', 'pgoutput')"
    query "${here[@]}" -d metrics <<SQL
CREATE EXTENSION saas_metrics;
CREATE TABLE plan (plan_id int PRIMARY KEY, payload json);
CREATE TABLE subs (customer_id text, plan_id int);
INSERT INTO subs VALUES ('a', 1), ('b', 2), ('c', 3);
DO \$\$ BEGIN
  PERFORM saas_metrics.create_ledger('l');
  PERFORM saas_metrics.bind('l', 'customers', 'SELECT customer_id FROM subs');
  PERFORM saas_metrics.refresh('l');
  PERFORM saas_metrics.watch('l', 'plan', 'SELECT s.customer_id FROM subs AS s JOIN changed AS c USING (plan_id) WHERE c.payload ->> ''x'' IS NULL', true);
END \$\$;
CREATE SUBSCRIPTION s CONNECTION 'host=$folder port=5433 dbname=billing user=postgres' PUBLICATION p WITH (create_slot = false, copy_data = false);
SQL
    query "${here[@]}" -d billing -c "INSERT INTO plan VALUES (1, '{\"note\": \"\\u0000\"}'), (2, '{\"n\": 1e999999}')" -c "UPDATE plan SET payload = '[]' WHERE plan_id = 1" \
        -c "INSERT INTO plan VALUES (3, '{}')"
    lsn=$(query "${here[@]}" -d billing -c 'SELECT pg_current_wal_lsn()')
    for ((tries = 0; tries < 300; tries++)); do
        [[ $(query "${here[@]}" -d postgres -c "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= '$lsn'") -eq 0 ]] || break
        sleep 0.1
    done
    [[ $(query "${here[@]}" -d metrics -c 'SELECT count(*) FROM plan') == 3 ]] || die "replication stopped: $(tail -n 5 log)"
    [[ $(query "${here[@]}" -d metrics -c "SELECT count(*) FROM l.changed_customers") == 0 ]] || die 'a row of a table watched by a SELECT is in the queue of customers'
    query "${here[@]}" -d metrics -c 'ALTER SUBSCRIPTION s DISABLE' -c 'ALTER SUBSCRIPTION s SET (slot_name = NONE)' -c 'DROP SUBSCRIPTION s'
}

clean_up_at_exit
for role in "${roles[@]}"; do
    query -d postgres -c "CREATE ROLE $role" 2>/dev/null || :
done
make_folder
owned_by_the_database_owner
dropped_extension
names_of_the_writer
altered_ledgers
virtual_columns
another_encoding
restored
replicated
