// How a resource of a bridged Terraform provider behaves whatever it is: inputs are compared with what is in the state,
// previews know what can be known, and failures are worded by the bridge.

import type { Display } from "../protocol/display";
import type { Failure, Property, Schema } from "../protocol/inputs";
import { type Change, type Created, PartlyCreated, type ResourceType } from "../protocol/provider";
import { hasUnknown, isEmpty, isObject, type Properties, unknown, type Value } from "../protocol/values";

export interface Table {
  readonly inputs: Schema;
  /** Inputs that no program gives: the provider makes them, of its configuration and of other inputs. */
  readonly prepared?: Schema;
  /** What the provider alone sets. */
  readonly outputs: Schema;
}

export interface Operations {
  create(inputs: Properties, display: Display): Promise<Created>;
  read(id: string, state: Properties): Promise<Created | undefined>;
  /** Resolves once the change is made; the state is read after it. */
  update(change: Change, display: Display): Promise<void>;
  delete(existing: { readonly id: string; readonly state: Properties }, display: Display): Promise<void>;
  /** Inputs that stand in the state as something else, such as a hash. */
  readonly inState?: Readonly<Record<string, (input: Value, state: Value | undefined) => Value>>;
  prepare?(given: Properties): Properties;
  verify?(inputs: Properties): readonly Failure[];
  /** Replacements that depend on more than the input itself. */
  replaces?(name: string, inputs: Properties, state: Properties): boolean;
}

export function bridged({ inputs: own, prepared, outputs }: Table, operations: Operations): ResourceType {
  const inputs: Schema = { ...own, ...prepared };
  const inState = (name: string, input: Value, state: Value | undefined): Value =>
    operations.inState?.[name]?.(input, state) ?? input;
  return {
    inputs,
    ...(operations.prepare && { prepare: operations.prepare }),
    ...(operations.verify && { verify: operations.verify }),
    create: (_name, given, display) => worded(operations.create(given, display)),
    read: (id, state) => worded(operations.read(id, state)),
    update: async (change, display) => {
      await worded(operations.update(change, display));
      // Inputs that the API does not know of are kept in the state; what was not asked for is no longer in it.
      const known = Object.fromEntries(Object.entries(change.state).filter(([name]) => !(name in inputs)));
      const now = await worded(operations.read(change.id, { ...known, ...keptInState(change, inState) }));
      return now?.state ?? change.state;
    },
    delete: (existing, display) => worded(operations.delete(existing, display)),
    differs: (name, state, input) => {
      const property = inputs[name] as Property;
      if (isNothing(input)) {
        return !property.computed && !isEmpty(state);
      }
      return hasUnknown(input) || !fits(property, inState(name, input, state), state);
    },
    replaces: (name, state, given) =>
      (operations.replaces?.(name, given, state) ?? false) ||
      forcesNew(inputs[name] as Property, given[name], state[name]),
    plan: (given, state, changed) => {
      const planned = Object.keys({ ...inputs, ...outputs }).map((name) => {
        const input = given[name];
        if (state && !changed.has(name)) {
          return [name, state[name]];
        }
        if (!isNothing(input)) {
          return [name, hasUnknown(input) ? unknown : completed(inputs[name], inState(name, input, state?.[name]))];
        }
        return [name, name in outputs || inputs[name]?.computed ? unknown : undefined];
      });
      return Object.fromEntries([["id", state?.id], ...planned].filter(([, value]) => value !== undefined));
    },
  };
}

function keptInState(
  { state, inputs }: Change,
  inState: (name: string, input: Value, state: Value | undefined) => Value,
): Properties {
  const given = Object.entries(inputs).filter(([name, input]) => !name.startsWith("__") && !isNothing(input));
  return Object.fromEntries(given.map(([name, input]) => [name, inState(name, input, state[name])]));
}

function isNothing(value: Value | undefined): value is null | undefined {
  return value === null || value === undefined;
}

/** Does the state have what was asked for? What was not asked for counts where the provider does not choose it. */
function fits({ type, unordered, computed }: Property, wanted: Value | undefined, actual: Value | undefined): boolean {
  if (isNothing(wanted)) {
    return computed || isEmpty(actual);
  }
  if (typeof type === "object" && "list" in type && Array.isArray(wanted)) {
    const left = Array.isArray(actual) ? [...actual] : [];
    return left.length === wanted.length && wanted.every((item) => take(type.list, item, left, unordered));
  }
  if (typeof type === "object" && "object" in type && isObject(wanted)) {
    const { object } = type;
    return (
      isObject(actual) && Object.keys(object).every((key) => fits(object[key] as Property, wanted[key], actual[key]))
    );
  }
  if (typeof type === "object" && "map" in type && isObject(wanted)) {
    const there = isObject(actual) ? actual : {};
    return [...new Set([...Object.keys(wanted), ...Object.keys(there)])].every((key) => wanted[key] === there[key]);
  }
  return wanted === actual || (isEmpty(wanted) && isEmpty(actual));
}

/** Does this change replace the resource, or that of a part of it? */
function forcesNew(property: Property, wanted: Value | undefined, actual: Value | undefined): boolean {
  const { type, replaces, replacesUnlisted } = property;
  if (replaces || replacesUnlisted) {
    return true;
  }
  if (typeof type !== "object" || !("object" in type) || !isObject(wanted) || !isObject(actual)) {
    return false;
  }
  return Object.entries(type.object).some(
    ([key, part]) =>
      (hasUnknown(wanted[key] ?? null) || !fits(part, wanted[key], actual[key])) &&
      forcesNew(part, wanted[key], actual[key]),
  );
}

/** Takes the element that fits out of those that are left. */
function take(type: Property["type"], wanted: Value, left: Value[], unordered = false): boolean {
  const index = unordered ? left.findIndex((item) => fits({ type }, wanted, item)) : 0;
  return index >= 0 && left.splice(index, 1).every((item) => fits({ type }, wanted, item));
}

/** What the provider will choose in the parts of an input is not known yet. */
function completed(property: Property | undefined, value: Value): Value {
  const type = property?.type;
  if (typeof type === "object" && "list" in type && Array.isArray(value)) {
    return value.map((item) => completed({ type: type.list }, item));
  }
  if (typeof type === "object" && "object" in type && isObject(value)) {
    return { ...unknownParts(type.object), ...value };
  }
  return value;
}

function unknownParts(schema: Schema): Properties {
  const computed = Object.entries(schema).filter(([, property]) => property.computed);
  return Object.fromEntries(computed.map(([name]) => [name, unknown]));
}

async function worded<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    const error = cause as Error;
    const reworded = new Error(`1 error occurred:\n\t* ${error.message}\n\n`, { cause });
    throw error instanceof PartlyCreated ? new PartlyCreated(error.created, reworded) : reworded;
  }
}
