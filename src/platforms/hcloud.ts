// Hetzner Cloud: two servers and floating IPs. The nodes move the addresses; Pulumi never assigns them.
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import * as hetzner from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { Platform, PlatformContext, PlatformNode, Shared, SharedAddress, SshConnection } from "../platform";
import { type HcloudArgs, type HcloudFloatingIpArgs, type HcloudServerArgs, ServerCreationInput } from "./hcloudArgs";
import { defaultNodeNames, type HcloudDraft, hcloudProblems } from "./hcloudRules";
import { cloudConfig, hostKey } from "./machine";
import { publicKeyOf } from "./publicKey";
import { bastionEndpoint } from "./sshArgs";

export * from "./hcloudArgs";
export type { BastionArgs } from "./sshArgs";

/** A machine that has just been made needs up to two minutes until it answers; each attempt takes 10 s at most. */
const DIAL_ERROR_LIMIT = 30;
const EVERYWHERE = ["0.0.0.0/0", "::/0"];
const SSH_PORT = 22;

/** Runs the pair on two servers of Hetzner Cloud that share floating IPs. Needs the package `@pulumi/hcloud`. */
export function hcloud(args: HcloudArgs): Platform {
  const nodeNames = args?.nodeNames ?? defaultNodeNames;
  return {
    name: "hcloud",
    nodeNames,
    args: { ...args },
    mover: {
      script: readFileSync(join(__dirname, "../host/files/movers/hcloud"), "utf8"),
      packages: ["ca-certificates", "curl", "nftables"],
      secrets: { token: args?.failoverToken },
      rootOnlyAddresses: ["169.254.169.254"],
    },
    problems: (draft) => hcloudProblems(draft as unknown as HcloudDraft),
    shared: (context) => makeShared(context, args),
    node: (context, shared, index) => {
      const server = args.servers?.[index];
      return server
        ? existingNode(args, server)
        : // What `shared` of this platform returned.
          madeNode(context, args as NewServers, shared as Parts, nodeNames[index] as string);
    },
  };
}

/** Of servers that are made: the rules see to it that these are given. */
type NewServers = HcloudArgs & Required<Pick<HcloudArgs, "location" | "serverType">>;

/** What both servers need. */
interface Parts extends Shared {
  readonly placementGroupId: pulumi.Input<number>;
  readonly networkId: pulumi.Input<number>;
  readonly firewallIds: pulumi.Input<pulumi.Input<number>[]>;
  readonly sshKeys: pulumi.Input<pulumi.Input<string>[]>;
  /** What has to be there before a server, although no input says so. */
  readonly first: pulumi.Resource[];
}

function makeShared(context: PlatformContext, args: HcloudArgs): Shared | Parts {
  const addresses = (args.floatingIps ?? [{ name: "main" }]).map((floating) => address(context, args, floating));
  return args.servers ? { addresses } : { addresses, ...makeParts(context, args as NewServers) };
}

function makeParts(context: PlatformContext, args: NewServers): Omit<Parts, "addresses"> {
  const { name, options } = context;
  const { labels } = args;
  const group = new hetzner.PlacementGroup(`${name}-spread`, { type: "spread", labels }, options);
  return {
    placementGroupId: numberOf(group),
    ...network(context, args),
    firewallIds: args.firewallIds ?? [numberOf(firewall(context, args))],
    sshKeys: args.ssh.existingKeys ?? [sshKey(context, args).id],
  };
}

function address(
  { name, options }: PlatformContext,
  { location, labels, deleteProtection }: HcloudArgs,
  floating: HcloudFloatingIpArgs,
): SharedAddress {
  if (floating.id) {
    const found = hetzner.getFloatingIpOutput({ id: pulumi.output(floating.id).apply(Number) }, { ...options });
    return { name: floating.name, id: floating.id, address: found.ipAddress.apply(firstAddress) };
  }
  const made = new hetzner.FloatingIp(
    `${name}-${floating.name}`,
    { type: floating.type ?? "ipv4", homeLocation: location, labels, deleteProtection },
    // The nodes assign it, and what they did is no drift. At another home it would be another address.
    { ...options, ignoreChanges: ["serverId", "homeLocation"] },
  );
  return { name: floating.name, id: made.id, address: made.ipAddress.apply(firstAddress) };
}

/** A floating IPv6 is a whole network; the pair takes the first address of it. */
function firstAddress(ip: string): string {
  return isIPv6(ip) && ip.endsWith("::") ? `${ip}1` : ip;
}

function network({ name, options }: PlatformContext, args: NewServers): Pick<Parts, "networkId" | "first"> {
  const { id, ipRange = "10.0.0.0/16", subnetIpRange = "10.0.1.0/24", zone } = args.network ?? {};
  const { labels, deleteProtection } = args;
  if (id) {
    return { networkId: id, first: [] };
  }
  const made = new hetzner.Network(`${name}-network`, { ipRange, labels, deleteProtection }, options);
  const networkId = numberOf(made);
  const networkZone = zone ?? pulumi.output(args.location).apply(zoneOf);
  const subnet = new hetzner.NetworkSubnet(
    `${name}-subnet`,
    { networkId, type: "cloud", networkZone, ipRange: subnetIpRange },
    options,
  );
  return { networkId, first: [subnet] };
}

const zones: readonly (readonly [RegExp, string])[] = [
  [/^ash/, "us-east"],
  [/^hil/, "us-west"],
  [/^sin/, "ap-southeast"],
];

function zoneOf(location: string): string {
  return zones.find(([pattern]) => pattern.test(location))?.[1] ?? "eu-central";
}

/** Hetzner's firewalls are for the public side; what comes from the private network passes. */
function firewall({ name, options, ports }: PlatformContext, args: HcloudArgs): hetzner.Firewall {
  const clients = pulumi.output(args.allowClientsFrom ?? EVERYWHERE);
  const rules = pulumi
    .all([ports, clients, args.ssh.allowFrom ?? []])
    .apply(([frontends, from, operators]) => [
      ...[...new Set(frontends)].sort((a, b) => a - b).map((port) => rule(port, from)),
      ...(operators.length > 0 ? [rule(SSH_PORT, operators)] : []),
    ]);
  return new hetzner.Firewall(`${name}-firewall`, { rules, labels: args.labels }, options);
}

function rule(port: number, sources: readonly string[]) {
  return {
    direction: "in",
    protocol: "tcp",
    port: String(port),
    sourceIps: sources.map((source) => (source.includes("/") ? source : `${source}/${isIPv6(source) ? 128 : 32}`)),
  };
}

function sshKey({ name, options }: PlatformContext, { ssh, labels }: HcloudArgs): hetzner.SshKey {
  const publicKey = pulumi
    .all([ssh.privateKey, ssh.privateKeyPassphrase])
    .apply(([key, passphrase]) => publicKeyOf(key, passphrase));
  return new hetzner.SshKey(`${name}-ssh-key`, { publicKey: pulumi.unsecret(publicKey), labels }, options);
}

function existingNode(args: HcloudArgs, { id, publicAddress, privateAddress, hostKey }: HcloudServerArgs) {
  return {
    id,
    publicAddress,
    peerAddress: privateAddress,
    ssh: sshConnection(args, publicAddress, hostKey),
  } satisfies PlatformNode;
}

function madeNode({ name, options }: PlatformContext, args: NewServers, parts: Parts, node: string): PlatformNode {
  const { serverType, location, labels, deleteProtection, image = "debian-12" } = args;
  const key = hostKey(`${name}-${node}-host-key`, options);
  const replacing: readonly string[] = args.replaceServersOn ?? [];
  const server = new hetzner.Server(
    `${name}-${node}`,
    {
      serverType,
      location,
      image,
      labels,
      sshKeys: parts.sshKeys,
      userData: cloudConfig(key),
      firewallIds: parts.firewallIds,
      placementGroupId: parts.placementGroupId,
      // Without the empty list the provider detaches and attaches the network at each update.
      networks: [{ networkId: parts.networkId, aliasIps: [] }],
      deleteProtection,
      // The API wants both to be the same.
      rebuildProtection: deleteProtection,
    },
    {
      ...options,
      dependsOn: parts.first,
      // In place the provider would cut the power of both servers at once; new ones take over first.
      replaceOnChanges: ["serverType"],
      ignoreChanges: Object.values(ServerCreationInput).filter((input) => !replacing.includes(input)),
    },
  );
  return {
    id: server.id,
    publicAddress: server.ipv4Address,
    peerAddress: server.networks.apply((networks) => networks?.[0]?.ip ?? ""),
    ssh: sshConnection(args, server.ipv4Address, key.publicKey),
    resource: server,
  };
}

function sshConnection({ ssh }: HcloudArgs, host: pulumi.Input<string>, key: pulumi.Input<string>): SshConnection {
  const { privateKey, privateKeyPassphrase, bastion } = ssh;
  return {
    host,
    privateKey,
    privateKeyPassphrase,
    hostKey: key,
    dialErrorLimit: DIAL_ERROR_LIMIT,
    bastion: bastionEndpoint(bastion, ssh),
  };
}

function numberOf({ id }: pulumi.CustomResource): pulumi.Output<number> {
  return id.apply(Number);
}
