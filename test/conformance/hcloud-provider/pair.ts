// What a pair of load balancers takes of the cloud, as resources of the provider.
import type { Resource, Resources } from "../stack";

export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f somebody";
export const userData = "#cloud-config\nwrite_files: []\n";

export const anywhere = ["0.0.0.0/0", "::/0"];

export const rule = (port: string, sourceIps: readonly string[] = anywhere) => ({
  direction: "in",
  protocol: "tcp",
  port,
  sourceIps,
});

export const serverArgs: Resource["args"] = {
  serverType: "cx23",
  image: "debian-12",
  location: "fsn1",
  userData,
  sshKeys: [{ $output: "key.id" }],
  placementGroupId: { $number: "group.id" },
  firewallIds: [{ $number: "firewall.id" }],
  networks: [{ networkId: { $number: "network.id" }, aliasIps: [] }],
  labels: { role: "load-balancer" },
};

export const pair: Resources = {
  key: { type: "SshKey", args: { publicKey } },
  group: { type: "PlacementGroup", args: { type: "spread", labels: { pair: "edge" } } },
  network: { type: "Network", args: { ipRange: "10.77.0.0/16" } },
  subnet: {
    type: "NetworkSubnet",
    args: {
      networkId: { $number: "network.id" },
      type: "cloud",
      networkZone: "eu-central",
      ipRange: "10.77.1.0/24",
    },
  },
  firewall: { type: "Firewall", args: { rules: [rule("22", ["203.0.113.0/24"]), rule("80-443")] } },
  first: { type: "Server", args: serverArgs, options: { dependsOn: ["subnet"] } },
  second: { type: "Server", args: serverArgs, options: { dependsOn: ["subnet"] } },
  // Its plan shows what previews know of a server.
  witness: { type: "PlacementGroup", args: { type: "spread", labels: { of: { $output: "first.ipv4Address" } } } },
  address: { type: "FloatingIp", args: { type: "ipv4", homeLocation: "fsn1", description: "edge" } },
  address6: { type: "FloatingIp", args: { type: "ipv6", homeLocation: "fsn1" } },
};

/** The pair with other arguments of one resource. */
export function withArgs(resources: Resources, name: string, args: Resource["args"]): Resources {
  const resource = resources[name] as Resource;
  return { ...resources, [name]: { ...resource, args: { ...resource.args, ...args } } };
}
