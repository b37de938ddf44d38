// Time grows as the arguments do, and not with their square: in what is good, and in what is wrong with all of it.
import assert from "node:assert/strict";
import { bundlesOf } from "./host/sampleBundles";
import { address, largeArgs, numbered, perBackend } from "./largeArgs";
import { messagesOf, sampleArgs, settled, validated } from "./sampleArgs";

/** So much more is asked, which may take so much longer; what compared everything with everything would take 64 times. */
const FACTOR = 8;
const GROWTH = 24;
const ATTEMPTS = 3;

describe("large arguments", function () {
  this.timeout(120_000);

  it("of 1,000 backends and 10,000 servers are checked, and rendered for both nodes, within 5 s at the very most", async () => {
    const args = largeArgs(1000);
    const before = process.cpuUsage();
    const [first] = await rendered(args);
    const { user, system } = process.cpuUsage(before);
    const text = first.files.find(({ path }) => path === "haproxy.cfg")?.content ?? "";
    assert.equal(text.match(/^ {4}server app-/gm)?.length, 1000 * perBackend.servers);
    assert.equal(text.match(/^ {4}use_backend app-/gm)?.length, 1000);
    assert.ok((user + system) / 1e6 < 5, `${(user + system) / 1e6} s`);
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

/** By the processor's time: the machine may have others to serve. */
async function growsAsItself(size: number, work: (size: number) => unknown): Promise<void> {
  await work(size);
  const [small, large] = [await cpuMs(() => work(size)), await cpuMs(() => work(FACTOR * size))];
  assert.ok(large < GROWTH * small, `${size} take ${small} ms, ${FACTOR} times as many ${large} ms`);
}

/** The best of a few attempts: nothing makes it faster, and the collection of garbage makes it slower. */
async function cpuMs(work: () => unknown): Promise<number> {
  const attempts: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    attempts.push((user + system) / 1000);
  }
  return Math.min(...attempts);
}
