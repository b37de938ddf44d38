// Gives each instance secondary private addresses of its own for as long as it lives: on one that stays, others would take
// the Elastic IP off it; and the next one is made before it is gone, so that it cannot have the same.
import { createHash } from "node:crypto";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { AwsArgs } from "../awsArgs";
import { secondaryAddresses } from "./addresses";
import { defaultElasticIps } from "./defaults";
import type { Subnet } from "./network";

/** What an instance is made with, and replaced for. */
export interface Life {
  readonly inputs: Readonly<Record<string, pulumi.Input<string | undefined>>>;
  /** Those of them that an instance keeps from its beginning to its end, whatever they become meanwhile. */
  readonly kept: readonly string[];
}

interface Place {
  readonly subnet: pulumi.Output<Subnet>;
  readonly index: 0 | 1;
  readonly life: Life;
}

/** One for each Elastic IP, in their order; those that the user gives come first. */
export function drawnAddresses(
  name: string,
  { subnet, index, life }: Place,
  args: AwsArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string[]> {
  const elasticIps = args.elasticIps ?? defaultElasticIps;
  const chosen = pulumi.all([subnet, lot(name, life, options)]).apply(([{ cidrBlock }, instance]) =>
    secondaryAddresses(
      { cidrBlock, node: index, instance },
      elasticIps.map((elastic) => elastic.name),
    ),
  );
  return pulumi.all(
    elasticIps.map(
      ({ privateAddresses }, place) => privateAddresses?.[index] ?? chosen.apply((all) => all[place] as string),
    ),
  );
}

/** Drawn anew when the instance is replaced, and never else: not for another name, nor when an input begins to replace. */
function lot(name: string, { inputs, kept }: Life, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const command = new local.Command(
    name,
    {
      create: "od -An -N8 -tx1 /dev/urandom",
      triggers: [pulumi.unsecret(pulumi.output(inputs).apply(digests))],
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    { ...options, ignoreChanges: kept.map((input) => `triggers[0].${input}`) },
  );
  return command.stdout;
}

/** User data holds a key, and the state of the command is no place for it. */
function digests(inputs: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value = ""]) => [name, createHash("sha256").update(value).digest("hex")]),
  );
}
