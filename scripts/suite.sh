#!/usr/bin/env bash
# Runs the tests that need a server, each in a database of its own. Run by
# with_server.sh; RESULTS and ONLY as in tests.sh.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/tests.sh"

work=
pg_regress=$(dirname "$(pg_dir pgxs)")/../test/regress/pg_regress
label=pg$(pg_major)

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

# These are called where bash ignores errexit: every step is chained.
regress() {
    mkdir -p "$work/$1" &&
        { "$pg_regress" --bindir="$(pg_dir bindir)" --inputdir="$root/tests/pg_regress" \
            --outputdir="$work/$1" --dbname="regress_$1" --load-extension=saas_metrics "$1" ||
            { cat "$work/$1/regression.diffs"; false; }; }
}

oracle() {
    create_database "oracle_$1" &&
        psql -Xq -v ON_ERROR_STOP=1 -d "oracle_$1" -f "$root/tests/oracle/$1.sql"
}

checks() {
    create_database "checks_$1" &&
        PGDATABASE=checks_$1 "$root/tests/checks/$1.sh"
}

clean_up_at_exit
cd "$root"
work=$(mktemp -d)
mapfile -t tests < <(server_tests)
[[ ${#tests[@]} -gt 0 ]] || die "there are no tests for a server"
for test in "${tests[@]}"; do
    attempt "$label/$test" "${test%%/*}" "${test#*/}"
done
