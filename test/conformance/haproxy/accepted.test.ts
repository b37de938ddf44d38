// Whatever validation accepts, the real HAProxy accepts too, without a warning.
import assert from "node:assert/strict";
import fc from "fast-check";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import { renderProxy } from "../../../src/haproxy/render";
import { proxyProblems } from "../../../src/haproxy/rules";
import type { Backend, Frontend } from "../../../src/haproxy/shapes";
import { needsLab } from "../../setup/needsLab";
import { httpBackend, tcpBackend } from "./arbitraries/backend";
import { forwardingFrontend, httpFrontend, tcpFrontend } from "./arbitraries/frontend";
import { haproxy as haproxySettings } from "./arbitraries/settings";
import { CheckingHaproxy, haproxyVersions } from "./haproxy";

/** Frontends and backends in one configuration: starting HAProxy costs more than reading them. */
const TOGETHER = 40;
const CONFIGURATIONS = 30;
/** Another one each time, so that every run adds something; given again, it repeats what it found. */
const CHANCE = Number(process.env.HA_LB_SEED ?? Math.floor(Math.random() * 1_000_000) + 1_000);
const seeds = [...Array.from({ length: CONFIGURATIONS }, (_, index) => index + 1), CHANCE];
const node = {
  ipv6: true,
  statusPort: 8405,
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
      console.log(`    seed ${CHANCE} beside the fixed ones (HA_LB_SEED=${CHANCE} repeats it)`);
      for (const seed of seeds) {
        const { frontends, backends } = acceptable(seed);
        const [settings] = fc.sample(haproxySettings, { seed, numRuns: 1 });
        accepted += frontends.length + backends.length;
        const complaints = haproxy.complaints(renderProxy({ frontends, backends, haproxy: settings }, node));
        if (complaints.length > 0) {
          assert.fail(`seed ${seed}: ${complaints.join("\n")}\n${culprit(haproxy, frontends, backends)}`);
        }
      }
      assert.ok(accepted >= 2_000, `only ${accepted} were accepted by validation`);
    });
  }
});

const spare: Backend[] = [
  { name: "spare", servers: [{ address: "10.0.0.1", port: 80 }] },
  { name: "spare-bytes", mode: "tcp", servers: [{ address: "10.0.0.1", port: 80 }] },
];
const plain: Frontend = { name: "plain", port: 1, defaultBackend: "spare" };

const frontendOf = (index: number): fc.Arbitrary<Frontend> => {
  const [name, port] = [`f${index}`, 1000 + index];
  return index % 8 === 0
    ? forwardingFrontend(name, port)
    : index % 4 === 0
      ? tcpFrontend(name, port, "spare-bytes")
      : httpFrontend(name, port, "spare");
};
const backendOf = (index: number) => (index % 4 === 0 ? tcpBackend(`b${index}`) : httpBackend(`b${index}`));

interface Accepted {
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
}

/** Made once for all versions: that takes longer than reading them. */
const madeFrom = new Map<number, Accepted>();

/** Those that validation accepts, of a number made from the seed. */
function acceptable(seed: number): Accepted {
  const known = madeFrom.get(seed) ?? make(seed);
  madeFrom.set(seed, known);
  return known;
}

function make(seed: number): Accepted {
  const made = <T>(arbitrary: (index: number) => fc.Arbitrary<T>) =>
    Array.from(
      { length: TOGETHER },
      (_, index) => fc.sample(arbitrary(index), { seed: seed * 1000 + index, numRuns: 1 })[0] as T,
    );
  const isGood = (frontends: Frontend[], backends: Backend[]) =>
    proxyProblems({ frontends, backends } as never).length === 0;
  const backends = made(backendOf).filter((one) => isGood([plain], [...spare, one]));
  const frontends = made(frontendOf).filter((one) => isGood([plain, one], spare));
  return { frontends: [plain, ...frontends], backends: [...spare, ...backends] };
}

/** The first one that HAProxy complains of alone, to be read by a person. */
function culprit(haproxy: CheckingHaproxy, frontends: readonly Frontend[], backends: readonly Backend[]): string {
  const proxies = [
    ...frontends.map((one) => ({ frontends: one === plain ? [plain] : [plain, one], backends: spare, one })),
    ...backends.map((one) => ({ frontends: [plain], backends: spare.includes(one) ? spare : [...spare, one], one })),
  ];
  const found = proxies.find((proxy) => haproxy.complaints(renderProxy(proxy, node)).length > 0);
  return JSON.stringify(found?.one ?? "only together", null, 1);
}
