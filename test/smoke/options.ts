// The options of `npm run cloud-smoke`.
import { parseArgs } from "node:util";
import type { ConfigValue } from "../lab/pulumi";
import { AwsCloud } from "./awsCloud";
import type { SmokeCloud } from "./cloud";
import { HetznerCloud } from "./hetznerCloud";
import { smokeFaults } from "./smokePair";

export const usage = `Usage: npm run cloud-smoke -- hcloud --allow-ssh-from CIDR [--location fsn1] [--server-type cx23]
                              [--ip-range RANGE --subnet-ip-range RANGE] [--faults a,b] [--json FILE]
       npm run cloud-smoke -- aws --allow-ssh-from CIDR [--instance-type t3.small] [--subnets a,b]
                              [--faults a,b] [--json FILE]
--allow-ssh-from: this machine's address as the cloud sees it, such as 203.0.113.7/32.
HCLOUD_TOKEN: for hcloud, a read and write token of a project that holds nothing else.
AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE: for aws, as its own tools take them.
--subnets: of two availability zones; those of the default VPC where none are given.
Faults: ${smokeFaults.join(", ")}; on aws not power-off.`;

export interface Options {
  readonly platform: "hcloud" | "aws";
  readonly cloud: SmokeCloud;
  /** Of the program that makes the pair. */
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly faults: readonly string[];
  readonly json: string | undefined;
}

type Values = ReturnType<typeof parse>["values"];

/** @throws Error with the usage. */
export function smokeOptions(args: string[]): Options {
  const { values, positionals } = parse(args);
  const [platform] = positionals;
  const allowed = values["allow-ssh-from"];
  if (positionals.length !== 1 || !allowed) throw new Error(usage);
  if (platform !== "hcloud" && platform !== "aws") throw new Error(usage);
  const { cloud, config, faults } = (platform === "hcloud" ? hetznerOptions : awsOptions)(values);
  return {
    platform,
    cloud,
    config: { ...config, platform, allowSshFrom: [allowed] },
    faults: values.faults?.split(",") ?? faults,
    json: values.json,
  };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      "allow-ssh-from": { type: "string" },
      location: { type: "string", default: "fsn1" },
      "server-type": { type: "string", default: "cx23" },
      "ip-range": { type: "string" },
      "subnet-ip-range": { type: "string" },
      "instance-type": { type: "string", default: "t3.small" },
      subnets: { type: "string" },
      faults: { type: "string" },
      json: { type: "string" },
    },
  });
}

function hetznerOptions(values: Values) {
  const token = process.env.HCLOUD_TOKEN;
  if (!token) throw new Error(usage);
  const ranges = {
    ...(values["ip-range"] && { ipRange: values["ip-range"] }),
    ...(values["subnet-ip-range"] && { subnetIpRange: values["subnet-ip-range"] }),
  };
  const { location, "server-type": serverType } = values;
  return {
    cloud: new HetznerCloud(token),
    config: { location, serverType, failoverToken: { secret: token }, ...ranges },
    faults: ["haproxy-stop", "keepalived-stop", "power-off"],
  };
}

function awsOptions({ "instance-type": instanceType, subnets }: Values) {
  if (!process.env.AWS_REGION) throw new Error(usage);
  return {
    cloud: new AwsCloud(),
    config: { instanceType, ...(subnets && { subnetIds: subnets.split(",") }) },
    faults: ["haproxy-stop", "keepalived-stop", "reboot"],
  };
}
