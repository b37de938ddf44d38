// Every secret that a pair on hosts of one's own can have, each with a value that stands nowhere else, and settings that
// have all of them.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { acmeAccount } from "../../../src/haproxy/acme/account";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import { certificate } from "../../certificates";
import { must } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { loadBalancers, vendors } from "../../lab/layout";
import { type PairSettings, webServers } from "../../pair/pair";
import type { Secrets } from "./search";

const passphrase = "canary of the passphrase";
const bastionPassphrase = "canary of the passphrase of the bastion's key";
const hmacKey = "canary-of-the-account-with-an-authority";
export const password = "canary-of-the-login";
export const metricsPassword = "canary-of-the-watcher";
export const wrongPassword = "canary-of-a-wrong-password";
/** Of these logins. */
const hash = "$6$canaryofhash$9RM7biOY3OdG.GyM6dxz19Af0cifY4.LI7caAHbZ5gip07f6lPFoeac5hbBDJA9Jdru4yfiCymSZqx6MsRG9W1";
const metricsHash =
  "$6$canaryofmetrics$OESG/G3ODeuHK04kfhiD0xcCd35e.Jc4GC.j.jKLJ4Kh8h6zXjiA2QKXp59oFKcueb0W8oCNUOSMVhFp19Whc1";
export const [first, renewed] = [
  certificate({ names: ["canary.example.com"] }),
  certificate({ names: ["canary.example.org"] }),
];
const shownToServers = certificate({ names: ["canary.example.net"] });

/** By which the nodes, and the host before them, are reached. */
export interface Keys {
  readonly privateKey: string;
  readonly bastionKey: string;
}

/** Protected ones: the lab's own has no passphrase. */
export async function makeKeys(lab: Lab): Promise<Keys> {
  const [ofNodes, ofBastion] = [join(lab.stateDir, "protected-key"), join(lab.stateDir, "bastion-key")];
  await writeFile(ofNodes, lab.sshKey.privateKey, { mode: 0o600 });
  await must("ssh-keygen", ["-q", "-p", "-P", "", "-N", passphrase, "-f", ofNodes]);
  await must("rm", ["-f", ofBastion]);
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", bastionPassphrase, "-f", ofBastion]);
  const publicKey = await must("cat", [`${ofBastion}.pub`]);
  await lab.hosts.web1.must("cat >>/root/.ssh/authorized_keys", { input: publicKey });
  return { privateKey: await must("cat", [ofNodes]), bastionKey: await must("cat", [ofBastion]) };
}

/** What nodes have to know. */
export function secretsOfNodes({ privateKey }: Keys): Secrets {
  return {
    "TLS key": lineOf(first),
    "renewed TLS key": lineOf(renewed),
    "TLS key for servers": lineOf(shownToServers),
    "password hash": hash,
    "password hash for metrics": metricsHash,
    "password of the repository": vendors.mirror.password,
    "key of the account with an authority": hmacKey,
    "key of the pair's own account": lineOf(acmeAccount(privateKey).key),
    "key by which the nodes exchange certificates": lineOf(derivedIdentity(privateKey, "certificates")),
    "key by which the nodes know each other": lineOf(derivedIdentity(privateKey, "peers")),
  };
}

/** What nobody on a node has to know. */
export function secretsOfOthers({ privateKey, bastionKey }: Keys): Secrets {
  return {
    "SSH key": lineOf(privateKey),
    "passphrase of the SSH key": passphrase,
    "SSH key of the bastion": lineOf(bastionKey),
    "passphrase of the bastion's key": bastionPassphrase,
    "password of a client": password,
    "password for metrics": metricsPassword,
    "wrong password of the repository": wrongPassword,
  };
}

/** From the middle of a private key, and nowhere else. */
function lineOf(pem: string): string {
  const [, body = ""] = /-----BEGIN [A-Z ]*PRIVATE KEY-----\n([\s\S]*?)\n-----END/.exec(pem) ?? [];
  const lines = body.split("\n");
  return lines[Math.floor(lines.length / 2)] ?? "";
}

export const monitoring = { basicAuth: { users: { watcher: "secret:metricsHash" } } };

/** @param ofWeb certificate of the frontend that asks for a password */
export function settingsWith(
  lab: Lab,
  { privateKey, bastionKey }: Keys,
  ofWeb: string,
  different: Partial<PairSettings> = {},
): PairSettings {
  const { url, user } = vendors.mirror;
  const { sshAddress, hostKey } = lab.hosts.web1;
  const source = { url, user, password: "secret:repositoryPassword", signingKey: lab.signingKey("community") };
  const clientCertificate = "secret:shownToServers";
  return {
    privateKey,
    privateKeyPassphrase: "secret:passphrase",
    bastion: {
      host: sshAddress,
      hostKey,
      privateKey: "secret:bastionKey",
      privateKeyPassphrase: "secret:bastionPassphrase",
    },
    nodes: loadBalancers.map((name) => ({ host: lab.hosts[name].privateAddress })),
    frontends: [{ name: "web", port: 80, defaultBackend: "app" }, asksForPassword(ofWeb), orders],
    haproxy: { monitoring },
    backends: [
      { name: "app", servers: webServers(lab) },
      { name: "safe", servers: webServers(lab), tls: { clientCertificate, verify: "none" } },
    ],
    packages: { haproxy: { edition: "community", version: "3.0", source } },
    ...different,
    secrets: {
      passphrase,
      bastionKey,
      bastionPassphrase,
      passwordHash: hash,
      metricsHash,
      shownToServers,
      hmacKey,
      repositoryPassword: vendors.mirror.password,
      ...different.secrets,
    },
  };
}

const asksForPassword = (ofWeb: string) => ({
  name: "private",
  port: 443,
  tls: { certificates: [ofWeb] },
  access: { basicAuth: { users: { alice: "secret:passwordHash" } } },
  // The nodes tell each other, by the key that they know each other by.
  rateLimits: [{ requests: 100, perSeconds: 10 }],
  defaultBackend: "app",
});

/** From an authority that nobody reaches. */
const acme = {
  domains: ["canary.test"],
  directoryUrl: "https://127.0.0.1:9/directory",
  externalAccount: { keyId: "canary", hmacKey: "secret:hmacKey" },
};
const orders = { name: "orders", port: 8443, tls: { acme }, defaultBackend: "app" };
