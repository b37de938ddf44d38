// Applies a firewall to what it should be applied to, and to nothing else.
import type { Properties } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { AppliedTo, Firewall } from "../api/types";

export async function change(hetzner: Hetzner, firewall: Firewall, wanted: readonly AppliedTo[]): Promise<void> {
  const less = firewall.applied_to.filter((one) => !wanted.some((other) => keyOf(one) === keyOf(other)));
  const more = wanted.filter((one) => !firewall.applied_to.some((other) => keyOf(one) === keyOf(other)));
  await remove(hetzner, firewall.id, less);
  await apply(hetzner, firewall.id, more);
}

export async function apply(hetzner: Hetzner, firewall: number, to: readonly AppliedTo[]): Promise<void> {
  if (to.length > 0) {
    await hetzner.act(`/firewalls/${firewall}/actions/apply_to_resources`, { apply_to: to.map(named) });
  }
}

export async function remove(hetzner: Hetzner, firewall: number, from: readonly AppliedTo[]): Promise<void> {
  if (from.length > 0) {
    await hetzner.act(`/firewalls/${firewall}/actions/remove_from_resources`, { remove_from: from.map(named) });
  }
}

export function toServer(id: number): AppliedTo {
  return { type: "server", server: { id } };
}

/** Only what names the resource: the API's answers say more of it. */
function named({ server, label_selector }: AppliedTo): Properties {
  return server
    ? { type: "server", server: { id: server.id } }
    : { type: "label_selector", label_selector: { selector: label_selector?.selector ?? "" } };
}

function keyOf({ server, label_selector }: AppliedTo): string {
  return server ? `server ${server.id}` : `selector ${label_selector?.selector}`;
}
