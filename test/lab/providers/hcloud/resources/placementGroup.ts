// PlacementGroup: servers that are not to share a machine.
import type { ResourceType } from "../../protocol/provider";
import { given } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { PlacementGroup } from "../api/types";
import { placementGroup as table } from "../tables";
import { item } from "./item";

export function placementGroup(hetzner: Hetzner): ResourceType {
  return item<PlacementGroup>(hetzner, {
    table,
    path: "/placement_groups",
    key: "placement_group",
    body: ({ name, type, labels }) => given({ name, type, labels }),
    state: ({ name, type, labels, servers }) => ({ name, type, labels, servers: [...servers] }),
    put: ["name", "labels"],
  });
}
