# shellcheck shell=bash
# A Go toolchain for the engine and for the client of a bench: the machine's own when new enough, otherwise the official
# one, which Go publishes as a module (golang.org/toolchain) that any older go can fetch and check. Sets $GO.

go_wanted=1.25.11 # what engine/*/go.mod asks for

go_reports() {
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) && printf '%s\n' "${version#go}"
}

go_platform() {
  printf '%s-%s\n' "$("$1" env GOOS)" "$("$1" env GOARCH)"
}

fetch_toolchain() {
  local old=$1 version modules target=$CACHE/go-$go_wanted
  version=v0.0.1-go$go_wanted.$(go_platform "$old")
  modules=$(mktemp -d "$CACHE/go.XXXXXX") || return 1
  GOTOOLCHAIN=local GOMODCACHE=$modules GOFLAGS=-modcacherw "$old" mod download "golang.org/toolchain@$version" &&
    # Files of a module are not executable; these must be.
    find "$modules/golang.org/toolchain@$version"/{bin,pkg/tool} -type f -exec chmod 755 {} + &&
    rm -rf "$target" &&
    mv "$modules/golang.org/toolchain@$version" "$target"
  local status=$?
  rm -rf "$modules"
  return "$status"
}

find_go() {
  GO=$(command -v go) || GO=
  if [[ -n $GO ]] && at_least "$(go_reports "$GO")" "$go_wanted"; then
    return
  fi
  if [[ ! -x $CACHE/go-$go_wanted/bin/go ]]; then
    if [[ -z $GO ]] && can_install_debian_packages; then
      # Debian's own is too old to build with, and good enough to fetch the right one.
      step debian-go "Installing Debian's Go, to fetch a newer one with" apt_install golang-go || true
      GO=$(command -v go) || GO=
    fi
    [[ -n $GO ]] || fail "this needs Go $go_wanted or newer: install it (for the Pulumi engine, pulumi $OLDEST_ENGINE or newer will do, too)"
    step go "Fetching Go $go_wanted" fetch_toolchain "$GO" || fail "could not fetch Go $go_wanted; install it"
  fi
  GO=$CACHE/go-$go_wanted/bin/go
  export GOTOOLCHAIN=local
  unset GOROOT # it would be the other one's
}
