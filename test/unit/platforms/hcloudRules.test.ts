import assert from "node:assert/strict";
import { validate } from "../../../src/validate";
import { InvalidArgumentsError } from "../../../src/validation/problem";
import { type HcloudChange, hcloudArgs, server } from "../../graph/hcloudArgs";

const onServers = (key: string) => `platform.${key}: has no effect on servers that exist. Leave it out.`;

const cases: readonly (readonly [behaviour: string, change: HcloudChange, expected: readonly string[]])[] = [
  [
    "want everything that has no default, all at once",
    { location: undefined, serverType: undefined, failoverToken: undefined, ssh: {} },
    [
      'platform.location: is missing. Use one such as "fsn1".',
      'platform.serverType: is missing. Use one such as "cx23".',
      "platform.failoverToken: is missing. Give the 64 letters and digits of a read and write token, as a secret.",
      "platform.ssh.privateKey: is missing. Give the private key that opens the nodes, as a secret.",
      'platform.ssh.allowFrom: is empty. List the networks, such as ["203.0.113.0/24"].',
    ],
  ],
  [
    "do not show a token that is none",
    { failoverToken: "sesame\n" },
    [
      "platform.failoverToken: is not an API token (its text is not shown). Give the 64 letters and digits of a read and write token, as a secret.",
    ],
  ],
  [
    "want networks of operators and clients",
    { ssh: { allowFrom: ["anywhere"] }, allowClientsFrom: [] },
    [
      'platform.allowClientsFrom: is empty. List the networks, such as ["203.0.113.0/24"].',
      'platform.ssh.allowFrom[0]: "anywhere" is not a network. Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
    ],
  ],
  [
    "want a host key of a bastion",
    { ssh: { bastion: { host: "bastion.example.com" } } },
    [
      'platform.ssh.bastion.hostKey: is missing. Give the host\'s public key, such as "ecdsa-sha2-nistp256 AAAA…" (see `ssh-keyscan -t ecdsa HOST`).',
    ],
  ],
  [
    "want two names, which differ",
    { nodeNames: ["lb1", "lb1", "lb3"] },
    [
      "platform.nodeNames: has 3. List exactly two, one for each node.",
      'platform.nodeNames[1]: "lb1" is that of platform.nodeNames[0] too. Two nodes have two names.',
    ],
  ],
  [
    "want floating IPs with names of their own",
    { floatingIps: [{ name: "main" }, { name: "main", type: "ipv5" }, { name: "other", id: "none" }] },
    [
      'platform.floatingIps[1].type: "ipv5" is not known. Did you mean "ipv4"? Use one of: ipv4, ipv6.',
      'platform.floatingIps[2].id: "none" is not an id. Use its number in Hetzner\'s API, as text, such as "4711".',
      'platform.floatingIps[1].name: "main" is that of platform.floatingIps[0] too. Give each a different one.',
    ],
  ],
  [
    "want IPv4 ranges",
    { network: { ipRange: "fd00::/48", subnetIpRange: "10.0.0.1" } },
    ["ipRange", "subnetIpRange"].map(
      (key, index) =>
        `platform.network.${key}: "${["fd00::/48", "10.0.0.1"][index]}" is not an IPv4 range. Use one such as "10.0.0.0/16"; private networks of Hetzner are IPv4 only.`,
    ),
  ],
  [
    "refuse what has no effect on what exists",
    {
      servers: [server(1), server(2)],
      serverType: "cx23",
      image: "debian-12",
      network: { id: 7, zone: "eu-central" },
      replaceServersOn: ["image"],
      allowClientsFrom: ["0.0.0.0/0"],
      ssh: { allowFrom: ["203.0.113.0/24"], existingKeys: ["laptop"] },
      floatingIps: [{ name: "main", id: "77" }],
    },
    [
      ...["ssh.allowFrom", "serverType", "image", "allowClientsFrom", "network", "replaceServersOn"].map(onServers),
      onServers("ssh.existingKeys"),
      "platform.network.zone: has no effect on a network that exists. Leave it out.",
      "platform.location: has no effect on what exists. Leave it out.",
    ],
  ],
  [
    "refuse what has no effect on firewalls that exist",
    { firewallIds: [7], allowClientsFrom: ["0.0.0.0/0"], ssh: { allowFrom: ["203.0.113.0/24"] } },
    ["ssh.allowFrom", "allowClientsFrom"].map(
      (key) => `platform.${key}: has no effect on firewalls that exist. Leave it out.`,
    ),
  ],
  [
    "want a place for a floating IP that is made for servers that exist",
    { servers: [server(1), server(2)], location: undefined },
    ['platform.location: is missing. Use one such as "fsn1".'],
  ],
  [
    "refuse the same server twice",
    { servers: [server(1), server(1)] },
    ["id", "publicAddress", "privateAddress", "hostKey"].map((key) => {
      const value = server(1)[key as keyof ReturnType<typeof server>];
      const shown = value.length > 57 ? `${value.slice(0, 56)}...` : `${value}"`;
      return `platform.servers[1].${key}: "${shown} is that of platform.servers[0] too. Two different machines are needed.`;
    }),
  ],
  [
    "refuse what they do not know",
    { serverTyp: "cx23" } as HcloudChange,
    [
      `platform.serverTyp: is not a property. Did you mean "serverType"? There are: location, serverType, image, failoverToken, ssh, allowClientsFrom, floatingIps, network, firewallIds, nodeNames, servers, labels, deleteProtection, replaceServersOn.`,
    ],
  ],
  [
    "want labels that Hetzner takes",
    {
      labels: { team: "a b", "": "a", "a b": "a", "example.com/": "a", "-/a": "a", "a/b/c": "a", "example.com/a": "" },
    },
    [
      'platform.labels.team: "a b" is not usable in a label. Use letters and digits, with . _ - between them, 63 at most.',
      ...["", "a b", "example.com/", "-/a", "a/b/c"].map(
        (key) =>
          `platform.labels["${key}"]: "${key}" is not the key of a label. Use one such as "team" or "example.com/team".`,
      ),
    ],
  ],
];

describe("the arguments of hcloud", () => {
  it("pass as the documentation shows them, and with servers that exist", () => {
    validate("edge", hcloudArgs());
    validate("edge", hcloudArgs({ allowClientsFrom: ["0.0.0.0/0", "::/0"] }));
    validate("edge", hcloudArgs({ servers: [server(1), server(2)] }));
  });

  for (const [behaviour, change, expected] of cases) {
    it(behaviour, () => {
      assert.throws(
        () => validate("edge", hcloudArgs(change)),
        (error) => {
          assert.ok(error instanceof InvalidArgumentsError);
          assert.deepEqual(
            error.problems.map(({ path, message }) => `${path}: ${message}`),
            expected,
          );
          return true;
        },
      );
    });
  }
});
