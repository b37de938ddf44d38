// Whatever validation accepts, the real HAProxy accepts too, without a warning.
import assert from "node:assert/strict";
import fc from "fast-check";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import { renderProxy } from "../../../src/haproxy/render";
import { proxyProblems } from "../../../src/haproxy/rules";
import type { Backend, Frontend } from "../../../src/haproxy/shapes";
import { needsLab } from "../../setup/needsLab";
import { haproxy as haproxySettings, httpBackend, httpFrontend } from "./arbitraries";
import { CheckingHaproxy, haproxyVersions } from "./haproxy";

/** Frontends and backends in one configuration: starting HAProxy costs more than reading them. */
const TOGETHER = 40;
const CONFIGURATIONS = 40;
const node = {
  ipv6: true,
  peers: {
    own: { name: "lb1", address: "10.0.0.11" },
    other: { name: "lb2", address: "10.0.0.12" },
    port: 8406,
    identity: derivedIdentity("secret", "peers"),
  },
};

describe("configurations that validation accepts", function () {
  this.timeout(600_000);

  for (const version of haproxyVersions) {
    it(`are accepted by HAProxy ${version} without a warning`, async function () {
      needsLab(this);
      const haproxy = await CheckingHaproxy.ready(version);
      let accepted = 0;
      for (let seed = 1; seed <= CONFIGURATIONS; seed++) {
        const { frontends, backends } = acceptable(seed);
        const [settings] = fc.sample(haproxySettings, { seed, numRuns: 1 });
        accepted += frontends.length + backends.length;
        const complaints = haproxy.complaints(renderProxy({ frontends, backends, haproxy: settings }, node));
        if (complaints.length > 0) {
          assert.fail(`seed ${seed}: ${complaints.join("\n")}\n${culprit(haproxy, frontends, backends)}`);
        }
      }
      assert.ok(accepted > CONFIGURATIONS * TOGETHER * 0.4, `only ${accepted} were accepted by validation`);
    });
  }
});

/** Those that validation accepts, of a number made from the seed. */
function acceptable(seed: number): { frontends: Frontend[]; backends: Backend[] } {
  const spare: Backend = { name: "spare", servers: [{ address: "10.0.0.1", port: 80 }] };
  const plain: Frontend = { name: "plain", port: 1, defaultBackend: "spare" };
  const made = <T>(arbitrary: (index: number) => fc.Arbitrary<T>) =>
    Array.from(
      { length: TOGETHER },
      (_, index) => fc.sample(arbitrary(index), { seed: seed * 1000 + index, numRuns: 1 })[0] as T,
    );
  const backends = made((index) => httpBackend(`b${index}`)).filter(
    (one) => proxyProblems({ frontends: [plain], backends: [spare, one] as never }).length === 0,
  );
  const frontends = made((index) => httpFrontend(`f${index}`, 1000 + index, "spare")).filter(
    (one) => proxyProblems({ frontends: [plain, one] as never, backends: [spare] as never }).length === 0,
  );
  return { frontends: [plain, ...frontends], backends: [spare, ...backends] };
}

/** The first one that HAProxy complains of alone, to be read by a person. */
function culprit(haproxy: CheckingHaproxy, frontends: readonly Frontend[], backends: readonly Backend[]): string {
  const [plain, spare] = [frontends[0] as Frontend, backends[0] as Backend];
  const proxies = [
    ...frontends.map((one) => ({ frontends: one === plain ? [plain] : [plain, one], backends: [spare], one })),
    ...backends.map((one) => ({ frontends: [plain], backends: one === spare ? [spare] : [spare, one], one })),
  ];
  const found = proxies.find((proxy) => haproxy.complaints(renderProxy(proxy, node)).length > 0);
  return JSON.stringify(found?.one ?? "only together", null, 1);
}
