// A platform that the library does not know, as its guide has it: one TypeScript file and one mover.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { type Lab, until } from "../lab/lab";
import { audit } from "../pair/audit";
import { pairFaults } from "../pair/faults";
import { observeFault } from "../pair/observe";
import { other, webServers } from "../pair/pair";
import { routedSite } from "../pair/platforms/site";
import { deployed } from "./deployed";

const address = "203.0.113.7";
const token = "the-routers-token";
const router = { address: "10.77.0.2", port: 8090 };

export function customPlatform(lab: () => Lab): void {
  let process: ChildProcess;
  const pair = deployed(lab, "custom-platform", async (ready) => {
    process = await startRouter(ready);
    const { lb1, lb2 } = ready.hosts;
    return {
      address,
      routerUrl: `http://${router.address}:${router.port}`,
      routerToken: { secret: token },
      loadBalancers: [lb1, lb2].map(({ name, publicAddress, privateAddress, hostKey }) => ({
        name,
        address: publicAddress ?? "",
        peerAddress: privateAddress,
        hostKey,
      })),
      webServers: webServers(ready),
    };
  });
  before(() => pair().moveTo(routedSite(lab(), [address], lab().hosts)));
  after(() => process?.kill());

  it("has claimed the address by the time that the first update ends", async () => {
    const active = await pair().active();
    const { holder } = await pair().status(active);
    assert.equal(holder, active);
  });

  for (const name of ["haproxy-stop", "power-off"] as const) {
    it(`moves the address by its mover: ${name}`, async () => {
      const fault = pairFaults.find((one) => one.name === name);
      assert.ok(fault);
      const report = await observeFault(pair(), fault);
      assert.deepEqual(report.lostOutside, []);
      await lab().heal();
      await audit(pair());
      assert.equal(await pair().active(), report.ownerAfter, "the address went back");
    });
  }

  it("claims the address when the router is there again, which was away in a failover", async () => {
    const before = await pair().active();
    process.kill();
    await pair().fault("haproxy-stop", before);
    const next = other(before);
    await until(
      "the standby to say what it cannot do",
      async () => {
        const { problems } = await pair().status(next);
        return problems.some((problem) => /curl-7|refused/.test(problem));
      },
      30_000,
    );
    process = await startRouter(lab());
    await until("the address to follow", async () => (await pair().holders()).join() === next, 40_000);
    await lab().heal();
    await audit(pair());
  });

  it("keeps the token out of the state, and in one file of root's on each node", async () => {
    assert.ok(!(await pair().pulumi.exportState()).text.includes(token));
    for (const name of ["lb1", "lb2"] as const) {
      const found = await pair().host(name).must(`grep -rlsF ${token} /etc /run /var/lib /var/log || true`);
      const files = found.trim().split("\n");
      assert.equal(files.length, 1, found);
      assert.match(files[0] ?? "", /^\/etc\/ha-load-balancer\/bundles\/\w+\/secrets\/token$/);
      assert.equal((await pair().host(name).must(`stat -c '%a %U' ${files[0]}`)).trim(), "600 root");
    }
  });
}

async function startRouter(lab: Lab): Promise<ChildProcess> {
  const machines = [lab.hosts.lb1, lab.hosts.lb2].map(({ name, publicAddress }) => `${name}=${publicAddress}`);
  const args = [lab.name, router.address, String(router.port), token, ...machines];
  const child = lab.operator.spawnScript(require.resolve("./servers/router.ts"), args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout?.on("data", (data) => {
    said += data;
  });
  await until("the router to listen", () => said.includes("listening"), 30_000);
  return child;
}
