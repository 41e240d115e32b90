#!/usr/bin/env bash
# docs/reference.md is what the comments of the extension's objects say, and
# names every one of them. With UPDATE=1 it is written anew.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"
reference=docs/reference.md

run() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

run -c 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS saas_metrics'
if [[ -n ${UPDATE:-} ]]; then
    run -f docs/reference.sql >"$reference"
fi
run -f docs/reference.sql | diff -u --label "$reference" --label "what the comments say" "$reference" -

# The members as the server lists them, not as the reference's own query does.
members=$(run <<'SQL'
SET search_path = saas_metrics, pg_catalog;
SELECT split_part(identity.object_names[2], '(', 1)
FROM pg_depend AS d, LATERAL pg_identify_object_as_address(d.classid, d.objid, 0) AS identity
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'saas_metrics')
  AND d.classid = 'pg_proc'::regclass
UNION
SELECT t.typname FROM pg_type AS t
JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
WHERE t.typtype = 'c' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'saas_metrics')
SQL
)
[[ $(wc -w <<<"$members") -gt 100 ]]
status=0
for member in $members; do
    grep -qE "^(## (Type |View )?$member(\(\))?|- \`$member\(.*)\$" "$reference" ||
        { echo "$member is not in $reference" && status=1; }
done
exit "$status"
