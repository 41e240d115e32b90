#!/usr/bin/env bash
# One of the parts that test.sh runs beside each other: test_job.sh lints|engine|suite
# PG_CONFIG, RESULTS and ONLY as in tests.sh.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/tests.sh"

work=

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

lints() {
    local check
    for check in fmt pipes lengths clippy doc; do
        selected "lint/$check" || continue
        say "cargo $check"
        attempt "lint/$check" "$scripts/lint.sh" "$check"
    done
}

# The engine's own tests, counted from what cargo prints of them.
engine() {
    local status=0 passed failed i began took log=
    selected engine || return 0
    say "cargo test of the engine"
    began=$(milliseconds)
    CARGO_TARGET_DIR=$root/target/engine run cargo test --release --no-fail-fast \
        --package saas_metrics_engine >"$work/engine" 2>&1 || status=$?
    took=$(($(milliseconds) - began))
    passed=$(sum passed)
    failed=$(sum failed)
    [[ $status -eq 0 && $passed -gt 0 ]] || log=$work/engine
    # It did not compile, crashed, or tested nothing.
    if [[ $failed -eq 0 && -n $log ]]; then
        failed=1
    fi
    # One line of many tests; the time is the first's.
    record "$([[ $failed -eq 0 ]] && echo ok || echo FAIL)" engine "$took" "$passed passed, $failed failed" "$log"
    for ((i = 1 - (failed > 0); i < passed; i++)); do echo "ok engine 0"; done >>"$RESULTS"
    for ((i = 1; i < failed; i++)); do echo "FAIL engine 0"; done >>"$RESULTS"
}

# sum passed|failed over cargo's "test result:" lines.
sum() {
    sed -n "s/^test result: .* \([0-9]*\) $1;.*/\1/p" "$work/engine" |
        awk '{ total += $1 } END { print total + 0 }'
}

# Beside a server of its own. One that ends badly without a failed test is a failure itself.
suite() {
    local before failures log=$work/suite
    have_tests || return 0
    failures="FAIL pg$(pg_major)/.*"
    before=$(count "$failures")
    run "$scripts/with_server.sh" "$scripts/suite.sh" >"$log" 2>&1 && return
    [[ $(count "$failures") -gt $before ]] || record FAIL "pg$(pg_major)" 0 "did not run to its end" "$log"
}

# Whether there is a test that nobody has taken.
have_tests() {
    local test
    while read -r test; do
        is_claimed "pg$(pg_major)/$test" || return 0
    done < <(server_tests)
    return 1
}

clean_up_at_exit
work=$(mktemp -d)
cd "$root"
"$1"
