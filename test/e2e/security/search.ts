// Where secrets can be found: in what the engine tells, and on hosts in files, logs, arguments and environments. They go
// to a host by standard input: the search itself must not show them.
import { constants, gunzipSync } from "node:zlib";
import { until } from "../../lab/command";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";
import type { Namespace } from "../../lab/namespace";

/** By what they are; of one with several lines, a line that stands nowhere else. */
export type Secrets = Readonly<Record<string, string>>;

type Place = Host<MachineName>;

const folders = "/boot /dev/shm /etc /home /media /mnt /opt /root /run /srv /tmp /usr/local /var";

/** Which of the secrets a text has, as they are, or in base64 among other things, or in a bundle on its way to a host. */
export function namesIn(text: string, secrets: Secrets): string[] {
  const searched = [text, ...archivesIn(text)].join("\n");
  const there = (secret: string) => formsOf(secret).some((form) => searched.includes(form));
  return Object.keys(secrets).filter((name) => there(secrets[name] as string));
}

/** Files of a host that have one of them, with their modes and owners: "600 root /etc/…". */
export async function filesWith(host: Place, secrets: Secrets): Promise<string[]> {
  // `grep` has its patterns in a pipe of the shell's own; it calls it an error that a socket cannot be read.
  const found = `grep -rlsF -D skip -f <(printf "%s\\n" "$patterns") ${folders}`;
  // What is gone by the time that it is looked at makes xargs end with 123.
  const search = `patterns=$(cat); ${found} | xargs -r stat -c "%a %U %n" 2>/dev/null || test $? = 123`;
  return lines(await host.must(`bash -c '${search}'`, { input: allForms(secrets) }));
}

export async function namesInJournal(host: Place, secrets: Secrets): Promise<string[]> {
  return namesIn(await host.must("journalctl --output=cat --no-pager"), secrets);
}

/** What every process that can be seen was called with, and the environment that it has. */
export interface Watch {
  /** Ends it; which arguments and environments had a secret, and all command lines that were seen. */
  end(): Promise<{ readonly leaks: readonly string[]; readonly commands: readonly string[] }>;
}

/** Only what the shell itself can do: every program that it started would be watched, too. */
const watching = `
  mapfile -t patterns; declare -A seen; exec {nothing}<> <(:)
  until [[ -e $mark || SECONDS -ge most ]]; do
    for file in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do
      words=(); mapfile -d "" words 2>/dev/null <"$file" || continue
      line="\${words[*]}"
      [[ $line && ! \${seen[$file $line]} ]] || continue
      seen[$file $line]=1
      if [[ $file == *cmdline ]]; then printf "command %s\\n" "\${line//[$IFS]/ }"; fi
      for pattern in "\${patterns[@]}"; do
        if [[ $line == *"$pattern"* ]]; then
          read -r name 2>/dev/null <"\${file%/*}/comm"
          printf "leak %s of %s\\n" "\${file##*/}" "$name"
        fi
      done
    done
    printf "round\\n"; read -t 0.02 -u $nothing
  done`;

/** All processes of a host, or, from a namespace of this machine's own, those of this machine. */
export async function watch(place: Place | Namespace, secrets: Secrets, seconds = 60): Promise<Watch> {
  const mark = `/run/watch-ends-${process.pid}`;
  const shell = (script: string, input = "", onStdoutLine?: (line: string) => void) => {
    const options = { input, onStdoutLine, timeoutMs: (seconds + 30) * 1000 };
    return "powerOff" in place ? place.run(`bash -c '${script}'`, options) : place.run("bash", ["-c", script], options);
  };
  await shell(`rm -f ${mark}`);
  let rounds = 0;
  const running = shell(`mark=${mark} most=${seconds} ${watching}`, allForms(secrets), (line) => {
    rounds += line === "round" ? 1 : 0;
  });
  // Whoever waits for it first has its error.
  running.catch(() => {});
  await until("the first look at all processes", () => rounds > 0, 20_000);
  return {
    async end() {
      await shell(`touch ${mark}`);
      const seen = [...new Set(lines((await running).stdout))];
      await shell(`rm -f ${mark}`);
      const about = (what: string) =>
        seen.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
      return { leaks: about("leak"), commands: about("command") };
    },
  };
}

/** What compressed archives in base64 hold, in lines or in a string of JSON, and whole or cut off. */
function archivesIn(text: string): string[] {
  return [...text.matchAll(/H4sI(?:[A-Za-z0-9+/=\n]|\\+n)+/g)].map(([found]) => {
    const bytes = Buffer.from(found.replace(/\\+n|\n/g, ""), "base64");
    try {
      return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    } catch {
      // Letters that look like one, in something else.
      return "";
    }
  });
}

function allForms(secrets: Secrets): string {
  return Object.values(secrets).flatMap(formsOf).join("\n");
}

/** As it is, and in pieces of its base64, which lines may break anywhere, by how many bytes stand before it. */
function formsOf(secret: string): string[] {
  const encoded = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    // Without the letters that have bits of what stands before and behind.
    const own = bytes.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return own.match(/.{12}/g) ?? [];
  });
  return [secret, ...encoded];
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
