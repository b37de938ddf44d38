// `ha-lb switchover` and `drain` under load: what clients have under way ends before the address moves, or is counted.
import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../src/haproxy/args";
import { builtLoad } from "../bench/proxy/load";
import { during } from "../bench/update/load";
import { certificate } from "../certificates";
import { now } from "../lab/clock";
import { type Result, until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers, sharedAddress } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { afterGoodbye } from "../pair/faults";
import { keepalivedFaultAt } from "../pair/moves";
import { type LoadBalancerName, other, Pair } from "../pair/pair";
import { withLab } from "./labForTests";
import { assertOneOutagePerMove } from "./movesOnce";
import { type Answer, ask } from "./origin/ask";
import { type Origin, startOrigins } from "./origin/origin";

/** Each kind of client, at a rate that leaves room for a handshake with every request. */
const perSecond = { "keep-alive": 20, "tls-keep-alive": 10, http2: 20, "new-connection": 20, "tls-full": 5 };
/** What has not ended just before Keepalived is told is reset. */
const CLOSING_MS = 300;
const LONG_ENOUGH_SECONDS = 60;

describe("handing over under load", function () {
  this.timeout(180_000);
  let lab: Lab;
  let pair: Pair;
  let origins: readonly Origin[];
  let program: string;
  let active: LoadBalancerName;

  withLab("pair", async (started) => {
    lab = started;
    const { web1, web2 } = await startOrigins(lab);
    origins = [web1, web2];
    program = await builtLoad();
    pair = await Pair.deploy(lab, settings(origins));
  });

  beforeEach(async () => {
    await pair.waitUntilRedundant();
    active = await pair.active();
  });

  it("loses no request while it drains, whatever connection that comes by", async () => {
    let ended: Result | undefined;
    let counted: Awaited<ReturnType<typeof during>> = [];
    const since = now();
    await assertOneOutagePerMove(pair, afterGoodbye(pair, active), async () => {
      counted = await during(lab, program, { address: sharedAddress.ipv4, numbers: perSecond }, async () => {
        const download = ask(lab, 80, "/?delay=3000", { from: "client" });
        await inFlight();
        ended = await haLb("switchover");
        const { status, error } = await download;
        assert.equal(status, 200, error);
      });
      return since;
    });
    assert.equal(ended?.code, 0, ended?.stderr);
    assert.match(ended?.stdout ?? "", /No connection was open any more|\d+ connections? (was|were) still open/);
    assert.equal(await pair.active(), other(active));
    const at = await keepalivedFaultAt(pair, active, since);
    for (const { kind, requests, failures } of counted) {
      assert.ok(requests > 10, `${kind}: ${requests} requests`);
      const early = failures.filter(({ until }) => until < at - CLOSING_MS);
      assert.deepEqual(early, [], `${kind}: before the address moved`);
    }
    await auditNodes(pair);
  });

  it("counts what did not end in time, and tells that client at once", async () => {
    await hold(true);
    const began = now();
    const download = ask(lab, 80, "/held", { from: "client" });
    await inFlight("/held");
    const { code, stdout, stderr } = await haLb("switchover --drain-seconds 1");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 connection was still open when they moved/);
    assert.match((await download).error, /reset by peer/);
    assert.ok(now() - began < 20_000);
    await hold(false);
  });

  it("keeps a node out once what it had under way has ended, and lets it serve again", async () => {
    const download = ask(lab, 80, "/?delay=2000", { from: "client" });
    await inFlight();
    const { code, stdout, stderr } = await haLb("drain --reason 'new kernel'");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /serves alone\. No connection was open any more when the addresses moved/);
    assert.equal((await download).status, 200);
    assert.equal((await haLb("undrain")).code, 0);
    await auditNodes(pair);
    assert.equal((await haLb("switchover", other(active))).code, 0);
    assert.equal((await ask(lab, 80, "/")).status, 200);
  });

  for (const signal of ["INT", "KILL"] as const) {
    it(`is as before when it is ended by SIG${signal} while it drains`, async () => {
      await hold(true);
      const download = ask(lab, 80, "/held", { from: "client" });
      await inFlight("/held");
      const command = haLb(`switchover --drain-seconds ${LONG_ENOUGH_SECONDS}`);
      await until("answers to say that their connection closes", closes, 20_000);
      // A tunnel is not closed by what its beginning says.
      assert.equal((await upgraded()).status, 101);
      await pair
        .host(active)
        .must(`pkill --signal ${signal} --oldest --full '^/usr/bin/python3 -B .*ha-lb switchover'`);
      assert.notEqual((await command).code, 0);
      await until("answers to keep their connection", async () => !(await closes()), 20_000);
      await hold(false);
      assert.equal((await download).status, 200);
      assert.equal(await pair.active(), active);
      for (const name of loadBalancers) {
        assert.doesNotMatch(
          await pair.host(name).must("nft list tables; cat /run/ha-load-balancer/hold"),
          /handover|1/,
        );
      }
      await auditNodes(pair);
    });
  }

  const haLb = (command: string, name = active) => pair.host(name).run(`exec ha-lb ${command}`, { timeoutMs: 120_000 });

  const hold = (holding: boolean) => Promise.all(origins.map((origin) => origin.tell({ holding })));

  /** Once an origin has got a request that is not answered yet. */
  async function inFlight(path = "/?delay="): Promise<void> {
    const asked = async () => {
      const counts = await Promise.all(origins.map((origin) => origin.tell()));
      return counts.some(({ urls }) => urls.some((url) => url.startsWith(path)));
    };
    await until("the request to be under way", asked, 20_000, 20);
  }

  async function closes(): Promise<boolean> {
    return (await ask(lab, 80, "/")).headers.connection === "close";
  }

  function upgraded(): Promise<Answer> {
    const headers = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
    const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    return ask(lab, 80, "/", { args: [...[...headers, key].flatMap((line) => ["--header", line]), "--max-time", "2"] });
  }
});

function settings(origins: readonly Origin[]): { frontends: FrontendArgs[]; backends: BackendArgs[] } {
  const servers = origins.map((origin) => origin.server("http"));
  return {
    frontends: [
      { name: "web", port: 80, defaultBackend: "app" },
      { name: "secure", port: 443, tls: { certificates: [certificate()] }, defaultBackend: "app" },
    ],
    backends: [{ name: "app", servers, healthCheck: { path: "/healthz" }, timeouts: { serverSeconds: 300 } }],
  };
}
