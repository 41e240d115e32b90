# shellcheck shell=bash disable=SC2034 # the variables are for those who source this
# What the scripts share. Sourced, not run.
set -euo pipefail
unset CDPATH RUST_BACKTRACE MAKEFLAGS MFLAGS CARGO_BUILD_TARGET

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scripts=$root/scripts

# With stdin closed, the next file opened would become stdin.
[[ -e /proc/self/fd/0 ]] || exec </dev/null

# Where SAY_FD names a file descriptor, one that leads past a log.
say() { printf '==> %s\n' "$*" >&"${SAY_FD:-2}"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
# Runs a command without that descriptor: tests write to their logs, and servers live on.
without_say_fd() {
    if [[ -n ${SAY_FD:-} ]]; then
        exec {SAY_FD}>&-
        unset SAY_FD
    fi
    "$@"
}

# A test that says so cannot run here, and is neither passed nor failed.
skip() { printf 'SKIP: %s\n' "$*"; exit 77; }
is_root() { [[ $EUID -eq 0 ]]; }

# --- the server that PG_CONFIG names --------------------------------------

debian_pg_config=/usr/lib/postgresql/15/bin/pg_config

# Makes PG_CONFIG (or the default, $1) absolute. The one in the server's own
# bin folder is preferred, so that one server always has one name.
resolve_pg_config() {
    local given=${PG_CONFIG:-$1} found bindir
    found=$(type -P -- "$given") ||
        die "there is no '$given'. Install PostgreSQL's headers (Debian: postgresql-server-dev-15) or name the server: PG_CONFIG=/path/to/pg_config"
    [[ $("$found" --version) == PostgreSQL* ]] || die "'$given' is not a working pg_config"
    bindir=$("$found" --bindir)
    PG_CONFIG=$(realpath -s -- "$found")
    [[ ! -x $bindir/pg_config ]] || PG_CONFIG=$bindir/pg_config
    export PG_CONFIG
}

pg_dir() { "$PG_CONFIG" "--$1"; }

pg_major() {
    local version
    version=$(pg_dir version)
    version=${version#PostgreSQL }
    echo "${version%%[!0-9]*}"
}

# --- the extension --------------------------------------------------------

extension_version() {
    local version
    version=$(sed -n 's/^version *= *"\(.*\)".*/\1/p' "$root/Cargo.toml" | sed -n 1p)
    echo "${version:?Cargo.toml says no version}"
}

# One build folder per major version, so that versions do not rebuild each other.
target_dir() { echo "$root/target/pg$(pg_major)"; }
library() { echo "$(target_dir)/release/libsaas_metrics.so"; }

# Runs cargo COMMAND with what compiling against the server needs.
cargo_for_server() {
    PGRX_PG_CONFIG_PATH=$PG_CONFIG CARGO_TARGET_DIR=$(target_dir) \
        cargo "$1" --no-default-features --features "pg$(pg_major)" "${@:2}"
}

# A new database with the extension; libpq's variables name the server.
create_database() {
    createdb "$1" &&
        PGDATABASE=$1 psql -Xq -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION saas_metrics'
}

# regress OUTPUT DATABASE TEST…: runs regression tests with pg_regress.
regress() {
    local driver
    driver=$(dirname "$(pg_dir pgxs)")/../test/regress/pg_regress
    [[ -x $driver ]] || die "there is no $driver (Debian: postgresql-client-$(pg_major))"
    mkdir -p "$1"
    "$driver" --bindir="$(pg_dir bindir)" --inputdir="$root/tests/pg_regress" \
        --outputdir="$1" --dbname="$2" --no-locale --encoding=UTF8 \
        --load-extension=saas_metrics "${@:3}"
}

# --- ending well ----------------------------------------------------------

declare -A jobs=() # what runs: the leaders of process groups

# Starts a command in a process group of its own; `started` is its leader.
start() {
    set -m
    "$@" </dev/null &
    started=$!
    set +m
    jobs[$started]=yes
}

# Runs a command so and waits for it: a signal is answered at once (for a
# foreground command bash would wait) and ends it whole.
run() {
    local status=0 started
    start "$@"
    wait "$started" || status=$?
    unset "jobs[$started]"
    return "$status"
}

end_jobs() {
    local leader
    for leader in "${!jobs[@]}"; do kill -TERM -- "-$leader" 2>/dev/null || :; done
    for leader in "${!jobs[@]}"; do wait "$leader" 2>/dev/null || :; done
}

# Calls the script's own `cleanup` once, however the script ends.
clean_up_at_exit() {
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

finish() {
    local status=$?
    trap '' INT TERM HUP
    trap - EXIT
    end_jobs
    cleanup || :
    exit "$status"
}
