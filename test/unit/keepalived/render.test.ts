import assert from "node:assert/strict";
import { failoverModel } from "../../../src/keepalived/model";
import { type KeepalivedNode, renderKeepalived } from "../../../src/keepalived/render";
import type { Failover } from "../../../src/keepalived/rules";
import { masterDownSeconds, priorities, skewSeconds } from "../../../src/keepalived/timers";
import { assertGolden } from "../golden";
import { ipv4, variants } from "./variants";

function rendered(failover: Failover | undefined, node: KeepalivedNode | undefined): string {
  return renderKeepalived(failoverModel(failover), node as KeepalivedNode);
}

describe("keepalived.conf", () => {
  for (const { name, failover, pair } of variants) {
    for (const node of pair) {
      it(`is as expected: ${name}, ${node.name}`, () => {
        assertGolden(`keepalived/${name}.${node.name}.conf`, rendered(failover, node));
      });
    }
  }

  it("gives the two nodes different priorities, the higher one to the preferred node", () => {
    const priority = (failover: Failover | undefined, index: 0 | 1) =>
      Number(/^ +priority (\d+)$/m.exec(rendered(failover, ipv4[index]))?.[1]);
    assert.ok(priority(undefined, 0) > priority(undefined, 1));
    assert.ok(priority({ preferredNode: "lb2" }, 0) < priority({ preferredNode: "lb2" }, 1));
  });

  it("lets nobody but the preferred node take the address back", () => {
    assert.match(rendered(undefined, ipv4[0]), /^ +nopreempt$/m);
    assert.match(rendered({ preferredNode: "lb2" }, ipv4[0]), /^ +nopreempt$/m);
    assert.match(rendered({ preferredNode: "lb2" }, ipv4[1]), /^ +preempt_delay 30$/m);
    assert.doesNotMatch(rendered({ preferredNode: "lb2" }, ipv4[1]), /nopreempt/);
  });

  it("rounds what arithmetic has left on an interval", () => {
    assert.match(rendered({ advertIntervalSeconds: 0.1 + 0.2 }, ipv4[0]), /^ +advert_int 0\.3$/m);
  });
});

describe("timers", () => {
  it("follow RFC 9568: three adverts and the skew", () => {
    assert.equal(skewSeconds(1, 192), 0.25);
    assert.equal(masterDownSeconds(1, 192), 3.25);
    assert.ok(Math.abs(masterDownSeconds(0.1, priorities[1]) - 0.32578) < 1e-5);
  });

  it("keep the two nodes further apart than the millisecond in which both could win", () => {
    const apart = (advert: number) => skewSeconds(advert, priorities[1]) - skewSeconds(advert, priorities[0]);
    assert.ok(apart(0.1) > 0.003);
  });
});
