// The files by which one machine of a cloud differs from the image, written to its overlay before it boots first: what
// its hypervisor would give it. The rest is cloud-init's.
import fs from "node:fs";
import path from "node:path";
import { must } from "../command";
import { directory, file, hostsFile, writeIdentity } from "../hostFiles";
import type { SlotName } from "../layout";
import { networkFiles } from "./machineNetwork";
import { type MachineRecord, privateAddressesOf } from "./machineRecord";

export interface MachineFilesOptions {
  readonly slot: SlotName;
  readonly record: MachineRecord;
  /** Lines of /etc/hosts: where the cloud's API is. */
  readonly names: readonly string[];
  /** The image's authorities, in one PEM file, and the lab's own. */
  readonly bundle: string;
  readonly authority: string;
  /** With which the lab itself comes in, besides those that its owner knows of. */
  readonly labKey: string;
}

export async function writeMachineFiles(upper: string, options: MachineFilesOptions): Promise<void> {
  const { slot, record, labKey } = options;
  writeIdentity(upper, record.hostname, hostsFile(`127.0.1.1 ${record.hostname}`, ...options.names));
  for (const { name, content } of networkFiles(slot, privateAddressesOf(record))) {
    if (content) file(upper, name, content);
  }
  writeSeed(upper, record);
  if (record.user === "admin") writeImageUser(upper, record.user);
  directories(upper, "root", 0o700);
  directories(upper, "root/.ssh", 0o700);
  // sshd reads this one, too; authorized_keys is cloud-init's.
  file(upper, "root/.ssh/authorized_keys2", `${labKey}\n`, 0o600);
  await writeTrust(upper, options);
}

/** cloud-init's data source "NoCloud". */
function writeSeed(upper: string, { id, hostname, userData, authorizedKeys, metadata }: MachineRecord): void {
  const seed = "var/lib/cloud/seed/nocloud";
  directories(upper, seed);
  const metaData = {
    "instance-id": metadata["instance-id"] ?? id,
    "local-hostname": hostname,
    "public-keys": authorizedKeys,
  };
  file(upper, `${seed}/meta-data`, `${JSON.stringify(metaData)}\n`); // JSON is YAML
  file(upper, `${seed}/user-data`, userData || "#cloud-config\n{}\n", 0o600);
}

/** The image's settings are for root; a later file counts more. */
function writeImageUser(upper: string, name: string): void {
  const settings = { disable_root: true, users: ["default"], system_info: { default_user: { name } } };
  directories(upper, "etc/cloud/cloud.cfg.d");
  file(upper, "etc/cloud/cloud.cfg.d/91_user.cfg", `${JSON.stringify(settings)}\n`); // JSON is YAML
}

/** What update-ca-certificates would make of it: a bundle, as curl reads it, and a link by hash, as OpenSSL does. */
async function writeTrust(upper: string, { bundle, authority }: MachineFilesOptions): Promise<void> {
  const source = "usr/local/share/ca-certificates/lab.crt";
  directories(upper, path.dirname(source));
  directories(upper, "etc/ssl/certs");
  fs.copyFileSync(authority, path.join(upper, source));
  file(upper, "etc/ssl/certs/ca-certificates.crt", [bundle, authority].map((pem) => fs.readFileSync(pem)).join(""));
  const hash = (await must("openssl", ["x509", "-noout", "-hash", "-in", authority])).trim();
  fs.symlinkSync(`/${source}`, path.join(upper, `etc/ssl/certs/${hash}.0`));
}

/** With those above it. */
function directories(upper: string, name: string, mode = 0o755): void {
  const above = path.dirname(name);
  if (above !== "." && !fs.existsSync(path.join(upper, above))) directories(upper, above);
  directory(upper, name, mode, 0);
}
