#!/usr/bin/env bash
# A database with a ledger is dumped and restored, by an ordinary owner. The restored one says the
# same, marks the same changes, and refreshes to the same.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
moving=$root/tests/checks/lib/moving

work=

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

query() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# state DATABASE FILE [CLOCKS]
state() { query -d "$1" -v clocks="{${3:-}}" -f "$moving/state.sql" >"$work/$2"; }

same() { diff -u "$work/original.$1" "$work/$2.$1" || die "$2 is not as the original: $1"; }

nothing() {
    local found
    found=$(query -d "$1" -c "$2")
    [[ -z $found ]] || die "$1: $found"
}

clean_up_at_exit
work=$(mktemp -d)
clocks=refreshed_at,recorded_at,closed_at
query -c 'CREATE ROLE ledger_owner LOGIN; CREATE ROLE ledger_reader'
for database in original from_script from_archive; do
    createdb --owner=ledger_owner --template=template0 "$database"
done
export PGUSER=ledger_owner
query -d original -f "$moving/tables.sql" >/dev/null

pg_dump original | query -d from_script >/dev/null
pg_dump -Fc original | pg_restore --exit-on-error -d from_archive
for database in original from_script from_archive; do
    state "$database" "$database.before"
    query -d "$database" -f "$moving/change.sql" >"$work/$database.changes"
    state "$database" "$database.after" "$clocks"
    # What was rejected for want of a rate is a finding, and customers who were deleted; nothing else is.
    nothing "$database" "SELECT * FROM differences_from_scratch('Q''s \"ledger\"',
      '{current_lines, movements, rejected_rows, mrr_monthly, mrr_by_plan_monthly, cohort_retention_monthly}')"
    nothing "$database" "SELECT * FROM saas_metrics.check_ledger('Q''s \"ledger\"') WHERE code NOT IN ('currency_without_rate', 'customers_vanished')"
done

for database in from_script from_archive; do
    for part in before changes after; do same "$part" "$database"; done
done
# Each change marked someone.
[[ $(sed '/^2024/,$d' "$work/original.changes" | sort | uniq -d | wc -l) -eq 0 ]] || die "a change is not queued: $(<"$work/original.changes")"

# Triggers that were restored name another table: watch makes them again, once, and renames are followed.
watch() { query -d from_archive 2>&1 -c "SELECT saas_metrics.watch('Q''s \"ledger\"', 'accounts', '$1')"; }
[[ $(watch Account) != *'is watched already'* ]] || die "restored triggers are left as they are"
[[ $(watch Account) == *'is watched already'* ]] || die "watch is not safe to repeat"
query -d from_archive -c 'ALTER TABLE accounts RENAME "Account" TO renamed'
nothing from_archive "SELECT * FROM saas_metrics.check_ledger('Q''s \"ledger\"') WHERE code = 'watches_broken'"
query -d from_archive -c "SELECT saas_metrics.drop_ledger('Q''s \"ledger\"')"
nothing from_archive 'SELECT tgname FROM pg_trigger WHERE NOT tgisinternal'
