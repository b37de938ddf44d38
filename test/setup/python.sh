# shellcheck shell=bash
# The checkers of the Python that goes to hosts, and Hetzner's client, in an environment of their own, made once for each
# python-requirements.txt and Python. Sets HA_LB_PYTHON_BIN, the directory that holds them.

# Debian keeps what makes an environment in a package of its own, for its own Python only.
find_python() {
  for PYTHON in "$(command -v python3)" /usr/bin/python3; do
    if [[ -x $PYTHON ]] && "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
      return
    fi
  done
  return 1
}

python_directory() {
  local key
  key=$({
    cat "$SETUP/python-requirements.txt"
    readlink -f "$(command -v python3)" || true
  } | sha256sum)
  printf '%s\n' "$CACHE/python-${key:0:16}"
}

# An environment cannot be moved: a file in it says that it is complete.
make_environment() {
  rm -rf "$1" &&
    "$PYTHON" -m venv "$1" &&
    "$1/bin/pip" --disable-pip-version-check install --requirement "$SETUP/python-requirements.txt" &&
    touch "$1/complete"
}

make_environment_once() {
  [[ ! -f $1/complete ]] || return 0
  if ! find_python && can_install_debian_packages; then
    step debian-python "Installing Debian's python3-venv" apt_install python3-venv || true
  fi
  find_python || fail "Python 3.9 or newer with its venv module is needed: apt-get install python3-venv"
  step python "Installing Python tools" make_environment "$1"
}

install_python_tools() {
  local directory
  directory=$(python_directory)
  [[ -f $directory/complete ]] || exclusively python make_environment_once "$directory" ||
    fail "could not install the Python tools; see $CACHE/log/python.log"
  export HA_LB_PYTHON_BIN=$directory/bin
}
