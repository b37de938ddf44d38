// What health checks have to fulfil.
import * as checks from "../../validation/checks";
import { isRecord, known } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem, show } from "../../validation/problem";
import { shape } from "../../validation/shape";
import {
  type AgentCheckArgs,
  type HealthCheckArgs,
  HealthCheckType,
  type PassiveCheckArgs,
  PassiveCheckType,
} from "./args";

export type HealthCheck = Plain<HealthCheckArgs>;
export type AgentCheck = Plain<AgentCheckArgs>;
export type PassiveCheck = Plain<PassiveCheckArgs>;

const { check, isText, optional } = checks;

const fields = shape<HealthCheck>({
  type: optional(checks.oneOf(HealthCheckType)),
  path: optional(checks.requestPath),
  method: optional(checks.oneOf(["GET", "HEAD", "OPTIONS", "POST"])),
  host: optional(checks.host),
  expectStatus: optional(checks.wholeNumber(100, 599)),
  expectBody: optional(checks.text(1024)),
  user: optional(
    check(
      (value) => isText(value) && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(value),
      "is not a user name.",
      'Use letters, digits, "_", "." and "-", 63 at most.',
    ),
  ),
  tls: optional(checks.flag),
  port: optional(checks.port),
  intervalSeconds: optional(checks.seconds(0.1, 3600)),
  fall: optional(checks.wholeNumber(1, 100)),
  rise: optional(checks.wholeNumber(1, 100)),
});

/** Settings that only some types of checks have. */
const OWN: Readonly<
  Record<"path" | "method" | "host" | "expectStatus" | "expectBody" | "user", readonly HealthCheckType[]>
> = {
  path: ["http"],
  method: ["http"],
  host: ["http"],
  expectStatus: ["http"],
  expectBody: ["http"],
  user: ["mysql", "pgsql", "smtp"],
};

export const healthCheckShape: checks.Check = (path, value) => [
  ...fields(path, value),
  ...(isRecord(value) ? [...settingsOfType(path, value), ...oneExpectation(path, value)] : []),
];

function settingsOfType(path: string, check: Record<string, unknown>): Problem[] {
  const { type } = check;
  if (type !== undefined && !Object.values(HealthCheckType).some((one) => one === type)) {
    return [];
  }
  return Object.entries(OWN)
    .filter(([key, types]) => known(check[key]) && !types.some((one) => one === (type ?? "http")))
    .map(([key, types]) => {
      const which = types.map(show).join(", ");
      const given = type === undefined ? "no type is given" : `this one is ${show(type)}`;
      return problem(
        `${path}.${key}`,
        `is only used by checks of type ${which}, and ${given}. Remove it or change the type.`,
      );
    });
}

function oneExpectation(path: string, { expectStatus, expectBody }: Record<string, unknown>): Problem[] {
  return expectStatus !== undefined && expectBody !== undefined
    ? [
        problem(
          `${path}.expectBody`,
          "cannot be together with expectStatus: HAProxy expects one thing. Remove one of them.",
        ),
      ]
    : [];
}

export const agentCheckShape = shape<AgentCheck>({
  port: checks.port,
  intervalSeconds: optional(checks.seconds(0.1, 3600)),
});

export const passiveCheckShape = shape<PassiveCheck>({
  observe: optional(checks.oneOf(PassiveCheckType)),
  errorLimit: optional(checks.wholeNumber(1, 1000)),
});
