#!/usr/bin/env bash
# Runs the regression tests against an installed extension on a running server,
# found through libpq's usual variables (PGHOST, PGPORT, PGUSER, …).
set -euo pipefail
source "$(dirname "$0")/lib.sh"

resolve_pg_config pg_config
[[ -e $(pg_dir sharedir)/extension/saas_metrics.control ]] ||
    die "the extension is not installed there: make install PG_CONFIG=$PG_CONFIG"

tests=("$root"/tests/pg_regress/sql/*.sql)
[[ -e ${tests[0]} ]] || die "there are no tests in tests/pg_regress/sql"
tests=("${tests[@]##*/}")
regress "$root/target/installcheck/pg$(pg_major)" contrib_regression "${tests[@]%.sql}"
