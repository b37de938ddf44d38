// Instances and Elastic IPs that the lab's AWS makes, in its default VPC.
import { AwsControl, type RequestRecord } from "../../lab/aws/control";
import type { Lab } from "../../lab/lab";
import type { ApiRequest, LabPlatform } from "./platform";
import { machineSite } from "./site";

/** The operator's public network. */
const allowFrom = ["198.51.100.0/24"];

export function awsPlatform(lab: Lab): LabPlatform {
  return {
    name: "aws",
    arguments: ({ aws: { ssh, ...given } = {} }) => ({
      ...given,
      ssh: { ...(given.instances || given.securityGroupIds ? {} : { allowFrom }), ...ssh },
    }),
    secrets: ({ privateKey }) => ({ sshPrivateKey: privateKey ?? lab.sshKey.privateKey }),
    exampleConfig: { allowSshFrom: allowFrom },
    environment: lab.awsEnvironment,
    site: (outputs) => machineSite(lab, outputs),
  };
}

/** The tests' hand on the cloud. */
export function ec2(lab: Lab): AwsControl {
  return AwsControl.of(lab.stateDir);
}

/** What came in to EC2's API, in order. */
export async function ec2Requests(lab: Lab): Promise<readonly ApiRequest[]> {
  return (await ec2(lab).requests()).filter(({ service }) => service === "ec2").map(asRequest);
}

function asRequest({ at, source, action, fault, status }: RequestRecord): ApiRequest {
  const failed = fault !== null || status === null || status >= 400;
  return { at, source, isClaim: action === "AssociateAddress", failed };
}
