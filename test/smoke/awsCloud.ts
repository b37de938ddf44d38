// What the smoke test asks of EC2: who holds an address. An instance that was stopped comes back with another address, so
// that it has no power button here. Credentials, region and endpoint are those of the environment.
import { DescribeAddressesCommand, DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { SmokeCloud } from "./cloud";

export class AwsCloud implements SmokeCloud {
  readonly user = "admin";
  private readonly ec2 = new EC2Client();

  async holderOf(address: string): Promise<string | undefined> {
    const { Addresses } = await this.ec2.send(new DescribeAddressesCommand({ PublicIps: [address] }));
    const holder = Addresses?.[0]?.InstanceId;
    if (!holder) return undefined;
    const { Reservations } = await this.ec2.send(new DescribeInstancesCommand({ InstanceIds: [holder] }));
    return Reservations?.[0]?.Instances?.[0]?.PublicIpAddress;
  }
}
