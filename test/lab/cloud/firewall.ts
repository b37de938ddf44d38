// A machine's firewall, where a cloud has it: outside the machine, which can neither see nor change it. The switch marks
// what it forwards to the machine's public port, and filters that with the connections that it knows; the kernel shows
// bridged traffic to such rules by br_netfilter.
import fs from "node:fs";
import net from "node:net";
import { type Network, port, type SlotName, slotNames } from "../layout";
import { type Switch, withoutTable } from "../switch";
import type { FirewallRule, FirewallScope } from "./machines";

/** From now on the switch knows every connection, so that a firewall lets those pass that were there before it. */
export async function watchConnections(wires: Switch): Promise<void> {
  checkKernel();
  await wires.nft([
    "add table inet connections",
    "add chain inet connections forward { type filter hook forward priority 0; }",
    "add rule inet connections forward ct state established accept",
  ]);
}

export async function setFirewall(
  wires: Switch,
  slot: SlotName,
  rules: readonly FirewallRule[] | undefined,
  scope?: FirewallScope,
): Promise<void> {
  await wires.nft(firewallLines(slot, rules, scope));
}

function checkKernel(): void {
  if (!fs.existsSync("/proc/sys/net/bridge/bridge-nf-call-iptables"))
    throw new Error("The lab's clouds need br_netfilter of the kernel, for their firewalls: modprobe br_netfilter");
}

/** Pure, so that what is wrong in a rule shows before anything changes. */
export function firewallLines(
  slot: SlotName,
  rules: readonly FirewallRule[] | undefined,
  scope: FirewallScope = "public",
): string[] {
  const [marking, filtering] = [`bridge firewall-${slot}`, `inet firewall-${slot}`];
  const without = [marking, filtering].flatMap(withoutTable);
  if (!rules) return without;
  const mark = slotNames.indexOf(slot) + 1;
  const accepted = [
    "ct state established,related",
    "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert }",
    ...rules.flatMap(matches),
  ];
  return [
    ...without,
    `add table ${marking}`,
    // Ahead of br_netfilter, which forwards at 0.
    `add chain ${marking} forward { type filter hook forward priority -200; }`,
    ...networks[scope].map(
      (network) => `add rule ${marking} forward oifname "${port(slot, network)}" meta mark set ${mark}`,
    ),
    `add table ${filtering}`,
    `add chain ${filtering} inbound`,
    `add chain ${filtering} forward { type filter hook forward priority 0; }`,
    `add rule ${filtering} forward meta mark ${mark} jump inbound`,
    ...accepted.map((match) => `add rule ${filtering} inbound ${match} accept`),
    `add rule ${filtering} inbound drop`,
  ];
}

const networks: Readonly<Record<FirewallScope, readonly Network[]>> = { public: ["pub"], both: ["pub", "priv"] };

/** A line per source: nftables refuses a set whose networks overlap. */
function matches({ protocol, port: ports, sourceIps }: FirewallRule): string[] {
  if (ports !== undefined && !(/^\d{1,5}(-\d{1,5})?$/.test(ports) && (protocol === "tcp" || protocol === "udp")))
    throw new Error(`"${ports}" is no port of ${protocol}`);
  return sourceIps.map((source) => {
    const family = familyOf(source);
    const from = `${family} saddr ${source}`;
    if (protocol === "any") return from;
    const name = protocol === "icmp" && family === "ip6" ? "ipv6-icmp" : protocol;
    return `${from} ${ports === undefined ? `meta l4proto ${name}` : `${protocol} dport ${ports}`}`;
  });
}

function familyOf(network: string): "ip" | "ip6" {
  const [address = "", length = ""] = network.split("/");
  const family = net.isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(length)) throw new Error(`"${network}" is no network`);
  return family === 4 ? "ip" : "ip6";
}
