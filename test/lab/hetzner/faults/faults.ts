// What can go wrong with the API on purpose, and which requests it hits. Pure: how a fault looks on the wire is told
// elsewhere. A name that does not resolve is none of the server's: the lab takes the name from a host's /etc/hosts.

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

/** The connection is reset, or nothing comes for so long (30 s unless said otherwise) before it is. */
export interface SilenceFault {
  readonly kind: "reset" | "silence";
  readonly seconds?: number;
}

/** The answer's body is cut off, or is no JSON. Carried out all the same, as the answer is the request's own. */
export interface BodyFault {
  readonly kind: "truncated" | "malformed";
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

/** Connections do not come about: handshakes fail, or nobody listens. No route: that is not known by then. */
export interface ConnectionFault {
  readonly kind: "tls" | "refused";
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

interface Entry {
  readonly id: number;
  readonly injection: Injection;
  left: number;
}

export class Faults {
  private entries: Entry[] = [];
  private lastId = 0;

  inject(injection: Injection): number {
    const left = injection.fault.kind === "stale-read" ? injection.fault.reads : injection.times;
    this.lastId += 1;
    this.entries.push({ id: this.lastId, injection, left: left ?? Number.POSITIVE_INFINITY });
    return this.lastId;
  }

  lift(id?: number): void {
    this.entries = id === undefined ? [] : this.entries.filter((entry) => entry.id !== id);
  }

  list(): { readonly id: number; readonly injection: Injection }[] {
    return this.entries.map(({ id, injection }) => ({ id, injection }));
  }

  /** Whether nobody is to listen. */
  get isRefused(): boolean {
    return this.entries.some(({ injection }) => injection.fault.kind === "refused");
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

  private take(isMeant: (injection: Injection) => boolean): Injection | undefined {
    const entry = this.entries.find(({ injection, left }) => left > 0 && isMeant(injection));
    if (entry) entry.left -= 1;
    this.entries = this.entries.filter(({ left }) => left > 0);
    return entry?.injection;
  }
}

function fitsPath(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  return wanted.length === parts.length && wanted.every((part, at) => part === "*" || part === parts[at]);
}
