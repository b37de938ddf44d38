// What a preview shows of a bundle: which files change, and what a change of each means for the node. Pure.
import { createHmac } from "node:crypto";
import type { Bundle, BundleFile } from "./bundle";

/**
 * A line per file for the preview, which cannot show the files themselves. Without the key nobody can try out
 * contents against these digests, however short a secret in them is.
 */
export function fingerprint(bundle: Bundle, key: string): string {
  return lines(bundle, key)
    .map(({ what, hash }) => `# ${what} ${hash}`)
    .join("\n");
}

/**
 * The same for what runs, with what `apply` does on the node when the line changes. Lines without that need nothing.
 *
 * @param packages after a change of these, programs may be others than those that run
 */
export function fingerprintOfRunning(bundle: Bundle, key: string, packages?: Bundle): string {
  const shown = lines(bundle, key).map(({ what, hash }) => `# ${what} ${hash}${effectOf(what)}`);
  const installed = packages && digest(packages.files, key);
  return [...shown, ...(installed ? [`# packages ${installed}: for a new program, ${RESTART}`] : [])].join("\n");
}

interface Line {
  readonly what: string;
  readonly hash: string;
}

/** The library's own modules change with its version alone, and all at once: they are one line. */
function lines({ files }: Bundle, key: string): Line[] {
  const isModule = ({ path }: BundleFile) => path.startsWith("lib/");
  const modules = files.filter(isModule);
  return [
    ...files.filter((file) => !isModule(file)).flatMap((file) => linesOf(file, key)),
    ...(modules.length > 0 ? [{ what: "lib", hash: digest(modules, key) }] : []),
  ];
}

const PROXY = "haproxy.cfg";
const SERVERS = `${PROXY}#servers`;
/** As `changes.py` knows a server that can be changed where HAProxy runs. */
const SERVER = /^\s*server \S+ \S+:\d+ id \d+ weight \d+/;

/** HAProxy's configuration is two: servers, which it can be told of while it runs, and the rest. */
function linesOf(file: BundleFile, key: string): Line[] {
  const line = (what: string, content: string) => ({ what, hash: digest([{ ...file, content }], key) });
  if (file.path !== PROXY) return [line(file.path, file.content)];
  const text = file.content.split("\n");
  let section = "";
  const servers = text.flatMap((one) => {
    if (/^\S/.test(one)) section = one;
    return SERVER.test(one) ? `${section}: ${one}` : [];
  });
  const others = text.filter((one) => !SERVER.test(one));
  return [line(PROXY, others.join("\n")), line(SERVERS, servers.join("\n"))];
}

const RESTART = "restart of its service; a node that serves hands over first";

/** The first that fits. Where there are two ways, the one depends on what runs on the node, which only `apply` sees. */
const effects: readonly (readonly [path: RegExp, effect: string])[] = [
  [
    /^(haproxy\.cfg#servers$|haproxy\/(maps|certificates)\/)/,
    "at run time; reload of HAProxy where that is not possible",
  ],
  [/^haproxy(\.cfg$|\/)/, "reload of HAProxy"],
  [/^keepalived\.conf$/, "reload of Keepalived"],
  [/^units\/(haproxy|keepalived)\.conf$/, RESTART],
  [/^revision$/, "reload of HAProxy and Keepalived; what was changed by hand is put back"],
  [
    /^(bin\/(agent|vip-agent|acme-[a-z.]+|mover|prepare-network)$|lib$|node\.json$|secrets\/|acme\/|units\/ha-lb-)/,
    "restart of the agents",
  ],
];

function effectOf(path: string): string {
  const [, effect] = effects.find(([pattern]) => pattern.test(path)) ?? [];
  return effect ? `: ${effect}` : "";
}

function digest(files: readonly BundleFile[], key: string): string {
  const contents = files.map(({ path, mode, content }) => [path, mode, content]);
  return createHmac("sha256", key).update(JSON.stringify(contents)).digest("hex").slice(0, 8);
}
