#!/bin/sh
# Makes a node's network namespace and plugs it into the lab's switch; what was there before is thrown away, as a
# power cycle would. A link keeps its hardware address, as a real card does.
# usage: plug.sh LAB NODE [INTERFACE NETWORK MAC]...
set -eu
lab=$1 node=$2
shift 2
namespace=halb-$lab-$node
switch=halb-$lab-switch

if [ -e "/run/netns/$namespace" ]; then ip netns del "$namespace"; fi
ip netns add "$namespace"
ip -n "$namespace" link set lo up
# Duplicate address detection would keep each new IPv6 address unusable for a second or more.
nsenter --net="/run/netns/$namespace" sysctl --quiet --write \
  net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0
while [ $# -ge 3 ]; do
  interface=$1 network=$2 mac=$3 port=$node-$2
  shift 3
  # The kernel removes a deleted namespace's links some time later; the port's name is needed now.
  ip -n "$switch" link del "$port" 2>/dev/null || :
  ip -n "$switch" link add "$port" type veth peer name "$interface" address "$mac" netns "$namespace"
  ip -n "$switch" link set "$port" master "$network" up
done
