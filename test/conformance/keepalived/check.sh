#!/bin/sh
# Has the Keepalived of a release of Debian check configurations, in a host made of the lab's base image for as long as
# this takes. Run it in mount and network namespaces of its own, which take all of it along.
# usage: check.sh ROOT REPOSITORY CONFIGURATIONS SCRATCH
# CONFIGURATIONS holds a directory for each, with keepalived.conf and what that includes; into it go `said` and `status`.
set -eu
root=$1 repository=$2 configurations=$3 scratch=$4
host=$scratch/host

mount --make-rprivate /
mount -t tmpfs scratch "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$host"
mount -t overlay host -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" "$host"

mkdir "$host/packages" "$host/configurations"
mount --bind "$repository" "$host/packages"
mount --bind "$configurations" "$host/configurations"
# Keepalived and its libraries, without what their packages would do after that, such as start it.
unpack() {
  # shellcheck disable=SC2046 # names of files that have no spaces
  chroot "$host" dpkg --unpack --force-depends --no-triggers $(cd "$host" && find packages -regextype egrep \
    -regex 'packages/(keepalived|lib(atomic|glib2\.0-0|nftnl|nl-|pci|perl|sensors5|snmp)[^/]*)_[^/]*\.deb') &&
    for file in "$host"/etc/keepalived/*.dpkg-new; do
      mv "$file" "${file%.dpkg-new}"
    done
}
unpack >"$scratch/unpacked" 2>&1 || { cat "$scratch/unpacked" >&2; exit 1; }
chroot "$host" useradd --system --user-group ha-lb

ip link add eth0 type veth peer name eth1
for interface in lo eth0 eth1; do
  ip link set "$interface" up
done
mount -t proc proc "$host/proc"
for directory in "$configurations"/*/; do
  name=$(basename "$directory")
  if [ -e "$directory/tmpfiles.conf" ]; then
    chroot "$host" systemd-tmpfiles --create "/configurations/$name/tmpfiles.conf"
  fi
  status=0
  chroot "$host" keepalived --config-test --use-file="/configurations/$name/keepalived.conf" \
    >"$directory/said" 2>&1 || status=$?
  echo "$status" >"$directory/status"
  rm -rf "$host/run/ha-load-balancer"
done
