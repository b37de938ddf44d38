// What routes and their conditions have to fulfil.
import * as checks from "../../validation/checks";
import { type Draft, entries, isComplete, isRecord, known } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem } from "../../validation/problem";
import { exactlyOne, filledList, shape, table } from "../../validation/shape";
import { headerName, headerValue } from "../rewriting/rules";
import {
  type FixedResponseArgs,
  type MatchArgs,
  type NamedValueArgs,
  type PathRewriteArgs,
  type RedirectArgs,
  type RouteArgs,
  type RouteTableArgs,
  RouteTableKey,
  Scheme,
} from "./args";
import { sizeOf } from "./conditions";

export type Route = Plain<RouteArgs>;
export type Match = Plain<MatchArgs>;
export type RouteTable = Plain<RouteTableArgs>;

const { check, isText, optional } = checks;

const HOST_PATTERN = /^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
export const hostPattern = check(
  (value) => isText(value) && HOST_PATTERN.test(value) && !value.includes(".."),
  "is not a host.",
  'Use one such as "example.com", or "*.example.com" for all below it; without a port.',
);

/** A path as clients write it; what stands in a request is percent-encoded. */
const path = check(
  (value) => isText(value) && /^\/[\x21-\x7e]{0,1023}$/.test(value) && !/[?#]/.test(value),
  "is not a path.",
  'Begin with "/", percent-encode spaces and special characters, and leave the query out.',
);

const regex = check(
  (value) => checks.text(1024)("", value).length === 0 && compiles(value as string),
  "is not a regular expression.",
  "Use 1 to 1024 characters that PCRE2 accepts.",
);

/** JavaScript's syntax is near enough to find a bracket that is missing; HAProxy itself judges the rest. */
function compiles(text: string): boolean {
  try {
    new RegExp(text.replace(/\(\?[imsx-]+\)|\(\?>|[*+?}]\+/g, ""));
    return true;
  } catch {
    return false;
  }
}

const method = check(
  (value) => isText(value) && /^[A-Z][A-Z-]{0,31}$/.test(value),
  "is not a method.",
  'Use one in capitals, such as "GET".',
);

const valueName = check(
  (value) => isText(value) && /^[A-Za-z0-9_.-]{1,64}$/.test(value),
  "is not a usable name.",
  'Use letters, digits, "_", "." and "-", 64 at most.',
);

const emptyFix = "List at least one, or leave it out.";
const some = (item: checks.Check) => optional(filledList(item, emptyFix));
const namedValue = shape<Plain<NamedValueArgs>>({ name: valueName, values: some(checks.text(1024)) });

/** Deeper than anybody reads; and a limit for what calls itself. */
const DEEPEST = 8;

function match(depth: number): checks.Check {
  const inner: checks.Check =
    depth === 0
      ? (place) => [problem(place, `is nested more than ${DEEPEST} deep. Write it flatter.`)]
      : (place, value) => match(depth - 1)(place, value);
  const itself = shape<Match>({
    hosts: some(hostPattern),
    paths: some(path),
    pathPrefixes: some(path),
    pathRegexes: some(regex),
    methods: some(method),
    headers: some(namedValue),
    query: some(namedValue),
    cookies: some(namedValue),
    sourceNetworks: some(checks.network),
    serverNames: some(hostPattern),
    all: some(inner),
    any: some(inner),
    not: optional(inner),
  });
  return (place, value) => [
    ...itself(place, value),
    ...(isRecord(value) && Object.keys(value).length === 0
      ? [problem(place, "is empty. Say what a request has to be like, or leave it out.")]
      : []),
  ];
}

export const matchShape = match(DEEPEST);

const redirectFields = shape<Plain<RedirectArgs>>({
  location: optional(checks.text(2048)),
  prefix: optional(checks.text(2048)),
  scheme: optional(checks.oneOf(Scheme)),
  status: optional(
    check(
      (value) => [301, 302, 303, 307, 308].includes(value as number),
      "does not redirect.",
      "Use 301, 302, 303, 307 or 308.",
    ),
  ),
});
const redirect: checks.Check = (place, value) => [
  ...redirectFields(place, value),
  ...(isRecord(value) ? exactlyOne(place, value, ["location", "prefix", "scheme"]) : []),
];

const respondFields = shape<Plain<FixedResponseArgs>>({
  status: optional(checks.wholeNumber(200, 599)),
  contentType: optional(checks.text(128)),
  // It has to fit in HAProxy's buffer, together with the headers.
  body: optional(checks.multilineText(8192)),
  headers: optional(table(headerName, headerValue)),
});

/** Each is three words of a line, and HAProxy takes 64. */
const MOST_HEADERS = 16;

/** Answers that end with their headers (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
const WITHOUT_BODY = [204, 205, 304];
const respond: checks.Check = (place, value) => [
  ...respondFields(place, value),
  ...(isRecord(value) && WITHOUT_BODY.includes(value.status as number) && known(value.body) && value.body !== ""
    ? [problem(`${place}.body`, `cannot be in an answer with status ${value.status}. Remove it or change the status.`)]
    : []),
  ...(isRecord(value) && isRecord(value.headers) && Object.keys(value.headers).length > MOST_HEADERS
    ? [
        problem(
          `${place}.headers`,
          `has ${Object.keys(value.headers).length} headers, and an answer of HAProxy's own can have ${MOST_HEADERS}. Set the others in headers.response of the frontend.`,
        ),
      ]
    : []),
];

const rewriteFields = shape<Plain<PathRewriteArgs>>({ stripPrefix: optional(path), addPrefix: optional(path) });
const rewrite: checks.Check = (place, value) => [
  ...rewriteFields(place, value),
  ...(isRecord(value) && Object.keys(value).length === 0
    ? [problem(place, "is empty. Give stripPrefix, addPrefix or both.")]
    : []),
];

const routeFields = shape<Route>({
  match: optional(matchShape),
  backend: optional(checks.name),
  redirect: optional(redirect),
  respond: optional(respond),
  rewrite: optional(rewrite),
});
export const routeShape: checks.Check = (place, value) => [
  ...routeFields(place, value),
  ...(isRecord(value)
    ? [...exactlyOne(place, value, ["backend", "redirect", "respond"]), ...rewriteNeedsBackend(place, value)]
    : []),
];

function rewriteNeedsBackend(place: string, route: Record<string, unknown>): Problem[] {
  return route.rewrite !== undefined && route.backend === undefined
    ? [problem(`${place}.rewrite`, "has no effect without backend. Remove one, or give the other.")]
    : [];
}

export const routeTableShape: checks.Check = shape<RouteTable>({
  by: checks.oneOf(RouteTableKey),
  backends: (place, value) =>
    table(
      (entry, key) =>
        check(
          (one) => isText(one) && /^[\x21-\x7e]{1,1024}$/.test(one),
          "cannot be looked up.",
          'Use a host such as "example.com" or a path such as "/api".',
        )(entry, key),
      checks.name,
    )(place, value),
});

/** A condition somewhere in a match. */
export interface UsedCondition {
  readonly path: string;
  readonly key: string;
}

/** All conditions of a match, however deep. Works on any draft of one. */
export function usedConditions(place: string, value: unknown): UsedCondition[] {
  if (!isRecord(value)) {
    return [];
  }
  const { all, any, not, ...own } = value;
  const inner = Object.entries({ all, any }).flatMap(([key, list]) =>
    entries<Match>(`${place}.${key}`, list as Draft<Match[]>).flatMap((one) => usedConditions(one.path, one.value)),
  );
  return [
    ...Object.keys(own).map((key) => ({ path: `${place}.${key}`, key })),
    ...inner,
    ...usedConditions(`${place}.not`, not),
  ];
}

/** Conditions that tcp mode knows, too: it sees no requests. */
export const tcpConditions = ["sourceNetworks", "serverNames"];

/** More alternatives than these are a table, and more tests are more than HAProxy takes in a line. */
const MOST = { alternatives: 64, tests: 48 } as const;

export function tooMuchAtOnce(place: string, value: Draft<Match> | undefined): Problem[] {
  if (!known(value) || !isComplete(value) || matchShape(place, value).length > 0) {
    return [];
  }
  const size = sizeOf(value as Match);
  if (size.alternatives <= MOST.alternatives && size.tests <= MOST.tests) {
    return [];
  }
  return [
    problem(
      place,
      `comes to ${size.alternatives} alternatives of up to ${size.tests} tests; the limits are ${MOST.alternatives} and ${MOST.tests}. Split it into several routes, or use routeTables.`,
    ),
  ];
}
