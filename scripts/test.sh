#!/usr/bin/env bash
# Runs all tests: lints and the engine's tests once, the others on each server.
# PG_CONFIG names one server, PG_VERSIONS ("15 16 17 18") test servers; ONLY selects by
# name; SAAS_METRICS_CASES=all has all generated cases run on each (see suite.sh); JOBS is how
# much runs at once. The last line says how many passed and failed.
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
            record FAIL "pg$version" 0 "no server"
        fi
    done
}

# What there is to do, as "KIND PG_CONFIG". A suite of many tests comes twice: it may be shared by
# two, who take its tests from one list.
plan_jobs() {
    local server tests suites=()
    tests=$(server_tests | wc -l)
    if [[ -z ${ONLY:-} || $tests -gt 0 ]]; then
        mapfile -t suites < <(for server in "${servers[@]}"; do echo "suite $server"; done)
    fi
    planned=("${suites[@]:0:1}" "engine -" "lints ${servers[0]:-}" "${suites[@]:1}")
    [[ $tests -lt 10 ]] || planned+=("${suites[@]}")
}

# At most JOBS at once; each writes to the screen through descriptor 7, and else to a log.
run_jobs() {
    local next=0 leader started
    exec 7>&1
    while [[ $next -lt ${#planned[@]} || ${#jobs[@]} -gt 0 ]]; do
        if [[ $next -lt ${#planned[@]} && ${#jobs[@]} -lt $most ]]; then
            start_job "$next" "${planned[next]%% *}" "${planned[next]#* }"
            next=$((next + 1))
            continue
        fi
        wait -n -p leader "${!jobs[@]}" || :
        unset "jobs[$leader]"
    done
    exec 7>&-
}

start_job() {
    local PG_CONFIG=${3#-}
    export PG_CONFIG
    SAY_FD=7 start "$scripts/test_job.sh" "$2" >"$work/job.$1" 2>&1
}

# A test that never ran, because what runs it was lost, is a failure.
look_for_lost() {
    local server test label
    for server in "${servers[@]}"; do
        label=pg$(PG_CONFIG=$server pg_major)
        while read -r test; do
            grep -q "^[A-Za-z]* $label/$test " "$RESULTS" || record FAIL "$label/$test" 0 "did not run"
        done < <(server_tests)
    done
}

# A test that several servers skip and none runs tests nothing.
look_for_unused() {
    local test
    [[ ${#servers[@]} -gt 1 ]] || return 0
    while read -r test; do
        [[ $(grep -c "^SKIP pg[0-9]*/$test " "$RESULTS") -lt ${#servers[@]} ]] ||
            record FAIL "$test" 0 "skipped on every server"
    done < <(server_tests)
}

summary() {
    local passed failed skipped
    passed=$(count ok)
    failed=$(count FAIL)
    skipped=$(count SKIP)
    slowest
    [[ $failed -eq 0 ]] || printf '\nFailed:\n%s\n' "$(sed -n 's/^FAIL \(.*\) [0-9]*$/  \1/p' "$RESULTS")"
    [[ $((passed + failed + skipped)) -gt 0 ]] || say "no test ran${ONLY:+: no name contains $ONLY}"
    echo
    [[ $skipped -eq 0 ]] || echo "$skipped skipped"
    echo "$passed passed, $failed failed"
    [[ $failed -eq 0 && $passed -gt 0 ]]
}

[[ -z ${PG_CONFIG:-} || -z ${PG_VERSIONS:-} ]] || die "give PG_CONFIG or PG_VERSIONS, not both"
clean_up_at_exit
most=${JOBS:-$(nproc)}
work=$(mktemp -d)
export RESULTS=$work/results
: >"$RESULTS"
mkdir "$RESULTS.claimed"
cd "$root"
find_servers
plan_jobs
run_jobs
look_for_lost
look_for_unused
summary
