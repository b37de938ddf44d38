// Every secret that the arguments can have, each followed through the life of a pair: into what the engine tells, keeps
// and logs, and to all places of a node where somebody else could find it.
import assert from "node:assert/strict";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { type CommandOptions, type CommandResult, PulumiError } from "../../lab/pulumi";
import { audit } from "../../pair/audit";
import { other, Pair, type PairSettings } from "../../pair/pair";
import { withLab } from "../labForTests";
import { metricsPort } from "../prometheus";
import {
  first,
  type Keys,
  makeKeys,
  metricsPassword,
  monitoring,
  password,
  renewed,
  secretsOfNodes,
  secretsOfOthers,
  settingsWith,
  wrongPassword,
} from "./canaries";
import { filesWith, namesIn, namesInJournal, type Secrets, type Watch, watch } from "./search";

/** From 3 on, Pulumi's own libraries write down all that they hand each other (docs/security.md). */
const LOG_LEVEL = 2;
/** For root alone: what was delivered, apt's password, and what an order of a certificate works with. */
const places =
  /^600 root \/(etc\/(ha-load-balancer\/bundles|apt\/auth\.conf\.d)|var\/lib\/ha-load-balancer\/acme\/work)\//;
/** Where secrets have to be. */
const needed = [
  /haproxy\.cfg$/,
  /haproxy\/peers\.pem$/,
  /acme\/account\.pem$/,
  /acme\/identity\.pem$/,
  /acme\/canary\.test-\w+\.hmac$/,
  /auth\.conf\.d\/ha-load-balancer\.conf$/,
];

describe("secrets of a pair", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let keys: Keys;
  let secrets: Secrets;
  let watched: readonly Watch[];
  /** What the engine has printed, logged and kept, by when. */
  const told: Record<string, string> = {};

  withLab("provisioning", async (started) => {
    lab = started;
    keys = await makeKeys(lab);
    pair = await Pair.prepare(lab, settings(first));
    secrets = { ...secretsOfNodes(keys), ...secretsOfOthers(keys) };
    watched = await Promise.all(loadBalancers.map((name) => watch(lab.hosts[name], secrets, 400)));
  });

  it("are in nothing that the engine tells or keeps when the pair is made", async () => {
    const engine = await watch(lab.operator, secrets, 300);
    await tells("first preview", (log) => pair.pulumi.preview({ diff: true, ...log }));
    await tells("first up", (log) => pair.up(log));
    const { leaks, commands } = await engine.end();
    await pair.waitUntilRedundant();
    await noneTold();
    // The program's own process gets the configuration by its environment, which is Pulumi's way.
    assert.deepEqual(
      leaks.filter((leak) => leak.startsWith("cmdline")),
      [],
    );
    assertSeen(commands, "pulumi up ");
  });

  it("are in nothing that the engine tells or keeps of a change", async () => {
    await pair.configure(settings(renewed));
    const { stdout } = await tells("preview of a change", (log) => pair.pulumi.preview({ diff: true, ...log }));
    assert.match(stdout, /haproxy\/\S+\.pem [0-9a-f]{8}/, "the plan does not say what changes");
    await tells("change", (log) => pair.up(log));
    await noneTold();
  });

  const failures: readonly [string, Partial<PairSettings>, RegExp][] = [
    [
      "HAProxy refuses the configuration",
      { haproxy: { monitoring, raw: { global: ["no-such-keyword"] } } },
      /no-such-keyword/,
    ],
    ["the repository refuses the password", { secrets: { repositoryPassword: wrongPassword } }, /package source/],
    ["the passphrase is wrong", { secrets: { passphrase: wrongPassword } }, /passphrase/],
  ];
  for (const [what, different, reason] of failures) {
    it(`are in no error and no log when ${what}`, async () => {
      await pair.configure(settings(renewed, different));
      const { stdout, stderr } = await tells(what, (log) => pair.up(log));
      assert.match(stdout + stderr, reason);
      await noneTold();
    });
  }

  it("are in no log of a node when a client logs in, and when the address moves", async () => {
    await pair.configure(settings(renewed));
    await pair.up();
    const web = `https://${sharedAddress.ipv4}/`;
    const metrics = `http://${lab.hosts.lb1.privateAddress}:${metricsPort}/metrics`;
    for (const [url, login, status] of [
      [web, `alice:${password}`, "200"],
      [web, `alice:${wrongPassword}`, "401"],
      [metrics, `watcher:${metricsPassword}`, "200"],
      [metrics, `watcher:${wrongPassword}`, "401"],
    ] as const) {
      const asked = ["--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}", "--config", "-"];
      const { stdout } = await lab.operator.run("curl", [...asked, url], { input: `user = "${login}"` });
      assert.equal(stdout, status);
    }
    const active = await pair.active();
    await pair.fault("haproxy-stop", active);
    await until("the address to move", async () => (await pair.holders()).join() === other(active), 20_000);
    await lab.heal();
    await audit(pair);
    for (const name of loadBalancers) {
      assert.deepEqual(await namesInJournal(pair.host(name), secrets), [], name);
      const said = await pair
        .host(name)
        .run("ha-lb status; ha-lb status --json; ha-lb doctor; ha-lb metrics; ha-lb logs");
      assert.deepEqual(namesIn(said.stdout + said.stderr, secrets), [], name);
    }
  });

  it("are in files that root alone can read, and only those that a node needs", async () => {
    for (const name of loadBalancers) {
      assert.deepEqual(await filesWith(pair.host(name), secretsOfOthers(keys)), []);
      const files = await filesWith(pair.host(name), secretsOfNodes(keys));
      for (const file of files) assert.match(file, places);
      const missing = needed.filter((pattern) => !files.some((file) => pattern.test(file)));
      assert.deepEqual(missing, [], files.join("\n"));
    }
  });

  it("are in nothing that the engine tells when the pair is destroyed", async () => {
    await tells("destroy", (log) => pair.pulumi.destroy(log));
    await noneTold();
  });

  it("were in the arguments and the environment of no process on the nodes", async () => {
    for (const watching of watched) {
      const { leaks, commands } = await watching.end();
      assert.deepEqual(leaks, []);
      assertSeen(commands, "/bin/apply ");
    }
  });

  /** Runs it, and keeps what it said, with the engine's log, and the state that it left. */
  async function tells(
    when: string,
    work: (options: CommandOptions) => Promise<CommandResult>,
  ): Promise<CommandResult> {
    const result = await work({ logLevel: LOG_LEVEL }).catch((error: unknown) => {
      assert.ok(error instanceof PulumiError, String(error));
      return error.result;
    });
    told[when] = result.stdout + result.stderr;
    told[`state after ${when}`] = (await pair.pulumi.exportState()).text;
    return result;
  }

  async function noneTold(): Promise<void> {
    for (const [when, text] of Object.entries(told)) assert.deepEqual(namesIn(text, secrets), [], when);
  }

  function settings(ofWeb: string, different: Partial<PairSettings> = {}): PairSettings {
    return settingsWith(lab, keys, ofWeb, different);
  }
});

function assertSeen(commands: readonly string[], part: string): void {
  assert.ok(
    commands.some((line) => line.includes(part)),
    `none of ${commands.length} command lines has "${part}"`,
  );
}
