#!/usr/bin/env bash
# The findings of check_ledger: each has a file, is documented under its code, and is provoked by a
# test; nothing else is.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"

run() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

run -c 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS saas_metrics'
status=0

# same WHAT FILE FILE
same() {
    diff -u --label "the codes of check_ledger" --label "$1" "$2" "$3" || status=1
}

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
run -c "SELECT DISTINCT m[1] FROM regexp_matches(saas_metrics._ledger_objects('check'), 'SELECT [0-9]+, ''([a-z_]+)'', f\.\*', 'g') AS m" |
    sort >"$work/codes"
[[ $(wc -l <"$work/codes") -gt 30 ]]
find sql/ledger/objects/check -name '*.sql' ! -name shared.sql -printf '%f\n' | sed 's/\.sql$//' | sort >"$work/files"
same "files" "$work/codes" "$work/files"
sed -n 's/^| `\([a-z_]*\)` | \(error\|warning\) | .*/\1/p' docs/ledger_operations.md | sort >"$work/documented"
same "docs/ledger_operations.md" "$work/codes" "$work/documented"

# The severities of the documentation are those of the files.
sed -n 's/^| `\([a-z_]*\)` | \(error\|warning\) | .*/\1 \2/p' docs/ledger_operations.md | sort >"$work/documented"
while read -r code; do
    sed -n "s/^SELECT '\(error\|warning\)',.*/$code \1/p" "sql/ledger/objects/check/$code.sql"
done <"$work/codes" >"$work/severities"
same "docs/ledger_operations.md" "$work/severities" "$work/documented"

while read -r code; do
    grep -qw -- "$code" tests/pg_regress/expected/ledger_*.out || { echo "no test provokes $code"; status=1; }
done <"$work/codes"
echo "$(wc -l <"$work/codes") findings"
exit "$status"
