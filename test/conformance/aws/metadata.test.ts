// The instance metadata service: version 2 only, and the credentials of an instance's role, which rotate and expire.
import assert from "node:assert/strict";
import { DescribeAddressesCommand, type Instance } from "@aws-sdk/client-ec2";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { AwsForTests, type Credentials, policy, refusal } from "./awsForTests";

describe("aws: instance metadata", function () {
  this.timeout(5 * 60_000);
  let aws: AwsForTests;
  let one: Instance;
  let token: string;

  before(async () => {
    aws = await AwsForTests.start();
    one = await aws.instance({ UserData: Buffer.from("#!/bin/sh\n").toString("base64") });
    await aws.instance();
    ({ body: token } = await makeToken("srv1", 60));
  });
  afterEach(() => aws.control.reset());
  after(() => aws.stop());

  it("says nothing without a token", async () => {
    assert.equal((await aws.imds("srv1", "GET", "/latest/meta-data/instance-id")).status, 401);
    assert.equal((await read("/instance-id", "srv1", "wrong")).status, 401);
    assert.deepEqual(await read("/instance-id"), { status: 200, body: one.InstanceId });
  });

  it("gives a token for as long as it is asked for, by PUT alone, and not through a proxy", async () => {
    for (const seconds of [0, 21601, "many"]) assert.equal((await makeToken("srv1", seconds)).status, 400);
    assert.equal((await aws.imds("srv1", "GET", "/latest/api/token", ttl(60))).status, 401);
    const through = { ...ttl(60), "X-Forwarded-For": "10.77.16.4" };
    assert.equal((await aws.imds("srv1", "PUT", "/latest/api/token", through)).status, 403);
    const short = (await makeToken("srv1", 1)).body;
    assert.equal((await read("/instance-id", "srv1", short)).status, 200);
    await new Promise((waited) => setTimeout(waited, 1050));
    assert.equal((await read("/instance-id", "srv1", short)).status, 401);
  });

  it("gives a token to one instance alone, and nothing to strangers", async () => {
    assert.equal((await read("/instance-id", "srv2")).status, 401);
    assert.equal((await makeToken("srv5", 60)).status, 404);
  });

  it("tells who the instance is", async () => {
    const { NetworkInterfaces: [nic] = [] } = one;
    const told = async (path: string) => (await read(path)).body;
    assert.equal(await told("/local-ipv4"), "10.77.16.4");
    assert.equal(await told("/public-ipv4"), "198.51.100.31");
    assert.equal(await told("/placement/availability-zone"), "eu-central-1a");
    assert.equal(await told("/network/interfaces/macs/"), `${nic?.MacAddress}/`);
    assert.equal(await told(`/network/interfaces/macs/${nic?.MacAddress}/interface-id`), nic?.NetworkInterfaceId);
    assert.equal(await told(`/network/interfaces/macs/${nic?.MacAddress}/local-ipv4s`), "10.77.16.4\n10.77.16.5");
    assert.match(await told("/"), /^ami-id\nhostname\ninstance-id\n/);
    assert.equal((await read("/nothing")).status, 404);
    const get = (path: string) => aws.imds("srv1", "GET", path, { "X-aws-ec2-metadata-token": token });
    assert.equal((await get("/latest/user-data")).body, "#!/bin/sh\n");
    assert.equal(JSON.parse((await get("/latest/dynamic/instance-identity/document")).body).instanceId, one.InstanceId);
    assert.equal((await get("/2021-07-15/meta-data/instance-id")).body, one.InstanceId);
  });

  describe("for an instance with a role", () => {
    const path = "/iam/security-credentials/pair";

    it("has none before", async () => {
      assert.equal((await read("/iam/security-credentials/")).status, 404);
      await aws.giveRole(one, "pair", ["ec2:DescribeAddresses"]);
      assert.deepEqual(await read("/iam/security-credentials/"), { status: 200, body: "pair" });
      assert.match((await read("/iam/info")).body, /:instance-profile\/pair"/);
    });

    it("gives its credentials, which do what the role may and nothing else", async () => {
      const { Code, Type, Expiration } = await told();
      assert.deepEqual([Code, Type], ["Success", "AWS-HMAC"]);
      const hours = (Date.parse(Expiration) - Date.now()) / 3_600_000;
      assert.ok(hours > 5.9 && hours <= 6, `${hours} hours`);
      const { Arn } = await aws.stsAs(await credentials()).send(new GetCallerIdentityCommand());
      assert.equal(Arn, `arn:aws:sts::123456789012:assumed-role/pair/${one.InstanceId}`);
      await describeAddresses(await credentials());
      const { sessionToken: _, ...withoutToken } = await credentials();
      assert.equal(await refusal(describeAddresses(withoutToken)), "AuthFailure");
      await aws.iam.send(
        new PutRolePolicyCommand({ ...role, PolicyDocument: policy([allow("ec2:AssociateAddress")]) }),
      );
      assert.equal(await refusal(describeAddresses(await credentials())), "UnauthorizedOperation");
      await aws.iam.send(
        new PutRolePolicyCommand({ ...role, PolicyDocument: policy([allow("ec2:DescribeAddresses")]) }),
      );
      const [last] = (await aws.control.requests()).filter(({ service }) => service === "ec2").slice(-1);
      assert.equal(last?.caller, one.InstanceId);
      assert.ok((last?.secondsLeft ?? 0) > 5.9 * 3600, `${last?.secondsLeft} s`);
    });

    it("gives the same until shortly before they expire, and then new ones while the old ones still work", async () => {
      await aws.control.expireCredentials();
      await aws.control.setCredentialLifetime(4);
      const first = await credentials();
      assert.deepEqual(await credentials(), first);
      await new Promise((waited) => setTimeout(waited, 2_000));
      const second = await credentials();
      assert.notEqual(second.accessKeyId, first.accessKeyId);
      await describeAddresses(first);
      await new Promise((waited) => setTimeout(waited, 2_100));
      assert.equal(await refusal(describeAddresses(first)), "RequestExpired");
      assert.equal(await refusal(aws.stsAs(first).send(new GetCallerIdentityCommand())), "ExpiredToken");
    });

    it("has them end at once when a test says so", async () => {
      const before = await credentials();
      await aws.control.expireCredentials();
      assert.equal(await refusal(describeAddresses(before)), "RequestExpired");
      await describeAddresses(await credentials());
    });

    it("fails on purpose: missing, slow, broken, silent", async () => {
      const at = { service: "imds", path: `/latest/meta-data${path}` } as const;
      await aws.control.inject({ kind: "status", status: 404 }, { ...at, times: 1 });
      assert.equal((await read(path)).status, 404);
      await aws.control.inject({ kind: "slow", seconds: 0.3 }, { ...at, times: 1 });
      const begun = Date.now();
      assert.equal((await read(path)).status, 200);
      assert.ok(Date.now() - begun >= 290);
      await aws.control.inject({ kind: "malformed" }, { ...at, times: 1 });
      const broken = (await read(path)).body;
      assert.throws(() => JSON.parse(broken));
      await aws.control.inject({ kind: "silence", seconds: 0.1 }, { service: "imds", from: "127.0.0.31" });
      await assert.rejects(makeToken("srv1", 60), { code: "ECONNRESET" });
      assert.equal((await makeToken("srv2", 60)).status, 200);
      await aws.control.lift();
      await aws.control.inject({ kind: "refused" }, { service: "imds" });
      await assert.rejects(makeToken("srv1", 60), { code: "ECONNREFUSED" });
      await aws.stsAs(aws.admin).send(new GetCallerIdentityCommand());
      await aws.control.lift();
      assert.equal((await read(path)).status, 200);
    });

    const told = async () => JSON.parse((await read(path)).body) as Record<string, string> & { Expiration: string };
  });

  const role = { RoleName: "pair", PolicyName: "own" };
  const allow = (Action: string) => ({ Effect: "Allow", Action, Resource: "*" });

  async function credentials(): Promise<Credentials> {
    const { body } = await read("/iam/security-credentials/pair");
    const found = JSON.parse(body) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
    return { accessKeyId: found.AccessKeyId, secretAccessKey: found.SecretAccessKey, sessionToken: found.Token };
  }

  const describeAddresses = (credentialsOf: Credentials) =>
    aws.ec2As(credentialsOf).send(new DescribeAddressesCommand());
  const ttl = (seconds: number | string) => ({ "X-aws-ec2-metadata-token-ttl-seconds": String(seconds) });
  const makeToken = (slot: string, seconds: number | string) =>
    aws.imds(slot, "PUT", "/latest/api/token", ttl(seconds));
  const read = (path: string, slot = "srv1", known = token) =>
    aws.imds(slot, "GET", `/latest/meta-data${path}`, { "X-aws-ec2-metadata-token": known });
});
