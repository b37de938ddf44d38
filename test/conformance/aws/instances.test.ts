// The life of an instance, by AWS' own SDK: what becomes of the lab's machine, and what EC2 tells of it.
import assert from "node:assert/strict";
import {
  AssignPrivateIpAddressesCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  ImportKeyPairCommand,
  type Instance,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { until } from "../../lab/command";
import { AwsForTests, existing, image, refusal } from "./awsForTests";

describe("aws: instances", function () {
  this.timeout(5 * 60_000);
  let aws: AwsForTests;
  let one: Instance;
  let two: Instance;
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ3dHlKS7rmr1kB4b4bYX0pXWZ2Hqk8Yx5R0S3hC1xq";

  before(async () => {
    aws = await AwsForTests.start();
  });
  after(() => aws.stop());

  it("knows who asks, and tells the ids of images", async () => {
    const { Arn } = await aws.stsAs(aws.admin).send(new GetCallerIdentityCommand());
    assert.equal(Arn, "arn:aws:iam::123456789012:user/operator");
    const parameter = async (Name: string) =>
      (await aws.ssmAs(aws.admin).send(new GetParameterCommand({ Name }))).Parameter;
    const debian = "/aws/service/debian/release/12/latest/amd64";
    assert.equal((await parameter(debian))?.Value, image);
    assert.match(
      (await parameter("/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"))?.Value ??
        "",
      /^ami-[0-9a-f]{17}$/,
    );
    assert.equal(await refusal(parameter("/aws/service/debian/release/1/latest/amd64")), "ParameterNotFound");
  });

  it("tells the id of a later release of an image under the same name", async () => {
    const Name = "/aws/service/debian/release/13/latest/amd64";
    const id = async () => (await aws.ssmAs(aws.admin).send(new GetParameterCommand({ Name }))).Parameter?.Value;
    const later = { id: "ami-0deb000000000013c", name: "debian-13-later", owner: "136693071363", parameter: Name };
    assert.notEqual(await id(), later.id);
    await aws.control.publishImage({ ...later, architecture: "x86_64" });
    await until("the new id", async () => (await id()) === later.id, 5_000);
    const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [later.id] }));
    assert.deepEqual([Images[0]?.Name, Images[0]?.RootDeviceName], ["debian-13-later", "/dev/xvda"]);
  });

  it("boots a machine with what the instance was given", async () => {
    await aws.ec2.send(new ImportKeyPairCommand({ KeyName: "own", PublicKeyMaterial: Buffer.from(key) }));
    const userData = Buffer.from("#cloud-config\n{}\n").toString("base64");
    one = await aws.instance({ KeyName: "own", UserData: userData });
    two = await aws.instance();
    assert.deepEqual(
      aws.machines.calls.filter((call) => call.startsWith("create")),
      ["create srv1 ip-10-77-16-4", "create srv2 ip-10-77-16-6"],
    );
    assert.deepEqual(aws.machines.options.get("srv1"), {
      hostname: "ip-10-77-16-4",
      userData: "#cloud-config\n{}\n",
      authorizedKeys: [key],
      user: "admin",
      metadata: { "instance-id": one.InstanceId },
      privateAddress: "10.77.16.4/16",
      secondaryAddresses: ["10.77.16.5/16"],
      slot: "srv1",
    });
  });

  it("tells its addresses", async () => {
    const { State, PublicIpAddress, PrivateIpAddress, NetworkInterfaces = [] } = await described(one);
    assert.deepEqual([State?.Name, PublicIpAddress, PrivateIpAddress], ["running", "198.51.100.31", "10.77.16.4"]);
    const addresses = (NetworkInterfaces[0]?.PrivateIpAddresses ?? []).map((found) => [
      found.PrivateIpAddress,
      found.Primary,
      found.Association?.PublicIp,
    ]);
    assert.deepEqual(addresses, [
      ["10.77.16.4", true, "198.51.100.31"],
      ["10.77.16.5", false, undefined],
    ]);
  });

  it("lets in what its security groups say, on both of its links, and nothing else", async () => {
    const { Vpcs = [] } = await aws.ec2.send(new DescribeVpcsCommand());
    const group = new CreateSecurityGroupCommand({ GroupName: "pair", Description: "pair", VpcId: Vpcs[0]?.VpcId });
    const { GroupId = "" } = await aws.ec2.send(group);
    const [subnet] = await aws.subnets();
    const nic = { DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: true, Groups: [GroupId] };
    const member = await aws.instance({ NetworkInterfaces: [nic] });
    assert.deepEqual(aws.machines.rules.get("srv3"), []);
    const itself = [{ GroupId }];
    await aws.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          { IpProtocol: "112", FromPort: -1, ToPort: -1, UserIdGroupPairs: itself },
          { IpProtocol: "tcp", FromPort: 1024, ToPort: 1025, UserIdGroupPairs: itself },
        ],
      }),
    );
    const own = [`${member.PrivateIpAddress}/32`];
    assert.deepEqual(aws.machines.rules.get("srv3"), [
      { protocol: "tcp", port: "443", sourceIps: ["0.0.0.0/0"] },
      { protocol: 112, sourceIps: own },
      { protocol: "tcp", port: "1024-1025", sourceIps: own },
    ]);
    await terminate(member);
  });

  it("gives it further private addresses", async () => {
    const { NetworkInterfaces = [] } = await described(two);
    const eni = NetworkInterfaces[0]?.NetworkInterfaceId;
    await aws.ec2.send(
      new AssignPrivateIpAddressesCommand({ NetworkInterfaceId: eni, SecondaryPrivateIpAddressCount: 1 }),
    );
    assert.equal(aws.machines.calls.at(-1), "setPrivateAddress srv2 10.77.16.6/16");
    assert.equal((await described(two)).NetworkInterfaces?.[0]?.PrivateIpAddresses?.length, 3);
  });

  it("stops, starts and reboots it, and its public address stays the same", async () => {
    const of = { InstanceIds: [one.InstanceId ?? ""] };
    aws.machines.calls.length = 0;
    await aws.ec2.send(new StopInstancesCommand(of));
    assert.equal((await described(one)).State?.Name, "stopped");
    await aws.ec2.send(new StartInstancesCommand(of));
    await aws.ec2.send(new RebootInstancesCommand(of));
    assert.deepEqual(aws.machines.calls, ["powerOff srv1", "powerOn srv1", "powerOff srv1", "powerOn srv1"]);
    assert.equal((await described(one)).PublicIpAddress, "198.51.100.31");
  });

  it("gives the place of one that is terminated to the next", async () => {
    await terminate(one);
    assert.equal((await described(one)).State?.Name, "terminated");
    assert.equal(aws.machines.calls.at(-1), "destroy srv1");
    const next = await aws.instance();
    assert.equal(next.PublicIpAddress ?? (await described(next)).PublicIpAddress, "198.51.100.31");
  });

  it("boots one without a public address where it is least in the way", async () => {
    const [subnet] = await aws.subnets();
    const nic = { DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: false };
    const hidden = await aws.instance({ NetworkInterfaces: [nic] });
    const { instances } = await aws.control.state();
    assert.equal(instances.find(({ id }) => id === hidden.InstanceId)?.slot, "srv6");
    assert.equal((await described(hidden)).PublicIpAddress, undefined);
    await terminate(hidden);
  });

  it("refuses what the lab has no place for, and leaves nothing of it", async () => {
    const more = await Promise.all([1, 2, 3, 4].map(() => aws.instance()));
    assert.equal(await refusal(aws.instance()), "InsufficientInstanceCapacity");
    for (const instance of more) await terminate(instance);
    const { instances } = await aws.control.state();
    assert.deepEqual(instances.map(({ slot }) => slot).sort(), ["srv1", "srv2"]);
    assert.equal(await refusal(aws.instance({ ImageId: "ami-0123456789abcdef0" })), "InvalidAMIID.NotFound");
  });

  async function described(instance: Instance): Promise<Instance> {
    const query = new DescribeInstancesCommand({ InstanceIds: [instance.InstanceId ?? ""] });
    return existing((await aws.ec2.send(query)).Reservations?.[0]?.Instances?.[0]);
  }

  const terminate = ({ InstanceId = "" }: Instance) =>
    aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
});
