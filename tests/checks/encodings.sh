#!/usr/bin/env bash
# The extension installs and explains itself in databases of any encoding.
set -euo pipefail

# message ENCODING TEXT: what a bad row of a customer of that name gives, and a part of a ledger that there is not.
message() {
    local database=encoding_${1,,}
    createdb -T template0 -E "$1" --locale=C "$database"
    PGDATABASE=$database PGCLIENTENCODING=$1 psql -XqAt -v VERBOSITY=verbose 2>&1 <<SQL | sed -n 's/^ERROR: *//p'
CREATE EXTENSION saas_metrics;
SELECT saas_metrics.mrr_movements(convert_from('\\x$2', '$1'), date '2025-01-01', NULL, -1);
SELECT saas_metrics._ledger_objects(convert_from('\\x$2', '$1'));
SQL
}

# expect ENCODING TEXT SHOWN: as messages show it.
expect() {
    local found wanted="22023: customer \"$3\": mrr must not be negative
22023: a ledger has no part \"$3\""
    found=$(message "$1" "$2")
    [[ $found == "$wanted" ]] || { printf '%s: expected %s\n          found %s\n' "$1" "$wanted" "$found"; exit 1; }
}

expect UTF8 c3bc "$(printf '\303\274')"
expect LATIN1 fc '\xfc'
expect SQL_ASCII fc '\xfc'
long_name=$(printf 'a4a2%.0s' {1..200})
expect EUC_JP "$long_name" "$(printf '\\xa4\\xa2%.0s' {1..50})..."
