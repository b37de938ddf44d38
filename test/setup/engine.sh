# shellcheck shell=bash
# The Pulumi engine and its Node.js language host: the user's own when recent enough, otherwise built once from the
# Go modules that engine/*/go.sum pins. Sets HA_LB_ENGINE_BIN, the directory that holds both.

# shellcheck source=/dev/null
source "$SETUP/go.sh"

OLDEST_ENGINE=3.207.0
engine_version=v3.259.0
host_version=v3.68.0 # the last version of the sdk module that still holds the language host
engine_flags=(-trimpath -ldflags)

# Is the first version at least the second?
at_least() {
  [[ $(printf '%s\n' "$2" "${1#v}" | sort -V | head -n 1) == "$2" ]]
}

# The directory of a pulumi on PATH that will do; asking it takes half a second, so the answer is kept with its time stamp.
own_engine() {
  local pulumi directory stamp answer=$CACHE/own-engine
  pulumi=$(command -v pulumi) || return 1
  directory=$(dirname "$(readlink -f "$pulumi")")
  [[ -x $directory/pulumi-language-nodejs ]] || return 1
  stamp=$(stat -c '%n %s %Y' "$(readlink -f "$pulumi")")
  if [[ ! -f $answer || $(head -n 1 "$answer") != "$stamp" ]]; then
    printf '%s\n%s\n' "$stamp" "$(PULUMI_SKIP_UPDATE_CHECK=true "$pulumi" version)" >"$answer"
  fi
  at_least "$(tail -n 1 "$answer")" "$OLDEST_ENGINE" || return 1
  printf '%s\n' "$directory"
}

version_flag() {
  printf -- '-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=%s' "$1"
}

engine_directory() {
  local key
  key=$({
    cat "$SETUP"/engine/*/go.{mod,sum}
    version_flag "$engine_version"
    uname -m
  } | sha256sum)
  printf '%s\n' "$CACHE/engine/${key:0:16}/bin"
}

# go_build MODULE PACKAGE VERSION TARGET
go_build() {
  cd "$SETUP/engine/$1" && GOFLAGS=-mod=readonly "$GO" build "${engine_flags[@]}" "$(version_flag "$3")" -o "$4" "$2"
}

build_engine() {
  local target=$1 new
  rm -rf "$CACHE"/engine.?????? # of builds that were killed; this one runs alone
  new=$(mktemp -d "$CACHE/engine.XXXXXX") || return 1
  go_build language-nodejs github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs "$host_version" \
    "$new/pulumi-language-nodejs" &&
    go_build cli github.com/pulumi/pulumi/pkg/v3/cmd/pulumi "$engine_version" "$new/pulumi" &&
    chmod 755 "$new" &&
    mkdir -p "$(dirname "$target")" &&
    mv "$new" "$target" && return 0
  rm -rf "$new"
  return 1
}

build_engine_once() {
  [[ ! -x $1/pulumi ]] || return 0
  find_go
  step engine "Building the Pulumi engine from its Go modules (once; about 5 minutes on two cores)" build_engine "$1"
}

find_or_build_engine() {
  # Only the lab needs an engine, and the lab needs root on Linux.
  [[ $(uname -s) == Linux && $(id -u) == 0 ]] || return 0
  if ! HA_LB_ENGINE_BIN=$(own_engine); then
    HA_LB_ENGINE_BIN=$(engine_directory)
    [[ -x $HA_LB_ENGINE_BIN/pulumi ]] || exclusively engine build_engine_once "$HA_LB_ENGINE_BIN" ||
      fail "there is no Pulumi engine: install pulumi $OLDEST_ENGINE or newer, or see $CACHE/log/engine.log"
  fi
  export HA_LB_ENGINE_BIN
}
