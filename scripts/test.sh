#!/usr/bin/env bash
# Runs all tests: lints and the engine's tests once, the others on each server.
# PG_CONFIG names one server, PG_VERSIONS ("15 16 18") test servers; ONLY selects
# by name. The last line says how many passed and failed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/tests.sh"

work=

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

# The servers' pg_config, into `servers`; one that cannot be had is a failure.
find_servers() {
    local version
    servers=()
    if [[ -n ${PG_CONFIG:-} ]]; then
        resolve_pg_config ""
        servers=("$PG_CONFIG")
        return
    fi
    for version in ${PG_VERSIONS:-15}; do
        if run "$scripts/test_server.sh" "$version" >"$work/pg_config"; then
            servers+=("$(<"$work/pg_config")")
        else
            record FAIL "pg$version" "no server"
        fi
    done
}

run_lints() {
    local check
    for check in fmt clippy doc; do
        selected "lint/$check" || continue
        say "cargo $check"
        PG_CONFIG=${servers[0]:-} attempt "lint/$check" "$scripts/lint.sh" "$check"
    done
}

# The engine's own tests, counted from what cargo prints of them.
run_engine_tests() {
    local status=0 passed failed i
    selected engine || return 0
    say "cargo test of the engine"
    CARGO_TARGET_DIR=$root/target/engine run cargo test --release --no-fail-fast \
        --package saas_metrics_engine >"$work/engine" 2>&1 || status=$?
    passed=$(sum passed)
    failed=$(sum failed)
    [[ $status -eq 0 && $passed -gt 0 ]] || cat "$work/engine"
    # It did not compile, crashed, or tested nothing.
    if [[ $failed -eq 0 && ($status -ne 0 || $passed -eq 0) ]]; then
        failed=1
    fi
    for ((i = 0; i < passed; i++)); do echo "ok engine"; done >>"$RESULTS"
    for ((i = 0; i < failed; i++)); do echo "FAIL engine"; done >>"$RESULTS"
    printf '%-4s  %-44s %s\n' "$([[ $failed -eq 0 ]] && echo ok || echo FAIL)" engine \
        "$passed passed, $failed failed"
}

# sum passed|failed over cargo's "test result:" lines.
sum() {
    sed -n "s/^test result: .* \([0-9]*\) $1;.*/\1/p" "$work/engine" |
        awk '{ total += $1 } END { print total + 0 }'
}

# A suite that ends badly without a failed test is a failure itself.
run_suite() {
    local before
    before=$(count FAIL)
    run "$scripts/with_server.sh" "$scripts/suite.sh" && return
    [[ $(count FAIL) -gt $before ]] || record FAIL "pg$(pg_major)" "did not run to its end"
}

summary() {
    local passed failed
    passed=$(count ok)
    failed=$(count FAIL)
    [[ $failed -eq 0 ]] || printf '\nFailed:\n%s\n' "$(sed -n 's/^FAIL /  /p' "$RESULTS")"
    [[ $((passed + failed)) -gt 0 ]] || say "no test ran${ONLY:+: no name contains $ONLY}"
    printf '\n%d passed, %d failed\n' "$passed" "$failed"
    [[ $failed -eq 0 && $passed -gt 0 ]]
}

[[ -z ${PG_CONFIG:-} || -z ${PG_VERSIONS:-} ]] || die "give PG_CONFIG or PG_VERSIONS, not both"
clean_up_at_exit
work=$(mktemp -d)
export RESULTS=$work/results
: >"$RESULTS"
cd "$root"
find_servers
run_lints
run_engine_tests
if [[ -z ${ONLY:-} || -n $(server_tests) ]]; then
    for PG_CONFIG in "${servers[@]}"; do
        export PG_CONFIG
        run_suite
    done
fi
summary
