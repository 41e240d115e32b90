#!/usr/bin/env bash
# The server is killed outright while a ledger is refreshed or closed, and written to. Once it has
# recovered, what was committed is there, and the ledger says of it what a new one says.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/tests/checks/lib/cluster.sh"
crash=$root/tests/checks/ledger_crash
writers=3
rounds=${CRASHES:-3}

cleanup() { remove_folder; }

# All its processes at once: the postmaster, stopped first, cannot tell its children.
kill_server() {
    local children=() child server=${servers[data]}
    kill -STOP "$server"
    until [[ $(<"/proc/$server/stat") == *') T '* ]]; do sleep 0.01; done
    read -ra children <"/proc/$server/task/$server/children" || :
    kill -KILL "${children[@]}" "$server" 2>/dev/null || :
    wait "$server" 2>/dev/null || :
    unset "servers[data]"
    for child in "${children[@]}"; do
        while [[ -e /proc/$child ]]; do sleep 0.01; done
    done
}

# The transactions that pgbench was told are committed.
acknowledged() { sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$1"; }

# during WHAT STATEMENTS MILLISECONDS: kills the server at some moment of them.
during() {
    local load victim before status=0
    before=$(query -c 'SELECT count(*) FROM written')
    pgbench -n -c "$writers" -R 300 -T 60 -f "$crash/write.sql" >load 2>&1 &
    load=$!
    sleep "0.$((RANDOM % 5 + 3))"
    PGAPPNAME=victim query -c "$2" >/dev/null 2>&1 &
    victim=$!
    until [[ $(query -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim' AND state = 'active'") -eq 1 ]]; do
        kill -0 "$victim" 2>/dev/null || break
    done
    sleep "0.$(printf %03d $((RANDOM % $3)))"
    kill_server
    wait "$victim" || status=$?
    wait "$load" || :
    start_server data "$PGPORT"
    no_loss "$1" "$before" "$(acknowledged load)"
    [[ $status -eq 0 ]] || interrupted=$((interrupted + 1))
}

no_loss() {
    local now
    now=$(query -c 'SELECT count(*) FROM written')
    ((now >= $2 + $3 && now <= $2 + $3 + writers)) ||
        die "$1: $2 + $3 transactions were committed, $now are there"
    pending=$(query -c 'SELECT customers_pending FROM metrics.freshness')
    nothing "$1: differs from scratch" "SELECT * FROM differences_from_scratch('metrics', '{movements, mrr_monthly}') LIMIT 3"
    query -c "SELECT FROM saas_metrics.refresh('metrics')"
    nothing "$1: differs from scratch once refreshed" "SELECT * FROM differences_from_scratch('metrics',
      '{current_lines, rejected_rows, mrr_monthly, mrr_by_plan_monthly, cohort_retention_monthly}') LIMIT 3"
    nothing "$1: check_ledger" "SELECT * FROM saas_metrics.check_ledger('metrics') WHERE code NOT IN ('rows_doubled', 'customers_vanished')"
    nothing "$1: a seal does not say what it sealed" "SELECT c.*, m.closing_mrr FROM metrics.closes AS c,
      saas_metrics.mrr_monthly_at('metrics', c.closed_at) AS m WHERE m.period_end = c.closed_through + 1 AND m.closing_mrr <> c.mrr"
    echo "$1: $3 transactions, $pending customers pending"
}

clean_up_at_exit
make_folder
make_cluster data 'fsync = on'
start_server data "$PGPORT"
export PGHOST=$folder PGDATABASE=postgres
query -f "$crash/tables.sql" >/dev/null

interrupted=0
for ((round = 0; round < 3 * rounds && interrupted < rounds; round++)); do
    case $((interrupted % 3)) in
    0) what=(refresh "SELECT FROM saas_metrics.refresh('metrics')" 30) ;;
    1) what=('refresh of everything' "UPDATE metrics.ledger_settings SET everything = true; SELECT FROM saas_metrics.refresh('metrics')" 70) ;;
    2) what=(close "SELECT FROM saas_metrics.close_period('metrics', (date '2023-02-01' + $round * interval '1 month')::date - 1)" 60) ;;
    esac
    during "${what[@]}"
done
[[ $interrupted -eq $rounds ]] || die "only $interrupted of $round kills came in time"
