# shellcheck shell=bash disable=SC2154 # variables of lib.sh
# What the build, the tests and the demo need. Sourced, after lib.sh.
# Each need_* notes what is missing; refuse_missing or install_missing then acts.

missing=()  # what is missing, in words
packages=() # the Debian packages that have it

# lacks WHAT PACKAGE…
lacks() {
    missing+=("$1")
    packages+=("${@:2}")
}

need_command() { type -P "$1" >/dev/null || lacks "$@"; }

need_cargo() {
    local have want
    if ! have=$(cargo --version 2>/dev/null); then
        lacks "cargo, Rust's build tool: install Rust from https://rustup.rs"
        return
    fi
    have=$(cut -d' ' -f2 <<<"$have")
    want=$(sed -n 's/^rust-version *= *"\(.*\)".*/\1/p' "$root/Cargo.toml" | sed -n 1p)
    [[ $(printf '%s\n' "${want:-0}" "$have" | sort -V | sed -n 1p) == "${want:-0}" ]] ||
        lacks "cargo $want or later (this one is $have): install Rust from https://rustup.rs"
}

need_libclang() {
    find_libclang || lacks "libclang, which reads the server's headers" libclang-dev
}

# Looks where the build will look: LIBCLANG_PATH alone if set, llvm-config's
# folder, the loader's paths, the usual folders.
find_libclang() {
    local folders prefix
    if [[ -n ${LIBCLANG_PATH:-} ]]; then
        has_libclang "$LIBCLANG_PATH" || has_libclang "$(dirname -- "$LIBCLANG_PATH")"
        return
    fi
    if prefix=$("${LLVM_CONFIG_PATH:-llvm-config}" --prefix 2>/dev/null); then
        has_libclang "$prefix/lib" && return
    fi
    IFS=: read -ra folders <<<"${LD_LIBRARY_PATH:-}:${LIBRARY_PATH:-}"
    has_libclang "${folders[@]}" /usr/local/llvm*/lib* /usr/local/lib* \
        /usr/local/lib*/* /usr/lib* /usr/lib*/* /usr/lib*/*/*
}

has_libclang() {
    local folder file
    for folder; do
        for file in "$folder"/libclang.so* "$folder"/libclang-[0-9]*.so*; do
            [[ -n $folder && -e $file ]] && return
        done
    done
    return 1
}

supported_majors() { sed -n 's/^pg\([0-9]*\) *=.*/\1/p' "$root/Cargo.toml" | paste -sd' '; }

need_supported_server() {
    local major supported
    major=$(pg_major)
    supported=$(supported_majors)
    [[ " $supported " == *" $major "* ]] ||
        die "PostgreSQL $major is not supported; supported: $supported ($PG_CONFIG)"
}

need_headers() {
    local folder
    folder=$(pg_dir includedir-server)
    [[ -e $folder/postgres.h ]] ||
        lacks "the server's headers ($folder/postgres.h)" "postgresql-server-dev-$(pg_major)"
}

need_build_tools() {
    need_cargo
    need_command cc gcc libc6-dev
    need_libclang
}

# Debian's PostgreSQL 15: the server, its programs, its headers.
need_debian_server() {
    [[ -x ${debian_pg_config%/*}/initdb ]] || lacks "PostgreSQL 15" postgresql-15
    [[ -e /usr/include/postgresql/15/server/postgres.h ]] ||
        lacks "PostgreSQL 15's server headers" postgresql-server-dev-15
}

list_missing() {
    printf 'error: missing:\n' >&2
    printf '  - %s\n' "${missing[@]}" >&2
    [[ ${#packages[@]} -eq 0 ]] ||
        printf 'On Debian, as root:\n  apt-get install %s\n' "${packages[*]}" >&2
}

refuse_missing() {
    [[ ${#missing[@]} -eq 0 ]] && return
    list_missing
    exit 1
}

# Installs what is missing where that is possible; $@ are the checks.
install_missing() {
    check_all "$@"
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ ${#packages[@]} -gt 0 ]] && is_root && type -P apt-get >/dev/null; then
        run "$scripts/apt_install.sh" "${packages[@]}" || die "apt-get failed"
        check_all "$@"
    fi
    refuse_missing
}

# All that a build needs; nothing is installed.
demand_build_tools() {
    check_all need_build_tools
    if type -P -- "${PG_CONFIG:-pg_config}" >/dev/null; then
        resolve_pg_config pg_config
        need_supported_server
        need_headers
    else
        lacks "${PG_CONFIG:-pg_config}, which tells where the server's headers are" postgresql-server-dev-15
    fi
    refuse_missing
}

check_all() {
    local check
    missing=() packages=()
    for check; do "$check"; done
}

# All that a private server with the extension needs: the one PG_CONFIG names,
# or else Debian's PostgreSQL 15.
provide_server() {
    if [[ -z ${PG_CONFIG:-} ]]; then
        install_missing need_build_tools need_debian_server
    fi
    resolve_pg_config "$debian_pg_config"
    need_supported_server
    install_missing need_build_tools need_headers
}

# --- packages of other languages --------------------------------------------

need_venv() {
    python3 -c 'import venv, ensurepip' 2>/dev/null || lacks "python3 with venv" python3 python3-venv
}

# provide_python NAME REQUIREMENTS: sets `python` to one that has these packages, in
# an environment of its own below target/. A half-made one has no mark and is made anew.
# shellcheck disable=SC2034 # python is for the caller
provide_python() {
    local venv=$root/target/$1
    install_missing need_venv
    mkdir -p "$root/target"
    exec 9>"$venv.lock" # two runs at once take turns
    flock 9
    [[ -e $venv/made ]] || run python3 -m venv --clear "$venv"
    touch "$venv/made"
    run "$venv/bin/python" -m pip install --quiet -r "$2"
    exec 9>&-
    python=$venv/bin/python
}

node_finds_pg() { node -e "require('pg')" 2>/dev/null; }

need_node_pg() { node_finds_pg || lacks "node with pg" nodejs node-pg; }

# Node's pg: what is there, or npm's below target/, or Debian's.
provide_node_pg() {
    export NODE_PATH=$root/target/node/node_modules
    mkdir -p "$root/target"
    exec 9>"$root/target/node.lock" # two runs at once take turns
    flock 9
    if ! node_finds_pg && type -P npm >/dev/null; then
        run npm install --silent --no-audit --no-fund --prefix "$root/target/node" pg@8.23.1
    fi
    exec 9>&-
    install_missing need_node_pg
}
