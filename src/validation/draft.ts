// A draft is the user's input as far as it is known now: Outputs that are still to come are UNKNOWN.
// Rules read drafts, so that what is known is checked before anything is created.
import * as pulumi from "@pulumi/pulumi";

/** Stands in a {@link Draft} for a value that only an update will tell. */
export const UNKNOWN: unique symbol = Symbol("a value that only an update will tell");

/** The user's input as far as it is known now: each Output that is still to come is {@link UNKNOWN}. */
export type Draft<T> =
  | typeof UNKNOWN
  | (T extends readonly (infer Item)[]
      ? readonly Draft<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Draft<T[Key]> }
        : T);

type Known<T> = Exclude<T, typeof UNKNOWN | undefined>;

/** Replaces whatever has to be awaited by UNKNOWN. A property that is null, as in JSON, counts as left out. */
export function draft<T>(input: pulumi.Input<T>): Draft<pulumi.Unwrap<T>> {
  return replaceUnknown(input) as Draft<pulumi.Unwrap<T>>;
}

function replaceUnknown(value: unknown): unknown {
  // Nearly everything is a text or a number, and what follows is slow.
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    return UNKNOWN;
  }
  if (Array.isArray(value)) {
    // Unlike `map`, this sees the holes of a list.
    return Array.from(value, replaceUnknown);
  }
  if (pulumi.Resource.isInstance(value)) {
    // Given in place of one of its outputs. It leads to the whole program; no rule takes it.
    return `the resource ${value.constructor.name}`;
  }
  if (isRecord(value)) {
    const given = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
    return Object.fromEntries(given.map(([key, item]) => [key, replaceUnknown(item)]));
  }
  return value;
}

export function isComplete(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every(isComplete);
  }
  return isRecord(value) ? Object.values(value).every(isComplete) : value !== UNKNOWN;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value was given and can be looked at now. */
export function known<T>(value: T): value is Known<T> {
  return value !== UNKNOWN && value !== undefined && value !== null;
}

export interface Entry<T> {
  readonly path: string;
  readonly index: number;
  readonly value: T;
}

/** The known items of a list, each with its path. Anything but a list of objects yields nothing: shape rules tell. */
export function entries<T>(path: string, list: Draft<readonly T[]> | undefined): Entry<Known<Draft<T>>>[] {
  if (!Array.isArray(list)) {
    return [];
  }
  return (list as readonly Draft<T>[]).flatMap((value, index) =>
    known(value) && isRecord(value) ? [{ path: `${path}[${index}]`, index, value: value as Known<Draft<T>> }] : [],
  );
}
