// What can go wrong with the API on purpose, and which requests it hits. Pure: how a fault looks on the wire is told
// elsewhere. A name that does not resolve is none of the server's: the lab takes the name from a host's /etc/hosts.
import { FaultList, fitsPath } from "../../cloud/api/faultList";
import type { BodyFault, ConnectionFault, SilenceFault } from "../../cloud/api/wire";

export interface StatusFault {
  readonly kind: "status";
  readonly status: 400 | 401 | 403 | 404 | 409 | 412 | 422 | 423 | 429 | 500 | 502 | 503 | 504;
  /** @default the one that the API uses with that status */
  readonly code?: string;
  readonly message?: string;
  /** A gateway's page in place of the API's JSON. */
  readonly html?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The request is answered with 201, and what it started ends in an error, with nothing done. */
export interface ActionFault {
  readonly kind: "action-error";
  readonly code?: string;
  readonly message?: string;
}

/** Reads of floating IPs tell the server before the last move: for so many reads after it, or so many seconds. */
export interface StaleFault {
  readonly kind: "stale-read";
  readonly reads?: number;
  readonly seconds?: number;
}

export type Fault = StatusFault | SilenceFault | BodyFault | ActionFault | StaleFault | ConnectionFault;

export interface Injection {
  readonly fault: Fault;
  /** @default every method */
  readonly method?: string;
  // "/floating_ips/*/actions/assign": a star stands for one part. Every path unless given.
  readonly path?: string;
  /** How many requests (or connections) it hits. @default all until it is lifted */
  readonly times?: number;
  /** Address that it hits requests from; "refused" hits all. @default every address */
  readonly from?: string;
  /** Carried out all the same, and only the answer lost: for "status", "reset" and "silence". @default false */
  readonly carriedOut?: boolean;
}

export interface RequestFeatures {
  readonly method: string;
  /** Without the version in front and the query behind. */
  readonly path: string;
  readonly source: string;
}

export class Faults extends FaultList<Injection> {
  /** Whether nobody is to listen. */
  get isRefused(): boolean {
    return this.has(({ fault }) => fault.kind === "refused");
  }

  /** The first that hits a request; counted. */
  forRequest(request: RequestFeatures): Injection | undefined {
    return this.take(
      ({ fault, method, path, from }) =>
        fault.kind !== "tls" &&
        fault.kind !== "refused" &&
        fault.kind !== "stale-read" &&
        !(fault.kind === "action-error" && request.method === "GET") &&
        (method ?? request.method) === request.method &&
        (path === undefined || fitsPath(path, request.path)) &&
        (from ?? request.source) === request.source,
    );
  }

  /** Whether a new connection's handshake is to fail; counted. */
  breaksHandshake(source: string): boolean {
    return this.take(({ fault, from }) => fault.kind === "tls" && (from ?? source) === source) !== undefined;
  }

  /** Whether a read is to tell the time before a move that was so many seconds ago; counted. */
  isStale(source: string, secondsSince: number): boolean {
    const isMeant = ({ fault, from }: Injection) =>
      fault.kind === "stale-read" && (from ?? source) === source && secondsSince < (fault.seconds ?? secondsSince + 1);
    return this.take(isMeant) !== undefined;
  }
}
