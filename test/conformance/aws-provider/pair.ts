// What a pair of load balancers takes of AWS, as resources of the provider.
import type { Resource, Resources } from "../stack";

export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ3dHlKS7rmr1kB4b4bYX0pXWZ2Hqk8Yx5R0S3hC1xq somebody";
export const userData = "#cloud-config\nwrite_files: []\n";

export const policy = (action: string, resource: string | readonly string[] = "*") =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: resource }] });

export const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
});

export const rule = (port: number, cidrBlocks: readonly string[] = ["0.0.0.0/0"]) => ({
  description: `port ${port}`,
  protocol: "tcp",
  fromPort: port,
  toPort: port,
  cidrBlocks,
});

const everything = { protocol: "-1", fromPort: 0, toPort: 0 };

export const instanceArgs = (subnet: string, secondary: string): Resource["args"] => ({
  ami: "ami-0deb000000000012a",
  instanceType: "t3.small",
  subnetId: subnet,
  keyName: { $output: "key.keyName" },
  userData,
  associatePublicIpAddress: true,
  secondaryPrivateIps: [secondary],
  vpcSecurityGroupIds: [{ $output: "group.id" }],
  iamInstanceProfile: { $output: "profile.name" },
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  rootBlockDevice: { encrypted: true, tags: { of: "load-balancer" } },
  tags: { role: "load-balancer" },
});

/** In two subnets of the default VPC, whose ranges the lab knows. */
export function pairIn([first = "", second = ""]: readonly string[]): Resources {
  return {
    key: { type: "KeyPair", args: { publicKey, tags: { pair: "edge" } } },
    group: {
      type: "SecurityGroup",
      args: {
        description: "The nodes",
        ingress: [
          rule(443),
          rule(22, ["203.0.113.0/24", "198.51.100.0/24"]),
          { protocol: "112", fromPort: 0, toPort: 0, self: true, description: "VRRP" },
        ],
        egress: [{ ...everything, cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] }],
        tags: { pair: "edge" },
      },
    },
    role: { type: "Role", args: { assumeRolePolicy: trust, tags: { pair: "edge" } } },
    profile: { type: "InstanceProfile", args: { role: { $output: "role.name" } } },
    policy: {
      type: "RolePolicy",
      args: { role: { $output: "role.name" }, policy: policy("ec2:DescribeAddresses") },
    },
    address: { type: "Eip", args: { domain: "vpc", tags: { pair: "edge" } } },
    first: { type: "Instance", args: instanceArgs(first, "10.77.16.100"), options: { dependsOn: ["address"] } },
    second: { type: "Instance", args: instanceArgs(second, "10.77.32.100"), options: { dependsOn: ["address"] } },
    // Its plan shows what previews know of an instance.
    witness: { type: "KeyPair", args: { publicKey, tags: { of: { $output: "first.publicIp" } } } },
  };
}

/** The pair with other arguments of one resource. */
export function withArgs(resources: Resources, name: string, args: Resource["args"]): Resources {
  const resource = resources[name] as Resource;
  return { ...resources, [name]: { ...resource, args: { ...resource.args, ...args } } };
}
