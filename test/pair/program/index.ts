// The component with whatever arguments a test gives it: in a file, as they may be longer than configuration can be.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Provider } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs, Platform } from "pulumi-ha-load-balancer";

/** The arguments as plain data, and which platform they are for; secrets come by configuration. */
type Arguments = Omit<HaLoadBalancerArgs, "platform"> & {
  platform: { kind: "existing" | "hcloud" | "aws"; ssh: object };
  /** Which project's package it is, if not this one's. */
  project?: string;
  component?: Composition;
};

/** How a user's program may go about with the component. */
interface Composition {
  name?: string;
  /** Its name before it had this one. */
  formerName?: string;
  /** Below a component of the user's, with its own place before. */
  parent?: string;
  protect?: boolean;
  /** Name of a provider for commands. */
  provider?: string;
  /** What a transform sets for each command. */
  logging?: string;
}

const config = new pulumi.Config();
const {
  platform,
  project,
  component = {},
  ...args
} = JSON.parse(readFileSync(config.require("arguments"), "utf8"), withSecrets) as Arguments;
const load = createRequire(join(project ?? process.cwd(), "index.js"));
const { HaLoadBalancer } = load("pulumi-ha-load-balancer") as typeof import("pulumi-ha-load-balancer");
const lb = new HaLoadBalancer(
  component.name ?? "edge",
  { ...args, platform: platformOf(platform) },
  options(component),
);

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;

function options({ formerName, parent, protect, provider, logging }: Composition): pulumi.ComponentResourceOptions {
  const former = {
    ...(formerName ? { name: formerName } : {}),
    ...(parent ? { parent: pulumi.rootStackResource } : {}),
  };
  return {
    protect,
    ...(provider ? { providers: [new Provider(provider)] } : {}),
    ...(Object.keys(former).length > 0 ? { aliases: [former] } : {}),
    ...(parent ? { parent: new pulumi.ComponentResource("my:index:Site", parent) } : {}),
    ...(logging
      ? {
          transforms: [
            ({ type, props, opts }: pulumi.ResourceTransformArgs) =>
              type === "command:remote:Command" ? { props: { ...props, logging }, opts } : undefined,
          ],
        }
      : {}),
  };
}

/** "secret:NAME" stands for one of the configuration's. */
function withSecrets(_key: string, value: unknown): unknown {
  const [, name] = (typeof value === "string" && /^secret:(\w+)$/.exec(value)) || [];
  return name === undefined ? value : config.requireSecret(name);
}

function platformOf({ kind, ssh, ...own }: Arguments["platform"]): Platform {
  const given = { ...own, ssh: { ...ssh, privateKey: config.requireSecret("sshPrivateKey") } };
  // Loaded by its name, as a cloud's SDK takes its time.
  const { [kind]: make } = load(`pulumi-ha-load-balancer/${kind}`) as Record<string, (given: object) => Platform>;
  return (make as (given: object) => Platform)({ ...given, failoverToken: config.getSecret("failoverToken") });
}
