#!/usr/bin/env bash
# Installs Debian packages: apt_install.sh PACKAGE…
# The system's configuration stays as it is, and no cluster is created.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# postgresql-15 would create a cluster "main" and start it. postgresql-common
# reads this folder to know whether it should; our file is there only meanwhile.
folder=/etc/postgresql-common/createcluster.d
no_cluster=$folder/saas_metrics-$$.conf
made_folder=

cleanup() {
    rm -f "$no_cluster"
    [[ -z $made_folder ]] || rmdir --ignore-fail-on-non-empty "$folder"
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" >&2 9>&-
}

without_cluster() {
    [[ -d $folder ]] || made_folder=yes
    mkdir -p "$folder"
    echo 'create_main_cluster = false' >"$no_cluster"
}

# Downloading may be interrupted; unpacking may not, or dpkg is left half-way.
install() {
    run apt install --download-only "$@"
    say "Unpacking, which cannot be interrupted"
    trap '' INT TERM HUP
    apt install "$@" </dev/null
    clean_up_at_exit
}

clean_up_at_exit
mkdir -p "$root/target"
exec 9>"$root/target/apt.lock" # two runs at once take turns
flock 9
say "Installing with apt-get: $*"
run apt update
if [[ " $* " == *" postgresql-15 "* ]]; then
    say "(without creating a database cluster: pg_createcluster 15 main makes one)"
    [[ -d /usr/share/postgresql-common ]] || install postgresql-common
    without_cluster
fi
install "$@"
