// A live hand-made pair becomes one of this library's, and is what it was before again: under load, whichever node serves.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { now } from "../lab/clock";
import type { Host } from "../lab/host";
import type { Lab } from "../lab/lab";
import { loadBalancers, sharedAddress } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { failureOf } from "../pair/failure";
import { haproxyFile, keepalivedFile, makeByHand, settledOn } from "../pair/handMade";
import { type LoadBalancerName, Pair } from "../pair/pair";
import { snapshot } from "../pair/snapshot";
import { leftOn } from "../pair/takeOff";
import { withLab } from "./labForTests";
import { assertOneOutagePerMove } from "./movesOnce";

/** A node is MASTER after three adverts and their skew; before that, Keepalived takes a second to end. */
const TIMERS_MS = 3_600 + 1_000;
/** Two restarts of services, on a machine that has others to run. */
const SERVICES_MS = 4_000;
const backups = "/var/backups/ha-load-balancer";
const backup = `${backups}/originals`;
/** All that is copied. */
const originals = ["haproxy", "keepalived", "default/haproxy", "default/keepalived"].map((name) => `/etc/${name}`);
/** HAProxy's own check lets it pass. */
const cannotStart = [{ name: "web", port: 80, defaultBackend: "app", raw: ["bind unix@/nowhere/web.socket"] }];

/** A process that is called so, in a unit of its own, and does nothing. */
const startPretending = (name: string) =>
  `cp /bin/sleep /root/${name} && systemd-run --quiet --unit pretending-${name} /root/${name} infinity`;
const stopPretending = (name: string) => `systemctl stop pretending-${name} && rm /root/${name}`;

describe("taking over a hand-made pair", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let before: string[][];

  // Of its own: hosts that this library has never seen.
  withLab("by-hand", async (started) => {
    lab = started;
    await makeByHand(lab, "lb1");
    before = await snapshots();
  });

  it("is refused without a word of the user's, on both nodes and before anything changes", async () => {
    pair = await Pair.prepare(lab);
    const message = await failureOf(pair);
    for (const file of [haproxyFile, keepalivedFile]) {
      const named = message.split(`${file} was not made by this library`).length - 1;
      assert.ok(named >= loadBalancers.length, `${file} is named ${named} times:\n${message}`);
    }
    assert.match(message, /Nothing was changed\.[\s\S]*give `adopt: true` to `existing`[\s\S]*move these files away/);
    assert.ok(await pair.answers());
    assert.deepEqual(await snapshots(), before);
  });

  it("is refused, too, where something else moves addresses, or a service runs something else", async () => {
    const dropIn = "/etc/systemd/system/haproxy.service.d/own.conf";
    const movers = { lb1: ["ucarp", "pacemakerd"], lb2: ["vrrpd", "keepalived"] } as const;
    await onBoth((host, name) => {
      const ownCommand = "[Service]\\nExecStart=\\nExecStart=haproxy -f /etc/own.cfg\\n";
      const addDropIn = `mkdir ${dirname(dropIn)} && printf '${ownCommand}' >${dropIn}`;
      return host.must([addDropIn, ...movers[name].map(startPretending)].join(" && "));
    });
    await pair.configure({ adopt: true });
    const message = await failureOf(pair);
    await onBoth((host, name) =>
      host.must([`rm -r ${dirname(dropIn)}`, ...movers[name].map(stopPretending)].join(" && ")),
    );
    const named = message.split(`${dropIn} makes the service run something else: move it away`).length - 1;
    assert.ok(named >= loadBalancers.length, `${dropIn} is named ${named} times:\n${message}`);
    for (const mover of Object.values(movers).flat()) {
      assert.match(message, new RegExp(`${mover} \\(process \\d+\\) moves addresses, outside of keepalived\\.service`));
    }
    assert.deepEqual(await snapshots(), before);
  });

  it("is refused, too, where an address would no longer be served: on one host, and the other goes on standing by", async () => {
    const another = "198.51.100.101";
    const [lb1, lb2] = [lab.hosts.lb1, lab.hosts.lb2];
    await lb1.must(`sed -i 's#^ *${sharedAddress.ipv4}/24.*#&\\n        ${another}/24 dev eth0#' ${keepalivedFile}`);
    const message = await failureOf(pair);
    await lb1.must(`sed -i '/${another}/d' ${keepalivedFile}`);
    assert.match(
      message,
      /shares 198\.51\.100\.101, too\. List it in platform\.virtualAddresses.* Nothing was changed/,
    );
    await lb2.must("systemctl is-active haproxy keepalived");
    assert.deepEqual(await snapshot(lb1), before[0]);
  });

  it("has one gap, never two nodes with the address, and keeps a copy of the originals", async () => {
    await pair.configure({ adopt: true });
    await takesOneGap(() => pair.up());
    await auditNodes(pair);
    assert.equal(await pair.active(), "lb1", "it was to stay where it was");
    for (const name of loadBalancers) {
      const same = originals.map((path) => `diff -r ${path} ${backup}${path}`);
      await pair.host(name).must([...same, `test -s ${backup}/README`].join(" && "));
    }
  });

  it("may be forgotten then", async () => {
    const [active, bundles] = [await pair.active(), await pair.recordedBundles()];
    await pair.configure({});
    const { changes } = await pair.up();
    assert.deepEqual(changes, { delete: 2, update: 2 });
    assert.deepEqual([await pair.active(), await pair.recordedBundles()], [active, bundles]);
  });

  it("is undone with one gap, and leaves both hosts as they were", async () => {
    await pair.pulumi.destroy();
    const [standby, active] = [await pair.standby(), await pair.active()];
    await takesOneGap(async () => {
      assert.match(await pair.host(standby).must("ha-lb uninstall --restore"), /systemctl enable --now keepalived/);
      const { code, stderr } = await pair.host(active).run("ha-lb uninstall --restore");
      assert.deepEqual([code, /nobody might serve then\. `--force`/.test(stderr)], [1, true], stderr);
      await pair.host(active).must("ha-lb uninstall --restore --force");
      await settledOn(lab, active);
      await pair.host(standby).must("systemctl enable --now keepalived");
    });
    await settledOn(lab, "lb1");
    assert.deepEqual(await snapshots(), before);
  });

  it("lets what was there serve on when a node turns out not to, and goes through later", async () => {
    await makeByHand(lab, "lb2");
    pair = await Pair.prepare(lab, { adopt: true, frontends: cannotStart });
    const client = await pair.startLoad({ perSecond: 100 });
    const message = await failureOf(pair).finally(() => client.stop().then(({ lost }) => assert.equal(lost, 0)));
    assert.match(message, /nothing of this one runs\. haproxy and keepalived of what was here before runs again/);
    for (const name of loadBalancers) {
      await pair.host(name).must("systemctl is-active haproxy keepalived");
    }
    await pair.configure({ adopt: true });
    await takesOneGap(() => pair.up());
    await auditNodes(pair);
    assert.equal(await pair.active(), "lb2", "it was to stay where it was");
  });

  it("is taken off without a return, too", async () => {
    const [standby, active] = [await pair.standby(), await pair.active()];
    await pair.host(standby).must("ha-lb uninstall");
    const said = await pair.host(active).must("ha-lb uninstall --force");
    assert.match(said, /HAProxy and Keepalived are off; what was here before is where it was/);
    for (const name of loadBalancers) {
      // As the guide has it: the copy of what was there before.
      assert.deepEqual(await leftOn(pair.host(name), pair.addresses), [backups]);
      await pair.host(name).must(`rm -r ${backups}`);
      const { stdout } = await pair.host(name).run("systemctl is-enabled haproxy keepalived");
      assert.equal(stdout, "disabled\ndisabled\n");
    }
  });

  /** Work after which both nodes and their services are others, under load. */
  async function takesOneGap(work: () => Promise<unknown>): Promise<void> {
    const seen = new Set<string>();
    const watch = setInterval(async () => seen.add((await lab.holdersOf(sharedAddress.ipv4)).join(" and ")), 50);
    await assertOneOutagePerMove(pair, TIMERS_MS + SERVICES_MS, async () => {
      const at = now();
      await work();
      return at;
    }).finally(() => clearInterval(watch));
    assert.ok(!seen.has("lb1 and lb2"), [...seen].join());
  }

  function snapshots(): Promise<string[][]> {
    return onBoth(snapshot);
  }

  function onBoth<T>(work: (host: Host, name: LoadBalancerName) => Promise<T>): Promise<T[]> {
    return Promise.all(loadBalancers.map((name) => work(lab.hosts[name], name)));
  }
});
