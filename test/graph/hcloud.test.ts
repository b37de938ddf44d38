// The resource tree of a pair on Hetzner Cloud: what there is, what replaces what, and where the token goes.
import assert from "node:assert/strict";
import { HaLoadBalancer } from "../../src";
import { hostKey } from "../unit/sampleArgs";
import { made } from "./hcloudAnswers";
import { failoverToken, type HcloudChange, hcloudArgs } from "./hcloudArgs";
import { isSecret, named, type Program, revealed, run } from "./registrations";

function deploy(change: HcloudChange = {}): Promise<Program> {
  return run(() => new HaLoadBalancer("edge", hcloudArgs(change)).address, made);
}

const commands = ["lb1", "lb2"].flatMap((node) => [
  `command:remote:Command edge-${node}-install`,
  `command:remote:Command edge-${node}-apply`,
]);
const component = "ha-load-balancer:index:HaLoadBalancer edge";

function tree({ registrations }: Program): string[] {
  return registrations.map(({ type, name }) => `${type.replace(/index\/\w+:/, "")} ${name}`).sort();
}

describe("the resource tree on Hetzner Cloud", () => {
  let program: Program;
  before(async () => {
    program = await deploy();
  });

  it("has two servers, what they need, one address, and no assignment of it", () => {
    assert.deepEqual(program.errors, []);
    assert.deepEqual(
      tree(program),
      [
        component,
        ...commands,
        "command:local:Command edge-lb1-host-key",
        "command:local:Command edge-lb2-host-key",
        "hcloud:FloatingIp edge-main",
        "hcloud:Firewall edge-firewall",
        "hcloud:Network edge-network",
        "hcloud:NetworkSubnet edge-subnet",
        "hcloud:PlacementGroup edge-spread",
        "hcloud:Server edge-lb1",
        "hcloud:Server edge-lb2",
        "hcloud:SshKey edge-ssh-key",
      ].sort(),
    );
    assert.ok(!("serverId" in named(program, "edge-main").inputs));
    assert.deepEqual(named(program, "edge-main").ignoreChanges, ["serverId", "homeLocation"]);
  });

  it("spreads the servers, and puts them behind the firewall and into the network", () => {
    const { inputs, dependencies } = named(program, "edge-lb1");
    assert.equal(inputs.placementGroupId, 4001);
    assert.deepEqual(inputs.firewallIds, [3001]);
    assert.deepEqual(inputs.networks, [{ networkId: 2001, aliasIps: [] }]);
    assert.ok(dependencies.includes(named(program, "edge-subnet").urn));
    assert.ok(!("name" in inputs), "a server with a fixed name cannot be made before the old one is gone");
  });

  it("lets clients and operators in, and nobody else", () => {
    const rules = named(program, "edge-firewall").inputs.rules as Record<string, unknown>[];
    assert.deepEqual(
      rules.map(({ direction, protocol, port, sourceIps }) => [direction, protocol, port, sourceIps]),
      [
        ["in", "tcp", "80", ["0.0.0.0/0", "::/0"]],
        ["in", "tcp", "443", ["0.0.0.0/0", "::/0"]],
        ["in", "tcp", "22", ["203.0.113.0/24"]],
      ],
    );
  });

  it("replaces no server for another image, key or user data, unless it is asked to", async () => {
    assert.deepEqual(named(program, "edge-lb1").ignoreChanges, ["image", "sshKeys", "userData"]);
    const others = await deploy({ replaceServersOn: ["image"] });
    assert.deepEqual(named(others, "edge-lb1").ignoreChanges, ["sshKeys", "userData"]);
  });

  it("replaces servers for another type, which in place would take the power off both at once", () => {
    assert.deepEqual(named(program, "edge-lb1").replaceOnChanges, ["serverType"]);
  });

  it("waits for a machine that boots, and not for one that is dead", () => {
    const limits = ["install", "apply"].map((what) => {
      const connection = revealed(named(program, `edge-lb1-${what}`).inputs.connection);
      return (connection as Record<string, unknown>).dialErrorLimit;
    });
    assert.deepEqual(limits, [30, 4]);
  });

  it("makes each server known by a host key of its own, which stays", () => {
    const command = named(program, "edge-lb2-host-key");
    assert.deepEqual(command.ignoreChanges, ["*"]);
    assert.equal(command.inputs.logging, "none");
    const userData = named(program, "edge-lb2").inputs.userData;
    assert.ok(isSecret(userData));
    assert.match(String(revealed(userData)), /^#cloud-config\n\{"ssh_deletekeys":true,"ssh_keys":\{"ed25519_private":/);
    const { hostKey: pinned, host } = revealed(named(program, "edge-lb2-apply").inputs.connection) as Record<
      string,
      unknown
    >;
    assert.deepEqual([host, pinned], ["192.0.2.2", hostKey("2")]);
  });

  it("keeps the token and the host keys out of everything that is shown", () => {
    for (const { name, inputs } of program.registrations) {
      const shown = JSON.stringify(Object.values(inputs).filter((value) => !isSecret(value)));
      assert.ok(!shown.includes(failoverToken), name);
      assert.ok(!shown.includes("OPENSSH PRIVATE"), name);
    }
  });

  it("configures a machine that is another one, and forgets its commands with it", () => {
    assert.match(String(named(program, "edge-lb1-apply").inputs.create), /\n# node "1001"$/);
    assert.equal(named(program, "edge-lb1-apply").deletedWith, named(program, "edge-lb1").urn);
  });

  it("shares the address that Hetzner gave", () => {
    assert.deepEqual(program.outputs.get(named(program, "edge").urn), {
      address: "203.0.113.7",
      addresses: ["203.0.113.7"],
      nodes: [
        { name: "lb1", privateAddress: "10.0.1.2", publicAddress: "192.0.2.1" },
        { name: "lb2", privateAddress: "10.0.1.3", publicAddress: "192.0.2.2" },
      ],
    });
  });

  it("shares several, of both kinds, and one that exists", async () => {
    const others = await deploy({
      floatingIps: [{ name: "main" }, { name: "six", type: "ipv6" }, { name: "old", id: "77" }],
    });
    assert.deepEqual(others.outputs.get(named(others, "edge").urn)?.addresses, [
      "203.0.113.7",
      "2001:db8:f::1",
      "203.0.113.99",
    ]);
  });

  it("makes nothing that exists already", async () => {
    const server = (number: number) => ({
      id: `100${number}`,
      publicAddress: `192.0.2.${number}`,
      privateAddress: `10.0.1.${number + 1}`,
      hostKey: hostKey(String(number)),
    });
    const floatingIps = [{ name: "main", id: "77" }];
    const given = await deploy({ servers: [server(1), server(2)], floatingIps, location: undefined });
    assert.deepEqual(tree(given), [component, ...commands].sort());
    const parts = await deploy({
      network: { id: 2002 },
      firewallIds: [3002],
      ssh: { existingKeys: ["laptop"] },
    });
    assert.ok(tree(parts).every((name) => !/Network|Firewall|SshKey/.test(name)));
    const { networks, firewallIds, sshKeys } = named(parts, "edge-lb1").inputs;
    assert.deepEqual([networks, firewallIds, sshKeys], [[{ networkId: 2002, aliasIps: [] }], [3002], ["laptop"]]);
  });

  it("labels and protects what it makes, when asked to", async () => {
    const others = await deploy({ labels: { team: "edge" }, deleteProtection: true });
    for (const name of ["edge-lb1", "edge-main", "edge-network"]) {
      const { labels, deleteProtection } = named(others, name).inputs;
      assert.deepEqual([labels, deleteProtection], [{ team: "edge" }, true], name);
    }
    for (const name of ["edge-firewall", "edge-spread", "edge-ssh-key"]) {
      assert.deepEqual(named(others, name).inputs.labels, { team: "edge" }, name);
    }
  });
});
