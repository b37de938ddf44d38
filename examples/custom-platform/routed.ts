// A platform of one's own: two hosts, and a router in front of them that is told by HTTP where an address goes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { Draft, Platform, Problem } from "pulumi-ha-load-balancer";

export interface RoutedArgs {
  /** The address that the router sends to one host or the other. */
  address: pulumi.Input<string>;
  /** Such as "http://router.example.com:8080". */
  routerUrl: pulumi.Input<string>;
  routerToken: pulumi.Input<string>;
  /** Two hosts, and what the router calls them. */
  hosts: {
    name: string;
    address: pulumi.Input<string>;
    peerAddress: pulumi.Input<string>;
    hostKey: pulumi.Input<string>;
  }[];
  sshPrivateKey: pulumi.Input<string>;
}

export function routed(args: RoutedArgs): Platform {
  return {
    name: "routed",
    nodeNames: args.hosts.map(({ name }) => name),
    args: { ...args },
    problems,
    mover: {
      script: readFileSync(join(__dirname, "mover"), "utf8"),
      packages: ["curl"],
      env: { ROUTER_URL: args.routerUrl },
      secrets: { token: args.routerToken },
    },
    // A cloud's resources would be made here: networks, firewalls, addresses.
    shared: () => ({ addresses: [{ name: "main", id: args.address, address: args.address }] }),
    // And here a machine, with `resource: machine`.
    node: (_context, _shared, index) => {
      const { name, address, peerAddress, hostKey } = args.hosts[index] as RoutedArgs["hosts"][number];
      return {
        id: name,
        publicAddress: address,
        peerAddress,
        ssh: { host: address, privateKey: args.sshPrivateKey, hostKey, dialErrorLimit: 4 },
      };
    },
  };
}

/** Seen before anything is created; what an update has yet to tell is no string yet. */
function problems(args: Draft<Record<string, unknown>>): Problem[] {
  const { routerUrl, hosts } = args as Record<string, unknown>;
  return [
    ...(typeof routerUrl === "string" && !/^https?:\/\/[^\s"']+$/.test(routerUrl)
      ? [{ path: "platform.routerUrl", message: `"${routerUrl}" is not a URL. Use one such as "http://router:8080".` }]
      : []),
    ...(Array.isArray(hosts) && hosts.length !== 2
      ? [{ path: "platform.hosts", message: `has ${hosts.length}. List exactly two.` }]
      : []),
  ];
}
