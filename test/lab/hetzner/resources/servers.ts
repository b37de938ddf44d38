// Servers: each is a machine of the lab's that really boots.
import { randomBytes } from "node:crypto";
import { actionView } from "../actions";
import { ApiError, invalidInput, isProtected } from "../errors";
import { Input } from "../input";
import { type Project, reference } from "../project";
import { type Call, created, ok, type Route } from "../routes";
import { byIdOrName, datacenters, type Image, images, type Location, locations, serverTypes } from "./catalogue";
import { release } from "./floatingIps";
import { allocate } from "./networks";
import { actionRoutes, readRoutes } from "./reading";
import { serverActionRoutes } from "./serverActions";
import { datacenterOf, macOf, type PrimaryIp, privateAddress, type Server, serverView, statusOf } from "./serverState";

/** RFC 1123 */
const hostname = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const maximumUserData = 32 * 1024;

export function serverRoutes(project: Project): Route[] {
  const { servers } = project;
  return [
    ...actionRoutes(project, "servers", servers),
    ...readRoutes({
      path: "servers",
      collection: servers,
      view: (server) => serverView(project, server),
      sortable: ["id", "name", "created"],
      filters: { status: (server, wanted) => statusOf(project, server) === wanted },
    }),
    { method: "POST", path: "/servers", answer: (call) => create(project, call) },
    {
      method: "PUT",
      path: "/servers/{id}",
      answer: async (call) => ok({ server: serverView(project, await update(project, call)) }),
    },
    { method: "DELETE", path: "/servers/{id}", answer: (call) => remove(project, call) },
    ...serverActionRoutes(project),
  ];
}

/** What of the request is no part of the server itself. */
interface Order {
  readonly server: Server;
  readonly userData: string;
  readonly authorizedKeys: readonly string[];
  readonly addresses: readonly PrimaryIp["type"][];
  readonly starts: boolean;
}

async function create(project: Project, { body }: Call) {
  const order = readOrder(project, new Input(body));
  const { server, starts } = order;
  const self = reference("server", server);
  const { actions } = project;
  project.servers.add(server);
  const booting = boot(project, order);
  const action = actions.start({
    command: "create_server",
    resources: [self],
    locks: [self],
    effect: async () => {
      await booting;
      server.status = "starting";
    },
  });
  try {
    // The answer has addresses that only the machine knows.
    await booting;
  } catch (error) {
    await undo(project, server);
    throw new ApiError(412, "resource_unavailable", error instanceof Error ? error.message : String(error));
  }
  const next = starts
    ? [actions.start({ command: "start_server", resources: [self], locks: [self], after: action })]
    : [];
  return created({
    server: serverView(project, server),
    action: actionView(action),
    next_actions: next.map(actionView),
    root_password: order.authorizedKeys.length > 0 ? null : randomBytes(10).toString("hex"),
  });
}

async function boot(project: Project, { server, userData, authorizedKeys, addresses, starts }: Order): Promise<void> {
  const { machines } = project.ground;
  const { name, location } = server;
  const address = privateAddress(project, server);
  const machine = await machines.create({
    hostname: name,
    userData,
    authorizedKeys,
    metadata: {
      "instance-id": String(server.id),
      hostname: name,
      "availability-zone": datacenterOf(location).name,
      region: location.network_zone,
    },
    ...(address !== undefined && { privateAddress: address }),
  });
  server.slot = machine.slot;
  // The lab's machines are made with their power on.
  if (!starts) await machines.powerOff(machine.slot);
  server.primaryIps = addresses.map((type) => primaryIp(project, type, machine));
  await project.ground.enforceFirewalls();
}

async function undo(project: Project, server: Server): Promise<void> {
  strike(project, server);
  if (server.slot !== undefined) await project.ground.machines.destroy(server.slot);
}

/** Takes it out of the project's books. */
function strike(project: Project, server: Server): void {
  for (const firewall of project.firewalls.all()) {
    firewall.appliedTo = firewall.appliedTo.filter((target) => !("server" in target) || target.server !== server.id);
  }
  project.servers.remove(server);
}

function primaryIp(
  project: Project,
  type: PrimaryIp["type"],
  { publicIpv4, publicIpv6 }: { readonly publicIpv4: string; readonly publicIpv6: string },
): PrimaryIp {
  const identity = project.identity();
  return {
    ...identity,
    name: `primary_ip-${identity.id}`,
    type,
    ip: type === "ipv4" ? publicIpv4 : networkOf(publicIpv6),
  };
}

/** Hetzner's servers have the first address of a /64 of their own; a machine that has no such address, only itself. */
function networkOf(address: string): string {
  return address.endsWith("::1") ? `${address.slice(0, -1)}/64` : `${address}/128`;
}

function readOrder(project: Project, input: Input): Order {
  const name = input.text("name");
  if (!hostname.test(name)) throw invalidInput("name", "has to be a host name (RFC 1123)");
  const serverType = required("server_type", byIdOrName(serverTypes, input.idOrName("server_type")));
  const image = readImage(input, serverType.architecture);
  const location = readLocation(input);
  const userData = input.optionalText("user_data") ?? "";
  if (Buffer.byteLength(userData) > maximumUserData) throw invalidInput("user_data", "is longer than 32 KiB");
  const keys = input.list("ssh_keys").map((key) => {
    const text = key.idOrName("value");
    return required("ssh_keys", project.sshKeys.byIdOrName(text), text).public_key;
  });
  const group = input.optionalId("placement_group");
  const networks = input.ids("networks").map((id) => project.networks.get(id));
  const firewalls = input.list("firewalls").map((item) => project.firewalls.get(item.id("firewall")));
  project.servers.requireUnique(name);
  const identity = project.identity();
  const server: Server = {
    ...identity,
    name,
    labels: input.labels() ?? {},
    status: "initializing",
    primaryIps: [],
    privateNets: networks.map((network) => ({
      network: network.id,
      ip: allocate(project, network),
      aliasIps: [],
      mac: macOf(identity.id, network.id),
    })),
    placementGroup: group === undefined ? null : project.placementGroups.get(group).id,
    image,
    serverType,
    location,
    protection: { delete: false, rebuild: false },
  };
  for (const firewall of firewalls) firewall.appliedTo.push({ server: identity.id });
  const starts = input.flag("start_after_create", true);
  return { server, userData, authorizedKeys: keys, addresses: readAddresses(input.part("public_net")), starts };
}

function readImage(input: Input, architecture: string): Image {
  const text = input.idOrName("image");
  return required(
    "image",
    byIdOrName(
      images.filter((image) => image.architecture === architecture),
      text,
    ),
    text,
  );
}

function readLocation(input: Input): Location {
  const place = input.has("location") ? input.idOrName("location") : undefined;
  if (place !== undefined) return required("location", byIdOrName(locations, place), place);
  const datacenter = input.has("datacenter") ? input.idOrName("datacenter") : "fsn1-dc14";
  return required("datacenter", byIdOrName(datacenters, datacenter), datacenter).location;
}

function readAddresses(publicNet: Input): PrimaryIp["type"][] {
  for (const type of ["ipv4", "ipv6"] as const) {
    if (publicNet.has(type)) throw publicNet.invalid(type, "primary IPs of one's own are not supported");
  }
  return [
    ...(publicNet.flag("enable_ipv4", true) ? (["ipv4"] as const) : []),
    ...(publicNet.flag("enable_ipv6", true) ? (["ipv6"] as const) : []),
  ];
}

function required<T>(field: string, found: T | undefined, text = ""): T {
  if (found === undefined) throw invalidInput(field, `there is none such ${text}`.trim());
  return found;
}

async function update(project: Project, { params, body }: Call): Promise<Server> {
  const server = project.servers.get(params.id);
  const input = new Input(body);
  const name = input.optionalText("name") ?? server.name;
  if (!hostname.test(name)) throw invalidInput("name", "has to be a host name (RFC 1123)");
  project.servers.requireUnique(name, server);
  Object.assign(server, { name, labels: input.labels() ?? server.labels });
  // Firewalls find servers by their labels.
  await project.ground.enforceFirewalls();
  return server;
}

/** It is gone from the project at once, and from the lab at the end of the action. */
function remove(project: Project, { params }: Call) {
  const server = project.servers.get(params.id);
  const self = reference("server", server);
  if (server.protection.delete) throw isProtected("server");
  project.actions.requireUnlocked(self);
  const freed = release(project, server.id);
  strike(project, server);
  const { ground } = project;
  const action = project.actions.start({
    command: "delete_server",
    resources: [self],
    effect: async () => {
      await Promise.all(freed.map((floatingIp) => ground.reroute(floatingIp)));
      if (server.slot === undefined) return;
      await ground.machines.destroy(server.slot);
      ground.forget(server.slot);
    },
  });
  return ok({ action: actionView(action) });
}
