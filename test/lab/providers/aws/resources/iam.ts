// What the resources of IAM have in common.
import type { Change } from "../../protocol/provider";
import { changeOf } from "../api/tags";

/** What IAM answers where there is nothing of that name. */
export const none = ["NoSuchEntity", "NoSuchEntityException"];

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** IAM has calls of its own for the tags of each kind of thing. */
export async function changeTags(
  { state, inputs }: Change,
  set: (tags: Tag[]) => Promise<unknown>,
  unset: (keys: string[]) => Promise<unknown>,
): Promise<void> {
  const change = changeOf(state.tagsAll, inputs.tagsAll);
  if (change.unset.length > 0) {
    await unset(change.unset);
  }
  if (change.set.length > 0) {
    await set(change.set);
  }
}

export function timeOf(date: Date | undefined): string {
  return date?.toISOString().replace(/\.\d+Z$/, "Z") ?? "";
}
