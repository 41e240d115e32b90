#!/usr/bin/env bash
# Runs the benchmark on a private server, or that of the ledger, of Stripe's tables or of watched writes:
#   bench.sh [ledger|stripe|writes] [OPTION…]
# Its Python packages live in target/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

cleanup() { :; }

clean_up_at_exit
say "Python packages for the benchmark"
provide_python bench-venv "$root/bench/requirements.txt"
conf=$root/bench/postgresql.conf
[[ ! -e $conf ]] || export SERVER_CONF=$conf
benchmark=bench
if [[ ${1:-} =~ ^(ledger|stripe|writes)$ ]]; then
    benchmark=$1
    shift
fi
run "$scripts/with_server.sh" "$python" "$root/bench/$benchmark.py" "$@"
