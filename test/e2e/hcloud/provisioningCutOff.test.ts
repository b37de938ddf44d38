// Machines of a pair on Hetzner Cloud that are replaced by an update whose engine is killed, at one step after the other:
// the pair serves all the time, and the next update ends with two healthy machines.
import assert from "node:assert/strict";
import { audit } from "../../pair/audit";
import { Engine, liftLock } from "../../pair/engine";
import type { Pair } from "../../pair/pair";
import { list, type Resource } from "./api";
import { settings, withServingPair } from "./provisionedPair";

/** A planned move: the skew of a goodbye, one call, and a busy machine. */
const longestMoveMs = 3_000;

/** Lines of the engine that say that a step is done, and recorded; the last one that is named is waited for. */
const steps = [
  { title: "both new machines are there", lines: [/edge-lb1 created replacement/, /edge-lb2 created replacement/] },
  { title: "both are installed", lines: [/edge-lb1-install updated/, /edge-lb2-install updated/] },
  { title: "the first one has its bundle", lines: [/edge-lb1-apply updated/] },
  { title: "the second one has its bundle", lines: [/edge-lb2-apply updated/] },
] as const;

interface Server extends Resource {
  readonly server_type: { readonly name: string };
}

describe("replacing machines by an update that is killed", function () {
  this.timeout(900_000);
  let pair: Pair;

  withServingPair((serving) => {
    pair = serving;
  });

  steps.forEach(({ title, lines }, index) => {
    it(`once ${title}: serves meanwhile, and the next one finishes`, async () => {
      const serverType = index % 2 === 0 ? "cx33" : "cx23";
      await pair.configure({ ...settings, hcloud: { ...settings.hcloud, serverType } });
      const load = await pair.startLoad({ perSecond: 50 });
      try {
        await killedAfter(lines);
        await liftLock(pair);
        await pair.up();
      } finally {
        const { outageMs, lostOutside } = await load.stop();
        assert.ok(outageMs < longestMoveMs, `the address was away for ${outageMs} ms`);
        assert.deepEqual(lostOutside, []);
      }
      await audit(pair);
      const types = (await list<Server>(pair.lab, "servers")).map(({ server_type }) => server_type.name);
      assert.deepEqual(types, [serverType, serverType]);
    });
  });

  async function killedAfter(lines: readonly RegExp[]): Promise<void> {
    const engine = new Engine(pair.lab);
    const waitedFor = new Set(lines);
    const onStdoutLine = (line: string) => {
      const awaited = [...waitedFor].find((pattern) => pattern.test(line));
      if (awaited && waitedFor.delete(awaited) && waitedFor.size === 0) {
        engine.kill();
      }
    };
    const result = await pair.pulumi.up({ onStdoutLine }).catch((error: unknown) => error);
    assert.ok(result instanceof Error, "the engine was not killed");
  }
});
