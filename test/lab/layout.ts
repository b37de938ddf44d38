// The lab's nodes, networks and addresses, and what they are called on the machine. Plain data.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export const hostNames = ["lb1", "lb2", "web1", "web2"] as const;
export type HostName = (typeof hostNames)[number];
export const loadBalancers = ["lb1", "lb2"] as const satisfies readonly HostName[];
export const webServers = ["web1", "web2"] as const satisfies readonly HostName[];
/** Places for the machines that a cloud's API creates; a machine that is destroyed leaves its place to the next. */
export const slotNames = ["srv1", "srv2", "srv3", "srv4", "srv5", "srv6"] as const;
export type SlotName = (typeof slotNames)[number];
/** What boots. */
export type MachineName = HostName | SlotName;
/** Nodes whose processes are plain processes of this machine: the engine and its tools, and the load client. */
export type PlainNode = "operator" | "client";
export type NodeName = MachineName | PlainNode;

/** Names of the bridges; a port is called NODE-NETWORK, which the kernel limits to 15 characters. */
export type Network = "pub" | "priv";

export interface Link {
  readonly interface: "eth0" | "eth1";
  readonly network: Network;
  /** With prefix length. */
  readonly addresses: readonly string[];
  readonly mac: string;
}

export const isHost = (name: string): name is HostName => hostNames.some((known) => known === name);

const mac = (network: number, id: number) => `02:00:00:00:0${network}:${id.toString(16).padStart(2, "0")}`;
const publicLink = (id: number): Link => ({
  interface: "eth0",
  network: "pub",
  addresses: [`198.51.100.${id}/24`, `2001:db8:51::${id}/64`],
  mac: mac(1, id),
});
const privateLink = (name: Link["interface"], id: number): Link => ({
  interface: name,
  network: "priv",
  // The user's network in the lab's cloud, whose machines are in 10.77.1.0/24.
  addresses: [`10.77.0.${id}/16`],
  mac: mac(2, id),
});
/** A machine has the private address that its cloud's API gives it. */
const slotLinks = (id: number): readonly Link[] => [publicLink(id), { ...privateLink("eth1", id), addresses: [] }];

export const links: Readonly<Record<NodeName, readonly Link[]>> = {
  operator: [publicLink(2), privateLink("eth1", 2)],
  client: [publicLink(3)],
  lb1: [publicLink(11), privateLink("eth1", 11)],
  lb2: [publicLink(12), privateLink("eth1", 12)],
  web1: [privateLink("eth0", 21)],
  web2: [privateLink("eth0", 22)],
  srv1: slotLinks(31),
  srv2: slotLinks(32),
  srv3: slotLinks(33),
  srv4: slotLinks(34),
  srv5: slotLinks(35),
  srv6: slotLinks(36),
};

/** The pair's shared address. No node has it until a test's load balancer takes it. */
export const sharedAddress = { ipv4: "198.51.100.100", ipv6: "2001:db8:51::100" } as const;

/** Hetzner Cloud's API, in the operator namespace: how machines know it, and where it listens. */
export const cloudApi = {
  host: "api.hetzner.cloud",
  port: 443,
  publicAddress: "198.51.100.4",
  privateAddress: "10.77.0.4",
} as const;

/** AWS' APIs, the same way. */
export const awsApi = {
  region: "eu-central-1",
  hosts: [
    "ec2.eu-central-1.amazonaws.com",
    "iam.amazonaws.com",
    "sts.eu-central-1.amazonaws.com",
    "sts.amazonaws.com",
    "ssm.eu-central-1.amazonaws.com",
  ],
  port: 443,
  publicAddress: "198.51.100.5",
  privateAddress: "10.77.0.5",
} as const;

/** Where machines ask who they are; in the operator namespace, too. */
export const metadataService = { address: "169.254.169.254", port: 80 } as const;

/** Ports of the web hosts' services. */
export const webPort = 8080;
export const bannerPort = 9000;

/** The lab's package repository, in the operator namespace. */
export const repository = { host: "repository", address: "10.77.0.2", port: 8000 } as const;

/** Further repositories of the same server, as HAProxy's vendors and mirrors have them. What is secret is so here only. */
export const vendors = {
  community: { host: "community.repository", url: `http://community.repository:${repository.port}` },
  mirror: {
    host: "mirror.repository",
    url: `http://mirror.repository:${repository.port}`,
    user: "reader",
    password: "pa$$word#of'the\"mirror",
  },
  enterprise: {
    host: "enterprise.repository",
    key: "lab0enterprise0key",
    url: (key: string) => `http://enterprise.repository:${repository.port}/download/hapee/key/${key}-plus/3.0r1/`,
  },
} as const;

export const withoutPrefix = (address: string) => address.replace(/\/\d+$/, "");
export const port = (node: NodeName, network: Network) => `${node}-${network}`;

/** The address by which a node is known in the others' /etc/hosts, and reached by SSH. */
export function mainAddress(node: NodeName): string {
  const [link] = links[node];
  if (!link?.addresses[0]) throw new Error(`${node} has no address`);
  return withoutPrefix(link.addresses[0]);
}

export const namespaceName = (lab: string, node: NodeName | "switch") => `halb-${lab}-${node}`;
export const namespacePath = (name: string) => `/run/netns/${name}`;

/** What plug.sh needs to know of a node's links. */
export const plugArguments = (node: NodeName) => links[node].flatMap((l) => [l.interface, l.network, l.mac]);

/**
 * Hosts write much that nobody keeps: in memory where there is plenty of it, as a disk's file system costs each of them
 * half a second of a processor for its packages alone.
 */
const stateHome = () =>
  process.env.HA_LB_STATE || path.join(isRoomy(MEMORY) ? MEMORY : "/var/tmp", "pulumi-ha-load-balancer");

const MEMORY = "/dev/shm";
const ROOMY_BYTES = 8 * 2 ** 30;

/** By its size, and not by what is free: all commands have to find the same labs. */
function isRoomy(directory: string): boolean {
  if (!fs.existsSync(directory)) return false;
  const { blocks, bsize } = fs.statfsSync(directory);
  return blocks * bsize >= ROOMY_BYTES;
}

export const labsDir = () => path.join(stateHome(), "labs");

/** What a test or a bench calls its lab: two checkouts that run at once on one machine have prefixes of their own. */
export const ownLabName = (name: string) => `${process.env.HA_LB_LAB_PREFIX ?? ""}${name}`;

/** @throws Error with a sentence for the user. */
export function checkLabName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw new Error(
      `"${name}" is no name for a lab: lower-case letters, digits and hyphens, 32 at most, a letter first.`,
    );
  }
}

export const stateDirOf = (lab: string) => path.join(labsDir(), lab);
export const cacheDir = () =>
  process.env.HA_LB_CACHE ||
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "pulumi-ha-load-balancer");
