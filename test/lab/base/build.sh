#!/bin/sh
# Builds the lab's base image and the package repository that its hosts install from, into a temporary
# directory beside TARGET that is renamed when all is done. Run it under a lock, in mount and pid namespaces of its
# own: an interrupted build then leaves files only, which the next one removes.
# usage: build.sh TARGET SUITE MIRROR REPOSITORY_URL
set -eu
target=$1 suite=$2 mirror=$3 repository_url=$4
here=$(cd "$(dirname "$0")" && pwd)

base_packages=systemd,systemd-sysv,dbus,openssh-server,iproute2,iputils-ping,procps,curl,ca-certificates,sudo,nginx-light
# What nearly every host has, and takes longest to install: dozens of labs would do it on each of theirs. The repository
# has them, too.
common_packages='perl python3'
# What a load balancer may ask for, servers behind it, and what a cloud's image has; everything they depend on and the
# base lacks comes along.
repository_packages='haproxy keepalived python3 dehydrated postgresql postfix cloud-init nftables awscli'

if [ -d "$target" ]; then exit 0; fi # built by someone else while this one waited for the lock
rm -rf "$target".building.*
work=$(mktemp -d "$target.building.XXXXXX")
chmod 755 "$work"
root=$work/root repository=$work/repository

echo "base image: installing Debian $suite"
debootstrap --variant=minbase --include="$base_packages" "$suite" "$root" "$mirror" >"$work/debootstrap.log" ||
  { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }

echo "package repository: downloading $repository_packages"
# The machine's own apt, with its proxy settings, sees the image's installed packages and the mirror only.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/lists/partial" "$scratch/archives/partial" "$repository"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$scratch/sources.list"
image_apt() {
  apt-get --quiet --quiet --option APT::Sandbox::User=root \
    --option Dir::State::status="$root/var/lib/dpkg/status" --option Dir::State::lists="$scratch/lists" \
    --option Dir::Cache="$scratch" --option Dir::Cache::archives="$scratch/archives" \
    --option Dir::Etc::sourcelist="$scratch/sources.list" --option Dir::Etc::sourceparts=/dev/null \
    --option Dir::Etc::preferences=/dev/null --option Dir::Etc::preferencesparts=/dev/null "$@"
}
image_apt update
# shellcheck disable=SC2086 # a list of names
image_apt install --yes --download-only $repository_packages >"$work/download.log"
mv "$scratch"/archives/*.deb "$repository"

echo "package repository: signing"
export GNUPGHOME="$scratch/gnupg" # in /tmp: the agent's socket path must be short
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key 'lab repository' ed25519 sign never 2>"$work/gpg.log"
(
  cd "$repository"
  apt-ftparchive packages . >Packages
  apt-ftparchive release . >Release
  gpg --batch --quiet --local-user 'lab repository' --clearsign --output InRelease Release
)

if [ "$suite" = bookworm ]; then
  echo "package repositories of HAProxy's vendors: packing"
  sh "$here/vendors.sh" "$work" "$suite" "$mirror"
fi

echo "base image: installing $common_packages"
# shellcheck disable=SC2086 # a list of names
sh "$here/packages.sh" "$root" "$repository" "$work/common.log" $common_packages

echo "base image: settling in"
mkdir -p "$root/etc/apt/keyrings"
gpg --batch --quiet --export --armor 'lab repository' >"$root/etc/apt/keyrings/lab.asc"
echo "deb [signed-by=/etc/apt/keyrings/lab.asc] $repository_url ./" >"$root/etc/apt/sources.list"
# Some of them are links in a newer release.
cp -r --remove-destination "$here/files/." "$root/"
chmod 440 "$root/etc/sudoers.d/admin"
chroot "$root" useradd --uid 1000 --create-home --shell /bin/bash admin
chroot "$root" systemctl --quiet enable systemd-networkd.service banner.socket
chroot "$root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer console-getty.service getty@.service
# What looks for disks, swap and consoles at each reload of systemd's units, which are many here; a host has none of them.
mkdir -p "$root/etc/systemd/system-generators"
for what in cryptsetup debug fstab getty gpt-auto hibernate-resume integritysetup rc-local run system-update veritysetup; do
  ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$what-generator"
done
mkdir -p "$root/var/log/journal" # so that a host's log survives its reboots
rm -rf "$root"/etc/ssh/ssh_host_* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
  "$root"/var/lib/apt/lists/* "$root/etc/machine-id" "$root/etc/resolv.conf" "$root/etc/hostname"
mkdir -p "$root/var/lib/apt/lists/partial"

echo "cloud image: installing"
sh "$here/cloud.sh" "$work"

mv "$work" "$target"
