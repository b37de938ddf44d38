# shellcheck shell=bash
# The build of src to dist, which is what examples and demo import; made again when anything it is made of is newer.

dist_is_current() {
  [[ -f $ROOT/dist/.built ]] &&
    [[ -z $(find "$ROOT/src" "$ROOT/package.json" "$ROOT/tsconfig.json" "$ROOT/tsconfig.build.json" \
      "$SETUP/copy-assets.mjs" -newer "$ROOT/dist/.built" -print -quit) ]]
}

# Steps are joined by && because `set -e` is off in whatever stands before a ||.
compile() {
  # Beside the old one first: a program that is running keeps what it imports until the new one is whole.
  local new=$ROOT/node_modules/.cache/dist node=$ROOT/node_modules/.bin/node
  rm -rf "$new" &&
    mkdir -p "$new" &&
    touch "$new/.built" &&
    "$node" "$ROOT/node_modules/typescript/bin/tsc" -p "$ROOT/tsconfig.build.json" --outDir "$new" &&
    "$node" "$SETUP/copy-assets.mjs" "$new" &&
    rm -rf "$ROOT/dist" &&
    mv "$new" "$ROOT/dist"
}

build_dist_once() {
  dist_is_current || step build "Compiling src to dist" compile
}

build_dist() {
  # A tree without sources yet has nothing to build.
  [[ -f $ROOT/src/index.ts ]] || return 0
  dist_is_current || exclusively build build_dist_once || fail "src does not compile"
}
