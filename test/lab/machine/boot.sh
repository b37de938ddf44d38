#!/bin/sh
# Boots one host from its overlay, in a mount namespace of its own (see power.sh), so that no mount outlives it.
# usage: boot.sh NAMESPACE HOSTNAME HOST_DIR IMAGE; IMAGE is one directory or several, the uppermost first, with
# colons between.
set -eu
namespace=$1 hostname=$2 host_dir=$3 image=$4

# nspawn keeps a directory per machine here and leaves it behind when it is killed.
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn
mount -t overlay -o "lowerdir=$image,upperdir=$host_dir/upper,workdir=$host_dir/work" overlay "$host_dir/root"

# cgroup v2 inside, as Debian 12 has it, whatever this machine boots with; and sysctl net.* as on a host.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
# bpf: systemd inside filters packets for its services, as on a host.
# --keep-unit turns a reboot into exit status 133 (instead of a second boot in the same network namespace).
exec systemd-nspawn --quiet --boot --register=no --keep-unit --machine="$namespace" --hostname="$hostname" \
  --directory="$host_dir/root" --network-namespace-path="/run/netns/$namespace" \
  --capability=CAP_NET_ADMIN,CAP_NET_RAW,CAP_SYS_NICE,CAP_IPC_LOCK --system-call-filter=bpf \
  --link-journal=no --timezone=off --resolv-conf=off --console=read-only
