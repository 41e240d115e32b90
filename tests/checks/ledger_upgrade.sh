#!/usr/bin/env bash
# A cluster whose database has a ledger is taken to the next tested version by pg_upgrade. The new one
# says the same, marks the same changes, and refreshes to the same.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/tests/checks/lib/cluster.sh"
moving=$root/tests/checks/lib/moving

cleanup() { remove_folder; }

# state PORT FILE [CLOCKS]
state() { query -h "$folder" -p "$1" -U ledger_owner -d original -v clocks="{${3:-}}" -f "$moving/state.sql" >"$2"; }

# What the ledger says, then all changes, and what it says of them.
look() {
    local clocks=refreshed_at,recorded_at,closed_at
    state "$2" "$1.before"
    query -h "$folder" -p "$2" -U ledger_owner -d original -f "$moving/change.sql" >"$1.changes"
    state "$2" "$1.after" "$clocks"
    nothing "$1 differs from scratch" "SELECT * FROM differences_from_scratch('Q''s \"ledger\"',
      '{current_lines, movements, rejected_rows, mrr_monthly, mrr_by_plan_monthly, cohort_retention_monthly}')" \
        -h "$folder" -p "$2" -U ledger_owner -d original
    nothing "$1: check_ledger" "SELECT * FROM saas_metrics.check_ledger('Q''s \"ledger\"') WHERE code NOT IN ('currency_without_rate', 'customers_vanished')" \
        -h "$folder" -p "$2" -U ledger_owner -d original
}

# Beside a server of the next version; `folder` is that of the old one.
upgrade() {
    as_owner=("${OLD_OWNER[@]}")
    cd "$folder"
    make_cluster new 'fsync = off'
    "${as_owner[@]}" pg_upgrade --old-bindir="$OLD_BIN" --new-bindir="$(pg_dir bindir)" --old-datadir=old --new-datadir=new \
        --socketdir="$folder" --username=postgres >upgrade.log 2>&1 || die "$(tail -n 20 upgrade.log; grep -h -A3 error: new/pg_upgrade_output.d/*/log/*)"
    start_server new 5434
    look new 5434
    stop_server new
}

# Debian's 15.20 notes versions of columns among their options, which the 16.14 that there is to test
# with does not read: pg_upgrade wants the newest minor version on both sides.
next_version() {
    case $(pg_major) in
    16 | 17) echo 18 ;;
    esac
}

if [[ ${1:-} == upgrade ]]; then
    cleanup() { [[ -z ${servers[new]:-} ]] || kill -QUIT "${servers[new]}"; }
    clean_up_at_exit
    folder=$OLD_FOLDER
    read -ra OLD_OWNER <<<"$OLD_AS_OWNER"
    upgrade
    exit
fi
clean_up_at_exit
next=$(next_version)
[[ -n $next ]] || skip "there is no server to upgrade PostgreSQL $(pg_major) to"
make_folder
make_cluster old 'fsync = off'
start_server old 5433
query -h "$folder" -p 5433 -d postgres -c 'CREATE ROLE ledger_owner LOGIN; CREATE ROLE ledger_reader' \
    -c 'CREATE DATABASE original OWNER ledger_owner TEMPLATE template0'
query -h "$folder" -p 5433 -U ledger_owner -d original -f "$moving/tables.sql" >/dev/null
stop_server old

next_config=$(run "$scripts/test_server.sh" "$next")
OLD_BIN=$(pg_dir bindir) OLD_FOLDER=$folder OLD_AS_OWNER=${as_owner[*]} PG_CONFIG=$next_config \
    run "$scripts/with_server.sh" "$root/tests/checks/ledger_upgrade.sh" upgrade

start_server old 5433
look old 5433
for part in before changes after; do
    diff -u "old.$part" "new.$part" || die "the upgraded ledger is not as the old one: $part"
done
