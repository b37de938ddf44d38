// Bundles that a node refuses, and such that its checks accept and that cannot serve all the same: the node keeps what it
// had, `up` fails and says why, and the other node is left alone.
import assert from "node:assert/strict";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { audit, fetchFrom } from "../pair/audit";
import { failureOf } from "../pair/failure";
import { missedDuring } from "../pair/losses";
import { Pair, type PairSettings } from "../pair/pair";
import { takeOff } from "../pair/takeOff";
import { withLab } from "./labForTests";

/** What is wrong with these turns out only when the port is opened, which no check does. */
const cannotBind = (to: string): PairSettings => ({
  frontends: [{ name: "web", port: 80, defaultBackend: "app", raw: [`bind ${to}`] }],
});
const noSuchAddress = cannotBind("192.0.2.99:8081");
/** Unlike with the address, HAProxy does not try for two seconds, for which it would keep the ports closed. */
const noSuchDirectory = cannotBind("unix@/nowhere/web.socket");
const anotherPort: PairSettings = {
  failover: { profile: "fast" },
  frontends: [80, 8082].map((port) => ({ name: `web${port}`, port, defaultBackend: "app" })),
};
/** Asks the real one whether it knows a word that no Keepalived does: to an older one, some of ours are like that. */
const anotherKeepalived = `#!/bin/sh
[ "$1" = --config-test ] || exec /usr/sbin/keepalived "$@"
echo no_such_keyword >/run/unknown.conf
exec /usr/sbin/keepalived --config-test --use-file=/run/unknown.conf
`;
const shadow = "/usr/local/sbin/keepalived";

describe("a bundle that turns out not to serve", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("provisioning", async (started) => {
    lab = started;
    pair = await Pair.prepare(lab, noSuchAddress);
  });

  it("leaves nothing running when it is the first one, and the next good one recovers", async () => {
    for (const name of loadBalancers) {
      const there = await pair.host(name).run("test -e /etc/ha-load-balancer");
      await (there.code === 0 ? takeOff(pair.host(name)) : undefined);
    }
    const message = await failureOf(pair);
    assert.match(message, /cannot bind [^\n]*192\.0\.2\.99:8081/);
    assert.match(message, /There was no earlier bundle to go back to; nothing of this one runs\./);
    const { lb1, lb2 } = lab.hosts;
    for (const unit of ["haproxy", "keepalived", "ha-lb-agent"]) {
      const states = await lb1.run(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`);
      assert.doesNotMatch(states.stdout, /^(active|activating|enabled)$/m, unit);
    }
    assert.deepEqual(await pair.holders(), []);
    assert.notEqual((await lb1.run("test -e /etc/ha-load-balancer/current")).code, 0);
    assert.notEqual((await lb2.run("test -e /etc/ha-load-balancer")).code, 0, "the second node was not to be touched");
    await pair.configure({});
    await pair.up();
    await audit(pair);
  });

  it("gives way to the one before, under load, and the next good one recovers", async () => {
    const before = await bundles();
    const [active, loginsBefore] = [await pair.active(), await logins("lb2")];
    await pair.configure(noSuchDirectory);
    let message = "";
    const lost = await missedDuring(pair, async () => {
      message = await failureOf(pair);
    });
    assert.match(
      message,
      /HAProxy does not serve with the new configuration\. It said:\n[\s\S]*cannot bind [^\n]*nowhere/,
    );
    assert.match(message, new RegExp(`Bundle ${before.lb1.current} serves again\\.`));
    assert.deepEqual(lost, [], "requests were lost");
    assert.deepEqual(await bundles(), before, "the node keeps what it had, and nothing of the new one");
    assert.equal(await logins("lb2"), loginsBefore, "the second node was not to be touched");
    assert.equal(await pair.active(), active);
    // The same settings are what was recorded: both nodes run as the last good `up` left them.
    await pair.waitUntilRedundant();
    await pair.configure({ failover: { profile: "fast" } });
    await pair.up();
    await audit(pair);
    assert.notDeepEqual(await bundles(), before);
  });

  it("is refused where HAProxy's own check finds it wrong, with the property that it came from", async () => {
    const before = await bundles();
    await pair.configure({
      frontends: [{ name: "web", port: 80, defaultBackend: "app", raw: ["option httplog", "bnid :8081"] }],
    });
    const message = await failureOf(pair);
    assert.match(message, /HAProxy refuses its configuration\. Nothing was changed\. It said:/);
    assert.match(message, /haproxy\.cfg:\d+ is frontends\[0\] \("web"\)\.raw\[1\]: bnid :8081/);
    assert.deepEqual(await bundles(), before);
  });

  it("is refused where a node's Keepalived does not know what it says, and changes nothing", async () => {
    const { lb1 } = lab.hosts;
    const before = await bundles();
    await pair.configure(anotherPort);
    await lb1.must(`cat >${shadow} && chmod +x ${shadow}`, { input: anotherKeepalived });
    const message = await failureOf(pair).finally(() => lb1.must(`rm ${shadow}`));
    assert.match(
      message,
      /Keepalived refuses its configuration\. Nothing was changed\. It said:\n[\s\S]*no_such_keyword/,
    );
    assert.deepEqual(await bundles(), before);
    await bothServe();
    await pair.waitUntilRedundant();
  });

  it("may be in use on the first node alone, where the second one refuses it: both serve, and say so", async () => {
    const { lb2 } = lab.hosts;
    const before = await bundles();
    await lb2.must("systemd-run --quiet --unit=other-program python3 -m http.server 8082");
    await until("the other program to listen", async () => (await lb2.must("ss -Hltn 'sport = 8082'")) !== "", 10_000);
    let message = "";
    const lost = await missedDuring(pair, async () => {
      message = await failureOf(pair).finally(() => lb2.must("systemctl stop other-program"));
    });
    assert.match(message, /port 8082 is used by python3\. Nothing was changed\./);
    assert.deepEqual(lost, [], "requests were lost");
    const now = await bundles();
    assert.notEqual(now.lb1.current, before.lb1.current);
    assert.deepEqual(now.lb2, before.lb2);
    await bothServe();
    for (const name of loadBalancers) {
      const { redundancy, nodes, problems } = await pair.status(name);
      assert.equal(redundancy, "degraded");
      assert.deepEqual(Object.fromEntries(nodes.map(({ node, bundle, ready }) => [node, [bundle, ready]])), {
        lb1: [now.lb1.current, true],
        lb2: [now.lb2.current, true],
      });
      assert.match(problems.join(), /^the nodes run different releases: \w+ and \w+$/);
    }
    await pair.up();
    await audit(pair);
  });

  /** Each on its own address, whoever has the shared one. */
  async function bothServe(): Promise<void> {
    for (const name of loadBalancers) {
      const { stderr, code } = await fetchFrom(pair, `http://${pair.host(name).publicAddress}/`);
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
  }

  /** What each node has, and which of it is in use. */
  async function bundles() {
    const of = async (name: (typeof loadBalancers)[number]) => ({
      current: (await pair.host(name).must("basename $(readlink /etc/ha-load-balancer/current)")).trim(),
      kept: (await pair.host(name).must("ls -A /etc/ha-load-balancer/bundles")).trim().split("\n"),
    });
    return { lb1: await of("lb1"), lb2: await of("lb2") };
  }

  async function logins(name: (typeof loadBalancers)[number]): Promise<number> {
    const log = await pair.host(name).must("journalctl --unit ssh --output cat --no-pager");
    return log.split("\n").filter((line) => line.startsWith("Accepted publickey")).length;
  }
});
