#!/usr/bin/env bash
# Every SQL block of the documentation runs, on the demo company, and prints
# what the text block after it says; what one without a text block prints is of
# no interest. With UPDATE=1 the documents take what it prints, for a human to
# check.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# The day on which the demo company's history ends is today for its ledger.
export PGOPTIONS='-c saas_metrics.today=2026-07-01'

run() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off "$@"; }

# Copies a document; replaces the text block after each SQL block by what the
# SQL prints.
rewrite() {
    local line block='' sql='' expect=''
    while IFS= read -r line || [[ -n $line ]]; do
        case $block:$line in
            sql:'```') block='' expect=1 blocks=$((blocks + 1)) ;;
            sql:*) sql+=$line$'\n' ;;
            text:'```')
                run -f - <<<"$sql" 2>&1 | sed -e 's/[[:space:]]*$//' -e '/^$/d' || return 1
                block='' expect=''
                ;;
            text:*) continue ;;
            ':```sql')
                [[ -z $expect ]] || run -f - <<<"$sql" >/dev/null || return 1
                block=sql sql='' expect=''
                ;;
            ':```text') [[ -z $expect ]] || block=text ;;
        esac
        printf '%s\n' "$line"
    done <"$1"
    [[ -z $expect ]] || run -f - <<<"$sql" >/dev/null
}

run -c 'CREATE EXTENSION IF NOT EXISTS saas_metrics' 2>/dev/null
run -f examples/demo_company.sql >/dev/null
run -f examples/subscriptions.sql >/dev/null

blocks=0 status=0
for document in README.md docs/*.md; do
    run -c "SET client_min_messages = warning; SELECT saas_metrics.drop_ledger('metrics')" >/dev/null
    rewrite "$document" >"$work/document"
    if [[ -n ${UPDATE:-} ]]; then
        cat "$work/document" >"$document"
    else
        diff -u --label "$document" --label "what it prints" "$document" "$work/document" || status=1
    fi
done
echo "$blocks SQL blocks"
[[ $blocks -gt 0 ]]
exit "$status"
