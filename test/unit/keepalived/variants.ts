// Pairs and settings that between them use everything that keepalived.conf can hold.
import type { KeepalivedNode } from "../../../src/keepalived/render";
import type { Failover } from "../../../src/keepalived/rules";

export interface Variant {
  /** Of its files in golden/keepalived. */
  readonly name: string;
  readonly failover: Failover | undefined;
  readonly pair: readonly KeepalivedNode[];
}

const nodes = (own: readonly [string, string], heldAddresses: readonly string[]): readonly KeepalivedNode[] => {
  const common = { heldAddresses, hasMover: heldAddresses.length === 0 };
  return [
    { name: "lb1", index: 0, ownAddress: own[0], peerAddress: own[1], ...common },
    { name: "lb2", index: 1, ownAddress: own[1], peerAddress: own[0], ...common },
  ];
};
export const ipv4 = nodes(["10.0.0.11", "10.0.0.12"], ["198.51.100.10/24"]);
const ipv6 = nodes(["fd00::b", "fd00::c"], ["198.51.100.10/24", "2001:db8::10/64"]);
const moved = nodes(["10.0.0.11", "10.0.0.12"], []);

const allOptions: Failover = {
  profile: "fast",
  advertIntervalSeconds: 0.25,
  virtualRouterId: 255,
  preferredNode: "lb1",
  preemptDelaySeconds: 0,
};

export const variants: readonly Variant[] = [
  { name: "steady", failover: undefined, pair: ipv4 },
  { name: "fastest-preferred", failover: { profile: "fastest", preferredNode: "lb2" }, pair: ipv4 },
  { name: "ipv6", failover: {}, pair: ipv6 },
  { name: "no-held-address", failover: {}, pair: moved },
  { name: "all-options", failover: allOptions, pair: ipv4 },
];
