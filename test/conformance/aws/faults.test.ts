// Each fault that tests can inject, as who asks sees it, and that the same request works again afterwards.
import assert from "node:assert/strict";
import { AssociateAddressCommand, DescribeAddressesCommand, type Instance } from "@aws-sdk/client-ec2";
import { GetUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Fault } from "../../lab/aws/control";
import { now } from "../../lab/clock";
import { AwsForTests, existing, refusal } from "./awsForTests";

describe("aws: injected faults", function () {
  this.timeout(5 * 60_000);
  let aws: AwsForTests;
  let one: Instance;
  let two: Instance;
  let eip: { id: string; address: string };

  before(async () => {
    aws = await AwsForTests.start();
    [one, two] = [await aws.instance(), await aws.instance()];
    eip = await aws.elasticIp();
  });
  afterEach(() => aws.control.reset());
  after(() => aws.stop());

  const read = () => aws.curl(aws.admin, { Action: "DescribeAddresses", "AllocationId.1": eip.id });
  const once = (fault: Fault) => aws.control.inject(fault, { times: 1 });

  const codes = [
    ["RequestLimitExceeded", 503],
    ["Throttling", 400],
    ["UnauthorizedOperation", 403],
    ["AuthFailure", 401],
    ["RequestExpired", 400],
    ["InvalidAllocationID.NotFound", 400],
    ["InternalError", 500],
    ["Unavailable", 503],
  ] as const;
  for (const [code, status] of codes) {
    it(`answers ${status} ${code}, once`, async () => {
      await aws.control.forget();
      await once({ kind: "error", code });
      const answer = await read();
      assert.equal(answer.status, status);
      assert.match(answer.body, new RegExp(`<Response><Errors><Error><Code>${code}</Code><Message>.+</Message>`));
      assert.equal((await read()).status, 200);
      const log = (await aws.control.requests()).map((request) => [request.status, request.code, request.fault]);
      assert.deepEqual(log, [
        [status, code, "error"],
        [200, null, null],
      ]);
    });
  }

  it("refuses in the words of each service", async () => {
    await aws.control.inject({ kind: "error", code: "Throttling" });
    const iam = new IAMClient(aws.options(aws.admin));
    assert.equal(await refusal(iam.send(new GetUserCommand({}))), "Throttling");
    assert.equal(await refusal(aws.stsAs(aws.admin).send(new GetCallerIdentityCommand())), "Throttling");
    assert.equal(await refusal(aws.ssmAs(aws.admin).send(new GetParameterCommand({ Name: "any" }))), "Throttling");
  });

  it("hits one service and action only", async () => {
    await aws.control.inject({ kind: "error", code: "Unavailable" }, { service: "ec2", action: "AssociateAddress" });
    assert.equal((await read()).status, 200);
    await aws.stsAs(aws.admin).send(new GetCallerIdentityCommand());
    assert.equal(await refusal(associate(one)), "Unavailable");
  });

  it("answers with a gateway's page", async () => {
    await once({ kind: "status", status: 502 });
    const { status, body } = await read();
    assert.equal(status, 502);
    assert.match(body, /<h1>502 Bad Gateway<\/h1>/);
  });

  it("loses the answer to what was done all the same", async () => {
    await associate(one);
    await aws.control.inject({ kind: "status", status: 504 }, { times: 1, carriedOut: true });
    await assert.rejects(associate(two));
    assert.equal(await aws.control.holderOf(eip.address), two.InstanceId);
  });

  it("does nothing of what it loses otherwise", async () => {
    await associate(one);
    await once({ kind: "reset" });
    await assert.rejects(associate(two));
    assert.equal(await aws.control.holderOf(eip.address), one.InstanceId);
  });

  it("resets the connection, at once or after a silence", async () => {
    await once({ kind: "reset" });
    assert.equal((await read()).code, 56); // curl: failure in receiving
    await once({ kind: "silence", seconds: 0.3 });
    const begun = now();
    assert.equal((await read()).code, 56);
    assert.ok(now() - begun >= 290);
    assert.equal((await read()).status, 200);
  });

  it("cuts the body off, or sends one that is no XML", async () => {
    await once({ kind: "truncated" });
    assert.equal((await read()).code, 18); // curl: transferred a partial file
    await once({ kind: "malformed" });
    const { status, body } = await read();
    assert.equal(status, 200);
    assert.match(body, /^{"error": </);
  });

  it("answers late", async () => {
    await once({ kind: "slow", seconds: 0.3 });
    const begun = now();
    assert.equal((await read()).status, 200);
    assert.ok(now() - begun >= 290);
  });

  it("fails the TLS handshake", async () => {
    await aws.control.inject({ kind: "tls" });
    assert.equal((await read()).code, 35); // curl: SSL connect error
    await aws.control.lift();
    assert.equal((await read()).status, 200);
  });

  it("refuses connections until that is lifted, at the same port", async () => {
    const fault = await aws.control.outage("refused");
    assert.equal((await read()).code, 7); // curl: failed to connect
    await aws.control.lift(fault);
    assert.equal((await read()).status, 200);
  });

  it("has a clock of its own", async () => {
    await aws.control.inject({ kind: "clock-skew", seconds: 1000 });
    const refused = await read();
    assert.equal(refused.status, 400);
    assert.match(refused.body, /<Code>RequestExpired</);
    const caller = aws.stsAs(aws.admin).send(new GetCallerIdentityCommand());
    assert.equal(await refusal(caller), "SignatureDoesNotMatch");
    await aws.control.lift();
    await aws.control.inject({ kind: "clock-skew", seconds: -600 });
    assert.equal((await read()).status, 200, "EC2 takes a quarter of an hour");
  });

  it("refuses what is not signed", async () => {
    const { status, body } = await aws.curl({ accessKeyId: "", secretAccessKey: "" }, { Action: "DescribeAddresses" });
    assert.equal(status, 403);
    assert.match(body, /<Code>MissingAuthenticationToken</);
  });

  it("tells the association before a move, for so many reads", async () => {
    await associate(one);
    await aws.control.inject({ kind: "stale-read", reads: 2 });
    await associate(two);
    const seen: (string | undefined)[] = [];
    for (let n = 0; n < 3; n += 1) seen.push((await described()).InstanceId);
    assert.deepEqual(seen, [one.InstanceId, one.InstanceId, two.InstanceId]);
  });

  it("tells the association before a move, for so long", async () => {
    await associate(one);
    const before = await described();
    await aws.control.inject({ kind: "stale-read", seconds: 0.5 });
    await associate(two);
    assert.deepEqual(await described(), before);
    await new Promise((waited) => setTimeout(waited, 500));
    assert.equal((await described()).InstanceId, two.InstanceId);
  });

  const nicOf = ({ NetworkInterfaces }: Instance) => existing(NetworkInterfaces?.[0]);

  function associate(instance: Instance) {
    const { NetworkInterfaceId, PrivateIpAddresses = [] } = nicOf(instance);
    return aws.ec2.send(
      new AssociateAddressCommand({
        AllocationId: eip.id,
        NetworkInterfaceId,
        PrivateIpAddress: PrivateIpAddresses[1]?.PrivateIpAddress,
        AllowReassociation: true,
      }),
    );
  }

  async function described() {
    const { Addresses = [] } = await aws.ec2.send(new DescribeAddressesCommand({ AllocationIds: [eip.id] }));
    return existing(Addresses[0]);
  }
});
