// What the settings of HAProxy as a whole have to fulfil.
import * as checks from "../../validation/checks";
import { isRecord, known } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem } from "../../validation/problem";
import { filledList, filledTable, list, shape } from "../../validation/shape";
import { basicAuthShape } from "../protection/rules";
import { rawLine } from "../raw";
import { endpoint } from "../servers/rules";
import { type HaproxyArgs, LogFormat, type LoggingArgs, type MonitoringArgs, type RawSectionsArgs } from "./args";

export type Haproxy = Plain<HaproxyArgs>;
export type Logging = Plain<LoggingArgs>;
export type Monitoring = Plain<MonitoringArgs>;

const { check, optional } = checks;
const emptyFix = "List at least one, or leave it out.";

/** Those that HAProxy lets be replaced. */
const STATUSES = [
  "400",
  "401",
  "403",
  "404",
  "405",
  "407",
  "408",
  "410",
  "413",
  "425",
  "429",
  "500",
  "501",
  "502",
  "503",
  "504",
];
const status = check(
  (value) => STATUSES.includes(value as string),
  "is no status of HAProxy's own answers.",
  `Use one of ${STATUSES.join(", ")}.`,
);

const monitoringFields = shape<Monitoring>({
  port: optional(checks.port),
  addresses: optional(filledList(checks.address, emptyFix)),
  allow: optional(filledList(checks.network, emptyFix)),
  basicAuth: optional(basicAuthShape),
});
const monitoring: checks.Check = (path, value) => [
  ...monitoringFields(path, value),
  ...protectedElsewhere(path, value),
];

/** Names of servers and how busy they are is nobody else's business. */
function protectedElsewhere(path: string, value: unknown): Problem[] {
  return isRecord(value) && known(value.addresses) && value.allow === undefined && value.basicAuth === undefined
    ? [problem(`${path}.addresses`, "would show the statistics to whoever reaches them. Give allow or basicAuth, too.")]
    : [];
}

export const haproxyShape = shape<Haproxy>({
  maxConnections: optional(checks.wholeNumber(1, 10_000_000)),
  threads: optional(checks.wholeNumber(1, 64)),
  logging: optional(
    shape<Logging>({
      format: optional(checks.oneOf(LogFormat)),
      server: optional(endpoint(514, "a syslog server")),
    }),
  ),
  monitoring: optional(monitoring),
  errorPages: optional(filledTable(status, checks.multilineText(8192, 1), "Give at least one page, or leave it out.")),
  raw: optional(shape<Plain<RawSectionsArgs>>({ global: optional(list(rawLine)), defaults: optional(list(rawLine)) })),
});

export const defaultMonitoringPort = 8404;

/** Who may read metrics, as far as a firewall has to know. */
export function watchers({ port = defaultMonitoringPort, allow = [] }: Monitoring = {}) {
  return { port, allow };
}
