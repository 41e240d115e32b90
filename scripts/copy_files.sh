#!/usr/bin/env bash
# Copies the built extension into the folders of the server PG_CONFIG names:
# the library, the control file, the SQL scripts. DESTDIR is put before them.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

umask 022
resolve_pg_config pg_config
version=$(extension_version)
library_dir=${DESTDIR:-}$(pg_dir pkglibdir)
extension_dir=${DESTDIR:-}$(pg_dir sharedir)/extension

# Writes stdin to a new file, then renames it: a running server that has the
# old one loaded keeps it.
put() {
    local mode=$1 file=$2
    cat >"$file.new.$$"
    chmod "$mode" "$file.new.$$"
    mv -f "$file.new.$$" "$file"
}

# The install script is the topic files in the order of sql/install_order.
topics() { sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$root/sql/install_order"; }

check_topics() {
    local file
    while read -r file; do
        [[ -f $root/sql/$file ]] || die "sql/install_order names sql/$file, which does not exist"
    done < <(topics)
    while read -r file; do
        grep -qxF "$file" <(topics) || die "sql/$file is not in sql/install_order"
    done < <(find "$root/sql" -name '*.sql' -not -path "$root/sql/upgrades/*" \
        -not -path "$root/sql/ledger/objects/*" -printf '%P\n')
}

install_script() {
    local file
    printf '%s\n' '\echo Use "CREATE EXTENSION saas_metrics" to load this file. \quit'
    while read -r file; do
        cat "$root/sql/$file"
        echo
    done < <(topics)
}

copy_upgrades() {
    local file
    for file in "$root"/sql/upgrades/*.sql; do
        [[ ! -e $file ]] || put 644 "$extension_dir/${file##*/}" <"$file"
    done
}

check_topics
mkdir -p "$library_dir" "$extension_dir"
[[ -w $library_dir && -w $extension_dir ]] ||
    die "cannot write to $library_dir and $extension_dir"
install_script | put 644 "$extension_dir/saas_metrics--$version.sql"
copy_upgrades
put 755 "$library_dir/saas_metrics.so" <"$(library)"
sed "s/@CARGO_VERSION@/$version/" "$root/saas_metrics.control" |
    put 644 "$extension_dir/saas_metrics.control"
