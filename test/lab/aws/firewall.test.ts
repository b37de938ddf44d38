import assert from "node:assert/strict";
import type { Instance, IpPermission } from "@aws-sdk/client-ec2";
import { inboundRules } from "./firewall";

const instance = (address: string, ...groups: string[]): Instance => ({
  NetworkInterfaces: [
    {
      Groups: groups.map((GroupId) => ({ GroupId })),
      PrivateIpAddresses: [
        { PrivateIpAddress: `${address}1`, Primary: false },
        { PrivateIpAddress: address, Primary: true },
      ],
    },
  ],
});

describe("what security groups let in", () => {
  const own = instance("10.77.16.4", "sg-own");
  const other = instance("10.77.16.6", "sg-other");
  const rules = (...permissions: IpPermission[]) =>
    inboundRules(own, [{ GroupId: "sg-own", IpPermissions: permissions }, { GroupId: "sg-none" }], [own, other]);

  it("is nothing without a rule, and nothing of groups that the instance is not in", () => {
    assert.deepEqual(rules(), []);
    const others = { GroupId: "sg-other", IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] };
    assert.deepEqual(inboundRules(own, [others], [own, other]), []);
  });

  it("is by protocol, port and network", () => {
    const anywhere = { IpRanges: [{ CidrIp: "0.0.0.0/0" }], Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
    const sourceIps = ["0.0.0.0/0", "::/0"];
    assert.deepEqual(
      rules(
        { IpProtocol: "tcp", FromPort: 80, ToPort: 90, ...anywhere },
        { IpProtocol: "udp", FromPort: 53, ToPort: 53, ...anywhere },
        { IpProtocol: "icmp", FromPort: -1, ToPort: -1, ...anywhere },
        { IpProtocol: "-1", ...anywhere },
        { IpProtocol: "112", FromPort: -1, ToPort: -1, ...anywhere },
      ),
      [
        { protocol: "tcp", port: "80-90", sourceIps },
        { protocol: "udp", port: "53", sourceIps },
        { protocol: "icmp", sourceIps },
        { protocol: "any", sourceIps },
        { protocol: 112, sourceIps },
      ],
    );
  });

  it("is by the private addresses of a group's members", () => {
    const from = (GroupId: string) => ({ IpProtocol: "112", UserIdGroupPairs: [{ GroupId }] });
    assert.deepEqual(rules(from("sg-other")), [{ protocol: 112, sourceIps: ["10.77.16.6/32", "10.77.16.61/32"] }]);
    assert.deepEqual(rules(from("sg-empty")), []);
  });
});
