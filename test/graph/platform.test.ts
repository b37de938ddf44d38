// A platform that this library knows nothing of: a plain object with resources of its own.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type InvalidArgumentsError, type Platform } from "../../src";
import { bundles } from "../../src/host/bundle";
import { file } from "../unit/host/sampleBundles";
import { hostKey, privateKey } from "../unit/sampleArgs";
import { type Program, type Registration, run } from "./registrations";

class Machine extends pulumi.CustomResource {
  declare readonly size: pulumi.Output<string>;

  constructor(name: string, size: string, options: pulumi.CustomResourceOptions) {
    super("acme:index:Machine", name, { size }, options);
  }
}

class Network extends pulumi.CustomResource {
  constructor(name: string, options: pulumi.CustomResourceOptions) {
    super("acme:index:Network", name, {}, options);
  }
}

const names = ["north", "south"] as const;

/** What somebody would write in a file of their own. */
function acme(size: string): Platform {
  return {
    name: "acme",
    nodeNames: names,
    args: { size },
    problems: (args) =>
      typeof args !== "symbol" && args.size === "huge"
        ? [{ path: "platform.size", message: '"huge" is too much.' }]
        : [],
    shared: ({ name, options }) => {
      const network = new Network(`${name}-network`, options);
      return { addresses: [{ name: "main", id: network.id, address: "203.0.113.1" }] };
    },
    node: ({ name, options }, _shared, index) => {
      const machine = new Machine(`${name}-${names[index]}`, size, options);
      return {
        id: machine.id,
        ssh: { host: `192.0.2.${index + 1}`, privateKey, hostKey: hostKey(names[index]), dialErrorLimit: 30 },
        peerAddress: `10.0.0.${index + 1}`,
        publicAddress: machine.size.apply((text) => `public-${text}`),
        resource: machine,
      };
    },
  };
}

const settings = {
  frontends: [{ name: "web", port: 80, defaultBackend: "app" }],
  backends: [{ name: "app", servers: [{ address: "10.0.1.1", port: 8080 }] }],
};

describe("a platform of somebody else's", () => {
  let program: Program;
  const named = (name: string) => program.registrations.find((one) => one.name === name) as Registration;
  before(async () => {
    const args = { ...settings, platform: acme("small"), failover: { preferredNode: "south" } };
    program = await run(() => new HaLoadBalancer("edge", args).address);
  });

  it("brings its machines and its network into the tree", () => {
    assert.deepEqual(program.errors, []);
    assert.deepEqual(program.registrations.map(({ name, type }) => `${type} ${name}`).sort(), [
      "acme:index:Machine edge-north",
      "acme:index:Machine edge-south",
      "acme:index:Network edge-network",
      "command:remote:Command edge-north-apply",
      "command:remote:Command edge-north-install",
      "command:remote:Command edge-south-apply",
      "command:remote:Command edge-south-install",
      "ha-load-balancer:index:HaLoadBalancer edge",
    ]);
    for (const name of ["edge-north", "edge-network"]) {
      assert.equal(named(name).parent, named("edge").urn);
    }
  });

  it("has commands that go with their machine, and never outlive it", () => {
    for (const node of names) {
      for (const what of ["install", "apply"]) {
        assert.equal(named(`edge-${node}-${what}`).deletedWith, named(`edge-${node}`).urn);
      }
    }
  });

  it("has its machines configured again once they are other ones", () => {
    assert.match(String(named("edge-north-apply").inputs.create), /\n# node "edge-north-id"$/);
  });

  it("tells the outputs by what the platform says", () => {
    assert.deepEqual(program.outputs.get(named("edge").urn), {
      address: "203.0.113.1",
      addresses: ["203.0.113.1"],
      nodes: [
        { name: "north", privateAddress: "10.0.0.1", publicAddress: "public-small" },
        { name: "south", privateAddress: "10.0.0.2", publicAddress: "public-small" },
      ],
    });
  });

  it("reports its own problems among the others", () => {
    const args = { ...settings, frontends: [], platform: acme("huge") };
    assert.throws(
      () => new HaLoadBalancer("edge", args),
      ({ problems }: InvalidArgumentsError) => problems.map(({ path }) => path).join() === "frontends,platform.size",
    );
  });

  it("leaves an address that it moves itself to no interface of Keepalived's", () => {
    const [bundle] = bundles(settings, {
      secret: "the operator's",
      nodes: names.map((name, index) => ({
        name,
        id: name,
        peerAddress: `10.0.0.${index + 1}`,
        publicAddress: `192.0.2.${index + 1}`,
      })),
      addresses: [{ name: "main", id: "1", address: "203.0.113.1" }],
    });
    assert.doesNotMatch(file(bundle, "keepalived.conf").content, /virtual_ipaddress_excluded|203\.0\.113\.1/);
  });
});
