// Floating IPs: addresses that can be sent to any server.
import { type Action, type ActionOptions, actionView } from "../actions";
import type { Resource } from "../collection";
import { invalidInput, isProtected, unprocessable } from "../errors";
import { Input } from "../input";
import { type Project, reference } from "../project";
import { type Call, created, noContent, ok, type Route } from "../routes";
import { byIdOrName, type Location, locations } from "./catalogue";
import { actionRoutes, readRoutes } from "./reading";

export interface FloatingIp extends Resource {
  readonly type: "ipv4" | "ipv6";
  /** An IPv4 address, or an IPv6 network. */
  readonly ip: string;
  description: string | null;
  server: number | null;
  /** Where it was before its last move, for reads that lag behind. */
  previous?: { readonly server: number | null; readonly movedAt: number };
  readonly homeLocation: Location;
  dnsPtr: { readonly ip: string; readonly dns_ptr: string }[];
  protection: { readonly delete: boolean };
}

/** Whether a read from there is to tell where the address was before a move so many seconds ago. */
export type IsStale = (source: string, secondsSince: number) => boolean;

const firstHost = 101;
const lastHost = 254;

export function floatingIpRoutes(project: Project, isStale: IsStale): Route[] {
  const { floatingIps } = project;
  const read = (floatingIp: FloatingIp, { source }: Call) => {
    const { server, previous } = floatingIp;
    const isLate = previous !== undefined && isStale(source, (Date.now() - previous.movedAt) / 1000);
    return floatingIpView(floatingIp, isLate ? previous.server : server);
  };
  const act = (name: string, work: (floatingIp: FloatingIp, input: Input) => Action): Route => ({
    method: "POST",
    path: `/floating_ips/{id}/actions/${name}`,
    answer: ({ params, body }) => {
      const action = work(floatingIps.get(params.id), new Input(body ?? {}));
      return created({ action: actionView(action) });
    },
  });
  return [
    ...actionRoutes(project, "floating_ips", floatingIps),
    ...readRoutes({ path: "floating_ips", collection: floatingIps, view: read, sortable: ["id", "created"] }),
    { method: "POST", path: "/floating_ips", answer: (call) => create(project, call) },
    {
      method: "PUT",
      path: "/floating_ips/{id}",
      answer: (call) => {
        const floatingIp = update(project, call);
        return ok({ floating_ip: floatingIpView(floatingIp, floatingIp.server) });
      },
    },
    { method: "DELETE", path: "/floating_ips/{id}", answer: (call) => remove(project, call) },
    act("assign", (floatingIp, input) => assign(project, floatingIp, input.id("server"))),
    act("unassign", (floatingIp) => unassign(project, floatingIp)),
    act("change_protection", (floatingIp, input) => {
      floatingIp.protection = { delete: input.flag("delete", floatingIp.protection.delete) };
      return start(project, floatingIp, { command: "change_protection" });
    }),
    act("change_dns_ptr", (floatingIp, input) => {
      const ip = input.text("ip");
      const name = input.optionalText("dns_ptr");
      const others = floatingIp.dnsPtr.filter((entry) => entry.ip !== ip);
      floatingIp.dnsPtr = name === undefined ? others : [...others, { ip, dns_ptr: name }];
      return start(project, floatingIp, { command: "change_dns_ptr" });
    }),
  ];
}

function create(project: Project, { body }: Call) {
  const input = new Input(body);
  const type = input.oneOf("type", ["ipv4", "ipv6"]);
  const serverId = input.optionalId("server");
  const server = serverId === undefined ? undefined : project.servers.get(serverId);
  const home = input.optionalText("home_location");
  const homeLocation = server?.location ?? byIdOrName(locations, home ?? "");
  if (!homeLocation) throw invalidInput("home_location", home ? `there is no "${home}"` : "or server is required");
  const identity = project.identity();
  const name = input.optionalText("name") ?? `floating-ip-${identity.id}`;
  project.floatingIps.requireUnique(name);
  const ip = nextAddress(project, type);
  const floatingIp: FloatingIp = {
    ...identity,
    name,
    labels: input.labels() ?? {},
    type,
    ip,
    description: input.optionalText("description") ?? null,
    server: null,
    homeLocation,
    dnsPtr: type === "ipv4" ? [{ ip, dns_ptr: `static.${ip.split(".").reverse().join(".")}.clients.example` }] : [],
    protection: { delete: false },
  };
  project.floatingIps.add(floatingIp);
  const action = server && assign(project, floatingIp, server.id);
  return created({ floating_ip: floatingIpView(floatingIp, null), ...(action && { action: actionView(action) }) });
}

function update(project: Project, { params, body }: Call): FloatingIp {
  const floatingIp = project.floatingIps.get(params.id);
  const input = new Input(body);
  const name = input.optionalText("name") ?? floatingIp.name;
  project.floatingIps.requireUnique(name, floatingIp);
  return Object.assign(floatingIp, {
    name,
    labels: input.labels() ?? floatingIp.labels,
    description: input.optionalText("description") ?? floatingIp.description,
  });
}

function remove(project: Project, { params }: Call) {
  const floatingIp = project.floatingIps.get(params.id);
  if (floatingIp.protection.delete) throw isProtected("floating_ip");
  project.actions.requireUnlocked(reference("floating_ip", floatingIp));
  // Until May 2026 it was unassigned by itself.
  if (floatingIp.server !== null) throw unprocessable("must_be_unassigned", "floating_ip must be unassigned first");
  project.floatingIps.remove(floatingIp);
  return noContent;
}

function assign(project: Project, floatingIp: FloatingIp, serverId: number): Action {
  const server = project.servers.get(serverId);
  const self = reference("floating_ip", floatingIp);
  project.actions.requireUnlocked(self);
  if (floatingIp.server === server.id) {
    throw unprocessable("floating_ip_assigned", "floating_ip is already assigned to the server");
  }
  const resources = [reference("server", server), self];
  return start(project, floatingIp, {
    command: "assign_floating_ip",
    resources,
    effect: () => moveTo(project, floatingIp, project.servers.get(server.id).id),
  });
}

function unassign(project: Project, floatingIp: FloatingIp): Action {
  if (floatingIp.server === null) {
    throw unprocessable("service_error", `Floating IP with ID ${floatingIp.id} is not assigned to any resource`);
  }
  const resources = [{ type: "server", id: floatingIp.server }, reference("floating_ip", floatingIp)];
  return start(project, floatingIp, {
    command: "unassign_floating_ip",
    resources,
    effect: () => moveTo(project, floatingIp, null),
  });
}

/** Locks the address alone: a server takes several at once. */
function start(
  project: Project,
  floatingIp: FloatingIp,
  options: Pick<ActionOptions, "command" | "effect"> & Partial<ActionOptions>,
): Action {
  const self = reference("floating_ip", floatingIp);
  project.actions.requireUnlocked(self);
  return project.actions.start({ resources: [self], locks: [self], ...options });
}

async function moveTo(project: Project, floatingIp: FloatingIp, server: number | null): Promise<void> {
  const before = floatingIp.server;
  setServer(floatingIp, server);
  try {
    await project.ground.reroute(floatingIp);
  } catch (error) {
    floatingIp.server = before;
    throw error;
  }
}

function setServer(floatingIp: FloatingIp, server: number | null): void {
  floatingIp.previous = { server: floatingIp.server, movedAt: Date.now() };
  floatingIp.server = server;
}

/** Takes the addresses from a server that is about to go; whoever calls it sees to the routes. */
export function release(project: Project, serverId: number): FloatingIp[] {
  const held = project.floatingIps.all().filter(({ server }) => server === serverId);
  for (const floatingIp of held) setServer(floatingIp, null);
  return held;
}

/** Not one that was given back a moment ago: who still uses it is found out. */
function nextAddress(project: Project, type: FloatingIp["type"]): string {
  const format = (n: number) =>
    type === "ipv4" ? `203.0.113.${firstHost + n}` : `2001:db8:f${(n + 1).toString(16)}::/64`;
  const count = lastHost - firstHost + 1;
  const taken = new Set(project.floatingIps.all().map(({ ip }) => ip));
  const begin = project.addressesGiven[type];
  for (let tried = 0; tried < count; tried += 1) {
    const at = (begin + tried) % count;
    if (taken.has(format(at))) continue;
    project.addressesGiven[type] = at + 1;
    return format(at);
  }
  throw unprocessable("resource_limit_exceeded", "no address is left");
}

export function floatingIpView(floatingIp: FloatingIp, server: number | null) {
  const { id, name, labels, created: at, type, ip, description, homeLocation, dnsPtr, protection } = floatingIp;
  return {
    id,
    name,
    labels,
    created: at,
    type,
    ip,
    description,
    server,
    home_location: homeLocation,
    dns_ptr: dnsPtr,
    blocked: false,
    protection,
  };
}
