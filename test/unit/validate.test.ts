// When arguments are judged: what is known at once, everything once it is known, and all of it together.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs } from "../../src";
import { validate } from "../../src/validate";
import { InvalidArgumentsError } from "../../src/validation/problem";
import { changed, messagesOf, problemsOf, removed, sampleArgs, settled, validated } from "./sampleArgs";

const later = <T>(value: T) => pulumi.output(Promise.resolve(value));

describe("validation", () => {
  it("reports all problems at once, in every part of the arguments", () => {
    const wrong = changed(
      ["frontends[0].port", 0],
      ["frontends[1].defaultBackend", "dbb"],
      ["backends[0].servers[1].weight", 1000],
      ["failover.virtualRouterId", 256],
      ["packages.lockTimeoutSeconds", 0],
      ["platform.nodes[0].hostKey", "?"],
      ["platform.ssh.privateKey", "?"],
    );
    assert.deepEqual(
      problemsOf(wrong).map(({ path }) => path),
      [
        "frontends[0].port",
        "backends[0].servers[1].weight",
        "frontends[1].defaultBackend",
        "failover.virtualRouterId",
        "packages.lockTimeoutSeconds",
        "platform.nodes[0].hostKey",
        "platform.ssh.privateKey",
      ],
    );
  });

  it("names the component, and every problem in a line of its own", () => {
    const wrong = changed(["frontends[0].port", 0], ["frontends[1].defaultBackend", "dbb"]);
    assert.throws(() => validated(wrong), {
      name: "InvalidArgumentsError",
      message:
        "edge: 2 problems:\n" +
        "  frontends[0].port: 0 is not a port. Use a whole number from 1 to 65535.\n" +
        '  frontends[1].defaultBackend: "dbb" is not a backend. Did you mean "db"? Backends: app, db, found, session, tenant, near.',
    });
  });

  it("wants a platform", () => {
    const { platform: _, failover: __, ...rest } = sampleArgs();
    const fix = "Give one such as existing({ nodes, virtualAddresses, ssh }).";
    for (const [platform, complaint] of [
      [undefined, "is missing."],
      ["existing", '"existing" is not a platform.'],
      [() => undefined, "a function is not a platform."],
    ]) {
      assert.throws(() => validate("edge", { ...rest, platform } as unknown as HaLoadBalancerArgs), {
        message: `edge: 1 problem:\n  platform: ${complaint} ${fix}`,
      });
    }
  });

  it("wants packages to be an object with a time-out in range", () => {
    assert.deepEqual(messagesOf(changed(["packages", 300])), [
      "packages: 300 is not an object. Use one with the properties that the documentation lists.",
    ]);
    assert.deepEqual(messagesOf(changed(["packages.lockTimeoutSeconds", 1801])), [
      "packages.lockTimeoutSeconds: 1801 is out of range. Use a whole number from 1 to 600.",
    ]);
  });

  it("resolves to the settings, without what was null", async () => {
    const settings = await settled(validated(changed(["backends[0].balance", null], ["failover.profile", null])));
    assert.deepEqual(settings.frontends, sampleArgs().frontends);
    assert.ok(!("balance" in (settings.backends[0] ?? {})));
    assert.ok(!("profile" in (settings.failover ?? {})));
  });
});

describe("validation with Outputs", () => {
  it("finds what is wrong with the known part at once", () => {
    const wrong = changed(
      ["backends[0].servers[0].address", later("10.0.1.1")],
      ["backends[0].servers[0].port", 0],
      ["platform.nodes[0].host", later("192.0.2.11")],
      ["platform.nodes[1].hostKey", removed],
    );
    assert.deepEqual(
      problemsOf(wrong).map(({ path }) => path),
      ["backends[0].servers[0].port", "platform.nodes[1].hostKey"],
    );
  });

  it("rejects with what is wrong with the rest", async () => {
    const wrong = changed(
      ["backends[0].servers[0].address", later("10.0.1.1\n")],
      ["frontends[0].defaultBackend", later("ap")],
      ["platform.virtualAddresses", later([{ address: "198.51.100.10" }])],
      ["platform.ssh.privateKey", pulumi.secret("nonsense")],
    );
    await assert.rejects(settled(validated(wrong)), (error: InvalidArgumentsError) => {
      assert.ok(error instanceof InvalidArgumentsError);
      assert.deepEqual(
        error.problems.map(({ path, message }) => `${path}: ${message}`),
        [
          'backends[0].servers[0].address: "10.0.1.1\\n" is neither an IP address nor a DNS name. Use one such as "10.0.0.11" or "app.example.com".',
          'frontends[0].defaultBackend: "ap" is not a backend. Did you mean "app"? Backends: app, db, found, session, tenant, near.',
          'platform.virtualAddresses[0].address: "198.51.100.10" is not an address with a prefix length. Use one such as "198.51.100.10/24" or "2001:db8::10/64".',
          "platform.ssh.privateKey: is not a private key (its text is not shown). Give the whole file, from the BEGIN to the END line.",
        ],
      );
      return true;
    });
  });

  it("accepts good values that come later, in any depth", async () => {
    const { frontends, backends, failover, packages } = sampleArgs();
    const settings = await settled(
      validated({
        ...sampleArgs(),
        frontends: later(frontends),
        backends: backends.map(later),
        failover: later(failover),
      }),
    );
    assert.deepEqual(
      [settings.frontends, settings.backends, settings.failover, settings.packages],
      [frontends, backends, failover, packages],
    );
  });

  it("takes promises for what they bring", async () => {
    const wrong = changed(["frontends[0].port", Promise.resolve(0)]);
    assert.deepEqual(problemsOf(wrong), []);
    await assert.rejects(settled(validated(wrong)), InvalidArgumentsError);
  });

  it("does not compare a known item with itself because another one is still to come", () => {
    for (const list of ["frontends", "backends"]) {
      assert.deepEqual(messagesOf(changed([`${list}[0]`, later(sampleArgs()[list as "frontends"][0])])), []);
    }
  });

  it("looks for a backend only once the names of all are known", () => {
    const wrong = changed(["backends[0].name", later("app")], ["frontends[0].defaultBackend", "ap"]);
    assert.deepEqual(messagesOf(wrong), []);
  });

  it("wants what resources are named after, and what is taken apart, to be plain", () => {
    const { nodes, ssh } = sampleArgs().platform;
    const cases: readonly (readonly [string, unknown, string])[] = [
      ["nodes", nodes, "is an Output. List the two nodes themselves; what is in them can be Outputs."],
      ["nodes[0]", nodes[0], "is an Output; what is in it can be one. Give { name, host, hostKey }."],
      ["nodes[0].name", "lb1", "is an Output. Give a plain string; the node's resources are named after it."],
      ["ssh", ssh, "is an Output; what is in it can be one. Say how the nodes are reached: at least { privateKey }."],
      ["ssh.bastion", ssh.bastion, "is an Output; what is in it can be one. Give { host, hostKey }."],
    ];
    for (const [place, value, message] of cases) {
      const args = changed([`platform.${place}`, later(value)], ["failover", removed]);
      assert.deepEqual(messagesOf(args), [`platform.${place}: ${message}`]);
    }
  });
});
