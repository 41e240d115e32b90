#!/usr/bin/env bash
# Removes the extension's files from the server PG_CONFIG names.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

resolve_pg_config pg_config
extension_dir=${DESTDIR:-}$(pg_dir sharedir)/extension
rm -f "${DESTDIR:-}$(pg_dir pkglibdir)/saas_metrics.so" \
    "$extension_dir/saas_metrics.control" "$extension_dir"/saas_metrics--*.sql
say "Removed saas_metrics from ${DESTDIR:-}$(pg_dir pkglibdir) and $extension_dir"
