// What has to hold for lists of nodes and addresses, the same on every platform that makes machines.
import { type Check, name, network, oneOf } from "../validation/checks";
import { known, UNKNOWN } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import { filledList, list } from "../validation/shape";

export const networksFix = 'List the networks, such as ["203.0.113.0/24"].';

/** What decides which resources there are has to be known when the program runs. */
function plain(inner: Check, fix: string): Check {
  return (path, value) => (value === UNKNOWN ? [problem(path, `is an Output. ${fix}`)] : inner(path, value));
}

export function plainList(item: Check, fix: string): Check {
  return plain(filledList(item, fix), "List them; only what is in them can be Outputs.");
}

export function plainObject(inner: Check, example: string): Check {
  return plain(inner, `Give an object, such as ${example}; only what is in it can be Outputs.`);
}

export const plainName = plain(name, "Give a plain string; resources are named after it.");

/** A list of words that decide what becomes of resources. */
export function plainWords(set: Readonly<Record<string, string>>): Check {
  const fix = `Give plain strings, of: ${Object.values(set).join(", ")}.`;
  return plain(list(plain(oneOf(set), fix)), fix);
}

/** Of what would be left out without a word. */
export function inVain(path: string, of: string): Problem {
  return problem(`platform.${path}`, `has no effect on ${of}. Leave it out.`);
}

/** Who may connect by SSH: needed for the firewall that is made, and without effect where there is one of the user's. */
export function operatorsProblems(allowFrom: unknown, existing: Readonly<Record<string, unknown>>): Problem[] {
  const [theirs] = Object.keys(existing).filter((what) => existing[what] !== undefined);
  if (!theirs) {
    return filledList(network, networksFix)("platform.ssh.allowFrom", allowFrom);
  }
  return allowFrom === undefined ? [] : [inVain("ssh.allowFrom", theirs)];
}

/** A pair is two. */
export function exactlyTwo(path: string, given: unknown): Problem[] {
  return Array.isArray(given) && given.length !== 2
    ? [problem(path, `has ${given.length}. List exactly two, one for each node.`)]
    : [];
}

export function repeated(path: string, values: readonly unknown[], member: string, fix: string): Problem[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return known(value) && first < index
      ? [problem(`${path}[${index}]${member}`, `${show(value)} is that of ${path}[${first}] too. ${fix}`)]
      : [];
  });
}
