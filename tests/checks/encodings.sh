#!/usr/bin/env bash
# The extension installs and explains itself in databases of any encoding.
set -euo pipefail

# message ENCODING NAME: what a bad row of a customer of that name gives.
message() {
    local database=encoding_${1,,}
    createdb -T template0 -E "$1" --locale=C "$database"
    PGDATABASE=$database PGCLIENTENCODING=$1 psql -XqAt -v VERBOSITY=verbose 2>&1 <<SQL | sed -n 's/^ERROR: *//p'
CREATE EXTENSION saas_metrics;
SELECT saas_metrics.mrr_movements(convert_from('\\x$2', '$1'), date '2025-01-01', NULL, -1);
SQL
}

expect() {
    local found
    found=$(message "$1" "$2")
    [[ $found == "$3" ]] || { printf '%s: expected %s\n          found %s\n' "$1" "$3" "$found"; exit 1; }
}

negative='mrr must not be negative'
expect UTF8 c3bc "22023: customer \"$(printf '\303\274')\": $negative"
expect LATIN1 fc "22023: customer \"\\xfc\": $negative"
expect SQL_ASCII fc "22023: customer \"\\xfc\": $negative"
long_name=$(printf 'a4a2%.0s' {1..200})
expect EUC_JP "$long_name" "22023: customer \"$(printf '\\xa4\\xa2%.0s' {1..50})...\": $negative"
