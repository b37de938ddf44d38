// What EC2's API may do during a failover, in its own words and below them.
import type { Fault, Injection } from "../../lab/aws/control";
import { ec2 } from "../../pair/platforms/aws";
import { type ApiFault, connectionFaults, RETURN_AFTER_OUTAGE_MS } from "../cloud/apiFault";

const claims = { action: "AssociateAddress" };

const injected = (fault: Fault, where?: Omit<Injection, "fault">): Pick<ApiFault, "inject"> => ({
  inject: ({ lab }) => ec2(lab).inject(fault, where),
});
const refusal = (name: string, code: string, where?: Omit<Injection, "fault">): ApiFault => ({
  title: name,
  ...injected({ kind: "error", code: name }, where),
  code,
});

export const awsFaults: readonly ApiFault[] = [
  refusal("InternalError", "500"),
  refusal("RequestLimitExceeded", "throttled"),
  refusal("InvalidNetworkInterfaceID.NotFound", "not-found", claims),
  refusal("UnauthorizedOperation", "not-yet"),
  {
    ...refusal("InternalError", "500", { ...claims, carriedOut: true }),
    title: "InternalError after it was carried out",
  },
  { title: "502 from a gateway", ...injected({ kind: "status", status: 502 }), code: "502" },
  { title: "504 from a gateway", ...injected({ kind: "status", status: 504 }), code: "504" },
  ...connectionFaults((fault, carriedOut) => injected(fault, carriedOut ? { ...claims, carriedOut } : undefined)),
  {
    ...refusal("Unavailable", "503"),
    title: "an outage that covers the whole failover",
    failures: 5,
    returnMs: RETURN_AFTER_OUTAGE_MS,
  },
];
