// What Hetzner's API may do during a failover.
import type { Fault, Injection } from "../../lab/hetzner/control";
import { hetzner } from "../../pair/platforms/hcloud";
import { type ApiFault, connectionFaults, RETURN_AFTER_OUTAGE_MS } from "../cloud/apiFault";

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
  ...connectionFaults((fault, carriedOut) => injected(fault, carriedOut ? { ...claims, carriedOut } : undefined)),
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
