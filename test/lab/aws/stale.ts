// Descriptions of addresses as they were before the last move: for reads that are to be behind.
import type { Address } from "@aws-sdk/client-ec2";
import { now } from "../clock";

/** What of an address a move changes, in the names of EC2's answers. */
const fields = {
  instanceId: "InstanceId",
  associationId: "AssociationId",
  networkInterfaceId: "NetworkInterfaceId",
  networkInterfaceOwnerId: "NetworkInterfaceOwnerId",
  privateIpAddress: "PrivateIpAddress",
} as const satisfies Record<string, keyof Address>;

export class Before {
  private readonly states = new Map<string, { readonly address: Address; readonly at: number }>();

  /** Just before something that may move one. */
  remember(addresses: readonly Address[]): void {
    for (const address of addresses) this.states.set(address.AllocationId ?? "", { address, at: now() });
  }

  /** Seconds since then. */
  secondsSince(): number {
    return (now() - Math.max(0, ...[...this.states.values()].map(({ at }) => at))) / 1000;
  }

  /** @param body an answer to DescribeAddresses */
  rewrite(body: string): string {
    return items(body).reduce((text, item) => {
      const id = /<allocationId>([^<]*)</.exec(item)?.[1] ?? "";
      const known = this.states.get(id);
      return known ? text.replace(item, asItWas(item, known.address)) : text;
    }, body);
  }
}

function asItWas(item: string, before: Address): string {
  const without = Object.keys(fields).reduce(
    (text, name) => text.replace(new RegExp(`<${name}>[^<]*</${name}>|<${name} ?/>`), ""),
    item,
  );
  const told = Object.entries(fields).flatMap(([name, key]) =>
    before[key] ? `<${name}>${before[key]}</${name}>` : [],
  );
  return without.replace("<item>", `<item>${told.join("")}`);
}

/** Of the outermost list: tags are items, too. */
function items(body: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: tag, index } of body.matchAll(/<\/?item>/g)) {
    if (tag === "<item>") {
      if (depth === 0) start = index;
      depth += 1;
    } else {
      depth -= 1;
      if (depth === 0) found.push(body.slice(start, index + tag.length));
    }
  }
  return found;
}
