// FirewallAttachment: what a firewall is applied to, as a resource of its own; its id is the firewall's.
import { bridged } from "../../bridge/bridged";
import type { Created, ResourceType } from "../../protocol/provider";
import type { Properties } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { AppliedTo, Firewall } from "../api/types";
import { firewallAttachment as table } from "../tables";
import { change, remove, toServer } from "./appliedTo";

export function firewallAttachment(hetzner: Hetzner): ResourceType {
  const find = async (id: string) => (await hetzner.find<{ firewall: Firewall }>(`/firewalls/${id}`))?.firewall;

  async function read(id: string): Promise<Created | undefined> {
    const firewall = await find(id);
    return (
      firewall && {
        id,
        state: {
          id,
          firewallId: firewall.id,
          serverIds: firewall.applied_to.flatMap(({ server }) => (server ? [server.id] : [])),
          labelSelectors: firewall.applied_to.flatMap((one) => one.label_selector?.selector ?? []),
        },
      }
    );
  }

  async function apply(id: string, inputs: Properties): Promise<void> {
    const firewall = await find(id);
    if (!firewall) {
      throw new Error(`firewall ${id} not found`);
    }
    await change(hetzner, firewall, wantedOf(inputs));
  }

  return bridged(table, {
    create: async (inputs) => {
      const id = String(inputs.firewallId);
      await apply(id, inputs);
      return (await read(id)) ?? { id, state: inputs };
    },
    read,
    update: ({ id, inputs }) => apply(id, inputs),
    delete: async ({ id, state }) => {
      const firewall = await find(id);
      const own = wantedOf(state).map((one) => JSON.stringify(one));
      const there = firewall?.applied_to.map(
        ({ type, server, label_selector }): AppliedTo => ({
          type,
          ...(server && { server: { id: server.id } }),
          ...(label_selector && { label_selector: { selector: label_selector.selector } }),
        }),
      );
      await remove(hetzner, Number(id), there?.filter((one) => own.includes(JSON.stringify(one))) ?? []);
    },
  });
}

function wantedOf({ serverIds, labelSelectors }: Properties): AppliedTo[] {
  const wanted = [
    ...(Array.isArray(serverIds) ? serverIds : []).map((id) => toServer(Number(id))),
    ...(Array.isArray(labelSelectors) ? labelSelectors : []).map(
      (selector): AppliedTo => ({ type: "label_selector", label_selector: { selector: String(selector) } }),
    ),
  ];
  if (wanted.length === 0) {
    throw new Error("no resources referenced");
  }
  return wanted;
}
