// Whatever the cloud's API does during a failover, each alone and then healed: the address ends on the healthy MASTER.
import assert from "node:assert/strict";
import { until } from "../../../lab/command";
import type { Fault, Injection } from "../../../lab/hetzner/control";
import { cloudApi } from "../../../lab/layout";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { type CloudPair, SOON_MS } from "../cloudPair";
import { type Onlooker, withOnlooker } from "../onlooker";

/** After a failure or two, until a node asks again, is answered and has moved the address; on a busy machine. */
const RETURN_MS = 6_000;
/** How long a node waits for an answer: it may have begun to just before the API is back. */
const ANSWER_MS = 8_000;
/** The same after failures in a row: they make a node ask ever less often, every 12 s at the least. */
const RETURN_AFTER_OUTAGE_MS = 12_000 + RETURN_MS;
/** Of both nodes, in one failover, with a few failures. The project has 3,600 an hour. */
const MOST_REQUESTS = 20;

interface ApiFault {
  readonly title: string;
  readonly fault: Fault;
  readonly where?: Omit<Injection, "fault">;
  /** What the agent calls it. */
  readonly code: string;
  /** How often it has to have met it before it is over: once may have been a read of the standby. @default 1 */
  readonly failures?: number;
  /** @default RETURN_MS */
  readonly returnMs?: number;
}

const claims = { method: "POST", path: "/floating_ips/*/actions/assign" };
const status = (status: (Fault & { kind: "status" })["status"], more: object = {}): ApiFault => ({
  title: String(status),
  fault: { kind: "status", status, ...more },
  code: String(status),
});

const apiFaults: readonly ApiFault[] = [
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
    fault: { kind: "status", status: 504 },
    where: { ...claims, carriedOut: true },
    code: "504",
  },
  { title: "a connection that is reset", fault: { kind: "reset" }, code: "reset" },
  {
    title: "a connection that is reset after it was carried out",
    fault: { kind: "reset" },
    where: { ...claims, carriedOut: true },
    code: "reset",
  },
  { title: "a connection that is refused", fault: { kind: "refused" }, code: "refused", failures: 2 },
  { title: "a TLS handshake that fails", fault: { kind: "tls" }, code: "tls", failures: 2 },
  { title: "silence", fault: { kind: "silence" }, code: "timeout", returnMs: ANSWER_MS + RETURN_MS },
  { title: "a truncated body", fault: { kind: "truncated" }, code: "truncated" },
  { title: "a malformed body", fault: { kind: "malformed" }, code: "malformed" },
  { title: "an action that ends in an error after a 201", fault: { kind: "action-error" }, code: "action-failed" },
  {
    title: "an outage that covers the whole failover",
    fault: { kind: "status", status: 503 },
    code: "503",
    failures: 5,
    returnMs: RETURN_AFTER_OUTAGE_MS,
  },
];

/** The API never sees a request. */
const isOfConnection = ({ kind }: Fault) => kind === "refused" || kind === "tls";

describe("a failover on Hetzner Cloud while the API does not do what it should", function () {
  this.timeout(120_000);
  let cloudPair: CloudPair;
  let onlooker: Onlooker;
  let active: LoadBalancerName;
  let errors: Record<LoadBalancerName, Readonly<Record<string, number>>>;
  withOnlooker((...ready) => {
    [cloudPair, onlooker] = ready;
  });

  /** HAProxy is stopped on the active node; returns the other one, once it is MASTER. */
  async function failOver(): Promise<LoadBalancerName> {
    const standby = other(active);
    await cloudPair.pair.host(active).must("systemctl stop haproxy");
    await cloudPair.untilMaster(standby);
    return standby;
  }

  async function failed(name: LoadBalancerName, code: string, times: number): Promise<void> {
    const met = async () => ((await cloudPair.told(name)).errors[code] ?? 0) - (errors[name][code] ?? 0) >= times;
    await until(`the agent of ${name} to meet "${code}"`, met, 2 * SOON_MS);
  }

  async function claimMet(name: LoadBalancerName, { kind }: Fault): Promise<boolean> {
    return (await cloudPair.claimsOf(name)).some(({ fault }) => fault === kind);
  }

  async function healed(standby: LoadBalancerName): Promise<void> {
    await cloudPair.cloud.lift();
    await cloudPair.pair.host(other(standby)).must("systemctl start haproxy");
    assert.equal(await cloudPair.settled(), standby);
    const requests = (await cloudPair.cloud.requests()).length;
    assert.ok(requests <= MOST_REQUESTS, `${requests} requests`);
  }

  beforeEach(async () => {
    active = await cloudPair.begin();
    errors = { lb1: (await cloudPair.told("lb1")).errors, lb2: (await cloudPair.told("lb2")).errors };
  });

  it("takes one call while the API works", async () => {
    const standby = await onlooker.outage(async () => {
      const to = await failOver();
      await cloudPair.untilHolder(to);
      return to;
    });
    await healed(standby);
    assert.equal((await cloudPair.claimsOf(standby)).length, 1);
    assert.deepEqual(await cloudPair.moves(), [standby]);
  });

  for (const { title, fault, where, code, failures = 1, returnMs = RETURN_MS } of apiFaults) {
    it(`ends on the MASTER: ${title}`, async () => {
      const { cloud } = cloudPair;
      const standby = await onlooker.outage(async () => {
        await cloud.inject(fault, where);
        const to = await failOver();
        await failed(to, code, failures);
        if (!isOfConnection(fault)) await until("a claim to fail", () => claimMet(to, fault), SOON_MS);
        await cloud.lift();
        await cloudPair.untilHolder(to, returnMs);
        return to;
      });
      await healed(standby);
      assert.deepEqual(await cloudPair.moves(), [standby], "the address was moved more than once");
    });
  }

  it("ends on the MASTER: the API's name cannot be resolved", async () => {
    const standby = other(active);
    const host = cloudPair.pair.host(standby);
    await host.must(`cp /etc/hosts /etc/hosts.kept && sed --in-place '/${cloudApi.host}/d' /etc/hosts`);
    await onlooker.outage(async () => {
      await failOver();
      await failed(standby, "dns", 2);
      await host.must("mv /etc/hosts.kept /etc/hosts");
      await cloudPair.untilHolder(standby, RETURN_MS);
    });
    await healed(standby);
  });

  it("takes one call although reads are stale for a while", async () => {
    await cloudPair.cloud.inject({ kind: "stale-read", reads: 2 });
    const standby = await onlooker.outage(async () => {
      const to = await failOver();
      await cloudPair.untilHolder(to);
      return to;
    });
    await healed(standby);
    assert.equal((await cloudPair.claimsOf(standby)).length, 1);
  });

  it("leaves the pair as it was deployed, and a client that lost nothing else", async () => {
    await auditNodes(cloudPair.pair);
    assert.ok((await onlooker.lostNothingElse()) >= 1_000);
    assert.deepEqual(await cloudPair.cloud.violations(), []);
  });
});
