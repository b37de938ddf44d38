// What access rules and rate limits have to fulfil.
import * as checks from "../../validation/checks";
import { isRecord, known } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem, show } from "../../validation/problem";
import { exactlyOne, filledList, filledTable, shape } from "../../validation/shape";
import { headerName } from "../rewriting/rules";
import { type AccessArgs, type BasicAuthArgs, RateLimitAction, type RateLimitArgs, RateLimitKey } from "./args";

export type Access = Plain<AccessArgs>;
export type BasicAuth = Plain<BasicAuthArgs>;
export type RateLimit = Plain<RateLimitArgs>;

const { check, isText, optional } = checks;

const userName = check(
  (value) => isText(value) && /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,62}$/.test(value),
  "is not a user name.",
  'Use letters, digits, "_", ".", "@" and "-", 63 at most.',
);

const HASH = /^\$(5|6|2[aby]|y)\$[A-Za-z0-9./=,$]{8,200}$/;

/** Its text is not shown: somebody may have given the password itself. */
const passwordHash: checks.Check = (path, value) =>
  checks.isUnknown(value) || (isText(value) && HASH.test(value))
    ? []
    : [
        problem(
          path,
          "is not a password hash (its text is not shown). Make one with `openssl passwd -6`; it begins with $6$, $5$, $2b$ or $y$.",
        ),
      ];

export const basicAuthShape = shape<BasicAuth>({
  realm: optional(checks.text(128)),
  users: filledTable(userName, passwordHash, "Name at least one user, with a password hash."),
});

const networks = optional(filledList(checks.network, "List at least one, or leave it out."));

export const accessShape = shape<Access>({
  allow: networks,
  deny: networks,
  basicAuth: optional(basicAuthShape),
  maxBodyBytes: optional(checks.wholeNumber(0, 1024 ** 4)),
});

const amount = optional(checks.wholeNumber(1, 10_000_000));
const limitFields = shape<RateLimit>({
  requests: amount,
  connections: amount,
  errors: amount,
  perSeconds: checks.wholeNumber(1, 86_400),
  burst: optional(checks.wholeNumber(0, 10_000_000)),
  penaltySeconds: optional(checks.wholeNumber(1, 86_400)),
  by: optional(checks.oneOf(RateLimitKey)),
  name: optional(headerName),
  action: optional(checks.oneOf(RateLimitAction)),
  tableSize: optional(checks.wholeNumber(100, 50_000_000)),
});

export const rateLimitShape: checks.Check = (path, value) => [
  ...limitFields(path, value),
  ...(isRecord(value)
    ? [...exactlyOne(path, value, ["requests", "connections", "errors"]), ...keyOf(path, value)]
    : []),
];

function keyOf(path: string, { by = "source", name, connections }: Record<string, unknown>): Problem[] {
  if (!Object.values(RateLimitKey).some((key) => key === by)) {
    return [];
  }
  const bySource = by === "source";
  return [
    ...(bySource && known(name)
      ? [problem(`${path}.name`, 'has no effect when by is "source". Remove it, or say by which header or cookie.')]
      : []),
    ...(!bySource && name === undefined
      ? [problem(`${path}.name`, `is missing. Name the ${String(by)} that tells clients apart.`)]
      : []),
    ...(!bySource && known(connections)
      ? [
          problem(
            `${path}.by`,
            `${show(by)} is part of a request, and connections are counted before there is one. Use "source".`,
          ),
        ]
      : []),
  ];
}

/** HAProxy follows three things at a time; the third one is for clients that are shut out. */
const MOST_LIMITS = 2;

export const rateLimitsShape: checks.Check = (path, value) => [
  ...filledList(rateLimitShape, "List at least one, or leave it out.")(path, value),
  ...(Array.isArray(value) && value.length > MOST_LIMITS
    ? [
        problem(
          path,
          `has ${value.length} limits, and a frontend can have ${MOST_LIMITS}. Keep the ones that matter most.`,
        ),
      ]
    : []),
];

/** What access rules and limits look at that only http mode sees. */
export function httpProtection(access: unknown, limits: readonly Record<string, unknown>[]): string[] {
  return [
    ...(isRecord(access)
      ? ["basicAuth", "maxBodyBytes"].filter((key) => known(access[key])).map((key) => `access.${key}`)
      : []),
    ...limits.flatMap((limit, index) =>
      ["requests", "errors"].filter((key) => known(limit[key])).map((key) => `rateLimits[${index}].${key}`),
    ),
  ];
}
