#!/bin/sh
# Installs packages of a repository into a system of which nothing runs. Run it in a mount namespace of its own.
# usage: packages.sh ROOT REPOSITORY LOG PACKAGE...
set -eu
root=$1 repository=$2 log=$3
shift 3

mkdir "$root/packages"
mount --bind "$repository" "$root/packages"
mount -t proc proc "$root/proc"
# Nothing starts here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
echo "deb [trusted=yes] file:/packages ./" >"$root/usr/local/packages.list"

in_root() {
  DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" apt-get --quiet --quiet \
    --option Dir::Etc::sourcelist=/usr/local/packages.list --option APT::Sandbox::User=root \
    --option APT::Install-Recommends=false --option Dpkg::Use-Pty=false "$@" >>"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; exit 1; }
}
in_root update
in_root install --yes "$@"

umount "$root/proc" "$root/packages"
rm -rf "$root/packages" "$root/usr/local/packages.list" "$root/usr/sbin/policy-rc.d" \
  "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
mkdir -p "$root/var/lib/apt/lists/partial"
