#!/usr/bin/env bash
# Builds a Debian package of the extension under target/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

folder=

cleanup() { [[ -z $folder ]] || rm -rf -- "$folder"; }

control() {
    cat <<END
Package: postgresql-$major-saas-metrics
Version: $version
Architecture: $arch
Maintainer: The saas_metrics developers
Section: database
Priority: optional
Depends: postgresql-$major, libc6 (>= $libc), libgcc-s1
Description: SaaS metrics inside PostgreSQL
 Turns the billing tables a company already has into its SaaS metrics:
 MRR movements, churn, retention and unit economics.
END
}

resolve_pg_config "$debian_pg_config"
[[ $(pg_dir pkglibdir) == /usr/lib/postgresql/* ]] ||
    die "a package is made for Debian's PostgreSQL, not for the one of $PG_CONFIG"
type -P dpkg-deb >/dev/null || die "dpkg-deb is missing"

umask 022
major=$(pg_major)
version=$(extension_version)
arch=$(dpkg --print-architecture)
libc=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
package=$root/target/postgresql-$major-saas-metrics_${version}_$arch.deb

clean_up_at_exit
"$scripts/build.sh"
folder=$(mktemp -d)
chmod 755 "$folder"
DESTDIR=$folder "$scripts/copy_files.sh"
doc=$folder/usr/share/doc/postgresql-$major-saas-metrics
mkdir -p "$folder/DEBIAN" "$doc"
control >"$folder/DEBIAN/control"
[[ ! -e $root/LICENSE ]] || cp "$root/LICENSE" "$doc/copyright"
dpkg-deb --root-owner-group --build "$folder" "$package.new" >&2
mv -f "$package.new" "$package"
say "Made ${package#"$root/"}"
