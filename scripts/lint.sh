#!/usr/bin/env bash
# Checks format, lints and documentation: lint.sh [fmt|clippy|doc]…
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# In release, for what a build has made there already.
lint() {
    case $1 in
    fmt) cargo fmt --all -- --check ;;
    clippy) cargo_for_server clippy --release --workspace --all-targets -- -D warnings ;;
    doc) RUSTDOCFLAGS=-Dwarnings cargo_for_server doc --release --no-deps --workspace ;;
    *) die "no such check: $1" ;;
    esac
}

resolve_pg_config "$debian_pg_config"
cd "$root"
[[ $# -gt 0 ]] || set -- fmt clippy doc
for check; do
    say "cargo $check"
    lint "$check"
done
