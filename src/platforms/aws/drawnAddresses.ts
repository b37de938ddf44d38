// Gives each instance secondary private addresses of its own for as long as it lives: on one that stays, others would take
// the Elastic IP off it; and the next one is made before it is gone, so that it cannot have the same.
import { createHash } from "node:crypto";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { AwsArgs } from "../awsArgs";
import { secondaryAddresses } from "./addresses";
import { defaultElasticIps } from "./defaults";
import type { Subnet } from "./network";

/** What an instance is made with. */
export interface Creation {
  readonly subnet: pulumi.Output<Subnet>;
  readonly index: 0 | 1;
  readonly inputs: Readonly<Record<string, pulumi.Input<string | undefined>>>;
  /** Those of them that replace no instance. */
  readonly ignored: readonly string[];
}

export interface DrawnAddresses {
  /** One for each Elastic IP, in their order; those that the user gives as they are. */
  readonly addresses: pulumi.Output<string[]>;
  /** Where they come from: an instance has to be replaced with it, whatever it is replaced for. */
  readonly draw: pulumi.Resource;
}

export function drawnAddresses(
  name: string,
  creation: Creation,
  args: AwsArgs,
  options: pulumi.CustomResourceOptions,
): DrawnAddresses {
  const elasticIps = args.elasticIps ?? defaultElasticIps;
  const { subnet, index: node } = creation;
  const draw = drawFor(name, creation, options);
  const drawn = pulumi.all([subnet, draw.stdout]).apply(([{ cidrBlock }, instance]) =>
    secondaryAddresses(
      { cidrBlock, node, instance },
      elasticIps.map((elastic) => elastic.name),
    ),
  );
  const addresses = elasticIps.map(
    ({ privateAddresses }, place) => privateAddresses?.[node] ?? drawn.apply((all) => all[place] as string),
  );
  return { addresses: pulumi.all(addresses), draw };
}

/** Anew for what replaces an instance: not for another name, nor when an input begins to replace. */
function drawFor(name: string, { inputs, ignored }: Creation, options: pulumi.CustomResourceOptions): local.Command {
  return new local.Command(
    name,
    {
      create: "od -An -N8 -tx1 /dev/urandom",
      // Whatever a later release says here, what was drawn stays.
      update: 'printf %s "$PULUMI_COMMAND_STDOUT"',
      triggers: [digests(inputs)],
      logging: "none",
    },
    { ...options, ignoreChanges: ignored.map((input) => `triggers[0].${input}`) },
  );
}

/**
 * Each by itself, so that one which is not known yet hides no other. User data holds a key, and the state of the command is
 * no place for it.
 */
function digests(inputs: Creation["inputs"]): Record<string, pulumi.Output<string>> {
  const digest = (value = "") => createHash("sha256").update(value).digest("hex");
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, pulumi.unsecret(pulumi.output(value).apply(digest))]),
  );
}
