// What frontends and backends have to fulfil together. Each rule takes a draft and returns problems.
import { type Draft, entries, isRecord, known } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import { exactlyOne, filledList } from "../validation/shape";
import { challengesAreAnswered, oneAccountEach } from "./acme/rules";
import { httpOnly, serverNamesAreHeard } from "./modes";
import { uniquePorts } from "./ports";
import { backendsExist } from "./references";
import { type Match, type Route, tooMuchAtOnce } from "./routing/rules";
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
  challengesAreAnswered,
  oneAccountEach,
  conditionsFit,
  serversArePicked,
];

export function proxyProblems(draft: ProxyDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}
