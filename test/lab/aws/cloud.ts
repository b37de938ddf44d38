// What moto says that there is: instances, their interfaces, addresses and security groups, seen by the lab's own user.
import { gunzipSync } from "node:zlib";
import {
  type Address,
  DescribeAddressesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type Instance,
  type SecurityGroup,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type Keys, type Moto, users } from "./moto";

export class Cloud {
  private readonly ec2: EC2Client;
  private readonly iam: IAMClient;
  private readonly sts: STSClient;

  constructor(
    moto: Moto,
    readonly region: string,
  ) {
    const options = { endpoint: moto.endpoint, region, credentials: moto.keysOf(users.lab) };
    this.ec2 = new EC2Client(options);
    this.iam = new IAMClient(options);
    this.sts = new STSClient(options);
  }

  async instances(): Promise<Instance[]> {
    const { Reservations = [] } = await this.ec2.send(new DescribeInstancesCommand({ MaxResults: 1000 }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  async terminate(instanceId: string): Promise<void> {
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  }

  async addresses(): Promise<Address[]> {
    return (await this.ec2.send(new DescribeAddressesCommand())).Addresses ?? [];
  }

  async securityGroups(): Promise<SecurityGroup[]> {
    return (await this.ec2.send(new DescribeSecurityGroupsCommand())).SecurityGroups ?? [];
  }

  async userData(instanceId: string): Promise<string> {
    const query = new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: "userData" });
    const { UserData } = await this.ec2.send(query);
    const data = Buffer.from(UserData?.Value ?? "", "base64");
    const isGzip = data[0] === 0x1f && data[1] === 0x8b;
    return (isGzip ? gunzipSync(data) : data).toString();
  }

  /** In OpenSSH's text form. */
  async publicKey(keyName: string): Promise<string> {
    const query = new DescribeKeyPairsCommand({ KeyNames: [keyName], IncludePublicKey: true });
    const { KeyPairs = [] } = await this.ec2.send(query);
    return KeyPairs[0]?.PublicKey?.trim() ?? "";
  }

  /** The role that an instance with this profile takes on. */
  async roleOf(profileArn: string): Promise<{ arn: string; name: string } | undefined> {
    const name = profileArn.split("/").at(-1);
    const { InstanceProfile } = await this.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
    const [role] = InstanceProfile?.Roles ?? [];
    return role && { arn: role.Arn ?? "", name: role.RoleName ?? "" };
  }

  async assume(roleArn: string, session: string, seconds: number): Promise<Keys & { readonly token: string }> {
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: session, DurationSeconds: seconds });
    const { AccessKeyId, SecretAccessKey, SessionToken } = (await this.sts.send(command)).Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error(`moto gave no credentials for ${roleArn}.`);
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, token: SessionToken };
  }
}
