#!/bin/sh
# One host from power on to power off. A reboot is another round with a fresh network namespace: no address, route or
# firewall rule survives it, as on hardware. A power cut is SIGKILL to the whole control group, this script included.
# usage: power.sh LAB NODE HOST_DIR IMAGE CGROUP [INTERFACE NETWORK MAC]...
set -eu
lab=$1 node=$2 host_dir=$3 image=$4 cgroup=$5
shift 5
here=$(cd "$(dirname "$0")" && pwd)
namespace=halb-$lab-$node

mkdir -p "$cgroup"
echo $$ >"$cgroup/cgroup.procs"
while
  sh "$here/plug.sh" "$lab" "$node" "$@"
  status=0
  unshare --mount --propagation slave sh "$here/boot.sh" "$namespace" "$node" "$host_dir" "$image" || status=$?
  [ "$status" -eq 133 ]
do :; done
ip netns del "$namespace"
exit "$status"
