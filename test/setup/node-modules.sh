# shellcheck shell=bash
# Node.js dependencies: installed when they are missing or are not those of package-lock.json.

# npm leaves a list of what it installed; it is complete only after it has ended well.
node_modules_are_current() {
  [[ -f $ROOT/node_modules/.package-lock.json ]] && node "$SETUP/installed-versions.mjs" "$ROOT"
}

npm_ci() {
  # An older Node.js than `engines` asks for only runs npm here; the project brings its own.
  cd "$ROOT" && npm ci --no-audit --no-fund --loglevel=error
}

install_node_modules_once() {
  # Another setup may have done it while this one waited.
  node_modules_are_current || step npm-ci "Installing Node.js dependencies" npm_ci
}

install_node_modules() {
  command -v node >/dev/null || fail "Node.js with npm is needed, any version from 20 on"
  node_modules_are_current || exclusively npm-ci install_node_modules_once ||
    fail "npm ci did not work; its full output is in $CACHE/log/npm-ci.log"
}
