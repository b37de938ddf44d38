// What a cloud's API may do while the address is to be moved, and how long it may take until it has moved then.
import type { LoadBalancerName } from "../../pair/pair";
import type { CloudPair } from "./cloudPair";

/** After a failure or two, until a node asks again, is answered and has moved the address; on a busy machine. */
export const RETURN_MS = 6_000;
/** How long a node waits for an answer: it may have begun to just before the API is back. */
export const ANSWER_MS = 8_000;
/** The same after failures in a row: they make a node ask ever less often, every 12 s at the least. */
export const RETURN_AFTER_OUTAGE_MS = 12_000 + RETURN_MS;

export interface ApiFault {
  readonly title: string;
  /** Makes it happen, before `standby` is to take over. */
  inject(pair: CloudPair, standby: LoadBalancerName): Promise<unknown>;
  /** What the agent calls it. */
  readonly code: string;
  /** How often it has to have met it before it is over: once may have been a read of the standby. @default 1 */
  readonly failures?: number;
  /** The API never sees a request. @default false */
  readonly isOfConnection?: boolean;
  /** @default RETURN_MS */
  readonly returnMs?: number;
}

/** What can go wrong below an API's own words, whichever it is. */
export type ConnectionFault = {
  readonly kind: "reset" | "refused" | "tls" | "silence" | "truncated" | "malformed";
};

/** @param injected by the cloud's own hand; `carriedOut`: a claim is, and seems to fail */
export function connectionFaults(
  injected: (fault: ConnectionFault, carriedOut?: boolean) => Pick<ApiFault, "inject">,
): readonly ApiFault[] {
  return [
    { title: "a connection that is reset", ...injected({ kind: "reset" }), code: "reset" },
    {
      title: "a connection that is reset after it was carried out",
      ...injected({ kind: "reset" }, true),
      code: "reset",
    },
    {
      title: "a connection that is refused",
      ...injected({ kind: "refused" }),
      code: "refused",
      failures: 2,
      isOfConnection: true,
    },
    {
      title: "a TLS handshake that fails",
      ...injected({ kind: "tls" }),
      code: "tls",
      failures: 2,
      isOfConnection: true,
    },
    { title: "silence", ...injected({ kind: "silence" }), code: "timeout", returnMs: ANSWER_MS + RETURN_MS },
    { title: "a truncated body", ...injected({ kind: "truncated" }), code: "truncated" },
    { title: "a malformed body", ...injected({ kind: "malformed" }), code: "malformed" },
  ];
}
