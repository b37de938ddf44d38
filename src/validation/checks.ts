// Checks of single values: a path and a value in, problems out. UNKNOWN passes; it is checked again once known.
import { isIP, isIPv4 } from "node:net";
import { closest, distance } from "fastest-levenshtein";
import { isRecord, UNKNOWN } from "./draft";
import { type Problem, problem, show } from "./problem";

type Check = (path: string, value: unknown) => Problem[];

/** What HAProxy and Keepalived take as a name without quoting. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const HOST_NAME =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}$/;

function check(isGood: (value: unknown) => boolean, complaint: string, fix: string): Check {
  return (path, value) => {
    if (value === UNKNOWN || isGood(value)) {
      return [];
    }
    return [problem(path, value === undefined ? `is missing. ${fix}` : `${show(value)} ${complaint} ${fix}`)];
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** A check that lets an absent value pass. */
export function optional(inner: Check): Check {
  return (path, value) => (value === undefined ? [] : inner(path, value));
}

/** Settings that belong together; what is in them has checks of its own. */
export const object = check(isRecord, "is not an object.", "Use one with the properties that the documentation lists.");

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

export const addressWithPrefix = check(
  (value) => {
    const [ip = "", prefix = "", ...rest] = isText(value) ? value.split("/") : [];
    return (
      rest.length === 0 &&
      isIP(ip) !== 0 &&
      !ip.includes("%") &&
      /^\d{1,3}$/.test(prefix) &&
      Number(prefix) >= 1 &&
      Number(prefix) <= (isIPv4(ip) ? 32 : 128)
    );
  },
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

export function oneOf(choices: readonly string[]): Check {
  return (path, value) => {
    if (value === UNKNOWN || (isText(value) && choices.includes(value))) {
      return [];
    }
    return [
      problem(path, `${show(value)} is not known.${suggestion(value, choices)} Use one of: ${choices.join(", ")}.`),
    ];
  };
}

/** A list of objects with at least one item. */
export function filledList(fix: string): Check {
  return (path, value) => {
    if (value === UNKNOWN) {
      return [];
    }
    if (value === undefined || (Array.isArray(value) && value.length === 0)) {
      return [problem(path, `is empty. ${fix}`)];
    }
    if (!Array.isArray(value)) {
      return [problem(path, `${show(value)} is not a list. ${fix}`)];
    }
    return value.flatMap((item, index) =>
      item === UNKNOWN || isRecord(item)
        ? []
        : [problem(`${path}[${index}]`, `${show(item)} is not an object. ${fix}`)],
    );
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
