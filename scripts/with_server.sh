#!/usr/bin/env bash
# Runs a command beside a throwaway server that has the extension:
#   with_server.sh [--interactive] COMMAND [ARGUMENT…]
# The server is a private copy of the one PG_CONFIG names (Debian's PostgreSQL 15
# by default), reached by a unix socket only; the command finds it and a database
# with the extension through libpq's variables, PATH and PG_CONFIG. Nothing is left.
# SERVER_CONF, if it names a file, is added to the server's configuration.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$scripts/requirements.sh"

folder=
server=  # the postmaster's process id
as_user=() # root may not run a server: what makes it another user

cleanup() {
    [[ -z $server ]] || stop_server
    [[ -z $folder ]] || rm -rf -- "$folder"
}

choose_user() {
    local user=nobody
    is_root || return 0
    ! id postgres >/dev/null 2>&1 || user=postgres
    as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
}

# A socket's path has at most 107 bytes, and the server's user must get there.
make_folder() {
    local base=${TMPDIR:-/tmp}
    if [[ ${#base} -gt 70 ]] || ! "${as_user[@]}" test -x "$base"; then
        base=/tmp
    fi
    folder=$(realpath -- "$(mktemp -d "$base/saas_metrics.XXXXXX")")
    chmod 755 "$folder"
    mkdir -m 700 "$folder/data" "$folder/socket"
    [[ ${#as_user[@]} -eq 0 ]] || chown "$("${as_user[@]}" id -u)" "$folder"/{data,socket}
}

# Copies programs, library and share folders with their whole path, since a
# moved server finds its files relative to its programs. A wheel's *.libs too.
copy_server() {
    local bin dir original=$PG_CONFIG
    bin=$(pg_dir bindir)
    for dir in "$bin" "$(pg_dir sharedir)" "$(pg_dir pkglibdir)" "$bin"/../../../*.libs; do
        [[ -e $dir ]] || continue
        dir=$(realpath -s -- "$dir")
        mkdir -p "$folder/copy$dir"
        cp -a -- "$dir/." "$folder/copy$dir"
    done
    chmod -R u+rwX,go+rX "$folder/copy"
    export PG_CONFIG=$folder/copy$bin/pg_config
    [[ $(pg_dir pkglibdir) == "$folder/copy/"* && $(pg_dir sharedir) == "$folder/copy/"* ]] ||
        die "a copy of the server of $original does not run elsewhere"
    export PATH=$folder/copy$bin:$PATH
}

# In place of the one that the server may have had.
install_extension() {
    unset DESTDIR
    rm -f "$(pg_dir pkglibdir)/saas_metrics.so" "$(pg_dir sharedir)"/extension/saas_metrics[.-]*
    "$scripts/copy_files.sh"
}

forget_libpq_settings() {
    local name
    for name in "${!PG@}"; do
        [[ $name == PG_* ]] || unset "$name"
    done
}

# Runs a server program as the server's user, in a folder he may be in.
as_server() {
    cd "$folder"
    exec "${as_user[@]}" "$@"
}

make_cluster() {
    (as_server initdb -D "$folder/data" -U postgres --auth=trust --no-sync \
        --encoding=UTF8 --locale=C.UTF-8) >"$folder/log" 2>&1 ||
        die "initdb failed: $(cat "$folder/log")"
    {
        printf '%s\n' "fsync = off" "timezone = 'UTC'" "log_timezone = 'UTC'"
        [[ -z ${SERVER_CONF:-} ]] || cat "$SERVER_CONF"
    } >>"$folder/data/postgresql.conf"
}

# --pdeathsig: the server ends even if this script is killed outright.
start_server() {
    export PGHOST=$folder/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
    set -m
    without_say_fd as_server setpriv --pdeathsig QUIT postgres -D "$folder/data" -k "$PGHOST" \
        -c listen_addresses= -c port=5432 </dev/null >"$folder/log" 2>&1 &
    server=$!
    set +m
    for ((tries = 0; tries < 600; tries++)); do
        ! pg_isready -q || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    die "the server did not start: $(tail -n 20 "$folder/log")"
}

# At once: nothing in it is kept.
stop_server() {
    kill -QUIT "$server" 2>/dev/null || :
    wait "$server" 2>/dev/null || :
}

# Ctrl-C is for the command; the server outlives it.
run_interactive() {
    local status=0
    trap : INT
    "$@" || status=$?
    return "$status"
}

how=run
if [[ ${1:-} == --interactive ]]; then
    how=run_interactive
    shift
fi
clean_up_at_exit
provide_server
run "$scripts/build.sh"
choose_user
make_folder
say "Starting a throwaway PostgreSQL $(pg_major) in $folder"
copy_server
forget_libpq_settings
install_extension
make_cluster
start_server
create_database saas_metrics
export PGDATABASE=saas_metrics SAAS_METRICS_ROOT=$root
"$how" "$@"
