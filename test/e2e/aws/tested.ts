// AWS, as the stories about faults need it.
import { askAws, elementOf, elementsOf } from "../../lab/aws/ask";
import { MachineHost } from "../../lab/cloud/machineHost";
import type { MachineRecord } from "../../lab/cloud/machineRecord";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { awsApi, type MachineName, withoutPrefix } from "../../lab/layout";
import { ec2, ec2Requests } from "../../pair/platforms/aws";
import type { Hand, TestedCloud } from "../cloud/tested";
import { awsFaults } from "./apiFaults";
import { PairRole } from "./role";

export const awsCloud: TestedCloud = {
  title: "AWS",
  form: "aws",
  sshUser: "admin",
  apiHost: awsApi.hosts[0],
  revoked: { first: "not-yet", lasting: "unauthorized" },
  lastingAfterSeconds: 30,
  apiFaults: awsFaults,
  hand,
};

function hand(lab: Lab): Hand {
  const control = ec2(lab);
  const role = new PairRole(lab);
  return {
    requests: () => ec2Requests(lab),
    moves: control.moves,
    forget: control.forget,
    async reset() {
      await control.reset();
      // Some may have been given that end soon.
      await control.expireCredentials();
      await role.restore();
    },
    idOf,
    addressOn: (host) => withoutPrefix(recordOf(host).secondaryAddresses?.[0] ?? ""),
    sendTo: (address, machine) => associate(lab, address, machine),
    stranger: () => networkInterface(lab),
    outage: (from) => control.inject({ kind: "error", code: "Unavailable" }, { from }),
    lift: control.lift,
    staleReads: (reads) => control.inject({ kind: "stale-read", reads }),
    slowMoves: (seconds) => control.delays({ AssociateAddress: seconds }),
    revoke: () => role.forbid("ec2:AssociateAddress", "ec2:DescribeAddresses"),
    restore: () => role.restore(),
    inventory: () => inventory(lab),
  };
}

const idOf = (host: Host<MachineName>) => recordOf(host).metadata["instance-id"] ?? "";

function recordOf(host: Host<MachineName>): MachineRecord {
  if (host instanceof MachineHost) return host.record;
  throw new Error(`${host.name} is no instance.`);
}

/** @param to an instance, which gets it on its first secondary address, or a network interface */
async function associate(lab: Lab, address: string, to: string): Promise<void> {
  const { addresses, instances } = await ec2(lab).state();
  const AllocationId = addresses.find((known) => known.address === address)?.allocation ?? "";
  const [, secondary = ""] = instances.find(({ id }) => id === to)?.privateIps ?? [];
  const place: Record<string, string> = to.startsWith("eni-")
    ? { NetworkInterfaceId: to }
    : { InstanceId: to, PrivateIpAddress: secondary };
  await askAws(lab, { Action: "AssociateAddress", AllocationId, AllowReassociation: "true", ...place });
}

/** Of no instance: as a NAT gateway has one. */
async function networkInterface(lab: Lab) {
  const SubnetId = elementOf(await askAws(lab, { Action: "DescribeSubnets" }), "subnetId");
  const id = elementOf(await askAws(lab, { Action: "CreateNetworkInterface", SubnetId }), "networkInterfaceId");
  return {
    id,
    async remove() {
      await askAws(lab, { Action: "DeleteNetworkInterface", NetworkInterfaceId: id });
    },
  };
}

async function inventory(lab: Lab): Promise<readonly string[]> {
  const [{ instances, addresses }, groups, keys, roles] = await Promise.all([
    ec2(lab).state(),
    askAws(lab, { Action: "DescribeSecurityGroups" }),
    askAws(lab, { Action: "DescribeKeyPairs" }),
    askAws(lab, { Action: "ListRoles" }, "iam"),
  ]);
  return [
    ...instances.filter(({ state }) => state !== "terminated").map(({ name }) => name),
    ...addresses.map(({ address }) => address),
    ...elementsOf(groups, "groupName").filter((name) => name !== "default"),
    ...elementsOf(keys, "keyName"),
    ...elementsOf(roles, "RoleName"),
  ];
}
