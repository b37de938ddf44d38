// Tags of everything in EC2 are set and taken away by the same two calls.
import type { ResourceType } from "@aws-sdk/client-ec2";
import type { Properties, Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { changeOf, toTags } from "../api/tags";
import type { Kind } from "./resource";

/** For the call that makes a resource. */
export function tagsOf(type: ResourceType, tags: Value | undefined) {
  const Tags = toTags(tags);
  return Tags.length > 0 ? { TagSpecifications: [{ ResourceType: type, Tags }] } : {};
}

export async function retag(
  aws: Aws,
  region: string,
  id: string,
  before: Value | undefined,
  after: Value | undefined,
): Promise<void> {
  const ec2 = await aws.ec2(region);
  const { set, unset } = changeOf(before, after);
  if (unset.length > 0) {
    await ec2.deleteTags({ Resources: [id], Tags: unset.map((Key) => ({ Key })) });
  }
  if (set.length > 0) {
    await ec2.createTags({ Resources: [id], Tags: set });
  }
}

/** Where the tags are those of the thing that `idOf` names. */
export function retagging(aws: Aws, idOf: (id: string, state: Properties) => string = (id) => id): Kind["retag"] {
  return ({ id, state, inputs }) =>
    retag(aws, regionOf(inputs), idOf(id, state), state.tagsAll ?? {}, inputs.tagsAll ?? {});
}

export function regionOf({ region }: Properties): string {
  return String(region ?? "");
}
