#!/usr/bin/env bash
# Checks format, lints and documentation: lint.sh [fmt|clippy|doc|pipes]…
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# In release, for what a build has made there already.
lint() {
    case $1 in
    fmt) cargo fmt --all -- --check ;;
    clippy) cargo_for_server clippy --release --workspace --all-targets -- -D warnings ;;
    doc) RUSTDOCFLAGS=-Dwarnings cargo_for_server doc --release --no-deps --workspace ;;
    pipes) no_early_readers ;;
    *) die "no such check: $1" ;;
    esac
}

# A pipe's reader that ends before its writer kills the writer, on some days, and pipefail ends the
# script.
no_early_readers() {
    local early='\| *(head|grep +-[a-zA-Z]*[qm])'
    ! grep -nE "$early" -r --include='*.sh' scripts tests | grep -v "local early="
}

resolve_pg_config "$debian_pg_config"
cd "$root"
[[ $# -gt 0 ]] || set -- fmt pipes clippy doc
for check; do
    say "cargo $check"
    lint "$check"
done
