// Where a secret can be found on a node, and in what the engine has printed and kept. The secret goes in by standard
// input: the search itself must not show it.
import type { LoadBalancerName, Pair } from "../../pair/pair";

const places = "/boot /dev/shm /etc /home /media /mnt /opt /root /run /srv /tmp /usr/local /var";

/** Files of a node that have it, with their modes: "600 /etc/…". */
export async function filesWith(pair: Pair, name: LoadBalancerName, secret: string): Promise<string[]> {
  // `grep` has its pattern in a pipe of the shell's own; it calls it an error that a socket cannot be read.
  const search = `pattern=$(cat); grep -rlsF -D skip -f <(printf %s "$pattern") ${places} | xargs -r stat -c '%a %n'`;
  return lines(await pair.host(name).must(`bash -c '${search.replaceAll("'", `'\\''`)}'`, { input: secret }));
}

export async function isInJournal(pair: Pair, name: LoadBalancerName, secret: string): Promise<boolean> {
  const search = 'pattern=$(cat); [[ "$(journalctl --output=cat --no-pager)" == *"$pattern"* ]]';
  return (await pair.host(name).run(`bash -c '${search}'`, { input: secret })).code === 0;
}

/** What every process of a node was called with, for as long as the mover runs and until it has run. */
export interface Watch {
  /** Ends it; the command lines that had the secret, and all that have been seen of the mover. */
  end(): Promise<{ readonly leaks: readonly string[]; readonly movers: readonly string[] }>;
}

const mark = "/run/watch-ends";
/** Only what the shell itself can do: every program that it started would be watched, too. */
const watching = `
  pattern=$(cat); rm -f ${mark}; end=$((SECONDS + 60))
  while [[ ! -e ${mark} && SECONDS -lt end ]]; do
    for file in /proc/[0-9]*/cmdline; do
      words=(); mapfile -d "" words 2>/dev/null <"$file" || continue
      line="\${words[*]}"
      if [[ $line == *"$pattern"* ]]; then echo "leak \${line%%"$pattern"*}"; fi
      if [[ $line == *bin/mover* || $line == *api.hetzner.cloud* ]]; then echo "mover $line"; fi
    done
  done`;

export function watchCommandLines(pair: Pair, name: LoadBalancerName, secret: string): Watch {
  const host = pair.host(name);
  const running = host.must(`bash -c '${watching}'`, { input: secret, timeoutMs: 90_000 });
  // Whoever waits for it first has its error.
  running.catch(() => {});
  return {
    async end() {
      await host.must(`touch ${mark}`);
      const seen = [...new Set(lines(await running))];
      const about = (what: string) =>
        seen.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
      return { leaks: about("leak"), movers: about("mover") };
    },
  };
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
