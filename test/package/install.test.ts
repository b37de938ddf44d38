// What a user gets who installs the package into a project of their own, type-checks a program, previews it, and deploys it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLab } from "../e2e/labForTests";
import type { Lab } from "../lab/lab";
import { loadBalancers, sharedAddress } from "../lab/layout";
import { Pulumi, PulumiError, type Run } from "../lab/pulumi";
import { url, webServers } from "../pair/pair";
import { hostKey, privateKey } from "../unit/sampleArgs";
import { command, install, pack } from "./packed";
import { deployable, program, wrongPrograms } from "./programs";

describe("a project with the package", function () {
  this.timeout(600_000);
  let directory: string;
  let project: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "install-"));
    project = join(directory, "site");
    install(project, pack(directory));
  });
  after(() => rmSync(directory, { recursive: true }));

  it("has no cloud's SDK in it", () => {
    assert.deepEqual(readdirSync(join(project, "node_modules/@pulumi")).sort(), ["command", "pulumi"]);
  });

  it("has one Pulumi SDK, the user's own", () => {
    const found = command(project, "npm", ["ls", "@pulumi/pulumi", "--parseable", "--all"]).trim().split("\n");
    assert.deepEqual(
      found.map((path) => path.split("/node_modules/").length),
      [2],
    );
  });

  it("loads it by require, without any platform", () => {
    const loaded = JSON.parse(
      command(project, "node", [
        "--print",
        `const library = require("pulumi-ha-load-balancer");
        const classes = Object.keys(library).filter((name) => typeof library[name] === "function").sort();
        JSON.stringify({ classes, sets: Object.keys(library).length - classes.length, files: Object.keys(require.cache) })`,
      ]),
    );
    assert.deepEqual(loaded.classes, ["HaLoadBalancer", "InvalidArgumentsError"]);
    assert.ok(loaded.sets > 0);
    assert.ok(loaded.files.every((file: string) => !/\/dist\/platforms\/|@pulumi\/(aws|hcloud)/.test(file)));
  });

  it("loads it by import too", () => {
    const script = `import { HaLoadBalancer } from "pulumi-ha-load-balancer";
      import { existing } from "pulumi-ha-load-balancer/existing";
      console.log(typeof HaLoadBalancer, typeof existing);`;
    assert.equal(command(project, "node", ["--input-type=module", "--eval", script]), "function function\n");
  });

  it("has the failover drill as a command", () => {
    assert.match(command(project, "npx", ["--no-install", "ha-lb-drill", "--help"]), /^usage: ha-lb-drill --fault/);
  });

  it("cannot reach what is not meant to be imported", () => {
    const script = 'require("pulumi-ha-load-balancer/dist/validate")';
    assert.match(spawnSync("node", ["--eval", script], { cwd: project, encoding: "utf8" }).stderr, /NOT_EXPORTED/);
  });

  for (const [resolution, options] of [
    ["of Node.js", { module: "node16", moduleResolution: "node16" }],
    // What Pulumi uses in a project without a tsconfig.json.
    ["of old", { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0", skipLibCheck: true }],
  ] as const) {
    it(`type-checks a program, and refuses wrong ones: module resolution ${resolution}`, () => {
      const files = { good: program, deployable, ...wrongPrograms };
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(project, `${name}.ts`), text);
      }
      const compilerOptions = { ...options, target: "es2022", strict: true, noEmit: true, types: ["node"] };
      const include = Object.keys(files).map((name) => `${name}.ts`);
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
      const { stdout } = spawnSync("node", ["node_modules/typescript/bin/tsc", "--pretty", "false"], {
        cwd: project,
        encoding: "utf8",
      });
      const withErrors = new Set(Array.from(stdout.matchAll(/^(\S+)\(\d+,\d+\): error/gm), ([, file]) => file));
      assert.deepEqual(
        [...withErrors].sort(),
        Object.keys(wrongPrograms)
          .map((name) => `${name}.ts`)
          .sort(),
        stdout,
      );
      rmSync(join(project, "tsconfig.json"));
    });
  }

  describe("on real hosts", () => {
    let lab: Lab;
    withLab("provisioning", (started) => {
      lab = started;
    });

    it("brings the pair up, without pinned host keys and with a named interface where the program says so", async () => {
      writeFileSync(join(project, "Pulumi.yaml"), "name: site\nruntime: nodejs\nmain: deployable.ts\n");
      writeFileSync(join(project, "deployable.ts"), deployable);
      const { operator, hosts } = lab;
      const pulumi = new Pulumi({
        programDir: project,
        stateDir: join(directory, "deployed"),
        run: (name, args, options) => operator.run(name, args, options),
      });
      await pulumi.init("lab");
      await pulumi.config({
        address: `${sharedAddress.ipv4}/24`,
        nodes: loadBalancers.map((name) => ({
          name,
          host: hosts[name].publicAddress ?? "",
          peerAddress: hosts[name].privateAddress,
        })),
        servers: webServers(lab),
        sshKey: { secret: lab.sshKey.privateKey },
      });
      const { outputs } = await pulumi.up();
      assert.equal(outputs.address, sharedAddress.ipv4);
      const answer = await operator.run("curl", ["--silent", "--fail", "--max-time", "5", url]);
      assert.match(answer.stdout, /^web[12]$/m, answer.stderr);
      const [holder] = await lab.holdersOf("192.0.2.100");
      assert.ok(holder);
      assert.match(await hosts[holder].must("ip -brief address show eth1"), / 192\.0\.2\.100\/24( |$)/);
    });
  });

  describe("in front of the real engine", () => {
    let pulumi: Pulumi;
    before(async () => {
      writeFileSync(join(project, "Pulumi.yaml"), "name: site\nruntime: nodejs\nmain: good.ts\n");
      writeFileSync(join(project, "good.ts"), program);
      pulumi = new Pulumi({ programDir: project, stateDir: join(directory, "state"), run: here });
      await pulumi.init("test");
      await pulumi.config({
        sshKey: { secret: privateKey },
        hostKeys: [hostKey("a"), hostKey("b")],
      });
    });

    it("previews the pair", async () => {
      const { changes, stdout } = await pulumi.preview({ diff: true });
      // The stack, the component, and an install and an apply for each node.
      assert.deepEqual(changes, { create: 6 });
      assert.match(stdout, /edge-lb2-apply/);
      assert.ok(!stdout.includes(privateKey.split("\n")[1] as string), "the preview shows the private key");
    });

    it("reports wrong arguments where users look, and plans nothing", async () => {
      await pulumi.config({ port: 0 });
      const message = await refusal();
      assert.match(message, /^ +frontends\[0\]\.port: 0 is not a port\. Use a whole number from 1 to 65535\.$/m);
      assert.doesNotMatch(message, /edge-lb1/);
    });

    it("does so when an Output brings them", async () => {
      await pulumi.config({ port: 80, backend: "ap" });
      const message = await refusal();
      assert.match(
        message,
        /^ +frontends\[0\]\.defaultBackend: "ap" is not a backend\. Did you mean "app"\? Backends: app\.$/m,
      );
      assert.doesNotMatch(message, /edge-lb1/);
    });

    async function refusal(): Promise<string> {
      try {
        await pulumi.preview();
      } catch (error) {
        assert.ok(error instanceof PulumiError);
        assert.match(error.message, /edge: 1 problem:$/m);
        assert.doesNotMatch(error.message, /^ +at .*validate/m, "a stack trace hides what matters");
        return error.message;
      }
      return assert.fail("the preview went well");
    }
  });
});

/** Nothing is deployed, so that no lab is needed. */
const here: Run = async (name, args, { env, cwd, timeoutMs }) => {
  const { status, stdout, stderr, error } = spawnSync(name, args, { cwd, env, timeout: timeoutMs, encoding: "utf8" });
  return { code: status ?? 1, stdout: stdout ?? "", stderr: `${stderr ?? ""}${error ?? ""}` };
};
