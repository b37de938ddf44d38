import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { needsLab } from "../../setup/needsLab";
import { now } from "../clock";
import { makeKeyPair } from "../hostFiles";
import { Lab, type SlotName, until } from "../lab";
import { cloudApi } from "../layout";
import { Namespace } from "../namespace";
import { remainsOf } from "../remains";
import { authorityFiles } from "./authority";
import { LabMachines } from "./labMachines";
import type { Machine, MachineOptions } from "./machines";
import { floating, linesOf, Probes } from "./probes";

const labName = `m${process.pid}`;
/** From create to a login with the user's own key; about 1.5 s on an idle machine. */
const bootLimitMs = 30_000;

describe("a cloud's machines in the lab", function () {
  // A machine of ours that has no base image yet builds one first.
  this.timeout(15 * 60_000);
  let lab: Lab;
  let machines: LabMachines;
  let probes: Probes;
  let keys: string;
  let one: Machine;
  let two: Machine;
  let canRun = false;

  before(async function () {
    needsLab(this);
    canRun = true;
    keys = fs.mkdtempSync(path.join(os.tmpdir(), "machines-"));
    await Promise.all(["user", "host"].map((name) => makeKeyPair(path.join(keys, name), name)));
    lab = await Lab.up(labName, { cloud: "machines" });
    machines = LabMachines.of(labName);
    probes = new Probes(lab);
  });

  after(async () => {
    if (!canRun) return;
    await Lab.down(labName);
    fs.rmSync(keys, { recursive: true });
    assert.deepEqual(await remains(), []);
  });

  it("boots one that runs its user data by cloud-init, and lets its owner in with the host key that he chose", async () => {
    const start = now();
    one = await machines.create(options("edge-1", "101", { privateAddress: "10.77.1.1/16", userData: userData() }));
    assert.ok(machines.isRunning(one.slot));
    await until("a login", async () => (await login(one)).code === 0, bootLimitMs, 50);
    assert.ok(now() - start < bootLimitMs);
    const said = await login(
      one,
      "cloud-init status --wait >/dev/null; hostname; cat /etc/written; stat -c %a /etc/written",
    );
    assert.deepEqual(said, { code: 0, stdout: "edge-1\nby user data\n600\n", stderr: "" });
    assert.equal(lab.machine("srv1").hostKey, publicKey("host"));
  });

  it("boots one that makes its own keys, with a script for user data, beside it", async () => {
    two = await machines.create(options("edge-2", "102", { userData: "#!/bin/sh\necho ran >/etc/script\n" }));
    assert.equal(two.slot, "srv2");
    const host = lab.machine("srv2");
    await host.waitUntilUp();
    assert.equal(await host.must("cloud-init status --wait >/dev/null; cat /etc/script"), "ran\n");
    assert.notEqual(host.hostKey, lab.machine("srv1").hostKey);
    assert.equal((await host.ssh("hostname")).stdout, "edge-2\n");
  });

  it("tells each who it is", async () => {
    const ask = (slot: SlotName, what: string) =>
      lab.machine(slot).must(`curl -sS --fail http://169.254.169.254/hetzner/v1/${what}`);
    assert.equal(await ask("srv1", "metadata/instance-id"), "101");
    assert.equal(await ask("srv2", "metadata/instance-id"), "102");
    assert.equal(await ask("srv1", "metadata/hostname"), "edge-1");
    assert.equal(await ask("srv2", "metadata/public-ipv4"), two.publicIpv4);
    assert.equal(await ask("srv1", "metadata/private-networks"), "- ip: 10.77.1.1\n");
    assert.match(await ask("srv2", "metadata"), /^instance-id: "102"$/m);
    assert.equal(await ask("srv2", "userdata"), "#!/bin/sh\necho ran >/etc/script\n");
    await assert.rejects(ask("srv1", "metadata/nothing"), /404/);
  });

  it("gives one a private address later, which outlasts a power cut, as its disk does", async () => {
    await machines.setPrivateAddress("srv2", "10.77.1.2/16");
    assert.equal(await probes.pings("srv1", "10.77.1.2"), true);
    assert.equal(await probes.pings("srv2", lab.hosts.web1.privateAddress), true);
    await machines.powerOff("srv2");
    assert.equal(machines.isRunning("srv2"), false);
    assert.equal(await probes.pings("srv1", "10.77.1.2"), false);
    await lab.heal();
    assert.equal(machines.isRunning("srv2"), false, "its owner wants it off");
    await machines.powerOn("srv2");
    await lab.machine("srv2").waitUntilUp();
    assert.equal(await lab.machine("srv2").must("cat /etc/script"), "ran\n");
    assert.equal(await probes.pings("srv1", "10.77.1.2"), true);
    await machines.setPrivateAddress("srv2", undefined);
    assert.equal(await probes.pings("srv1", "10.77.1.2"), false);
    await machines.setPrivateAddress("srv2", "10.77.1.2/16");
  });

  it("sends the traffic for an address to whichever machine has it", async () => {
    await Promise.all([probes.serve("srv1"), probes.serve("srv2")]);
    for (const [slot, name] of [
      ["srv1", "edge-1"],
      ["srv2", "edge-2"],
      ["srv1", "edge-1"],
    ] as const) {
      await machines.route(floating.ipv4, slot);
      await machines.route(floating.network6, slot);
      assert.equal(await probes.get(floating.ipv4), name);
      assert.equal(await probes.get(`[${floating.ipv6}]`), name);
      assert.equal(await probes.get(floating.ipv4, lab.operator), name);
    }
    const routes = [floating.ipv4, floating.network6].map((address) => ({ address, slot: "srv1" }));
    assert.deepEqual(await lab.routes(), routes);
    await machines.route(floating.network6, undefined);
    assert.equal(await probes.get(`[${floating.ipv6}]`), "");
    assert.equal(await probes.get(floating.ipv4), "edge-1");
    await machines.route(floating.ipv4, undefined);
    await machines.route(floating.ipv4, undefined);
    assert.equal(await probes.get(floating.ipv4), "");
  });

  it("keeps out what its firewall does not name, on the public network alone", async () => {
    await machines.route(floating.ipv4, "srv1");
    const { publicIpv4, publicIpv6 } = one;
    const open = await probes.openConnection(publicIpv4);
    await machines.firewall("srv1", [{ protocol: "tcp", port: "80", sourceIps: ["198.51.100.3/32"] }]);
    assert.equal(await probes.get(publicIpv4), "edge-1");
    assert.equal(await probes.get(floating.ipv4), "edge-1");
    assert.equal(await probes.get(publicIpv4, lab.operator), "", "another source");
    assert.equal(await probes.get(`${publicIpv4}:81`), "", "another port");
    assert.equal(await probes.get(`[${publicIpv6}]`), "", "another protocol");
    assert.equal(await probes.pings("srv2", publicIpv4), false);
    assert.equal(await probes.pings("srv2", "10.77.1.1"), true, "the private network is open");
    assert.equal(await probes.pings("srv1", two.publicIpv4), true, "it gets answers");

    await machines.firewall("srv1", []);
    assert.equal(await open.ask(), "edge-1", "an open connection stays");
    assert.equal(await probes.get(publicIpv4), "");
    assert.equal(await probes.get(floating.ipv4), "");

    await machines.firewall("srv1", [{ protocol: "icmp", sourceIps: ["198.51.100.0/24", "2001:db8:51::/64"] }]);
    await lab.machine("srv1").must("ip neigh flush all");
    assert.equal(await probes.pings("srv2", publicIpv4), true);
    assert.equal(await probes.pings("srv2", publicIpv6), true);
    assert.equal(await probes.get(publicIpv4), "");
    await machines.firewall("srv1", undefined);
    assert.equal(await probes.get(`${publicIpv4}:81`), "edge-1");
  });

  it("accepts what the lab's authority certified, by curl and by Python", async () => {
    const { certificate, key } = authorityFiles(lab.stateDir);
    const listen = ["-accept", `${cloudApi.publicAddress}:8443`, "-www", "-cert", certificate, "-key", key];
    const server = lab.operator.spawn("openssl", ["s_server", ...listen], { stdio: "ignore" });
    try {
      const url = `https://${cloudApi.host}:8443/`;
      const host = lab.machine("srv1");
      await until("the server", async () => (await host.run(`curl --silent --fail ${url}`)).code === 0, 10_000);
      await host.must(`python3 -c 'import urllib.request as r; r.urlopen("${url}").read()'`);
      const wrongName = await host.run(
        `curl --silent --resolve example.com:8443:${cloudApi.publicAddress} https://example.com:8443/`,
      );
      assert.equal(wrongName.code, 60);

      await lab.fault("api-unreachable", "srv1");
      assert.equal((await host.run(`curl --silent --max-time 1 ${url}`)).code, 28);
      await lab.machine("srv2").must(`curl --silent --fail ${url}`);
      await lab.heal();
      await host.must(`curl --silent --fail ${url}`);
    } finally {
      server.kill();
    }
  });

  it("has its machines cut from each other, both ways or one", async () => {
    await lab.fault("partition", "srv1", "srv2");
    assert.equal(await probes.arrives("srv1", "srv2"), false);
    assert.equal(await probes.arrives("srv2", "srv1"), false);
    assert.equal(await probes.pings("srv1", lab.hosts.web1.privateAddress), true);
    assert.equal(await probes.pings("srv1", two.publicIpv4), true);
    await lab.heal();
    assert.equal(await probes.arrives("srv1", "srv2"), true);
    await lab.fault("partition-from", "srv1", "srv2");
    assert.equal(await probes.arrives("srv1", "srv2"), false);
    assert.equal(await probes.arrives("srv2", "srv1"), true);
    await lab.fault("power-off", "srv2");
    await lab.heal();
    assert.equal(await probes.arrives("srv1", "srv2"), true);
    await assert.rejects(lab.fault("partition", "srv1"), /Which node/);
    assert.deepEqual(lab.faults(), []);
  });

  it("comes back from a reboot as the machine that it was", async () => {
    const host = lab.machine("srv1");
    const { hostKey } = host;
    await lab.fault("reboot", "srv1");
    await lab.heal();
    assert.equal(host.hostKey, hostKey);
    assert.equal((await login(one, "hostname")).stdout, "edge-1\n");
  });

  it("leaves nothing of one that is destroyed, and gives its place to the next", async () => {
    await machines.route(floating.ipv4, "srv1");
    await machines.firewall("srv1", []);
    await lab.fault("freeze", "srv1");
    await machines.destroy("srv1");
    await lab.heal();
    const ofMachine = () => remainsOf(labName).filter((line) => line.includes("srv1"));
    await until("its processes to be gone", () => ofMachine().length === 0, 2_000).catch(() => {});
    assert.deepEqual(ofMachine(), []);
    assert.deepEqual(await lab.routes(), []);
    assert.throws(() => lab.machine("srv1"), /no machine/);
    const next = await machines.create(options("edge-3", "103", {}));
    assert.equal(next.slot, "srv1");
    await lab.machine("srv1").waitUntilUp();
    assert.equal(await lab.machine("srv1").must("hostname; ls /etc/written 2>/dev/null || true"), "edge-3\n");
    await probes.serve("srv1");
    assert.equal(await probes.get(next.publicIpv4), "edge-3", "the old one's firewall is gone");
    await machines.destroy("srv1");
  });

  it("leaves nothing when all of it is torn down after a crash", async () => {
    const crashed = `${labName}c`;
    const script = path.join(keys, "crash.ts");
    fs.writeFileSync(script, crash(crashed));
    const child = new Namespace(labName, "operator").spawnScript(script, [], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of linesOf(child)) {
      if (line === "created") break;
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.notDeepEqual(remainsOf(crashed), []);
    await Lab.down(crashed);
    assert.deepEqual(await remains(crashed), []);
  });

  function options(hostname: string, id: string, rest: Partial<MachineOptions>): MachineOptions {
    const metadata = { "instance-id": id, "private-networks": "- ip: 10.77.1.1\n" };
    return { hostname, userData: "", authorizedKeys: [publicKey("user")], metadata, ...rest };
  }

  function userData(): string {
    const key = fs.readFileSync(path.join(keys, "host"), "utf8");
    const config = {
      ssh_keys: { ed25519_private: key, ed25519_public: publicKey("host") },
      write_files: [{ path: "/etc/written", content: "by user data\n", permissions: "0600" }],
    };
    return `#cloud-config\n${JSON.stringify(config)}\n`;
  }

  function publicKey(name: "user" | "host"): string {
    return fs
      .readFileSync(path.join(keys, `${name}.pub`), "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ");
  }

  /** As its owner, who pins the host key. */
  function login({ publicIpv4 }: Machine, command = "true") {
    const known = path.join(keys, "known_hosts");
    fs.writeFileSync(known, `${publicIpv4} ${publicKey("host")}\n`);
    const flags = ["BatchMode=yes", "ConnectTimeout=1", "LogLevel=ERROR", `UserKnownHostsFile=${known}`];
    const args = ["-F", "none", "-i", path.join(keys, "user"), ...flags.flatMap((flag) => ["-o", flag])];
    return lab.operator.run("ssh", [...args, "-o", "StrictHostKeyChecking=yes", `root@${publicIpv4}`, command]);
  }
});

/** A killed process is listed until its parent has reaped it. */
async function remains(of = labName): Promise<string[]> {
  await until("the remains to be gone", () => remainsOf(of).length === 0, 2_000).catch(() => {});
  return remainsOf(of);
}

/** Brings a lab up as a cloud's API would use it, and stays. */
const crash = (lab: string) => `
import { Lab } from ${JSON.stringify(path.join(__dirname, "../lab.ts"))};
import { LabMachines } from ${JSON.stringify(path.join(__dirname, "labMachines.ts"))};
async function main() {
  await Lab.up("${lab}", { cloud: "machines" });
  const machines = LabMachines.of("${lab}");
  const options = { hostname: "edge", userData: "", authorizedKeys: [], metadata: {} };
  await machines.create(options);
  console.log("created");
  await machines.create(options);
}
main();
setInterval(() => {}, 1000);
`;
