// What frontends and backends have to fulfil. Each rule takes a draft and returns problems.
import type { UnwrappedObject } from "@pulumi/pulumi";
import * as checks from "../validation/checks";
import { type Draft, type Entry, entries, isRecord, known } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import {
  type BackendArgs,
  balanceAlgorithms,
  type FrontendArgs,
  type HealthCheckArgs,
  healthCheckTypes,
  proxyModes,
  type ServerArgs,
} from "./args";

export type Frontend = UnwrappedObject<FrontendArgs>;
export type Server = UnwrappedObject<ServerArgs>;
export type HealthCheck = UnwrappedObject<HealthCheckArgs>;
export type Backend = Omit<UnwrappedObject<BackendArgs>, "servers" | "healthCheck"> & {
  servers: Server[];
  healthCheck?: HealthCheck;
};

export interface ProxyDraft {
  readonly frontends: Draft<Frontend[]>;
  readonly backends: Draft<Backend[]>;
}

type Rule = (draft: ProxyDraft) => Problem[];

const frontendShapes: Rule = ({ frontends }) => [
  ...checks.filledList("Add a frontend: a name, a port and a defaultBackend.")("frontends", frontends),
  ...entries<Frontend>("frontends", frontends).flatMap(({ path, value }) => [
    ...checks.name(`${path}.name`, value.name),
    ...checks.optional(checks.oneOf(proxyModes))(`${path}.mode`, value.mode),
    ...checks.port(`${path}.port`, value.port),
  ]),
];

const backendShapes: Rule = ({ backends }) => [
  ...checks.filledList("Add a backend: a name and its servers.")("backends", backends),
  ...entries<Backend>("backends", backends).flatMap(({ path, value }) => [
    ...checks.name(`${path}.name`, value.name),
    ...checks.optional(checks.oneOf(proxyModes))(`${path}.mode`, value.mode),
    ...checks.optional(checks.oneOf(balanceAlgorithms))(`${path}.balance`, value.balance),
    ...checks.filledList("List servers, each with an address and a port.")(`${path}.servers`, value.servers),
    ...entries<Server>(`${path}.servers`, value.servers).flatMap(serverShape),
    ...checks.optional(checks.object)(`${path}.healthCheck`, value.healthCheck),
    ...healthCheckShape(`${path}.healthCheck`, value.healthCheck),
  ]),
];

function serverShape({ path, value }: Entry<Exclude<Draft<Server>, symbol>>): Problem[] {
  return [
    ...checks.optional(checks.name)(`${path}.name`, value.name),
    ...checks.host(`${path}.address`, value.address),
    ...checks.port(`${path}.port`, value.port),
    ...checks.optional(checks.wholeNumber(0, 256))(`${path}.weight`, value.weight),
    ...checks.optional(checks.flag)(`${path}.backup`, value.backup),
  ];
}

function healthCheckShape(path: string, check: Draft<HealthCheck> | undefined): Problem[] {
  if (!known(check) || !isRecord(check)) {
    return [];
  }
  return [
    ...checks.optional(checks.oneOf(healthCheckTypes))(`${path}.type`, check.type),
    ...checks.optional(checks.requestPath)(`${path}.path`, check.path),
    ...checks.optional(checks.host)(`${path}.host`, check.host),
    ...checks.optional(checks.wholeNumber(100, 599))(`${path}.expectStatus`, check.expectStatus),
    ...checks.optional(checks.port)(`${path}.port`, check.port),
    ...checks.optional(checks.seconds(0.1, 3600))(`${path}.intervalSeconds`, check.intervalSeconds),
    ...checks.optional(checks.wholeNumber(1, 100))(`${path}.fall`, check.fall),
    ...checks.optional(checks.wholeNumber(1, 100))(`${path}.rise`, check.rise),
    ...httpOnlySettings(path, check),
  ];
}

function httpOnlySettings(path: string, check: Exclude<Draft<HealthCheck>, symbol>): Problem[] {
  if (!known(check.type) || check.type === "http") {
    return [];
  }
  return (["path", "host", "expectStatus"] as const)
    .filter((key) => known(check[key]))
    .map((key) =>
      problem(
        `${path}.${key}`,
        `is only used by checks of type "http", and this one is ${show(check.type)}. Remove it or change the type.`,
      ),
    );
}

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
  return names.flatMap(([path, name], index) => {
    const first = names.slice(0, index).find(([, earlier]) => known(name) && earlier === name);
    return first
      ? [problem(`${path}.name`, `${show(name)} is already the name of ${first[0]}. Names are unique within ${list}.`)]
      : [];
  });
}

/** Two frontends cannot listen on the same port. */
const uniquePorts: Rule = ({ frontends }) => {
  const all = entries<Frontend>("frontends", frontends);
  return all.flatMap(({ path, value }, place) => {
    const first = all.slice(0, place).find((earlier) => known(value.port) && earlier.value.port === value.port);
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

/** A frontend's backend exists and reads the traffic the same way. */
const backendsExist: Rule = ({ frontends, backends }) => {
  const targets = entries<Backend>("backends", backends);
  const names = targets.map(({ value }) => value.name);
  const allKnown = Array.isArray(backends) && targets.length === backends.length && names.every(known);
  return entries<Frontend>("frontends", frontends).flatMap(({ path, value }) => {
    const wanted = value.defaultBackend;
    if (wanted === undefined || typeof wanted !== "string") {
      return checks.name(`${path}.defaultBackend`, wanted);
    }
    const target = targets.find((candidate) => candidate.value.name === wanted);
    if (!target) {
      const choices = names.filter((name) => typeof name === "string");
      const list = choices.length > 0 ? ` Backends: ${choices.join(", ")}.` : " There is no backend yet.";
      return allKnown
        ? [
            problem(
              `${path}.defaultBackend`,
              `${show(wanted)} is not a backend.${checks.suggestion(wanted, choices)}${list}`,
            ),
          ]
        : [];
    }
    return sameMode(path, value.mode, target.path, target.value.mode);
  });
};

function sameMode(path: string, mode: unknown, targetPath: string, targetMode: unknown): Problem[] {
  const [own, other] = [mode ?? "http", targetMode ?? "http"];
  // Of a mode that is not known, its own check tells.
  if (!proxyModes.some((mode) => mode === own) || !proxyModes.some((mode) => mode === other) || own === other) {
    return [];
  }
  return [
    problem(
      `${path}.mode`,
      `${show(own)} cannot use ${targetPath}, whose mode is ${show(other)}. Give both the same mode.`,
    ),
  ];
}

const rules: readonly Rule[] = [frontendShapes, backendShapes, uniqueNames, uniquePorts, backendsExist];

export function proxyProblems(draft: ProxyDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}
