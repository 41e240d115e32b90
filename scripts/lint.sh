#!/usr/bin/env bash
# Checks format, lints and documentation: lint.sh [fmt|clippy|doc|pipes|lengths]…
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# In release, for what a build has made there already.
lint() {
    case $1 in
    fmt) cargo fmt --all -- --check ;;
    clippy) cargo_for_server clippy --release --workspace --all-targets -- -D warnings ;;
    doc) RUSTDOCFLAGS=-Dwarnings cargo_for_server doc --release --no-deps --workspace ;;
    pipes) no_early_readers ;;
    lengths) no_long_functions ;;
    *) die "no such check: $1" ;;
    esac
}

# A pipe's reader that ends before its writer kills the writer, on some days, and pipefail ends the
# script.
no_early_readers() {
    local early='\| *(head|grep +-[a-zA-Z]*[qm])'
    ! grep -nE "$early" -r --include='*.sh' scripts tests | grep -v "local early="
}

# Bodies of SQL functions, which clippy does not see.
no_long_functions() {
    find sql -name '*.sql' -exec awk '
        /^AS \$\$/ { start = FNR }
        /^\$\$;/ && start {
            if (FNR - start > 70) { print FILENAME ":" start ": a function of " FNR - start " lines"; long = 1 }
            start = 0
        }
        END { exit long }' {} +
}

resolve_pg_config "$debian_pg_config"
cd "$root"
[[ $# -gt 0 ]] || set -- fmt pipes lengths clippy doc
for check; do
    say "cargo $check"
    lint "$check"
done
