// What EC2's API may do during a failover, in its own words and below them.
import type { Fault, Injection } from "../../lab/aws/control";
import { ec2 } from "../../pair/platforms/aws";
import { ANSWER_MS, type ApiFault, RETURN_AFTER_OUTAGE_MS, RETURN_MS } from "../cloud/apiFault";

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
  refusal("UnauthorizedOperation", "not-yet"),
  {
    ...refusal("InternalError", "500", { ...claims, carriedOut: true }),
    title: "InternalError after it was carried out",
  },
  { title: "502 from a gateway", ...injected({ kind: "status", status: 502 }), code: "502" },
  { title: "a connection that is reset", ...injected({ kind: "reset" }), code: "reset" },
  {
    title: "a connection that is reset after it was carried out",
    ...injected({ kind: "reset" }, { ...claims, carriedOut: true }),
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
  {
    ...refusal("Unavailable", "503"),
    title: "an outage that covers the whole failover",
    failures: 5,
    returnMs: RETURN_AFTER_OUTAGE_MS,
  },
];
