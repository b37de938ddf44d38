// Hetzner Cloud, as the stories about faults need it.
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { cloudApi } from "../../lab/layout";
import { hetzner, hetznerRequests } from "../../pair/platforms/hcloud";
import type { Hand, TestedCloud } from "../cloud/tested";
import { call, inventory, list, type Resource } from "./api";
import { hetznerFaults } from "./apiFaults";

export const hetznerCloud: TestedCloud = {
  title: "Hetzner Cloud",
  form: "hcloud",
  sshUser: "root",
  apiHost: cloudApi.host,
  revoked: { first: "401", lasting: "401" },
  lastingAfterSeconds: 0,
  apiFaults: hetznerFaults,
  hand,
};

function hand(lab: Lab): Hand {
  const control = hetzner(lab);
  return {
    requests: () => hetznerRequests(lab),
    moves: control.moves,
    forget: control.forget,
    reset: control.reset,
    idOf: ({ hostname }) => hostname,
    addressOn: (_, address) => address,
    sendTo: (address, server) => assign(lab, address, server),
    stranger: () => another(lab),
    outage: (from) => control.inject({ kind: "status", status: 503 }, { from }),
    lift: control.lift,
    staleReads: (reads) => control.inject({ kind: "stale-read", reads }),
    slowMoves: (seconds) => control.delays({ assign_floating_ip: seconds }),
    revoke: () => control.revoke("failover"),
    restore: () => control.restore("failover"),
    inventory: () => inventory(lab),
  };
}

async function assign(lab: Lab, address: string, server: string): Promise<void> {
  const [servers, floatingIps] = await Promise.all([
    list(lab, "servers"),
    list<Resource & { ip: string }>(lab, "floating_ips"),
  ]);
  const id = servers.find(({ name }) => name === server)?.id;
  const floatingIp = floatingIps.find(({ ip }) => ip === address);
  await call(lab, "POST", `/floating_ips/${floatingIp?.id}/actions/assign`, { server: id });
  const isThere = async () => (await hetzner(lab).holderOf(address)) === server;
  await until(`${server} to have the address`, isThere, 20_000);
}

/** A server that is never on. */
async function another(lab: Lab) {
  const server = {
    name: "another",
    server_type: "cx23",
    image: "debian-12",
    location: "fsn1",
    start_after_create: false,
  };
  const created = await call<{ server: { id: number } }>(lab, "POST", "/servers", server);
  return {
    id: server.name,
    async remove() {
      await call(lab, "DELETE", `/servers/${created.server.id}`);
    },
  };
}
