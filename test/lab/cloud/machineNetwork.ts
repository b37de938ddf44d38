// How a machine of a cloud gets the addresses of its links: by files of systemd-networkd, the same at every boot.
import { networkFile, networkFileOf } from "../hostFiles";
import { type Link, links, metadataService, type SlotName, withoutPrefix } from "../layout";

/** The first is its main one. */
export function linksOf(slot: SlotName, privateAddresses: readonly string[]): Link[] {
  return links[slot].map((link) => (link.network === "priv" ? { ...link, addresses: privateAddresses } : link));
}

export interface NetworkFile {
  readonly interface: string;
  /** Below the root of its disk. */
  readonly name: string;
  /** Undefined for a link without an address, which has none and stays down. */
  readonly content: string | undefined;
}

export function networkFiles(slot: SlotName, privateAddresses: readonly string[]): NetworkFile[] {
  return linksOf(slot, privateAddresses).map((link) => ({
    interface: link.interface,
    name: networkFileOf(link),
    content: contentOf(link),
  }));
}

function contentOf(link: Link): string | undefined {
  const [source] = link.addresses;
  if (!source) return undefined;
  return `${networkFile(link)}${link.network === "pub" ? metadataRoute(source) : ""}`;
}

/** The source address tells the metadata service who asks. */
function metadataRoute(source: string): string {
  const lines = [`Destination=${metadataService.address}/32`, "Scope=link", `PreferredSource=${withoutPrefix(source)}`];
  return ["[Route]", ...lines, ""].join("\n");
}
