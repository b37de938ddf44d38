// A pair in a cloud under the eyes of a real Prometheus, with the files that are shipped for it: every alert comes with
// its fault and goes with it, and every panel of the dashboard has something to show.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { certificate } from "../../certificates";
import type { Lab } from "../../lab/lab";
import { loadBalancers, webServers } from "../../lab/layout";
import { Namespace } from "../../lab/namespace";
import { Pair, type PairSettings, webServers as servers } from "../../pair/pair";
import { hetzner } from "../../pair/platforms/hcloud";
import { withLab } from "../labForTests";
import { Origin } from "../origin/origin";
import { monitoring, needsPrometheus, Prometheus, metricsPort as port, shipped } from "../prometheus";

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
/** What a viewer chooses from, at the top. */
interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
}
const dashboard = JSON.parse(readFileSync(join(shipped, "grafana-dashboard.json"), "utf8")) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
};

describe("a pair that Prometheus watches", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let origin: Origin;
  let prometheus: Prometheus;

  needsPrometheus();

  withLab(
    "hcloud-provisioning",
    async (started) => {
      lab = started;
      origin = await Origin.start(lab, "web1");
      pair = await Pair.deploy(lab, settings(5), "monitored");
      prometheus = await Prometheus.start(lab, pair);
    },
    { cloud: "hcloud" },
  );

  afterEach("faults", async () => {
    await lab.heal();
    await hetzner(lab).lift();
  });

  after("the pair", async () => {
    await prometheus?.stop();
    await pair?.pulumi.destroy();
  });

  it("tells its metrics to who may ask, and to nobody else", async () => {
    const stranger = new Namespace(lab.name, "web2");
    for (const name of loadBalancers) {
      const { privateAddress, publicAddress } = pair.host(name);
      for (const path of ["/metrics", "/metrics/ha-lb"]) {
        assert.equal(await statusOf(lab.operator, `http://${privateAddress}:${port}${path}`), "200");
        assert.equal(await statusOf(stranger, `http://${privateAddress}:${port}${path}`), "403");
        assert.equal(await statusOf(lab.operator, `http://${publicAddress}:${port}${path}`), "000");
      }
      assert.equal(await statusOf(lab.operator, `http://${privateAddress}:8405/metrics`), "000");
      assert.equal(await statusOf(lab.operator, `http://${privateAddress}:${port}/`), "200", "statistics");
    }
  });

  it("has an alert for a certificate that expires, until another is deployed", async () => {
    const [alert] = await prometheus.fires("HaLbCertificateExpires");
    assert.match(alert?.annotations.summary ?? "", /^The certificate for example\.com on edge expires$/);
    assert.match(alert?.annotations.description ?? "", /^web\/0001\.pem is good for 4d 23h /);
    await pair.configure(settings(90));
    await pair.up();
    await prometheus.clears();
  });

  it("has an alert for a backend that is down", async () => {
    await Promise.all(webServers.map((name) => lab.hosts[name].must("systemctl stop nginx")));
    const [alert] = await prometheus.fires("HaLbBackendDown");
    assert.equal(alert?.labels.proxy, "app");
    await Promise.all(webServers.map((name) => lab.hosts[name].must("systemctl start nginx")));
    await prometheus.clears();
  });

  it("has an alert for a queue that grows", async () => {
    const load = await lab.client.start({ url: `${pair.url}slow/?delay=2000`, perSecond: 2, timeoutMs: 40_000 });
    const [alert] = await prometheus.fires("HaLbQueueGrowing").finally(() => load.stop());
    assert.equal(alert?.labels.proxy, "slow");
    await prometheus.clears();
  });

  it("has alerts for a failover, and for a cloud that does not move the address", async () => {
    const outage = await hetzner(lab).outage();
    await pair.fault("haproxy-stop", await pair.active());
    await prometheus.fires("HaLbNotRedundant", "HaLbNotScraped", "HaLbFailover", "HaLbAddressMismatch");
    await prometheus.fires("HaLbApiFailing", "HaLbApiErrors");
    await hetzner(lab).lift(outage);
    await prometheus.clears("HaLbNotRedundant", "HaLbNotScraped");
    await lab.heal();
    await prometheus.clears();
  });

  it("has an alert for a pair that serves no more", async () => {
    for (const name of loadBalancers) await pair.fault("haproxy-stop", name);
    await prometheus.fires("HaLbDown");
    await lab.heal();
    await prometheus.clears();
    await pair.waitUntilRedundant();
  });

  it("has something to show in every panel of the dashboard, with the names that its legend wants", async () => {
    const pairs = await choices("pair");
    assert.deepEqual(pairs, ["edge"]);
    let shown = 0;
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const query = expr.replaceAll("$pair", pairs[0] as string).replaceAll("$__rate_interval", "20s");
        const series = await prometheus.since(query);
        assert.notEqual(series.length, 0, `${title}: nothing for ${query}`);
        const names = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
        for (const { metric } of series)
          assert.deepEqual(
            names.filter((name) => !metric[name]),
            [],
            `${title}: ${query}`,
          );
        shown += 1;
      }
    }
    console.log(`    ${shown} queries of ${dashboard.panels.length} panels and rows`);
    assert.deepEqual(await prometheus.complaints(), []);
  });

  /** What the dashboard lets a viewer choose from for one of its variables, by the query that it asks for them. */
  async function choices(name: string): Promise<string[]> {
    const { query } = dashboard.templating.list.find((one) => one.name === name) ?? assert.fail(`no variable ${name}`);
    const asked = typeof query === "string" ? query : query.query;
    const [, selector, label] = /^label_values\((.+), *(\w+)\)$/.exec(asked) ?? assert.fail(asked);
    return prometheus.valuesOf(label as string, selector as string);
  }

  /** Of which the certificate is good for so many days. */
  function settings(days: number): PairSettings {
    return {
      failover: { profile: "fast" },
      haproxy: { monitoring },
      secrets: { pem: certificate({ names: ["example.com"], days }) },
      frontends: [
        {
          name: "web",
          port: 443,
          tls: { certificates: ["secret:pem"] },
          defaultBackend: "app",
        },
        {
          name: "plain",
          port: 80,
          routes: [{ match: { pathPrefixes: ["/slow"] }, backend: "slow" }],
          defaultBackend: "app",
        },
      ],
      backends: [
        { name: "app", servers: servers(lab), healthCheck: { path: "/healthz" } },
        { name: "slow", servers: [{ ...origin.server("http"), maxConnections: 1 }] },
      ],
    };
  }
});

/** "000" where there is no answer. */
async function statusOf(from: Namespace, url: string): Promise<string> {
  const quiet = ["--silent", "--output", "/dev/null", "--max-time", "5", "--write-out", "%{http_code}"];
  return (await from.run("curl", [...quiet, url])).stdout;
}
