// Policy documents: texts of JSON that mean the same in more than one spelling.
import type { Failure } from "../../protocol/inputs";
import { isObject, isUnknown, type Properties, toJson, type Value } from "../../protocol/values";

/** What the state has of a policy: the spelling that it has already, unless the new one means something else. */
export function samePolicy(wanted: Value, state: Value | undefined): Value {
  return typeof state === "string" && isEquivalent(String(wanted), state) ? state : wanted;
}

/** IAM gives documents encoded as in an address. */
export function policyState(document: string | undefined, before: Value | undefined): Value {
  return samePolicy(decodeURIComponent(document ?? ""), before);
}

export function mustBeJson(inputs: Properties, property: string): Failure[] {
  const value = inputs[property] ?? "";
  if (isUnknown(value) || parsed(String(value)) !== undefined) {
    return [];
  }
  return [{ property, reason: "contains an invalid JSON policy" }];
}

function isEquivalent(a: string, b: string): boolean {
  const [one, other] = [parsed(a), parsed(b)];
  return one !== undefined && other !== undefined && toJson(normal(one)) === toJson(normal(other));
}

/** Lists of one stand for the one, and order means nothing in them. */
function normal(value: Value): Value {
  if (Array.isArray(value)) {
    const parts = value.map(normal).sort((x, y) => (toJson(x) < toJson(y) ? -1 : 1));
    return parts.length === 1 ? (parts[0] as Value) : parts;
  }
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, normal(part)])) : value;
}

function parsed(text: string): Value | undefined {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
