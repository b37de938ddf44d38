// What can be changed of a server that exists, each change by the API's own action.
import type { Change } from "../../protocol/provider";
import type { Properties, Value } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { Server } from "../api/types";
import { apply, remove, toServer } from "./appliedTo";
import { reattach } from "./attachment";

export async function changeServer(
  hetzner: Hetzner,
  server: Server,
  { changed, inputs }: Change,
  sshKeys: () => Promise<string[]>,
): Promise<void> {
  const path = `/servers/${server.id}`;
  const changes: Readonly<Record<string, () => Promise<void>>> = {
    serverType: () => changeType(hetzner, server, inputs),
    backups: () => setBackups(hetzner, server, Boolean(inputs.backups)),
    iso: () => setIso(hetzner, server, inputs.iso),
    rescue: async () => setRescue(hetzner, server, inputs.rescue, await sshKeys()),
    networks: () => reattach(hetzner, server, inputs.networks),
    firewallIds: () => changeFirewalls(hetzner, server, inputs.firewallIds),
    publicNets: async () => {
      throw new Error("the lab's double of this provider does not change publicNets of a server that exists");
    },
    placementGroupId: () => changePlacementGroup(hetzner, server, inputs.placementGroupId),
  };
  for (const [name, change] of Object.entries(changes)) {
    if (changed.has(name)) {
      await change();
    }
  }
  if (changed.has("deleteProtection") || changed.has("rebuildProtection")) {
    await setProtection(hetzner, path, inputs);
  }
}

/** Takes a power-off; the API starts the server again. */
async function changeType(hetzner: Hetzner, server: Server, { serverType = "", keepDisk }: Properties): Promise<void> {
  const path = `/servers/${server.id}/actions`;
  if (server.status === "running") {
    await hetzner.act(`${path}/poweroff`);
  }
  await hetzner.act(`${path}/change_type`, { server_type: serverType, upgrade_disk: !keepDisk });
}

export async function setBackups(hetzner: Hetzner, server: Server, on: boolean): Promise<void> {
  if (Boolean(server.backup_window) !== on) {
    await hetzner.act(`/servers/${server.id}/actions/${on ? "enable" : "disable"}_backup`);
  }
}

export async function setIso(hetzner: Hetzner, server: Server, iso: Value | undefined): Promise<void> {
  const path = `/servers/${server.id}/actions`;
  if (server.iso) {
    await hetzner.act(`${path}/detach_iso`);
  }
  if (iso) {
    await hetzner.act(`${path}/attach_iso`, { iso });
  }
  if (server.iso || iso) {
    await hetzner.act(`${path}/reset`);
  }
}

export async function setRescue(
  hetzner: Hetzner,
  server: Server,
  rescue: Value | undefined,
  sshKeys: readonly string[],
): Promise<void> {
  const path = `/servers/${server.id}/actions`;
  if (server.rescue_enabled) {
    await hetzner.act(`${path}/disable_rescue`);
  }
  if (rescue) {
    await hetzner.act(`${path}/enable_rescue`, { type: rescue, ssh_keys: sshKeys.map(Number) });
  }
  if (server.rescue_enabled || rescue) {
    await hetzner.act(`${path}/reset`);
  }
}

async function changeFirewalls(hetzner: Hetzner, server: Server, wanted: Value | undefined): Promise<void> {
  const ids = Array.isArray(wanted) ? wanted.map(Number) : [];
  const current = (server.public_net.firewalls ?? []).map(({ id }) => id);
  for (const id of current.filter((one) => !ids.includes(one))) {
    await remove(hetzner, id, [toServer(server.id)]);
  }
  for (const id of ids.filter((one) => !current.includes(one))) {
    await apply(hetzner, id, [toServer(server.id)]);
  }
}

async function changePlacementGroup(hetzner: Hetzner, server: Server, wanted: Value | undefined): Promise<void> {
  const path = `/servers/${server.id}/actions`;
  if (server.placement_group) {
    await hetzner.act(`${path}/remove_from_placement_group`);
  }
  if (wanted) {
    await hetzner.act(`${path}/add_to_placement_group`, { placement_group: wanted });
  }
}

export async function setProtection(hetzner: Hetzner, path: string, inputs: Properties): Promise<void> {
  const { deleteProtection, rebuildProtection } = inputs;
  await hetzner.act(`${path}/actions/change_protection`, {
    delete: Boolean(deleteProtection),
    rebuild: Boolean(rebuildProtection),
  });
}
