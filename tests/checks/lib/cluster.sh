# shellcheck shell=bash disable=SC2154 # variables of lib.sh
# Servers of a check's own, beside the one it was given and with its programs. Sourced, after lib.sh.
# `folder` holds them and their sockets; `servers` has their processes by name.

folder=
declare -A servers=()
as_owner=() # of the server we were given; root may not run one

query() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

nothing() {
    local found
    found=$(query "${@:3}" -c "$2")
    [[ -z $found ]] || die "$1: $found"
}

make_folder() {
    local owner
    owner=$(stat -c %u "$PGHOST")
    [[ $owner -eq $EUID ]] || as_owner=(setpriv "--reuid=$owner" --clear-groups)
    folder=$(mktemp -d "$(dirname "$PGHOST")/own.XXXXXX")
    chown "$owner" "$folder"
    cd "$folder"
}

remove_folder() {
    local name
    for name in "${!servers[@]}"; do kill -QUIT "${servers[$name]}" 2>/dev/null || :; done
    for name in "${!servers[@]}"; do wait "${servers[$name]}" 2>/dev/null || :; done
    [[ -z $folder ]] || rm -rf -- "$folder"
}

# make_cluster NAME SETTING…
make_cluster() {
    local checksums=()
    # From 18 on they are made unless asked not to; an upgraded cluster needs what the old one has.
    [[ $(pg_major) -lt 18 ]] || checksums=(--no-data-checksums)
    "${as_owner[@]}" initdb -D "$1" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
        "${checksums[@]}" >>log 2>&1 || die "$(<log)"
    printf '%s\n' "timezone = 'UTC'" 'shared_buffers = 32MB' 'jit = off' "${@:2}" >>"$1/postgresql.conf"
}

# start_server NAME PORT: its socket is in the folder.
start_server() {
    set -m
    "${as_owner[@]}" setpriv --pdeathsig QUIT postgres -D "$1" -k "$folder" -p "$2" -c listen_addresses= >>log 2>&1 &
    servers[$1]=$!
    set +m
    for ((tries = 0; tries < 600; tries++)); do
        ! pg_isready -q -h "$folder" -p "$2" || return 0
        kill -0 "${servers[$1]}" 2>/dev/null || break
        sleep 0.1
    done
    die "the server did not start: $(tail -n 20 log)"
}

stop_server() {
    kill -INT "${servers[$1]}"
    wait "${servers[$1]}" || :
    unset "servers[$1]"
}
