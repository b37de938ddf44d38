// The smoke test itself, against the lab's cloud in place of a real one: what is left to show is the cloud.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withLab } from "../e2e/labForTests";
import type { Lab } from "../lab/lab";
import { cloudApi } from "../lab/layout";
import { ec2 } from "../pair/platforms/aws";
import { hetzner } from "../pair/platforms/hcloud";

interface Account {
  readonly cloud: "hcloud" | "aws";
  readonly faults: readonly string[];
  readonly args: readonly string[];
  /** What a user has in the environment. */
  env(lab: Lab): NodeJS.ProcessEnv;
  /** All that is left. */
  rest(lab: Lab): Promise<readonly unknown[]>;
}

const accounts: readonly Account[] = [
  {
    cloud: "hcloud",
    faults: ["haproxy-stop", "power-off"],
    args: ["--ip-range", "10.77.0.0/16", "--subnet-ip-range", "10.77.1.0/24"],
    env: ({ hetznerTokens, authority }) => ({
      HCLOUD_TOKEN: hetznerTokens.operator,
      HCLOUD_ENDPOINT: `https://${cloudApi.privateAddress}/v1`,
      NODE_EXTRA_CA_CERTS: authority,
    }),
    async rest(lab) {
      const { servers, floatingIps } = await hetzner(lab).state();
      return [...servers, ...floatingIps];
    },
  },
  {
    cloud: "aws",
    faults: ["haproxy-stop", "reboot"],
    args: [],
    // The machine that runs the tests may have authorities of its own.
    env: ({ awsEnvironment, authority }) => ({ ...awsEnvironment, AWS_CA_BUNDLE: authority }),
    async rest(lab) {
      const { instances, addresses } = await ec2(lab).state();
      return [...instances.filter(({ state }) => state !== "terminated"), ...addresses];
    },
  },
];

for (const { cloud, faults, args, env, rest } of accounts) {
  describe(`npm run cloud-smoke -- ${cloud}`, function () {
    this.timeout(600_000);
    let lab: Lab;
    let directory: string;
    withLab(
      cloud,
      (started) => {
        lab = started;
        directory = mkdtempSync(join(tmpdir(), "smoke-test-"));
      },
      { cloud },
    );
    after(() => directory && rmSync(directory, { recursive: true }));

    const smoke = (given: NodeJS.ProcessEnv, ...options: string[]) =>
      lab.operator.runScript(resolve(__dirname, "main.ts"), options, {
        env: { ...process.env, ...given },
        timeoutMs: 400_000,
      });

    it("says what it needs", async () => {
      const { code, stderr } = await smoke({ HCLOUD_TOKEN: "", AWS_REGION: "" }, cloud);
      assert.equal(code, 1);
      assert.match(stderr, /Usage: npm run cloud-smoke -- hcloud --allow-ssh-from CIDR/);
    });

    it("makes a pair, moves its address, tells how long that took, and leaves nothing", async () => {
      const json = join(directory, "report.json");
      const { code, stdout, stderr } = await smoke(
        {
          PATH: `${resolve(__dirname, "../lab/providers/bin")}:${process.env.HA_LB_ENGINE_BIN}:${process.env.PATH}`,
          ...env(lab),
        },
        ...[cloud, "--allow-ssh-from", "198.51.100.0/24", "--faults", faults.join(), "--json", json, ...args],
      );
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.match(stdout, /(power off|reboot) +\d+ ms/);
      const report = JSON.parse(readFileSync(json, "utf8"));
      assert.equal(report.platform, cloud);
      assert.deepEqual(
        report.faults.map(({ name, ownerBefore, ownerAfter }: Record<string, string>) => [
          name,
          ownerBefore !== ownerAfter,
        ]),
        faults.map((name) => [name, true]),
      );
      assert.deepEqual(Object.keys(report.preview), ["same"]);
      assert.deepEqual(await rest(lab), []);
    });
  });
}
