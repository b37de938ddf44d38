// The plugin's work: tell the schema, and make one of its components. It knows nothing of what they do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ComponentResource, type ComponentResourceOptions, type Inputs, RunError } from "@pulumi/pulumi";
import type { Provider } from "@pulumi/pulumi/provider";

type Component = new (name: string, args: never, options?: ComponentResourceOptions) => ComponentResource;

/** Loaded when they are asked for: a cloud's SDK need not be installed, and takes its time. */
const components: Readonly<Record<string, () => Promise<Component>>> = {
  ExistingHaLoadBalancer: async () => (await import("./existingHaLoadBalancer.js")).ExistingHaLoadBalancer,
  HcloudHaLoadBalancer: async () => (await import("./hcloudHaLoadBalancer.js")).HcloudHaLoadBalancer,
  AwsHaLoadBalancer: async () => (await import("./awsHaLoadBalancer.js")).AwsHaLoadBalancer,
};

/** What is in here was made from the classes by Pulumi's analyzer; a test holds it to them. */
const schema = readFileSync(join(__dirname, "schema.json"), "utf8");
const { name: packageName, version } = JSON.parse(schema) as { name: string; version: string };

export const provider: Provider = {
  version,
  schema,
  async construct(name, type, inputs, options) {
    const component = await load(type);
    // The engine checks nothing against the schema: the component itself says what is wrong.
    const made = new component(name, inputs as never, options) as ComponentResource & Inputs;
    const { address, addresses, nodes } = made;
    return { urn: made.urn, state: { address, addresses, nodes } };
  },
};

async function load(type: string): Promise<Component> {
  const [, , name = ""] = type.split(":");
  const component = type === `${packageName}:index:${name}` ? components[name] : undefined;
  if (!component) {
    throw new RunError(`${type} is not in this package. It has: ${Object.keys(components).join(", ")}.`);
  }
  try {
    return await component();
  } catch (error) {
    throw missingSdk(name, error) ?? error;
  }
}

function missingSdk(component: string, error: unknown): RunError | undefined {
  const [, sdk] = /Cannot find (?:module|package) '(@pulumi\/[a-z]+)/.exec(String(error)) ?? [];
  return sdk === undefined
    ? undefined
    : new RunError(`${component} needs ${sdk}: npm install ${sdk} beside pulumi-ha-load-balancer.`);
}
