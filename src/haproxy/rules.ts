// What frontends and backends have to fulfil together. Each rule takes a draft and returns problems.
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, known } from "../validation/draft";
import { member, type Problem, problem, show } from "../validation/problem";
import { exactlyOne, filledList } from "../validation/shape";
import { httpOnly, sameMode, serverNamesAreHeard } from "./modes";
import { type Match, type Route, type RouteTable, tooMuchAtOnce } from "./routing/rules";
import { balanceProblems, type Server } from "./servers/rules";
import { type Backend, backendShape, type Frontend, frontendShape, type ProxyDraft, type Rule } from "./shapes";

export type { Backend, Frontend, ProxyDraft } from "./shapes";

const shapes: Rule = ({ frontends, backends }) => [
  ...filledList(frontendShape, "Add a frontend: a name, a port and a defaultBackend.")("frontends", frontends),
  ...filledList(backendShape, "Add a backend: a name and its servers.")("backends", backends),
];

/** @param id the server's place in the list, from 1 on */
export function defaultServerName(backend: string, id: number): string {
  return `${backend}-${id}`;
}

/** A name stands for one thing only. */
const uniqueNames: Rule = ({ frontends, backends }) => [
  ...repeated(
    "frontends",
    entries<Frontend>("frontends", frontends).map(({ path, value }) => [path, value.name]),
  ),
  ...repeated(
    "backends",
    entries<Backend>("backends", backends).map(({ path, value }) => [path, value.name]),
  ),
  ...entries<Backend>("backends", backends).flatMap(({ path, value }) =>
    repeated(
      `${path}.servers`,
      entries<Server>(`${path}.servers`, value.servers).map((server) => [
        server.path,
        server.value.name ?? defaultServerName(String(value.name), server.index + 1),
      ]),
    ),
  ),
];

function repeated(list: string, names: readonly (readonly [path: string, name: unknown])[]): Problem[] {
  const firsts = new Map<unknown, string>();
  return names.flatMap(([path, name]) => {
    const first = known(name) ? firsts.get(name) : undefined;
    if (first === undefined) {
      firsts.set(name, path);
      return [];
    }
    return [problem(`${path}.name`, `${show(name)} is already the name of ${first}. Names are unique within ${list}.`)];
  });
}

/** Two frontends cannot listen on the same port. */
const uniquePorts: Rule = ({ frontends }) => {
  const all = entries<Frontend>("frontends", frontends);
  return all.flatMap(({ path, value }, place) => {
    const first = all
      .slice(0, place)
      .find((earlier) => known(value.port) && earlier.value.port === value.port && overlap(earlier.value, value));
    return first
      ? [
          problem(
            `${path}.port`,
            `${show(value.port)} is already used by ${first.path} (${show(first.value.name)}). Give one of them another port.`,
          ),
        ]
      : [];
  });
};

/** Whether they listen on an address that both have. Addresses that are not known yet may differ. */
function overlap(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  if (one.addresses === undefined || other.addresses === undefined) {
    return true;
  }
  const addresses = Array.isArray(one.addresses) ? one.addresses : [];
  return addresses.some(
    (address) => known(address) && Array.isArray(other.addresses) && other.addresses.includes(address),
  );
}

/** A backend that a frontend names, and where. */
interface Reference {
  readonly path: string;
  readonly name: unknown;
}

function references(path: string, frontend: Record<string, unknown>): Reference[] {
  const { defaultBackend, routes, routeTables } = frontend;
  return [
    { path: `${path}.defaultBackend`, name: defaultBackend },
    ...entries<Route>(`${path}.routes`, routes as Draft<Route[]>).map((route) => ({
      path: `${route.path}.backend`,
      name: route.value.backend,
    })),
    ...entries<RouteTable>(`${path}.routeTables`, routeTables as Draft<RouteTable[]>).flatMap((table) =>
      isRecord(table.value.backends)
        ? Object.entries(table.value.backends).map(([key, name]) => ({
            path: member(`${table.path}.backends`, key),
            name,
          }))
        : [],
    ),
  ].filter(({ name }) => known(name));
}

/** A frontend's backends exist and read the traffic the same way. */
const backendsExist: Rule = ({ frontends, backends }) => {
  const targets = entries<Backend>("backends", backends);
  const names = targets.map(({ value }) => value.name);
  const allKnown = Array.isArray(backends) && targets.length === backends.length && names.every(known);
  const byName = new Map<unknown, (typeof targets)[0]>(targets.map((target) => [target.value.name, target]));
  return entries<Frontend>("frontends", frontends).flatMap(({ path, value }) => {
    const wanted = references(path, value);
    const missing = wanted.filter(({ name }) => !byName.has(name) && checks.name("", name).length === 0);
    const found = new Set(wanted.flatMap(({ name }) => byName.get(name) ?? []));
    return [
      ...(allKnown ? missing.map((reference) => unknownBackend(reference.path, String(reference.name), names)) : []),
      ...[...found].flatMap((target) => sameMode(path, value.mode, target.path, target.value.mode)),
    ];
  });
};

function unknownBackend(path: string, wanted: string, names: readonly unknown[]): Problem {
  const choices = names.filter(checks.isText);
  const few = choices.slice(0, 20);
  const list =
    few.length > 0
      ? ` Backends: ${few.join(", ")}${few.length < choices.length ? ", …" : "."}`
      : " There is no backend yet.";
  return problem(path, `${show(wanted)} is not a backend.${checks.suggestion(wanted, choices)}${list}`);
}

/** A frontend does something with what it gets. */
const frontendsLeadSomewhere: Rule = ({ frontends }) =>
  entries<Frontend>("frontends", frontends).flatMap(({ path, value }) =>
    (["defaultBackend", "routes", "routeTables", "redirectToHttps", "forwardProxy"] as const).every(
      (key) => value[key] === undefined,
    )
      ? [problem(`${path}.defaultBackend`, "is missing. Name the backend that gets the traffic, or give routes.")]
      : [],
  );

/** Clients of a frontend that ends TLS are there already. */
const redirectsFromPlain: Rule = ({ frontends }) =>
  entries<Frontend>("frontends", frontends)
    .filter(({ value }) => value.redirectToHttps === true && value.tls !== undefined)
    .map(({ path }) =>
      problem(`${path}.redirectToHttps`, "would lead clients of tls in a circle. Set it on the frontend without tls."),
    );

/** A proxy for clients that want out serves nothing else. */
const forwardProxiesAreAlone: Rule = ({ frontends }) =>
  entries<Frontend>("frontends", frontends)
    .filter(({ value }) => value.forwardProxy !== undefined)
    .flatMap(({ path, value }) =>
      (["defaultBackend", "routes", "routeTables", "redirectToHttps"] as const)
        .filter((key) => known(value[key]) && value[key] !== false)
        .map((key) =>
          problem(`${path}.${key}`, "cannot be together with forwardProxy. Give that a frontend of its own."),
        ),
    );

/** HAProxy's lines have an end. */
const conditionsFit: Rule = ({ frontends }) =>
  entries<Frontend>("frontends", frontends).flatMap(({ path, value }) =>
    entries<Route>(`${path}.routes`, value.routes as Draft<Route[]>).flatMap((route) =>
      tooMuchAtOnce(`${route.path}.match`, route.value.match as Draft<Match> | undefined),
    ),
  );

/** Where servers come from, and how one is picked. */
const serversArePicked: Rule = ({ backends }) =>
  entries<Backend>("backends", backends).flatMap(({ path, value }) => [
    ...(value.servers === undefined && value.discovery === undefined
      ? [problem(`${path}.servers`, "is empty. List servers, or give `discovery` to find them by DNS.")]
      : exactlyOne(path, value, ["servers", "discovery"])),
    ...balanceProblems(path, value),
    ...(known(value.passiveCheck) && isRecord(value.healthCheck) && value.healthCheck.type === "none"
      ? [
          problem(
            `${path}.passiveCheck`,
            'would take servers out for good: healthCheck.type is "none". Let a check bring them back.',
          ),
        ]
      : []),
  ]);

const rules: readonly Rule[] = [
  shapes,
  uniqueNames,
  uniquePorts,
  frontendsLeadSomewhere,
  redirectsFromPlain,
  forwardProxiesAreAlone,
  backendsExist,
  httpOnly,
  serverNamesAreHeard,
  conditionsFit,
  serversArePicked,
];

export function proxyProblems(draft: ProxyDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}
