// AWS as the lab runs it: a process of its own with moto as its child, and tests that reach it by its socket only.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DescribeAvailabilityZonesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { authority, certificate } from "../../certificates";
import { AwsControl, controlSocket } from "../../lab/aws/control";
import type { Settings } from "../../lab/aws/main";
import { pythonWithMoto } from "../../lab/cloud/awsApis";
import { until } from "../../lab/command";

describe("aws: a process of its own", function () {
  this.timeout(5 * 60_000);
  const folder = mkdtempSync(join(tmpdir(), "aws-"));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  let child: ChildProcess;

  before(async () => {
    const pem = file("api.pem", certificate({ names: ["localhost"] }));
    const at = [{ address: "127.0.0.1", port: 0 }];
    const settings: Settings = {
      region: "eu-central-1",
      endpoints: at,
      metadataEndpoints: at,
      certificate: pem,
      key: pem,
      python: await pythonWithMoto(),
      controlSocket: controlSocket(folder),
      keysFile: join(folder, "keys.json"),
      delays: { AssociateAddress: 1 },
      machines: { module: join(__dirname, "../hetzner/inMemoryMachines.ts"), lab: "none" },
    };
    const script = resolve(__dirname, "../../lab/aws/main.ts");
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    const args = ["--import", tsx, script, file("aws.json", JSON.stringify(settings))];
    child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(child.stdout);
    const [said] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    assert.equal(String(said), "listening\n");
  });
  after(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("answers who has the keys that its control tells", async () => {
    const control = AwsControl.of(folder);
    const { apis } = await control.endpoints();
    const ec2 = new EC2Client({
      region: "eu-central-1",
      credentials: await control.keys(),
      endpoint: `https://localhost:${apis[0]?.port}`,
      requestHandler: { httpsAgent: new https.Agent({ ca: authority() }) },
    });
    const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand());
    assert.deepEqual(
      AvailabilityZones.map(({ ZoneName }) => ZoneName),
      ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
    );
    assert.deepEqual(JSON.parse(readFileSync(join(folder, "keys.json"), "utf8")), await control.keys());
    const [record] = await control.requests();
    assert.deepEqual(
      [record?.service, record?.action, record?.caller],
      ["ec2", "DescribeAvailabilityZones", "operator"],
    );
    assert.ok(record?.answeredAt && record.answeredAt >= record.at);
  });

  it("does what tests tell it, and says what is wrong with a call", async () => {
    const control = AwsControl.of(folder);
    assert.deepEqual(await control.delays({ traffic: 2 }), { AssociateAddress: 1, traffic: 2 });
    await control.reset();
    assert.deepEqual(await control.delays(), { AssociateAddress: 1 });
    await assert.rejects(control.holderOf("203.0.113.201"), /There is no Elastic IP 203\.0\.113\.201/);
  });

  it("takes moto along when it is killed", async () => {
    const motos = () => childrenOf(child.pid ?? 0);
    const [moto] = motos();
    assert.ok(moto);
    child.kill("SIGKILL");
    await once(child, "exit");
    await until("moto to end", () => !isRunning(moto), 5_000);
  });
});

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

function isRunning(pid: number): boolean {
  try {
    return !/^State:\sZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
