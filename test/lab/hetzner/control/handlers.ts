// What each of the tests' calls does.
import type { Handlers } from "../../cloud/api/control";
import { reference } from "../project";
import { statusOf } from "../resources/serverState";
import type { Running } from "../run";
import type { ControlCalls, State } from "./calls";

export function controlHandlers({
  project,
  api,
  server,
  faults,
  tokens,
  rateLimit,
  delays,
}: Running): Handlers<ControlCalls> {
  const { actions, ground } = project;
  const lift = async (id?: number) => {
    faults.lift(id);
    await server.connections.faultsChanged();
  };
  const forget = () => {
    server.requests = [];
    ground.moves.length = 0;
  };
  return {
    endpoints: () => server.connections.endpoints,
    delays: (changed) => {
      actions.delays = { ...actions.delays, ...changed };
      return actions.delays;
    },
    inject: async (injection) => {
      const id = faults.inject(injection);
      if (injection.fault.kind === "tls") server.connections.drop(injection.from);
      await server.connections.faultsChanged();
      return id;
    },
    lift,
    faults: () => faults.list(),
    revoke: (token) => tokens.revoke(token),
    restore: (token) => tokens.restore(token),
    setRemaining: (requests) => rateLimit.set(requests),
    requests: () => server.requests,
    forget,
    moves: () => ground.moves,
    violations: () => api.violations,
    forgetViolations: () => {
      api.violations.length = 0;
    },
    state: () => stateOf(project),
    reset: async () => {
      await lift();
      tokens.restore();
      rateLimit.set(rateLimit.limit);
      actions.delays = delays;
      forget();
    },
  };
}

function stateOf(project: Running["project"]): State {
  const { servers, floatingIps, actions } = project;
  return {
    floatingIps: floatingIps.all().map((floatingIp) => {
      const server = servers.find(floatingIp.server);
      return {
        id: floatingIp.id,
        name: floatingIp.name,
        address: floatingIp.ip,
        server: server?.name ?? null,
        serverId: floatingIp.server,
        slot: server?.slot ?? null,
        locked: actions.isLocked(reference("floating_ip", floatingIp)),
      };
    }),
    servers: servers.all().map((server) => ({
      id: server.id,
      name: server.name,
      slot: server.slot ?? null,
      status: statusOf(project, server),
      publicIpv4: server.primaryIps.find(({ type }) => type === "ipv4")?.ip ?? null,
      privateIps: server.privateNets.map(({ ip }) => ip),
      locked: actions.isLocked(reference("server", server)),
    })),
    running: actions.all().flatMap(({ id, status }) => (status === "running" ? [id] : [])),
  };
}
