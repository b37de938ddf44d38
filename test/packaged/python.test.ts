// A program in Python, by the generated SDK, the language host and the package's plugin, on real hosts.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLab } from "../e2e/labForTests";
import { assertMovesOnce } from "../e2e/movesOnce";
import { namesIn } from "../e2e/security/search";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { PulumiError } from "../lab/pulumi";
import { audit, fetchFrom, pulumiSeesNoChange } from "../pair/audit";
import { pairFaults } from "../pair/faults";
import { Pair, url, webServers } from "../pair/pair";
import type { Program } from "../pair/programs";
import { installed, pythonProject } from "./pythonProject";

const shared = ["198.51.100.100/24", "2001:db8:51::100/64"];

describe("a program in Python", function () {
  this.timeout(600_000);
  let directory: string;
  let program: Program;
  let lab: Lab;
  let pair: Pair;
  let secrets: Readonly<Record<string, string>>;

  withLab("provisioning", async (started) => {
    lab = started;
    directory = mkdtempSync(join(tmpdir(), "python-"));
    program = pythonProject(directory, "python-existing");
    const statusPasswordHash = execFileSync("openssl", ["passwd", "-6", "only a test"], { encoding: "utf8" }).trim();
    secrets = { statusPasswordHash, privateKey: lab.sshKey.privateKey.split("\n")[2] as string };
    pair = await Pair.example(lab, program, {
      webServers: webServers(lab),
      statusPasswordHash: { secret: statusPasswordHash },
    });
  });
  after(() => directory && rmSync(directory, { recursive: true }));

  it("is told what is wrong with its arguments, by their paths and as in TypeScript, before anything is planned", async () => {
    await pair.pulumi.config({ profile: "fastet", virtualAddresses: [{ address: "198.51.100.100" }] });
    const failure = await pair.pulumi.preview().catch((error) => error);
    assert.ok(failure instanceof PulumiError);
    assert.match(failure.message, /'edge' has a problem: edge: 2 problems:$/m);
    assert.match(failure.message, /^ +failover\.profile: "fastet" is not known\. Did you mean "fastest"\?/m);
    assert.match(failure.message, /^ +virtualAddresses\[0\]\.address: "198\.51\.100\.100" /m);
    assert.doesNotMatch(failure.message, /edge-lb1/);
    await pair.pulumi.config({ profile: "steady", virtualAddresses: shared.map((address) => ({ address })) });
  });

  it("brings the pair up, and gets its outputs", async () => {
    const { outputs } = await pair.up();
    assert.equal(outputs.address, "198.51.100.100");
    assert.deepEqual(outputs.addresses, ["198.51.100.100", "2001:db8:51::100"]);
    assert.deepEqual(outputs.nodes, [
      { name: "lb1", publicAddress: "198.51.100.11", privateAddress: "10.77.0.11" },
      { name: "lb2", publicAddress: "198.51.100.12", privateAddress: "10.77.0.12" },
    ]);
    assert.match((await fetchFrom(pair, url)).stdout, /^web[12]$/m);
    await audit(pair);
  });

  it("has its secrets on the nodes, and nowhere in the state or in what the engine shows", async () => {
    const { statusPasswordHash } = secrets;
    for (const name of loadBalancers) {
      const configuration = await pair.host(name).must("cat /etc/ha-load-balancer/current/haproxy.cfg");
      assert.ok(configuration.includes(statusPasswordHash as string), `${name} did not get the password`);
    }
    const { text, resources } = await pair.pulumi.exportState();
    assert.ok(resources.some(({ type }) => type === "ha-load-balancer:index:ExistingHaLoadBalancer"));
    assert.deepEqual(namesIn(text, secrets), []);
    const { stdout, stderr } = await pair.pulumi.preview({ diff: true });
    assert.deepEqual(namesIn(stdout + stderr, secrets), []);
  });

  it("changes nothing by another update", async () => {
    const { changes } = await pair.up();
    assert.deepEqual(changes, { same: 7 });
  });

  it("keeps serving when a node loses power", async () => {
    const powerOff = pairFaults.find(({ name }) => name === "power-off");
    assert.ok(powerOff);
    await assertMovesOnce(pair, powerOff);
    await pulumiSeesNoChange(pair);
  });

  it("removes everything again", async () => {
    await pair.pulumi.destroy();
    assert.deepEqual((await pair.pulumi.exportState()).resources, []);
  });

  it("is told which SDK of a cloud is missing beside the plugin", () => {
    const asked = `require("./${installed}/dist/packaged/provider").provider
      .construct("edge", "ha-load-balancer:index:HcloudHaLoadBalancer", {}, {})
      .catch(({ message }) => console.log(message))`;
    const { stdout } = spawnSync("node", ["--eval", asked], { cwd: program.directory, encoding: "utf8" });
    assert.equal(
      stdout,
      "HcloudHaLoadBalancer needs @pulumi/hcloud: npm install @pulumi/hcloud beside pulumi-ha-load-balancer.\n",
    );
  });
});
