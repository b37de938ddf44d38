// The files by which one host differs from the base image, written to its overlay before it boots first.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { must } from "./command";
import { type HostName, type Link, links, mainAddress, type NodeName, repository, vendors } from "./layout";

/** As in base/build.sh. */
const admin = 1000;

export async function writeHostFiles(upper: string, host: HostName, authorizedKey: string): Promise<void> {
  directory(upper, "", 0o755, 0);
  for (const dir of ["etc", "etc/ssh", "etc/systemd", "etc/systemd/network", "home"]) directory(upper, dir, 0o755, 0);
  file(upper, "etc/hostname", `${host}\n`);
  file(upper, "etc/hosts", hostsFile());
  file(upper, "etc/machine-id", `${randomBytes(16).toString("hex")}\n`);
  for (const link of links[host]) file(upper, `etc/systemd/network/10-${link.interface}.network`, networkFile(link));

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

function hostsFile(): string {
  const nodes = (Object.keys(links) as NodeName[]).map((node) => `${mainAddress(node)} ${node}`);
  const repositories = [repository, ...Object.values(vendors)].map(({ host }) => host).join(" ");
  return ["127.0.0.1 localhost", "::1 localhost", ...nodes, `${repository.address} ${repositories}`, ""].join("\n");
}

function networkFile(link: Link): string {
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
function directory(upper: string, name: string, mode: number, owner: number): void {
  const dir = path.join(upper, name);
  fs.mkdirSync(dir, { recursive: true });
  fs.chmodSync(dir, mode);
  fs.chownSync(dir, owner, owner);
}

function file(upper: string, name: string, content: string, mode = 0o644, owner = 0): void {
  const target = path.join(upper, name);
  fs.writeFileSync(target, content);
  fs.chmodSync(target, mode);
  fs.chownSync(target, owner, owner);
}
