# shellcheck shell=bash
# Environments of Python, each made once for its list of requirements and this machine's Python: python-requirements.txt,
# the checkers of the Python that goes to hosts, Hetzner's client and sslyze, whose directory HA_LB_PYTHON_BIN says; and
# moto-requirements.txt, of which only labs with AWS have need (see moto).

# Debian keeps what makes an environment in a package of its own, for its own Python only.
find_python() {
  for PYTHON in "$(command -v python3)" /usr/bin/python3; do
    if [[ -x $PYTHON ]] && "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
      return
    fi
  done
  return 1
}

# NAME-requirements.txt decides.
environment_directory() {
  local key
  key=$({
    cat "$SETUP/$1-requirements.txt"
    readlink -f "$(command -v python3)" || true
  } | sha256sum)
  printf '%s\n' "$CACHE/$1-${key:0:16}"
}

# An environment cannot be moved: a file in it says that it is complete.
make_environment() {
  rm -rf "$2" &&
    "$PYTHON" -m venv "$2" &&
    "$2/bin/pip" --disable-pip-version-check install --requirement "$SETUP/$1-requirements.txt" &&
    touch "$2/complete"
}

make_environment_once() {
  [[ ! -f $2/complete ]] || return 0
  if ! find_python && can_install_debian_packages; then
    step debian-python "Installing Debian's python3-venv" apt_install python3-venv || true
  fi
  find_python || fail "Python 3.9 or newer with its venv module is needed: apt-get install python3-venv"
  step "$1" "$3" make_environment "$1" "$2"
}

# NAME TEXT; sets ENVIRONMENT, its directory.
install_environment() {
  ENVIRONMENT=$(environment_directory "$1")
  [[ -f $ENVIRONMENT/complete ]] || exclusively "$1" make_environment_once "$1" "$ENVIRONMENT" "$2" ||
    fail "could not install what $1-requirements.txt lists; see $CACHE/log/$1.log"
}

install_python_tools() {
  install_environment python "Installing Python tools"
  export HA_LB_PYTHON_BIN=$ENVIRONMENT/bin
}
