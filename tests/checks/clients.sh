#!/usr/bin/env bash
# Client libraries read every result as it is, without registration or extra code.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/scripts/requirements.sh"
clients=$root/tests/checks/clients

cleanup() { :; }

clean_up_at_exit
provide_python clients-venv "$clients/requirements.txt"
provide_node_pg
psql -Xq -v ON_ERROR_STOP=1 -c 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS saas_metrics'
psql -Xq -v ON_ERROR_STOP=1 -f "$clients/tables.sql"
"$python" "$clients/psycopg_types.py"
node "$clients/node_pg.js"
