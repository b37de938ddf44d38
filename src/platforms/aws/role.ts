// What the instances may ask of AWS: to move these addresses to these two, and to see where they are.
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformContext } from "../../platform";

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { Sid: string; Effect: "Allow"; Action: string; Resource: string | readonly string[] }[];
}

/**
 * EC2 wants permission on the address and on the network interface that gets it, and knows no resources for
 * DescribeAddresses.
 */
export function moverPolicy(addressArns: readonly string[], interfaceArns: readonly string[]): Policy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "MoveTheAddresses",
        Effect: "Allow",
        Action: "ec2:AssociateAddress",
        Resource: [...addressArns, ...interfaceArns],
      },
      { Sid: "SeeWhereTheyAre", Effect: "Allow", Action: "ec2:DescribeAddresses", Resource: "*" },
    ],
  };
}

export interface InstanceRole {
  readonly role: iam.Role;
  readonly profile: iam.InstanceProfile;
}

/** Without any permission yet: it is made before the interfaces that it may give addresses to. */
export function instanceRole({ name, options }: PlatformContext, tags: pulumi.Input<Record<string, string>>) {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
  };
  const role = new iam.Role(
    `${name}-role`,
    { description: "The nodes of a load balancer", assumeRolePolicy: JSON.stringify(trust), tags },
    options,
  );
  const profile = new iam.InstanceProfile(`${name}-profile`, { role: role.name, tags }, options);
  return { role, profile } satisfies InstanceRole;
}

export function rolePolicy(
  { name, options }: PlatformContext,
  role: iam.Role,
  addressArns: pulumi.Input<pulumi.Input<string>[]>,
  interfaceArns: pulumi.Input<pulumi.Input<string>[]>,
): iam.RolePolicy {
  const policy = pulumi
    .all([addressArns, interfaceArns])
    .apply(([addresses, interfaces]) => JSON.stringify(moverPolicy(addresses, interfaces)));
  return new iam.RolePolicy(
    `${name}-policy`,
    { role: role.name, policy },
    // Instances that make way for others may move the addresses until they are gone.
    { ...options, replaceOnChanges: ["policy"] },
  );
}
