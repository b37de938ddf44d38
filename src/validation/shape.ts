// Checks of things with properties, and of lists of them: what may be there, and that nothing else is.
import { type Check, suggestion } from "./checks";
import { isRecord, UNKNOWN } from "./draft";
import { member, type Problem, problem, show } from "./problem";

/** A check for each property. The type sees to it that none is forgotten: what has no check reaches no file. */
export type Shape<T> = { readonly [Key in keyof Required<T>]: Check };

const objectFix = "Use one with the properties that the documentation lists.";

/** A thing with these properties and no others. */
export function shape<T extends object>(properties: Shape<T>, fix: string = objectFix): Check {
  const checks = Object.entries(properties) as [string, Check][];
  return (path, value) => {
    if (value === UNKNOWN) {
      return [];
    }
    if (!isRecord(value)) {
      return [problem(path, value === undefined ? `is missing. ${fix}` : `${show(value)} is not an object. ${fix}`)];
    }
    return [
      ...unknownProperties(path, value, Object.keys(properties)),
      ...checks.flatMap(([key, check]) => check(member(path, key), value[key])),
    ];
  };
}

/** A misspelt option would otherwise be left out without a word: JSON configuration has no compiler to tell. */
export function unknownProperties(path: string, value: Record<string, unknown>, names: readonly string[]): Problem[] {
  return Object.keys(value)
    .filter((key) => !names.includes(key))
    .map((key) =>
      problem(member(path, key), `is not a property.${suggestion(key, names)} There are: ${names.join(", ")}.`),
    );
}

/** A list whose items pass the check. */
export function list(item: Check, fix = "Use one."): Check {
  return (path, value) => {
    if (value === UNKNOWN) {
      return [];
    }
    if (!Array.isArray(value)) {
      return [problem(path, value === undefined ? `is missing. ${fix}` : `${show(value)} is not a list. ${fix}`)];
    }
    // Unlike `flatMap`, this sees the holes of a list.
    return Array.from(value as readonly unknown[], (one, index) => item(`${path}[${index}]`, one)).flat();
  };
}

/** A list with at least one item, all of which pass the check. */
export function filledList(item: Check, fix: string): Check {
  return (path, value) =>
    value === undefined || (Array.isArray(value) && value.length === 0)
      ? [problem(path, `is empty. ${fix}`)]
      : list(item, fix)(path, value);
}

/** Names that the user chooses, each with a value that passes the check. */
export function table(name: Check, item: Check): Check {
  return (path, value) => {
    if (value === UNKNOWN) {
      return [];
    }
    if (!isRecord(value)) {
      const complaint = value === undefined ? "is missing." : `${show(value)} is not an object.`;
      return [problem(path, `${complaint} Use names with values.`)];
    }
    return Object.entries(value).flatMap(([key, one]) => [
      ...name(member(path, key), key),
      ...item(member(path, key), one),
    ]);
  };
}

/** The same with at least one of them. */
export function filledTable(name: Check, item: Check, fix: string): Check {
  return (path, value) =>
    value === undefined || (isRecord(value) && Object.keys(value).length === 0)
      ? [problem(path, `is empty. ${fix}`)]
      : table(name, item)(path, value);
}

/** Of these properties exactly one is given. Those that an update will tell count as given. */
export function exactlyOne(path: string, value: object, keys: readonly string[]): Problem[] {
  const given = keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined);
  if (given.length === 1) {
    return [];
  }
  const choice = `Give exactly one of ${keys.join(", ")}.`;
  return [
    problem(
      path,
      given.length === 0 ? `says nothing of what to do. ${choice}` : `has ${given.join(" and ")}. ${choice}`,
    ),
  ];
}
