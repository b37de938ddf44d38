// What can go wrong with AWS' APIs and the metadata service on purpose, and which requests it hits. Pure: how a fault
// looks on the wire is told elsewhere.
import { FaultList, fitsPath } from "../../cloud/api/faultList";
import type { BodyFault, ConnectionFault, SilenceFault } from "../../cloud/api/wire";
import type { Service } from "../request";

/** The service refuses, in its own words. */
export interface ErrorFault {
  readonly kind: "error";
  /** "RequestLimitExceeded", "UnauthorizedOperation" … */
  readonly code: string;
  readonly message?: string;
  /** @default the one that EC2 uses with that code */
  readonly status?: number;
}

/** A gateway's page in place of the service, or the status alone from the metadata service. */
export interface StatusFault {
  readonly kind: "status";
  readonly status: 401 | 403 | 404 | 429 | 500 | 502 | 503 | 504;
}

/** Descriptions of addresses tell the association before the last move: for so many reads after it, or so many seconds. */
export interface StaleFault {
  readonly kind: "stale-read";
  readonly reads?: number;
  readonly seconds?: number;
}

/** The answer comes so many seconds later, in addition to the delays that are set. */
export interface SlowFault {
  readonly kind: "slow";
  readonly seconds: number;
}

/** The services' clock differs by so many seconds from the one here: signatures look old, or too new. */
export interface ClockFault {
  readonly kind: "clock-skew";
  readonly seconds: number;
}

export type Fault =
  | ErrorFault
  | StatusFault
  | SilenceFault
  | BodyFault
  | StaleFault
  | SlowFault
  | ClockFault
  | ConnectionFault;

export interface Injection {
  readonly fault: Fault;
  /** "imds" is the metadata service. @default all of AWS' APIs, and not the metadata service */
  readonly service?: Service | "imds";
  /** "AssociateAddress"; every action unless given. */
  readonly action?: string;
  // Of the metadata service: "/latest/meta-data/iam/security-credentials/*", where a star stands for one part.
  readonly path?: string;
  /** How many requests (or connections) it hits. @default all until it is lifted */
  readonly times?: number;
  /** Address that it hits requests from; "refused" hits all. @default every address */
  readonly from?: string;
  /** Carried out all the same, and only the answer lost: for "error", "status", "reset" and "silence". @default false */
  readonly carriedOut?: boolean;
}

export interface RequestFeatures {
  readonly service: Service | "imds";
  readonly action?: string;
  readonly path?: string;
  readonly source: string;
}

/** That are not about a request as such. */
const separate: readonly Fault["kind"][] = ["tls", "refused", "stale-read", "clock-skew"];

export class Faults extends FaultList<Injection> {
  /** The first that hits a request; counted. */
  forRequest(request: RequestFeatures): Injection | undefined {
    return this.take((injection) => !separate.includes(injection.fault.kind) && hits(injection, request));
  }

  /** Whether a read is to tell the time before a move that was so many seconds ago; counted. */
  isStale(source: string, secondsSince: number): boolean {
    return (
      this.take(
        ({ fault, from = source }) =>
          fault.kind === "stale-read" && from === source && secondsSince < (fault.seconds ?? secondsSince + 1),
      ) !== undefined
    );
  }

  /** By how many milliseconds the services' clock is ahead. */
  clockAheadMs(source: string): number {
    const found = this.list().find(
      ({ injection: { fault, from = source } }) => fault.kind === "clock-skew" && from === source,
    );
    return found?.injection.fault.kind === "clock-skew" ? found.injection.fault.seconds * 1000 : 0;
  }

  /** What hits the connections of the APIs, or of the metadata service. */
  ofConnections(to: "apis" | "imds") {
    const isMeant = ({ service }: Injection) => (service === "imds") === (to === "imds");
    const has = () => this.has((injection) => injection.fault.kind === "refused" && isMeant(injection));
    const breaks = (source: string) =>
      this.take(
        (injection) => injection.fault.kind === "tls" && isMeant(injection) && (injection.from ?? source) === source,
      ) !== undefined;
    return {
      get isRefused() {
        return has();
      },
      breaksHandshake: breaks,
    };
  }
}

function hits({ service, action, path, from }: Injection, request: RequestFeatures): boolean {
  return (
    (service === undefined ? request.service !== "imds" : service === request.service) &&
    (action === undefined || action === request.action) &&
    (path === undefined || fitsPath(path, request.path ?? "")) &&
    (from ?? request.source) === request.source
  );
}
