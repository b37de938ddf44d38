// Elastic IPs of the lab's AWS. The script is by the `aws` command: it looks the address up, takes it from the node that
// has it, and gives it to its own.
import { askAws } from "../../lab/aws/ask";
import type { Lab } from "../../lab/lab";
import { awsApi } from "../../lab/layout";
import type { Pair } from "../../pair/pair";
import { ec2, ec2Requests } from "../../pair/platforms/aws";
import type { MovingCloud } from "./clouds";

export const awsMoving: MovingCloud = {
  form: "aws",
  addressKind: "Elastic IP",
  async delay(lab, seconds) {
    await ec2(lab).delays({ traffic: seconds });
  },
  calls: ec2Requests,
  moves: (lab) => ec2(lab).moves(),
  forget: (lab) => ec2(lab).forget(),
  async oneShotScript(lab, pair) {
    await allowToDisassociate(lab, pair);
    return async (host) => {
      await host.must("apt-get update --quiet=2 && apt-get install --yes --quiet=2 --no-install-recommends awscli", {
        timeoutMs: 180_000,
      });
      const { mover } = JSON.parse(await host.must("cat /etc/ha-load-balancer/current/node.json"));
      const [privateAddress = ""] = mover.localAddresses as string[];
      return script(pair.addresses[0] as string, mover.env.AWS_NETWORK_INTERFACE, privateAddress);
    };
  },
};

const script = (address: string, networkInterface: string, privateAddress: string) => `#!/bin/sh
export AWS_DEFAULT_REGION=${awsApi.region} AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
describe() { aws ec2 describe-addresses --public-ips ${address} --query "Addresses[0].$1" --output text; }
allocation=$(describe AllocationId)
aws ec2 disassociate-address --association-id "$(describe AssociationId)"
aws ec2 associate-address --allocation-id "$allocation" --network-interface-id ${networkInterface} --private-ip-address ${privateAddress}
`;

/** What the library's own role must not do. */
async function allowToDisassociate(lab: Lab, pair: Pair): Promise<void> {
  const { resources } = await pair.pulumi.exportState();
  const role = resources.find(({ type }) => type === "aws:iam/role:Role")?.outputs?.name;
  const document = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["ec2:DisassociateAddress"], Resource: "*" }],
  };
  const policy = { PolicyName: "one-shot-script", PolicyDocument: JSON.stringify(document) };
  await askAws(lab, { Action: "PutRolePolicy", RoleName: String(role), ...policy }, "iam");
}
