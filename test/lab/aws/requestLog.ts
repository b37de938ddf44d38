// Every request that came in, to an API or to the metadata service, for tests to count and to time.
import type { Service } from "./request";

export interface RequestRecord {
  /** Milliseconds of the lab's clock (`now`), when the request was there as a whole, and when its answer was sent. */
  readonly at: number;
  answeredAt: number | null;
  /** Seconds since 1970. */
  readonly time: number;
  readonly service: Service | "imds";
  readonly method: string;
  readonly path: string;
  /** Of the APIs: "AssociateAddress"; "" for the metadata service. */
  readonly action: string;
  /** Of the APIs, but for what instances are told at their boot. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly source: string;
  /** Whose credentials signed it: a user's name, or an instance's id; a key's id where the lab did not give it. */
  readonly caller: string | null;
  /** For which the credentials of an instance's role that signed it were still good; null for others. */
  readonly secondsLeft: number | null;
  readonly userAgent: string | null;
  /** Null when none was sent. */
  status: number | null;
  /** With which it was refused. */
  code: string | null;
  /** Kind of the fault that hit it. */
  readonly fault: string | null;
}

export class RequestLog {
  records: RequestRecord[] = [];

  add(record: Omit<RequestRecord, "answeredAt" | "status" | "code">): RequestRecord {
    const added: RequestRecord = { ...record, answeredAt: null, status: null, code: null };
    this.records.push(added);
    return added;
  }
}
