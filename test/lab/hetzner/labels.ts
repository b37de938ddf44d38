// Labels and the selectors that lists and firewalls find resources by.
import { invalidInput } from "./errors";

export type Labels = Readonly<Record<string, string>>;
export type Selector = (labels: Labels) => boolean;

const word = "[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?";
const prefix = "(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?";
const keyPattern = new RegExp(`^${prefix}${word}$`);
const valuePattern = new RegExp(`^(?:${word})?$`);

export const isLabelKey = (key: string) => keyPattern.test(key);
export const isLabelValue = (value: string) => valuePattern.test(value);

/** "env=prod,!old,tier in (web, db)"; terms are joined by "and". */
export function selector(text: string): Selector {
  // Commas within brackets separate values.
  const terms = text.split(/,(?![^(]*\))/).map((part) => term(part.trim()));
  return (labels) => terms.every((matches) => matches(labels));
}

function term(text: string): Selector {
  const [, inKey, operator, list] = /^(\S+) +(in|notin) +\(([^()]*)\)$/.exec(text) ?? [];
  if (inKey && operator && list !== undefined && isLabelKey(inKey)) {
    const values = list.split(",").map((value) => value.trim());
    return (labels) => values.includes(labels[inKey] ?? "\0") === (operator === "in");
  }
  const [, not, key = "", comparison, value = ""] = /^(!?)([^=!\s]+)\s*(?:(==?|!=)\s*(\S*))?$/.exec(text) ?? [];
  if (!isLabelKey(key) || !isLabelValue(value) || (not && comparison)) {
    throw invalidInput("label_selector", `"${text}" is no label selector`);
  }
  if (!comparison) return (labels) => key in labels !== (not === "!");
  return (labels) => (labels[key] === value) === (comparison !== "!=");
}
