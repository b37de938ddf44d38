// The cloud's part between a client and the machines: which machine gets the traffic for an address.
import { must, run } from "../command";
import { links, namespaceName, type PlainNode, type SlotName, slotNames, withoutPrefix } from "../layout";

/** Where the traffic comes from. */
export const sources: readonly PlainNode[] = ["client", "operator"];

/** The way to a machine is known without asking for it: what is sent to a dead one is lost, as on the way to a cloud. */
export async function settleNeighbours(lab: string): Promise<void> {
  const lines = slotNames.flatMap((slot) => {
    const { addresses, mac } = publicLinkOf(slot);
    return addresses.map((address) => `neigh replace ${address} lladdr ${mac} dev eth0 nud permanent`);
  });
  await inSources(lab, (namespace) => must("ip", ["-n", namespace, "-batch", "-"], { input: lines.join("\n") }));
}

/** `address` is an IPv4 address, or an IPv6 network with its prefix length. */
export async function setRoute(lab: string, address: string, slot: SlotName | undefined): Promise<void> {
  const family = address.includes(":") ? "-6" : "-4";
  if (slot === undefined) {
    // There may be none.
    await inSources(lab, (namespace) => run("ip", ["-n", namespace, family, "route", "del", address]));
    return;
  }
  const { addresses } = publicLinkOf(slot);
  const via = addresses.find((own) => own.includes(":") === (family === "-6")) ?? "";
  await inSources(lab, (namespace) => must("ip", ["-n", namespace, family, "route", "replace", address, "via", via]));
}

export async function removeRoutesTo(lab: string, slot: SlotName): Promise<void> {
  const [ipv4 = "", ipv6 = ""] = publicLinkOf(slot).addresses;
  const lines = [`-4 route flush via ${ipv4}`, `-6 route flush via ${ipv6}`];
  await inSources(lab, async (namespace) => {
    for (const line of lines) await run("ip", ["-n", namespace, ...line.split(" ")]);
  });
}

export interface Route {
  /** IPv4 address, or IPv6 network with its prefix length. */
  readonly address: string;
  readonly slot: SlotName;
}

/** As the client has them. */
export async function currentRoutes(lab: string): Promise<Route[]> {
  const namespace = namespaceName(lab, "client");
  const families = ["-4", "-6"].map(async (family) => {
    const text = await must("ip", ["-n", namespace, family, "-json", "route"]);
    return JSON.parse(text) as { dst: string; gateway?: string }[];
  });
  const slotOf = (gateway: string | undefined) =>
    slotNames.find((slot) => gateway !== undefined && publicLinkOf(slot).addresses.includes(gateway));
  return (await Promise.all(families)).flat().flatMap(({ dst, gateway }) => {
    const slot = slotOf(gateway);
    return slot ? { address: dst, slot } : [];
  });
}

export function publicLinkOf(slot: SlotName): { addresses: string[]; mac: string } {
  const link = links[slot].find(({ network }) => network === "pub");
  return { addresses: (link?.addresses ?? []).map(withoutPrefix), mac: link?.mac ?? "" };
}

const inSources = (lab: string, action: (namespace: string) => Promise<unknown>) =>
  Promise.all(sources.map((node) => action(namespaceName(lab, node))));
