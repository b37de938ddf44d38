// The lab's cabling: two bridges in a namespace of their own, and the plain nodes' addresses on them.
import path from "node:path";
import { must, run } from "./command";
import {
  links,
  type Network,
  type NodeName,
  namespaceName,
  namespacePath,
  type PlainNode,
  plugArguments,
  port,
} from "./layout";

export const plugScript = path.join(__dirname, "machine", "plug.sh");

export class Switch {
  readonly namespace: string;

  constructor(readonly lab: string) {
    this.namespace = namespaceName(lab, "switch");
  }

  async create(): Promise<void> {
    await must("sh", [plugScript, this.lab, "switch"]);
    // The switch itself stays silent on its networks.
    const silent = ["net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"];
    await must("nsenter", [`--net=${namespacePath(this.namespace)}`, "sysctl", "--quiet", "--write", ...silent]);
    await this.ip(
      ...["pub", "priv"].map((name) => `link add ${name} up type bridge stp_state 0 forward_delay 0 mcast_snooping 0`),
    );
  }

  /** Makes the namespace of a node whose processes are plain ones, with its addresses and more, by network. */
  async attachPlainNode(node: PlainNode, more: Partial<Record<Network, readonly string[]>> = {}): Promise<void> {
    await must("sh", [plugScript, this.lab, node, ...plugArguments(node)]);
    const lines = links[node].flatMap((link) => [
      ...[...link.addresses, ...(more[link.network] ?? [])].map(
        (a) => `addr add ${a} dev ${link.interface}${a.includes(":") ? " nodad" : ""}`,
      ),
      `link set ${link.interface} up`,
    ]);
    await must("ip", ["-n", namespaceName(this.lab, node), "-batch", "-"], { input: lines.join("\n") });
  }

  /**
   * Nothing goes in or out from now on. The carrier stays up: a node that saw one cable pulled before the other would
   * say goodbye through that one. Ports that are gone already do not matter.
   */
  async unplug(node: NodeName): Promise<void> {
    await run("bridge", ["-n", this.namespace, "-force", "-batch", "-"], { input: this.portStates(node, "disabled") });
  }

  /** Lets nothing in or out while the carrier stays up, as a stalled hypervisor does. */
  async mute(node: NodeName, muted: boolean): Promise<void> {
    const input = this.portStates(node, muted ? "disabled" : "forwarding");
    await must("bridge", ["-n", this.namespace, "-batch", "-"], { input });
  }

  private portStates(node: NodeName, state: keyof typeof bridgeState): string {
    const lines = links[node].map((link) => `link set dev ${port(node, link.network)} state ${bridgeState[state]}`);
    // Not `ip link set … type bridge_slave state`, which is ignored without spanning tree.
    return lines.join("\n");
  }

  /**
   * Drops what matches until `mend` of the same name; all carriers stay up. Rules and no property of the ports, which a
   * reboot makes anew.
   */
  async cut(name: string, matches: readonly string[]): Promise<void> {
    const table = `bridge ${name}`;
    await this.nft([
      ...withoutTable(table),
      `add table ${table}`,
      `add chain ${table} forward { type filter hook forward priority 0; }`,
      ...matches.map((match) => `add rule ${table} forward ${match} drop`),
    ]);
  }

  async mend(name: string): Promise<void> {
    await this.nft(withoutTable(`bridge ${name}`));
  }

  /** Runs lines of nft(8) on everything that passes the switch, all of them or none. */
  async nft(lines: readonly string[]): Promise<void> {
    const inside = [`--net=${namespacePath(this.namespace)}`, "nft", "--file", "-"];
    await must("nsenter", inside, { input: `${lines.join("\n")}\n` });
  }

  private async ip(...lines: string[]): Promise<void> {
    await must("ip", ["-n", this.namespace, "-batch", "-"], { input: lines.join("\n") });
  }
}

/** Whether it was there or not. */
export const withoutTable = (table: string) => [`add table ${table}`, `delete table ${table}`];

/** BR_STATE_* of the kernel. */
const bridgeState = { disabled: 0, forwarding: 3 } as const;
