// Firewalls: what may come in to servers that they are applied to, by name or by their labels.
import { isIP } from "node:net";
import type { FirewallRule } from "../../cloud/machines";
import { type Action, actionView } from "../actions";
import { parseRange } from "../addresses";
import type { Resource } from "../collection";
import { unprocessable } from "../errors";
import { Input } from "../input";
import { selector } from "../labels";
import { type Project, reference } from "../project";
import { type Call, created, noContent, ok, type Route } from "../routes";
import { actionRoutes, readRoutes } from "./reading";
import type { Server } from "./serverState";

const protocols = ["tcp", "udp", "icmp", "esp", "gre"] as const;

export interface Rule {
  readonly description: string | null;
  readonly direction: "in" | "out";
  readonly protocol: (typeof protocols)[number];
  readonly port: string | null;
  readonly source_ips: readonly string[];
  readonly destination_ips: readonly string[];
}

type Target = { readonly server: number } | { readonly selector: string };

export interface Firewall extends Resource {
  rules: Rule[];
  appliedTo: Target[];
}

const maximumRules = 50;

export function firewallRoutes(project: Project): Route[] {
  const { firewalls } = project;
  const view = (firewall: Firewall) => firewallView(project, firewall);
  return [
    ...actionRoutes(project, "firewalls", firewalls),
    ...readRoutes({ path: "firewalls", collection: firewalls, view, sortable: ["id", "name", "created"] }),
    {
      method: "POST",
      path: "/firewalls",
      answer: ({ body }) => {
        const input = new Input(body);
        const name = input.text("name");
        const [rules, labels] = [readRules(input), input.labels() ?? {}];
        const appliedTo = input.list("apply_to").map((target) => readTarget(project, target));
        firewalls.requireUnique(name);
        const firewall = firewalls.add({ ...project.identity(), name, labels, rules, appliedTo });
        const actions = appliedTo.flatMap((target) => enforceOn(project, "apply_firewall", firewall, target));
        return created({ firewall: view(firewall), actions: actions.map(actionView) });
      },
    },
    {
      method: "PUT",
      path: "/firewalls/{id}",
      answer: ({ params, body }) => {
        const firewall = firewalls.get(params.id);
        const input = new Input(body);
        const name = input.optionalText("name") ?? firewall.name;
        firewalls.requireUnique(name, firewall);
        Object.assign(firewall, { name, labels: input.labels() ?? firewall.labels });
        return ok({ firewall: view(firewall) });
      },
    },
    {
      method: "DELETE",
      path: "/firewalls/{id}",
      answer: ({ params }) => {
        const firewall = firewalls.get(params.id);
        if (firewall.appliedTo.length > 0) throw unprocessable("resource_in_use", "firewall is still applied");
        firewalls.remove(firewall);
        return noContent;
      },
    },
    change(project, "set_rules", setRules),
    change(project, "apply_to_resources", apply),
    change(project, "remove_from_resources", unapply),
  ];
}

function change(
  project: Project,
  name: string,
  changed: (project: Project, firewall: Firewall, input: Input) => Action[],
): Route {
  const answer = ({ params, body }: Call) => {
    const actions = changed(project, project.firewalls.get(params.id), new Input(body));
    return created({ actions: actions.map(actionView) });
  };
  return { method: "POST", path: `/firewalls/{id}/actions/${name}`, answer };
}

function setRules(project: Project, firewall: Firewall, input: Input): Action[] {
  firewall.rules = readRules(input);
  const own = project.actions.start({ command: "set_firewall_rules", resources: [reference("firewall", firewall)] });
  return [own, ...firewall.appliedTo.flatMap((target) => enforceOn(project, "apply_firewall", firewall, target))];
}

function apply(project: Project, firewall: Firewall, input: Input): Action[] {
  const targets = input.list("apply_to").map((target) => readTarget(project, target));
  for (const target of targets) {
    if (firewall.appliedTo.some((known) => isSame(known, target))) {
      throw unprocessable("firewall_already_applied", "firewall is already applied to the resource");
    }
  }
  firewall.appliedTo.push(...targets);
  return targets.flatMap((target) => enforceOn(project, "apply_firewall", firewall, target));
}

function unapply(project: Project, firewall: Firewall, input: Input): Action[] {
  const targets = input.list("remove_from").map((target) => readTarget(project, target));
  for (const target of targets) {
    if (!firewall.appliedTo.some((known) => isSame(known, target))) {
      throw unprocessable("firewall_already_removed", "firewall is not applied to the resource");
    }
  }
  const before = targets.map((target) => serversOf(project, target));
  firewall.appliedTo = firewall.appliedTo.filter((known) => !targets.some((target) => isSame(known, target)));
  return before.flat().map((server) => enforceOnServer(project, "remove_firewall", firewall, server));
}

const enforceOn = (project: Project, command: string, firewall: Firewall, target: Target) =>
  serversOf(project, target).map((server) => enforceOnServer(project, command, firewall, server));

function enforceOnServer(project: Project, command: string, firewall: Firewall, server: Server): Action {
  const resources = [reference("server", server), reference("firewall", firewall)];
  return project.actions.start({ command, resources, effect: () => project.ground.enforceFirewalls() });
}

/** What may come in to a server by all of its firewalls together; undefined without any: then everything may. */
export function inboundRules(project: Project, server: Server): FirewallRule[] | undefined {
  const firewalls = firewallsOf(project, server);
  if (firewalls.length === 0) return undefined;
  const rules = firewalls.flatMap((firewall) => firewall.rules.filter(({ direction }) => direction === "in"));
  return rules.map(({ protocol, port, source_ips }) => ({
    protocol,
    ...(port !== null && { port }),
    sourceIps: source_ips,
  }));
}

export const firewallsOf = (project: Project, server: Server) =>
  project.firewalls.all().filter(({ appliedTo }) => appliedTo.some((target) => fits(target, server)));

const serversOf = (project: Project, target: Target) => project.servers.all().filter((server) => fits(target, server));

const fits = (target: Target, server: Server) =>
  "server" in target ? target.server === server.id : selector(target.selector)(server.labels);

const isSame = (a: Target, b: Target) => JSON.stringify(a) === JSON.stringify(b);

function readTarget(project: Project, input: Input): Target {
  if (input.oneOf("type", ["server", "label_selector"]) === "label_selector") {
    const text = input.part("label_selector").text("selector");
    selector(text);
    return { selector: text };
  }
  const id = input.part("server").id("id");
  if (!project.servers.find(id)) {
    throw unprocessable("firewall_resource_not_found", `server with ID '${id}' not found`);
  }
  return { server: id };
}

function readRules(input: Input): Rule[] {
  const rules = input.list("rules").map(readRule);
  if (rules.length > maximumRules) throw input.invalid("rules", `are ${maximumRules} at most`);
  return rules;
}

function readRule(input: Input): Rule {
  const direction = input.oneOf("direction", ["in", "out"]);
  const protocol = input.oneOf("protocol", protocols);
  const port = input.optionalText("port") ?? null;
  if (protocol === "tcp" || protocol === "udp" ? !isPort(port) : port !== null) {
    throw input.invalid("port", 'tcp and udp need a port, a range of them or "any"; the others take none');
  }
  const [source_ips, destination_ips] = [readNetworks(input, "source_ips"), readNetworks(input, "destination_ips")];
  if ((direction === "in" ? source_ips : destination_ips).length === 0) {
    throw input.invalid(direction === "in" ? "source_ips" : "destination_ips", "is required");
  }
  return {
    description: input.optionalText("description") ?? null,
    direction,
    protocol,
    port: port === "any" ? "1-65535" : port,
    source_ips,
    destination_ips,
  };
}

function isPort(text: string | null): boolean {
  const [first, last = first, ...more] = (text === "any" ? "1-65535" : (text ?? "")).split("-").map(Number);
  const isOne = (port = 0) => Number.isInteger(port) && port >= 1 && port <= 65535;
  return more.length === 0 && isOne(first) && isOne(last) && (first ?? 0) <= (last ?? 0);
}

function readNetworks(input: Input, name: string): string[] {
  const networks = input.texts(name);
  const wrong = networks.find((text) => !parseRange(text));
  if (wrong === undefined) return networks;
  const hint = isIP(wrong) ? "; it lacks a prefix length" : "";
  throw input.invalid(name, `"${wrong}" is no network in CIDR notation${hint}`);
}

export function firewallView(project: Project, { id, name, labels, rules, appliedTo, ...firewall }: Firewall) {
  const asServer = (server: number) => ({ type: "server" as const, server: { id: server } });
  const applied_to = appliedTo.map((target) =>
    "server" in target
      ? asServer(target.server)
      : {
          type: "label_selector" as const,
          label_selector: { selector: target.selector },
          applied_to_resources: serversOf(project, target).map((server) => asServer(server.id)),
        },
  );
  return { id, name, labels, created: firewall.created, rules, applied_to };
}
