// What is rendered for Keepalived is taken by the real one, oldest and newest, without a word.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { failoverModel } from "../../../src/keepalived/model";
import { renderKeepalived } from "../../../src/keepalived/render";
import { suites } from "../../lab/base/image";
import { needsLab } from "../../setup/needsLab";
import { file, sampleBundles } from "../../unit/host/sampleBundles";
import { variants } from "../../unit/keepalived/variants";
import { type Configuration, complaints } from "./keepalived";

/** Of the bundle, as it goes to hosts. */
const watched = readFileSync(resolve(__dirname, "../../../src/host/files/units/tmpfiles.conf"), "utf8");
/** As `apply` writes it on a host with these two. */
const interfaces = "$PEER_INTERFACE=eth1\n$ADDRESS_0_INTERFACE=eth0\n$ADDRESS_1_INTERFACE=eth0\n";

const rendered = variants.flatMap(({ name, failover, pair }) =>
  pair.map((node) => [`${name}-${node.name}`, renderKeepalived(failoverModel(failover), node)] as const),
);
const bundled = sampleBundles().map(
  (bundle, index) => [`sample-lb${index + 1}`, file(bundle, "keepalived.conf").content.toString()] as const,
);
const good = new Map(
  [...rendered, ...bundled].map(([name, text]) => [
    name,
    { "keepalived.conf": text, "interfaces.conf": interfaces, "tmpfiles.conf": watched },
  ]),
);

/** What the check has to notice, for its silence to mean anything; each is good but for one thing. */
const wrong = {
  "unknown-keyword": { of: changed("nopreempt", "noprempt"), complaint: /Unknown keyword 'noprempt'/ },
  "no-such-interface": {
    of: { ...sample(), "interfaces.conf": interfaces.replace("=eth0", "=eth7") },
    complaint: /interface eth7 .*doesn't exist/,
  },
  "no-such-peer-interface": {
    of: { ...sample(), "interfaces.conf": interfaces.replace("=eth1", "=eth8") },
    complaint: /eth8/,
  },
  "advert-too-long": { of: changed("advert_int 1", "advert_int 41"), complaint: /advert/i },
  "no-such-user": { of: changed("script_user ha-lb", "script_user nobody-of-that-name"), complaint: /script uid/ },
};

describe("keepalived.conf", function () {
  this.timeout(600_000);

  for (const suite of suites) {
    describe(`in front of the Keepalived of Debian ${suite}`, () => {
      let said: Map<string, string>;
      before(async function () {
        needsLab(this);
        const bad = Object.entries(wrong).map(([name, { of }]) => [name, of] as const);
        said = await complaints(suite, new Map<string, Configuration>([...good, ...bad]));
      });

      for (const name of good.keys()) {
        it(`is accepted without a word: ${name}`, () => {
          assert.equal(said.get(name), "");
        });
      }

      for (const [name, { complaint }] of Object.entries(wrong)) {
        it(`would be complained of: ${name}`, () => {
          assert.match(said.get(name) ?? "", complaint);
        });
      }
    });
  }
});

function sample(): Configuration {
  return good.get("steady-lb1") as Configuration;
}

function changed(text: string, by: string): Configuration {
  const whole = sample()["keepalived.conf"] ?? "";
  assert.ok(whole.includes(text), `not in keepalived.conf: ${text}`);
  return { ...sample(), "keepalived.conf": whole.replace(text, by) };
}
