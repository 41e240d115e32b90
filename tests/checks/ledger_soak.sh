#!/usr/bin/env bash
# Four writers, refreshers and readers at once, at all isolation levels: the ledger is exact at
# every moment, nobody deadlocks. With a refresh of the wrong order it is not, and that is seen.
# SOAK_SECONDS=300 by hand.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/scripts/requirements.sh"
soak=$root/tests/checks/ledger_soak
seconds=${SOAK_SECONDS:-12}

cleanup() { :; }

clean_up_at_exit
provide_python clients-venv "$root/tests/checks/clients/requirements.txt"
psql -Xq -f "$soak/tables.sql" >/dev/null
"$python" "$soak/soak.py" "$seconds"

echo "the same with a wrong refresh:"
status=0
"$python" "$soak/soak.py" "$seconds" wrong.refresh || status=$?
[[ $status -eq 3 ]] || die "a refresh that loses changes was not seen"
