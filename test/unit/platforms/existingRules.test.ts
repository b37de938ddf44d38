import assert from "node:assert/strict";
import { changed, hostKey, messagesOf, privateKey, removed, sampleArgs } from "../sampleArgs";

type Case = readonly [behaviour: string, changes: readonly (readonly [string, unknown])[], expected: readonly string[]];

const [lb1, lb2] = sampleArgs().platform.nodes;
const twoMachines = "is that of platform.nodes[0] too. Two different machines are needed.";
const pairOnly = "List exactly two; a pair is what makes it redundant.";
const free = "Use an address that no host has.";
const prefixFix = 'Use one such as "198.51.100.10/24" or "2001:db8::10/64".';
const addressFix = 'Use one such as "10.0.0.11" or "2001:db8::11".';
const ipv6Pair = [
  ["platform.nodes[0].peerAddress", "fd00::b"],
  ["platform.nodes[1].peerAddress", "fd00::c"],
] as const;

const cases: readonly Case[] = [
  [
    "want nodes",
    [
      ["platform.nodes", []],
      ["failover", removed],
    ],
    [`platform.nodes: has 0 nodes. ${pairOnly}`],
  ],
  ["want more than one node", [["platform.nodes", [lb2]]], [`platform.nodes: has 1 node. ${pairOnly}`]],
  ["want no more than two nodes", [["platform.nodes", [lb1, lb2, lb1]]], [`platform.nodes: has 3 nodes. ${pairOnly}`]],
  [
    "want nodes to be objects",
    [
      ["platform.nodes", ["lb1", null]],
      ["failover", removed],
    ],
    [
      "platform.nodes[0]: is not an object. Give { name, host, hostKey }.",
      "platform.nodes[1]: is missing. Give { name, host, hostKey }.",
    ],
  ],
  [
    "refuse the same node twice",
    [
      ["platform.nodes", [lb1, lb1]],
      ["failover", removed],
    ],
    [
      `platform.nodes[1].name: "lb1" ${twoMachines}`,
      `platform.nodes[1].host: "192.0.2.11" ${twoMachines}`,
      `platform.nodes[1].peerAddress: "10.0.0.11" ${twoMachines}`,
      `platform.nodes[1].hostKey: "${hostKey("a").slice(0, 56)}... ${twoMachines}`,
    ],
  ],
  [
    "refuse the same host key with another comment",
    [["platform.nodes[1].hostKey", `${hostKey("a")} root@lb2`]],
    [`platform.nodes[1].hostKey: "${hostKey("a").slice(0, 56)}... ${twoMachines}`],
  ],
  [
    "refuse the same address in another spelling",
    [
      ["platform.nodes[0].peerAddress", "fd00::b"],
      ["platform.nodes[1].peerAddress", "FD00:0::000b"],
    ],
    [`platform.nodes[1].peerAddress: "FD00:0::000b" ${twoMachines}`],
  ],
  [
    "refuse a peer address that is the other node's host",
    [
      ["platform.nodes[0].peerAddress", removed],
      ["platform.nodes[1].peerAddress", "192.0.2.11"],
    ],
    [`platform.nodes[1].peerAddress: "192.0.2.11" ${twoMachines}`],
  ],
  [
    "refuse nodes of which one speaks IPv4 and the other IPv6",
    [["platform.nodes[1].peerAddress", "fd00::c"]],
    [
      'platform.nodes[1].peerAddress: "fd00::c" cannot talk to "10.0.0.11". Give both nodes an IPv4 or both an IPv6 address.',
    ],
  ],
  ["take nodes that speak IPv6", ipv6Pair, []],
  [
    "want a peer address beside a DNS name",
    [["platform.nodes[1].peerAddress", removed]],
    [
      'platform.nodes[1].peerAddress: is missing, and host "lb2.example.com" is not an IP address. Give the node\'s address on the network between the two.',
    ],
  ],
  [
    "refuse a peer address that is no IP address",
    [["platform.nodes[0].peerAddress", "lb1.example.com"]],
    [`platform.nodes[0].peerAddress: "lb1.example.com" is not an IP address. ${addressFix}`],
  ],
  [
    "refuse a peer address with a zone",
    [
      ["platform.nodes[0].peerAddress", "fe80::1%eth0"],
      ["platform.nodes[1].peerAddress", "fe80::2"],
    ],
    [`platform.nodes[0].peerAddress: "fe80::1%eth0" is not an IP address. ${addressFix}`],
  ],
  [
    "want the host key, or to be told that any will do",
    [["platform.nodes[0].hostKey", removed]],
    [
      'platform.nodes[0].hostKey: is missing. Give the host\'s public key, such as "ecdsa-sha2-nistp256 AAAA…" (see `ssh-keyscan -t ecdsa HOST`), or set platform.ssh.acceptAnyHostKey to true.',
    ],
  ],
  [
    "go without host keys when told that any will do",
    [
      ["platform.nodes[0].hostKey", removed],
      ["platform.ssh.bastion.hostKey", removed],
      ["platform.ssh.acceptAnyHostKey", true],
    ],
    [],
  ],
  ["know whether to take over what is there", [["platform.adopt", true]], []],
  ["know whether a destroy takes off what they got", [["platform.uninstallOnDestroy", true]], []],
  [
    "want that said plainly, too",
    [["platform.uninstallOnDestroy", 1]],
    ["platform.uninstallOnDestroy: 1 is not a boolean. Use true or false."],
  ],
  [
    "want that said plainly",
    [["platform.adopt", "yes"]],
    ['platform.adopt: "yes" is not a boolean. Use true or false.'],
  ],
  [
    "want a virtual address",
    [["platform.virtualAddresses", []]],
    [
      'platform.virtualAddresses: is empty. Add an address with its prefix length, such as { address: "198.51.100.10/24" }.',
    ],
  ],
  [
    "refuse a node's own address as a virtual one",
    [["platform.virtualAddresses[0].address", "10.0.0.12/24"]],
    [`platform.virtualAddresses[0].address: "10.0.0.12/24" is already platform.nodes[1].peerAddress. ${free}`],
  ],
  [
    "refuse a node's own address in another spelling",
    [...ipv6Pair, ["platform.virtualAddresses[1].address", "FD00:0::C/64"]],
    [`platform.virtualAddresses[1].address: "FD00:0::C/64" is already platform.nodes[1].peerAddress. ${free}`],
  ],
  [
    "refuse a virtual address that is listed twice",
    [["platform.virtualAddresses[1].address", "198.51.100.10/32"]],
    [
      `platform.virtualAddresses[1].address: "198.51.100.10/32" is already platform.virtualAddresses[0].address. ${free}`,
    ],
  ],
  [
    "want to be told how to connect",
    [["platform.ssh", removed]],
    ["platform.ssh: is missing. Say how the nodes are reached: at least { privateKey }."],
  ],
  [
    "want a bastion to be an object",
    [["platform.ssh.bastion", "bastion.example.com"]],
    ["platform.ssh.bastion: is not an object. Give { host, hostKey }."],
  ],
  [
    "want a bastion's host and host key",
    [["platform.ssh.bastion", {}]],
    [
      'platform.ssh.bastion.host: is missing. Use one such as "10.0.0.11" or "app.example.com".',
      'platform.ssh.bastion.hostKey: is missing. Give the host\'s public key, such as "ecdsa-sha2-nistp256 AAAA…" (see `ssh-keyscan -t ecdsa HOST`), or set platform.ssh.acceptAnyHostKey to true.',
    ],
  ],
  [
    "want the passphrase of a bastion's key",
    [["platform.ssh.bastion.privateKeyPassphrase", removed]],
    [
      "platform.ssh.bastion.privateKey: is protected by a passphrase (its text is not shown). Give privateKeyPassphrase too.",
    ],
  ],
  [
    "refuse users, ports and flags that are none",
    [
      ["platform.ssh.user", "Admin User"],
      ["platform.ssh.port", "22"],
      ["platform.ssh.acceptAnyHostKey", "yes"],
    ],
    [
      'platform.ssh.user: "Admin User" is not a user name. Use one such as "root" or "admin".',
      'platform.ssh.port: "22" is not a port. Use a whole number from 1 to 65535.',
      'platform.ssh.acceptAnyHostKey: "yes" is not a boolean. Use true or false.',
    ],
  ],
];

describe("rules of existing hosts", () => {
  for (const [behaviour, changes, expected] of cases) {
    it(behaviour, () => assert.deepEqual(messagesOf(changed(...changes)), expected));
  }

  for (const address of [
    "198.51.100.10",
    "198.51.100.10/33",
    "198.51.100.10/0",
    "2001:db8::1/129",
    "/24",
    "a/24",
    "198.51.100.10/24/1",
    "fe80::1%eth0/64",
    10,
  ]) {
    it(`refuse ${JSON.stringify(address)} as a virtual address`, () => {
      assert.deepEqual(messagesOf(changed(["platform.virtualAddresses[0].address", address])), [
        `platform.virtualAddresses[0].address: ${JSON.stringify(address)} is not an address with a prefix length. ${prefixFix}`,
      ]);
    });
  }

  it("take an interface for left out when it is null", () => {
    assert.deepEqual(messagesOf(changed(["platform.virtualAddresses[0].interface", null])), []);
  });

  it("take the nodes' key for the bastion when it has none of its own", () => {
    assert.deepEqual(
      messagesOf(changed(["platform.ssh.privateKey", privateKey], ["platform.ssh.bastion.privateKey", removed])),
      [],
    );
  });
});
