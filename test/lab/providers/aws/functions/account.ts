// getCallerIdentity, getRegion, getAvailabilityZones and ssm.getParameter: where the provider is, and what AWS publishes.
import { flag, needed, text, texts } from "../../bridge/properties";
import type { FunctionType } from "../../protocol/provider";
import { given, secret } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { listOf, textOf } from "../api/configuration";
import { saying } from "../api/errors";
import { common, filtersOf } from "./lookup";

export function getCallerIdentity(aws: Aws): FunctionType {
  return {
    inputs: { id: text },
    invoke: async () => {
      const { Account = "", Arn = "", UserId = "" } = await (await aws.sts()).getCallerIdentity({});
      return { accountId: Account, arn: Arn, id: Account, userId: UserId };
    },
  };
}

const places: Readonly<Record<string, string>> = {
  "eu-central-1": "Europe (Frankfurt)",
  "eu-west-1": "Europe (Ireland)",
  "us-east-1": "US East (N. Virginia)",
};

export function getRegion(aws: Aws): FunctionType {
  return {
    inputs: { endpoint: text, id: text, name: text, region: text },
    invoke: async ({ region: wanted, name, endpoint }) => {
      const byEndpoint = /^ec2\.([\w-]+)\.amazonaws\.com$/.exec(textOf(endpoint) ?? "")?.[1];
      const region = textOf(wanted) ?? textOf(name) ?? byEndpoint ?? aws.region;
      const description = places[region] ?? region;
      return { description, endpoint: `ec2.${region}.amazonaws.com`, id: region, name: region, region };
    },
  };
}

export function getAvailabilityZones(aws: Aws): FunctionType {
  return {
    inputs: {
      allAvailabilityZones: flag,
      excludeNames: texts,
      excludeZoneIds: texts,
      filters: common.filters,
      region: text,
      state: text,
    },
    invoke: async (inputs) => {
      const region = textOf(inputs.region) ?? aws.region;
      const { AvailabilityZones = [] } = await (await aws.ec2(region)).describeAvailabilityZones({
        AllAvailabilityZones: inputs.allAvailabilityZones === true ? true : undefined,
        Filters: filtersOf(inputs, { state: "state" }),
      });
      const [names, ids] = [listOf(inputs.excludeNames), listOf(inputs.excludeZoneIds)];
      const found = AvailabilityZones.filter(
        ({ ZoneName = "", ZoneId = "" }) => !names.includes(ZoneName) && !ids.includes(ZoneId),
      ).sort((a, b) => ((a.ZoneName ?? "") < (b.ZoneName ?? "") ? -1 : 1));
      return {
        ...inputs,
        groupNames: [...new Set(found.map(({ GroupName = region }) => GroupName))].sort(),
        id: region,
        names: found.map(({ ZoneName = "" }) => ZoneName),
        region,
        zoneIds: found.map(({ ZoneId = "" }) => ZoneId),
      };
    },
  };
}

export function getParameter(aws: Aws): FunctionType {
  return {
    inputs: { name: needed(text), region: text, withDecryption: { type: "boolean", default: true } },
    invoke: async (inputs) => {
      const region = textOf(inputs.region) ?? aws.region;
      const name = String(inputs.name);
      const request = (await aws.ssm(region)).getParameter({
        Name: name,
        WithDecryption: inputs.withDecryption === true,
      });
      const { Parameter: found } = await saying(`reading SSM Parameter (${name})`, request);
      const { ARN: arn, Type: type = "String", Value: value = "", Version: version = 1 } = found ?? {};
      return given({
        ...inputs,
        arn: arn ?? aws.arn("ssm", `parameter${name}`, region),
        id: name,
        insecureValue: type === "SecureString" ? undefined : value,
        name: found?.Name ?? name,
        region,
        type,
        // Whatever it is: the provider cannot know.
        value: secret(value),
        version,
      });
    },
  };
}
