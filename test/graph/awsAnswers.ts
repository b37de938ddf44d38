// What AWS and its provider would say of what a pair asks them for.
import { hostKey } from "../unit/sampleArgs";

export const account = "arn:aws:ec2:eu-central-1:123456789012";

/** What AWS would say. */
export function made(type: string, name: string): Readonly<Record<string, unknown>> {
  const index = name.includes("lb2") ? 2 : 1;
  switch (type) {
    case "aws:ec2/instance:Instance":
      return {
        id: `i-000${index}`,
        arn: `${account}:instance/i-000${index}`,
        primaryNetworkInterfaceId: `eni-000${index}`,
        publicIp: `198.51.100.3${index}`,
        privateIp: `172.31.${16 * index}.7`,
      };
    case "aws:ec2/eip:Eip": {
      const id = name === "edge-main" ? "eipalloc-0a" : "eipalloc-0b";
      return { id, arn: `${account}:elastic-ip/${id}`, publicIp: name === "edge-main" ? "203.0.113.7" : "203.0.113.8" };
    }
    case "aws:ec2/getElasticIp:getElasticIp":
      return { arn: `${account}:elastic-ip/${name}`, publicIp: "203.0.113.99" };
    case "aws:ec2/getVpc:getVpc":
      return { id: "vpc-0d" };
    case "aws:ec2/getSubnets:getSubnets":
      return { ids: ["subnet-c", "subnet-b", "subnet-a"] };
    case "aws:ec2/getSubnet:getSubnet":
      return {
        id: name,
        vpcId: "vpc-0d",
        availabilityZone: `eu-central-1${name.slice(-1)}`,
        cidrBlock: { "subnet-a": "172.31.16.0/20", "subnet-b": "172.31.32.0/20" }[name] ?? "172.31.0.0/20",
      };
    case "aws:ssm/getParameter:getParameter":
      return { value: "ami-0d" };
    case "aws:index/getRegion:getRegion":
      return { region: "eu-central-1" };
    case "aws:ec2/keyPair:KeyPair":
    case "aws:iam/role:Role":
    case "aws:iam/instanceProfile:InstanceProfile":
      return { name: `${name}-1a2b3c4`, keyName: `${name}-1a2b3c4` };
    case "command:local:Command": {
      const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
      return { stdout: `${key}${hostKey(String(index))} ` };
    }
    default:
      return {};
  }
}
