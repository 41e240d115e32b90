#!/usr/bin/env bash
# drop_ledger does not end a write in a deadlock, also where the ledger's owner may not lock the table: the
# write takes its table and then the queue, the drop takes them the other way round.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"

sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }

sql <<'S'
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS beside CASCADE;
DROP ROLE IF EXISTS beside_owner;
CREATE ROLE beside_owner;
CREATE SCHEMA beside;
CREATE TABLE beside.subs (customer text, began date);
GRANT USAGE ON SCHEMA beside TO beside_owner;
GRANT SELECT, TRIGGER ON beside.subs TO beside_owner;
SELECT format('GRANT CREATE ON DATABASE %I TO beside_owner', current_database()) \gexec
SET ROLE beside_owner;
SELECT saas_metrics.create_ledger('beside_ledger');
SELECT saas_metrics.watch('beside_ledger', 'beside.subs', 'customer');
S
# As one statement that began before the drop and comes to its first row while that waits.
sql -c "BEGIN; LOCK TABLE beside.subs IN ROW EXCLUSIVE MODE; SELECT pg_sleep(1.5);
        INSERT INTO beside.subs VALUES ('a', '2024-01-01'); COMMIT" >/dev/null &
writer=$!
sleep 0.5
sql -c "SET ROLE beside_owner" -c "SELECT saas_metrics.drop_ledger('beside_ledger')" >/dev/null
wait "$writer" || die "the write failed"
[[ $(sql -c "SELECT count(*) FROM beside.subs") == 1 ]] || die "the write is lost"
[[ $(sql -c "SELECT count(*) FROM pg_namespace WHERE nspname = 'beside_ledger'") == 0 ]] || die "the ledger is still there"
sql <<'S'
SET client_min_messages = warning;
DROP SCHEMA beside CASCADE;
DROP OWNED BY beside_owner;
DROP ROLE beside_owner;
S
