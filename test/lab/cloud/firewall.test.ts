import assert from "node:assert/strict";
import { firewallLines } from "./firewall";

const accepted = (...args: Parameters<typeof firewallLines>) =>
  firewallLines(...args)
    .filter((line) => / inbound .* accept$/.test(line))
    .map((line) => line.replace(/^.* inbound (.*) accept$/, "$1"))
    .slice(2); // what is established, and neighbours

describe("a machine's firewall", () => {
  it("takes the tables away where there are no rules, and drops everything where they are none", () => {
    assert.deepEqual(firewallLines("srv1", undefined), [
      "add table bridge firewall-srv1",
      "delete table bridge firewall-srv1",
      "add table inet firewall-srv1",
      "delete table inet firewall-srv1",
    ]);
    assert.deepEqual(accepted("srv1", []), []);
    assert.equal(firewallLines("srv1", []).at(-1), "add rule inet firewall-srv1 inbound drop");
  });

  it("has a line per protocol, port and source", () => {
    const both = ["0.0.0.0/0", "::/0"];
    assert.deepEqual(
      accepted("srv2", [
        { protocol: "tcp", port: "80-90", sourceIps: both },
        { protocol: "udp", sourceIps: ["198.51.100.0/24"] },
        { protocol: "icmp", sourceIps: both },
        { protocol: "esp", sourceIps: ["2001:db8::/32"] },
      ]),
      [
        "ip saddr 0.0.0.0/0 tcp dport 80-90",
        "ip6 saddr ::/0 tcp dport 80-90",
        "ip saddr 198.51.100.0/24 meta l4proto udp",
        "ip saddr 0.0.0.0/0 meta l4proto icmp",
        "ip6 saddr ::/0 meta l4proto ipv6-icmp",
        "ip6 saddr 2001:db8::/32 meta l4proto esp",
      ],
    );
  });

  it("knows protocols by their numbers, and any", () => {
    const sourceIps = ["10.77.1.1/32"];
    assert.deepEqual(
      accepted("srv1", [
        { protocol: 112, sourceIps },
        { protocol: "any", sourceIps },
      ]),
      ["ip saddr 10.77.1.1/32 meta l4proto 112", "ip saddr 10.77.1.1/32"],
    );
  });

  it("is about the public link, or both", () => {
    const marked = (...args: Parameters<typeof firewallLines>) =>
      firewallLines(...args).flatMap((line) => /oifname "(\S+)"/.exec(line)?.[1] ?? []);
    assert.deepEqual(marked("srv1", []), ["srv1-pub"]);
    assert.deepEqual(marked("srv1", [], "both"), ["srv1-pub", "srv1-priv"]);
  });

  it("refuses what is no port or no network, so that nothing else gets into the rules", () => {
    const rule = { protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0"] } as const;
    for (const wrong of [{ port: "80 accept" }, { port: "any" }, { protocol: "icmp" }] as const)
      assert.throws(() => firewallLines("srv1", [{ ...rule, ...wrong }]), /is no port of/);
    for (const source of ["0.0.0.0", "0.0.0.0/0 accept", "example.com/8"])
      assert.throws(() => firewallLines("srv1", [{ ...rule, sourceIps: [source] }]), /is no network/);
  });
});
