// Every request that came in, for tests to count and to time.

export interface RequestRecord {
  /** Milliseconds of the lab's clock (`now`), when the request was there as a whole, and when its answer was sent. */
  readonly at: number;
  answeredAt: number | null;
  /** Seconds since 1970. */
  readonly time: number;
  readonly method: string;
  /** Without the version in front and the query behind. */
  readonly path: string;
  readonly query: string;
  readonly source: string;
  /** Name of the token, never its text. */
  readonly token: string | null;
  readonly userAgent: string | null;
  /** Null when none was sent. */
  status: number | null;
  /** Kind of the fault that hit it. */
  readonly fault: string | null;
}
