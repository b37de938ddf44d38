// Hetzner's own Python client against the lab's API: what it sends is understood, and what it gets it can read.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authority } from "../../certificates";
import { run } from "../../lab/command";
import { skipUnlessRequired } from "../../setup/needsLab";
import { ApiForTests, tokens } from "./apiForTests";

describe("hetzner: its own Python client", () => {
  const python = join(process.env.HA_LB_PYTHON_BIN ?? "", "python");
  let api: ApiForTests;

  before(async function () {
    assert.ok(process.env.HA_LB_PYTHON_BIN, "Start tests with `npm test`, or with `bash test/setup/run`.");
    const { code } = await run(python, ["-c", "import hcloud"]);
    if (code !== 0) skipUnlessRequired(this, new Error("Hetzner's client needs Python 3.10"));
  });
  beforeEach(async () => {
    api = await ApiForTests.start();
    await api.control.delays({ "*": 0.05 });
  });
  afterEach(() => api.stop());

  it("makes a pair, moves its address, and takes everything down", async () => {
    await passes("walk");
    const { servers, floatingIps } = await api.control.state();
    assert.deepEqual([servers, floatingIps], [[], []]);
  });

  it("meets with actions that fail, and with answers that it tries again after", async () => {
    await api.server("one");
    await api.floatingIp("shared");
    await api.settled();
    const assign = { method: "POST", path: "/floating_ips/*/actions/assign", times: 1 };
    await api.control.inject({ kind: "action-error" }, assign);
    await api.control.inject({ kind: "status", status: 429 }, assign);
    await passes("failures");
    const statuses = (await api.control.requests())
      .filter(({ method }) => method === "POST")
      .map(({ status }) => status);
    assert.deepEqual(statuses.slice(-3), [201, 429, 201]);
  });

  async function passes(command: string): Promise<void> {
    const bundle = join(api.folder, "ca.pem");
    writeFileSync(bundle, authority());
    const env = {
      ...process.env,
      HCLOUD_ENDPOINT: api.url,
      HCLOUD_TOKEN: tokens.operator.token,
      REQUESTS_CA_BUNDLE: bundle,
      no_proxy: "localhost",
    };
    const { code, stdout, stderr } = await run(python, [join(__dirname, "client.py"), command], { env });
    assert.equal(code, 0, stdout + stderr);
  }
});
