#!/usr/bin/env bash
# A database with a ledger is dumped without its rows, as for tests and by tools that keep the schema in one file.
# What is restored says that it is no ledger yet; billing goes on; it can be dropped and set up again.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
moving=$root/tests/checks/lib/moving
ledger="Q''s \"ledger\""

work=

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

query() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# refused STATEMENT: by 55000, with what to do.
refused() {
    local said
    said=$(query -d restored -v VERBOSITY=verbose -c "$1" 2>&1) && die "no error: $1"
    [[ $said == *'ERROR:  55000: ledger "Q'"'"'s "ledger"" has no settings'*'HINT:'*drop_ledger* ]] || die "$1: $said"
}

clean_up_at_exit
work=$(mktemp -d)
for role in ledger_owner ledger_reader; do
    [[ $(query -c "SELECT count(*) FROM pg_roles WHERE rolname = '$role'") == 1 ]] || query -c "CREATE ROLE $role LOGIN"
done
for database in whole restored; do
    createdb --owner=ledger_owner --template=template0 "$database"
done
export PGUSER=ledger_owner
query -d whole -f "$moving/tables.sql" >/dev/null
pg_dump --schema-only whole | query -d restored >/dev/null

# All views that show something of movements, and the verbs.
query -d restored -c "
    SELECT format('SELECT count(*) FROM %I.%I', n.nspname, c.relname)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = '$ledger' AND c.relkind = 'v'
      AND c.relname ~ '^(mrr_|churn_|cohort_|customer_status|customer_mrr|committed_mrr|movement|net_movements|freshness)'" >"$work/views"
[[ $(wc -l <"$work/views") -ge 20 ]] || die "few views: $(<"$work/views")"
while read -r view; do refused "$view"; done <"$work/views"
for verb in "refresh('$ledger')" "set_policy('$ledger', 'default')" "bind('$ledger', 'customers', 'SELECT 1 AS customer_id')" \
    "rebind('$ledger')" "unbind('$ledger', 'customers')" "upgrade_ledger('$ledger')" "check_ledger('$ledger')" \
    "create_ledger('$ledger')" "mrr_monthly_at('$ledger', now())" "record_snapshot('$ledger')" \
    "close_period('$ledger', '2024-01-31')" "metrics_in_dialect('$ledger', 'stripe')"; do
    refused "SELECT * FROM saas_metrics.$verb"
done

# Tests fill the tables that it watched.
query -d restored >"$work/writes" 2>&1 <<'SQL' || die "$(<"$work/writes")"
INSERT INTO plans VALUES ('basic', 10, 'USD');
INSERT INTO accounts VALUES (1, false);
INSERT INTO subscriptions VALUES (1, 1, 'eu', 'basic', '2024-01-01'), (2, 1, 'us', 'basic', '2024-02-01');
UPDATE subscriptions SET customer_id = 2 WHERE id = 2;
UPDATE plans SET price = 12;
TRUNCATE subscriptions, plans;
SQL

query -d restored -c "SELECT saas_metrics.drop_ledger('$ledger')"
[[ -z $(query -d restored -c 'SELECT tgname FROM pg_trigger WHERE NOT tgisinternal') ]] || die "drop_ledger left triggers"
query -d whole -c "SELECT saas_metrics.export_commands('$ledger')" | query -d restored >/dev/null 2>"$work/setup" || die "$(<"$work/setup")"
query -d restored -c "INSERT INTO plans VALUES ('basic', 10, 'USD'); INSERT INTO subscriptions VALUES (1, 1, 'eu', 'basic', '2024-01-01')"
[[ $(query -d restored -c "SELECT mrr FROM \"Q's \"\"ledger\"\"\".committed_mrr LIMIT 1") == 10 ]] || die "the ledger set up again shows $(query -d restored -c "TABLE \"Q's \"\"ledger\"\"\".committed_mrr")"
