// Every secret that the arguments can have, each followed through the life of a pair: into what the engine tells, keeps
// and logs, and to all places of a node where somebody else could find it.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import { certificate } from "../../certificates";
import { must, until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { loadBalancers, vendors } from "../../lab/layout";
import { type CommandOptions, type CommandResult, PulumiError } from "../../lab/pulumi";
import { audit } from "../../pair/audit";
import { other, Pair, type PairSettings, webServers } from "../../pair/pair";
import { withLab } from "../labForTests";
import { filesWith, namesIn, namesInJournal, type Secrets, type Watch, watch } from "./search";

/** From 3 on, Pulumi's own libraries write down all that they hand each other (docs/security.md). */
const LOG_LEVEL = 2;
const passphrase = "canary of the passphrase";
const password = "canary-of-the-login";
const wrongPassword = "canary-of-a-wrong-password";
/** Of that login. */
const hash = "$6$canaryofhash$9RM7biOY3OdG.GyM6dxz19Af0cifY4.LI7caAHbZ5gip07f6lPFoeac5hbBDJA9Jdru4yfiCymSZqx6MsRG9W1";
const [first, renewed] = [
  certificate({ names: ["canary.example.com"] }),
  certificate({ names: ["canary.example.org"] }),
];
const shownToServers = certificate({ names: ["canary.example.net"] });

describe("secrets of a pair", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let privateKey: string;
  let secrets: Secrets;
  let watched: readonly Watch[];
  /** What the engine has printed, logged and kept, by when. */
  const told: Record<string, string> = {};

  withLab("provisioning", async (started) => {
    lab = started;
    privateKey = await protectedKey();
    pair = await Pair.prepare(lab, settings(first));
    secrets = {
      "SSH key": lineOf(privateKey),
      "passphrase of the SSH key": passphrase,
      "TLS key": lineOf(first),
      "renewed TLS key": lineOf(renewed),
      "TLS key for servers": lineOf(shownToServers),
      "password hash": hash,
      "password of a client": password,
      "password of the repository": vendors.mirror.password,
      "wrong password of the repository": wrongPassword,
      "key by which the nodes know each other": lineOf(derivedIdentity(privateKey, "peers")),
    };
    watched = await Promise.all(loadBalancers.map((name) => watch(lab.hosts[name], secrets, 300)));

    /** Another one is made, because the lab's own has no passphrase. */
    async function protectedKey(): Promise<string> {
      const file = join(lab.stateDir, "protected-key");
      await writeFile(file, lab.sshKey.privateKey, { mode: 0o600 });
      await must("ssh-keygen", ["-q", "-p", "-P", "", "-N", passphrase, "-f", file]);
      return must("cat", [file]);
    }
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
    ["HAProxy refuses the configuration", { haproxy: { raw: { global: ["no-such-keyword"] } } }, /no-such-keyword/],
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
    for (const [login, status] of [
      [`alice:${password}`, "200"],
      [`alice:${wrongPassword}`, "401"],
    ] as const) {
      const asked = ["--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}", "--config", "-"];
      const url = `https://${sharedAddress.ipv4}/`;
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
    const { "SSH key": sshKey, "passphrase of the SSH key": _, ...others } = secrets;
    for (const name of loadBalancers) {
      assert.deepEqual(
        await filesWith(pair.host(name), { sshKey: sshKey as string, passphrase, password, wrongPassword }),
        [],
      );
      const files = await filesWith(pair.host(name), others);
      for (const file of files) {
        assert.match(file, /^600 root \/etc\/(ha-load-balancer\/bundles|apt\/auth\.conf\.d)\//);
      }
      assert.ok(files.length >= 5, files.join("\n"));
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
    const { url, user } = vendors.mirror;
    const source = { url, user, password: "secret:repositoryPassword", signingKey: lab.signingKey("community") };
    const frontend = {
      name: "private",
      port: 443,
      tls: { certificates: [ofWeb] },
      access: { basicAuth: { users: { alice: "secret:passwordHash" } } },
      // The nodes tell each other, by the key that they know each other by.
      rateLimits: [{ requests: 100, perSeconds: 10 }],
      defaultBackend: "app",
    };
    const clientCertificate = "secret:shownToServers";
    return {
      privateKey,
      privateKeyPassphrase: "secret:passphrase",
      frontends: [{ name: "web", port: 80, defaultBackend: "app" }, frontend],
      backends: [
        { name: "app", servers: webServers(lab) },
        { name: "safe", servers: webServers(lab), tls: { clientCertificate, verify: "none" } },
      ],
      packages: { haproxy: { edition: "community", version: "3.0", source } },
      ...different,
      secrets: { ...own, ...different.secrets },
    };
  }
});

const own = { passphrase, passwordHash: hash, shownToServers, repositoryPassword: vendors.mirror.password };

function assertSeen(commands: readonly string[], part: string): void {
  assert.ok(
    commands.some((line) => line.includes(part)),
    `none of ${commands.length} command lines has "${part}"`,
  );
}

/** From the middle of a private key, and nowhere else. */
function lineOf(pem: string): string {
  const [, body = ""] = /-----BEGIN [A-Z ]*PRIVATE KEY-----\n([\s\S]*?)\n-----END/.exec(pem) ?? [];
  const lines = body.split("\n");
  return lines[Math.floor(lines.length / 2)] ?? "";
}
