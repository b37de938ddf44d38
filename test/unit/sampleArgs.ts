// Arguments in which every field is given (completeSamples.test.ts sees to it) and good, as plain data: a test changes what it
// is about.
import { generateKeyPairSync } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs, Platform } from "../../src";
import { existing } from "../../src/platforms/existing";
import { type Settings, validate } from "../../src/validate";
import { InvalidArgumentsError, type Problem } from "../../src/validation/problem";
import { backends, frontends } from "./sampleProxies";

/** Looks like the public key of a host; the same letter gives the same key. */
export function hostKey(letter: string): string {
  const type = "ssh-ed25519";
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `${type} ${Buffer.concat([part(Buffer.from(type)), part(Buffer.alloc(32, letter))]).toString("base64")}`;
}

/** A key that opens nothing. */
export const privateKey = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;

export const encryptedPrivateKey = generateKeyPairSync("ed25519").privateKey.export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "open sesame",
}) as string;

/** Looks like the key that a repository is signed with. */
export const signingKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----
Comment: of the tests

${Buffer.alloc(120, "a key").toString("base64").replace(/.{64}/g, "$&\n")}
=abcd
-----END PGP PUBLIC KEY BLOCK-----
`;

const sample = {
  frontends,
  backends,
  haproxy: {
    maxConnections: 20_000,
    threads: 2,
    logging: { format: "json", server: "10.0.0.5:514" },
    monitoring: {
      port: 8404,
      addresses: ["10.0.0.11", "10.0.0.12"],
      allow: ["10.0.0.0/24"],
      basicAuth: { realm: "statistics", users: { ops: "$5$saltsalt$abcdefghijklmnopqrstuvwxyz" } },
    },
    errorPages: { "503": "<h1>Back soon</h1>\n" },
    raw: { global: ["tune.bufsize 32768"], defaults: ["option http-keep-alive"] },
  },
  failover: {
    profile: "fast",
    advertIntervalSeconds: 0.25,
    probeIntervalSeconds: 0.4,
    virtualRouterId: 77,
    changeVirtualRouterIdFrom: 51,
    preferredNode: "lb2",
    preemptDelaySeconds: 15,
    statusPort: 9000,
    peersPort: 9001,
    certificatesPort: 9002,
  },
  packages: {
    haproxy: {
      edition: "enterprise",
      version: "3.0",
      source: {
        signingKey,
        url: "https://packages.example.com:8443/{key}/{distribution}-{codename}/{architecture}",
        suite: "{codename}-stable",
        components: ["main", "extra"],
        user: "reader",
        password: "open#sesame",
      },
      enterpriseKey: "0123456789abcdef",
    },
    upgrade: "never",
    lockTimeoutSeconds: 100,
  },
  revision: "1",
  platform: {
    nodes: [
      { name: "lb1", host: "192.0.2.11", hostKey: hostKey("a"), peerAddress: "10.0.0.11" },
      { name: "lb2", host: "lb2.example.com", hostKey: hostKey("b"), peerAddress: "10.0.0.12" },
    ],
    virtualAddresses: [
      { address: "198.51.100.10/24", interface: "eth0" },
      { address: "2001:db8::10/64", interface: "eth1.5" },
    ],
    ssh: {
      privateKey: encryptedPrivateKey,
      privateKeyPassphrase: "open sesame",
      user: "admin",
      port: 2222,
      acceptAnyHostKey: false,
      bastion: {
        host: "bastion.example.com",
        port: 22,
        user: "jump",
        privateKey: encryptedPrivateKey,
        privateKeyPassphrase: "open sesame",
        hostKey: hostKey("c"),
      },
    },
    adopt: false,
    uninstallOnDestroy: false,
  },
};

export type SampleArgs = typeof sample;

export function sampleArgs(): SampleArgs {
  return structuredClone(sample);
}

/** A value that no test uses as such: the property is taken away. */
export const removed: unique symbol = Symbol("removed");

/** The sample with the value at a property path such as `frontends[0].name` replaced. */
export function changed(...changes: readonly Change[]): SampleArgs {
  return replaced(sample, ...changes);
}

type Change = readonly [path: string, value: unknown];

export function replaced<T>(sample: T, ...changes: readonly Change[]): T {
  const args = structuredClone(sample);
  for (const [path, value] of changes) {
    const keys = Array.from(
      path.matchAll(/\["(.*?)"\]|\[(\d+)\]|(\w+)/g),
      ([, quoted, index, name]) => (quoted ?? index ?? name) as string,
    );
    const last = keys.pop() as string;
    const target = keys.reduce<Record<string, unknown>>((part, key) => part[key] as never, args as never);
    if (value === removed) {
      delete target[last];
    } else {
      target[last] = value;
    }
  }
  return args;
}

/** What a user passes to the component. Wrong on purpose, often: hence no types. */
export function componentArgs(args: unknown, runsOn: RunsOn = existing): HaLoadBalancerArgs {
  const { platform, ...own } = args as { platform: never };
  return { ...own, platform: runsOn(platform) } as unknown as HaLoadBalancerArgs;
}

/** What makes a platform of its arguments. */
export type RunsOn = (args: never) => Platform;

export function validated(args: unknown, runsOn?: RunsOn): pulumi.Output<Settings> {
  return validate("edge", componentArgs(args, runsOn));
}

export function settled(output: pulumi.Output<Settings>): Promise<Settings> {
  return (output as unknown as { promise(): Promise<Settings> }).promise();
}

/** What is wrong with arguments that are known at once. */
export function problemsOf(args: unknown, runsOn?: RunsOn): readonly Problem[] {
  try {
    validated(args, runsOn);
  } catch (error) {
    if (error instanceof InvalidArgumentsError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

/** The same, as the lines that a user reads. */
export function messagesOf(args: unknown): string[] {
  return problemsOf(args).map(({ path, message }) => `${path}: ${message}`);
}
