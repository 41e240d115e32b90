#!/usr/bin/env bash
# Runs the tests that need a server and that no other suite has taken, each in a database of its
# own. Run by with_server.sh; RESULTS and ONLY as in tests.sh.
# Oracles make the cases that they generate all on the oldest and the newest version, and each
# fifth on those between, another one on each. SAAS_METRICS_CASES=all has all made anywhere, 0 to 4
# a fifth.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/tests.sh"

work=
label=pg$(pg_major)

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

# All, or which fifth: 0 to 4; and oracles of many groups take as many of these.
choose_cases() {
    groups=100000
    case $(pg_major) in
    16) cases=1 ;;
    17) cases=2 ;;
    *) cases=all ;;
    esac
    cases=${SAAS_METRICS_CASES:-$cases}
    [[ $cases == all ]] || groups=20000
}

# Where these are called bash ignores errexit, so every step is chained.
run_regress() {
    local output=$work/$1 diffs=$work/$1/regression.diffs
    regress "$output" "regress_$1" "$1" >"$work/regress" 2>&1 && return
    if [[ -s $diffs ]]; then cat "$diffs"; else cat "$work/regress"; fi
    return 1
}

run_oracle() {
    create_database "oracle_$1" &&
        PGOPTIONS="-c oracle.cases=$cases" psql -Xq -v ON_ERROR_STOP=1 -v groups="$groups" -d "oracle_$1" -f "$root/tests/oracle/$1.sql"
}

# By the tester itself: pg_isolation_regress of the wheel's 18 is damaged. The wheel also lacks run bits.
run_isolation() {
    local tester specs=$root/tests/isolation
    tester=$(dirname "$(pg_dir pgxs)")/../test/isolation/isolationtester
    [[ -e $tester ]] || die "there is no $tester (Debian: postgresql-client-$(pg_major))"
    chmod +x "$tester" && create_database "isolation_$1" || return
    PGISOLATIONTIMEOUT=30 "$tester" "dbname=isolation_$1" \
        <"$specs/specs/$1.spec" >"$work/$1.out" 2>&1 || :
    diff -u "$specs/expected/$1.out" "$work/$1.out"
}

run_checks() {
    create_database "checks_$1" &&
        PGDATABASE=checks_$1 "$root/tests/checks/$1.sh"
}

clean_up_at_exit
cd "$root"
work=$(mktemp -d)
mapfile -t tests < <(server_tests)
[[ ${#tests[@]} -gt 0 ]] || die "there are no tests for a server"
choose_cases
say "$label: $([[ $cases == all ]] && echo all generated cases || echo "each fifth generated case (SAAS_METRICS_CASES=all for all)")"
for test in "${tests[@]}"; do
    claim "$label/$test" || continue
    attempt "$label/$test" "run_${test%%/*}" "${test#*/}"
done
