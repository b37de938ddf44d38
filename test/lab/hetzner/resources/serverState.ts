// What a server is, and how the API shows it.
import type { Resource } from "../collection";
import { type Project, reference } from "../project";
import { type Datacenter, datacenters, type Image, type Location, type ServerType } from "./catalogue";
import { firewallsOf } from "./firewalls";
import { placementGroupView } from "./placementGroups";

export interface PrivateNet {
  readonly network: number;
  readonly ip: string;
  aliasIps: readonly string[];
  readonly mac: string;
}

/** An address that a server has from its beginning to its end. */
export interface PrimaryIp {
  readonly id: number;
  readonly name: string;
  readonly created: string;
  readonly type: "ipv4" | "ipv6";
  /** An IPv4 address, or an IPv6 network. */
  readonly ip: string;
}

export type Status = "initializing" | "starting" | "running" | "stopping" | "off";

export interface Server extends Resource {
  /** While an action on it runs; otherwise its machine tells. */
  status: Status;
  /** The lab's machine; undefined until it is made. */
  slot?: string;
  primaryIps: PrimaryIp[];
  privateNets: PrivateNet[];
  placementGroup: number | null;
  image: Image;
  readonly serverType: ServerType;
  readonly location: Location;
  protection: { readonly delete: boolean; readonly rebuild: boolean };
}

export function serverView(project: Project, server: Server) {
  const { id, name, labels, created, serverType, location, image, protection, placementGroup } = server;
  const group = project.placementGroups.find(placementGroup);
  return {
    id,
    name,
    labels,
    created,
    status: statusOf(project, server),
    server_type: serverType,
    location,
    datacenter: datacenterOf(location),
    image,
    iso: null,
    public_net: publicNet(project, server),
    private_net: server.privateNets.map(privateNet),
    placement_group: group ? placementGroupView(project, group) : null,
    rescue_enabled: false,
    locked: project.actions.isLocked(reference("server", server)),
    protection,
    backup_window: null,
    included_traffic: 21_990_232_555_520,
    ingoing_traffic: 0,
    outgoing_traffic: 0,
    primary_disk_size: serverType.disk,
    volumes: [],
    load_balancers: [],
  };
}

export function statusOf({ actions, ground }: Project, server: Server): Status {
  if (server.slot === undefined || actions.isLocked(reference("server", server))) return server.status;
  return ground.machines.isRunning(server.slot) ? "running" : "off";
}

export function datacenterOf(location: Location): Datacenter {
  const found = datacenters.find((datacenter) => datacenter.location.id === location.id);
  if (!found) throw new Error(`${location.name} has no datacenter`);
  return found;
}

function publicNet(project: Project, server: Server) {
  const self = reference("server", server);
  const address = (type: PrimaryIp["type"]) => server.primaryIps.find((ip) => ip.type === type);
  const [ipv4, ipv6] = [address("ipv4"), address("ipv6")];
  const isPending = (firewall: { readonly id: number }) =>
    project.actions.isRunning("apply_firewall", self, reference("firewall", firewall));
  return {
    ipv4: ipv4 ? { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: reverseName(ipv4.ip) } : null,
    ipv6: ipv6 ? { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: [] } : null,
    floating_ips: project.floatingIps.all().flatMap((ip) => (ip.server === server.id ? [ip.id] : [])),
    firewalls: firewallsOf(project, server).map((firewall) => ({
      id: firewall.id,
      status: isPending(firewall) ? "pending" : "applied",
    })),
  };
}

const privateNet = ({ network, ip, aliasIps, mac }: PrivateNet) => ({
  network,
  ip,
  alias_ips: aliasIps,
  mac_address: mac,
});

export const reverseName = (ip: string) => `static.${ip.split(".").reverse().join(".")}.clients.example`;

export function detach(server: Server, networkId: number): void {
  server.privateNets = server.privateNets.filter(({ network }) => network !== networkId);
}

/** As Hetzner's look: theirs begin with 86:00:00. */
export function macOf(server: number, network: number): string {
  const tail = (server * 31 + network).toString(16).padStart(6, "0").slice(-6);
  return `86:00:00:${tail.replace(/..(?=.)/g, "$&:")}`;
}

/** With the prefix length of its network. The lab's machines have one private link: the first network has it. */
export function privateAddress(project: Project, { privateNets: [net] }: Server): string | undefined {
  const network = project.networks.find(net?.network);
  return net && network && `${net.ip}/${network.ip_range.split("/")[1]}`;
}
