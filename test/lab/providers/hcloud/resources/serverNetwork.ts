// ServerNetwork: a server in a network, as a resource of its own; the id is SERVER-NETWORK.
import { bridged } from "../../bridge/bridged";
import type { Created, ResourceType } from "../../protocol/provider";
import { given, type Properties, type Value } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { Server } from "../api/types";
import { serverNetwork as table } from "../tables";
import { attach, attachmentState, changeAliases, detach, wantedOf } from "./attachment";

export function serverNetwork(hetzner: Hetzner): ResourceType {
  async function read(id: string, before: Properties): Promise<Created | undefined> {
    const { server, network } = parse(id);
    const answer = await hetzner.find<{ server: Server }>(`/servers/${server}`);
    const attached = answer?.server.private_net.find((one) => one.network === network);
    const { subnetId } = before;
    const state = attached && { id, serverId: Number(server), subnetId, ...attachmentState(attached) };
    return state && { id, state: given(state) };
  }

  return bridged(table, {
    create: async (inputs) => {
      const { serverId = "", networkId, subnetId } = inputs;
      if (Boolean(networkId) === Boolean(subnetId)) {
        throw new Error("either network_id or subnet_id must be set");
      }
      const wanted = wantedOf(inputs);
      await attach(hetzner, String(serverId), wanted);
      const now = await read(`${serverId}-${wanted.network}`, inputs);
      if (!now) {
        throw new Error(`server ${serverId} is not in network ${wanted.network}`);
      }
      return now;
    },
    read,
    update: async ({ id, inputs }) => {
      const { server, network } = parse(id);
      await changeAliases(hetzner, server, { ...wantedOf({ ...inputs, networkId: network as Value }), network });
    },
    delete: async ({ id }) => {
      const { server, network } = parse(id);
      if (await read(id, {})) {
        await detach(hetzner, server, network);
      }
    },
  });
}

function parse(id: string): { server: string; network: number } {
  const [, server, network] = /^(\d+)-(\d+)$/.exec(id) ?? [];
  if (!server || !network) {
    throw new Error(`invalid server network id ${id}, expected SERVER-NETWORK`);
  }
  return { server, network: Number(network) };
}
