// Access rules and rate limits as lines of a frontend, with the sections that they need beside it.
import type { ProxyMode } from "../args";
import { peersName } from "../peers/render";
import { inChunks, type Lines, word } from "../section";
import type { Access, BasicAuth, RateLimit } from "./rules";

/** A section that only holds something for others: users, or a table. */
export interface NamedSection {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Who may come in at all. */
export function networkLines(mode: ProxyMode, { allow, deny }: Access = {}): Lines {
  const refuse = mode === "http" ? "http-request deny deny_status 403" : "tcp-request content reject";
  const rules = [
    ...inChunks(deny).map((networks) => `${refuse} if { src -- ${networks.join(" ")} }`),
    ...(allow ? [`${refuse} if !${ALLOWED}`] : []),
  ];
  return { acl: allowedLines(allow), [mode === "http" ? "request" : "content"]: rules };
}

export const ALLOWED = "allowed_source";

export function allowedLines(networks: readonly string[] | undefined): string[] {
  return inChunks(networks).map((some) => `acl ${ALLOWED} src -- ${some.join(" ")}`);
}

/** What is asked of those who may: wrong answers count as errors, so limits come first. */
export function loginLines(frontend: string, { basicAuth, maxBodyBytes }: Access = {}): Lines {
  return { request: [...auth(usersOf(frontend), basicAuth), ...bodySize(maxBodyBytes)] };
}

export function auth(users: string, basicAuth: BasicAuth | undefined): string[] {
  return basicAuth
    ? [`http-request auth realm ${word(basicAuth.realm ?? "restricted")} if !{ http_auth(${users}) }`]
    : [];
}

export function usersOf(name: string): string {
  return `ha-lb-users-of-${name}`;
}

export function userSection(name: string, { users }: BasicAuth): NamedSection {
  return {
    name: usersOf(name),
    lines: Object.entries(users).map(([user, hash]) => `user ${user} password ${word(hash)}`),
  };
}

const TOLD = "{ req.hdr(content-length) -m found }";
const LENGTH_REQUIRED = "http-request deny deny_status 411 content-type text/plain string 'Say how long the body is'";

/** Nobody could tell how long a body gets whose length is not told, before it is there. */
function bodySize(maxBodyBytes: number | undefined): string[] {
  return maxBodyBytes === undefined
    ? []
    : [
        `${LENGTH_REQUIRED} if { req.hdr(transfer-encoding) -m found }`,
        // HTTP/2 has no header for that: a first byte tells. What opens a WebSocket has no end, and no body either.
        `http-request wait-for-body time 5s at-least 1 if !${TOLD} !{ req.hdr(upgrade) -m found }`,
        `${LENGTH_REQUIRED} if !${TOLD} { req.body_size gt 0 }`,
        `http-request deny deny_status 413 if { req.body_size gt ${maxBodyBytes} }`,
      ];
}

/** What no honest client sends: an empty length makes servers and proxies disagree on where a request ends (CVE-2023-40225). */
export function requestGuards(mode: ProxyMode): Lines {
  return mode === "http"
    ? { request: ["http-request deny deny_status 400 if { req.hdr(content-length) -m len 0 }"] }
    : {};
}

/** Counter that follows clients which are shut out. */
const PENALTY_COUNTER = 2;

/** @param page words that give refusals a body */
export function rateLimitLines(frontend: string, limits: readonly RateLimit[] = [], page = ""): Lines {
  const all = limits.map((limit, index) => limitLines(tableOf(frontend, index), limit, index, page));
  return {
    session: all.flatMap(({ session = [] }) => session),
    request: all.flatMap(({ request = [] }) => request),
  };
}

function limitLines(table: string, limit: RateLimit, counter: number, page: string): Lines {
  const { requests, connections, errors, perSeconds, burst = 0, penaltySeconds, action = "reject" } = limit;
  const key = keyFetch(limit);
  const perConnection = connections !== undefined;
  const rule = perConnection ? "tcp-request session" : "http-request";
  const most = (requests ?? connections ?? errors ?? 0) + burst;
  const tooMuch = `{ sc_${rateOf(limit)}(${counter}) gt ${most} }`;
  const refuse = (seconds: number) =>
    action === "drop"
      ? `${rule} silent-drop`
      : perConnection
        ? `${rule} reject`
        : `${rule} deny deny_status 429${page} hdr Retry-After ${seconds}`;
  const penalty = penaltySeconds
    ? {
        before: [`${refuse(penaltySeconds)} if { ${key},table_gpt0(${penaltyOf(table)}) gt 0 }`],
        after: [
          `${rule} track-sc${PENALTY_COUNTER} ${key} table ${penaltyOf(table)} if ${tooMuch}`,
          `${rule} sc-set-gpt0(${PENALTY_COUNTER}) 1 if ${tooMuch}`,
        ],
      }
    : { before: [], after: [] };
  const lines = [
    ...penalty.before,
    `${rule} track-sc${counter} ${key} table ${table}`,
    ...penalty.after,
    `${refuse(penaltySeconds ?? perSeconds)} if ${tooMuch}`,
  ];
  return perConnection ? { session: lines } : { request: lines };
}

function keyFetch({ by = "source", name }: RateLimit): string {
  return { source: "src", header: `req.hdr(${name})`, cookie: `req.cook(${name})` }[by];
}

function rateOf({ requests, connections }: RateLimit): string {
  return requests !== undefined ? "http_req_rate" : connections !== undefined ? "conn_rate" : "http_err_rate";
}

function tableOf(frontend: string, index: number): string {
  return `ha-lb-limit-${index + 1}-of-${frontend}`;
}

function penaltyOf(table: string): string {
  return `${table}-penalty`;
}

/** Tables stand in sections of their own: a frontend has room for one. */
export function rateLimitTables(frontend: string, limits: readonly RateLimit[] = []): NamedSection[] {
  return limits.flatMap((limit, index) => {
    const { by = "source", perSeconds, penaltySeconds, tableSize = 100_000 } = limit;
    const type = by === "source" ? "ipv6" : "string len 64";
    const table = (expireSeconds: number, store: string) =>
      `stick-table type ${type} size ${tableSize} expire ${expireSeconds}s store ${store} peers ${peersName}`;
    const name = tableOf(frontend, index);
    return [
      { name, lines: [table(2 * perSeconds, `${rateOf(limit)}(${perSeconds}s)`)] },
      ...(penaltySeconds ? [{ name: penaltyOf(name), lines: [table(penaltySeconds, "gpt0")] }] : []),
    ];
  });
}
