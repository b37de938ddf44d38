// A cloud's network address translation, where a machine knows an address of the cloud's by a private one. It happens
// where the traffic comes from, and remembers nothing: when the address moves, connections to the machine before end as
// they do in a cloud.
import { must } from "../command";
import { namespaceName, namespacePath } from "../layout";
import { withoutTable } from "../switch";
import { sources } from "./routes";

/** What goes to `address` goes to `as` instead, and what comes from there comes from `address`; or no longer so. */
export async function translate(lab: string, address: string, as: string | undefined): Promise<void> {
  const input = `${translationLines(address, as).join("\n")}\n`;
  const namespaces = sources.map((node) => namespacePath(namespaceName(lab, node)));
  await Promise.all(namespaces.map((path) => must("nsenter", [`--net=${path}`, "nft", "--file", "-"], { input })));
}

export function translationLines(address: string, as: string | undefined): string[] {
  const table = `ip translation-${address.replaceAll(".", "-")}`;
  if (as === undefined) return withoutTable(table);
  return [
    ...withoutTable(table),
    `add table ${table}`,
    // After the routing decision, which is about the address as the client knows it.
    `add chain ${table} out { type filter hook postrouting priority 0; }`,
    `add rule ${table} out oifname "eth0" ip daddr ${address} ip daddr set ${as}`,
    // Before anything else sees the answer.
    `add chain ${table} in { type filter hook prerouting priority -300; }`,
    `add rule ${table} in iifname "eth0" ip saddr ${as} ip saddr set ${address}`,
  ];
}
