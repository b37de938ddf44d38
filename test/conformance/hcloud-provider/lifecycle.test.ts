// The resources of a pair from create to destroy. One stack goes through its life in `before`; each test looks at one
// behaviour of it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { tables } from "../../lab/providers/hcloud/tables";
import { checkInputs } from "../../lab/providers/protocol/inputs";
import type { Properties } from "../../lab/providers/protocol/values";
import type { ResourceState, UpdateResult } from "../../lab/pulumi";
import { tokens } from "../hetzner/apiForTests";
import { type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { pair, publicKey, rule, userData, withArgs } from "./pair";

type Outputs = Readonly<Record<string, unknown>>;

describe("hcloud provider: life cycle", () => {
  let cloud: Cloud;
  let stack: Stack;
  let previewed: { readonly result: UpdateResult; readonly changes: readonly string[] };
  const created: Record<string, ResourceState & { readonly outputs: Outputs }> = {};
  let createChanges: readonly string[];

  before(async function () {
    this.timeout(120_000);
    cloud = await Cloud.start();
    stack = await cloud.stack("lifecycle");
    const resources = cloud.withProvider(pair);
    previewed = { result: await stack.preview(resources), changes: await cloud.changes() };
    await stack.up(resources);
    createChanges = await cloud.changes();
    for (const name of Object.keys(pair)) {
      created[name] = await stack.state(name);
    }
  });

  after(() => cloud?.stop());

  const outputs = (name: string): Outputs => created[name]?.outputs ?? {};

  it("changes nothing in a preview", () => {
    assert.equal(previewed.result.changes.create, Object.keys(pair).length + 2);
    assert.deepEqual(previewed.changes, []);
  });

  it("has the outputs that the schema says, of its types", () => {
    for (const [name, { type, outputs: state }] of Object.entries(created)) {
      const { inputs, outputs: others } = tables[type] ?? assert.fail(`there is no table of ${type}`);
      const { id: _, ...own } = state as Properties;
      assert.deepEqual(checkInputs({ ...inputs, ...others }, own).failures, [], name);
      const always = Object.keys({ ...inputs, ...others }).filter((key) => !inputs[key] || inputs[key]?.required);
      assert.deepEqual(
        always.filter((key) => own[key] === undefined),
        [],
        `${name} lacks outputs`,
      );
    }
  });

  it("has the API's numbers as ids", async () => {
    const { servers } = await cloud.call("GET", "/servers");
    const found = servers.find(({ name }) => name === outputs("first").name);
    assert.equal(created.first?.id, String(found?.id));
    assert.equal(created.subnet?.id, `${created.network?.id}-10.77.1.0/24`);
  });

  it("names what has no name after the resource, with seven hexadecimal digits", () => {
    assert.match(String(outputs("first").name), /^first-[0-9a-f]{7}$/);
    assert.match(String(outputs("address").name), /^address-[0-9a-f]{7}$/);
    assert.notEqual(String(outputs("first").name).slice(-7), String(outputs("second").name).slice(-7));
  });

  it("waits until a server runs and is in its networks", () => {
    const { status, ipv4Address, ipv6Address, ipv6Network, networks } = outputs("first");
    assert.equal(status, "running");
    assert.match(String(ipv4Address), /^198\.51\.100\.3\d$/);
    assert.match(String(ipv6Address), /^2001:db8:[\da-f:]+$/);
    assert.match(String(ipv6Network), /^2001:db8:[\da-f:]+\/\d+$/);
    const [attachment] = networks as { ip: string; networkId: number }[];
    assert.match(attachment?.ip ?? "", /^10\.77\.1\.\d+$/);
    assert.equal(attachment?.networkId, Number(created.network?.id));
  });

  it("gives the machine what the program says", () => {
    const machines = [...cloud.api.machines.options.values()];
    const machine = machines.find(({ hostname }) => hostname === outputs("first").name);
    assert.equal(machine?.userData, userData);
    assert.deepEqual(machine?.authorizedKeys, [publicKey]);
  });

  it("has the hash of user data in the state, and its text in the inputs", () => {
    assert.equal(outputs("first").userData, createHash("sha1").update(userData).digest("base64"));
    assert.equal(created.first?.inputs?.userData, userData);
  });

  it("leaves a floating IP without a server to nobody", () => {
    const { ipAddress, ipNetwork, serverId } = outputs("address");
    assert.match(String(ipAddress), /^203\.0\.113\.\d+$/);
    assert.equal(ipNetwork, "");
    assert.equal(serverId, 0);
    assert.match(
      `${outputs("address6").ipAddress} ${outputs("address6").ipNetwork}`,
      /^2001:db8:\w+:: 2001:db8:\w+::\/64$/,
    );
    assert.ok(!createChanges.some((change) => change.includes("assign")));
  });

  it("has no secret of the configuration in the state", async () => {
    const { text } = await stack.pulumi.exportState();
    assert.ok(!text.includes(tokens.operator.token));
  });

  it("plans nothing when nothing changed, with a refresh as well", async () => {
    const again = await stack.preview(cloud.withProvider(pair), {
      refresh: true,
      expectNoChanges: true,
      allowFailure: true,
    });
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual(Object.keys(again.changes), ["same"]);
    assert.deepEqual(await cloud.changes(), []);
  });

  describe("updates in place", () => {
    const network = { networkId: { $number: "network.id" }, ip: "10.77.1.200" };
    const first: Record<string, Outputs> = {
      first: { labels: { role: "web" } },
      second: { firewallIds: [], networks: [{ ...network, aliasIps: [] }] },
      network: { name: "inside" },
      firewall: { rules: [rule("443")] },
      address: { description: "other", serverId: { $number: "second.id" }, deleteProtection: true },
    };
    const second: Record<string, Outputs> = {
      second: {
        firewallIds: [],
        networks: [{ ...network, aliasIps: ["10.77.1.201"] }],
        deleteProtection: true,
        rebuildProtection: true,
      },
    };
    let planned: UpdateResult;
    let done: UpdateResult;
    let made: readonly string[];
    let madeLater: readonly string[];

    const changed = (...changes: Record<string, Outputs>[]) =>
      cloud.withProvider(
        changes.flatMap(Object.entries).reduce((all, [name, args]) => withArgs(all, name, args), pair),
      );
    const about = (changes: readonly string[], kind: string, name: string) =>
      changes
        .filter((change) => change.includes(` /${kind}/${created[name]?.id}`))
        .map((change) => change.replace(/\d+/, "ID"));

    before(async function () {
      this.timeout(120_000);
      planned = await stack.preview(changed(first));
      done = await stack.up(changed(first));
      made = await cloud.changes();
      await stack.up(changed(first, second));
      madeLater = await cloud.changes();
    });

    it("as planned, and replaces nothing", () => {
      const updates = Object.keys(first).length;
      assert.deepEqual([planned.changes.update, planned.changes.replace], [updates, undefined], planned.stdout);
      assert.deepEqual([done.changes.update, done.changes.replace], [updates, undefined], done.stdout);
    });

    it("knowing in the preview which outputs stay", () => {
      assert.doesNotMatch(shownAbout("witness", planned), /update/, planned.stdout);
    });

    it("labels of a server", () => {
      assert.deepEqual(about(made, "servers", "first"), ["PUT /servers/ID"]);
    });

    it("the name of a network, and rules of a firewall", () => {
      assert.deepEqual(about(made, "networks", "network"), ["PUT /networks/ID"]);
      assert.ok(about(made, "firewalls", "firewall").includes("POST /firewalls/ID/actions/set_rules"));
    });

    it("firewalls of a server", () => {
      assert.ok(about(made, "firewalls", "firewall").includes("POST /firewalls/ID/actions/remove_from_resources"));
    });

    it("the address of a server in a network, by leaving it", () => {
      const actions = ["detach_from_network", "attach_to_network"];
      assert.deepEqual(
        about(made, "servers", "second"),
        actions.map((action) => `POST /servers/ID/actions/${action}`),
      );
    });

    it("description, server and protection of a floating IP", async () => {
      assert.deepEqual(about(made, "floating_ips", "address"), [
        "PUT /floating_ips/ID",
        "POST /floating_ips/ID/actions/assign",
        "POST /floating_ips/ID/actions/change_protection",
      ]);
      assert.equal((await stack.state("address")).outputs.serverId, Number(created.second?.id));
    });

    it("alias addresses and protection of a server", () => {
      const actions = ["change_alias_ips", "change_protection"];
      assert.deepEqual(
        about(madeLater, "servers", "second"),
        actions.map((action) => `POST /servers/ID/actions/${action}`),
      );
    });

    it("does not delete what is protected", async () => {
      const failed = await stack.pulumi.destroy({ allowFailure: true });
      assert.notEqual(failed.code, 0);
      assert.match(failed.stdout, /\(protected\)/);
    });

    it("comes back to what it was", async () => {
      const { changes, stdout } = await stack.up(cloud.withProvider(pair));
      assert.equal(changes.replace, undefined, stdout);
      await cloud.changes();
    });
  });

  describe("replaces", () => {
    const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB other";
    const replacements: readonly [string, Record<string, Outputs>][] = [
      [
        "a server with other user data or keys, and a floating IP at home elsewhere",
        { first: { userData: "#cloud-config\n{}\n" }, second: { sshKeys: [] }, address: { homeLocation: "nbg1" } },
      ],
      [
        "a server with another image or location, and a subnet with another range",
        { first: { image: "debian-13" }, second: { location: "nbg1" }, subnet: { ipRange: "10.77.2.0/24" } },
      ],
      [
        "an SSH key with another public key, and a network with another range",
        { key: { publicKey: otherKey }, network: { ipRange: "10.76.0.0/15" } },
      ],
    ];

    for (const [what, changes] of replacements) {
      it(what, async () => {
        const all = Object.entries(changes).reduce((before, [name, args]) => withArgs(before, name, args), pair);
        const planned = await stack.preview(cloud.withProvider(all));
        for (const name of Object.keys(changes)) {
          assert.match(shownAbout(name, planned), /replace/, planned.stdout);
        }
      });
    }

    it("nothing for another comment of a key, nor for what the program ignores", async () => {
      const publicKey = String(pair.key?.args.publicKey).replace("somebody", "somebody else");
      const changed = withArgs(withArgs(pair, "key", { publicKey }), "first", {
        userData: "other",
        image: "debian-13",
        sshKeys: [],
      });
      const first = { ...changed.first, options: { ignoreChanges: ["userData", "image", "sshKeys"] } };
      const planned = await stack.preview(cloud.withProvider({ ...changed, first } as typeof pair));
      assert.deepEqual(Object.keys(planned.changes), ["same"], planned.stdout);
    });

    it("by making the new one before the old one is deleted", async () => {
      await stack.up(cloud.withProvider(withArgs(pair, "first", { userData: "#cloud-config\n{}\n" })));
      const made = (await cloud.changes()).filter((change) => /^(POST|DELETE) \/servers(\/\d+)?$/.test(change));
      assert.deepEqual(
        made.map((change) => change.replace(/ .*/, "")),
        ["POST", "DELETE"],
      );
    });
  });

  describe("in the end", () => {
    it("leaves nothing behind", async () => {
      await stack.pulumi.destroy();
      for (const kind of ["servers", "floating_ips", "networks", "firewalls", "placement_groups", "ssh_keys"]) {
        assert.deepEqual(await cloud.names(kind), [], kind);
      }
    });

    it("has sent nothing, and got nothing, that Hetzner's document does not have", async () => {
      assert.deepEqual(await cloud.api.control.violations(), []);
    });
  });
});
