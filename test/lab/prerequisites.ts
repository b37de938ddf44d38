// What the lab needs of the machine, said in one sentence when it is not there.
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { cgroupRoot } from "./processes";

/** Command and the Debian package that brings it. */
const tools = {
  "apt-ftparchive": "apt-utils",
  debootstrap: "debootstrap",
  flock: "util-linux",
  gpg: "gnupg",
  ip: "iproute2",
  nft: "nftables",
  nsenter: "util-linux",
  openssl: "openssl",
  patchelf: "patchelf",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  sysctl: "procps",
  "systemd-nspawn": "systemd-container",
  unshare: "util-linux",
} as const;

export function checkPrerequisites(): void {
  if (process.platform !== "linux") throw new Error(`The lab runs on Linux only; this is ${process.platform}.`);
  if (process.getuid?.() !== 0) throw new Error("The lab needs root (network namespaces, machines): run it with sudo.");
  const missing = Object.entries(tools).filter(([command]) => !isInstalled(command));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
    throw new Error(`The lab misses ${missing.map(([command]) => command).join(", ")}: apt-get install ${packages}`);
  }
  cgroupRoot();
}

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? "").split(path.delimiter).some((dir) => {
    try {
      accessSync(path.join(dir, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
