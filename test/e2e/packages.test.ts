// Where HAProxy comes from: the distribution, a branch of the community, Enterprise, and back, on a pair that serves.
import assert from "node:assert/strict";
import { now } from "../lab/clock";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers, vendors } from "../lab/layout";
import { PulumiError } from "../lab/pulumi";
import { auditNodes, fetchFrom } from "../pair/audit";
import { type LoadBalancerName, Pair, type PairSettings, url } from "../pair/pair";
import { withLab } from "./labForTests";

type HaproxyPackage = NonNullable<PairSettings["packages"]>["haproxy"];

const { community, mirror, enterprise } = vendors;
const enterpriseUrl = `${enterprise.url("{key}")}{distribution}-{codename}/{architecture}/`;
const aptFiles = "find /etc/apt -type f | sort | xargs sha256sum";
/** On top of a failover per node: a busy machine. */
const GENEROUS_MS = 8_000;

describe("the HAProxy of a pair", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let source: { readonly url: string; readonly signingKey: string };
  let untouched: Record<LoadBalancerName, string>;

  withLab("packages", async (started) => {
    lab = started;
    source = { url: community.url, signingKey: lab.signingKey("community") };
    pair = await Pair.prepare(lab, { sshUser: "admin" });
    untouched = await onBoth(aptFiles);
    await pair.up();
  });

  it("is the distribution's, whose sources stay as they are", async () => {
    await runs("haproxy", /^HAProxy version 2\.6\./);
    assert.deepEqual(await onBoth(aptFiles), untouched);
  });

  it("becomes the community's, one node after the other, while the pair serves", async () => {
    await pair.configure(withHaproxy({ edition: "community", version: "3.0", source }));
    const client = await lab.client.start({ url });
    const since = now();
    await pair.up();
    const { outageMs, requests } = await client.stop({ since });
    assert.ok(requests >= 100, `only ${requests} requests were made`);
    assert.ok(outageMs <= GENEROUS_MS, `outage ${outageMs} ms`);
    await runs("haproxy", /^HAProxy version 3\.0\./);
    await auditNodes(pair);
  });

  it("comes from its repository alone, and nothing else does", async () => {
    for (const name of loadBalancers) {
      const policy = (what: string) => pair.host(name).must(`apt-cache policy ${what}`);
      assert.match(await policy("haproxy"), new RegExp(`\\*\\*\\* 3\\.0\\.\\S+ 1001\\n +\\d+ ${community.url} `));
      assert.match(await policy(""), new RegExp(` 100 ${community.url} `));
      assert.match(await pair.host(name).must("apt-get --simulate dist-upgrade"), /^0 upgraded, 0 newly installed/m);
    }
  });

  it("stays as it is when nothing changed, and when another setting does", async () => {
    assert.deepEqual(Object.keys((await pair.up()).changes), ["same"]);
    const before = await onBoth(`${aptFiles}; cat /var/log/apt/history.log; ls --full-time /var/lib/apt/lists`);
    const programs = await onBoth("systemctl show --property MainPID haproxy");
    await pair.configure(withHaproxy({ edition: "community", version: "3.0", source }, 200));
    assert.equal((await pair.up()).changes.update, 2);
    const after = await onBoth(`${aptFiles}; cat /var/log/apt/history.log; ls --full-time /var/lib/apt/lists`);
    assert.deepEqual(after, before);
    assert.deepEqual(await onBoth("systemctl show --property MainPID haproxy"), programs);
  });

  it("is refused from a source that does not hold what it should, and every host stays as it was", async () => {
    const before = await onBoth(`${aptFiles}; dpkg --list; systemctl show --property MainPID haproxy`);
    const enterpriseSource = { url: enterpriseUrl, signingKey: lab.signingKey("enterprise") };
    const attempts: readonly [HaproxyPackage, RegExp][] = [
      [
        { edition: "community", version: "3.0", source: { ...source, signingKey: lab.signingKey("enterprise") } },
        /reading the package source of HAProxy failed\. apt said:[\s\S]*(NO_PUBKEY|not signed)/,
      ],
      [
        { edition: "community", version: "3.2", source: { ...source, suite: "{codename}-backports-3.0" } },
        /no package source of this host has HAProxy 3\.2; the newest is \S+\. Correct packages\.haproxy\.version/,
      ],
      [
        {
          edition: "community",
          version: "3.0",
          source: { ...source, url: mirror.url, user: "reader", password: "no" },
        },
        /reading the package source of HAProxy failed\. apt said:[\s\S]*401/,
      ],
      [
        { edition: "enterprise", version: "3.0", source: enterpriseSource, enterpriseKey: "another0key0of0mine" },
        /reading the package source of HAProxy failed\. apt said:[\s\S]*key\/\[secret\]-plus[\s\S]*403/,
      ],
    ];
    for (const [haproxy, reason] of attempts) {
      await pair.configure(withHaproxy(haproxy));
      const error = await pair.up().catch((failure: unknown) => failure);
      assert.ok(error instanceof PulumiError, `it went well with ${JSON.stringify(haproxy)}`);
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /another0key/);
      assert.equal((await fetchFrom(pair, url)).code, 0, "the pair no longer serves");
    }
    assert.deepEqual(await onBoth(`${aptFiles}; dpkg --list; systemctl show --property MainPID haproxy`), before);
  });

  it("comes from a mirror that asks for a password", async () => {
    const { user, password } = mirror;
    await pair.configure(
      withHaproxy({ edition: "community", version: "3.0", source: { ...source, url: mirror.url, user, password } }),
    );
    await pair.up();
    const sources = await onBoth("apt-cache policy haproxy");
    for (const name of loadBalancers) {
      assert.ok(
        sources[name].includes(`${mirror.url} `) && !sources[name].includes(`${community.url} `),
        sources[name],
      );
    }
    await nowhereFound(password, "/etc/apt/auth.conf.d/ha-load-balancer.conf");
    await auditNodes(pair);
  });

  it("becomes Enterprise, under its own name", async () => {
    await Promise.all(loadBalancers.map((name) => watchArguments(name)));
    await pair.configure(
      withHaproxy({
        edition: "enterprise",
        version: "3.0",
        source: { url: enterpriseUrl, signingKey: lab.signingKey("enterprise") },
        enterpriseKey: enterprise.key,
      }),
    );
    const { stdout } = await pair.up();
    assert.ok(!stdout.includes(enterprise.key), "the key was shown");
    await runs("hapee-3.0-lb", /^HAProxy version 3\.0\./);
    assert.deepEqual(await onBoth("systemctl is-enabled hapee-3.0-lb haproxy || true"), {
      lb1: "enabled\ndisabled\n",
      lb2: "enabled\ndisabled\n",
    });
    await auditNodes(pair);
  });

  it("keeps the key out of arguments, logs, the state and files of others", async () => {
    for (const name of loadBalancers) {
      const seen = await pair.host(name).must("systemctl stop watch-arguments; cat /run/arguments");
      assert.match(seen, /apt-get/, "no arguments were watched");
      assert.ok(!seen.includes(enterprise.key), `${name}: the key was an argument`);
    }
    await nowhereFound(enterprise.key, "/etc/apt/sources.list.d/ha-load-balancer.sources");
  });

  it("is watched under its own name: the address moves when it stops", async () => {
    const active = await pair.active();
    await pair.host(active).must("systemctl stop hapee-3.0-lb");
    await until("the other node to take over", async () => !(await pair.holders()).includes(active), 10_000);
    const { stdout, code } = await pair.host(active).run("ha-lb doctor");
    assert.equal(code, 1);
    assert.match(stdout, /hapee-3\.0-lb does not run: `systemctl start hapee-3\.0-lb`/);
    await pair.host(active).must("systemctl start hapee-3.0-lb");
    await pair.waitUntilRedundant();
    assert.equal((await pair.host(active).run("ha-lb doctor")).code, 0);
  });

  it("is the distribution's again, older as it is, and nothing of the source is left", async () => {
    await pair.configure(withHaproxy({ edition: "distribution" }));
    await pair.up();
    await runs("haproxy", /^HAProxy version 2\.6\./);
    assert.deepEqual(await onBoth(aptFiles), untouched);
    assert.deepEqual(await onBoth("systemctl is-active hapee-3.0-lb || systemctl is-enabled hapee-3.0-lb || true"), {
      lb1: "inactive\ndisabled\n",
      lb2: "inactive\ndisabled\n",
    });
    await auditNodes(pair);
  });

  function withHaproxy(haproxy: HaproxyPackage, lockTimeoutSeconds?: number): PairSettings {
    return { sshUser: "admin", packages: { haproxy, lockTimeoutSeconds } };
  }

  async function onBoth(command: string): Promise<Record<LoadBalancerName, string>> {
    const [lb1 = "", lb2 = ""] = await Promise.all(loadBalancers.map((name) => pair.host(name).must(command)));
    return { lb1, lb2 };
  }

  /** Writes down the arguments of whatever runs, until it is stopped. */
  async function watchArguments(name: LoadBalancerName): Promise<void> {
    const watch = "while :; do cat /proc/[0-9]*/cmdline; sleep 0.05; done >/run/arguments 2>/dev/null";
    await pair.host(name).must(`systemd-run --quiet --unit=watch-arguments sh -c '${watch}'`);
  }

  /** The one file may have it, which others cannot read. What is compressed or encrypted has it nowhere. */
  async function nowhereFound(secret: string, but: string): Promise<void> {
    assert.ok(!(await pair.pulumi.exportState()).text.includes(secret), "it is in the state");
    for (const name of loadBalancers) {
      const host = pair.host(name);
      const folders = "/etc /run /tmp /usr/local /var/log /var/lib/dpkg /var/tmp";
      const find = `grep --recursive --files-with-matches --text --fixed-strings --file=- ${folders} 2>/dev/null || true`;
      assert.equal(await host.must(find, { input: secret }), `${but}\n`);
      assert.equal(await host.must(`stat --format '%a %U' ${but}`), "600 root\n");
      const journal = await host.must("journalctl --no-pager --output cat");
      assert.ok(!journal.includes(secret), `${name}: it is in the journal`);
    }
  }

  /** The program that runs, and not the one that a new start would run. */
  async function runs(service: string, version: RegExp): Promise<void> {
    const said = await onBoth(`/proc/$(systemctl show --property MainPID --value ${service})/exe -v`);
    for (const name of loadBalancers) {
      assert.match(said[name], version, name);
      assert.equal((await pair.host(name).run("ha-lb doctor")).code, 0, name);
    }
  }
});
