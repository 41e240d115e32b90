# shellcheck shell=bash disable=SC2154 # variables of lib.sh
# Finding, running and counting tests. Sourced, after lib.sh.
# RESULTS names a file with a line for each test that ran: "ok NAME" or "FAIL NAME".
# `work` is the caller's temporary folder.

# ONLY, if set, is what a test's name must contain.
selected() { [[ $1 == *${ONLY:-}* ]]; }

# The tests that need a server, as KIND/NAME.
server_tests() {
    local file
    for file in "$root"/tests/{pg_regress/sql/*.sql,oracle/*.sql,isolation/specs/*.spec,checks/*.sh}; do
        file=${file#"$root/tests/"}
        file=${file/#pg_regress\/sql/regress}
        file=${file/#isolation\/specs/isolation}
        file=${file%.*}
        [[ $file == *\* ]] || ! selected "$file" || echo "$file"
    done
}

# record ok|FAIL NAME [NOTE]
record() {
    printf '%s %s\n' "$1" "$2" >>"$RESULTS"
    printf '%-4s  %-44s %s\n' "$1" "$2" "${3:-}"
}

count() { grep -c "^$1 " "$RESULTS" || :; }

# attempt NAME COMMAND…: a test passes if the command does; else its output is shown.
attempt() {
    local name=$1 start=${EPOCHREALTIME//[.,]/} status=0 log=$work/log
    run "${@:2}" >"$log" 2>&1 || status=$?
    if [[ $status -eq 0 ]]; then
        record ok "$name" "$(((${EPOCHREALTIME//[.,]/} - start) / 1000)) ms"
    else
        record FAIL "$name" "exit status $status"
        sed 's/^/      /' "$log"
    fi
}
