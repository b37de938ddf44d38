// Private networks, their subnets, and the addresses that servers have in them.
import { isIPv4 } from "node:net";
import { actionView } from "../actions";
import { contains, formatIpv4, formatRange, holds, overlap, parse, parseRange, type Range } from "../addresses";
import type { Resource } from "../collection";
import { invalidInput, isProtected, unprocessable } from "../errors";
import { Input } from "../input";
import { type Project, reference } from "../project";
import { type Call, created, noContent, ok, type Route } from "../routes";
import { actionRoutes, readRoutes } from "./reading";
import { detach, type Server } from "./serverState";

export interface Subnet {
  readonly type: "cloud" | "server" | "vswitch";
  readonly ip_range: string;
  readonly network_zone: string;
}

export interface NetworkRoute {
  readonly destination: string;
  readonly gateway: string;
}

export interface Network extends Resource {
  ip_range: string;
  subnets: Subnet[];
  routes: NetworkRoute[];
  expose_routes_to_vswitch: boolean;
  protection: { readonly delete: boolean };
}

const automaticPrefix = 24;
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(range);

export function networkRoutes(project: Project): Route[] {
  const { networks } = project;
  const view = (network: Network) => networkView(project, network);
  return [
    ...actionRoutes(project, "networks", networks),
    ...readRoutes({ path: "networks", collection: networks, view, sortable: ["id", "name", "created"] }),
    { method: "POST", path: "/networks", answer: (call) => created({ network: view(create(project, call)) }) },
    { method: "PUT", path: "/networks/{id}", answer: (call) => ok({ network: view(update(project, call)) }) },
    { method: "DELETE", path: "/networks/{id}", answer: (call) => remove(project, call) },
    change(project, "add_subnet", (network, input) => void network.subnets.push(newSubnet(network, input))),
    change(project, "delete_subnet", (network, input) => deleteSubnet(project, network, input.text("ip_range"))),
    change(project, "add_route", (network, input) => void network.routes.push(newRoute(network, input))),
    change(project, "delete_route", (network, input) => {
      const [destination, gateway] = [input.text("destination"), input.text("gateway")];
      const kept = network.routes.filter((route) => route.destination !== destination || route.gateway !== gateway);
      if (kept.length === network.routes.length) throw invalidInput("destination", "there is no such route");
      network.routes = kept;
    }),
    change(project, "change_ip_range", (network, input) => {
      const [before, after] = [range(network.ip_range), range(input.text("ip_range"))];
      if (after.first !== before.first || after.last < before.last) {
        throw invalidInput("ip_range", "can only be extended");
      }
      network.ip_range = input.text("ip_range");
    }),
    change(project, "change_protection", (network, input) => {
      network.protection = { delete: input.flag("delete", network.protection.delete) };
    }),
  ];
}

/** A change is there at once, and its action says that it is being carried to where it counts. */
function change(project: Project, command: string, apply: (network: Network, input: Input) => void): Route {
  return {
    method: "POST",
    path: `/networks/{id}/actions/${command}`,
    answer: ({ params, body }) => {
      const network = project.networks.get(params.id);
      const resource = reference("network", network);
      project.actions.requireUnlocked(resource, "conflict");
      apply(network, new Input(body));
      const action = project.actions.start({ command, resources: [resource], locks: [resource] });
      return created({ action: actionView(action) });
    },
  };
}

function create(project: Project, { body }: Call): Network {
  const input = new Input(body);
  const name = input.text("name");
  const ipRange = input.text("ip_range");
  const whole = parseRange(ipRange);
  if (!whole || !privateRanges.some((allowed) => contains(allowed, whole))) {
    throw invalidInput("ip_range", "has to be a private IPv4 network");
  }
  project.networks.requireUnique(name);
  const network: Network = {
    ...project.identity(),
    name,
    labels: input.labels() ?? {},
    ip_range: ipRange,
    subnets: [],
    routes: [],
    expose_routes_to_vswitch: input.flag("expose_routes_to_vswitch", false),
    protection: { delete: false },
  };
  for (const subnet of input.list("subnets")) network.subnets.push(newSubnet(network, subnet));
  for (const route of input.list("routes")) network.routes.push(newRoute(network, route));
  return project.networks.add(network);
}

function update(project: Project, { params, body }: Call): Network {
  const network = project.networks.get(params.id);
  const input = new Input(body);
  const name = input.optionalText("name") ?? network.name;
  project.networks.requireUnique(name, network);
  return Object.assign(network, {
    name,
    labels: input.labels() ?? network.labels,
    expose_routes_to_vswitch: input.flag("expose_routes_to_vswitch", network.expose_routes_to_vswitch),
  });
}

async function remove(project: Project, { params }: Call) {
  const network = project.networks.get(params.id);
  if (network.protection.delete) throw isProtected("network");
  project.actions.requireUnlocked(reference("network", network), "conflict");
  project.networks.remove(network);
  const attached = project.servers.all().filter((server) => isIn(server, network));
  for (const server of attached) detach(server, network.id);
  await Promise.all(attached.map((server) => project.ground.setPrivateAddress(server)));
  return noContent;
}

const isIn = ({ privateNets }: Server, { id }: Network) => privateNets.some(({ network }) => network === id);

function newSubnet(network: Network, input: Input): Subnet {
  const type = input.oneOf("type", ["cloud", "server", "vswitch"]);
  const zone = input.text("network_zone");
  const ipRange = input.optionalText("ip_range") ?? firstFreeRange(network);
  const wanted = parseRange(ipRange);
  if (!wanted || !contains(range(network.ip_range), wanted)) {
    throw invalidInput("ip_range", `has to be a network within ${network.ip_range}`);
  }
  if (network.subnets.some((subnet) => overlap(range(subnet.ip_range), wanted))) {
    throw invalidInput("ip_range", "overlaps another subnet");
  }
  return { type, ip_range: ipRange, network_zone: zone };
}

function firstFreeRange(network: Network): string {
  const whole = range(network.ip_range);
  const size = 1n << BigInt(32 - automaticPrefix);
  for (let first = whole.first; first < whole.last; first += size) {
    const text = formatRange(first, automaticPrefix);
    if (!network.subnets.some((subnet) => overlap(range(subnet.ip_range), range(text)))) return text;
  }
  throw invalidInput("ip_range", "no room is left in the network");
}

function deleteSubnet(project: Project, network: Network, ipRange: string): void {
  const subnet = network.subnets.find((known) => known.ip_range === ipRange);
  if (!subnet) throw invalidInput("ip_range", "there is no such subnet");
  if (takenAddresses(project, network).some((address) => holds(range(ipRange), address))) {
    throw unprocessable("resource_in_use", "the subnet has servers");
  }
  network.subnets = network.subnets.filter((known) => known !== subnet);
}

function newRoute(network: Network, input: Input): NetworkRoute {
  const destination = input.text("destination");
  const gateway = input.text("gateway");
  if (parseRange(destination)?.version !== 4) throw invalidInput("destination", "has to be an IPv4 network");
  if (!isIPv4(gateway) || !holds(range(network.ip_range), gateway)) {
    throw invalidInput("gateway", `has to be an address within ${network.ip_range}`);
  }
  return { destination, gateway };
}

/** The wanted address, or the first free one after the gateway's place in the first subnet that has one. */
export function allocate(project: Project, network: Network, wanted?: string): string {
  const taken = new Set(takenAddresses(project, network));
  const subnets = network.subnets.filter(({ type }) => type !== "vswitch").map(({ ip_range }) => range(ip_range));
  if (subnets.length === 0) throw unprocessable("no_subnet_available", "the network has no subnet");
  if (wanted !== undefined) {
    if (!isIPv4(wanted) || !subnets.some((subnet) => isUsable(subnet, parse(wanted)))) {
      throw invalidInput("ip", "has to be an address in a subnet of the network");
    }
    if (taken.has(wanted)) throw unprocessable("ip_not_available", "the address is taken");
    return wanted;
  }
  for (const subnet of subnets) {
    for (let address = subnet.first + 2n; isUsable(subnet, address); address += 1n) {
      const text = formatIpv4(address);
      if (!taken.has(text)) return text;
    }
  }
  throw unprocessable("no_subnet_available", "no address is left");
}

/** Neither the network's own address, nor the gateway's, nor the broadcast address. */
const isUsable = ({ first, last }: Range, address: bigint) => first + 2n <= address && address < last;

function takenAddresses(project: Project, network: Network): string[] {
  const nets = project.servers.all().flatMap(({ privateNets }) => privateNets);
  return nets.filter((net) => net.network === network.id).flatMap(({ ip, aliasIps }) => [ip, ...aliasIps]);
}

/** Of what is known to be a network. */
function range(text: string): Range {
  const found = parseRange(text);
  if (!found) throw invalidInput("ip_range", `"${text}" is no network`);
  return found;
}

export function networkView(project: Project, network: Network) {
  const { id, name, labels, created: at, ip_range, routes, protection, expose_routes_to_vswitch } = network;
  const gateway = formatIpv4(range(ip_range).first + 1n);
  const servers = project.servers.all().filter((server) => isIn(server, network));
  return {
    id,
    name,
    labels,
    created: at,
    ip_range,
    subnets: network.subnets.map((subnet) => ({ ...subnet, gateway, vswitch_id: null })),
    routes,
    servers: servers.map((server) => server.id),
    load_balancers: [],
    protection,
    expose_routes_to_vswitch,
  };
}
