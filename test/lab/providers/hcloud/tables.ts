// Inputs and outputs of the provider's resources. A conformance test compares them with the provider's own schema, all
// but `unordered`, `computed` and defaults, which that schema does not tell; they are those of the Terraform provider.
import type { Table } from "../bridge/bridged";
import { texts as addresses, chosen, fixed, integer, words as labels, needed, off, text } from "../bridge/properties";
import type { Property, Schema } from "../protocol/inputs";

const name = chosen({ type: "string", autoName: true });

const fixedByPlan = <P extends Property>(property: P) => ({ ...property, replacesUnlisted: true }) as const;

/** A network that a server is in; `ip`, `aliasIps` and the subnet may be left to the API. */
export const attachmentInputs = {
  networkId: chosen(integer),
  subnetId: chosen(text),
  ip: chosen(text),
  aliasIps: chosen(addresses),
  macAddress: chosen(text),
} as const satisfies Schema;

export const publicNetInputs = {
  ipv4Enabled: { type: "boolean", default: true },
  ipv4: chosen(integer),
  ipv6Enabled: { type: "boolean", default: true },
  ipv6: chosen(integer),
} as const satisfies Schema;

export const ruleInputs = {
  direction: needed(text),
  protocol: needed(text),
  port: text,
  sourceIps: addresses,
  destinationIps: addresses,
  description: text,
} as const satisfies Schema;

export const server: Table = {
  inputs: {
    name,
    serverType: needed(text),
    image: fixed(chosen(text)),
    location: fixed(chosen(text)),
    datacenter: fixed(chosen(text)),
    userData: fixed(text),
    sshKeys: fixed({ type: { list: "string" } }),
    keepDisk: off,
    iso: text,
    rescue: text,
    labels,
    backups: off,
    firewallIds: { type: { list: "integer" }, unordered: true, computed: true },
    ignoreRemoteFirewallIds: off,
    // A change of these two is looked at only where the program names them.
    networks: { type: { list: { object: attachmentInputs } }, unordered: true, computed: true },
    publicNets: { type: { list: { object: publicNetInputs } }, unordered: true, computed: true },
    placementGroupId: integer,
    deleteProtection: off,
    rebuildProtection: off,
    allowDeprecatedImages: off,
    shutdownBeforeDeletion: off,
  },
  outputs: {
    backupWindow: text,
    ipv4Address: text,
    ipv6Address: text,
    ipv6Network: text,
    primaryDiskSize: integer,
    status: text,
  },
};

export const floatingIp: Table = {
  inputs: {
    type: needed(fixed(text)),
    name,
    description: text,
    homeLocation: fixed(chosen(text)),
    serverId: chosen(integer),
    labels,
    deleteProtection: off,
  },
  outputs: { ipAddress: text, ipNetwork: text },
};

export const floatingIpAssignment: Table = {
  inputs: { floatingIpId: needed(fixed(integer)), serverId: needed(integer) },
  outputs: {},
};

export const network: Table = {
  inputs: { ipRange: needed(fixed(text)), name, labels, deleteProtection: off, exposeRoutesToVswitch: off },
  outputs: {},
};

export const networkSubnet: Table = {
  inputs: {
    networkId: needed(fixed(integer)),
    type: needed(fixed(text)),
    networkZone: needed(fixed(text)),
    ipRange: needed(fixed(text)),
    vswitchId: fixed(integer),
  },
  outputs: { gateway: text },
};

export const serverNetwork: Table = {
  inputs: {
    serverId: needed(fixedByPlan(integer)),
    networkId: chosen(fixedByPlan(integer)),
    subnetId: fixedByPlan(text),
    ip: chosen(fixedByPlan(text)),
    aliasIps: chosen(addresses),
  },
  outputs: { macAddress: text },
};

export const firewall: Table = {
  inputs: {
    name,
    labels: chosen(labels),
    rules: { type: { list: { object: ruleInputs } }, unordered: true },
    applyTos: {
      type: { list: { object: { server: chosen(integer), labelSelector: chosen(text) } } },
      unordered: true,
      computed: true,
    },
  },
  outputs: {},
};

export const firewallAttachment: Table = {
  inputs: {
    firewallId: needed(fixed(integer)),
    serverIds: { type: { list: "integer" }, unordered: true },
    labelSelectors: addresses,
  },
  outputs: {},
};

export const placementGroup: Table = {
  inputs: { type: needed(text), name, labels },
  outputs: { servers: { type: { list: "integer" }, unordered: true } },
};

export const sshKey: Table = {
  inputs: { publicKey: needed(fixedByPlan(text)), name, labels },
  outputs: { fingerprint: text },
};

export const tables: Readonly<Record<string, Table>> = {
  "hcloud:index/server:Server": server,
  "hcloud:index/floatingIp:FloatingIp": floatingIp,
  "hcloud:index/floatingIpAssignment:FloatingIpAssignment": floatingIpAssignment,
  "hcloud:index/network:Network": network,
  "hcloud:index/networkSubnet:NetworkSubnet": networkSubnet,
  "hcloud:index/serverNetwork:ServerNetwork": serverNetwork,
  "hcloud:index/firewall:Firewall": firewall,
  "hcloud:index/firewallAttachment:FirewallAttachment": firewallAttachment,
  "hcloud:index/placementGroup:PlacementGroup": placementGroup,
  "hcloud:index/sshKey:SshKey": sshKey,
};

export const configuration: Schema = {
  token: { type: "string", secret: true },
  endpoint: text,
  endpointHetzner: text,
  pollInterval: text,
  pollFunction: text,
};
