# shellcheck shell=bash disable=SC2154 # variables of lib.sh
# Finding, running and counting tests. Sourced, after lib.sh.
# RESULTS names a file with a line for each test that ran: "ok|FAIL|SKIP NAME MILLISECONDS";
# several processes write it. `work` is the caller's temporary folder.

# ONLY, if set, is what a test's name must contain.
selected() { [[ $1 == *${ONLY:-}* ]]; }

# The tests that need a server, as KIND/NAME: those first that take long.
server_tests() {
    local file
    for file in "$root"/tests/{checks/*.sh,oracle/*.sql,isolation/specs/*.spec,pg_regress/sql/*.sql}; do
        file=${file#"$root/tests/"}
        file=${file/#pg_regress\/sql/regress}
        file=${file/#isolation\/specs/isolation}
        file=${file%.*}
        [[ $file == *\* ]] || ! selected "$file" || echo "$file"
    done
}

# claim NAME: whether this process is the first to want the test.
claim() { mkdir "$RESULTS.claimed/${1//\//:}" 2>/dev/null; }
is_claimed() { [[ -d $RESULTS.claimed/${1//\//:} ]]; }

# record ok|FAIL|SKIP NAME MILLISECONDS NOTE [LOG]: the log is shown beneath it, in one piece.
record() {
    printf '%s %s %s\n' "$1" "$2" "$3" >>"$RESULTS"
    {
        flock 8
        printf '%-4s  %-44s %s\n' "$1" "$2" "$4"
        [[ -z ${5:-} ]] || sed 's/^/      /' "$5"
    } >&"${SAY_FD:-1}" 8>"$RESULTS.lock"
}

count() { grep -c "^$1 " "$RESULTS" || :; }

slowest() {
    local name ms
    [[ $(wc -l <"$RESULTS") -gt 10 ]] || return 0
    printf '\nThe slowest ten:\n'
    sort -k3,3nr "$RESULTS" | sed -n 1,10p | while read -r _ name ms; do
        printf '  %-48s %8d ms\n' "$name" "$ms"
    done
}

milliseconds() { echo "$((${EPOCHREALTIME//[.,]/} / 1000))"; }

# attempt NAME COMMAND…: a test passes if the command does; else its output is shown. It is skipped
# if the command ends with status 77, or well and with a last line of "SKIP: " and the reason.
attempt() {
    local name=$1 status=0 log=$work/log began took last
    began=$(milliseconds)
    run without_say_fd "${@:2}" >"$log" 2>&1 || status=$?
    took=$(($(milliseconds) - began))
    last=$(tail -n 1 "$log")
    if [[ ($status -eq 0 || $status -eq 77) && $last == SKIP:* ]]; then
        record SKIP "$name" "$took" "${last#SKIP: }"
    elif [[ $status -eq 0 ]]; then
        record ok "$name" "$took" "$took ms"
    else
        record FAIL "$name" "$took" "exit status $status" "$log"
    fi
}
