// What a mode knows, and that what belongs together has the same one.
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, known, UNKNOWN } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import { ProxyMode } from "./args";
import { httpProtection } from "./protection/rules";
import { type Route, tcpConditions, usedConditions } from "./routing/rules";
import { httpPersistence } from "./sessions/rules";
import type { Backend, Frontend, Rule } from "./shapes";

/** What people ask for who want to balance datagrams. */
const DATAGRAMS = ["udp", "quic"];
const knownMode = checks.oneOf(ProxyMode);

export const modeShape: checks.Check = (path, value) =>
  checks.isText(value) && DATAGRAMS.includes(value.toLowerCase())
    ? [
        problem(
          path,
          `${show(value)} is not for HAProxy, which balances TCP. For UDP use LVS (virtual_server in Keepalived) or several addresses in DNS; here use one of: ${Object.values(ProxyMode).join(", ")}.`,
        ),
      ]
    : knownMode(path, value);

/** A frontend and its backend read the traffic the same way. */
export function sameMode(path: string, mode: unknown, targetPath: string, targetMode: unknown): Problem[] {
  const [own, other] = [mode ?? "http", targetMode ?? "http"];
  // Of a mode that is not known, its own check tells.
  if (
    !Object.values(ProxyMode).some((mode) => mode === own) ||
    !Object.values(ProxyMode).some((mode) => mode === other) ||
    own === other
  ) {
    return [];
  }
  return [
    problem(
      `${path}.mode`,
      `${show(own)} cannot use ${targetPath}, whose mode is ${show(other)}. Give both the same mode.`,
    ),
  ];
}

const HTTP_FRONTEND = [
  "routeTables",
  "redirectToHttps",
  "forwardedHeaders",
  "forwardProxy",
  "captureHeaders",
  "requestIdHeader",
  "headers",
  "compression",
] as const;
const HTTP_TIMEOUTS = ["httpRequestSeconds", "keepAliveSeconds"] as const;
const HTTP_BACKEND = ["http2", "connectionReuse", "headers", "cache"] as const;
const HTTP_BALANCE = ["uri", "url_param", "hdr"];

/** What needs requests is not asked of a proxy that only passes bytes. */
export const httpOnly: Rule = ({ frontends, backends }) => [
  ...entries<Frontend>("frontends", frontends)
    .filter(({ value }) => value.mode === "tcp")
    .flatMap(({ path, value }) => [
      ...HTTP_FRONTEND.filter((key) => known(value[key])).map((key) => needsHttp(path, key)),
      ...(isRecord(value.tls) && known(value.tls.hsts) ? [needsHttp(path, "tls.hsts")] : []),
      ...httpTimeouts(value.timeouts).map((key) => needsHttp(path, `timeouts.${key}`)),
      ...httpProtection(value.access, Array.isArray(value.rateLimits) ? value.rateLimits.filter(isRecord) : []).map(
        (key) => needsHttp(path, key),
      ),
      ...httpRoutes(path, value.routes as Draft<Route[]>).map((place) => needsHttp(path, place.slice(path.length + 1))),
    ]),
  ...entries<Backend>("backends", backends)
    .filter(({ value }) => value.mode === "tcp")
    .flatMap(({ path, value }) => [
      ...HTTP_BACKEND.filter((key) => known(value[key])).map((key) => needsHttp(path, key)),
      ...httpPersistence(value.persistence).map((key) => needsHttp(path, `persistence.${key}`)),
      ...(HTTP_BALANCE.some((algorithm) => algorithm === value.balance) ? [needsHttp(path, "balance")] : []),
      ...(isRecord(value.passiveCheck) && value.passiveCheck.observe === "responses"
        ? [needsHttp(path, "passiveCheck.observe")]
        : []),
    ]),
];

function httpTimeouts(timeouts: unknown): string[] {
  return isRecord(timeouts) ? HTTP_TIMEOUTS.filter((key) => known(timeouts[key])) : [];
}

function needsHttp(path: string, key: string): Problem {
  return problem(`${path}.${key}`, `needs mode "http", and that of ${path} is "tcp". Remove it or change the mode.`);
}

function httpRoutes(path: string, routes: Draft<Route[]> | undefined): string[] {
  return entries<Route>(`${path}.routes`, routes).flatMap((route) => [
    ...(["redirect", "respond", "rewrite"] as const)
      .filter((key) => known(route.value[key]))
      .map((key) => `${route.path}.${key}`),
    ...usedConditions(`${route.path}.match`, route.value.match)
      .filter(({ key }) => !tcpConditions.includes(key))
      .map((condition) => condition.path),
  ]);
}

/** Who ends no TLS, and reads requests, hears no server name. */
export const serverNamesAreHeard: Rule = ({ frontends }) =>
  entries<Frontend>("frontends", frontends)
    .filter(({ value }) => value.mode !== "tcp" && value.mode !== UNKNOWN && value.tls === undefined)
    .flatMap(({ path, value }) =>
      entries<Route>(`${path}.routes`, value.routes as Draft<Route[]>)
        .flatMap((route) => usedConditions(`${route.path}.match`, route.value.match))
        .filter(({ key }) => key === "serverNames")
        .map((condition) =>
          problem(
            condition.path,
            `needs tls on ${path}, or mode "tcp" to let TLS pass through. Use hosts, or add tls.`,
          ),
        ),
    );
