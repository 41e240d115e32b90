#!/usr/bin/env bash
# The demo company is consistent at any size and seed, the same each time it is
# made, and its tour runs.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"

run() { psql -Xq -v ON_ERROR_STOP=1 "$@"; }

# make_company CUSTOMERS MONTHS SEED
make_company() {
    run -v customers="$1" -v months="$2" -v seed="$3" -f examples/demo_company.sql >/dev/null
    run -f examples/subscriptions.sql >/dev/null
    violated=$(run -At -f examples/check_company.sql)
    [[ -z $violated ]] || { printf '%s customers, seed %s:\n%s\n' "$1" "$3" "$violated"; exit 1; }
}

fingerprint() {
    run -At -c "SELECT count(*), md5(string_agg(s::text, chr(10) ORDER BY s::text)) FROM company.subscriptions AS s"
}

run -c 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS saas_metrics'
make_company 1 1 1
make_company 400 24 7
first=$(fingerprint)
make_company 400 24 8
[[ $(fingerprint) != "$first" ]]
make_company 400 24 7
[[ $(fingerprint) == "$first" ]]
[[ ${first%%|*} -gt 400 ]]
tour=$(run -f examples/demo.sql)
[[ $tour == *"Retention by cohort"* ]]
echo "$first"
