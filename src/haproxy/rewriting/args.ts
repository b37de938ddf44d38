// What is changed in a request or an answer on its way through.
import type { Input } from "@pulumi/pulumi";

/** Changes of headers, in this order: remove, set, add. Values are taken as they stand. */
export interface HeaderChangesArgs {
  /** Headers that are taken away. HAProxy keyword: `del-header`. */
  remove?: Input<Input<string>[]>;
  /** Headers that get this one value, whatever they had. HAProxy keyword: `set-header`. */
  set?: Input<Record<string, Input<string>>>;
  /** Headers that get one more value. HAProxy keyword: `add-header`. */
  add?: Input<Record<string, Input<string>>>;
}

/** Changes of headers in both directions. */
export interface HeadersArgs {
  /** On the way to the server. HAProxy keyword: `http-request`. */
  request?: Input<HeaderChangesArgs>;
  /** On the way to the client. HAProxy keyword: `http-response`. */
  response?: Input<HeaderChangesArgs>;
}

/** Which headers tell the server about the client. */
export const ForwardedHeaders = {
  xForwarded: "x-forwarded",
  forwarded: "forwarded",
  both: "both",
  none: "none",
} as const;
export type ForwardedHeaders = (typeof ForwardedHeaders)[keyof typeof ForwardedHeaders];

/** Answers that are sent compressed, by gzip, when the client takes that. HAProxy keyword: `compression`. */
export interface CompressionArgs {
  /**
   * Media types that are compressed.
   * @default text, JSON, JavaScript, XML and SVG: what images and archives have done already is left alone
   */
  types?: Input<Input<string>[]>;
}

/**
 * Small answers that are kept in memory and given again, when the server says for how long, or gives an ETag or
 * Last-Modified. Answers that the frontend compresses are not kept. HAProxy keyword: `cache`.
 */
export interface CacheArgs {
  /**
   * Memory for all of them, in mebibytes, 1 to 4095.
   * @default 16: hundreds of style sheets and scripts, and nothing that a small machine would miss
   */
  totalMebibytes?: Input<number>;
  /**
   * Size above which an answer is not kept, in bytes; at most half of the memory.
   * @default 131072: larger answers would push many small ones out
   */
  maxObjectBytes?: Input<number>;
  /**
   * Seconds after which an answer is asked for again, when the server has not said less.
   * @default 60: takes the rush, and no mistake lasts
   */
  maxAgeSeconds?: Input<number>;
}
