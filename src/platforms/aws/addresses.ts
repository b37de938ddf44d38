// Which secondary private addresses the instances get. EC2's provider wants to be told; AWS would choose by itself. Pure.
import { createHash } from "node:crypto";

/** The first four addresses of a subnet and its last one are AWS's own. */
const RESERVED_AT_START = 4;
const RESERVED_AT_END = 1;

export interface Place {
  /** IPv4 range of the subnet. */
  readonly cidrBlock: string;
  /** The two nodes may share a subnet, and never get the same address. */
  readonly node: 0 | 1;
  /**
   * What makes the instance another one: a new instance is made before the old one is gone, and needs addresses of its
   * own meanwhile.
   */
  readonly instance: string;
}

/**
 * The same addresses for the same place and names. Somewhere in the subnet, so that others are rarely in the way.
 *
 * @param names of what they are for
 * @throws Error when the subnet is too small
 */
export function secondaryAddresses({ cidrBlock, node, instance }: Place, names: readonly string[]): string[] {
  const [network = "", prefixLength = ""] = cidrBlock.split("/");
  const size = 2 ** (32 - Number(prefixLength)) - RESERVED_AT_START - RESERVED_AT_END;
  // The nodes take turns: even places are the first one's.
  const places = Math.floor((size - node + 1) / 2);
  if (names.length > places) {
    throw new Error(`the subnet ${cidrBlock} is too small for ${names.length} secondary addresses`);
  }
  const taken = new Set<number>();
  return names.map((name) => {
    let place =
      createHash("sha256")
        .update(JSON.stringify([instance, name]))
        .digest()
        .readUInt32BE() % places;
    while (taken.has(place)) {
      place = (place + 1) % places;
    }
    taken.add(place);
    return text(number(network) + RESERVED_AT_START + 2 * place + node);
  });
}

function number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function text(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
