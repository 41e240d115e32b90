#!/usr/bin/env bash
# Loads the demo company and prints its metrics, or, with the argument psql,
# hands over to psql. Run by with_server.sh.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

run_file() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off -f "$1"; }

say "Generating the demo company"
run_file examples/demo_company.sql
run_file examples/subscriptions.sql
if [[ ${1:-} == psql ]]; then
    say "The database is gone when you leave (\\q). Try: \\i examples/demo.sql"
    # A ledger ends with the company's history, not today.
    PGOPTIONS="-c saas_metrics.today=$(psql -XqAt -c 'SELECT ends_on FROM company.parameters')"
    export PGOPTIONS
    trap '' INT
    exec psql
fi
run_file examples/demo.sql
