#!/bin/sh
# Builds the layer that a cloud's machines have above the base image: what a cloud's image of the same release brings
# beyond it, so that the base stays as it is. Packages come from the repository that is in WORK already.
# usage: cloud.sh WORK; WORK holds root and repository. Makes WORK/cloud, an overlayfs directory. Run it in a mount
# namespace of its own.
set -eu
work=$1
here=$(cd "$(dirname "$0")" && pwd)

# Not in /tmp, which may be a file system that no overlay can be made of.
scratch=$work/cloud.building merged=$work/cloud.building/merged
mkdir -p "$work/cloud" "$scratch/work" "$merged"
mount -t overlay -o "redirect_dir=off,metacopy=off,index=off,lowerdir=$work/root,upperdir=$work/cloud,workdir=$scratch/work" \
  overlay "$merged"
sh "$here/packages.sh" "$merged" "$work/repository" "$work/cloud.log" cloud-init nftables
cp -r "$here/cloud/files/." "$merged/"
rm -rf "$merged"/etc/ssh/ssh_host_*
umount "$merged"
rm -rf "$scratch"
