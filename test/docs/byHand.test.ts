// Commands that people type when they follow the guides, as they stand there, where no other test runs them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostKeyProblems } from "../../src/validation/sshKeys";
import { until } from "../lab/command";
import { Lab } from "../lab/lab";
import { loadBalancers, ownLabName } from "../lab/layout";
import { needsLab } from "../setup/needsLab";
import { guides, root, shownCommands } from "./commands";

const shown = guides.flatMap(shownCommands).map(({ text }) => text);

/** The guides' own command: this one, or the one that goes on after it. */
function command(start: string): string {
  const found = shown.find((text) => text === start) ?? shown.find((text) => text.startsWith(`${start} `));
  assert.ok(found, `no guide has a command that begins with ${start}`);
  return found;
}

describe("commands of the guides", function () {
  this.timeout(300_000);
  let home: string;

  before(function () {
    needsLab(this);
    home = mkdtempSync(join(tmpdir(), "by-hand-"));
  });
  after(() => home && rmSync(home, { recursive: true }));

  function type(text: string, cwd: string, env: NodeJS.ProcessEnv = {}): string {
    const { status, stdout, stderr } = spawnSync("bash", ["-euc", text], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, HOME: home, GNUPGHOME: home, HA_LB_CACHE: process.env.HA_LB_CACHE, ...env },
    });
    assert.equal(status, 0, `${text}:\n${stdout}${stderr}`);
    return stdout;
  }

  it("make a stack that keeps the private key as a secret", () => {
    const key = join(home, ".ssh/id_ed25519");
    mkdirSync(join(home, ".ssh"));
    type(`ssh-keygen -q -t ed25519 -N "" -f ${key}`, home);
    type(command("mkdir edge && cd edge"), home);
    const project = join(home, "edge");
    writeFileSync(join(project, "Pulumi.yaml"), "name: edge\nruntime: nodejs\n");
    const env = {
      PULUMI_BACKEND_URL: `file://${home}`,
      PULUMI_CONFIG_PASSPHRASE: "by hand",
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    type(command("pulumi stack init dev"), project, env);
    type(command("pulumi config set --secret sshPrivateKey"), project, env);
    type(command("pulumi config set --path"), project, env);
    assert.match(type("pulumi config get virtualAddresses", project, env), /198\.51\.100\.10\/24/);
    const text = readFileSync(key, "utf8");
    assert.equal(type("pulumi config get sshPrivateKey", project, env).trim(), text.trim());
    assert.ok(!readFileSync(join(project, "Pulumi.dev.yaml"), "utf8").includes(text.split("\n")[1] as string));
  });

  it("turn a repository's key into text", () => {
    const file = "haproxy-archive-keyring.gpg";
    type(`gpg --batch --passphrase "" --quick-generate-key packages@example.com && gpg --export >${file}`, home);
    assert.match(type(command("gpg --show-keys"), home), /packages@example\.com/);
    type(command("gpg --no-default-keyring"), home);
    assert.match(readFileSync(join(home, "haproxy.asc"), "utf8"), /^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
  });

  it("list all of npm's, each with a line of help", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    // Whoever runs the tests by a silent npm hands its silence on.
    const said = type(command("npm run"), root, { npm_config_loglevel: "notice" });
    for (const [name, script] of Object.entries(scripts)) {
      assert.match(said, new RegExp(`^ +${name}$`, "m"));
      assert.match(script, /^: '[A-Z][^']+'; /, `${name} has no line of help`);
    }
  });

  it("bring a lab up, look at it, and find the keys of its hosts", async () => {
    const name = ownLabName("by-hand");
    const lab = command("npm run lab -- up").replace("--", `-- --name ${name}`);
    try {
      assert.match(type(lab, root), /^lb1 +up +198\.51\.100\.\d+ /m);
      assert.match(type(lab.replace(/up$/, "ssh lb2 hostname"), root), /^lb2$/m);
      const { hosts, operator } = await Lab.attach(name);
      const addresses = loadBalancers.map((node) => hosts[node].publicAddress ?? "");
      // Debian's hosts have keys of every type, which the lab's, to boot quickly, have not.
      await Promise.all(loadBalancers.map((node) => hosts[node].must("ssh-keygen -A && systemctl reload ssh")));
      const [, ...scan] = command("ssh-keyscan -t ecdsa").split(" ").slice(0, 3);
      const keys = await until(
        "both hosts to tell their keys",
        async () => {
          const { stdout } = await operator.run("ssh-keyscan", [...scan, ...addresses]);
          const lines = stdout.split("\n").filter((line) => /^[^#]/.test(line));
          return lines.length === 2 && lines;
        },
        30_000,
      );
      for (const line of keys) {
        // What follows the address.
        assert.deepEqual(hostKeyProblems("hostKey", line.slice(line.indexOf(" ") + 1)), []);
      }
    } finally {
      type(lab.replace(/up$/, "down"), root);
    }
  });
});
