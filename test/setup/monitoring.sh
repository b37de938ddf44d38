# shellcheck shell=bash
# What the tests of src/monitoring need: Prometheus and promtool of Debian's package, which is unpacked and not installed,
# as its service is not to run here; and dashboard-lint, built from its go.sum. HA_LB_MONITORING_BIN says where they are.

monitoring_directory() {
  local key
  key=$(cat "$SETUP"/monitoring.sh "$SETUP"/dashboard-lint/* | sha256sum)
  printf '%s\n' "$CACHE/monitoring-${key:0:16}"
}

fetch_prometheus() {
  cd "$1" &&
    apt-get -o DPkg::Lock::Timeout=300 update &&
    apt-get -o APT::Sandbox::User=root download prometheus &&
    dpkg -x prometheus_*.deb package &&
    mv package/usr/bin/prometheus package/usr/bin/promtool . &&
    rm -rf package prometheus_*.deb
}

build_dashboard_lint() {
  cd "$SETUP/dashboard-lint" && GOFLAGS=-mod=readonly "$GO" build -trimpath -o "$1/dashboard-lint" .
}

make_monitoring_tools() {
  local new
  new=$(mktemp -d "$CACHE/monitoring.XXXXXX") || return 1
  fetch_prometheus "$new" && build_dashboard_lint "$new" && chmod 755 "$new" && mv "$new" "$1" && return 0
  rm -rf "$new"
  return 1
}

make_monitoring_tools_once() {
  [[ ! -d $1 ]] || return 0
  find_go
  step monitoring "Fetching Prometheus, and building what reads dashboards" make_monitoring_tools "$1"
}

# Elsewhere than on Debian nothing happens: who needs these says so.
install_monitoring_tools() {
  can_install_debian_packages || return 0
  HA_LB_MONITORING_BIN=$(monitoring_directory)
  [[ -d $HA_LB_MONITORING_BIN ]] || exclusively monitoring make_monitoring_tools_once "$HA_LB_MONITORING_BIN" ||
    fail "there is no Prometheus to test with; see $CACHE/log/monitoring.log"
  export HA_LB_MONITORING_BIN
}
