// Where a pair's nodes are in the lab, and where its addresses are at the moment: what differs by platform.
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { loadBalancers, type MachineName, sharedAddress } from "../../lab/layout";

/** What every example and the tests' own program export. */
export interface StackOutputs {
  readonly addresses: readonly string[];
  readonly nodes: readonly { readonly name: string; readonly publicAddress: string }[];
}

export type LoadBalancerName = (typeof loadBalancers)[number];

export interface Site {
  /** What clients use; the first one is watched. */
  readonly addresses: readonly string[];
  host(name: LoadBalancerName): Host<MachineName>;
  /** The nodes that get what clients send to an address: one, none for a moment, or two in a partition. */
  holders(address: string): Promise<LoadBalancerName[]>;
}

/** Two hosts in one network: whoever has the address on an interface answers for it. */
export function existingSite(lab: Lab): Site {
  const host = (name: LoadBalancerName) => lab.hosts[name];
  return {
    addresses: [sharedAddress.ipv4, sharedAddress.ipv6],
    host,
    holders: (address) => filtered(async (name) => (await host(name).addresses()).includes(address)),
  };
}

/** Addresses that something in front of the nodes sends to one of them: the client's route says which. */
export function routedSite(
  lab: Lab,
  addresses: readonly string[],
  hosts: Readonly<Record<LoadBalancerName, Host<MachineName>>>,
): Site {
  return {
    addresses,
    host: (name) => hosts[name],
    async holders(address) {
      const { stdout } = await lab.client.run("ip", ["-json", "route", "get", address]);
      const gateways = (JSON.parse(stdout || "[]") as { gateway?: string }[]).map(({ gateway }) => gateway);
      return filtered(async (name) => {
        const { publicAddress, publicAddress6 } = hosts[name];
        return gateways.some((gateway) => gateway && [publicAddress, publicAddress6].includes(gateway));
      });
    },
  };
}

/** Machines of the lab's cloud, found by the addresses that a stack tells. */
export function machineSite(lab: Lab, outputs: StackOutputs | undefined): Site {
  if (!outputs) throw new Error("the pair is nowhere before its first update");
  const machines = lab.machines();
  const hosts = outputs.nodes.map(({ name, publicAddress }) => {
    const machine = machines.find((one) => one.publicAddress === publicAddress);
    if (!machine) throw new Error(`${name}: the lab has no machine at ${publicAddress}`);
    return [name, machine];
  });
  return routedSite(lab, outputs.addresses, Object.fromEntries(hosts) as Record<LoadBalancerName, Host<MachineName>>);
}

async function filtered(isOne: (name: LoadBalancerName) => Promise<boolean>): Promise<LoadBalancerName[]> {
  const found = await Promise.all(loadBalancers.map(async (name) => ((await isOne(name)) ? [name] : [])));
  return found.flat();
}

export function other(name: LoadBalancerName): LoadBalancerName {
  return name === "lb1" ? "lb2" : "lb1";
}

export function urlOf(address: string): string {
  return address.includes(":") ? `http://[${address}]/` : `http://${address}/`;
}
