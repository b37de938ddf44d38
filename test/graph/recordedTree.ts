// What a release makes at a cloud and on hosts, in the form that a later release is compared with: names, types and what
// is asked for. Pure.
import { isSecret, type Program } from "./registrations";

/** A resource as states out there know it. */
export interface Recorded {
  /** Type and name, below the types of its parents. */
  readonly urn: string;
  /** Values where a change of them is one of the resource; "secret" and names alone for the rest. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs whose changes replace it, whatever the provider says; those that change nothing. */
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Former names and URNs. */
  readonly aliases: readonly string[];
}

/** Their inputs change with every release of the scripts that they bring; that updates them in place. */
const COMMAND = "command:remote:Command";

export function recorded({ registrations }: Program): Recorded[] {
  const made = registrations.map(({ type, urn, inputs, replaceOnChanges, ignoreChanges, aliases }) => ({
    urn: urn.replace(/^urn:pulumi:[^:]+::[^:]+::/, ""),
    inputs: type === COMMAND || ignoreChanges.includes("*") ? namesOf(inputs) : shownOf(inputs),
    replaceOnChanges,
    ignoreChanges,
    aliases,
  }));
  return made.sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** What users of the earlier release would suffer from the later one, and what helps against it. */
export function sufferings(earlier: readonly Recorded[], later: readonly Recorded[]): string[] {
  return earlier.flatMap((was) => {
    const is = later.find(({ urn, aliases }) => urn === was.urn || aliases.some((alias) => isFormer(alias, was.urn)));
    if (!is) {
      const name = was.urn.split("::").at(-1);
      return [
        `${was.urn} is gone: \`pulumi up\` would delete it where it is, and make what has come in its place anew. ` +
          `If it has another name or type, give it the former one: \`aliases: [{ name: "${name}" }]\`, or \`type\`.`,
      ];
    }
    return (["inputs", "replaceOnChanges", "ignoreChanges"] as const).flatMap((what) => differing(was, is, what));
  });
}

function differing(was: Recorded, is: Recorded, what: "inputs" | "replaceOnChanges" | "ignoreChanges"): string[] {
  if (what !== "inputs") {
    return JSON.stringify(was[what]) === JSON.stringify(is[what])
      ? []
      : [`${was.urn}: ${what} was ${JSON.stringify(was[what])} and is ${JSON.stringify(is[what])}. ${CHECK}`];
  }
  const names = [...new Set([...Object.keys(was.inputs), ...Object.keys(is.inputs)])].sort();
  return names.flatMap((name) => {
    const [before, now] = [was, is].map(({ inputs }) => JSON.stringify(inputs[name]));
    return before === now ? [] : [`${was.urn}: ${name} was ${before} and is ${now}. ${CHECK}`];
  });
}

const CHECK =
  "Everybody's resource is updated, or even replaced, with that: look up which in the provider's schema. If it replaces a " +
  "machine or an address, leave it as it was; otherwise say so in CHANGELOG.md, and record it with UPDATE_GOLDEN=1.";

function isFormer(alias: string, urn: string): boolean {
  return alias === urn || alias.endsWith(`::${urn}`) || alias === urn.split("::").at(-1);
}

function namesOf(inputs: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(inputs).map((name) => [name, "any"]));
}

function shownOf(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, shown(value)]));
}

function shown(value: unknown): unknown {
  if (isSecret(value)) return "secret";
  // Tests make new keys each time.
  return typeof value === "string" && value.startsWith("ssh-ed25519 ") ? "a public key" : value;
}
