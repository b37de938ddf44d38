// Arguments of a pair on AWS, as its guide shows them; a test changes what it is about.
import type { HaLoadBalancerArgs } from "../../src";
import { type AwsArgs, aws } from "../../src/platforms/aws";
import { hostKey, privateKey } from "../unit/sampleArgs";

/** Wrong on purpose, often: hence no exact types. */
export type AwsChange = { readonly [Key in keyof AwsArgs]?: unknown };

export function awsArgs({ ssh, ...change }: AwsChange = {}): HaLoadBalancerArgs {
  const allowFrom = change.instances || change.securityGroupIds ? {} : { allowFrom: ["203.0.113.0/24"] };
  const given = { privateKey, ...allowFrom };
  const platform = {
    ssh: ssh && Object.keys(ssh).length === 0 ? ssh : { ...given, ...(ssh as object | undefined) },
    ...change,
  } as AwsArgs;
  return {
    platform: aws(platform),
    frontends: [
      { name: "web", port: 443, mode: "tcp", defaultBackend: "app" },
      { name: "plain", port: 80, mode: "tcp", defaultBackend: "app" },
    ],
    backends: [{ name: "app", mode: "tcp", servers: [{ address: "172.31.0.20", port: 8080 }] }],
  };
}

/** An instance that exists. */
export const instance = (number: number) => ({
  id: `i-0000000${number}`,
  networkInterfaceId: `eni-0000000${number}`,
  publicAddress: `198.51.100.${number}`,
  privateAddress: `172.31.${number}.10`,
  secondaryAddresses: [`172.31.${number}.20`],
  hostKey: hostKey(String(number)),
});
