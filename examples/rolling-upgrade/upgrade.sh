#!/bin/bash
# A rolling upgrade of the operating system: each node of a pair is drained, upgraded and rebooted while the other one
# serves. The standby comes first, so that the addresses move once: when the second node is drained.
#
#   ./upgrade.sh root@198.51.100.11 root@198.51.100.12
#   ./upgrade.sh root@10.0.0.11 root@10.0.0.12 -J admin@bastion.example.com
#
# The nodes are named as for ssh, as root and in any order; what follows are options of ssh. Nothing is touched unless the
# pair is redundant, and the second node not before it is so again. Can be run again at any time.
# Exit status: 0 both nodes are upgraded; 1 one is not, and the message says what is left to do; 64 wrong usage.
set -euo pipefail

# For a node to reboot, and for its services to come up.
readonly patience_seconds=900

if [[ $# -lt 2 ]]; then
  echo "usage: upgrade.sh NODE NODE [OPTION OF SSH]..." >&2
  exit 64
fi
nodes=("$1" "$2")
options=("${@:3}" -o BatchMode=yes -o ConnectTimeout=10)

fail() {
  echo "upgrade.sh: $*" >&2
  exit 1
}

# on NODE COMMAND
on() {
  # shellcheck disable=SC2029 # none of its commands has anything of this side in it
  ssh "${options[@]}" "$1" "$2" </dev/null
}

# By what this node says: the one that is asked comes first.
is_active() {
  local state
  state=$(on "$1" 'ha-lb status --json | python3 -c "import json, sys; print(json.load(sys.stdin)[\"nodes\"][0][\"state\"])"')
  [[ $state == MASTER ]]
}

# Another one after each boot.
boot_of() {
  on "$1" 'cat /proc/sys/kernel/random/boot_id'
}

# is_back NODE BOOT: it has booted anew, and completes the pair.
is_back() {
  local now
  now=$(boot_of "$1" 2>/dev/null) && [[ $now != "$2" ]] && on "$1" 'ha-lb status' >/dev/null 2>&1
}

upgrade() {
  local node=$1 boot deadline
  echo "$node: drain"
  on "$node" 'ha-lb drain --reason "system upgrade"' || fail "$node could not be drained. It is as it was."
  echo "$node: upgrade"
  on "$node" 'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -q --yes dist-upgrade' ||
    fail "$node is still drained: mend what apt says, run \`ha-lb undrain\` there, and then this again."
  echo "$node: reboot"
  boot=$(boot_of "$node")
  # The reboot may be faster than ssh's goodbye.
  on "$node" 'systemctl reboot' || true
  deadline=$((SECONDS + patience_seconds))
  until is_back "$node" "$boot"; do
    ((SECONDS < deadline)) ||
      fail "$node is not back, or the pair not redundant, after $patience_seconds s: look at \`ha-lb status\`, then run this again."
    sleep 1
  done
  echo "$node: done"
}

for node in "${nodes[@]}"; do
  on "$node" 'ha-lb status' || fail "the pair is not redundant, or $node does not answer. Nothing was touched."
done
if is_active "${nodes[0]}"; then
  nodes=("${nodes[1]}" "${nodes[0]}")
fi
for node in "${nodes[@]}"; do
  upgrade "$node"
done
