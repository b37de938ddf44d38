// Every file of one node, and what identifies them. Pure: the same settings give the same bundle.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join, relative, sep } from "node:path";
import { acmeAccount } from "../haproxy/acme/account";
import { acmeCertificates, acmePackages } from "../haproxy/acme/model";
import { derivedIdentity } from "../haproxy/peers/identity";
import { renderProxy } from "../haproxy/render";
import { failoverModel } from "../keepalived/model";
import { type KeepalivedNode, markerAddress, renderKeepalived } from "../keepalived/render";
import { masterDownSeconds, priorities, probeFailures } from "../keepalived/timers";
import { type Program, packagesOf, programOf, sourceId } from "../packages/model";
import { installFiles } from "../packages/render";
import type { Platform } from "../platform";
import type { Settings } from "../validate";
import { acmeFiles, acmeSettings, givenCertificates } from "./certificates";
import { renderTemplate } from "./template";

export interface BundleFile {
  /** Path inside the bundle. */
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

export interface Bundle {
  readonly files: readonly BundleFile[];
}

/** What a bundle has to know of the nodes beyond the user's settings. */
export interface PairFacts {
  readonly nodes: readonly NodeFacts[];
  readonly addresses: readonly {
    readonly name: string;
    readonly address: string;
    readonly id: string;
    readonly held?: { readonly prefixLength: number; readonly interface?: string };
  }[];
  /** What moves the addresses that Keepalived does not hold. */
  readonly mover?: MoverFacts;
  /** Known to whoever deploys the pair, and to nobody else: what the nodes know each other by comes from it. */
  readonly secret: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly id: string;
  readonly peerAddress: string;
  readonly publicAddress: string;
  readonly moverEnv?: Readonly<Record<string, string>>;
  readonly localAddresses?: readonly string[];
  /** What names the resource that may take the bundle off again. */
  readonly owner?: string;
}

export interface MoverFacts {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly rootOnlyAddresses: readonly string[];
  /** Debian packages that the script needs. */
  readonly packages: readonly string[];
}

const staticFiles = join(__dirname, "files");

export function bundles(settings: Settings, pair: PairFacts): readonly [Bundle, Bundle] {
  const rendered = ([0, 1] as const).map((index) => renderedFiles(settings, pair, index));
  const shipped = shippedFiles();
  // The same on both nodes, so that each can tell whether its peer is of the same release.
  const release = digest([...rendered.flat(), ...shipped]);
  const [first, second] = rendered.map((files) => ({
    files: [...files, ...shipped, textFile("release", `${release}\n`)].sort(byPath),
  }));
  return [first as Bundle, second as Bundle];
}

function renderedFiles(settings: Settings, pair: PairFacts, index: 0 | 1): BundleFile[] {
  const failover = failoverModel(settings.failover);
  const [own, peer] = [pair.nodes[index], pair.nodes[1 - index]] as [NodeFacts, NodeFacts];
  const certificates = acmeCertificates(settings.frontends);
  const proxy = renderProxy(asSeenOn(own, settings, pair), {
    acmeThumbprint: certificates.length > 0 ? acmeAccount(pair.secret).thumbprint : undefined,
    ipv6: pair.addresses.some(({ address }) => isIPv6(address)),
    ownAddresses: [
      ...pair.addresses.map(({ address }) => address),
      ...pair.nodes.flatMap(({ publicAddress, localAddresses = [] }) => [publicAddress, ...localAddresses]),
    ],
    statusPort: failover.statusPort,
    peers: {
      own: { name: own.name, address: own.peerAddress },
      other: { name: peer.name, address: peer.peerAddress },
      port: failover.peersPort,
      identity: derivedIdentity(pair.secret, "peers"),
    },
  });
  const held = pair.addresses.flatMap(({ address, held }) =>
    held ? [{ address: `${address}/${held.prefixLength}`, interface: held.interface }] : [],
  );
  const keepalivedNode: KeepalivedNode = {
    name: own.name,
    index,
    ownAddress: own.peerAddress,
    peerAddress: peer.peerAddress,
    heldAddresses: held.map(({ address }) => address),
    hasMover: pair.mover !== undefined,
  };
  const program = programOf(settings.packages?.haproxy);
  const { service, binary, branch } = program;
  const node = {
    node: own.name,
    peer: peer.name,
    ownAddress: own.peerAddress,
    peerAddress: peer.peerAddress,
    marker: markerAddress(own.peerAddress),
    heldAddresses: held,
    addresses: pair.addresses.map(({ name, address, id }) => ({ name, address, id })),
    mover: pair.mover ? moverSettings(pair.mover, own, peer) : null,
    ports: proxy.ports,
    statusPort: failover.statusPort,
    probeIntervalSeconds: failover.probeIntervalSeconds,
    probeFailures,
    formerRouterId: failover.formerRouterId,
    takeOverSeconds: masterDownSeconds(failover.advertIntervalSeconds, Math.min(...priorities)),
    // Where it comes from is for no program on the node, but another source is a reason to look whether it has changed.
    haproxy: { service, binary, branch, source: sourceId(settings.packages) },
    packages: packagesOf(settings.packages, otherPackages(settings, pair.mover?.packages)),
    acme: certificates.length > 0 ? acmeSettings(certificates, failover.certificatesPort) : null,
  };
  return [
    { path: "haproxy.cfg", mode: 0o600, content: proxy.text },
    ...proxy.files.map((one) => ({ ...one, mode: 0o600 })),
    { path: "keepalived.conf", mode: 0o600, content: renderKeepalived(failover, keepalivedNode) },
    textFile("node.json", `${JSON.stringify(node, null, 2)}\n`),
    // Beside node.json: another certificate is no reason to start the agents anew.
    textFile("certificates.json", `${JSON.stringify(givenCertificates(settings.frontends), null, 2)}\n`),
    textFile("units/haproxy.conf", haproxyUnit(program, pair)),
    textFile("units/keepalived.conf", renderTemplate("host/keepalived.service.mustache", peer)),
    ...(pair.mover ? moverFiles(pair.mover) : []),
    ...(certificates.length > 0 ? acmeFiles(certificates, pair.secret) : []),
    ...(own.owner ? [textFile("owner", `${own.owner}\n`)] : []),
    ...(settings.revision ? [textFile("revision", `${settings.revision}\n`)] : []),
  ];
}

/** Where a cloud translates a shared address, a frontend that asks for it listens on what arrives at the node. */
function asSeenOn({ localAddresses }: NodeFacts, settings: Settings, { addresses }: PairFacts): Settings {
  if (!localAddresses) {
    return settings;
  }
  const local = new Map(addresses.map(({ address }, index) => [address, localAddresses[index]]));
  const frontends = settings.frontends.map((frontend) => ({
    ...frontend,
    ...(frontend.addresses ? { addresses: frontend.addresses.map((one) => local.get(one) ?? one) } : {}),
  }));
  return { ...settings, frontends };
}

/** A restart takes 0.2 s, a move of a cloud's address seconds: there, a crash is a fault only when it stays one. */
function haproxyUnit(program: Program, { mover }: PairFacts): string {
  return renderTemplate("host/haproxy.service.mustache", { ...program, ridesOutCrashes: mover !== undefined });
}

function moverSettings({ env, rootOnlyAddresses }: MoverFacts, own: NodeFacts, peer: NodeFacts) {
  return {
    nodeId: own.id,
    peerId: peer.id,
    env: { ...env, ...own.moverEnv },
    peerPublicAddress: peer.publicAddress,
    rootOnly: rootOnlyAddresses,
    localAddresses: own.localAddresses,
  };
}

function moverFiles({ script, secrets }: MoverFacts): BundleFile[] {
  return [
    { path: "bin/mover", mode: 0o755, content: script },
    ...Object.entries(secrets).map(([name, content]) => ({ path: `secrets/${name}`, mode: 0o600, content })),
  ];
}

function textFile(path: string, content: string): BundleFile {
  return { path, mode: 0o644, content };
}

/** Scripts and unit files, shipped as they are. */
function shippedFiles(): BundleFile[] {
  return (["bin", "lib", "units"] as const).flatMap((folder) =>
    readdirSync(join(staticFiles, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const path = relative(staticFiles, file).replaceAll(sep, "/");
        return { path, mode: folder === "bin" ? 0o755 : 0o644, content: readFileSync(file, "utf8") };
      })
      // What Python and its tools leave behind where somebody has run these files in place is no part of them.
      .filter(({ path }) => !/\.pyc$|\/\./.test(path))
      .sort(byPath),
  );
}

/** The order of a folder's files is up to the file system, and must not make a difference. */
function byPath(one: BundleFile, other: BundleFile): number {
  return one.path < other.path ? -1 : 1;
}

/** What the settings ask for beside HAProxy and Keepalived. */
function otherPackages({ frontends }: Settings, moverPackages: readonly string[] = []): readonly string[] {
  return [...moverPackages, ...(acmeCertificates(frontends).length > 0 ? acmePackages : [])];
}

/**
 * What installs the packages, and what it has to know. The same on both nodes.
 *
 * @param adopts addresses of a hand-made pair that may be taken over
 */
export function installBundle(
  settings: Settings,
  { mover }: Pick<Platform, "mover"> = {},
  adopts?: readonly string[],
): Bundle {
  const { packages, revision } = settings;
  const moverPackages = otherPackages(settings, mover?.packages);
  const files = installFiles(packages, { moverPackages, revision, adopts });
  return { files: [...program("install"), staticFile("bin/undo-install", 0o755), ...files] };
}

/** What readies a node's hand-made load balancer for being taken over. The same on both nodes. */
export function adoptBundle(addresses: readonly string[]): Bundle {
  const content = `ADDRESSES="${addresses.join(" ")}"\n`;
  return { files: [...program("adopt"), { path: "settings", mode: 0o600, content }] };
}

/** It runs before any bundle is there, and brings what it sources. */
function program(name: "install" | "adopt"): BundleFile[] {
  return [staticFile(name, 0o755), staticFile("foreign", 0o644)];
}

function staticFile(path: string, mode: number): BundleFile {
  return { path, mode, content: readFileSync(join(staticFiles, path), "utf8") };
}

function digest(files: readonly BundleFile[]): string {
  const hash = createHash("sha256");
  for (const { path, mode, content } of files) {
    hash.update(JSON.stringify([path, mode, content]));
  }
  return hash.digest("hex").slice(0, 12);
}
