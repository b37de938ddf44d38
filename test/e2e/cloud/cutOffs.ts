// Steps at which updates that replace both machines of a pair are cut off, on any cloud: up to the move of the address.
import assert from "node:assert/strict";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";
import { cutOff } from "../../pair/engine";
import type { Pair } from "../../pair/pair";

/** Files of a package are there, and it may not be configured yet. */
const begun = "test -e /var/lib/dpkg/info/haproxy.list";

interface Replacing {
  readonly pair: Pair;
  newHosts(): readonly Host<MachineName>[];
  /** How often the address was moved so far. */
  moves(): Promise<number>;
}

/** @param replacing is asked once the surrounding hooks have run */
export function cutOffUntilTheMove(replacing: () => Replacing): void {
  it("while packages are installed on the new ones", async () => {
    const { pair, newHosts, moves } = replacing();
    const isInstalling = async (host: Host<MachineName>) => (await host.isUp()) && (await host.run(begun)).code === 0;
    const count = async () => (await Promise.all(newHosts().map(isInstalling))).filter(Boolean).length;
    await cutOff(pair, async () => (await count()) === 2);
    assert.equal(await moves(), 0);
  });

  it("once these are installed", async () => {
    const { pair, moves } = replacing();
    // What comes next says so, whichever of the two was installed before the engine ended the last time.
    await cutOff(pair, async (said) => said("edge-lb1-apply updating"));
    assert.equal(await moves(), 0);
  });

  it("in the moment in which the first new one takes the address", async () => {
    const { pair, moves } = replacing();
    await cutOff(pair, async () => (await moves()) > 0);
  });
}
