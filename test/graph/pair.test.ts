// The resource tree of the component: what an upgrade of this library must not rename, and what no preview may show.
import assert from "node:assert/strict";
import { Provider } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer } from "../../src";
import { InvalidArgumentsError } from "../../src/validation/problem";
import { authority, certificate } from "../certificates";
import {
  changed,
  componentArgs,
  encryptedPrivateKey,
  hostKey,
  privateKey,
  removed,
  sampleArgs,
} from "../unit/sampleArgs";
import { isSecret, named, type Program, revealed, run } from "./registrations";

const tree = ["edge", "edge-lb1-install", "edge-lb2-install", "edge-lb1-apply", "edge-lb2-apply"];

function deploy(args: unknown, options?: pulumi.ComponentResourceOptions): Promise<Program> {
  return run(() => new HaLoadBalancer("edge", componentArgs(args), options).address);
}

function names({ registrations }: Program): string[] {
  return registrations.map(({ name }) => name);
}

describe("the resource tree", () => {
  let program: Program;
  before(async () => {
    program = await deploy(sampleArgs());
  });

  it("is a component with one install and one apply for each node, and nothing else", () => {
    assert.deepEqual(names(program).sort(), [...tree].sort());
    assert.deepEqual(program.errors, []);
  });

  it("has types that states out there know", () => {
    assert.equal(named(program, "edge").type, "ha-load-balancer:index:HaLoadBalancer");
    for (const name of tree.slice(1)) {
      assert.equal(named(program, name).type, "command:remote:Command");
    }
  });

  it("hangs below the component", () => {
    const { urn } = named(program, "edge");
    for (const name of tree.slice(1)) {
      assert.equal(named(program, name).parent, urn);
    }
  });

  it("installs on both nodes side by side, then applies on one after the other", () => {
    const needs = (name: string) => named(program, name).dependencies.map((urn) => urn.split("::").pop());
    assert.deepEqual(needs("edge-lb1-install"), []);
    assert.deepEqual(needs("edge-lb2-install"), []);
    assert.deepEqual(needs("edge-lb1-apply").sort(), ["edge-lb1-install", "edge-lb2-install"]);
    assert.deepEqual(needs("edge-lb2-apply").sort(), ["edge-lb1-apply", "edge-lb1-install", "edge-lb2-install"]);
  });

  it("deletes nothing on a node, but where that is asked for", async () => {
    const deletes = (of: Program) => tree.slice(1).map((name) => named(of, name).inputs.delete);
    assert.deepEqual(deletes(program), [undefined, undefined, undefined, undefined]);
    const [installed, , applied] = deletes(await deploy(changed(["platform.uninstallOnDestroy", true]))).map(String);
    assert.match(installed ?? "", /^sudo -n sh -c '.*; sh \$incoming\/bin\/undo-install'$/);
    assert.match(applied ?? "", /^sudo -n sh -c '.*; python3 -B \$incoming\/bin\/remove \$incoming'$/);
  });

  it("readies both nodes for being taken over, where that is asked for, once both are installed", async () => {
    const adopting = await deploy(changed(["platform.adopt", true]));
    const needs = (name: string) => named(adopting, name).dependencies.map((urn) => urn.split("::").pop());
    const installs = ["edge-lb1-install", "edge-lb2-install"];
    const adopts = ["edge-lb1-adopt", "edge-lb2-adopt"];
    assert.deepEqual(names(adopting).sort(), [...tree, ...adopts].sort());
    for (const name of adopts) {
      assert.deepEqual(needs(name).sort(), installs);
    }
    assert.deepEqual(needs("edge-lb1-apply").sort(), [...adopts, ...installs].sort());
    assert.deepEqual(needs("edge-lb2-apply").sort(), [...adopts, ...installs, "edge-lb1-apply"].sort());
  });

  it("gives commands more time than a slow host needs", () => {
    assert.equal(named(program, "edge-lb1-install").createTimeout, "20m");
    assert.equal(named(program, "edge-lb1-apply").createTimeout, "10m");
  });

  it("tells the component's outputs", () => {
    assert.deepEqual(program.outputs.get(named(program, "edge").urn), {
      address: "198.51.100.10",
      addresses: ["198.51.100.10", "2001:db8::10"],
      nodes: [
        { name: "lb1", privateAddress: "10.0.0.11", publicAddress: "192.0.2.11" },
        { name: "lb2", privateAddress: "10.0.0.12", publicAddress: "lb2.example.com" },
      ],
    });
  });

  it("keeps its names when the nodes change places", async () => {
    const [lb1, lb2] = sampleArgs().platform.nodes;
    const swapped = await deploy(changed(["platform.nodes", [lb2, lb1]]));
    assert.deepEqual(names(swapped).sort(), [...tree].sort());
    assert.equal(named(swapped, "edge-lb1-apply").urn, named(program, "edge-lb1-apply").urn);
  });

  it("names nothing after lists that users reorder", async () => {
    const { frontends, backends, platform } = sampleArgs();
    const reordered = await deploy(
      changed(
        ["frontends", frontends.reverse()],
        ["backends", backends.reverse()],
        ["platform.virtualAddresses", platform.virtualAddresses.reverse()],
      ),
    );
    assert.deepEqual(names(reordered).sort(), [...tree].sort());
  });

  it("lets a parent, a provider and aliases of the user's work", async () => {
    const composed = await run(() => {
      const parent = new pulumi.ComponentResource("my:index:Site", "site");
      const options = { parent, providers: [new Provider("by-hand")], aliases: [{ name: "old" }] };
      return new HaLoadBalancer("edge", componentArgs(sampleArgs()), options).address;
    });
    assert.equal(named(composed, "edge").parent, named(composed, "site").urn);
    // The engine works out those of the children.
    assert.deepEqual(named(composed, "edge").aliases, ["old"]);
    for (const name of tree.slice(1)) {
      const command = named(composed, name);
      assert.equal(command.parent, named(composed, "edge").urn);
      assert.equal(command.provider, `${named(composed, "by-hand").urn}::by-hand-id`);
    }
  });
});

describe("commands", () => {
  let program: Program;
  const commands = () => tree.slice(1).map((name) => named(program, name));
  before(async () => {
    program = await deploy(sampleArgs());
  });

  it("are made of create and stdin alone, and pass on no previous output", () => {
    for (const { inputs } of commands()) {
      assert.deepEqual(Object.keys(inputs).sort(), ["addPreviousOutputInEnv", "connection", "create", "stdin"]);
      assert.equal(inputs.addPreviousOutputInEnv, false);
    }
  });

  it("get what they work with as a secret: the same on both nodes to install, their own bundle to apply", () => {
    const stdin = (name: string) => {
      const given = named(program, name).inputs.stdin;
      assert.ok(isSecret(given));
      assert.match(String(revealed(given)), /^[A-Za-z0-9+/=\n]+$/);
      return revealed(given);
    };
    assert.equal(stdin("edge-lb1-install"), stdin("edge-lb2-install"));
    assert.notEqual(stdin("edge-lb1-apply"), stdin("edge-lb2-apply"));
  });

  it("have a text that a preview can show: not secret, and without secrets", () => {
    for (const { inputs, name } of commands()) {
      assert.equal(typeof inputs.create, "string", `${name} is secret`);
      const text = inputs.create as string;
      assert.ok(!text.includes("PRIVATE KEY") && !text.includes(encryptedPrivateKey.split("\n")[1] as string));
      assert.doesNotMatch(text, /10\.0\.1\.1|healthz|0123456789abcdef|sesame|c2VzYW1l/);
    }
  });

  it("show in their text which file of the bundle changes, and that the machine is another one", async () => {
    const text = (from: Program) => String(named(from, "edge-lb1-apply").inputs.create).split("\n");
    const differing = (other: Program) => text(other).filter((line, index) => line !== text(program)[index]);
    const others = await deploy(changed(["failover.virtualRouterId", 78]));
    assert.deepEqual(
      differing(others).map((line) => line.split(" ")[1]),
      ["keepalived.conf", "release"],
    );
    const replaced = await deploy(changed(["platform.nodes[0].hostKey", hostKey("x")]));
    assert.deepEqual(differing(replaced), [`# node "192.0.2.11 ${hostKey("x")}"`]);
  });

  it("follow every install where packages are upgraded, and only there", async () => {
    const upgraded = (lockTimeoutSeconds: number, upgrade: string) =>
      deploy(changed(["packages.upgrade", upgrade], ["packages.lockTimeoutSeconds", lockTimeoutSeconds]));
    const text = (from: Program) => named(from, "edge-lb2-apply").inputs.create;
    assert.notEqual(text(await upgraded(1, "latest")), text(await upgraded(2, "latest")));
    assert.equal(text(await upgraded(1, "never")), text(await upgraded(2, "never")));
  });

  it("stay the same when the program runs again", async () => {
    const again = await deploy(sampleArgs());
    for (const { name, inputs } of commands()) {
      assert.deepEqual(named(again, name).inputs, inputs);
    }
  });

  it("connect with the key as a secret, and only to the host with the expected key", () => {
    const { connection } = named(program, "edge-lb1-apply").inputs;
    assert.ok(isSecret(connection));
    const { proxy, ...own } = revealed(connection) as Record<string, unknown>;
    assert.deepEqual(own, {
      host: "192.0.2.11",
      port: 2222,
      user: "admin",
      privateKey: encryptedPrivateKey,
      privateKeyPassword: "open sesame",
      hostKey: hostKey("a"),
      dialErrorLimit: own.dialErrorLimit,
      perDialTimeout: 10,
    });
    const bastion = revealed(proxy) as Record<string, unknown>;
    assert.deepEqual(
      [bastion.host, bastion.port, bastion.user, bastion.hostKey],
      ["bastion.example.com", 22, "jump", hostKey("c")],
    );
  });

  it("take the nodes' user, key and passphrase for a bastion that has none of its own", async () => {
    const others = await deploy(
      changed(["platform.ssh.bastion", { host: "jump.example.com", hostKey: hostKey("c"), user: undefined }]),
    );
    const { proxy } = revealed(named(others, "edge-lb2-install").inputs.connection) as Record<string, unknown>;
    const bastion = revealed(proxy) as Record<string, unknown>;
    assert.deepEqual(
      [bastion.user, revealed(bastion.privateKey), revealed(bastion.privateKeyPassword)],
      ["admin", encryptedPrivateKey, "open sesame"],
    );
  });

  it("do not try the nodes' passphrase on a key of the bastion's own", async () => {
    const others = await deploy(
      changed(["platform.ssh.bastion.privateKey", privateKey], ["platform.ssh.bastion.privateKeyPassphrase", removed]),
    );
    const { proxy } = revealed(named(others, "edge-lb2-install").inputs.connection) as Record<string, unknown>;
    assert.ok(!("privateKeyPassword" in (revealed(proxy) as object)));
  });

  it("have no proxy without a bastion", async () => {
    const others = await deploy(changed(["platform.ssh.bastion", removed]));
    assert.ok(!("proxy" in (revealed(named(others, "edge-lb1-install").inputs.connection) as object)));
  });

  it("become root by sudo, unless they connect as root", async () => {
    for (const { inputs } of commands()) {
      assert.match(String(inputs.create), /^sudo -n sh -c '/);
    }
    for (const user of [removed, "root", null]) {
      const others = await deploy(changed(["platform.ssh.user", user]));
      assert.match(String(named(others, "edge-lb1-install").inputs.create), /^sh -c '/);
      assert.match(String(named(others, "edge-lb1-apply").inputs.create), /^sh -c '/);
    }
  });
});

describe("certificates that are secrets", () => {
  for (const [what, pem] of [
    ["expired", certificate({ names: ["old.example.com"], days: -1 })],
    ["without its key", authority()],
  ] as const) {
    it(`create nothing, and are not shown: ${what}`, async () => {
      const program = await deploy(changed(["frontends[0].tls.certificates", pulumi.secret([pem])]));
      assert.deepEqual(names(program), ["edge"]);
      const [error] = program.errors;
      assert.ok(error instanceof InvalidArgumentsError, String(error));
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        ["frontends[0].tls.certificates[0]"],
      );
      assert.ok(pem.split("\n").every((line) => line === "" || !error.message.includes(line)));
    });
  }
});

describe("wrong arguments", () => {
  it("make nothing when they are known at once", async () => {
    let thrown: unknown;
    const program = await run(() => {
      try {
        new HaLoadBalancer("edge", componentArgs(changed(["frontends[0].port", 0])));
      } catch (error) {
        thrown = error;
      }
      return pulumi.output(undefined);
    });
    assert.ok(thrown instanceof InvalidArgumentsError);
    assert.deepEqual(program.registrations, []);
  });

  for (const [place, value] of [
    ["frontends[0].port", 0],
    ["platform.virtualAddresses", [null]],
    ["platform.virtualAddresses", "198.51.100.10/24"],
    ["platform.nodes[0].host", "not a host"],
    ["platform.ssh.privateKey", "not a key"],
    ["frontends[0].tls.certificates[0]", "not a certificate"],
    ["frontends[0].tls.clientCertificates.authorities", "no authority"],
    ["backends[0].tls.clientCertificate", "not a certificate"],
  ] as const) {
    it(`run no command when only an update tells them: ${place} = ${JSON.stringify(value)}`, async () => {
      const program = await deploy(changed([place, pulumi.output(Promise.resolve(value))]));
      assert.deepEqual(names(program), ["edge"]);
      assert.ok(program.errors.length > 0);
      for (const error of program.errors) {
        assert.ok(error instanceof InvalidArgumentsError, String(error));
      }
    });
  }
});
