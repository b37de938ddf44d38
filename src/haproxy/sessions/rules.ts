// What persistence has to fulfil.
import * as checks from "../../validation/checks";
import { isRecord } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem } from "../../validation/problem";
import { exactlyOne, shape } from "../../validation/shape";
import { headerName } from "../rewriting/rules";
import { type PersistenceArgs, SameSite, type StickyCookieArgs } from "./args";

export type Persistence = Plain<PersistenceArgs>;

const { check, isText, optional } = checks;

export const cookieName = check(
  (value) => isText(value) && /^[A-Za-z0-9_.-]{1,64}$/.test(value),
  "is not the name of a cookie.",
  'Use letters, digits, "_", "." and "-", 64 at most.',
);

const fields = shape<Persistence>({
  cookie: optional(
    shape<Plain<StickyCookieArgs>>({
      name: optional(cookieName),
      secure: optional(checks.flag),
      sameSite: optional(checks.oneOf(SameSite)),
      domain: optional(checks.hostName),
    }),
  ),
  applicationCookie: optional(cookieName),
  header: optional(headerName),
  source: optional(check((value) => value === true, "does nothing.", "Use true, or leave it out.")),
  expireSeconds: optional(checks.wholeNumber(1, 2_592_000)),
  tableSize: optional(checks.wholeNumber(100, 50_000_000)),
});

export const persistenceShape: checks.Check = (path, value) => [
  ...fields(path, value),
  ...(isRecord(value)
    ? [
        ...exactlyOne(path, value, ["cookie", "applicationCookie", "header", "source"]),
        ...insecureForAll(path, value.cookie),
      ]
    : []),
];

/** Browsers refuse it otherwise. */
function insecureForAll(path: string, cookie: unknown): Problem[] {
  return isRecord(cookie) && cookie.sameSite === "None" && cookie.secure === false
    ? [
        problem(
          `${path}.cookie.secure`,
          'false does not go with sameSite "None": browsers refuse such a cookie. Use true, or another sameSite.',
        ),
      ]
    : [];
}

/** What persistence looks at that only http mode sees. */
export function httpPersistence(value: unknown): string[] {
  return isRecord(value) ? ["cookie", "applicationCookie", "header"].filter((key) => value[key] !== undefined) : [];
}
