// A pair on AWS from its first update to its last: what is made and let in, and instances that make way for others.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { askAws, elementsOf } from "../../lab/aws/ask";
import type { LoadRun } from "../../lab/client/loadClient";
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { awsApi } from "../../lab/layout";
import { Namespace } from "../../lab/namespace";
import { audit } from "../../pair/audit";
import { cutOff } from "../../pair/engine";
import { other, Pair, type PairSettings } from "../../pair/pair";
import { pendingCreates } from "../../pair/pendingCreates";
import { ec2, ec2Requests } from "../../pair/platforms/aws";
import { cutOffUntilTheMove } from "../cloud/cutOffs";
import { tellsRootAlone } from "../cloud/metadata";
import { withLab } from "../labForTests";
import { CLOUD_MARGIN_MS } from "../movesOnce";
import { openPorts, reach } from "../reach";
import { terminate } from "./parts";
import { awsCloud } from "./tested";

const tags = { team: "edge" };
const nodes = ["lb1", "lb2"] as const;
const PROXY_PORT = 3128;
/** That comes out while the pair is there. */
const laterImage = { id: "ami-0deb00000000012ff", name: "debian-12-amd64-later", owner: "136693071363" };

const settings: PairSettings = { aws: { tags, ssh: { allowFrom: ["198.51.100.2/32"] } } };

describe("provisioning a pair on AWS", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let elsewhere: PairSettings["aws"];

  withLab(
    "aws-provisioning",
    async (started) => {
      lab = started;
      pair = await Pair.prepare(lab, settings);
      await pair.up();
      await audit(pair);
    },
    { cloud: "aws" },
  );

  const running = async () => (await ec2(lab).state()).instances.filter(({ state }) => state === "running");
  const described = (action: string, name: string) =>
    askAws(lab, { Action: action }).then((xml) => elementsOf(xml, name));
  const ofRunning = (name: string) => {
    const isRunning = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "running" };
    return askAws(lab, { Action: "DescribeInstances", ...isRunning }).then((xml) => elementsOf(xml, name));
  };

  it("has the metadata service answer root alone, by its second version alone", async () => {
    const token =
      "--request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token";
    for (const name of nodes) assert.ok(await tellsRootAlone(pair.host(name), token));
  });

  it("takes no risk with the metadata service, and none with the disk", async () => {
    assert.deepEqual(await described("DescribeInstances", "httpTokens"), ["required", "required"]);
    assert.deepEqual(await described("DescribeInstances", "httpPutResponseHopLimit"), ["1", "1"]);
    const encrypted = await described("DescribeVolumes", "encrypted");
    assert.ok(encrypted.length >= 2 && encrypted.every((one) => one === "true"), encrypted.join());
    for (const name of nodes) {
      const own = await pair.host(name).run("curl --silent --max-time 2 http://169.254.169.254/latest/meta-data/");
      assert.doesNotMatch(own.stdout, /instance-id/, "the service answers version 1");
    }
  });

  it("tags everything that it makes", async () => {
    for (const action of ["DescribeInstances", "DescribeVolumes", "DescribeAddresses", "DescribeKeyPairs"]) {
      const values = await described(action, "value");
      assert.ok(values.includes(tags.team), `${action}: ${values.join()}`);
    }
    const { resources } = await pair.pulumi.exportState();
    const taggable = resources.filter(({ type, outputs }) => /^aws:/.test(type) && outputs?.tagsAll !== undefined);
    // The address, two instances, their group, role, profile and key.
    assert.equal(taggable.length, 7);
    for (const { urn, outputs } of taggable) assert.ok(hasTags(outputs?.tags), urn);
  });

  it("lets clients in to the frontends, the operator to SSH, and nobody else anywhere", async () => {
    const lets = async (name: (typeof nodes)[number]) => {
      const { publicAddress = "", privateAddress } = pair.host(name);
      const inner = [8404, 8405, 8406, 8407];
      return Promise.all([
        openPorts(lab.client, publicAddress, [22, 80, ...inner]),
        openPorts(lab.operator, publicAddress, [22, 80, ...inner]),
        openPorts(lab.operator, privateAddress, inner),
        reach(lab.operator, privateAddress, 8405),
      ]);
    };
    for (const seen of await Promise.all(nodes.map(lets))) assert.deepEqual(seen, [[80], [22, 80], [], "silent"]);
  });

  it("leaves its instances alone when later images are to replace them from now on, and but for tags when it is renamed", async () => {
    await pair.configure({ aws: { ...settings.aws, replaceInstancesOn: ["ami"] } });
    assert.deepEqual(Object.keys((await pair.pulumi.preview()).changes), ["same"]);
    await pair.configure({ ...settings, component: { name: "front", formerName: "edge" } });
    const { changes, stdout } = await pair.pulumi.preview({ diff: true });
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    const changed = [...stdout.matchAll(/^ {6}[-+~] (\w+) *:/gm)].map(([, property]) => property);
    assert.deepEqual([...new Set(changed)].sort(), ["rootBlockDevice", "tags", "tagsAll"]);
    await pair.configure(settings);
  });

  it("changes nothing for a later release of the image", async () => {
    const [of] = await described("DescribeInstances", "imageId");
    const parameter = "/aws/service/debian/release/12/latest/amd64";
    assert.notEqual(of, laterImage.id);
    await ec2(lab).publishImage({ ...laterImage, architecture: "x86_64", parameter });
    assert.deepEqual(Object.keys((await pair.up()).changes), ["same"]);
    await audit(pair);
  });

  it("asks EC2 at another endpoint, and by a proxy, when it is told to", async () => {
    const ec2Endpoint = `https://${awsApi.privateAddress}`;
    const inner = nodes.map((name) => pair.host(name).privateAddress);
    await pair.configure({ aws: { ...settings.aws, ec2Endpoint } });
    await pair.up();
    assert.ok(inner.includes(await claimedFrom()));
    const { web1 } = lab.hosts;
    const proxy = new Namespace(lab.name, "web1").spawnScript(
      join(__dirname, "connectProxy.ts"),
      [String(PROXY_PORT)],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    try {
      await once(proxy.stdout as NodeJS.ReadableStream, "data");
      const httpsProxy = `http://${web1.privateAddress}:${PROXY_PORT}`;
      await pair.configure({ aws: { ...settings.aws, ec2Endpoint, httpsProxy } });
      await pair.up();
      assert.equal(await claimedFrom(), web1.privateAddress);
      await pair.configure(settings);
      await pair.up();
    } finally {
      proxy.stdin?.end();
    }
    await audit(pair);
  });

  /** Where the call came from that moved the address to the other node. */
  async function claimedFrom(): Promise<string> {
    await audit(pair);
    await ec2(lab).forget();
    await pair.host(await pair.active()).must("ha-lb switchover", { timeoutMs: 60_000 });
    const claims = (await ec2Requests(lab)).filter(({ isClaim }) => isClaim);
    assert.equal(claims.length, 1);
    return claims[0]?.source ?? "";
  }

  it("gets a new instance for one that somebody has terminated", async () => {
    const active = await pair.active();
    const { name: slot } = pair.host(active);
    const gone = (await running()).find((instance) => instance.slot === slot)?.id ?? "";
    await terminate(lab, [gone]);
    await until("the other node to take over", async () => (await pair.holders())[0] === other(active), 60_000);
    await pair.up({ refresh: true });
    await audit(pair);
    const now = (await running()).map(({ id }) => id);
    assert.equal(now.length, 2);
    assert.ok(!now.includes(gone));
  });

  it("gives no other addresses to instances that stay because EC2 makes none in their place", async () => {
    await ec2(lab).inject({ kind: "error", code: "VcpuLimitExceeded" }, { action: "RunInstances" });
    await pair.configure({ aws: { ...settings.aws, instanceType: "t3.large" } });
    await assert.rejects(pair.up(), /VcpuLimitExceeded/);
    await ec2(lab).lift();
    await pair.configure(settings);
    // New addresses are drawn already: the instances go after all, once others serve in their place.
    const { stdout } = await pair.pulumi.preview({ diff: true });
    const planned = [...stdout.matchAll(/aws:ec2\/instance:Instance: \((\w+)\)/g)].map(([, operation]) => operation);
    assert.ok(planned.includes("replace") && !planned.includes("update"), planned.join());
    assert.ok(await pair.answers());
  });

  describe("replaces both, for another type, zone and a later image, by updates that are cut off", () => {
    let load: LoadRun;
    let old: readonly string[];
    let oldSlots: readonly string[];
    let url: string;
    let subnetIds: string[];

    before(async () => {
      [old, oldSlots, url] = [
        (await running()).map(({ id }) => id),
        nodes.map((name) => pair.host(name).name),
        pair.url,
      ];
      // The first two default subnets serve; the first node goes to the zone of the third one.
      const [, second = "", third = ""] = await described("DescribeSubnets", "subnetId");
      subnetIds = [third, second];
      await ec2(lab).forget();
      elsewhere = { ...settings.aws, subnetIds };
      await pair.configure({ aws: { ...elsewhere, instanceType: "t3.medium", replaceInstancesOn: ["ami"] } });
      // Both instances, what drew the addresses of each, and the policy that names their interfaces.
      assert.equal((await pair.pulumi.preview()).changes.replace, 5);
      load = await pair.startLoad({ perSecond: 50 });
    });
    afterEach(() => ec2(lab).lift());

    const moves = async () => (await ec2(lab).moves()).length;
    const oldOnes = async () => (await running()).filter(({ id }) => old.includes(id));
    const newHosts = () => lab.machines().filter(({ name }) => !oldSlots.includes(name));
    const isAsked = async (wanted: string) => (await ec2(lab).requests()).some(({ action }) => action === wanted);

    cutOffUntilTheMove(() => ({ pair, newHosts, moves }));

    it("before an old one is terminated", async () => {
      await ec2(lab).inject({ kind: "silence" }, { action: "TerminateInstances" });
      await cutOff(pair, () => isAsked("TerminateInstances"));
      assert.equal((await oldOnes()).length, 2);
    });

    it("once an old one is terminated, of which Pulumi learns nothing any more", async () => {
      await ec2(lab).inject({ kind: "silence" }, { action: "TerminateInstances", carriedOut: true });
      await cutOff(pair, async () => (await oldOnes()).length < 2);
    });

    it("not at all any more: two new ones serve, and clients have noticed one move", async () => {
      await pair.up();
      const seen = await load.stop();
      assert.equal(pair.url, url);
      assert.ok(seen.outageMs < CLOUD_MARGIN_MS, `the address was away for ${seen.outageMs} ms`);
      assert.deepEqual(seen.lostOutside, []);
      assert.equal(await moves(), 1, "the address moves once");
      assert.equal((await running()).length, 2);
      assert.deepEqual(await oldOnes(), []);
      assert.deepEqual(await ofRunning("instanceType"), ["t3.medium", "t3.medium"]);
      assert.deepEqual([...new Set(await ofRunning("subnetId"))].sort(), subnetIds.toSorted());
      assert.deepEqual(await ofRunning("imageId"), [laterImage.id, laterImage.id]);
      await audit(pair);
    });
  });

  describe("and in the end", () => {
    it("loses sight of a new one when the engine is killed while it is made, and goes on once that is gone as the guide says", async () => {
      const before = (await running()).map(({ id }) => id);
      await pair.configure({ aws: { ...elsewhere, instanceType: "t3.large" } });
      const known = async () => (await pair.pulumi.exportState()).resources.map(({ id }) => id ?? "");
      const unknown = async () => {
        const [instances, ids] = [await running(), await known()];
        return instances.filter(({ id }) => !ids.includes(id));
      };
      await ec2(lab).inject({ kind: "silence" }, { action: "RunInstances", times: 1, carriedOut: true });
      await cutOff(pair, async () => (await running()).length === before.length + 2 && (await unknown()).length === 1);
      const [pending, ...others] = await pendingCreates(pair);
      assert.deepEqual([pending?.type, others], ["aws:ec2/instance:Instance", []]);
      // Its private addresses are those that the next one is to have.
      await assert.rejects(pair.up(), /InvalidIPAddress\.InUse/);
      const lost = (await unknown()).map(({ id }) => id);
      assert.equal(lost.length, 1);
      const tags = { "Filter.1.Name": "resource-id", "Filter.1.Value.1": lost[0] ?? "" };
      assert.ok(
        elementsOf(await askAws(lab, { Action: "DescribeTags", ...tags }), "value").includes(pending?.name ?? ""),
      );
      await terminate(lab, lost);
      await pair.pulumi.refresh({ clearPendingCreates: true });
      assert.deepEqual(await pendingCreates(pair), []);
      assert.ok(await pair.answers());
      await pair.up();
      await audit(pair);
      assert.deepEqual(await ofRunning("instanceType"), ["t3.large", "t3.large"]);
      assert.ok(!(await running()).some(({ id }) => before.includes(id) || lost.includes(id)));
    });

    it("leaves nothing behind in the end, though one is dead", async () => {
      await pair.host(await pair.active()).powerOff();
      await pair.pulumi.destroy();
      assert.deepEqual(await awsCloud.hand(lab).inventory(), []);
      assert.deepEqual(await lab.routes(), []);
      assert.deepEqual((await pair.pulumi.exportState()).resources, []);
    });
  });
});

function hasTags(given: unknown): boolean {
  return Object.entries(tags).every(([key, value]) => (given as Record<string, string> | undefined)?.[key] === value);
}
