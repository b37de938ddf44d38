// The role's credentials, which nodes fetch ahead from the metadata service: they rotate, end, are missing, or look wrong,
// each in the middle of a failover. Whatever it is, `ha-lb status` says which, and the address moves once.
import assert from "node:assert/strict";
import type { AwsControl } from "../../../lab/aws/control";
import { until } from "../../../lab/command";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { ec2 } from "../../../pair/platforms/aws";
import { RETURN_AFTER_OUTAGE_MS } from "../../cloud/apiFault";
import { type CloudPair, SOON_MS, withCloudPair } from "../../cloud/cloudPair";
import { assertExposure, assertNoRights } from "../../security/privileges";
import { filesWith, namesIn, namesInJournal, watch } from "../../security/search";
import { awsCloud } from "../tested";

/** Those that are good for less than ten seconds are replaced before they are used. */
const SHORT_SECONDS = 14;
const roles = "/latest/meta-data/iam/security-credentials/";

interface Problem {
  readonly title: string;
  /** What `ha-lb status` calls it. */
  readonly code: string;
  inject(control: AwsControl, from: string): Promise<unknown>;
}

const problems: readonly Problem[] = [
  {
    title: "calls are throttled",
    code: "throttled RequestLimitExceeded",
    inject: (control, from) => control.inject({ kind: "error", code: "RequestLimitExceeded" }, { from }),
  },
  {
    title: "the clocks differ",
    code: "clock-skew the clock of this host is 1[0-9]{3} s behind that of EC2",
    inject: (control, from) => control.inject({ kind: "clock-skew", seconds: 1200 }, { from }),
  },
  {
    title: "they have expired, and the metadata service is out",
    code: "imds the metadata service of the instance",
    async inject(control) {
      await control.inject({ kind: "refused" }, { service: "imds" });
      await control.expireCredentials();
    },
  },
  {
    title: "they have expired, and the instance has no role any more",
    code: "no-credentials this instance has no role",
    async inject(control, from) {
      await control.inject({ kind: "status", status: 404 }, { service: "imds", path: roles, from });
      await control.expireCredentials();
    },
  },
];

describe("the role's credentials of a pair on AWS", function () {
  this.timeout(120_000);
  let cloudPair: CloudPair;
  let control: AwsControl;
  let active: LoadBalancerName;
  let standby: LoadBalancerName;
  withCloudPair(awsCloud, (ready) => {
    cloudPair = ready;
    control = ec2(ready.lab);
  });
  beforeEach(async () => {
    active = await cloudPair.begin();
    standby = other(active);
    await hasFetchedAhead();
  });

  /** The standby has asked once, and so has them. */
  async function hasFetchedAhead(): Promise<void> {
    await until(`${standby} to have credentials`, async () => (await keptKey()) !== "", SOON_MS);
    await cloudPair.forget();
  }

  const keptKey = async () =>
    (await cloudPair.pair.host(standby).run("sed -n 2p /run/ha-lb-vip/aws-credentials")).stdout;

  async function claims() {
    const { publicAddress } = cloudPair.pair.host(standby);
    const requests = await control.requests();
    return requests.filter(({ source, action }) => source === publicAddress && action === "AssociateAddress");
  }

  it("stand in one file, for root alone, and in no argument, environment or log while the address moves", async () => {
    const host = cloudPair.pair.host(standby);
    const kept = await host.must("cat /run/ha-lb-vip/aws-credentials");
    const [, , secretKey = "", sessionToken = ""] = kept.split("\n");
    assert.ok(secretKey && sessionToken);
    const secrets = { secretKey, sessionToken };
    const watched = await watch(host, secrets);
    await cloudPair.hold(active, true);
    assert.equal(await cloudPair.settled(), standby);
    const { leaks, commands } = await watched.end();
    assert.deepEqual(leaks, []);
    assert.ok(
      commands.some((line) => line.includes("bin/mover claim")),
      commands.join("\n"),
    );
    assert.deepEqual(await filesWith(host, secrets), ["600 root /run/ha-lb-vip/aws-credentials"]);
    const told = await host.run("ha-lb status; ha-lb status --json; ha-lb doctor");
    assert.deepEqual(namesIn(told.stdout + told.stderr, secrets), []);
    assert.deepEqual(await namesInJournal(host, secrets), []);
    await assertNoRights(host, "ha-lb-vip", "root");
    await assertExposure(host, "haproxy", "keepalived", "ha-lb-agent", "ha-lb-vip");
  });

  it("are there already: a failover takes one call while the metadata service is out", async () => {
    await control.inject({ kind: "refused" }, { service: "imds" });
    await cloudPair.hold(active, true);
    assert.equal(await cloudPair.settled(), standby);
    assert.equal((await claims()).length, 1);
    assert.deepEqual(await cloudPair.moves(), [standby]);
  });

  it("rotate while EC2 is out of order: none is used that has ended, and the address moves by one call", async () => {
    await control.setCredentialLifetime(SHORT_SECONDS);
    await control.expireCredentials();
    await cloudPair.agent(standby, "stop");
    await cloudPair.agent(standby, "start");
    await hasFetchedAhead();
    const before = await keptKey();
    const outage = await control.inject({ kind: "error", code: "Unavailable" });
    await cloudPair.hold(active, true);
    await until("the first ones to be gone", async () => isAnother(await keptKey(), before), 2 * SOON_MS, 100);
    await control.lift(outage);
    await cloudPair.untilHolder(standby, RETURN_AFTER_OUTAGE_MS);
    assert.equal(await cloudPair.settled(), standby);
    const all = await claims();
    assert.deepEqual(
      all.filter(({ secondsLeft }) => (secondsLeft ?? 0) <= 0),
      [],
    );
    const left = all.map(({ secondsLeft }) => secondsLeft ?? 0);
    assert.ok(
      left.some((seconds, at) => seconds > (left[at - 1] ?? Number.POSITIVE_INFINITY)),
      `they did not rotate between two claims: ${left}`,
    );
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
    assert.deepEqual(await cloudPair.moves(), [standby]);
  });

  const isAnother = (key: string, before: string) => key !== "" && key !== before;

  it("are replaced when EC2 takes them for expired before their time", async () => {
    await control.expireCredentials();
    await cloudPair.hold(active, true);
    assert.equal(await cloudPair.settled(), standby);
    const codes = (await claims()).map(({ code }) => code);
    // The standby may have looked just before, and found out.
    assert.ok(["RequestExpired,", ""].includes(codes.join()), codes.join());
    assert.equal((await cloudPair.told(standby)).errors.expired, 1);
    assert.deepEqual(await cloudPair.moves(), [standby]);
  });

  for (const { title, code, inject } of problems) {
    it(`are told apart from anything else that is wrong: ${title}`, async () => {
      await inject(control, cloudPair.pair.host(standby).publicAddress ?? "");
      await cloudPair.hold(active, true);
      const text = new RegExp(`^.*${standby}: the cloud's API fails: ${code}`, "m");
      for (const name of [active, standby]) {
        const says = async () => text.test((await cloudPair.pair.host(name).run("ha-lb status")).stdout);
        await until(`${name} to say ${text}`, says, SOON_MS, 200);
      }
      assert.deepEqual(await cloudPair.moves(), []);
      await control.lift();
      await cloudPair.untilHolder(standby, RETURN_AFTER_OUTAGE_MS);
      assert.equal(await cloudPair.settled(), standby);
      assert.deepEqual(await cloudPair.moves(), [standby]);
    });
  }

  it("leave the pair as it was deployed", async () => {
    await cloudPair.rest();
    await auditNodes(cloudPair.pair);
  });
});
