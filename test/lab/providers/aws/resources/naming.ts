// Names that start with what the program gave.
import { randomBytes } from "node:crypto";
import type { Properties } from "../../protocol/values";

/** The name, or what the given prefix makes of the time and a few random digits. */
export function nameOf(inputs: Properties, property = "name"): string {
  const suffix = `${new Date().toISOString().replace(/\D/g, "")}${randomBytes(4).toString("hex")}`;
  return String(inputs[property] ?? `${inputs[`${property}Prefix`] ?? ""}${suffix}`);
}
