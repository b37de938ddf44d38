// FloatingIpAssignment: where an address points, managed. Whatever moved it meanwhile, the next update moves it back.
import { bridged } from "../../bridge/bridged";
import type { Created, ResourceType } from "../../protocol/provider";
import type { Hetzner } from "../api/client";
import type { FloatingIp } from "../api/types";
import { floatingIpAssignment as table } from "../tables";
import { assign } from "./floatingIp";

export function floatingIpAssignment(hetzner: Hetzner): ResourceType {
  const pathOf = (id: string) => `/floating_ips/${encodeURIComponent(id)}`;

  async function read(id: string): Promise<Created | undefined> {
    const server = (await hetzner.find<{ floating_ip: FloatingIp }>(pathOf(id)))?.floating_ip.server;
    return server ? { id, state: { id, floatingIpId: Number(id), serverId: server } } : undefined;
  }

  return bridged(table, {
    create: async ({ floatingIpId, serverId }) => {
      const id = String(floatingIpId);
      await assign(hetzner, pathOf(id), serverId);
      const now = await read(id);
      if (!now) {
        throw new Error(`floating IP ${id} is not assigned`);
      }
      return now;
    },
    read,
    update: ({ id, inputs }) => assign(hetzner, pathOf(id), inputs.serverId),
    delete: async ({ id }) => {
      if (await read(id)) {
        await assign(hetzner, pathOf(id), undefined);
      }
    },
  });
}
