// The tags of everything that is made.
import * as pulumi from "@pulumi/pulumi";
import type { AwsArgs } from "../awsArgs";

/** The console of AWS shows the name. */
export function tagged(name: string, { tags }: Pick<AwsArgs, "tags">): pulumi.Output<Record<string, string>> {
  return pulumi.output(tags).apply((given): Record<string, string> => ({ Name: name, ...given }));
}
