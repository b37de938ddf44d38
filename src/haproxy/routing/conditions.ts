// Conditions of routes as HAProxy's ACLs. HAProxy joins ACLs by "and" within a line, and by "or" across lines that do
// the same: so every condition becomes a list of alternatives, each of them a list of tests that all have to hold.
import { inChunks, word } from "../section";
import type { Match } from "./rules";

/** What one ACL looks at, and the values of which one has to be there; none means that any will do. */
interface Test {
  readonly fetch: string;
  readonly values: readonly string[];
}
type Condition =
  | { readonly test: Test }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };
interface Literal {
  readonly test: Test;
  readonly negated: boolean;
}

/** The sample fetch that tells the name in the client's TLS greeting. */
export type ServerNameFetch = "ssl_fc_sni" | "req.ssl_sni";

/** Names the ACLs of one section, the same test by the same name. */
export class Acls {
  private readonly names = new Map<string, string>();
  readonly lines: string[] = [];

  /** @returns per alternative what stands after `if`; one empty text when nothing has to hold */
  alternatives(match: Match | undefined, serverName: ServerNameFetch): string[] {
    const found = expand(conditionOf(match ?? {}, serverName), false);
    return found.map((literals) =>
      literals.map(({ test, negated }) => `${negated ? "!" : ""}${this.named(test)}`).join(" "),
    );
  }

  private named({ fetch, values }: Test): string {
    const lines =
      values.length === 0 ? [fetch] : inChunks(values).map((some) => `${fetch} -- ${some.map(word).join(" ")}`);
    const key = lines.join("\n");
    const known = this.names.get(key);
    if (known) {
      return known;
    }
    const name = `c${this.names.size + 1}`;
    this.names.set(key, name);
    this.lines.push(...lines.map((line) => `acl ${name} ${line}`));
    return name;
  }
}

function conditionOf(match: Match, serverName: ServerNameFetch): Condition {
  const inner = (part: Match) => conditionOf(part, serverName);
  return {
    all: [
      ...names("req.hdr(host),host_only", match.hosts),
      ...oneOf("path -m str", match.paths),
      ...oneOf("path,concat(/) -m beg", match.pathPrefixes?.map(wholeSegments)),
      ...oneOf("path -m reg", match.pathRegexes),
      ...oneOf("method -m str", match.methods),
      ...namedValues("req.hdr", match.headers),
      ...namedValues("url_param", match.query),
      ...namedValues("req.cook", match.cookies),
      ...oneOf("src", match.sourceNetworks),
      ...names(serverName, match.serverNames),
      ...(match.all ?? []).map(inner),
      ...(match.any ? [{ any: match.any.map(inner) }] : []),
      ...(match.not ? [{ not: inner(match.not) }] : []),
    ],
  };
}

/** "/api" as "/api/", which the path with a "/" after it begins with when it is "/api" or goes on below it. */
export function wholeSegments(prefix: string): string {
  return prefix.endsWith("/") ? prefix : `${prefix}/`;
}

function oneOf(fetch: string, values: readonly string[] | undefined): Condition[] {
  return values ? [{ test: { fetch, values } }] : [];
}

function names(fetch: string, patterns: readonly string[] | undefined): Condition[] {
  const tests = namesByKind(patterns ?? []).map(([how, values]) => ({
    test: { fetch: `${fetch} -i -m ${how}`, values },
  }));
  return tests.length > 0 ? [{ any: tests }] : [];
}

/** Exact names, and what "*.example.com" stands for. */
function namesByKind(patterns: readonly string[]): (readonly [how: string, values: string[]])[] {
  const exact = patterns.filter((pattern) => !pattern.startsWith("*"));
  const below = patterns.filter((pattern) => pattern.startsWith("*")).map((pattern) => pattern.slice(1));
  return (
    [
      ["str", exact],
      ["end", below],
    ] as const
  ).filter(([, values]) => values.length > 0);
}

/** What stands after the names of an ACL that tests hosts, a line each. */
export function hostTests(fetch: string, patterns: readonly string[]): string[] {
  return namesByKind(patterns).flatMap(([how, values]) =>
    inChunks(values).map((some) => `${fetch} -i -m ${how} -- ${some.map(word).join(" ")}`),
  );
}

function namedValues(fetch: string, wanted: Match["headers"]): Condition[] {
  return (wanted ?? []).map(({ name, values }) => ({
    test: values ? { fetch: `${fetch}(${name}) -m str`, values } : { fetch: `${fetch}(${name}) -m found`, values: [] },
  }));
}

/** Disjunctive normal form. */
function expand(condition: Condition, negated: boolean): Literal[][] {
  if ("test" in condition) {
    return [[{ test: condition.test, negated }]];
  }
  if ("not" in condition) {
    return expand(condition.not, !negated);
  }
  const [parts, joinedByAnd] = "all" in condition ? [condition.all, !negated] : [condition.any, negated];
  const expanded = parts.map((part) => expand(part, negated));
  return joinedByAnd
    ? expanded.reduce<Literal[][]>(
        (sofar, next) => sofar.flatMap((one) => next.map((other) => [...one, ...other])),
        [[]],
      )
    : expanded.flat();
}

/** How big the alternatives of a condition are, without writing them down: they may be too many for that. */
export interface Size {
  readonly alternatives: number;
  /** Tests in the longest of them. */
  readonly tests: number;
}

export function sizeOf(match: Match): Size {
  return measure(conditionOf(match, "ssl_fc_sni"), false);
}

function measure(condition: Condition, negated: boolean): Size {
  if ("test" in condition) {
    return { alternatives: 1, tests: 1 };
  }
  if ("not" in condition) {
    return measure(condition.not, !negated);
  }
  const [parts, joinedByAnd] = "all" in condition ? [condition.all, !negated] : [condition.any, negated];
  const sizes = parts.map((part) => measure(part, negated));
  return joinedByAnd
    ? sizes.reduce(
        (one, other) => ({ alternatives: one.alternatives * other.alternatives, tests: one.tests + other.tests }),
        { alternatives: 1, tests: 0 },
      )
    : sizes.reduce(
        (one, other) => ({
          alternatives: one.alternatives + other.alternatives,
          tests: Math.max(one.tests, other.tests),
        }),
        { alternatives: 0, tests: 0 },
      );
}
