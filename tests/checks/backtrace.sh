#!/usr/bin/env bash
# No error shows where in the library it came from, also where the server's environment asks for
# backtraces: neither the library's own, nor one of the server's that passes through it.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/tests/checks/lib/cluster.sh"

cleanup() { remove_folder; }

# error SQLSTATE STATEMENT…: the last statement fails so, and says nothing of the library.
error() {
    local said
    if said=$(psql -XqAt -h "$folder" -p 5433 -d postgres -v VERBOSITY=verbose "${@:2}" 2>&1); then
        die "no error: ${*:2}"
    fi
    [[ $said == *"ERROR:  $1: "* ]] || die "not $1: $said"
    [[ $said != *DETAIL* && $said != *backtrace* && $said != *.so* ]] || die "a backtrace: $said"
}

clean_up_at_exit
make_folder
make_cluster traced 'fsync = off'
export RUST_BACKTRACE=full RUST_LIB_BACKTRACE=1
start_server traced 5433
unset RUST_BACKTRACE RUST_LIB_BACKTRACE
query -h "$folder" -p 5433 -d postgres -c 'CREATE EXTENSION saas_metrics' -c "SELECT saas_metrics.create_ledger('traced')" >/dev/null

# The library's.
error 22023 -c "SELECT saas_metrics.monthly_amount(-1, '1 month')"
error 22023 -c "SELECT saas_metrics.mrr_movements(1, date '2024-01-01', NULL, -1, 'month', date '2024-02-01')"
# The server's parser, its clock, and its arithmetic, called by the library.
error 42601 -c "SELECT saas_metrics.bind('traced', 'customers', 'SELEC 1')"
error 57014 -c 'SET statement_timeout = 50' -c \
    "SELECT saas_metrics.active_users(i, date '2024-01-01' + (i % 500)::int, date '2025-01-01') FROM generate_series(1, 20000000::bigint) AS i"
error 22003 -c "SELECT saas_metrics.arr(1e131071)"
# What others ask for is as it was: a program that the server starts sees its own environment.
seen=$(query -h "$folder" -p 5433 -d postgres -c "SELECT saas_metrics.version()" \
    -c "CREATE TABLE seen (line text)" -c "COPY seen FROM PROGRAM 'echo \$RUST_BACKTRACE \$RUST_LIB_BACKTRACE'" -c 'TABLE seen')
[[ $seen == *"full 1" ]] || die "the server's environment: $seen"
