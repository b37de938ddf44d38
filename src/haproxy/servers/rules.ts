// What servers, and the way one is picked, have to fulfil.
import { isIP } from "node:net";
import * as checks from "../../validation/checks";
import { known } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem, show } from "../../validation/problem";
import { filledList, shape } from "../../validation/shape";
import type { BackendTimeoutsArgs, DiscoveryArgs, ServerArgs } from "./args";

export type Server = Plain<ServerArgs>;
export type Discovery = Plain<DiscoveryArgs>;
export type BackendTimeouts = Plain<BackendTimeoutsArgs>;

const { check, isText, optional } = checks;

export const serverShape = shape<Server>(
  {
    name: optional(checks.name),
    address: checks.host,
    port: checks.port,
    weight: optional(checks.wholeNumber(0, 256)),
    backup: optional(checks.flag),
    maxConnections: optional(checks.wholeNumber(1, 1_000_000)),
  },
  "List servers, each with an address and a port.",
);

/** An address with or without a port. */
export function endpoint(defaultPort: number, what: string): checks.Check {
  return check(
    (value) => isText(value) && isEndpoint(value),
    `is not ${what}.`,
    `Use an address such as "10.0.0.2", "10.0.0.2:${defaultPort}" or "[2001:db8::2]:${defaultPort}".`,
  );
}

function isEndpoint(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  return isIP(text) !== 0 || (isIP(bracketed ?? plain ?? "") !== 0 && checks.port("", Number(port)).length === 0);
}

export const discoveryShape = shape<Discovery>({
  dns: checks.hostName,
  port: checks.port,
  slots: checks.wholeNumber(1, 1000),
  resolvers: optional(filledList(endpoint(53, "a name server"), "List at least one, or leave it out.")),
  holdSeconds: optional(checks.seconds(0.1, 3600)),
});

const timeout = optional(checks.seconds(0.001, 86_400));
export const backendTimeoutsShape = shape<BackendTimeouts>({
  connectSeconds: timeout,
  serverSeconds: timeout,
  queueSeconds: timeout,
  tunnelSeconds: timeout,
});

const HASHING = ["source", "uri", "url_param", "hdr", "rdp-cookie"];
const KEYED = ["url_param", "hdr"];

/** The algorithm has what it needs, and nothing that it would ignore. */
export function balanceProblems(path: string, backend: Record<string, unknown>): Problem[] {
  const { balance = "roundrobin", balanceKey, hashType } = backend;
  if (!isText(balance)) {
    return [];
  }
  const needsKey = KEYED.includes(balance);
  return [
    ...(needsKey && balanceKey === undefined
      ? [
          problem(
            `${path}.balanceKey`,
            `is missing. Name the ${balance === "hdr" ? "header" : "query parameter"} that ${show(balance)} looks at.`,
          ),
        ]
      : []),
    ...(!needsKey && known(balanceKey)
      ? [
          problem(
            `${path}.balanceKey`,
            `is only used by ${KEYED.map(show).join(" and ")}, and balance is ${show(balance)}. Remove it.`,
          ),
        ]
      : []),
    ...(!HASHING.includes(balance) && known(hashType)
      ? [
          problem(
            `${path}.hashType`,
            `is only used by ${HASHING.map(show).join(", ")}, and balance is ${show(balance)}. Remove it.`,
          ),
        ]
      : []),
  ];
}
