// Tags: those of a resource, those that the provider adds to all resources, and those that it does not look at.
import { hasUnknown, isObject, type Properties, unknown, type Value } from "../../protocol/values";
import { listOf } from "./configuration";

/** As the APIs of AWS tell them. */
export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export class TagPolicy {
  private constructor(
    private readonly defaults: Properties,
    private readonly isIgnored: (key: string) => boolean,
  ) {}

  static of({ defaultTags, ignoreTags }: Properties): TagPolicy {
    const { keys, keyPrefixes } = partsOf(ignoreTags);
    const prefixes = ["aws:", ...listOf(keyPrefixes)];
    const ignored = (key: string) => listOf(keys).includes(key) || prefixes.some((prefix) => key.startsWith(prefix));
    return new TagPolicy(partsOf(partsOf(defaultTags).tags), ignored);
  }

  /** All the tags that a resource is to have. */
  all(tags: Value | undefined): Value {
    if (hasUnknown(tags ?? null)) {
      return unknown;
    }
    return this.kept({ ...this.defaults, ...partsOf(tags) });
  }

  /** What a resource has: what is the provider's doing is not the resource's own, unless the program says it as well. */
  state(tags: readonly Tag[] | undefined, before: Properties): { tags: Properties; tagsAll: Properties } {
    const all = Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const tagsAll = this.kept(all);
    const given = partsOf(before.tags);
    const own = Object.entries(tagsAll).filter(([key, value]) => key in given || this.defaults[key] !== value);
    return { tags: Object.fromEntries(own), tagsAll };
  }

  private kept(tags: Properties): Properties {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => !this.isIgnored(key)));
  }
}

export function toTags(tags: Value | undefined): { Key: string; Value: string }[] {
  return Object.entries(partsOf(tags)).map(([Key, value]) => ({ Key, Value: String(value) }));
}

/** What it takes to get from one set of tags to another. */
export function changeOf(
  before: Value | undefined,
  after: Value | undefined,
): { set: { Key: string; Value: string }[]; unset: string[] } {
  const [old, wanted] = [partsOf(before), partsOf(after)];
  return {
    set: toTags(wanted).filter(({ Key, Value }) => old[Key] !== Value),
    unset: Object.keys(old).filter((key) => !(key in wanted)),
  };
}

function partsOf(value: Value | undefined): Properties {
  return isObject(value) ? value : {};
}
