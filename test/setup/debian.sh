# shellcheck shell=bash
# Debian packages: those of packages.txt, and what one purpose alone needs, are installed where they are missing, as root on
# Debian and its relatives only.
# Elsewhere nothing happens here: unit tests need none of them, and the lab says itself what it misses.

can_install_debian_packages() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null
}

apt_install() {
  # A fresh machine's first boot may hold the lock for a while.
  apt-get -o DPkg::Lock::Timeout=300 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
}

listed_packages() {
  awk '/^[^#]/ { print $1 }' "$SETUP/packages.txt"
}

# PACKAGE…
install_debian_packages() {
  can_install_debian_packages || return 0
  local wanted missing
  wanted=$(printf '%s\n' "$@" | sort)
  # One pass over dpkg's own list; dpkg-query would cost twenty times as much.
  missing=$(awk -v RS='' -F '\n' '
    { name = ""; installed = 0
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^Package: /) name = substr($i, 10)
        if ($i == "Status: install ok installed") installed = 1
      }
      if (installed) print name }' /var/lib/dpkg/status | sort -u | comm -13 - <(printf '%s\n' "$wanted"))
  [[ -n $missing ]] || return 0
  local packages
  mapfile -t packages <<<"$missing"
  exclusively debian step debian-packages "Installing Debian packages: ${packages[*]}" apt_install "${packages[@]}" ||
    fail "could not install ${packages[*]}; install them by hand and run this again"
}

# Before minutes go into setting up for a lab that cannot start.
require_lab_machine() {
  [[ $(uname -s) == Linux && $(id -u) == 0 ]] ||
    fail "this boots hosts in network namespaces, which needs root on Linux: use sudo or a Linux virtual machine; \`npm test\` runs anywhere, without the hosts."
}
