// Time grows as the arguments do, and not with their square: in what is good, and in what is wrong with all of it.
import assert from "node:assert/strict";
import { bundlesOf } from "./host/sampleBundles";
import { address, largeArgs, numbered, perBackend } from "./largeArgs";
import { messagesOf, sampleArgs, settled, validated } from "./sampleArgs";

/** So much more is asked, which may take so much longer; what compared everything with everything would take 64 times. */
const FACTOR = 8;
const GROWTH = 14;
/** Nothing makes it faster; the collection of garbage, and what else runs on the same core, make it slower. */
const ATTEMPTS = { least: 3, most: 12 };

describe("large arguments", function () {
  this.timeout(120_000);

  it("of 1,000 backends and 10,000 servers are checked, and rendered for both nodes, in less than a second", async () => {
    const args = largeArgs(1000);
    const [first] = await rendered(args);
    const text = first.files.find(({ path }) => path === "haproxy.cfg")?.content ?? "";
    assert.equal(text.match(/^ {4}server app-/gm)?.length, 1000 * perBackend.servers);
    assert.equal(text.match(/^ {4}use_backend app-/gm)?.length, 1000);
    const [ms = 0] = await bestMs([() => rendered(args)], ([took = 0]) => took < 1000);
    assert.ok(ms < 1000, `${ms} ms`);
  });

  it("take longer by as much as there is more of them", () => growsAsItself(125, (size) => rendered(largeArgs(size))));

  it("with many frontends on one port do so too", () =>
    growsAsItself(1000, (size) => {
      const frontends = numbered(size, (number) => ({ ...web(number), port: 80, addresses: [address(number)] }));
      assert.deepEqual(messagesOf({ ...small(), frontends }), []);
    }));

  it("with a port that is taken twice by all do so too", () =>
    growsAsItself(1000, (size) => {
      const frontends = numbered(size, (number) => ({ ...web(number), port: 80 }));
      assert.equal(messagesOf({ ...small(), frontends }).length, size - 1);
    }));

  it("with names that no backend has do so too", () =>
    growsAsItself(500, (size) => {
      const backends = numbered(size, (number) => ({ ...app, name: `app-${number}` }));
      const frontends = numbered(size, (number) => ({ ...web(number), port: number, defaultBackend: `ap-${number}x` }));
      assert.equal(messagesOf({ ...small(), backends, frontends }).length, size);
    }));
});

const app = { name: "app", servers: [{ address: "10.0.0.1", port: 80 }] };
const web = (number: number) => ({ name: `web-${number}`, defaultBackend: "app" });
const small = () => ({ platform: sampleArgs().platform, backends: [app] });

async function rendered(args: unknown) {
  return bundlesOf(await settled(validated(args)));
}

async function growsAsItself(size: number, work: (size: number) => unknown): Promise<void> {
  await work(size);
  const isInProportion = ([small = 0, large = 0]: readonly number[]) => large < GROWTH * small;
  const best = await bestMs([() => work(size), () => work(FACTOR * size)], isInProportion);
  assert.ok(isInProportion(best), `${size} take ${best[0]} ms, ${FACTOR} times as many ${best[1]} ms`);
}

/** The best of a few attempts at each, and of more where these are not good: the machine may have others to serve. */
async function bestMs(works: readonly (() => unknown)[], isGood: (best: readonly number[]) => boolean) {
  let best = works.map(() => Number.POSITIVE_INFINITY);
  for (let attempt = 1; attempt <= ATTEMPTS.most && (attempt <= ATTEMPTS.least || !isGood(best)); attempt++) {
    const attempts: number[] = [];
    for (const work of works) {
      attempts.push(await cpuMs(work));
    }
    best = best.map((ms, index) => Math.min(ms, attempts[index] as number));
  }
  return best;
}

/** By the processor's time: not that of the others. */
async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
