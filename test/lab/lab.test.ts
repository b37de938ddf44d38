import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { needsLab } from "../setup/needsLab";
import { run } from "./command";
import { type Host, hostNames, Lab, sharedAddress, webPort } from "./lab";
import { remainsOf } from "./remains";

const [first, second, crashed] = ["a", "b", "c"].map((letter) => `t${process.pid}${letter}`) as [
  string,
  string,
  string,
];

describe("lab", function () {
  // A machine that has no base image yet builds one first.
  this.timeout(15 * 60_000);
  let lab: Lab;
  let other: Lab;

  let canRun = false;

  before(async function () {
    needsLab(this);
    canRun = true;
    [lab, other] = await Promise.all([Lab.up(first), Lab.up(second)]);
  });

  after(async () => {
    if (!canRun) return;
    await Promise.all([first, second, crashed].map((name) => Lab.down(name)));
    for (const name of [first, second, crashed]) {
      assert.deepEqual(remainsOf(name), []);
    }
  });

  it("boots hosts that let root and admin in by SSH, in two labs side by side", async () => {
    for (const { hosts } of [lab, other]) {
      await Promise.all(
        hostNames.map(async (name) => {
          assert.deepEqual(await hosts[name].ssh("hostname; id -un"), ok(`${name}\nroot\n`));
          assert.deepEqual(await hosts[name].ssh("id -un; sudo id -un", { user: "admin" }), ok("admin\nroot\n"));
        }),
      );
    }
    assert.notEqual(lab.hosts.lb1.hostKey, other.hosts.lb1.hostKey);
  });

  it("is the same lab when it is brought up again", async () => {
    const again = await Lab.up(first);
    assert.equal(again.hosts.lb1.hostKey, lab.hosts.lb1.hostKey);
  });

  it("has web servers that say their names", async () => {
    for (const name of ["web1", "web2"] as const) {
      const address = lab.hosts[name].privateAddress;
      assert.equal(await lb1Output(`curl -s ${address}:${webPort}`), name);
      assert.equal(await lb1Output(`curl -s ${address}:${webPort}/healthz`), "ok");
      assert.equal(await lb1Output(`bash -c 'exec 3<>/dev/tcp/${address}/9000; head -n 1 <&3'`), name);
    }
  });

  it("installs packages from its own repository", async () => {
    const install = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes haproxy keepalived";
    const { code, stderr } = await lab.hosts.lb1.ssh(install, { timeoutMs: 120_000 });
    assert.equal(code, 0, stderr);
    assert.match(
      await lb1Output("haproxy -v; keepalived --version 2>&1"),
      /HAProxy version 2\.6[\s\S]*Keepalived v2\.2/,
    );
  });

  it("measures an outage from the client's side", async () => {
    const { lb1 } = lab.hosts;
    const config = `defaults\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n mode http\nlisten web\n bind :80\n server web1 ${lab.hosts.web1.privateAddress}:${webPort}\n`;
    await lb1.must("cat >/etc/haproxy/haproxy.cfg && systemctl restart haproxy", { input: config });
    const run = await lab.client.start({ url: `http://${lb1.publicAddress}/` });
    const at = await lab.fault("haproxy-hang", "lb1");
    await lab.heal();
    const { requests, samples } = await run.stop({ since: at });
    assert.ok(requests > 0);
    assert.ok(samples.some((sample) => sample.answer === "web1"));

    const refused = await lab.client.start({ url: `http://${lb1.publicAddress}/`, timeoutMs: 200 });
    const stopped = await lab.fault("haproxy-kill", "lb1");
    await lab.hosts.lb1.must("systemctl stop haproxy");
    const report = await refused.stop({ since: stopped });
    assert.ok(report.lost > 0);
    assert.equal(report.recovered, false);
    await lab.heal();
  });

  it("comes back from a reboot without the addresses it was given", async () => {
    const { lb1 } = lab.hosts;
    await leaveAddresses(lb1);
    await lb1.reboot();
    await assertOwnAddressesOnly(lb1);
  });

  it("waits for a host that reboots, however soon it is healed", async () => {
    const bootId = "cat /proc/sys/kernel/random/boot_id";
    const before = await lb1Output(bootId);
    await lab.fault("reboot", "lb1");
    await lab.heal();
    assert.notEqual(await lb1Output(bootId), before);
  });

  it("comes back from a power cut without the addresses it was given, its disk intact", async () => {
    const { lb2 } = lab.hosts;
    await leaveAddresses(lb2);
    await lb2.must("echo kept >/root/kept");
    await lab.fault("power-off", "lb2");
    assert.equal(await lb2.isUp(), false);
    assert.deepEqual(await lb2.addresses(), []);
    assert.equal(await canPing(lab.hosts.lb1, lb2.privateAddress), false);
    await lab.heal();
    assert.deepEqual(await lb2.ssh("cat /root/kept"), ok("kept\n"));
    await assertOwnAddressesOnly(lb2);
  });

  it("cuts the load balancers from each other only", async () => {
    const { lb1, lb2, web1 } = lab.hosts;
    assert.equal(await canPing(lb1, lb2.privateAddress), true);
    await lab.fault("partition", "lb1");
    assert.equal(await canPing(lb1, lb2.privateAddress), false);
    assert.equal(await canPing(lb2, lb1.privateAddress), false);
    assert.equal(await canPing(lb1, lb2.publicAddress), true);
    assert.equal(await canPing(lb1, web1.privateAddress), true);
    assert.equal(await canPing(lb2, web1.privateAddress), true);
    assert.match(await lb1.must("ip link show eth1"), /LOWER_UP/);
    await lb2.reboot();
    assert.equal(await canPing(lb1, lb2.privateAddress), false, "the cut outlasts a reboot");
    await lab.heal();
    assert.equal(await canPing(lb1, lb2.privateAddress), true);
  });

  it("freezes a whole machine and thaws it", async () => {
    const { lb1, lb2 } = lab.hosts;
    await lab.fault("freeze", "lb2");
    assert.equal(await canPing(lb1, lb2.privateAddress), false);
    await lab.heal();
    assert.equal(await canPing(lb1, lb2.privateAddress), true);
  });

  it("says what cannot be broken, and has nothing to heal then", async () => {
    await assert.rejects(lab.fault("keepalived-kill", "web1"), /web1: keepalived is not running/);
    assert.deepEqual(lab.faults(), []);
  });

  it("is worked with by the command line", async () => {
    const { ipv4 } = sharedAddress;
    await lab.hosts.lb2.must(`ip addr add ${ipv4}/24 dev eth0`);
    const said = await typed("status");
    assert.match(said, /^web2 +up +10\.77\.0\.22$/m);
    assert.ok(said.includes(`  has ${ipv4}\n`) && said.endsWith(`shared address ${ipv4}: lb2\n`), said);
    await lab.hosts.lb2.must(`ip addr del ${ipv4}/24 dev eth0`);
    assert.match(await typed("logs", "web2"), / web2 .*nginx/);
    await typed("fault", "freeze", "web2");
    assert.equal(await canPing(lab.hosts.web1, lab.hosts.web2.privateAddress), false);
    assert.match(await typed("status"), /^web2 +on, no SSH +(.*\n)*active fault: freeze web2$/m);
    await typed("heal");
    assert.equal(await canPing(lab.hosts.web1, lab.hosts.web2.privateAddress), true);
    assert.ok((await typed("status")).endsWith(`shared address ${ipv4}: on no host\n`));
  });

  it("says what is wrong with a command, and which names there are", async () => {
    const refusals: readonly [string[], number, RegExp][] = [
      [["look"], 64, /^"look" is no command\.\nusage: /],
      [["fault", "frezee", "web2"], 1, /^"frezee" is no fault\. Faults: haproxy-stop, .*, freeze\.$/m],
      [["fault", "freeze", "web3"], 1, /^"web3" is no host\. Hosts: lb1, lb2, web1, web2\.$/m],
      [["logs"], 1, /^Say which host\. Hosts: lb1, lb2, web1, web2\.$/m],
      [["--platform", "azure", "up"], 1, /^"azure" is no platform of the lab\. There are: existing, hcloud, aws\.$/m],
      [["--name", crashed, "status"], 1, /^There is no lab "\w+" up\. Bring it up first\.$/m],
    ];
    for (const [args, code, message] of refusals) {
      const said = await commandLine(args);
      assert.deepEqual([said.code, said.stdout], [code, ""], args.join(" "));
      assert.match(said.stderr, message);
    }
    assert.deepEqual(lab.faults(), []);
  });

  it("cleans up after a run that crashed half-way", async () => {
    const child = await bootingIn("");
    child.kill("SIGKILL");
    await once(child, "exit");
    await assert.rejects(Lab.attach(crashed), /no lab/);
    assert.notDeepEqual(remainsOf(crashed), []);
    await Lab.down(crashed);
    assert.deepEqual(remainsOf(crashed), []);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`is gone after a run that ${signal} ended half-way`, async () => {
      const child = await bootingIn(`require(${JSON.stringify(`${__dirname}/inUse.ts`)}).cleanUpOnSignals();`);
      child.kill(signal);
      assert.deepEqual(await once(child, "exit"), [1, null]);
      assert.deepEqual(remainsOf(crashed), []);
    });
  }

  /** A process that brings a lab up, in the middle of it. */
  async function bootingIn(before: string) {
    const up = `require(${JSON.stringify(`${__dirname}/lab.ts`)}).Lab.up("${crashed}", { log: console.log })`;
    const child = spawn(process.execPath, ["--import", "tsx", "--eval", `${before}${up}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((ready) => {
      createInterface(child.stdout).on("line", (line) => line.includes("booting") && ready());
    });
    return child;
  }

  /** As `npm run lab --` has it, whose checks of the machine take longer than the command. */
  const commandLine = (args: readonly string[]) =>
    run(process.execPath, ["--import", "tsx", `${__dirname}/cli.ts`, "--name", first, ...args]);

  async function typed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await commandLine(args);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  async function lb1Output(command: string): Promise<string> {
    return (await lab.hosts.lb1.must(command)).trim();
  }
});

const ok = (stdout: string) => ({ code: 0, stdout, stderr: "" });

const canPing = async (from: Host, address = "") => (await from.run(`ping -c 1 -W 1 ${address}`)).code === 0;

const leftOver = ["198.51.100.100", "2001:db8:51::100", "169.254.255.1"];

/** What a dying Keepalived would leave behind, also on `lo`, which networkd does not look after. */
async function leaveAddresses(host: Host): Promise<void> {
  const [ipv4, ipv6, marker] = leftOver;
  await host.must(`ip addr add ${ipv4}/24 dev eth0; ip addr add ${ipv6}/64 dev eth0; ip addr add ${marker}/32 dev lo`);
}

async function assertOwnAddressesOnly(host: Host): Promise<void> {
  const addresses = await host.addresses();
  for (const own of [host.publicAddress, host.publicAddress6, host.privateAddress])
    assert.ok(addresses.includes(own ?? ""));
  for (const address of leftOver) assert.ok(!addresses.includes(address), `${address} is still there`);
}
