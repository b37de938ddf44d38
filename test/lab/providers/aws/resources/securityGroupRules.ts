// The rules of a security group as the program and the state have them, and as EC2 has them: one for each source.
import type { IpPermission } from "@aws-sdk/client-ec2";
import { given, type Properties, toJson, type Value } from "../../protocol/values";
import { listOf } from "../api/configuration";
import { objectsOf } from "./resource";

/** One source of one rule. */
interface Atom {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly description: string;
  readonly kind: "cidrBlocks" | "ipv6CidrBlocks" | "prefixListIds" | "securityGroups" | "self";
  readonly source: string;
}

const numbers: Readonly<Record<string, string>> = {
  "-1": "-1",
  all: "-1",
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};

/** Protocols go by name where EC2 has one. */
export function protocolOf(protocol: Value | undefined): string {
  const text = String(protocol ?? "").toLowerCase();
  return numbers[text] ?? text;
}

const keyOf = (atom: Atom) => toJson({ ...atom });

function atomsOf(rule: Properties, group: string): Atom[] {
  const { fromPort, toPort, description } = rule;
  const common = {
    protocol: protocolOf(rule.protocol),
    fromPort: Number(fromPort),
    toPort: Number(toPort),
    description: String(description ?? ""),
  };
  const kinds = ["cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"] as const;
  const sources = kinds.flatMap((kind) =>
    listOf(rule[kind]).map(
      (source): Atom =>
        kind === "securityGroups" && source === group
          ? { ...common, kind: "self", source: group }
          : { ...common, kind, source },
    ),
  );
  return rule.self ? [...sources, { ...common, kind: "self", source: group }] : sources;
}

function atomsIn(permissions: readonly IpPermission[], group: string): Atom[] {
  return permissions.flatMap((permission) => {
    const common = {
      protocol: protocolOf(permission.IpProtocol),
      fromPort: permission.FromPort ?? 0,
      toPort: permission.ToPort ?? 0,
    };
    const atom = (kind: Atom["kind"], source = "", description = ""): Atom => ({
      ...common,
      kind,
      source,
      description,
    });
    return [
      ...(permission.IpRanges ?? []).map((one) => atom("cidrBlocks", one.CidrIp, one.Description)),
      ...(permission.Ipv6Ranges ?? []).map((one) => atom("ipv6CidrBlocks", one.CidrIpv6, one.Description)),
      ...(permission.PrefixListIds ?? []).map((one) => atom("prefixListIds", one.PrefixListId, one.Description)),
      ...(permission.UserIdGroupPairs ?? []).map((one) =>
        atom(one.GroupId === group ? "self" : "securityGroups", one.GroupId, one.Description),
      ),
    ];
  });
}

function toPermission({ protocol, fromPort, toPort, description, kind, source }: Atom): IpPermission {
  const Description = description || undefined;
  const ports = protocol === "-1" ? {} : { FromPort: fromPort, ToPort: toPort };
  const sources = {
    cidrBlocks: { IpRanges: [{ CidrIp: source, Description }] },
    ipv6CidrBlocks: { Ipv6Ranges: [{ CidrIpv6: source, Description }] },
    prefixListIds: { PrefixListIds: [{ PrefixListId: source, Description }] },
    securityGroups: { UserIdGroupPairs: [{ GroupId: source, Description }] },
    self: { UserIdGroupPairs: [{ GroupId: source, Description }] },
  };
  return { IpProtocol: protocol, ...ports, ...sources[kind] };
}

/** What has to be added and taken away so that the group has these rules. */
export function rulesChange(
  group: string,
  wanted: Value | undefined,
  permissions: readonly IpPermission[],
): { add: IpPermission[]; remove: IpPermission[] } {
  const want = new Map(objectsOf(wanted).flatMap((rule) => atomsOf(rule, group).map((atom) => [keyOf(atom), atom])));
  const have = new Map(atomsIn(permissions, group).map((atom) => [keyOf(atom), atom]));
  const without = (atoms: Map<string, Atom>, others: Map<string, Atom>) =>
    [...atoms].filter(([key]) => !others.has(key)).map(([, atom]) => toPermission(atom));
  return { add: without(want, have), remove: without(have, want) };
}

/** As the program wrote them where the group has all of it; what else the group has is grouped by ports and text. */
export function rulesState(group: string, before: Value | undefined, permissions: readonly IpPermission[]): Value {
  const left = new Map(atomsIn(permissions, group).map((atom) => [keyOf(atom), atom]));
  const kept = objectsOf(before).filter((rule) => {
    const keys = atomsOf(rule, group).map(keyOf);
    const isThere = keys.length > 0 && keys.every((key) => left.has(key));
    return isThere && keys.map((key) => left.delete(key)).length > 0;
  });
  const groups = new Map<string, Atom[]>();
  for (const atom of left.values()) {
    const { protocol, fromPort, toPort, description } = atom;
    const key = toJson({ protocol, fromPort, toPort, description });
    groups.set(key, [...(groups.get(key) ?? []), atom]);
  }
  return [...kept.map(completed), ...[...groups.values()].map(fromAtoms)];
}

function fromAtoms(atoms: readonly Atom[]): Properties {
  const { protocol = "", fromPort = 0, toPort = 0, description = "" } = atoms[0] ?? {};
  const sources = (kind: Atom["kind"]) => {
    const found = atoms.filter((atom) => atom.kind === kind).map(({ source }) => source);
    return found.length > 0 ? found : undefined;
  };
  return given({
    cidrBlocks: sources("cidrBlocks"),
    description,
    fromPort,
    ipv6CidrBlocks: sources("ipv6CidrBlocks"),
    prefixListIds: sources("prefixListIds"),
    protocol,
    securityGroups: sources("securityGroups"),
    self: sources("self") !== undefined,
    toPort,
  });
}

function completed(rule: Properties): Properties {
  return {
    ...rule,
    description: rule.description ?? "",
    protocol: protocolOf(rule.protocol),
    self: rule.self ?? false,
  };
}
