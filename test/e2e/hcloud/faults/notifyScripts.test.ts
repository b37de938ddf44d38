// Why an agent and no notify script: Keepalived starts a script at a transition and never looks back. Three ways in which
// a script that looks up what it needs, assigns once and is done leaves the address where it is not to be. What comes of
// each is told of both: the script fails, so that the story is the right one, and the agent does not.
import assert from "node:assert/strict";
import { hetznerMoving } from "../../../bench/moving/hetznerMoving";
import { useAgent, useScript } from "../../../bench/moving/oneShotScript";
import { until } from "../../../lab/command";
import { auditNodes } from "../../../pair/audit";
import type { LoadBalancerName } from "../../../pair/pair";
import { hetzner } from "../../../pair/platforms/hcloud";
import { type CloudPair, SOON_MS, withCloudPair } from "../../cloud/cloudPair";
import { hetznerCloud } from "../tested";

/** lb1, of the higher priority, is MASTER and has the address. */
interface Story {
  readonly title: string;
  /** Where clients are sent, one after the other, by who does it right. */
  readonly moves: readonly LoadBalancerName[];
  /** Returns the node that is MASTER in the end, and is to have the address. */
  tell(pair: CloudPair): Promise<LoadBalancerName>;
}

const stories: readonly Story[] = [
  {
    // The backup hears nothing for a moment, and the MASTER does not change: nothing tells anybody to take it back.
    title: "a blip after which the MASTER is the one that it was",
    moves: ["lb2", "lb1"],
    async tell(pair) {
      await pair.lab.fault("partition-from", pair.pair.host("lb1").name, pair.pair.host("lb2").name);
      await until("lb2 to have claimed", async () => (await pair.moves()).includes("lb2"), SOON_MS, 10);
      await pair.lab.heal();
      await pair.untilMaster("lb1");
      return "lb1";
    },
  },
  {
    title: "two transitions of which the first is carried out last",
    moves: [],
    async tell(pair) {
      await pair.lab.fault("api-unreachable", pair.pair.host("lb2").name);
      await change(pair, "lb2");
      await change(pair, "lb1");
      await called(pair, "lb1");
      await pair.lab.heal();
      return "lb1";
    },
  },
  {
    title: "a call that fails once",
    moves: ["lb2"],
    async tell(pair) {
      const path = "/floating_ips/*/actions/assign";
      await hetzner(pair.lab).inject({ kind: "status", status: 503 }, { method: "POST", path, times: 1 });
      await change(pair, "lb2");
      return "lb2";
    },
  },
  {
    title: "a Keepalived that dies and so does not tell that the node is MASTER no longer",
    moves: [],
    async tell(pair) {
      await pair.lab.fault("api-unreachable", pair.pair.host("lb2").name);
      await change(pair, "lb2");
      await pair.hold("lb1", false);
      await pair.pair.host("lb2").must("systemctl kill --signal=KILL keepalived");
      await pair.untilMaster("lb1");
      await called(pair, "lb1");
      await pair.lab.heal();
      return "lb1";
    },
  },
];

/** The node has said to the cloud that the address is its own. */
async function called(pair: CloudPair, name: LoadBalancerName): Promise<void> {
  await until(`${name} to claim`, async () => (await pair.claimsOf(name)).length > 0, SOON_MS, 10);
}

/** That node is MASTER next. */
async function change(pair: CloudPair, to: LoadBalancerName): Promise<void> {
  await pair.hold(to, false);
  await pair.hold(to === "lb1" ? "lb2" : "lb1", true);
  await pair.untilMaster(to);
}

describe("a notify script that claims once, on Hetzner Cloud", function () {
  this.timeout(120_000);
  let cloudPair: CloudPair;
  withCloudPair(hetznerCloud, async (ready) => {
    cloudPair = ready;
    const { lab, pair } = cloudPair;
    await cloudPair.begin("lb1");
    await useScript(pair, await hetznerMoving.oneShotScript(lab, pair));
  });
  after("the agent is back", async () => {
    if (!cloudPair) return;
    await cloudPair.lab.heal();
    await Promise.all([cloudPair.hold("lb1", false), cloudPair.hold("lb2", false)]);
    await useAgent(cloudPair.pair);
  });

  for (const { title, tell } of stories) {
    it(`leaves the address on the wrong node after ${title}`, async () => {
      await startFrom("lb1");
      const master = await tell(cloudPair);
      await until("all scripts to end", scriptsAreOver, SOON_MS, 100);
      assert.deepEqual(await cloudPair.masters(), [master]);
      assert.notEqual(await cloudPair.pair.active(), master);
    });
  }

  async function scriptsAreOver(): Promise<boolean> {
    const running = async (name: LoadBalancerName) =>
      (await cloudPair.pair.host(name).run("pgrep --full '/root/one-shot-script$'")).code === 0;
    return !(await running("lb1")) && !(await running("lb2"));
  }

  /** What nobody does by himself here. */
  async function startFrom(name: LoadBalancerName): Promise<void> {
    const { lab, hand, pair } = cloudPair;
    await lab.heal();
    await hand.reset();
    await change(cloudPair, name);
    await cloudPair.hold("lb2", false);
    await until("all scripts to end", scriptsAreOver, SOON_MS, 100);
    if ((await pair.active()) !== name) await cloudPair.assignTo(cloudPair.idOf(name));
    await cloudPair.forget();
  }
});

describe("the agent in place of a notify script, on Hetzner Cloud", function () {
  this.timeout(120_000);
  let cloudPair: CloudPair;
  withCloudPair(hetznerCloud, (ready) => {
    cloudPair = ready;
  });
  afterEach(() => cloudPair?.heal());

  for (const { title, moves, tell } of stories) {
    it(`has the address on the MASTER after ${title}`, async () => {
      await cloudPair.begin("lb1");
      const master = await tell(cloudPair);
      assert.equal(await cloudPair.settled(), master);
      assert.deepEqual(await cloudPair.moves(), moves);
    });
  }

  it("leaves the pair as it was", async () => {
    await cloudPair.rest();
    await auditNodes(cloudPair.pair);
  });
});
