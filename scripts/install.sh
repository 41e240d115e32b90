#!/usr/bin/env bash
# Builds the extension and installs it into the server PG_CONFIG names.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

# Better said now than after the build.
check_writable() {
    local folder
    for folder in "$(pg_dir pkglibdir)" "$(pg_dir sharedir)/extension"; do
        [[ -n ${DESTDIR:-} || -w $folder ]] ||
            die "cannot write to $folder. As root: sudo env \"PATH=\$PATH\" \"HOME=\$HOME\" make install PG_CONFIG=$PG_CONFIG"
    done
}

demand_build_tools
check_writable
"$scripts/build.sh"
"$scripts/copy_files.sh"
say "Installed saas_metrics $(extension_version) into ${DESTDIR:-}$(pg_dir pkglibdir) and ${DESTDIR:-}$(pg_dir sharedir)/extension"
say "In a database: CREATE EXTENSION saas_metrics;"
