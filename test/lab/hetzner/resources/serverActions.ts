// What can be done with a server: its power, its networks, its protection.
import { type Action, actionView } from "../actions";
import { invalidInput, unprocessable } from "../errors";
import { Input } from "../input";
import { type Project, reference } from "../project";
import { type Answer, type Call, created, type Route } from "../routes";
import { allocate } from "./networks";
import { detach, macOf, type PrivateNet, type Server, type Status, statusOf } from "./serverState";

interface Change {
  readonly command: string;
  /** Status while the action runs. */
  readonly meanwhile?: Status;
  readonly others?: readonly { readonly type: string; readonly id: number }[];
  readonly effect?: () => Promise<void> | void;
}

export function serverActionRoutes(project: Project): Route[] {
  const { machines } = project.ground;
  const power =
    (command: string, meanwhile: Status, work: (slot: string) => Promise<void>) =>
    ({ slot }: Server): Change => ({ command, meanwhile, effect: () => (slot === undefined ? undefined : work(slot)) });
  const on = async (slot: string) => {
    if (!machines.isRunning(slot)) await machines.powerOn(slot);
  };
  const off = async (slot: string) => {
    if (machines.isRunning(slot)) await machines.powerOff(slot);
  };
  const again = async (slot: string) => {
    await off(slot);
    await on(slot);
  };
  return [
    act(project, "poweron", power("start_server", "starting", on)),
    act(project, "poweroff", power("stop_server", "stopping", off)),
    act(project, "shutdown", power("shutdown_server", "stopping", off)),
    act(project, "reboot", power("reboot_server", "running", again)),
    act(project, "reset", power("reset_server", "running", again)),
    act(project, "change_protection", (server, input) => {
      const [before, wanted] = [server.protection.delete, input.flag("delete", server.protection.delete)];
      const rebuild = input.flag("rebuild", server.protection.rebuild);
      if (wanted !== rebuild && (wanted !== before || rebuild !== server.protection.rebuild)) {
        throw invalidInput("rebuild", "has to be the same as delete");
      }
      server.protection = { delete: wanted, rebuild };
      return { command: "change_protection" };
    }),
    act(project, "attach_to_network", (server, input) => attach(project, server, input)),
    act(project, "detach_from_network", (server, input) => {
      const net = netOf(server, input.id("network"));
      detach(server, net.network);
      return networkChange(project, server, "detach_from_network", net.network);
    }),
    act(project, "change_alias_ips", (server, input) => {
      const net = netOf(server, input.id("network"));
      const network = project.networks.get(net.network);
      net.aliasIps = [];
      for (const ip of input.texts("alias_ips")) net.aliasIps = [...net.aliasIps, allocate(project, network, ip)];
      return { command: "change_alias_ips", others: [reference("network", network)] };
    }),
    act(project, "add_to_placement_group", (server, input) => {
      const group = project.placementGroups.get(input.id("placement_group"));
      if (statusOf(project, server) !== "off") throw unprocessable("server_not_stopped", "server has to be off");
      server.placementGroup = group.id;
      return { command: "add_to_placement_group", others: [reference("placement_group", group)] };
    }),
    act(project, "remove_from_placement_group", (server) => {
      server.placementGroup = null;
      return { command: "remove_from_placement_group" };
    }),
  ];
}

function act(project: Project, name: string, change: (server: Server, input: Input) => Change): Route {
  const answer = ({ params, body }: Call): Answer => {
    const server = project.servers.get(params.id);
    project.actions.requireUnlocked(reference("server", server));
    return created({ action: actionView(start(project, server, change(server, new Input(body ?? {})))) });
  };
  return { method: "POST", path: `/servers/{id}/actions/${name}`, answer };
}

function start(project: Project, server: Server, { command, meanwhile, others = [], effect }: Change): Action {
  const self = reference("server", server);
  const action = project.actions.start({
    command,
    resources: [self, ...others],
    locks: [self],
    ...(effect && { effect }),
  });
  if (meanwhile) server.status = meanwhile;
  return action;
}

function attach(project: Project, server: Server, input: Input): Change {
  const network = project.networks.get(input.id("network"));
  if (server.privateNets.some((net) => net.network === network.id)) {
    throw unprocessable("server_already_attached", "server is already attached to the network");
  }
  const net: PrivateNet = {
    network: network.id,
    ip: allocate(project, network, input.optionalText("ip")),
    aliasIps: [],
    mac: macOf(server.id, network.id),
  };
  server.privateNets.push(net);
  for (const ip of input.texts("alias_ips")) net.aliasIps = [...net.aliasIps, allocate(project, network, ip)];
  return networkChange(project, server, "attach_to_network", network.id);
}

function networkChange(project: Project, server: Server, command: string, network: number): Change {
  return {
    command,
    others: [{ type: "network", id: network }],
    effect: () => project.ground.setPrivateAddress(server),
  };
}

function netOf(server: Server, network: number): PrivateNet {
  const net = server.privateNets.find((known) => known.network === network);
  if (!net) throw unprocessable("not_attached", "server is not attached to the network");
  return net;
}
