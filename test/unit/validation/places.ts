// Every place of the sample arguments, as a property path: what tests of any field go through.
import { member } from "../../../src/validation/problem";

export interface Place {
  readonly path: string;
  readonly value: unknown;
}

/** The value itself, then everything in it, with the paths that users know. */
export function placesIn(value: unknown, path = ""): Place[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, `${path}[${index}]`))
    : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, item]) => placesIn(item, member(path, key)))
      : [];
  return path === "" ? inner : [{ path, value }, ...inner];
}
