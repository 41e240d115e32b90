#!/usr/bin/env bash
# What runs the tests tells passed, failed and skipped apart, whatever a test does, and two who share
# a list of tests take each once.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/scripts/tests.sh"

work=

cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }

says() { printf '%s\n' "$2"; return "$1"; }
killed() { kill -KILL "$BASHPID"; }
unable() { says 0 'before'; skip 'not here'; }

clean_up_at_exit
work=$(mktemp -d)
RESULTS=$work/results
mkdir "$RESULTS.claimed"
unset SAY_FD
{
    attempt passed says 0 'SKIP is not the beginning: SKIP: no'
    attempt failed says 1 'ok'
    attempt killed killed
    attempt failed_late says 1 'SKIP: the status counts'
    attempt failed_silently says 77 'no reason'
    attempt skipped unable
    attempt skipped_by_line says 0 'SKIP: by a line'
} >"$work/shown"
expected='ok passed
FAIL failed
FAIL killed
FAIL failed_late
FAIL failed_silently
SKIP skipped
SKIP skipped_by_line'
diff -u <(echo "$expected") <(sed 's/ [0-9]*$//' "$RESULTS") || die "told apart wrongly: $(<"$work/shown")"
[[ $(count ok) -eq 1 && $(count FAIL) -eq 4 && $(count SKIP) -eq 2 ]] || die "counted wrongly"
grep -q '^SKIP  skipped  *not here$' "$work/shown" || die "the reason is not shown"

take() {
    local n
    for ((n = 0; n < 50; n++)); do ! claim "kind/$n" || echo "$n"; done
}
take >"$work/one" &
take >"$work/other"
wait
diff <(seq 0 49) <(sort -n "$work/one" "$work/other") || die "not each test was taken once"

# More results than a pipe holds.
for ((n = 1; n <= 20000; n++)); do echo "ok kind/test_$n $n"; done >"$RESULTS"
slowest >"$work/slowest" || die "the slowest end with status $?"
diff <(seq 20000 -1 19991) <(awk '/ms$/ { print $2 }' "$work/slowest") || die "not the slowest ten"
