#!/usr/bin/env bash
# Runs the benchmark on a private server; its Python packages live in target/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

venv=$root/target/bench-venv

cleanup() { :; }

need_venv() {
    python3 -c 'import venv, ensurepip' 2>/dev/null || lacks "python3 with venv" python3 python3-venv
}

# A half-made environment has no mark and is made anew.
make_venv() {
    [[ -e $venv/made ]] || run python3 -m venv --clear "$venv"
    touch "$venv/made"
    run "$venv/bin/python" -m pip install --quiet -r "$root/bench/requirements.txt"
}

clean_up_at_exit
install_missing need_venv
say "Python packages for the benchmark"
mkdir -p "$root/target"
exec 9>"$root/target/bench-venv.lock"
flock 9
make_venv
exec 9>&-
conf=$root/bench/postgresql.conf
[[ ! -e $conf ]] || export SERVER_CONF=$conf
run "$scripts/with_server.sh" "$venv/bin/python" "$root/bench/bench.py" "$@"
