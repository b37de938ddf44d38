// The files by which one host differs from the base image, written to its overlay before it boots first.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { must } from "./command";
import { type HostName, hostNames, type Link, links, mainAddress, type NodeName, repository, vendors } from "./layout";

const namedNodes: readonly NodeName[] = ["operator", "client", ...hostNames];

/** As in base/build.sh. */
const admin = 1000;

export async function writeHostFiles(upper: string, host: HostName, authorizedKey: string): Promise<void> {
  writeIdentity(upper, host, hostsFile());
  for (const link of links[host]) writeNetworkFile(upper, link);

  for (const [home, owner, mode] of [
    ["root", 0, 0o700],
    ["home/admin", admin, 0o755],
  ] as const) {
    directory(upper, home, mode, owner);
    directory(upper, `${home}/.ssh`, 0o700, owner);
    file(upper, `${home}/.ssh/authorized_keys`, `${authorizedKey}\n`, 0o600, owner);
  }
  await makeKeyPair(path.join(upper, "etc/ssh/ssh_host_ed25519_key"), host);
}

export async function makeKeyPair(privateKeyFile: string, comment: string): Promise<void> {
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", privateKeyFile]);
}

/** What every machine has of its own, whatever starts it. */
export function writeIdentity(upper: string, hostname: string, hosts: string): void {
  directory(upper, "", 0o755, 0);
  for (const dir of ["etc", "etc/ssh", "etc/systemd", "etc/systemd/network", "home"]) directory(upper, dir, 0o755, 0);
  file(upper, "etc/hostname", `${hostname}\n`);
  file(upper, "etc/hosts", hosts);
  file(upper, "etc/machine-id", `${randomBytes(16).toString("hex")}\n`);
}

/** With further lines "ADDRESS NAME" at the end. */
export function hostsFile(...further: readonly string[]): string {
  const nodes = namedNodes.map((node) => `${mainAddress(node)} ${node}`);
  const repositories = [repository, ...Object.values(vendors)].map(({ host }) => host).join(" ");
  const known = [...nodes, `${repository.address} ${repositories}`, ...further];
  return ["127.0.0.1 localhost", "::1 localhost", ...known, ""].join("\n");
}

/** `routes` are sections of systemd.network(5). */
export function writeNetworkFile(upper: string, link: Link, ...routes: readonly string[]): void {
  file(upper, networkFileOf(link), `${networkFile(link)}${routes.join("")}`);
}

export const networkFileOf = (link: Link) => `etc/systemd/network/10-${link.interface}.network`;

export function networkFile(link: Link): string {
  return [
    "[Match]",
    `Name=${link.interface}`,
    "",
    "[Network]",
    ...link.addresses.map((address) => `Address=${address}`),
    "IPv6AcceptRA=no",
    "IPv6DuplicateAddressDetection=0",
    "",
  ].join("\n");
}

/** Owner and mode set for certain: a directory here decides them for the one below it in the overlay. */
export function directory(upper: string, name: string, mode: number, owner: number): void {
  const dir = path.join(upper, name);
  fs.mkdirSync(dir, { recursive: true });
  fs.chmodSync(dir, mode);
  fs.chownSync(dir, owner, owner);
}

export function file(upper: string, name: string, content: string, mode = 0o644, owner = 0): void {
  const target = path.join(upper, name);
  fs.writeFileSync(target, content);
  fs.chmodSync(target, mode);
  fs.chownSync(target, owner, owner);
}
