// Firewall: rules, and the servers that they are applied to.
import type { ResourceType } from "../../protocol/provider";
import { given, isObject, type Properties, type Value } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { AppliedTo, Firewall, Rule } from "../api/types";
import { firewall as table } from "../tables";
import { change } from "./appliedTo";
import { item } from "./item";

export function firewall(hetzner: Hetzner): ResourceType {
  return item<Firewall>(hetzner, {
    table,
    path: "/firewalls",
    key: "firewall",
    body: ({ name, labels, rules, applyTos }) =>
      given({ name, labels, rules: listOf(rules).map(toRule), apply_to: listOf(applyTos).map(toResource) }),
    state: firewallState,
    put: ["name", "labels"],
    change: async (path, { changed, inputs }) => {
      if (changed.has("rules")) {
        await hetzner.act(`${path}/actions/set_rules`, { rules: listOf(inputs.rules).map(toRule) });
      }
      if (changed.has("applyTos")) {
        const { firewall: current } = await hetzner.get<{ firewall: Firewall }>(path);
        await change(hetzner, current, listOf(inputs.applyTos).map(toResource) as unknown as AppliedTo[]);
      }
    },
    beforeDelete: async (path) => {
      const answer = await hetzner.find<{ firewall: Firewall }>(path);
      // The API deletes none that is in use.
      await (answer && change(hetzner, answer.firewall, []));
    },
  });
}

export function firewallState(found: Firewall): Properties {
  return {
    name: found.name,
    labels: found.labels ?? {},
    rules: found.rules.map(fromRule),
    applyTos: found.applied_to.map(fromResource),
  };
}

function listOf(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function toRule({ direction, protocol, port, sourceIps, destinationIps, description }: Properties): Properties {
  return given({
    direction,
    protocol,
    port: port || undefined,
    source_ips: sourceIps ?? [],
    destination_ips: destinationIps ?? [],
    description: description || undefined,
  });
}

function fromRule(rule: Rule): Properties {
  return given({
    direction: rule.direction,
    protocol: rule.protocol,
    port: rule.port ?? undefined,
    sourceIps: [...(rule.source_ips ?? [])],
    destinationIps: [...(rule.destination_ips ?? [])],
    description: rule.description ?? undefined,
  });
}

function toResource({ server, labelSelector }: Properties): Properties {
  return server
    ? { type: "server", server: { id: server } }
    : { type: "label_selector", label_selector: { selector: labelSelector ?? "" } };
}

function fromResource({ server, label_selector }: AppliedTo): Properties {
  return { server: server?.id ?? 0, labelSelector: label_selector?.selector ?? "" };
}
