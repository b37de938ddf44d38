#!/bin/sh
# Two SSH servers and an address that nobody answers for, in namespaces of their own: they end with this script, and
# it ends when its standard input does. Run by `unshare --net --mount --pid --fork --mount-proc`.
# usage: sshServers.sh BASE_ROOT DIRECTORY (with authorized_keys in it; the servers' files show up in DIRECTORY/upper)
set -eu
base=$1 directory=$2

ip link set lo up
ip address add 192.0.2.1/32 dev lo
ip address add 192.0.2.2/32 dev lo
# 192.0.2.9 is a host that is off: packets to it leave on a wire whose other end nobody listens to.
ip link add wire type veth peer name loose-end
ip link set wire up
ip link set loose-end up
ip route add 192.0.2.9/32 dev wire src 192.0.2.1
ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev wire

root=$directory/root
mkdir -p "$root" "$directory/upper" "$directory/work"
mount -t overlay -o "lowerdir=$base,upperdir=$directory/upper,workdir=$directory/work" overlay "$root"
mkdir -p "$root/run/sshd" "$root/root/.ssh" "$root/data"
install -m 600 "$directory/authorized_keys" "$root/root/.ssh/authorized_keys"
ssh-keygen -q -t ed25519 -N '' -f "$root/etc/ssh/conformance_key"

serve() {
  address=$1
  shift
  chroot "$root" /usr/sbin/sshd -o "ListenAddress=$address" -o HostKey=/etc/ssh/conformance_key -o LogLevel=VERBOSE \
    -o PidFile=none -E "/data/sshd-$address.log" "$@"
}
serve 192.0.2.1
# Refuses no environment variable; the first one takes what Debian's default does.
serve 192.0.2.2 -o 'AcceptEnv=*'

echo ready
exec cat >/dev/null
