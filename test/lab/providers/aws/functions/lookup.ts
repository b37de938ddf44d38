// Data sources of EC2 that find exactly one thing: by what describes it, by tags, and by whatever else EC2 can filter.
import type { EC2, Filter } from "@aws-sdk/client-ec2";
import { needed, text, texts, words } from "../../bridge/properties";
import type { Schema } from "../../protocol/inputs";
import type { FunctionType } from "../../protocol/provider";
import { given, isObject, type Properties, type Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { listOf, textOf } from "../api/configuration";
import { saying } from "../api/errors";
import { type Tag, TagPolicy } from "../api/tags";
import { objectsOf, type State } from "../resources/resource";

const filter = { name: needed(text), values: needed(texts) } as const satisfies Schema;

/** What every one of them takes. */
export const common = {
  filters: { type: { list: { object: filter } }, unordered: true },
  region: text,
  tags: words,
} as const satisfies Schema;

export interface Lookup<Api> {
  /** As errors have it: "EC2 VPC". */
  readonly what: string;
  readonly inputs: Schema;
  /** Inputs that filters of EC2 stand for: { vpcId: "vpc-id" }. */
  readonly filters: Readonly<Record<string, string>>;
  find(ec2: EC2, filters: Filter[] | undefined, inputs: Properties): Promise<Api[] | undefined>;
  outputs(aws: Aws, found: Api, where: { readonly region: string; readonly ec2: EC2 }): State | Promise<State>;
}

export function lookup<Api extends { readonly Tags?: readonly Tag[] | undefined }>(
  aws: Aws,
  { what, inputs: schema, filters, find, outputs }: Lookup<Api>,
): FunctionType {
  return {
    inputs: { ...common, ...schema },
    invoke: async (inputs) => {
      const region = textOf(inputs.region) ?? aws.region;
      const ec2 = await aws.ec2(region);
      const all = (await saying(`reading ${what}`, find(ec2, filtersOf(inputs, filters), inputs))) ?? [];
      const [found] = all;
      if (!found) {
        throw new Error(`no matching ${what} found`);
      }
      if (all.length > 1) {
        throw new Error(`multiple ${what}s matched; use additional constraints to reduce matches to a single ${what}`);
      }
      return given({ ...inputs, ...(await outputs(aws, found, { region, ec2 })), region, tags: tagsOf(found.Tags) });
    },
  };
}

/** EC2 takes no empty list. */
export function filtersOf(inputs: Properties, names: Readonly<Record<string, string>> = {}): Filter[] | undefined {
  const byInput = Object.entries(names)
    .filter(([input]) => inputs[input] !== undefined && inputs[input] !== false && inputs[input] !== "")
    .map(([input, Name]) => ({ Name, Values: [String(inputs[input])] }));
  const tags: Record<string, Value> = isObject(inputs.tags) ? inputs.tags : {};
  const byTag = Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [String(value)] }));
  const own = objectsOf(inputs.filters).map(({ name, values }) => ({ Name: String(name), Values: listOf(values) }));
  const all = [...byInput, ...byTag, ...own];
  return all.length > 0 ? all : undefined;
}

function tagsOf(tags: readonly Tag[] | undefined): Properties {
  return TagPolicy.of({}).state(tags, {}).tagsAll;
}
