#!/usr/bin/env bash
# Billing on one server, which knows nothing of the extension; the ledger on its logical replica. What
# is written there is in the views as soon as it is applied here, each kind of write.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/tests/checks/lib/cluster.sh"
replica=$root/tests/checks/ledger_replica

cleanup() { remove_folder; }

billing() { query -h "$folder" -p 5433 -d postgres "$@"; }
metrics() { query -h "$folder" -p 5434 -d postgres "$@"; }

# Until the subscriber has applied all that is committed.
wait_for_replica() {
    local lsn tries
    lsn=$(billing -c 'SELECT pg_current_wal_lsn()')
    for ((tries = 0; tries < 300; tries++)); do
        [[ $(billing -c "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= '$lsn'") -eq 0 ]] || return 0
        sleep 0.1
    done
    die "the replica did not catch up: $(tail -n 20 log)"
}

wait_for_tables() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        [[ $(metrics -c "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'") -ne 0 ]] || return 0
        sleep 0.1
    done
    die "the tables were not copied: $(tail -n 20 log)"
}

# after WRITE CUSTOMERS: the customers are pending, views are exact with them, and a refresh takes them in.
after() {
    local pending
    billing -c "$1"
    wait_for_replica
    pending=$(metrics -c "SELECT string_agg(DISTINCT customer_id::text, ' ' ORDER BY customer_id::text) FROM metrics.pending_customers")
    [[ $pending == "$2" ]] || die "$1: pending are '$pending', not '$2'"
    [[ $(metrics -c 'TABLE subscriptions ORDER BY 1') == "$(billing -c 'TABLE subscriptions ORDER BY 1')" ]] ||
        die "$1: the replica has other rows"
    nothing "$1" "SELECT * FROM differences_from_scratch('metrics', '{movements, mrr_monthly}') LIMIT 3" -h "$folder" -p 5434 -d postgres
    metrics -c "SELECT FROM saas_metrics.refresh('metrics')"
    nothing "$1, refreshed" "SELECT * FROM differences_from_scratch('metrics',
      '{current_lines, rejected_rows, mrr_monthly, mrr_by_plan_monthly}') LIMIT 3" -h "$folder" -p 5434 -d postgres
    [[ $(metrics -c 'SELECT customers_pending FROM blind.freshness') -eq 0 ]] || die "$1: marked without on_replica"
}

clean_up_at_exit
make_folder
make_cluster billing 'fsync = off' 'wal_level = logical'
make_cluster metrics 'fsync = off' 'wal_receiver_status_interval = 1s'
start_server billing 5433
start_server metrics 5434
billing -f "$replica/tables.sql" >/dev/null
billing -c "INSERT INTO plans VALUES ('basic', 10), ('pro', 100);
    INSERT INTO subscriptions SELECT i, (ARRAY['eu', 'us'])[1 + i % 2], i, (ARRAY['basic', 'pro'])[1 + i % 3 / 2], date '2024-01-01' + i::int, NULL
    FROM generate_series(1, 9) AS i;
    CREATE PUBLICATION metrics FOR TABLE subscriptions, plans"
metrics -f "$replica/tables.sql" >/dev/null
metrics -c "CREATE SUBSCRIPTION metrics CONNECTION 'host=$folder port=5433 dbname=postgres user=postgres' PUBLICATION metrics" 2>/dev/null
wait_for_tables
metrics -f "$replica/ledger.sql" >/dev/null
[[ $(metrics -c "SELECT count(*) FROM metrics.movements") -eq 9 ]] || die "the copied rows are not in the ledger"

after "INSERT INTO subscriptions VALUES (20, 'eu', 20, 'basic', '2024-03-01', NULL)" 20
after "INSERT INTO subscriptions_us VALUES (21, 'us', 21, 'pro', '2024-03-01', NULL)" 21
after "UPDATE subscriptions SET ends_on = '2024-05-01' WHERE id = 1" 1
after "UPDATE subscriptions SET customer_id = 4 WHERE id = 2" '2 4'
after "UPDATE subscriptions SET region = 'us' WHERE id = 20" 20
after "DELETE FROM subscriptions WHERE id IN (3, 5)" '3 5'
after "UPDATE plans SET price = 110 WHERE plan = 'pro'" '21 4 8'
after "BEGIN; DELETE FROM subscriptions WHERE id = 9; ROLLBACK; UPDATE subscriptions SET ends_on = '2024-06-01' WHERE id = 7" 7
after "INSERT INTO subscriptions SELECT i, 'us', 100, 'basic', date '2024-01-01' + i::int % 300, date '2024-12-01' FROM generate_series(1001, 3000) AS i" 100
nothing 'check_ledger' "SELECT * FROM saas_metrics.check_ledger('metrics') WHERE severity = 'error'" -h "$folder" -p 5434 -d postgres
# Who does not watch what replication applies is told so.
[[ $(metrics -c "SELECT rows > 0 FROM saas_metrics.check_ledger('blind') WHERE finding = 'customers whose rows changed without a mark'") == t ]] ||
    die "check_ledger does not see that nothing was marked"
billing -c 'TRUNCATE subscriptions'
wait_for_replica
[[ $(metrics -c 'SELECT count(*) FROM metrics.movements') -eq 0 ]] || die "a TRUNCATE is not in the views"
metrics -c "SELECT FROM saas_metrics.refresh('metrics')"
nothing 'TRUNCATE' "SELECT * FROM differences_from_scratch('metrics', '{current_lines, mrr_monthly}')" -h "$folder" -p 5434 -d postgres
