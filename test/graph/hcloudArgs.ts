// Arguments of a pair on Hetzner Cloud, as its guide shows them; a test changes what it is about.
import type { HaLoadBalancerArgs } from "../../src";
import { type HcloudArgs, hcloud } from "../../src/platforms/hcloud";
import { hostKey, privateKey } from "../unit/sampleArgs";

/** Wrong on purpose, often: hence no exact types. */
export type HcloudChange = { readonly [Key in keyof HcloudArgs]?: unknown };

export const failoverToken = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZab";

export function hcloudArgs({ ssh, ...change }: HcloudChange = {}): HaLoadBalancerArgs {
  const given = { privateKey, ...(change.servers || change.firewallIds ? {} : { allowFrom: ["203.0.113.0/24"] }) };
  const platform = {
    location: "fsn1",
    ...(change.servers ? {} : { serverType: "cx23" }),
    failoverToken,
    ssh: ssh && Object.keys(ssh).length === 0 ? ssh : { ...given, ...(ssh as object | undefined) },
    ...change,
  } as HcloudArgs;
  return {
    platform: hcloud(platform),
    frontends: [
      { name: "web", port: 443, mode: "tcp", defaultBackend: "app" },
      { name: "plain", port: 80, mode: "tcp", defaultBackend: "app" },
    ],
    backends: [{ name: "app", mode: "tcp", servers: [{ address: "10.0.1.20", port: 8080 }] }],
  };
}

/** A server that exists. */
export const server = (number: number) => ({
  id: String(number),
  publicAddress: `192.0.2.${number}`,
  privateAddress: `10.0.1.${number}`,
  hostKey: hostKey(String(number)),
});
