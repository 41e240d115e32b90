#!/usr/bin/env bash
# Builds the extension in release for the server PG_CONFIG names.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

# What other versions have built and does not depend on the version, as a first build's start:
# most of the libraries. While cargo's own lock keeps it whole.
start_from_another() {
    local other
    [[ ! -d $(target_dir)/release ]] || return 0
    for other in "$root"/target/pg*/release; do
        [[ -e $other/libsaas_metrics.so ]] || continue
        mkdir -p "$(target_dir)"
        flock --shared "$other/.cargo-lock" cp -a -- "$other" "$(target_dir)/release.$$"
        rm -f "$(target_dir)/release.$$"/libsaas_metrics.*
        mv -T -- "$(target_dir)/release.$$" "$(target_dir)/release" 2>/dev/null || rm -rf -- "$(target_dir)/release.$$"
        return
    done
}

demand_build_tools
cd "$root"
say "Building the extension for PostgreSQL $(pg_major) (the first time takes some minutes)"
start_from_another
cargo_for_server build --release --package saas_metrics --lib
[[ -e $(library) ]] || die "cargo made no $(library)"
