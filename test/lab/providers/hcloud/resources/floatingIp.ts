// FloatingIp: an address, and the server that it points at where the program says so.
import type { ResourceType } from "../../protocol/provider";
import { given, type Properties, type Value } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { FloatingIp } from "../api/types";
import { floatingIp as table } from "../tables";
import { item } from "./item";

export function floatingIp(hetzner: Hetzner): ResourceType {
  const protect = (path: string, on: boolean) => hetzner.act(`${path}/actions/change_protection`, { delete: on });
  return item<FloatingIp>(hetzner, {
    table,
    path: "/floating_ips",
    key: "floating_ip",
    body: ({ type, name, description, homeLocation, serverId, labels }) =>
      given({ type, name, description, home_location: homeLocation, server: serverId || undefined, labels }),
    state: floatingIpState,
    put: ["name", "description", "labels"],
    finish: async ({ id }, inputs) => {
      if (inputs.deleteProtection) {
        await protect(`/floating_ips/${id}`, true);
      }
    },
    change: async (path, { changed, inputs }) => {
      if (changed.has("serverId")) {
        await assign(hetzner, path, inputs.serverId);
      }
      if (changed.has("deleteProtection")) {
        await protect(path, Boolean(inputs.deleteProtection));
      }
    },
  });
}

export function floatingIpState(found: FloatingIp): Properties {
  return {
    type: found.type,
    name: found.name,
    description: found.description,
    homeLocation: found.home_location.name,
    serverId: found.server ?? 0,
    labels: found.labels,
    deleteProtection: found.protection.delete,
    ...addressOf(found),
  };
}

/** Of an IPv6 one the whole network, 2001:db8::/64, is ours; its address is the network's own. */
export function addressOf({ type, ip }: FloatingIp): { ipAddress: string; ipNetwork: string } {
  return { ipAddress: ip.replace(/\/.*$/, ""), ipNetwork: type === "ipv6" ? ip : "" };
}

export function assign(hetzner: Hetzner, path: string, server: Value | undefined): Promise<void> {
  return server ? hetzner.act(`${path}/actions/assign`, { server }) : hetzner.act(`${path}/actions/unassign`);
}
