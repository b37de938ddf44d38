// What Hetzner's API may do during a failover.
import type { Fault, Injection } from "../../lab/hetzner/control";
import { hetzner } from "../../pair/platforms/hcloud";
import { ANSWER_MS, type ApiFault, RETURN_AFTER_OUTAGE_MS, RETURN_MS } from "../cloud/apiFault";

const claims = { method: "POST", path: "/floating_ips/*/actions/assign" };

const injected = (fault: Fault, where?: Omit<Injection, "fault">): Pick<ApiFault, "inject"> => ({
  inject: ({ lab }) => hetzner(lab).inject(fault, where),
});
const status = (status: (Fault & { kind: "status" })["status"], more: object = {}): ApiFault => ({
  title: String(status),
  ...injected({ kind: "status", status, ...more }),
  code: String(status),
});

export const hetznerFaults: readonly ApiFault[] = [
  status(401),
  status(403),
  status(404),
  status(409),
  status(422),
  { ...status(423), title: "423 locked" },
  { ...status(429, { headers: { "Retry-After": "2" } }), title: "429 with headers" },
  status(500),
  { ...status(502, { html: true }), title: "502 from a gateway" },
  status(503),
  { ...status(504, { html: true }), title: "504 from a gateway" },
  {
    title: "504 after it was carried out",
    ...injected({ kind: "status", status: 504 }, { ...claims, carriedOut: true }),
    code: "504",
  },
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
    title: "an action that ends in an error after a 201",
    ...injected({ kind: "action-error" }),
    code: "action-failed",
  },
  {
    title: "an outage that covers the whole failover",
    ...injected({ kind: "status", status: 503 }),
    code: "503",
    failures: 5,
    returnMs: RETURN_AFTER_OUTAGE_MS,
  },
];
