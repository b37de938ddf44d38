// The smoke test itself, against the lab's cloud in place of a real one: what is left to show is the cloud.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withLab } from "../e2e/labForTests";
import type { Lab } from "../lab/lab";
import { cloudApi } from "../lab/layout";
import { hetzner } from "../pair/platforms/hcloud";

describe("npm run cloud-smoke", function () {
  this.timeout(600_000);
  let lab: Lab;
  let directory: string;
  withLab(
    "hcloud",
    (started) => {
      lab = started;
      directory = mkdtempSync(join(tmpdir(), "smoke-test-"));
    },
    { cloud: "hcloud" },
  );
  after(() => directory && rmSync(directory, { recursive: true }));

  const smoke = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    lab.operator.runScript(resolve(__dirname, "main.ts"), args, {
      env: { ...process.env, ...env },
      timeoutMs: 400_000,
    });

  it("says what it needs", async () => {
    const { code, stderr } = await smoke({ HCLOUD_TOKEN: "" }, "hcloud");
    assert.equal(code, 1);
    assert.match(stderr, /Usage: npm run cloud-smoke -- hcloud --allow-ssh-from CIDR/);
  });

  it("makes a pair, moves its address, tells how long that took, and leaves nothing", async () => {
    const json = join(directory, "report.json");
    const { code, stdout, stderr } = await smoke(
      {
        PATH: `${resolve(__dirname, "../lab/providers/bin")}:${process.env.HA_LB_ENGINE_BIN}:${process.env.PATH}`,
        HCLOUD_TOKEN: lab.hetznerTokens.operator,
        HCLOUD_ENDPOINT: `https://${cloudApi.privateAddress}/v1`,
        NODE_EXTRA_CA_CERTS: lab.authority,
      },
      ...["hcloud", "--allow-ssh-from", "198.51.100.0/24", "--faults", "haproxy-stop,power-off", "--json", json],
      ...["--ip-range", "10.77.0.0/16", "--subnet-ip-range", "10.77.1.0/24"],
    );
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /power off +\d+ ms/);
    const { faults, preview } = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual(
      faults.map(({ name, ownerBefore, ownerAfter }: Record<string, string>) => [name, ownerBefore !== ownerAfter]),
      [
        ["haproxy-stop", true],
        ["power-off", true],
      ],
    );
    assert.deepEqual(Object.keys(preview), ["same"]);
    const { servers, floatingIps } = await hetzner(lab).state();
    assert.deepEqual([servers, floatingIps], [[], []]);
  });
});
