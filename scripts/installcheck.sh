#!/usr/bin/env bash
# Runs the regression tests against an installed extension on a running server,
# found through libpq's usual variables (PGHOST, PGPORT, PGUSER, …).
set -euo pipefail
source "$(dirname "$0")/lib.sh"

resolve_pg_config pg_config
regress=$(dirname "$(pg_dir pgxs)")/../test/regress/pg_regress
[[ -x $regress ]] || die "there is no $regress (Debian: postgresql-client-$(pg_major))"
[[ -e $(pg_dir sharedir)/extension/saas_metrics.control ]] ||
    die "the extension is not installed there: make install PG_CONFIG=$PG_CONFIG"

output=$root/target/installcheck/pg$(pg_major)
tests=("$root"/tests/pg_regress/sql/*.sql)
[[ -e ${tests[0]} ]] || die "there are no tests in tests/pg_regress/sql"
tests=("${tests[@]##*/}")
mkdir -p "$output"
exec "$regress" --bindir="$(pg_dir bindir)" --inputdir="$root/tests/pg_regress" \
    --outputdir="$output" --dbname=contrib_regression \
    --load-extension=saas_metrics "${tests[@]%.sql}"
