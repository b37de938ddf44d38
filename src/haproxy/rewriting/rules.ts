// What changes of headers, compression and caches have to fulfil.
import * as checks from "../../validation/checks";
import { isRecord } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem } from "../../validation/problem";
import { filledList, list, shape, table } from "../../validation/shape";
import type { CacheArgs, CompressionArgs, HeaderChangesArgs, HeadersArgs } from "./args";

export type Headers = Plain<HeadersArgs>;
export type HeaderChanges = Plain<HeaderChangesArgs>;
export type Compression = Plain<CompressionArgs>;
export type Cache = Plain<CacheArgs>;

const { check, isText, optional } = checks;

/** A token of RFC 9110, less what has a meaning in HAProxy's own language. */
export const headerName = check(
  (value) => isText(value) && /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(value),
  "is not the name of a header.",
  'Use letters, digits, "-" and "_", 128 at most.',
);

export const headerValue = checks.text(4096);

const changes = shape<HeaderChanges>({
  remove: optional(list(headerName)),
  set: optional(table(headerName, headerValue)),
  add: optional(table(headerName, headerValue)),
});

export const headersShape = shape<Headers>({ request: optional(changes), response: optional(changes) });

export const mediaType = check(
  (value) => isText(value) && /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9.+*-]+$/.test(value),
  "is not a media type.",
  'Use one such as "text/html".',
);

export const compressionShape = shape<Compression>({
  types: optional(filledList(mediaType, "List at least one, or leave it out.")),
});

const cacheFields = shape<Cache>({
  totalMebibytes: optional(checks.wholeNumber(1, 4095)),
  maxObjectBytes: optional(checks.wholeNumber(1, 512 * 1024 * 1024)),
  maxAgeSeconds: optional(checks.wholeNumber(1, 86_400)),
});

export const cacheShape: checks.Check = (path, value) => [
  ...cacheFields(path, value),
  ...(isRecord(value) ? objectsFit(path, value) : []),
];

export const defaultCacheMebibytes = 16;
const MEBIBYTE = 1024 * 1024;

/** HAProxy wants room for two of the largest. */
function objectsFit(path: string, cache: Record<string, unknown>): Problem[] {
  const { totalMebibytes = defaultCacheMebibytes, maxObjectBytes } = cache;
  const most = typeof totalMebibytes === "number" ? (totalMebibytes * MEBIBYTE) / 2 : Number.POSITIVE_INFINITY;
  return typeof maxObjectBytes === "number" && maxObjectBytes > most
    ? [
        problem(
          `${path}.maxObjectBytes`,
          `${maxObjectBytes} is more than half of totalMebibytes, which is ${totalMebibytes}. Use ${most} at most, or give more memory.`,
        ),
      ]
    : [];
}
