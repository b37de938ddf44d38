// A resource of AWS: in the region and with the tags that the provider's configuration says, unless the program does.
import { bridged, type Operations, type Table } from "../../bridge/bridged";
import type { Failure } from "../../protocol/inputs";
import { type Change, type Created, PartlyCreated, type ResourceType } from "../../protocol/provider";
import { given, isObject, type Properties, type Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { saying } from "../api/errors";
import type { Tag } from "../api/tags";

/** A state as it is read, of which some may be nothing. */
export type State = { readonly [name: string]: Value | undefined };

export interface Found {
  readonly state: State;
  readonly tags?: readonly Tag[] | undefined;
  /** Where it is another one than it was asked for by, as in an import by another name. */
  readonly id?: string;
}

export interface Kind {
  readonly table: Table;
  /** As errors have it: "EC2 EIP". */
  readonly what: string;
  /** Gives the id. */
  create(inputs: Properties): Promise<string>;
  /** What there is to do once it is made, before it counts as created. */
  finish?(id: string, inputs: Properties): Promise<void>;
  /** `before` has what the API does not tell. */
  find(id: string, before: Properties): Promise<Found | undefined>;
  update?(change: Change): Promise<void>;
  retag?(change: Change): Promise<void>;
  delete(existing: { readonly id: string; readonly state: Properties }): Promise<void>;
  readonly inState?: Operations["inState"];
  verify?(inputs: Properties): readonly Failure[];
  replaces?(name: string, inputs: Properties, state: Properties): boolean;
}

export function resource(aws: Aws, kind: Kind): ResourceType {
  const { table, what } = kind;
  const isTagged = table.prepared?.tagsAll !== undefined;

  async function read(id: string, before: Properties): Promise<Created | undefined> {
    const found = await saying(`reading ${what} (${id})`, kind.find(id, before));
    if (!found) {
      return undefined;
    }
    const region = table.inputs.region && { region: before.region ?? aws.region };
    const tags = isTagged && aws.tags.state(found.tags, before);
    const now = found.id ?? id;
    return { id: now, state: given({ id: now, ...region, ...found.state, ...tags }) };
  }

  return bridged(table, {
    prepare: (news) => ({
      ...news,
      ...(table.inputs.region && { region: news.region ?? aws.region }),
      ...(isTagged && { tagsAll: aws.tags.all(news.tags) }),
    }),
    create: async (inputs) => {
      const id = await saying(`creating ${what}`, kind.create(inputs));
      const known = { id, ...withoutMarks(inputs, kind) };
      try {
        await kind.finish?.(id, inputs);
        const now = await read(id, known);
        if (!now) {
          throw new Error(`reading ${what} (${id}): couldn't find resource`);
        }
        return now;
      } catch (error) {
        throw new PartlyCreated({ id, state: known }, error as Error);
      }
    },
    read,
    update: async (change) => {
      await saying(`updating ${what} (${change.id})`, kind.update?.(change) ?? Promise.resolve());
      if (change.changed.has("tagsAll")) {
        await saying(`updating tags for ${what} (${change.id})`, kind.retag?.(change) ?? Promise.resolve());
      }
    },
    delete: (existing) => saying(`deleting ${what} (${existing.id})`, kind.delete(existing)),
    ...(kind.inState && { inState: kind.inState }),
    ...(kind.verify && { verify: kind.verify }),
    ...(kind.replaces && { replaces: kind.replaces }),
  });
}

function withoutMarks(inputs: Properties, { inState }: Kind): Properties {
  const own = Object.entries(inputs).filter(([name]) => !name.startsWith("__"));
  return Object.fromEntries(own.map(([name, input]) => [name, inState?.[name]?.(input, undefined) ?? input]));
}

/** Inputs that exclude one another. */
export function conflicts(inputs: Properties, ...groups: readonly (readonly [string, string])[]): Failure[] {
  return groups
    .filter(([one, other]) => isGiven(inputs[one]) && isGiven(inputs[other]))
    .map(([property, other]) => ({ property, reason: `conflicts with ${other}` }));
}

export function isGiven(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}

export function objectsOf(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
