#!/usr/bin/env bash
# Builds the extension in release for the server PG_CONFIG names.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

demand_build_tools
cd "$root"
say "Building the extension for PostgreSQL $(pg_major) (the first time takes some minutes)"
cargo_for_server build --release --package saas_metrics --lib
[[ -e $(library) ]] || die "cargo made no $(library)"
