#!/usr/bin/env bash
# A statement can be cancelled in whatever phase it is, and nothing is the
# worse for it: the same session goes on to the right result.
set -euo pipefail

run() { psql -XqAt "$@"; }

run -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS saas_metrics;
CREATE TABLE spans AS
SELECT i * 7919 % 300007 AS customer, i * 104729 % 300007 || ' is a customer' AS name,
       date '2020-01-01' + (i * 31 % 2000)::int AS starts_on,
       date '2020-01-01' + (i * 31 % 2000)::int + (i * 17 % 700)::int AS ends_on, 10.00 AS mrr
FROM generate_series(1, 700000::bigint) AS i;
SQL

# statements CUSTOMER WORKERS: asks with less and more time, then without limit.
statements() {
    local timeout
    echo "SET max_parallel_workers_per_gather = $2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;"
    for ((timeout = 20; timeout <= 1000; timeout += 60)) do
        echo "SET statement_timeout = $timeout;"
        ask "$1"
    done
    echo "RESET statement_timeout;"
    ask "$1"
}

ask() {
    echo "SELECT md5(saas_metrics.mrr_movements($1, starts_on, ends_on, mrr, 'day', '2027-01-01')::text) FROM spans;"
}

cancel='canceling statement due to statement timeout'
for customer in customer name "'the only one'::text"; do
    expected=$(ask "$customer" | run -v ON_ERROR_STOP=1)
    for workers in 0 2; do
        output=$(statements "$customer" "$workers" | run 2>&1)
        cancelled=$(grep -c "$cancel" <<<"$output" || :)
        finished=$(grep -cx "$expected" <<<"$output" || :)
        echo "$customer, $workers workers: $cancelled cancelled, $finished finished"
        [[ $cancelled -gt 0 && $finished -gt 0 ]]
        if grep -v -e "$cancel" -e "^$expected$" <<<"$output"; then exit 1; fi
        [[ $(tail -n 1 <<<"$output") == "$expected" ]]
    done
done
