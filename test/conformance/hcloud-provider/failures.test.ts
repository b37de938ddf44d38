// What the provider refuses by itself, what it says when the API refuses, and when it tries again.
import assert from "node:assert/strict";
import type { UpResult } from "../../lab/pulumi";
import { type Resource, type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";

const address = { type: "FloatingIp", args: { type: "ipv4", homeLocation: "fsn1" } };
const server = { type: "Server", args: { serverType: "cx23", image: "debian-12", location: "fsn1" } };

describe("hcloud provider: failures", () => {
  let cloud: Cloud;

  before(async () => {
    cloud = await Cloud.start();
  });

  after(() => cloud?.stop());

  afterEach(() => cloud?.reset());

  async function deploy(
    name: string,
    resources: Resources,
    configuration = {},
  ): Promise<{ stack: Stack; result: UpResult }> {
    const stack = await cloud.stack(name);
    const result = await stack.up(cloud.withProvider(resources, configuration), { allowFailure: true });
    return { stack, result };
  }

  it("refuses inputs that it does not know, that are missing, or of the wrong type, in the preview", async () => {
    const raw = (type: string, args: Resource["args"]): Resource => ({ type: `hcloud:index/${type}`, args });
    const wrong: Record<string, readonly [Resource, RegExp]> = {
      unknown: [
        raw("floatingIp:FloatingIp", { type: "ipv4", homeLocation: "fsn1", ip: "203.0.113.1" }),
        /ip.*is not an input/s,
      ],
      missing: [raw("server:Server", { image: "debian-12" }), /serverType.*is required/s],
      text: [
        raw("server:Server", { ...server.args, placementGroupId: "4711" }),
        /placementGroupId.*must be of type integer/s,
      ],
      nested: [
        raw("firewall:Firewall", { rules: [{ protocol: "tcp", port: 80 }] }),
        /rules\[0\]\.port.*must be of type string.*|rules\[0\]\.direction.*is required/s,
      ],
      list: [raw("server:Server", { ...server.args, networks: { networkId: 1 } }), /networks.*must be a list/s],
      label: [
        raw("sshKey:SshKey", { publicKey: "ssh-ed25519 AAAA", labels: { a: 1 } }),
        /labels\.a.*must be of type string/s,
      ],
    };
    const stack = await cloud.stack("refused");
    for (const [name, [resource, message]] of Object.entries(wrong)) {
      const result = await stack.preview(cloud.withProvider({ [name]: resource }), { allowFailure: true });
      assert.notEqual(result.code, 0);
      assert.match(shownAbout(name, result), message);
    }
  }).timeout(120_000);

  it("says what the API says, with its code", async () => {
    await cloud.call("POST", "/floating_ips", { ...{ type: "ipv4", home_location: "fsn1" }, name: "taken" });
    const { result } = await deploy("taken", { address: { ...address, args: { ...address.args, name: "taken" } } });
    assert.match(shownAbout("address", result), /\* .+ \(uniqueness_error\)/);
  });

  it("says so when the token is wrong, and nothing of the token", async () => {
    const { result } = await deploy("token", { address }, { token: { $secret: "another-token" } });
    assert.match(shownAbout("address", result), /unable to authenticate \(unauthorized\)/);
    assert.doesNotMatch(result.stdout + result.stderr, /another-token/);
  });

  it("refuses a certificate from an authority that it does not know", async () => {
    const stack = await cloud.stack("certificate");
    const resources = cloud.withProvider({ address }, { endpoint: cloud.api.url.replace("localhost", "127.0.0.1") });
    const result = await stack.up(resources, { allowFailure: true });
    assert.match(shownAbout("address", result), /certificate/i);
  });

  it("names the image, the server type or the key that is not there", async () => {
    const { result } = await deploy("absent", {
      image: { ...server, args: { ...server.args, image: "debian-1" } },
      serverType: { ...server, args: { ...server.args, serverType: "cx1" } },
      key: { ...server, args: { ...server.args, sshKeys: ["nobody's"] } },
    });
    assert.match(shownAbout("image", result), /image debian-1 for architecture x86 not found/);
    assert.match(shownAbout("serverType", result), /server type cx1 not found/);
    assert.match(shownAbout("key", result), /SSH key not found: nobody's/);
  });

  it("tries again when the API is busy, limits it, or changed meanwhile", async () => {
    for (const status of [429, 423, 409] as const) {
      await cloud.api.control.inject({ kind: "status", status }, { method: "POST", path: "/floating_ips", times: 1 });
    }
    for (const status of [502, 503, 504] as const) {
      await cloud.api.control.inject(
        { kind: "status", status, html: true },
        { method: "GET", path: "/floating_ips/*", times: 1 },
      );
    }
    const { result } = await deploy("busy", { address });
    assert.equal(result.code, 0, result.stdout);
  });

  it("does not send again what may have been done, nor for ever what is refused", async () => {
    await cloud.api.control.inject(
      { kind: "status", status: 503, html: true },
      { method: "POST", path: "/floating_ips" },
    );
    await cloud.changes();
    const { result } = await deploy("outage", { address });
    assert.match(shownAbout("address", result), /hcloud: server responded with status code 503/);
    assert.deepEqual(await cloud.changes(), ["POST /floating_ips"]);
    await cloud.api.control.lift();
    await cloud.api.control.inject({ kind: "status", status: 423 }, { method: "POST", path: "/floating_ips" });
    const { result: locked } = await deploy("locked", { address });
    assert.match(shownAbout("address", locked), /\(locked\)/);
    assert.equal((await cloud.changes()).length, 6);
  });

  it("fails when an action does, and keeps in the state what was made", async () => {
    await cloud.api.control.inject(
      { kind: "action-error", code: "action_failed", message: "Action failed" },
      { method: "POST", path: "/servers", times: 1 },
    );
    const { stack, result } = await deploy("action", { server });
    assert.match(shownAbout("server", result), /Action failed \(action_failed, \d+\)/);
    const { id } = await stack.state("server");
    assert.match(id ?? "", /^\d+$/);
    await stack.pulumi.destroy();
    await assert.rejects(cloud.call("GET", `/servers/${id}`), /not_found/);
  });

  it("asks for a token where there is none", async () => {
    const stack = await cloud.stack("tokenless");
    const { hcloud, ...others } = cloud.withProvider({ address });
    const { token: _, ...args } = hcloud?.args ?? {};
    const result = await stack.up({ hcloud: { ...(hcloud as Resource), args }, ...others }, { allowFailure: true });
    assert.match(result.stdout, /Missing Hetzner Cloud API token/);
  });
});
