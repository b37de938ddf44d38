#!/bin/sh
# Builds the layer that a cloud's machines have above the base image: what a cloud's image of the same release brings
# beyond it, so that the base stays as it is. Packages come from the repository that is in WORK already.
# usage: cloud.sh WORK; WORK holds root and repository. Makes WORK/cloud, an overlayfs directory. Run it in a mount
# namespace of its own.
set -eu
work=$1
here=$(cd "$(dirname "$0")" && pwd)
packages='cloud-init nftables'

# Not in /tmp, which may be a file system that no overlay can be made of.
scratch=$work/cloud.building merged=$work/cloud.building/merged
mkdir -p "$work/cloud" "$scratch/work" "$merged"
mount -t overlay -o "redirect_dir=off,metacopy=off,index=off,lowerdir=$work/root,upperdir=$work/cloud,workdir=$scratch/work" \
  overlay "$merged"
mkdir "$merged/packages"
mount --bind "$work/repository" "$merged/packages"
mount -t proc proc "$merged/proc"
# Nothing starts here.
printf '#!/bin/sh\nexit 101\n' >"$merged/usr/sbin/policy-rc.d"
chmod 755 "$merged/usr/sbin/policy-rc.d"

echo "deb [trusted=yes] file:/packages ./" >"$scratch/sources.list"
mkdir "$merged/scratch"
mount --bind "$scratch" "$merged/scratch"
in_layer() {
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$merged" apt-get --quiet --quiet \
    --option Dir::Etc::sourcelist=/scratch/sources.list --option APT::Sandbox::User=root \
    --option APT::Install-Recommends=false --option Dpkg::Use-Pty=false $1 >>"$work/cloud.log" 2>&1 ||
    { tail -n 20 "$work/cloud.log" >&2; exit 1; }
}
in_layer update
in_layer "install --yes $packages"

cp -r "$here/cloud/files/." "$merged/"
rm -rf "$merged/usr/sbin/policy-rc.d" "$merged"/var/lib/apt/lists/* "$merged"/var/cache/apt/*.bin \
  "$merged"/etc/ssh/ssh_host_*
mkdir -p "$merged/var/lib/apt/lists/partial"
umount "$merged/proc" "$merged/packages" "$merged/scratch"
rmdir "$merged/packages" "$merged/scratch"
umount "$merged"
rm -rf "$scratch"
