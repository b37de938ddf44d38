// Checks of single values: a path and a value in, problems out. UNKNOWN passes; it is checked again once known.
import { isIP, isIPv4 } from "node:net";
import { closest, distance } from "fastest-levenshtein";
import { UNKNOWN } from "./draft";
import { type Problem, problem, show } from "./problem";

export type Check = (path: string, value: unknown) => Problem[];

/** What HAProxy and Keepalived take as a name without quoting. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const HOST_NAME =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}$/;

export function check(isGood: (value: unknown) => boolean, complaint: string, fix: string): Check {
  return (path, value) => {
    if (value === UNKNOWN || isGood(value)) {
      return [];
    }
    return [problem(path, value === undefined ? `is missing. ${fix}` : `${show(value)} ${complaint} ${fix}`)];
  };
}

export const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Whether only an update will tell the value. */
export const isUnknown = (value: unknown): boolean => value === UNKNOWN;

/** A check that lets an absent value pass. */
export function optional(inner: Check): Check {
  return (path, value) => (value === undefined ? [] : inner(path, value));
}

export const name = check(
  (value) => isText(value) && NAME.test(value) && !value.startsWith("ha-lb"),
  "is not a usable name.",
  'Use a letter, then letters, digits, "-" or "_", 63 at most; names that begin with "ha-lb" are reserved.',
);

export const port = check(
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535,
  "is not a port.",
  "Use a whole number from 1 to 65535.",
);

export const address = check(
  (value) => isText(value) && isIP(value) !== 0 && !value.includes("%"),
  "is not an IP address.",
  'Use one such as "10.0.0.11" or "2001:db8::11".',
);

/** Where a connection goes to: an address or a DNS name. */
export const host = check(
  (value) =>
    isText(value) && (isIP(value) !== 0 ? !value.includes("%") : HOST_NAME.test(value) && !/^[\d.]+$/.test(value)),
  "is neither an IP address nor a DNS name.",
  'Use one such as "10.0.0.11" or "app.example.com".',
);

function hasPrefix(value: unknown, least: number): boolean {
  const [ip = "", prefix = "", ...rest] = isText(value) ? value.split("/") : [];
  return (
    rest.length === 0 &&
    isIP(ip) !== 0 &&
    !ip.includes("%") &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) >= least &&
    Number(prefix) <= (isIPv4(ip) ? 32 : 128)
  );
}

export const addressWithPrefix = check(
  (value) => hasPrefix(value, 1),
  "is not an address with a prefix length.",
  'Use one such as "198.51.100.10/24" or "2001:db8::10/64".',
);

export const networkInterface = check(
  (value) => isText(value) && INTERFACE.test(value),
  "is not the name of a network interface.",
  'Use one such as "eth0", or leave it out.',
);

export const userName = check(
  (value) => isText(value) && /^[a-z_][a-z0-9_.-]{0,31}$/.test(value),
  "is not a user name.",
  'Use one such as "root" or "admin".',
);

/** A path of a URL that can stand in a configuration file as one word. */
export const requestPath = check(
  (value) =>
    isText(value) && /^\/[A-Za-z0-9\-._~/?&=+:@%,;!*()]{0,1023}$/.test(value) && !/%(?![0-9A-Fa-f]{2})/.test(value),
  "is not a path.",
  'Begin with "/" and percent-encode spaces, quotes, # and other special characters.',
);

/** Text of one line: whatever it is made of, it stays one quoted word of a configuration file. */
export function text(longest: number): Check {
  return check(
    (value) =>
      isText(value) && value.length > 0 && value.length <= longest && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value),
    "is not usable text.",
    `Use 1 to ${longest} characters without line breaks and other control characters.`,
  );
}

/** What a file of its own holds: lines are fine there. */
export function multilineText(mostBytes: number, leastBytes = 0): Check {
  return check(
    (value) =>
      isText(value) &&
      Buffer.byteLength(value) >= leastBytes &&
      Buffer.byteLength(value) <= mostBytes &&
      !/[^\P{Cc}\t\r\n]|\p{Cs}/u.test(value),
    "is not usable text.",
    `Use ${leastBytes} to ${mostBytes} bytes without control characters other than line breaks and tabs.`,
  );
}

/** A network, be it everything, or a single address. */
export const network = check(
  (value) => hasPrefix(value, 0) || address("", value).length === 0,
  "is not a network.",
  'Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
);

export const hostName = check(
  (value) => isText(value) && isIP(value) === 0 && HOST_NAME.test(value) && !/^[\d.]+$/.test(value),
  "is not a DNS name.",
  'Use one such as "app.example.com".',
);

export const flag = check((value) => typeof value === "boolean", "is not a boolean.", "Use true or false.");

export function wholeNumber(least: number, most: number): Check {
  return check(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    "is out of range.",
    `Use a whole number from ${least} to ${most}.`,
  );
}

/** A duration in seconds. */
export function seconds(least: number, most: number, step = 0.001): Check {
  const isMultiple = (value: number) => Math.abs(value / step - Math.round(value / step)) < 1e-6;
  return check(
    (value) => isNumber(value) && value >= least && value <= most && isMultiple(value),
    "is out of range.",
    `Use seconds from ${least} to ${most}, in steps of ${step}.`,
  );
}

export function oneOf(set: readonly string[] | Readonly<Record<string, string>>): Check {
  const choices = Object.values(set);
  return (path, value) => {
    if (value === UNKNOWN || (isText(value) && choices.includes(value))) {
      return [];
    }
    return [
      problem(path, `${show(value)} is not known.${suggestion(value, choices)} Use one of: ${choices.join(", ")}.`),
    ];
  };
}

/** ` Did you mean "api"?`, when one of the choices is close enough to be meant. */
export function suggestion(value: unknown, choices: readonly string[]): string {
  if (!isText(value)) {
    return "";
  }
  const nearest = choices.length > 0 ? closest(value, choices) : "";
  const edits = distance(value, nearest);
  return edits <= 2 && edits < nearest.length ? ` Did you mean "${nearest}"?` : "";
}
