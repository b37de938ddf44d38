// Network: an address range; its subnets are resources of their own.
import type { ResourceType } from "../../protocol/provider";
import { given, type Properties } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { Network } from "../api/types";
import { network as table } from "../tables";
import { item } from "./item";

export function network(hetzner: Hetzner): ResourceType {
  const protect = (path: string, on: boolean) => hetzner.act(`${path}/actions/change_protection`, { delete: on });
  return item<Network>(hetzner, {
    table,
    path: "/networks",
    key: "network",
    body: ({ name, ipRange, labels, exposeRoutesToVswitch }) =>
      given({ name, ip_range: ipRange, labels, expose_routes_to_vswitch: exposeRoutesToVswitch }),
    state: networkState,
    put: ["name", "labels", "exposeRoutesToVswitch"],
    finish: async ({ id }, inputs) => {
      if (inputs.deleteProtection) {
        await protect(`/networks/${id}`, true);
      }
    },
    change: async (path, { changed, inputs }) => {
      if (changed.has("deleteProtection")) {
        await protect(path, Boolean(inputs.deleteProtection));
      }
    },
  });
}

export function networkState(found: Network): Properties {
  return {
    name: found.name,
    ipRange: found.ip_range,
    labels: found.labels,
    deleteProtection: found.protection.delete,
    exposeRoutesToVswitch: found.expose_routes_to_vswitch,
  };
}
