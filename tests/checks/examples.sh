#!/usr/bin/env bash
# Every template of examples/templates runs in a database of its own and prints
# what examples/NAME.out says, may be run again, and goes on as examples/NAME.sql
# plays it. Lines of NAME.out that begin with # are the arithmetic, from the rows
# of the template: write them first, and let each number below follow from them.
set -euo pipefail
cd "$SAAS_METRICS_ROOT/examples/templates"
expected=$SAAS_METRICS_ROOT/tests/checks/examples
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# The rows end in the middle of 2026. Nothing may hang on the session's time zone.
export PGOPTIONS='-c saas_metrics.today=2026-07-01' PGTZ=Asia/Tokyo

run() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off -f "$1" | sed -e 's/[[:space:]]*$//' -e '/^$/d'; }

# play NAME: what a template prints, and what comes of it.
play() {
    createdb "$1" && psql -Xq -d "$1" -c 'CREATE EXTENSION saas_metrics' || return
    export PGDATABASE=$1
    run "$1.sql" >"$work/first" 2>&1 || { cat "$work/first"; return 1; }
    run "$1.sql" >"$work/again" 2>"$work/notices" || { cat "$work/notices"; return 1; }
    ! grep -v NOTICE: "$work/notices" || return 1
    diff -u --label "$1.sql" --label "the second time" <(readings first) <(readings again) || return
    run "$expected/$1.sql" >"$work/later" 2>&1 || { cat "$work/later"; return 1; }
    diff -u --label "$1.out" --label "what it prints" <(grep -v '^#' "$expected/$1.out") \
        <(cat "$work/first"; echo "-- later"; cat "$work/later")
}

# From the first view on; a refresh before has less to do the second time.
readings() { sed -n '/^ *month /,$p' "$work/$1"; }

status=0 count=0
for file in *.sql "$expected"/*.out; do
    name=$(basename "${file%.*}")
    for needed in "$name.sql" "$expected/$name.sql" "$expected/$name.out"; do
        [[ -f $needed ]] || { echo "there is no $needed"; status=1; continue 2; }
    done
    [[ $file == *.sql ]] || continue
    play "$name" || { echo "$name failed"; status=1; }
    count=$((count + 1))
done
echo "$count templates"
[[ $count -gt 0 ]]
exit "$status"
