# shellcheck shell=bash
# How setup talks: one line for each long step, with the time it takes; what its tools say goes to a log file.

# Ends setup with one sentence.
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# Says something that does not end setup.
note() {
  printf 'setup: %s\n' "$*" >&2
}

# The beginning of a log, where npm says what is wrong, and its end, where other tools do.
excerpt() {
  if (($(wc -l <"$1") <= 40)); then
    cat "$1"
  else
    head -n 12 "$1"
    echo '…'
    tail -n 25 "$1"
  fi
}

# step NAME TEXT COMMAND… runs COMMAND with its output in the log NAME; shows TEXT and the elapsed time meanwhile.
step() {
  local name=$1 text=$2 log=$CACHE/log/$1.log status=unknown started=$SECONDS spoken=$SECONDS pipe frame=0
  shift 2
  [[ -t 2 ]] || printf 'setup: %s …\n' "$text" >&2
  # The pipe says when the command has ended, and how; waiting on it costs nothing.
  exec {pipe}< <(
    "$@" >"$log" 2>&1 && echo 0 || echo "$?"
  )
  until read -r -t 0.2 -u "$pipe" status; do
    # Not a timeout: whatever was to say how the command ended is gone.
    (($? > 128)) || break
    if [[ -t 2 ]]; then
      # shellcheck disable=SC1003 # a backslash, the fourth frame of the spinner
      local frames='|/-\'
      printf '\rsetup: %s %s %d s ' "$text" "${frames:frame++ % 4:1}" "$((SECONDS - started))" >&2
    elif ((SECONDS - spoken >= 15)); then
      spoken=$SECONDS
      printf 'setup: %s … %d s so far\n' "$text" "$((SECONDS - started))" >&2
    fi
  done
  exec {pipe}<&-
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  if [[ $status != 0 ]]; then
    note "$text: failed after $((SECONDS - started)) s. From $log:"
    excerpt "$log" >&2
    return 1
  fi
  printf 'setup: %s: done in %d s\n' "$text" "$((SECONDS - started))" >&2
}

# exclusively NAME COMMAND… keeps two setups from doing the same work at the same time, where the machine has flock.
exclusively() {
  local name=$1
  shift
  if ! command -v flock >/dev/null; then
    "$@"
    return
  fi
  (
    flock 9
    "$@"
  ) 9>"$CACHE/$name.lock"
}
