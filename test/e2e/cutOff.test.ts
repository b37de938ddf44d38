// An update that is cut off in the middle, once as often as there are ways to: the pair goes on serving, and the next
// `up` brings both nodes to where they should be.
import assert from "node:assert/strict";
import type { FrontendArgs } from "../../src/haproxy/args";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { PulumiError } from "../lab/pulumi";
import { audit, fetchFrom } from "../pair/audit";
import { Engine, liftLock } from "../pair/engine";
import { missedDuring } from "../pair/losses";
import { type LoadBalancerName, Pair, url } from "../pair/pair";
import { withLab } from "./labForTests";

/** A reload that takes its time: there is a middle then, in which the new bundle is in its place and not all runs with it. */
const slowReload = "/etc/systemd/system/keepalived.service.d/zz-slow.conf";
const current = "readlink /etc/ha-load-balancer/current";
const firstPort = 8090;
/** Where Keepalived, whose `/tmp` is its own, writes what it runs with when it is asked by SIGUSR1. */
const keepalivedData = "/tmp/systemd-private-*-keepalived.service-*/tmp/keepalived.data";

describe("an update that is cut off in the middle", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let changes = 0;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
    // The one that reboots is the standby: clients have nothing to notice in any of this.
    if ((await pair.active()) === "lb2") {
      await lab.hosts.lb2.must("ha-lb switchover");
      await pair.waitUntilRedundant();
    }
  });
  afterEach(() => lab?.heal());

  it("because the connection is lost: the next one waits for what still runs on the node, and finishes", () =>
    losesNothing(async () => {
      const sessions = `for one in /proc/[0-9]*; do grep -qa '^sshd: root@notty' $one/cmdline && echo \${one#/proc/}; done`;
      await cutOff("lb1", async () => {
        await lab.hosts.lb1.must(`kill -KILL $(${sessions})`);
      });
      await recovers();
    }));

  it("because the second node reboots, while the first one has the new bundle", () =>
    losesNothing(async () => {
      await cutOff("lb2", async () => {
        await lab.fault("reboot", "lb2");
      });
      await lab.heal();
      await recovers();
    }));

  it("because the engine is killed: its lock is to be lifted by hand, as with any stack", () =>
    losesNothing(async () => {
      const engine = new Engine(lab);
      await cutOff("lb1", async () => engine.kill());
      const locked = await pair.up().catch((error: unknown) => error);
      assert.ok(locked instanceof PulumiError && /currently locked/.test(locked.message), String(locked));
      await liftLock(pair);
      await recovers();
    }));

  /** From before the update that is cut off until the one that finishes. */
  async function losesNothing(story: () => Promise<void>): Promise<void> {
    assert.deepEqual(await missedDuring(pair, story), [], "requests were lost");
    assert.equal(await pair.active(), "lb1");
  }

  /** Begins an update that needs a reload, and does what ends it once that node is in the middle of it. */
  async function cutOff(name: LoadBalancerName, end: () => Promise<void>): Promise<void> {
    const host = pair.host(name);
    await host.must(`printf '[Service]\\nExecReload=/bin/sleep 15\\n' >${slowReload}; systemctl daemon-reload`);
    const before = await host.must(current);
    changes++;
    await pair.configure({ frontends: frontends(), failover: { advertIntervalSeconds: advertSeconds() } });
    const ended = pair.up().then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(`${name} to be in the middle`, async () => (await host.must(current)) !== before, 120_000);
    await end();
    assert.ok(await ended, "`up` went well");
    assert.equal((await fetchFrom(pair, url)).code, 0, "the pair no longer serves");
    await until("the node to be there", () => host.isUp(), 60_000);
    await host.must(`rm ${slowReload}; systemctl daemon-reload`);
  }

  async function recovers(): Promise<void> {
    await pair.up();
    await audit(pair);
    for (const name of loadBalancers) {
      assert.equal(await runningAdvertMs(name), 1000 * advertSeconds(), `${name}: Keepalived runs with other timers`);
    }
    assert.equal((await fetchFrom(pair, `${url.replace(/\/$/, "")}:${firstPort + changes}/`)).code, 0);
  }

  /** Another one for each change, so that Keepalived has to be reloaded, too. */
  function advertSeconds(): number {
    return changes % 2 === 1 ? 0.5 : 1;
  }

  /** Of what runs, and not of the file. */
  async function runningAdvertMs(name: LoadBalancerName): Promise<number> {
    const host = pair.host(name);
    await host.must(`rm -f ${keepalivedData}; kill -USR1 $(systemctl show --property MainPID --value keepalived)`);
    const told = async () =>
      /Advert interval = (\d+) milli-sec/.exec((await host.run(`cat ${keepalivedData}`)).stdout)?.[1];
    return Number(await until("Keepalived to tell its settings", told, 10_000));
  }

  /** Each change has a port of its own, so that it cannot be told at run time. */
  function frontends(): FrontendArgs[] {
    return [80, firstPort + changes].map((port) => ({ name: `web${port}`, port, defaultBackend: "app" }));
  }
});
