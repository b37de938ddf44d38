// The API as the lab runs it: a process of its own, and tests that reach it by its socket only.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { authority, certificate } from "../../certificates";
import { controlSocket, HetznerControl } from "../../lab/hetzner/control";
import type { Settings } from "../../lab/hetzner/main";

describe("hetzner: a process of its own", () => {
  const folder = mkdtempSync(join(tmpdir(), "hetzner-"));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const token = "t".repeat(64);
  let child: ChildProcess;

  before(async () => {
    const pem = file("api.pem", certificate({ names: ["api.hetzner.cloud"] }));
    const settings: Settings = {
      endpoints: [
        { address: "127.0.0.1", port: 0 },
        { address: "127.0.0.2", port: 0 },
      ],
      certificate: pem,
      key: pem,
      tokens: { failover: { token, access: "read_write" } },
      controlSocket: controlSocket(folder),
      delays: { assign_floating_ip: 1 },
      machines: { module: join(__dirname, "inMemoryMachines.ts"), lab: "none" },
    };
    const script = resolve(__dirname, "../../lab/hetzner/main.ts");
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    const args = ["--import", tsx, script, file("hetzner.json", JSON.stringify(settings))];
    child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(child.stdout);
    const [said] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    assert.equal(String(said), "listening\n");
  });
  after(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("listens at every address, and is known by its name", async () => {
    const endpoints = await HetznerControl.of(folder).endpoints();
    assert.deepEqual(
      endpoints.map(({ address }) => address),
      ["127.0.0.1", "127.0.0.2"],
    );
    for (const { address, port } of endpoints) assert.equal(await status(address, port), 200);
  });

  it("does what tests tell it, and tells what came in", async () => {
    const control = HetznerControl.of(folder);
    assert.deepEqual(await control.delays(), { assign_floating_ip: 1 });
    assert.deepEqual(await control.delays({ "*": 2 }), { assign_floating_ip: 1, "*": 2 });
    await control.forget();
    const [endpoint] = await control.endpoints();
    await control.inject({ kind: "status", status: 503 }, { times: 1 });
    assert.equal(await status("127.0.0.1", endpoint?.port ?? 0), 503);
    assert.equal(await status("127.0.0.1", endpoint?.port ?? 0), 200);
    const log = await control.requests();
    assert.deepEqual(
      log.map((request) => [request.method, request.path, request.status, request.token]),
      [
        ["GET", "/floating_ips", 503, "failover"],
        ["GET", "/floating_ips", 200, "failover"],
      ],
    );
    assert.ok(log.every(({ at, answeredAt }) => answeredAt !== null && answeredAt >= at));
  });

  it("says what is wrong with a call", async () => {
    await assert.rejects(HetznerControl.of(folder).revoke("nobody's"), /There is no token "nobody's": failover/);
  });

  function status(host: string, port: number): Promise<number | undefined> {
    const headers = { Authorization: `Bearer ${token}` };
    const options = { host, port, servername: "api.hetzner.cloud", path: "/v1/floating_ips", ca: authority(), headers };
    return new Promise((done, failed) => {
      const request = https.get({ ...options, agent: false }, (response) => done(response.resume().statusCode));
      request.once("error", failed);
    });
  }
});
